//! Counting what passed and what failed, from what test programs print. Not running them.

use std::ops::AddAssign;

/// Numbers of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that held.
    pub passed: u64,
    /// Those that did not.
    pub failed: u64,
}

impl Tally {
    /// One check that held.
    pub const ONE: Tally = Tally {
        passed: 1,
        failed: 0,
    };

    /// From the last line of Rust's test harness, `test result: ok. 3 passed; 0 failed; …`.
    pub fn of_rust(line: &str) -> Option<Tally> {
        let counts = line.strip_prefix("test result: ")?;
        Some(Tally {
            passed: before(counts, " passed")?,
            failed: before(counts, " failed")?,
        })
    }

    /// From the plain line `3 passed, 0 failed`.
    pub fn of_plain(line: &str) -> Option<Tally> {
        let (passed, failed) = line.trim().split_once(" passed, ")?;
        Some(Tally {
            passed: passed.parse().ok()?,
            failed: failed.strip_suffix(" failed")?.parse().ok()?,
        })
    }
}

fn before(text: &str, marker: &str) -> Option<u64> {
    text.split_once(marker)?.0.rsplit(' ').next()?.parse().ok()
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_counting_are_read() {
        let rust = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.01s";
        assert_eq!(
            Tally::of_rust(rust),
            Some(Tally {
                passed: 12,
                failed: 3
            })
        );
        assert_eq!(Tally::of_rust("running 3 tests"), None);
        let tally = Tally {
            passed: 40,
            failed: 2,
        };
        assert_eq!(Tally::of_plain(&tally.to_string()), Some(tally));
        assert_eq!(Tally::of_plain("40 passed"), None);
    }
}
