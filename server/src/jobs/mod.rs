//! Work that nobody waits for: a durable queue on the store, and the jobs of the library. Not what other nouns queue: see `chores`.

pub mod forget;
pub mod purge;
mod queue;

pub use queue::{Kind, Outcome, ensure, run, work};

use crate::app::AppState;
use futures_util::FutureExt;

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;

/// Empties every trash of what is due, each hour.
pub const PURGE: Kind = Kind {
    name: "purge",
    every: Some(HOUR),
    attempts: 5,
    run: |state, _| purge(state).boxed(),
};

async fn purge(state: AppState) -> Outcome {
    let done = purge::run(&state)
        .await
        .map_err(|error| error.to_string())?;
    if done != purge::Done::default() {
        tracing::info!(
            purged = done.purged,
            dropped = done.dropped,
            "the trash was emptied"
        );
    }
    Ok(())
}

/// Forgets results of edits that no device can repeat any more, each hour.
pub const FORGET: Kind = Kind {
    name: "forget_results",
    every: Some(HOUR),
    attempts: 5,
    run: |state, _| forget(state).boxed(),
};

async fn forget(state: AppState) -> Outcome {
    let forgotten = forget::run(&state)
        .await
        .map_err(|error| error.to_string())?;
    if forgotten > 0 {
        tracing::info!(forgotten, "old results of edits were forgotten");
    }
    Ok(())
}
