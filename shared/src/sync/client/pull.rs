//! What a pull's answer does to the store. Not when to pull.

use super::backoff::{self, Class};
use super::plan::POLL_EVERY;
use super::reoffer;
use super::state::{Ack, ClientState, OutboxRow, Phase};
use super::step::{Commit, Env, Failure, Loaded};
use super::work::{Work, ghost};
use crate::hlc::Hlc;
use crate::ids::{DocId, Millis};
use crate::library::document::Document;
use crate::sync::wire::{Outcome, PullReply, PullRequest};

/// A clock that differs from the server's by less than this is left alone, in milliseconds.
const TOLERATED_SKEW: Millis = 30_000;
/// Pulls without a row after which a hint of more is given up.
const EMPTY_PULLS: u32 = 2;

/// The documents to load for [`on_pull`].
#[must_use]
pub fn needed_by_pull(result: &Result<PullReply, Failure>) -> Vec<DocId> {
    let documents = result.iter().flat_map(|reply| &reply.documents);
    documents.map(|document| document.id).collect()
}

/// Takes a pull's answer. An answer to a request that the state has moved past changes nothing.
#[must_use]
pub fn on_pull(
    state: &ClientState,
    request: &PullRequest,
    loaded: Loaded,
    result: Result<PullReply, Failure>,
    env: &mut Env<'_>,
) -> Commit {
    if !current(state, request) {
        return Commit::of(state.clone());
    }
    let mut work = Work::new(state, loaded);
    work.state.pushed_last = false;
    match result {
        Ok(reply) => absorb(&mut work, reply, env),
        Err(failure) => fail(&mut work.state, &failure, env),
    }
    work.finish()
}

fn current(state: &ClientState, request: &PullRequest) -> bool {
    let place = state.space == Some(request.space) && state.cursor == request.cursor;
    let reading = matches!(state.phase, Phase::Read | Phase::Steady);
    place && reading && state.epoch.as_deref() == Some(request.epoch.as_str())
}

/// Notes a failed request for pages or spaces.
pub(super) fn fail(state: &mut ClientState, failure: &Failure, env: &mut Env<'_>) {
    match backoff::classify(failure) {
        Class::Halt(code) => state.halted = Some(code),
        Class::StartOver => {
            state.start_over();
            state.pull = backoff::at_once_then_later(state.pull, failure, env);
        }
        Class::Transient | Class::Fault | Class::Refused(_) => {
            state.pull = backoff::after(state.pull, failure, env);
        }
    }
}

/// Folds in the server's stamp.
pub(super) fn see(state: &mut ClientState, server: Hlc, now: Millis) {
    state.clock.observe(server);
    let difference = server.at.saturating_sub(now);
    state.skew = if difference.saturating_abs() > TOLERATED_SKEW {
        difference
    } else {
        0
    };
}

/// Stores a page of changes and moves the cursor.
pub(super) fn absorb(work: &mut Work, reply: PullReply, env: &mut Env<'_>) {
    see(&mut work.state, reply.now, env.now);
    let empty = reply.documents.is_empty();
    for document in reply.documents {
        work.state.clock.observe(document.edited());
        take(work, document, env);
    }
    let state = &mut work.state;
    state.cursor = reply.next_cursor;
    state.empty_pulls = if empty {
        state.empty_pulls.saturating_add(1)
    } else {
        0
    };
    if state.empty_pulls >= EMPTY_PULLS {
        state.wanted = state.wanted.min(state.cursor);
    }
    if reply.more {
        state.pull.retry_at = 0;
    } else {
        complete(state, reply.checksum.as_deref(), env);
    }
}

/// Everything up to the space's present end is here: compares, and goes on.
fn complete(state: &mut ClientState, checksum: Option<&str>, env: &mut Env<'_>) {
    state.pull_at = env.now.saturating_add(POLL_EVERY);
    let differs = checksum.is_some_and(|sum| sum != state.checksum.to_string());
    if differs {
        state.mismatches = state.mismatches.saturating_add(1);
        if state.phase == Phase::Read {
            // Read whole, and still another sum: reading again at once would not end.
            state.pull = backoff::after(state.pull, &Failure::Network, env);
        }
        state.start_over();
        return;
    }
    state.pull = super::state::Backoff::default();
    state.complete = state.cursor;
    if state.phase == Phase::Read {
        state.phase = Phase::Sweep;
    }
}

/// Stores one document of a page. Edits that it does not hold yet stay on top of it.
fn take(work: &mut Work, document: Document, env: &mut Env<'_>) {
    let id = document.id;
    let generation = work.state.generation;
    let local = work.local(id);
    let first = local.is_some_and(|local| local.read != generation);
    let shadow = local.and_then(|local| local.shadow());
    let old = shadow
        .filter(|old| !old.purged && work.state.reoffer && first)
        .cloned();
    let content = shadow.filter(|_| document.purged).cloned();
    settle_acks(work, id, Some(&document));
    if let (Some(old), false) = (old, document.purged) {
        reoffer::offer(work, &old, &document, env);
    }
    let shadow = if document.purged {
        let content = content.unwrap_or_else(|| Document::new(id, document.kind));
        ghost(content, document.rev)
    } else {
        document
    };
    work.settle(id, Some(shadow), Some(generation));
}

/// Looks at the acknowledged rows of a document whose state arrives (`None`: the server has none, everything was read).
/// What the state holds leaves; what another epoch took is sent again.
pub(super) fn settle_acks(work: &mut Work, id: DocId, server: Option<&Document>) {
    let rev = server.map_or(work.state.complete, |document| document.rev);
    let acks = |row: &&OutboxRow| row.ack.clone().map(|ack| (row.seq, ack));
    let acks: Vec<_> = work.rows_of(id).iter().filter_map(acks).collect();
    for (seq, ack) in acks {
        if work.state.epoch.as_ref() != Some(&ack.epoch) {
            take_back(work, id, seq, &ack);
        } else if ack.rev <= rev {
            work.release(seq, server.filter(|document| !document.purged));
        }
    }
}

/// A restore has forgotten an acknowledged edit: it waits again, and the texts that were made from it wait for it.
fn take_back(work: &mut Work, id: DocId, seq: u64, ack: &Ack) {
    let Some(row) = work.row_mut(seq) else { return };
    row.ack = None;
    let op_id = row.op.op_id;
    let Some(sent) = row.op.body.clone() else {
        return;
    };
    if ack.outcome != Some(Outcome::Applied) {
        return;
    }
    let later: Vec<u64> = work.rows_of(id).iter().map(|row| row.seq).collect();
    for seq in later.into_iter().filter(|later| *later > seq) {
        if let Some(row) = work.row_mut(seq)
            && let Some(edit) = row.op.body.as_mut()
            && edit.base_rev == ack.body_rev
        {
            edit.base_rev = sent.base_rev;
            row.follows = Some(op_id);
        }
    }
}
