//! What a pull's answer does to the store. Not when to pull.

use super::backoff::{self, Class};
use super::plan::POLL_EVERY;
use super::reoffer;
use super::state::{ClientState, Commit, Env, Failure, Loaded, Phase};
use super::work::{Work, content};
use crate::hlc::Hlc;
use crate::ids::{DocId, Millis};
use crate::library::document::Document;
use crate::sync::wire::{PullReply, PullRequest};

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
    // An acknowledged revision beyond this page is counted here, not there.
    let comparable = state.cursor >= state.acked;
    let differs = checksum.is_some_and(|sum| sum != state.checksum.to_string());
    if comparable && differs {
        state.mismatches = state.mismatches.saturating_add(1);
        if state.phase == Phase::Read {
            // Read whole, and still another sum: reading again at once would not end.
            state.pull = backoff::after(state.pull, &Failure::Network, env);
        }
        state.start_over();
        return;
    }
    state.pull = super::state::Backoff::default();
    if state.phase == Phase::Read {
        state.phase = Phase::Sweep;
    }
}

/// Stores one document of a page. Waiting edits stay on top of it.
fn take(work: &mut Work, document: Document, env: &mut Env<'_>) {
    let id = document.id;
    let generation = work.state.generation;
    let met = work.local(id).map(|local| local.read);
    let shadow = work.local(id).and_then(|local| local.shadow());
    let here = shadow.map_or(0, |shadow| shadow.rev);
    if met == Some(generation) && here > document.rev {
        // Acknowledged by a push after this page was read: the newer state comes with a later page.
        return;
    }
    if document.purged {
        let left = shadow.cloned().map(content);
        work.settle(id, left, Some(generation));
        return;
    }
    if work.state.reoffer
        && met != Some(generation)
        && let Some(old) = shadow.filter(|old| old.rev != 0).cloned()
    {
        reoffer::offer(work, &old, &document, env);
    }
    work.settle(id, Some(document), Some(generation));
}
