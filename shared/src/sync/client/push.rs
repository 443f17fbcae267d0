//! What a push's answer does to the store. Not what to push.

use super::backoff::{self, Class};
use super::pull::{absorb, see};
use super::state::{Ack, Backoff, ClientState, OutboxRow, RowState};
use super::step::{Commit, Env, Failure, Loaded};
use super::work::Work;
use crate::error::{ErrorCode, Violation};
use crate::hlc::Hlc;
use crate::ids::{DocId, Millis};
use crate::library::limits;
use crate::sync::wire::{Op, OpResult, Outcome, PushReply, PushRequest};

/// How long an operation for which there is no room waits until it is sent again, in milliseconds.
pub(super) const HELD_FOR: Millis = 15 * 60_000;

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
            acknowledge(work, seq, result);
        }
        work.refresh(op.doc_id);
    }
    let furthest = reply.results.iter().map(|result| result.rev).max();
    let furthest = furthest.unwrap_or(0);
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
        _ => state.wanted = state.wanted.max(furthest),
    }
}

/// Puts a refused row into quarantine. A base that the server does not know is no fault of the person:
/// the text is offered once more without one, and becomes a conflict revision at worst.
fn reject(work: &mut Work, seq: u64, result: &OpResult, env: &mut Env<'_>) {
    let Some(op) = work.row(seq).map(|row| row.op.clone()) else {
        return;
    };
    let violation = result.violation.clone();
    let violation = violation.unwrap_or_else(|| refused(ErrorCode::InvalidRequest));
    if violation.code == ErrorCode::QuotaReached {
        hold(work, &op, violation, env.now);
        return;
    }
    let held = |row: &&OutboxRow| row.held_until > 0 && row.op.op_id != op.op_id;
    if violation.code == ErrorCode::NotFound && work.rows_of(op.doc_id).iter().any(held) {
        // What makes the document was refused for want of room: this waits behind it.
        return;
    }
    let based = op.body.as_ref().is_some_and(|edit| edit.base_rev != 0);
    let again = (based && violation.code == ErrorCode::UnknownRevision).then(|| env.op_id());
    for seq in work.followers(&op) {
        if let Some(row) = work.row_mut(seq) {
            row.follows = again;
        }
    }
    let Some(row) = work.row_mut(seq) else { return };
    match (again, row.op.body.as_mut()) {
        (Some(id), Some(edit)) => {
            edit.base_rev = 0;
            row.op.op_id = id;
        }
        _ => {
            row.last_error = Some(violation.message.clone());
            row.state = RowState::Rejected(violation);
        }
    }
}

/// There is no room for it now: it waits with the reason, behind everything else, and is sent again later by itself. What was made
/// after it on the same document waits behind it.
fn hold(work: &mut Work, op: &Op, violation: Violation, now: Millis) {
    // What was asked for is answered, also where the clock went back: nothing is sent again and again.
    work.state.asked_at = work.state.asked_at.min(now.saturating_sub(1));
    let seqs: Vec<u64> = work.rows_of(op.doc_id).iter().map(|row| row.seq).collect();
    let rows: Vec<_> = seqs
        .into_iter()
        .filter_map(|seq| work.drop_row(seq))
        .collect();
    for mut row in rows {
        if row.op.op_id == op.op_id {
            row.last_error = Some(violation.message.clone());
            row.held_until = now.saturating_add(HELD_FOR);
        }
        row.seq = work.next_seq();
        work.put_row(row);
    }
}

fn refused(code: ErrorCode) -> Violation {
    Violation {
        code,
        field: String::new(),
        message: code.title().to_owned(),
    }
}

/// Notes what the server made of a row, and lets it go when the state that holds it is here.
fn acknowledge(work: &mut Work, seq: u64, result: &OpResult) {
    let epoch = work.state.epoch.clone().unwrap_or_default();
    let Some(row) = work.row_mut(seq) else { return };
    row.last_error = None;
    row.held_until = 0;
    row.state = RowState::Waiting;
    row.op.hlc = result.hlc;
    row.ack = Some(Ack {
        rev: result.rev,
        body_rev: result.body_rev,
        outcome: result.settled(),
        epoch,
    });
    let op = row.op.clone();
    if op.body.is_some() {
        rebase_followers(work, &op, result);
    }
    let shadow = work.local(op.doc_id).and_then(|local| local.shadow());
    let here = shadow.is_some_and(|shadow| shadow.rev >= result.rev);
    // Everything up to it was read, and it is not here: it was taken, and purged since.
    let gone = result.rev <= work.state.complete;
    if here || gone {
        let shadow = shadow.filter(|shadow| here && !shadow.purged).cloned();
        work.release(seq, shadow.as_ref());
    }
}

/// Gives the texts that were made from an acknowledged one their base, when it is known already.
fn rebase_followers(work: &mut Work, op: &Op, result: &OpResult) {
    for seq in work.followers(op) {
        let Some(row) = work.row_mut(seq) else {
            continue;
        };
        let Some(edit) = row.op.body.as_mut() else {
            continue;
        };
        match result.settled() {
            Some(Outcome::Applied) => edit.base_rev = result.body_rev,
            // Our side lies in a conflict revision: the next text holds all of it, and takes its place.
            Some(Outcome::ConflictCopy) => row.op.resolves.push(op.op_id),
            // Merged: the pull that brings the merged text moves this one onto it.
            _ => continue,
        }
        row.follows = None;
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
            .find(|row| row.op.op_id == op.op_id && row.waits())
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
