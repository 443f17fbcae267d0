//! Work for the processor that takes a while: off the async threads, a few at a time, and while no connection of the database is held. Not
//! the work itself.

use crate::web::problem::{Fault, Reply};
use krowoc_shared::error::ErrorCode;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A place for work of one sort; clones share its room.
#[derive(Clone, Debug)]
pub struct Aside {
    slots: Arc<Semaphore>,
}

impl Aside {
    /// Room for so many at a time; others wait for their turn.
    #[must_use]
    pub fn new(concurrency: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(concurrency)),
        }
    }

    /// Does the work when there is room. Who goes meanwhile gives up their turn; work that has begun is done to its end.
    ///
    /// # Errors
    /// The work's own; [`ErrorCode::Internal`] when it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Reply<T> + Send + 'static,
    ) -> Reply<T> {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|_| internal())?;
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(slot);
            outcome
        });
        done.await.map_err(|_| internal())?
    }
}

fn internal() -> Fault {
    Fault::new(ErrorCode::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[tokio::test]
    async fn the_next_waits_until_there_is_room_also_after_a_panic() {
        let aside = Aside::new(1);
        let (go_on, may_go_on) = channel::<()>();
        let mut first = Box::pin(aside.run(move || {
            may_go_on.recv().unwrap();
            Ok(1)
        }));
        assert!(futures_util::poll!(&mut first).is_pending());
        let mut second = Box::pin(aside.run(|| Ok(2)));
        assert!(futures_util::poll!(&mut second).is_pending());
        assert_eq!(aside.slots.available_permits(), 0);
        go_on.send(()).unwrap();
        assert_eq!(first.await.unwrap(), 1);
        assert_eq!(second.await.unwrap(), 2);
        let failed: Reply<()> = aside.run(|| panic!("of a test")).await;
        assert_eq!(failed.unwrap_err().code, ErrorCode::Internal);
        assert_eq!(aside.run(|| Ok(3)).await.unwrap(), 3);
    }
}
