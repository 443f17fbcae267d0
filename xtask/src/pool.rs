//! Work on many things at once, on as many threads as the machine has processors. Not a queue that lives on: it ends when all is done.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Result, anyhow};

/// Works on each item, and ends with the first thing that went wrong once nobody works any more; what has not begun by then is left.
///
/// # Errors
/// What the work gives, or that it panicked.
pub fn each<T: Send>(items: Vec<T>, work: impl Fn(T) -> Result<()> + Sync) -> Result<()> {
    let threads = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(items.len());
    let queue = Mutex::new(items.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take_turns = || {
        while let Some(item) = next() {
            if let Err(error) = work(item) {
                while next().is_some() {}
                return Err(error);
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let hands: Vec<_> = (0..threads).map(|_| scope.spawn(take_turns)).collect();
        let mut result = Ok(());
        for hand in hands {
            let ended = hand
                .join()
                .unwrap_or_else(|_| Err(anyhow!("a thread panicked")));
            result = result.and(ended);
        }
        result
    })
}

/// Makes something of each item, in their order.
///
/// # Errors
/// As [`each`].
pub fn map<T: Send, U: Send>(
    items: Vec<T>,
    make: impl Fn(T) -> Result<U> + Sync,
) -> Result<Vec<U>> {
    let mut made: Vec<Option<U>> = items.iter().map(|_| None).collect();
    let places = items.into_iter().zip(&mut made).collect();
    each(places, |(item, place)| {
        *place = Some(make(item)?);
        Ok(())
    })?;
    Ok(made.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use anyhow::bail;

    use super::*;

    #[test]
    fn each_item_is_worked_on_once() {
        let sum = AtomicU32::new(0);
        let add = |n| {
            sum.fetch_add(n, Ordering::Relaxed);
            Ok(())
        };
        each((1..=100).collect(), add).unwrap();
        assert_eq!(sum.into_inner(), 5_050);
        each(Vec::<u32>::new(), |_| {
            bail!("nothing is there to be worked on")
        })
        .unwrap();
    }

    #[test]
    fn what_is_made_comes_in_the_order_of_the_items() {
        let doubled = map((0..50).collect(), |n: u32| Ok(n * 2)).unwrap();
        assert_eq!(doubled, (0..50).map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn what_goes_wrong_is_told_and_nothing_begins_after_it() {
        let begun = AtomicU32::new(0);
        let refuse = |_: u32| {
            begun.fetch_add(1, Ordering::Relaxed);
            bail!("refused")
        };
        let error = each((0..1_000).collect(), refuse).unwrap_err();
        assert_eq!(error.to_string(), "refused");
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        assert!(begun.into_inner() as usize <= threads);
    }
}
