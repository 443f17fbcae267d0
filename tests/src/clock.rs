//! Time and randomness that tests hold in their hands. Not the machine's.

use krowoc_server::platform::{Clock, Random};
use krowoc_shared::ids::Millis;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

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

/// Bytes that look random and are the same in every run (SplitMix64, Steele, Lea, Flood 2014).
#[derive(Debug)]
pub struct TestRandom(AtomicU64);

impl TestRandom {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_le_bytes()[..chunk.len()]);
        }
    }
}
