//! Work that nobody waits for: runs at the start and every hour. Not a queue.

pub mod purge;

use crate::app::AppState;
use std::time::Duration;

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

/// Runs the jobs until the server stops. A job that fails is logged and tried again the next time.
pub async fn run(state: AppState) {
    let mut hourly = tokio::time::interval(EVERY);
    loop {
        hourly.tick().await;
        match purge::run(&state).await {
            Ok(done) if done == purge::Done::default() => {}
            Ok(done) => tracing::info!(
                purged = done.purged,
                dropped = done.dropped,
                "the trash was emptied"
            ),
            Err(error) => tracing::error!(%error, "the trash was not emptied"),
        }
    }
}
