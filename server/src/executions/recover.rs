//! What keeps executions alive: leases are renewed while they run, those of the dead are taken over, a parked one goes on when its job
//! comes. Not the going on itself.

use super::begin::LEASE;
use super::board::Wish;
use super::engine::JOB;
use super::resume::resume;
use crate::app::AppState;
use crate::jobs::{Kind, Outcome};
use crate::store::{Conn, DatabaseUrl, StoreError, Tx, executions};
use futures_util::FutureExt;
use krowoc_shared::ids::{ExecutionId, Millis};
use std::time::Duration;

/// How often leases are renewed and abandoned executions looked for.
const EVERY: Duration = Duration::from_secs(15);
/// How often another server's wishes to cancel are looked for, while anything runs.
const WISHES: Duration = Duration::from_secs(2);
/// Most executions taken over at a time.
const AT_ONCE: i64 = 100;

/// Goes on with a parked execution.
pub const KIND: Kind = Kind {
    name: JOB,
    every: None,
    attempts: 20,
    run: |state, payload| go_on(state, payload).boxed(),
};

async fn go_on(state: AppState, payload: String) -> Outcome {
    let id: ExecutionId = payload.parse().map_err(|_| "no id".to_owned())?;
    resume(&state, id, None)
        .await
        .map_err(|error| error.to_string())
}

/// Which executions are taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those whose lease ran out.
    Abandoned,
    /// All that are not this server's: at the start of the only server of a database.
    All,
}

/// Takes executions over whose server died, and this server's own whose task did; goes on with them. Gives how many were found.
///
/// # Errors
/// The store's.
pub async fn recover(state: &AppState, which: Which) -> Result<usize, StoreError> {
    let before = match which {
        Which::Abandoned => state.now(),
        Which::All => Millis::MAX,
    };
    let owner = state.instance();
    let mut count = 0_usize;
    loop {
        let found = state
            .store
            .read(move |conn: &mut Conn| {
                // Parked ones have a job, unless it is long overdue.
                let parked = which == Which::Abandoned;
                executions::abandoned(conn, &owner, before, parked, AT_ONCE)
            })
            .await?;
        if found.is_empty() {
            break;
        }
        for id in found {
            count = count.saturating_add(1);
            // Once it is taken over, or has ended, it is not found again.
            resume(state, id, Some(before)).await?;
        }
    }
    if count > 0 {
        tracing::warn!(count, "executions of a server that ended were taken over");
    }
    Ok(count.saturating_add(sweep(state).await?))
}

/// Takes up again what is this server's by its row, and carried out by no task of it.
async fn sweep(state: &AppState) -> Result<usize, StoreError> {
    let (owner, now) = (state.instance(), state.now());
    let mut found = state
        .store
        .read(move |conn: &mut Conn| executions::expired(conn, &owner, now))
        .await?;
    // Asked after the rows are read: what has begun meanwhile is carried out.
    let carried = state.executions.ids();
    found.retain(|id| !carried.contains(id));
    for id in &found {
        tracing::error!(execution = %id, "the task of an execution ended without an end; it is taken up again");
        resume(state, *id, Some(now)).await?;
    }
    Ok(found.len())
}

/// Renews what this server carries out, and leaves alone what another one has taken over meanwhile.
///
/// # Errors
/// The store's.
pub async fn renew(state: &AppState) -> Result<(), StoreError> {
    if state.executions.running() == 0 {
        return Ok(());
    }
    // Those alone: a row that no task carries out is to be found by its lease.
    let mut lost = state.executions.ids();
    let (owner, until, carried) = (
        state.instance(),
        state.now().saturating_add(LEASE),
        lost.clone(),
    );
    let owned = state
        .store
        .write_again(move |tx: &mut Tx<'_>| executions::renew(tx, &owner, &carried, until))
        .await?;
    lost.retain(|id| !owned.contains(id));
    state.executions.wish(&lost, Wish::Leave);
    Ok(())
}

/// Stops what another server was asked to stop and this one carries out.
///
/// # Errors
/// The store's.
pub async fn heed(state: &AppState) -> Result<(), StoreError> {
    if state.executions.running() == 0 || matches!(state.store.url(), DatabaseUrl::Sqlite(_)) {
        return Ok(());
    }
    let owner = state.instance();
    let asked = state
        .store
        .read(move |conn: &mut Conn| executions::to_cancel(conn, &owner))
        .await?;
    state.executions.wish(&asked, Wish::Stop);
    Ok(())
}

/// Tends executions until the server stops.
pub async fn tend(state: AppState) {
    let log = |what: &str, outcome: Result<(), StoreError>| {
        if let Err(error) = outcome {
            tracing::error!(%error, what, "executions were not tended");
        }
    };
    // A SQLite file has one server: whatever is open in it was left by one that died.
    let first = match state.store.url() {
        DatabaseUrl::Sqlite(_) => Which::All,
        DatabaseUrl::Postgres(_) => Which::Abandoned,
    };
    log("start", recover(&state, first).await.map(|_| ()));
    let mut often = tokio::time::interval(WISHES);
    let mut seldom = tokio::time::interval(EVERY);
    seldom.tick().await;
    loop {
        tokio::select! {
            _ = often.tick() => log("wishes", heed(&state).await),
            _ = seldom.tick() => {
                log("leases", renew(&state).await);
                log("abandoned", recover(&state, Which::Abandoned).await.map(|_| ()));
            }
            () = state.stopping() => return,
        }
    }
}

/// Lets what is under way finish within the time that requests have, and leaves the rest to be taken over at once.
pub async fn drain(state: &AppState) {
    let limit = state.config.shutdown_timeout;
    let _ = tokio::time::timeout(limit, state.executions.idle()).await;
    let owner = state.instance();
    let left = state
        .store
        .write_again(move |tx: &mut Tx<'_>| executions::give_up(tx, &owner));
    if let Err(error) = left.await {
        tracing::error!(%error, "executions under way were not given up; their leases will run out");
    }
}
