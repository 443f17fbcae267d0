//! The job that keeps the roll-ups, each minute. Not the counting: that is `store::rollups`.
//!
//! What is read on pages never waits for it: executions that are not in the roll-ups yet are read themselves. The job only keeps them few.

use crate::app::AppState;
use crate::jobs::{Kind, Outcome};
use crate::store::{Conn, StoreError, Tx, rollups};
use futures_util::FutureExt;
use krowoc_shared::ids::Millis;
use std::sync::Arc;

/// How often it runs.
const EVERY: Millis = 60_000;
/// An execution is in the store so soon after the time that its id begins with, on every server: writes wait for seconds at most, and the
/// clocks of servers differ by less. Until then the cursor does not pass that time.
const SETTLED: Millis = 120_000;
/// Executions of one step.
const STEP: i64 = 5_000;

/// Adds executions that have ended to the roll-ups.
pub const KIND: Kind = Kind {
    name: "roll_up",
    every: Some(EVERY),
    attempts: 5,
    run: |state, _| done(state).boxed(),
};

async fn done(state: AppState) -> Outcome {
    run(&state)
        .await
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// Brings the roll-ups up to two minutes before now; gives how many executions were added.
///
/// # Errors
/// The store's; what was done before stays done.
pub async fn run(state: &AppState) -> Result<u64, StoreError> {
    let until = state.now().saturating_sub(SETTLED);
    let mut counted = 0_u64;
    loop {
        let step = state
            .store
            .read(move |conn: &mut Conn| rollups::gather(conn, until, STEP))
            .await?;
        let Some(step) = step else {
            return Ok(counted);
        };
        let (more, last) = (step.counted, step.last);
        let step = Arc::new(step);
        let taken = state
            .store
            .write_again(move |tx: &mut Tx<'_>| rollups::apply(tx, &step))
            .await?;
        if !taken {
            // Another server does it.
            return Ok(counted);
        }
        counted = counted.saturating_add(more);
        if last {
            return Ok(counted);
        }
    }
}
