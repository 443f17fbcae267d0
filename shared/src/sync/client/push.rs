//! What a push's answer does to the store. Not what to push.

use super::backoff::{self, Class};
use super::pull::{absorb, see};
use super::state::{Backoff, ClientState, Commit, Env, Failure, Loaded, OutboxRow, RowState};
use super::work::Work;
use crate::error::{ErrorCode, Violation};
use crate::hlc::Hlc;
use crate::ids::{DeviceId, DocId};
use crate::library::document::{Body, Conflict, Document};
use crate::library::limits;
use crate::sync::merge;
use crate::sync::text::{self, Merge};
use crate::sync::wire::{BodyEdit, Op, OpResult, Outcome, PushReply, PushRequest};

/// The documents to load for [`on_push`].
#[must_use]
pub fn needed_by_push(request: &PushRequest, result: &Result<PushReply, Failure>) -> Vec<DocId> {
    let sent = request.ops.iter().map(|op| op.doc_id);
    let changes = result.iter().filter_map(|reply| reply.changes.as_ref());
    let changed = changes.flat_map(|changes| changes.documents.iter().map(|document| document.id));
    let mut ids: Vec<_> = sent.chain(changed).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Takes a push's answer. A row leaves the outbox in the very commit that stores its acknowledged revision.
#[must_use]
pub fn on_push(
    state: &ClientState,
    request: &PushRequest,
    loaded: Loaded,
    result: Result<PushReply, Failure>,
    env: &mut Env<'_>,
) -> Commit {
    let same_epoch = state.epoch.as_deref() == Some(request.epoch.as_str());
    if !same_epoch || state.space != Some(request.space) {
        return Commit::of(state.clone());
    }
    let mut work = Work::new(state, loaded);
    match result {
        Ok(reply) => accept(&mut work, request, reply, env),
        Err(failure) => fail(&mut work, request, &failure, env),
    }
    work.finish()
}

fn accept(work: &mut Work, request: &PushRequest, reply: PushReply, env: &mut Env<'_>) {
    let changed = reply.changes.iter().flat_map(|changes| &changes.documents);
    let mut clamped = Hlc::default();
    for result in &reply.results {
        let Some(op) = request.ops.iter().find(|op| op.op_id == result.op_id) else {
            continue;
        };
        let rows = work.rows_of(op.doc_id);
        let Some(seq) = rows
            .iter()
            .find(|row| row.op.op_id == op.op_id)
            .map(|row| row.seq)
        else {
            continue;
        };
        if result.hlc < op.hlc {
            clamped = clamped.max(result.hlc);
        }
        if result.settled() == Some(Outcome::Rejected) {
            reject(work, seq, result, env);
        } else {
            let now = changed.clone().find(|document| document.id == op.doc_id);
            acknowledge(work, seq, result, now);
        }
        work.refresh(op.doc_id);
    }
    let state = &mut work.state;
    if clamped != Hlc::default() {
        // Our clock ran ahead: it goes on from the stamp that the server gave instead.
        state.clock.last = clamped;
    }
    see(state, reply.now, env.now);
    state.push = Backoff::default();
    state.batch = state.batch.saturating_mul(2).clamp(1, limits::PUSH_OPS);
    match reply.changes {
        Some(changes) if request.cursor == state.cursor => absorb(work, changes, env),
        _ => state.wanted = state.wanted.max(state.acked),
    }
}

/// Puts a refused row into quarantine. A base that the server does not know is no fault of the person:
/// the text is offered once more without one, and becomes a conflict revision at worst.
fn reject(work: &mut Work, seq: u64, result: &OpResult, env: &mut Env<'_>) {
    let fresh = env.op_id();
    let Some(row) = work.row_mut(seq) else { return };
    let violation = result
        .violation
        .clone()
        .unwrap_or_else(|| refused(ErrorCode::InvalidRequest));
    if let (ErrorCode::UnknownRevision, Some(edit)) = (violation.code, row.op.body.as_mut())
        && edit.base_rev != 0
    {
        edit.base_rev = 0;
        row.op.op_id = fresh;
        row.attempts = 0;
        return;
    }
    row.last_error = Some(violation.message.clone());
    row.state = RowState::Rejected(violation);
}

fn refused(code: ErrorCode) -> Violation {
    Violation {
        code,
        field: String::new(),
        message: code.title().to_owned(),
    }
}

/// Takes an accepted row out of the outbox and its effect into the shadow.
fn acknowledge(work: &mut Work, seq: u64, result: &OpResult, server: Option<&Document>) {
    let Some(OutboxRow { op, .. }) = work.drop_row(seq) else {
        return;
    };
    work.state.acked = work.state.acked.max(result.rev);
    rebase_followers(work, &op, result, server);
    let shadow = work.local(op.doc_id).and_then(|local| local.shadow());
    if shadow.is_some_and(|shadow| shadow.rev >= result.rev) {
        // A pull has brought it already.
        return;
    }
    let mut document = shadow
        .cloned()
        .unwrap_or_else(|| Document::new(op.doc_id, op.kind));
    merge::apply_registers(&mut document, &op, result.hlc);
    merge::apply_counters(&mut document.counters, &op);
    apply_text(&mut document, &op, result, work.state.device);
    document.rev = result.rev;
    work.settle(op.doc_id, Some(document), None);
}

/// What is known of the text before the next pull brings it.
fn apply_text(document: &mut Document, op: &Op, result: &OpResult, device: Option<DeviceId>) {
    let Some(BodyEdit { base_rev, text }) = op.body.clone() else {
        return;
    };
    match result.settled() {
        Some(Outcome::Applied) => {
            let rev = result.body_rev;
            document.body = Body { text, rev };
        }
        Some(Outcome::ConflictCopy) => document.conflicts.push(Conflict {
            op: op.op_id,
            text,
            base_rev,
            hlc: result.hlc,
            device,
        }),
        // The merged text is not here yet: the person's own text stays, at the base it was made from.
        _ => {
            document.body = Body {
                text,
                rev: base_rev,
            }
        }
    }
}

/// Gives the texts that were made from an acknowledged one their base.
fn rebase_followers(work: &mut Work, op: &Op, result: &OpResult, server: Option<&Document>) {
    let Some(sent) = &op.body else { return };
    let follows = |row: &&&OutboxRow| row.follows == Some(op.op_id);
    let rows = work.rows_of(op.doc_id);
    let seqs: Vec<u64> = rows.iter().filter(follows).map(|row| row.seq).collect();
    for seq in seqs {
        let Some(row) = work.row_mut(seq) else {
            continue;
        };
        row.follows = None;
        let Some(edit) = row.op.body.as_mut() else {
            continue;
        };
        match result.settled() {
            Some(Outcome::Applied) => edit.base_rev = result.body_rev,
            // Our side lies in a conflict revision: the next text holds all of it, and takes its place.
            Some(Outcome::ConflictCopy) => row.op.resolves.push(op.op_id),
            _ => {
                let merged = server.filter(|document| document.body.rev == result.body_rev);
                if let Some(merged) = merged {
                    carry_over(edit, &sent.text, &merged.body);
                }
            }
        }
    }
}

/// Moves a text from the sent one it was made from onto what the server made of that.
fn carry_over(edit: &mut BodyEdit, sent: &str, server: &Body) {
    match text::merge(sent, &server.text, &edit.text) {
        Merge::Clean(text) if text.len() <= limits::BODY_BYTES => {
            *edit = BodyEdit {
                base_rev: server.rev,
                text,
            }
        }
        _ => {}
    }
}

/// A push without results: waits, or singles out the operation that the server cannot take.
fn fail(work: &mut Work, request: &PushRequest, failure: &Failure, env: &mut Env<'_>) {
    let class = backoff::classify(failure);
    let alone = request.ops.len() <= 1;
    let state = &mut work.state;
    match class {
        Class::Halt(code) => state.halted = Some(code),
        Class::StartOver => {
            state.start_over();
            state.push = backoff::at_once_then_later(state.push, failure, env);
        }
        Class::Refused(_) if alone => {}
        Class::Refused(_) => state.batch = request.ops.len() / 2,
        Class::Fault => {
            state.push = backoff::after(state.push, failure, env);
            state.batch = (request.ops.len() / 2).max(1);
        }
        Class::Transient => state.push = backoff::after(state.push, failure, env),
    }
    let message = backoff::describe(failure);
    for op in &request.ops {
        let rows = work.rows_of(op.doc_id);
        let Some(seq) = rows
            .iter()
            .find(|row| row.op.op_id == op.op_id)
            .map(|row| row.seq)
        else {
            continue;
        };
        let Some(row) = work.row_mut(seq) else {
            continue;
        };
        row.last_error = Some(message.clone());
        match class {
            Class::Refused(code) if alone => row.state = RowState::Rejected(refused(code)),
            Class::Fault if alone => row.isolated = true,
            _ => continue,
        }
        work.refresh(op.doc_id);
    }
}
