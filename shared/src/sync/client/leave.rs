//! The end of a membership, and the way back in: what of a team's library leaves this device, and what stays. Not who is in which team.

use super::spaces::bound;
use super::state::{ClientState, OutboxRow, Phase, RowState, SIGN_IN, not_in_team};
use super::step::{Commit, Loaded};
use super::work::Work;
use crate::ids::DocId;
use crate::sync::checksum::Checksum;
use crate::sync::wire::SpaceState;
use std::collections::BTreeSet;

/// Takes which spaces the person is in, as another machine of theirs was told it: another role and another limit count from now on, a team
/// that is not among them is left, and one that is again is read anew.
#[must_use]
pub fn on_membership(state: &ClientState, spaces: &[SpaceState]) -> Commit {
    let mut state = state.clone();
    note(&mut state, spaces);
    Commit::of(state)
}

pub(super) fn note(state: &mut ClientState, spaces: &[SpaceState]) {
    let space = bound(state, spaces);
    if let Some(space) = space {
        state.prompt_limit = space.prompt_limit;
    }
    if state.team.is_none() {
        return;
    }
    match space {
        Some(space) => {
            state.team = Some(space.role);
            // Who is a member is not refused for good: a refusal counts until the person's spaces are looked at again.
            state.halted = state.halted.filter(|code| code.status() == SIGN_IN);
            if state.ended() {
                state.start_over();
            }
        }
        None if state.phase != Phase::Gone => state.phase = Phase::Leave,
        None => {}
    }
}

/// Drops what the team has, in one commit. Edits that it never took stay, as refused, each with a document that shows them and nothing else.
/// `known`: the ids of all documents; `loaded`: every row, and the documents that have some.
#[must_use]
pub fn on_leave(state: &ClientState, known: &[DocId], loaded: Loaded) -> Commit {
    let epoch = state.epoch.clone();
    let rows: Vec<OutboxRow> = loaded.rows.clone();
    let mut work = Work::new(state, loaded);
    if work.state.phase != Phase::Leave {
        return work.finish();
    }
    let taken = |row: &OutboxRow| {
        row.ack
            .as_ref()
            .is_some_and(|ack| Some(&ack.epoch) == epoch.as_ref())
    };
    let mut kept: BTreeSet<DocId> = BTreeSet::new();
    for row in &rows {
        if taken(row) {
            work.drop_row(row.seq);
            continue;
        }
        kept.insert(row.op.doc_id);
        if let Some(row) = work.row_mut(row.seq).filter(|row| !row.is_rejected()) {
            let violation = not_in_team();
            row.last_error = Some(violation.message.clone());
            row.state = RowState::Rejected(violation);
            row.ack = None;
            row.follows = None;
            row.held_until = 0;
        }
    }
    for id in &kept {
        work.settle(*id, None, Some(0));
    }
    let state = &mut work.state;
    state.phase = Phase::Gone;
    state.whole = false;
    // An answer that is still under way is of an epoch that is not known here.
    state.epoch = None;
    state.since = 0;
    state.cursor = 0;
    state.complete = 0;
    state.horizon = 0;
    state.wanted = 0;
    state.reoffer = false;
    state.checksum = Checksum::default();
    let mut commit = work.finish();
    commit.drop_locals = known
        .iter()
        .copied()
        .filter(|id| !kept.contains(id))
        .collect();
    commit
}
