//! Where the space stands, and the end of reading it whole. Not the pages between, and not the end of a membership.

use super::leave;
use super::plan::POLL_EVERY;
use super::pull::{fail, settle_acks};
use super::reoffer;
use super::state::{Backoff, ClientState, Phase};
use super::step::{Commit, Env, Failure, Loaded};
use super::work::{Work, ghost};
use crate::error::ErrorCode;
use crate::library::document::Document;
use crate::sync::checksum::Checksum;
use crate::sync::wire::{PastEpoch, SpaceState};

/// Takes the answer to `GET /sync/spaces`: finds the space that the machine is bound to, notices a new epoch, begins to read. A team that
/// is not in it has the person as a member no more.
#[must_use]
pub fn on_spaces(
    state: &ClientState,
    result: Result<Vec<SpaceState>, Failure>,
    env: &mut Env<'_>,
) -> Commit {
    let mut state = state.clone();
    match result {
        Err(failure) => fail(&mut state, &failure, env),
        Ok(spaces) => {
            state.spaces_at = env.now.saturating_add(POLL_EVERY);
            if state.phase != Phase::Ask {
                // It stands where it stood: only who is in which space, and how much may be in it, was asked.
                leave::note(&mut state, &spaces);
                return Commit::of(state);
            }
            match bound(&state, &spaces) {
                Some(space) => begin(&mut state, space),
                None if state.team.is_some() => state.phase = Phase::Leave,
                None => state.halted = Some(ErrorCode::NotFound),
            }
        }
    }
    Commit::of(state)
}

/// The space of this machine: of a team that very one, else the person's own, which is another after they signed in elsewhere.
pub(super) fn bound<'a>(state: &ClientState, spaces: &'a [SpaceState]) -> Option<&'a SpaceState> {
    let mut own = spaces.iter().filter(|it| it.team == state.team.is_some());
    let same = own.clone().find(|it| Some(it.space) == state.space);
    same.or_else(|| own.next().filter(|_| state.team.is_none()))
}

fn begin(state: &mut ClientState, space: &SpaceState) {
    let moved = state.space.is_some_and(|known| known != space.space);
    let restored = state
        .epoch
        .as_ref()
        .is_some_and(|epoch| *epoch != space.epoch);
    if moved || restored {
        let since = common(state, space);
        // A second restore before the first was dealt with: shadows of both epochs are here.
        state.since = if state.reoffer {
            state.since.min(since)
        } else {
            since
        };
        state.reoffer = true;
        state.wanted = 0;
        // What is here may be of another space altogether.
        state.whole &= !moved;
    }
    state.space = Some(space.space);
    state.team = state.team.map(|_| space.role);
    state.prompt_limit = space.prompt_limit;
    state.epoch = Some(space.epoch.clone());
    state.generation = state.generation.saturating_add(1);
    state.checksum = Checksum::default();
    state.cursor = 0;
    state.complete = 0;
    state.horizon = space.seq;
    state.phase = Phase::Read;
    state.pull.retry_at = 0;
}

/// The newest revision that our epoch and the present one have in common; 0 when they have nothing to do with each other.
fn common(state: &ClientState, space: &SpaceState) -> u64 {
    let ours = |past: &&PastEpoch| Some(&past.epoch) == state.epoch.as_ref();
    space.past.iter().find(ours).map_or(0, |past| past.until)
}

/// Looks through documents that the reading did not meet: the server has none of them. `loaded`: what [`super::Step::Sweep`]
/// asked for; when it holds no document the sweep is done.
#[must_use]
pub fn on_sweep(state: &ClientState, loaded: Loaded, env: &mut Env<'_>) -> Commit {
    let mut work = Work::new(state, loaded.clone());
    if work.state.phase != Phase::Sweep {
        return work.finish();
    }
    let generation = work.state.generation;
    let unmet = loaded
        .locals
        .values()
        .filter(|local| local.read < generation);
    let mut done = true;
    for local in unmet {
        done = false;
        let id = local.view.id;
        settle_acks(&mut work, id, None);
        let Some(old) = local.shadow() else {
            work.settle(id, None, Some(generation));
            continue;
        };
        let forgotten = work.state.reoffer && !old.purged && old.rev > work.state.since;
        if forgotten {
            reoffer::offer(&mut work, old, &Document::new(id, old.kind), env);
        }
        let old = ghost(old.clone(), work.state.cursor);
        work.settle(id, Some(old), Some(generation));
    }
    if done {
        work.state.phase = Phase::Steady;
        work.state.reoffer = false;
        work.state.pull = Backoff::default();
    }
    work.finish()
}
