//! Waiting without sleeping while nobody else is there. Not a scheduler: what is awaited is unchanged, and so is its answer.
//!
//! Where a machine is quiet, waking a thread that sleeps takes longer than the work it sleeps for. Whoever waits alone therefore looks
//! again for a moment, and sleeps only then; with others about, their work is the better use of a processor.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::task::{Context, Poll};

/// How often a waiting task looks again, about half a millisecond in all.
const POLLS: u32 = 4_000;
/// How often a waiting thread looks again, about a fifth of a millisecond in all.
const LOOKS: u32 = 3_000;

/// Whether there is a processor for who waits beside one for who works.
pub(super) fn may_look() -> bool {
    std::thread::available_parallelism().is_ok_and(|count| count.get() > 1)
}

/// A future that is polled again at once, for a moment, while `alone` holds.
pub(super) struct Eager<F, A> {
    inner: F,
    alone: A,
    left: u32,
}

/// Awaits `inner`, without sleeping as long as `alone` says so and not for long.
pub(super) fn eager<F, A>(inner: F, alone: A) -> Eager<F, A>
where
    F: Future + Unpin,
    A: Fn() -> bool + Unpin,
{
    Eager {
        inner,
        alone,
        left: POLLS,
    }
}

impl<F, A> Future for Eager<F, A>
where
    F: Future + Unpin,
    A: Fn() -> bool + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = Pin::new(&mut self.inner).poll(cx);
        if polled.is_pending() && self.left > 0 && (self.alone)() {
            self.left = self.left.saturating_sub(1);
            cx.waker().wake_by_ref();
        }
        polled
    }
}

/// What arrives at `from` within a moment.
///
/// # Errors
/// Nothing came, or nothing can come any more.
pub(super) fn look<T>(from: &Receiver<T>) -> Result<T, TryRecvError> {
    let mut found = from.try_recv();
    for _ in 0..LOOKS {
        match found {
            Err(TryRecvError::Empty) => std::hint::spin_loop(),
            _ => break,
        }
        found = from.try_recv();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;
    use tokio::sync::oneshot;

    #[derive(Default)]
    struct Wakes(AtomicU32);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often a future woke itself, polled as long as it does.
    fn wakes<F: Future + Unpin>(mut future: F) -> u32 {
        let wakes = Arc::new(Wakes::default());
        let waker = Arc::clone(&wakes).into();
        let mut cx = Context::from_waker(&waker);
        loop {
            let before = wakes.0.load(Ordering::Relaxed);
            let polled = Pin::new(&mut future).poll(&mut cx);
            let after = wakes.0.load(Ordering::Relaxed);
            if polled.is_ready() || after == before {
                return after;
            }
        }
    }

    #[test]
    fn who_is_alone_looks_again_for_a_moment_and_then_sleeps() {
        let (_keep, never) = oneshot::channel::<()>();
        assert_eq!(wakes(eager(never, || true)), POLLS);
    }

    #[test]
    fn who_is_not_alone_sleeps_at_once() {
        let (_keep, never) = oneshot::channel::<()>();
        assert_eq!(wakes(eager(never, || false)), 0);
        let (_keep, never) = oneshot::channel::<()>();
        let left = Cell::new(3);
        let alone = || left.replace(left.get() - 1) > 0;
        assert_eq!(wakes(eager(never, alone)), 3);
    }

    #[test]
    fn what_is_there_is_taken_without_looking_again() {
        let (tell, told) = oneshot::channel();
        tell.send(7).unwrap();
        assert_eq!(wakes(eager(told, || true)), 0);
    }

    #[test]
    fn a_thread_looks_for_a_moment_and_says_what_it_found() {
        let (tell, told) = std::sync::mpsc::channel();
        assert_eq!(look(&told), Err(TryRecvError::Empty));
        tell.send(7).unwrap();
        assert_eq!(look(&told), Ok(7));
        drop(tell);
        assert_eq!(look(&told), Err(TryRecvError::Disconnected));
    }
}
