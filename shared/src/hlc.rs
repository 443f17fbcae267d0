//! Hybrid logical clock: stamps that follow wall time and never run backwards. Not a wall clock: the time is an argument.
//!
//! Source: Kulkarni, Demirbas, Madappa, Avva, Leone, "Logical Physical Clocks" (2014).

use crate::ids::Millis;
use serde::{Deserialize, Serialize};

/// How far ahead of the server a stamp may lie before it is clamped, in milliseconds.
pub const MAX_AHEAD: Millis = 60_000;

/// A stamp: wall milliseconds, a counter within the millisecond, and the node that made it (breaks ties).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hlc {
    /// Wall time in milliseconds since the Unix epoch.
    pub at: Millis,
    /// Events within the same millisecond.
    pub count: u32,
    /// Low bits of the device that made the stamp.
    pub node: u32,
}

/// A clock of one node; its state is the last stamp it gave or saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The largest stamp given or seen.
    pub last: Hlc,
    /// The node's own number.
    pub node: u32,
}

impl Clock {
    /// A clock that has seen nothing.
    #[must_use]
    pub fn new(node: u32) -> Self {
        Self {
            last: Hlc::default(),
            node,
        }
    }

    /// The stamp of a local event at wall time `now`: larger than all given or seen before.
    pub fn tick(&mut self, now: Millis) -> Hlc {
        let (at, count) = if now > self.last.at {
            (now, 0)
        } else {
            advance(self.last.at, self.last.count)
        };
        self.last = Hlc {
            at,
            count,
            node: self.node,
        };
        self.last
    }

    /// Folds in a stamp made elsewhere, so that later local stamps are larger than it.
    pub fn observe(&mut self, seen: Hlc) {
        if (seen.at, seen.count) > (self.last.at, self.last.count) {
            self.last = Hlc {
                at: seen.at,
                count: seen.count,
                node: self.node,
            };
        }
    }
}

/// The next (millisecond, counter) pair; a full counter borrows from the next millisecond.
fn advance(at: Millis, count: u32) -> (Millis, u32) {
    match count.checked_add(1) {
        Some(next) => (at, next),
        None => (at.saturating_add(1), 0),
    }
}

impl Hlc {
    /// The stamp as a server at wall time `now` accepts it: never more than [`MAX_AHEAD`] in its future.
    #[must_use]
    pub fn clamped(self, now: Millis) -> Self {
        let limit = now.saturating_add(MAX_AHEAD);
        if self.at > limit {
            Self {
                at: limit,
                count: 0,
                node: self.node,
            }
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn stamps_grow_whatever_the_wall_clock_does(times in prop::collection::vec(-10i64..1_000_000, 1..50)) {
            let mut clock = Clock::new(3);
            let mut last = Hlc::default();
            for now in times {
                let stamp = clock.tick(now);
                prop_assert!(stamp > last);
                last = stamp;
            }
        }

        #[test]
        fn a_stamp_after_an_observation_is_larger_than_it(now in 0i64..1_000_000, at in 0i64..2_000_000, count: u32, node: u32) {
            let seen = Hlc { at, count, node };
            let mut clock = Clock::new(1);
            clock.observe(seen);
            let next = clock.tick(now);
            prop_assert!((next.at, next.count) > (seen.at, seen.count));
        }

        #[test]
        fn a_clamped_stamp_is_never_more_than_a_minute_ahead(now in 0i64..1_000_000, at: i64) {
            let stamp = Hlc { at, count: 9, node: 2 }.clamped(now);
            prop_assert!(stamp.at <= now + MAX_AHEAD);
            prop_assert!(stamp.at == at || at > now + MAX_AHEAD);
        }
    }
}
