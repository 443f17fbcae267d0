//! When entries that wait are put into SQLite's search index: while nobody writes, before too many wait, and before a search. Not how.

use super::waiting::{self, Done};
use super::{Conn, DatabaseUrl, Event, Store, StoreError, Tx};
use krowoc_shared::ids::SpaceId;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// As many may wait while others write: as a large library has. A search that comes before nobody writes any more puts in what waits of
/// its own space, about 20,000 entries a second.
const MOST: u32 = 100_000;
/// Nobody writes when the writer has no work and nothing was heard for so long.
const QUIET: Duration = Duration::from_millis(200);

/// Puts what waits into the index for as long as it is polled; returns where nothing ever waits.
pub async fn tend(store: Store) {
    if matches!(store.url(), DatabaseUrl::Postgres(_)) {
        return;
    }
    let mut events = store.events();
    // What an earlier server left.
    let mut waiting = left(&store).await;
    loop {
        if waiting < MOST && !quiet(&mut events, &mut waiting, || store.is_writing()).await {
            return;
        }
        waiting = match step(&store, None).await {
            Ok(Done { more: false, .. }) => 0,
            Ok(done) => waiting.saturating_sub(done.entries),
            Err(error) => {
                tracing::warn!(%error, "the search index was not brought up to date; it is tried again");
                tokio::time::sleep(QUIET).await;
                waiting
            }
        };
    }
}

/// Waits until something waits and nobody writes, or too much waits; false at the end of all events.
async fn quiet(
    events: &mut Receiver<Event>,
    waiting: &mut u32,
    is_writing: impl Fn() -> bool,
) -> bool {
    loop {
        let heard = match *waiting {
            0 => events.recv().await,
            MOST.. => return true,
            _ => match tokio::time::timeout(QUIET, events.recv()).await {
                Ok(heard) => heard,
                // A slow disk may take longer for one commit.
                Err(_) if is_writing() => continue,
                Err(_) => return true,
            },
        };
        match heard {
            Ok(Event::Unindexed(more)) => *waiting = waiting.saturating_add(more),
            Ok(_) => {}
            // How many were missed is not known.
            Err(RecvError::Lagged(_)) => *waiting = MOST,
            Err(RecvError::Closed) => return false,
        }
    }
}

async fn left(store: &Store) -> u32 {
    let counted = store.read(|conn: &mut Conn| waiting::count(conn)).await;
    // Whatever is the matter, a step finds out.
    counted.unwrap_or(1)
}

async fn step(store: &Store, space: Option<SpaceId>) -> Result<Done, StoreError> {
    store
        .write_again(move |tx: &mut Tx<'_>| waiting::step(tx, space))
        .await
}

/// Puts all that waits now into the index, of a space or of every one: a search that begins afterwards finds it. Others may write
/// between its steps.
///
/// # Errors
/// The store's; what was put in before stays.
pub async fn catch_up(store: &Store, space: Option<SpaceId>) -> Result<(), StoreError> {
    // A step that leaves nothing has seen everything that was acknowledged before it.
    while step(store, space).await?.more {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::broadcast::channel;

    #[tokio::test]
    async fn too_many_that_wait_do_not_wait_for_a_quiet_moment() {
        let (tell, mut events) = channel(4);
        let mut waiting = 0;
        for some in [MOST - 1, 1, 7] {
            tell.send(Event::Unindexed(some)).unwrap();
        }
        assert!(quiet(&mut events, &mut waiting, || true).await);
        assert_eq!(waiting, MOST);
        assert_eq!(events.recv().await, Ok(Event::Unindexed(7)));
    }

    #[tokio::test]
    async fn when_events_were_missed_too_many_may_wait() {
        let (tell, mut events) = channel(1);
        let mut waiting = 0;
        for _ in 0..3 {
            tell.send(Event::Unindexed(1)).unwrap();
        }
        assert!(quiet(&mut events, &mut waiting, || true).await);
        assert_eq!(waiting, MOST);
    }

    #[tokio::test]
    async fn a_moment_is_quiet_once_the_writer_has_no_work() {
        let (tell, mut events) = channel(1);
        tell.send(Event::Unindexed(1)).unwrap();
        let asked = std::cell::Cell::new(0);
        let is_writing = || asked.replace(asked.get() + 1) < 2;
        let mut waiting = 0;
        assert!(quiet(&mut events, &mut waiting, is_writing).await);
        assert_eq!((waiting, asked.get()), (1, 3));
    }

    #[tokio::test]
    async fn it_ends_with_the_events() {
        let (tell, mut events) = channel(1);
        tell.send(Event::Job(1)).unwrap();
        drop(tell);
        assert!(!quiet(&mut events, &mut 0, || false).await);
    }
}
