//! Money as whole nano-dollars. Not prices: those are `price`, and never a floating-point number.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in nano-USD: 1,000,000,000 are one dollar. On the wire a JSON integer.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct NanoUsd(pub i64);

impl NanoUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Nano-dollars of a dollar.
    pub const PER_USD: i64 = 1_000_000_000;

    /// Whole dollars.
    #[must_use]
    pub const fn usd(dollars: i64) -> Self {
        Self(dollars.saturating_mul(Self::PER_USD))
    }

    /// The sum, at most what an `i64` holds (9.2 thousand million dollars).
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for NanoUsd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

/// Exact, without needless zeros but with at least two decimals: `0.00`, `1.50`, `0.000042`.
impl fmt::Display for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = self.0.unsigned_abs() / Self::PER_USD.unsigned_abs();
        let part = self.0.unsigned_abs() % Self::PER_USD.unsigned_abs();
        let digits = format!("{part:09}");
        let trimmed = digits.trim_end_matches('0');
        write!(f, "{sign}{whole}.{trimmed:0<2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_exactly() {
        for (nano, text) in [
            (0, "0.00"),
            (1, "0.000000001"),
            (1_500_000_000, "1.50"),
            (42_000, "0.000042"),
            (-2_000_000_000, "-2.00"),
            (i64::MIN, "-9223372036.854775808"),
        ] {
            assert_eq!(NanoUsd(nano).to_string(), text);
        }
    }

    #[test]
    fn sums_stop_at_the_largest_amount_instead_of_turning_negative() {
        let most = NanoUsd(i64::MAX);
        assert_eq!([most, NanoUsd(1)].into_iter().sum::<NanoUsd>(), most);
        assert_eq!(NanoUsd::usd(2).minus(NanoUsd::usd(3)), NanoUsd::usd(-1));
    }
}
