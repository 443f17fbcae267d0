//! Time and randomness that tests hold in their hands. Not the machine's.

use crate::rng::Rng;
use krowoc_server::platform::{Clock, Random};
use krowoc_shared::ids::Millis;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

/// When tests begin: 21 November 2026, midnight UTC.
pub const BEGIN: Millis = 1_795_219_200_000;

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(BEGIN))
    }
}

impl TestClock {
    /// Moves it by milliseconds, also backwards.
    pub fn advance(&self, by: Millis) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Millis {
        self.0.load(Ordering::SeqCst)
    }
}

/// Bytes that look random and are the same in every run.
#[derive(Debug)]
pub struct TestRandom(Mutex<Rng>);

impl TestRandom {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Rng::new(seed)))
    }
}

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&rng.next().to_le_bytes()[..chunk.len()]);
        }
    }
}
