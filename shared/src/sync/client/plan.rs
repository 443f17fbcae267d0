//! What is to be done next. Not the doing, and not what an answer means.

use super::push::HELD_FOR;
use super::state::{ClientState, OutboxRow, Phase};
use super::step::{Commit, Step};
use crate::ids::{DocId, Millis, SpaceId};
use crate::library::limits;
use crate::sync::wire::{Op, PullRequest, PushRequest};
use std::collections::BTreeSet;

/// Pause between two pulls that nothing asked for, in milliseconds.
pub const POLL_EVERY: Millis = 15 * 60_000;
/// Documents looked through at a time after a whole space was read.
pub const SWEEP_LIMIT: usize = 200;
/// No pause is longer than this: a time further ahead was written before the wall clock went back.
const LONGEST_PAUSE: Millis = 60 * 60_000;
/// What this client can read in an answer: see [`PushRequest::knows`].
const READS: u32 = 1;
/// Room for the envelope of a push, in bytes.
const ENVELOPE: usize = 1_024;

/// The next step. `waiting`: outbox rows that wait, by `seq`; all of them, or at least the first two hundred.
/// `now`: wall clock, in milliseconds.
#[must_use]
pub fn plan(state: &ClientState, waiting: &[OutboxRow], now: Millis) -> Step {
    if !state.connected {
        return Step::Idle;
    }
    if let Some(code) = state.halted {
        return Step::Halted(code);
    }
    if state.phase == Phase::Gone {
        return Step::Idle;
    }
    if state.phase == Phase::Leave {
        return Step::Leave;
    }
    let (Some(space), Some(epoch), false) = (state.space, &state.epoch, state.phase == Phase::Ask)
    else {
        let due = due(state.pull.retry_at, now);
        return if due <= now {
            Step::Spaces
        } else {
            Step::WaitUntil(due)
        };
    };
    if state.phase == Phase::Sweep {
        return Step::Sweep {
            before: state.generation,
            limit: SWEEP_LIMIT,
        };
    }
    // While what the server forgot is being offered again, waiting texts still name revisions of the epoch before.
    let held = state.reoffer && state.phase != Phase::Steady;
    let rows = if held {
        Vec::new()
    } else {
        batch(state, waiting, now)
    };
    let pull_at = match state.phase {
        Phase::Steady if state.wanted <= state.cursor => {
            due(state.pull_at, now).max(due(state.pull.retry_at, now))
        }
        _ => due(state.pull.retry_at, now),
    };
    let push_at = due(state.push.retry_at, now);
    let push_due = !rows.is_empty() && push_at <= now;
    let pull_due = pull_at <= now;
    if push_due && !(pull_due && state.pushed_last) {
        return push(state, space, epoch, &rows);
    }
    let looks = state.team.is_none() && state.phase == Phase::Steady;
    if looks && due(state.spaces_at, now).max(due(state.pull.retry_at, now)) <= now {
        return Step::Spaces;
    }
    if pull_due {
        return Step::Pull(PullRequest {
            space,
            epoch: epoch.clone(),
            cursor: state.cursor,
            limit: Some(limits::PULL_LIMIT),
            horizon: Some(state.horizon),
        });
    }
    let push_at = if rows.is_empty() { pull_at } else { push_at };
    Step::WaitUntil(pull_at.min(push_at))
}

fn due(at: Millis, now: Millis) -> Millis {
    if at > now.saturating_add(LONGEST_PAUSE) {
        now
    } else {
        at
    }
}

/// The rows of the next push: in order, at most one text a document (the next one's base is the answer to it).
fn batch<'a>(state: &ClientState, waiting: &'a [OutboxRow], now: Millis) -> Vec<&'a OutboxRow> {
    let waits = || waiting.iter().filter(|row| row.waits());
    let most = state.batch.clamp(1, limits::PUSH_OPS);
    let mut rows: Vec<&OutboxRow> = Vec::new();
    let mut texts: BTreeSet<DocId> = BTreeSet::new();
    let mut later: BTreeSet<DocId> = BTreeSet::new();
    let mut room = limits::PUSH_BYTES.saturating_sub(ENVELOPE);
    for row in waits() {
        let id = row.op.doc_id;
        let second = row.op.body.is_some() && texts.contains(&id);
        let asked = row.held_until <= state.asked_at.saturating_add(HELD_FOR);
        let held = due(row.held_until, now) > now && !asked;
        if row.isolated || held || second || row.follows.is_some() || later.contains(&id) {
            later.insert(id);
            continue;
        }
        let size = size(&row.op);
        if rows.len() >= most || (size > room && !rows.is_empty()) {
            break;
        }
        room = room.saturating_sub(size);
        if row.op.body.is_some() {
            texts.insert(id);
        }
        rows.push(row);
    }
    if rows.is_empty() {
        // Only rows that failed on their own, or wait behind such a one: the least tried of them, alone.
        let first = |row: &&OutboxRow| row.isolated && first_of_document(waiting, row);
        rows.extend(
            waits()
                .filter(first)
                .min_by_key(|row| (row.attempts, row.seq)),
        );
    }
    rows
}

fn first_of_document(waiting: &[OutboxRow], row: &OutboxRow) -> bool {
    !waiting
        .iter()
        .any(|other| other.waits() && other.op.doc_id == row.op.doc_id && other.seq < row.seq)
}

/// Bytes of an operation on the wire.
fn size(op: &Op) -> usize {
    serde_json::to_vec(op).map_or(usize::MAX, |json| json.len().saturating_add(1))
}

fn push(state: &ClientState, space: SpaceId, epoch: &str, rows: &[&OutboxRow]) -> Step {
    let mut mark = Commit::of(ClientState {
        pushed_last: true,
        ..state.clone()
    });
    mark.put_rows = rows
        .iter()
        .map(|row| OutboxRow {
            attempts: row.attempts.saturating_add(1),
            ..(*row).clone()
        })
        .collect();
    let request = PushRequest {
        space,
        epoch: epoch.to_owned(),
        device: state.device,
        knows: READS,
        cursor: state.cursor,
        ops: rows.iter().map(|row| row.op.clone()).collect(),
    };
    Step::Push { mark, request }
}
