//! What ends by itself: invitations that have run out, and what is left of a deleted team, a bounded number of rows at a time. Not the
//! deletion: that takes all members out at once.

use crate::app::AppState;
use crate::jobs::{Kind, Outcome};
use crate::store::jobs::NewJob;
use crate::store::{Conn, StoreError, Tx, invitations, leaving, members};
use futures_util::FutureExt;
use krowoc_shared::ids::{JobId, SpaceId};

/// Erases teams that nobody is in. Each step is a transaction of its own, and done again it finds what is left.
pub const KIND: Kind = Kind {
    name: "erase_team",
    every: None,
    attempts: 50,
    run: |state, payload| erase(state, payload).boxed(),
};

/// Removes invitations that have run out, each hour.
pub const SWEEP: Kind = Kind {
    name: "sweep_invitations",
    every: Some(3_600_000),
    attempts: 5,
    run: |state, _| sweep(state).boxed(),
};

async fn sweep(state: AppState) -> Outcome {
    let now = state.now();
    let swept = state
        .store
        .write_again(move |tx: &mut Tx<'_>| invitations::sweep(tx, now));
    let count = swept.await.map_err(|error: StoreError| error.to_string())?;
    if count > 0 {
        tracing::info!(count, "invitations ran out");
    }
    Ok(())
}

/// The job that erases a team.
pub(super) fn job(state: &AppState, team: SpaceId) -> NewJob {
    let now = state.now();
    NewJob {
        id: JobId::mint(now, state.entropy()),
        kind: KIND.name,
        unique_key: Some(team.to_string()),
        payload: team.to_string(),
        due_at: now,
    }
}

async fn erase(state: AppState, payload: String) -> Outcome {
    let team: SpaceId = payload
        .parse()
        .map_err(|_| "the payload names no team".to_owned())?;
    all(&state, team).await.map_err(|error| error.to_string())
}

async fn all(state: &AppState, team: SpaceId) -> Result<(), StoreError> {
    let left = state
        .store
        .read(move |conn: &mut Conn| members::count(conn, team));
    if left.await? > 0 {
        return Err(StoreError::Fault("somebody is in the team".to_owned()));
    }
    while state
        .store
        .write_again(move |tx: &mut Tx<'_>| leaving::erase_space(tx, team))
        .await?
        > 0
    {}
    Ok(())
}
