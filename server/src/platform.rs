//! Time and randomness of this machine, behind traits so that tests inject their own. Nothing else reads either.

use krowoc_shared::ids::Millis;
use std::cell::RefCell;
use zeroize::{Zeroize, Zeroizing};

/// A source of wall time.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> Millis;
}

/// A source of unpredictable bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills the slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// N random bytes.
pub fn random<const N: usize>(source: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    source.fill(&mut bytes);
    bytes
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // The platform layer: the one place that may read the wall clock.
    fn now(&self) -> Millis {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(Millis::MAX)
    }
}

/// The operating system's generator. It is asked for some hundred bytes at a time: an id takes ten, and a call of a model several ids.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

/// Bytes of the system that nobody has had yet.
struct Stock {
    bytes: Zeroizing<[u8; STOCK]>,
    left: usize,
}

/// Bytes that are asked for at a time.
const STOCK: usize = 512;
/// The size of the smallest secret.
const SECRET: usize = 32;

thread_local! {
    static STOCKED: RefCell<Stock> = RefCell::new(Stock { bytes: Zeroizing::new([0; STOCK]), left: 0 });
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Keys and tokens are not to have lain in memory before.
        if bytes.len() >= SECRET {
            return ask(bytes);
        }
        let stocked = STOCKED.try_with(|stock| stock.borrow_mut().take(bytes));
        if stocked.is_err() {
            // The thread is ending.
            ask(bytes);
        }
    }
}

impl Stock {
    fn take(&mut self, bytes: &mut [u8]) {
        if self.left < bytes.len() {
            ask(self.bytes.as_mut_slice());
            self.left = STOCK;
        }
        self.left = self.left.saturating_sub(bytes.len());
        let end = self.left.saturating_add(bytes.len());
        if let Some(fresh) = self.bytes.get_mut(self.left..end) {
            bytes.copy_from_slice(fresh);
            // What was given away is not kept.
            fresh.zeroize();
        }
    }
}

#[allow(clippy::disallowed_methods)] // The platform layer.
#[allow(clippy::panic)] // Without randomness every token would be guessable: the process must not go on.
fn ask(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        panic!("the operating system gives no randomness: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn bytes_are_given_once_in_every_size_and_on_every_thread() {
        let some = || {
            let ids = (0..1_000).map(|_| random::<10>(&SystemRandom).to_vec());
            let more = (0..1_000).map(|_| random::<12>(&SystemRandom).to_vec());
            let large = (0..100).map(|_| random::<600>(&SystemRandom).to_vec());
            ids.chain(more).chain(large).collect::<Vec<Vec<u8>>>()
        };
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(some)).collect();
        let all: Vec<Vec<u8>> = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        let different: HashSet<&[u8]> = all.iter().map(|bytes| &bytes[..10]).collect();
        assert_eq!(different.len(), all.len());
        assert!(!different.contains([0; 10].as_slice()));
    }
}
