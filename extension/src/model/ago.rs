//! How long ago something was, as a number and a unit. Not the words: the browser has them in every language.

use krowoc_shared::ids::Millis;

/// A span as `Intl.RelativeTimeFormat` takes it: negative is past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ago {
    /// Signed count.
    pub count: i64,
    /// `second`, `minute`, `hour`, `day`, `month` or `year`.
    pub unit: &'static str,
}

const UNITS: [(&str, i64); 5] = [
    ("year", 31_556_952_000),
    ("month", 2_629_746_000),
    ("day", 86_400_000),
    ("hour", 3_600_000),
    ("minute", 60_000),
];

/// From `now` to `then` in the largest unit that fits once. Within a minute it is 0 seconds: now.
#[must_use]
pub fn ago(then: Millis, now: Millis) -> Ago {
    let span = then.saturating_sub(now);
    for (unit, millis) in UNITS {
        let count = span / millis;
        if count != 0 {
            return Ago { count, unit };
        }
    }
    Ago {
        count: 0,
        unit: "second",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_unit_that_fits_is_taken() {
        let at = |millis: i64| {
            let ago = ago(1_000_000_000_000 - millis, 1_000_000_000_000);
            (ago.count, ago.unit)
        };
        assert_eq!(at(0), (0, "second"));
        assert_eq!(at(59_999), (0, "second"));
        assert_eq!(at(61_000), (-1, "minute"));
        assert_eq!(at(3_600_000 * 5), (-5, "hour"));
        assert_eq!(at(86_400_000 * 12), (-12, "day"));
        assert_eq!(at(86_400_000 * 400), (-1, "year"));
        assert_eq!(at(-120_000), (2, "minute"));
    }

    #[test]
    fn impossible_times_do_not_overflow() {
        assert_eq!(ago(i64::MIN, i64::MAX).unit, "year");
    }
}
