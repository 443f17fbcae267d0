//! Prices and amounts as exact integers far below a nano-dollar. Not rounded, and never a floating-point number.

use crate::execution::money::NanoUsd;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Decimals of a dollar that a rate holds.
const DECIMALS: usize = 18;
/// Units of a rate in a dollar.
const PER_USD: u128 = 1_000_000_000_000_000_000;
/// The highest rate: a million dollars, so that products stay within 128 bits.
const HIGHEST: u128 = 1_000_000 * PER_USD;

/// A price in USD with up to 18 decimals. Written as a decimal text, such as `"0.0735"`: a JSON number would be read through a
/// floating-point one and lose digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u128);

impl Rate {
    /// Nothing: a known price, unlike an absent one.
    pub const ZERO: Self = Self(0);

    /// A rate of whole nano-USD; nothing for less than nothing.
    #[must_use]
    pub fn of_nano(nano: NanoUsd) -> Self {
        Self(u128::try_from(nano.0).unwrap_or(0) * (PER_USD / 1_000_000_000))
    }

    /// Rounded half up to nano-USD.
    #[must_use]
    pub fn nano(self) -> NanoUsd {
        let step = PER_USD / 1_000_000_000;
        NanoUsd(i64::try_from((self.0 + step / 2) / step).unwrap_or(i64::MAX))
    }

    /// What an amount of units costs at this rate for `per` of them; `None` when it is too large to hold.
    #[must_use]
    pub fn of(self, amount: u64, per: u64) -> Option<Exact> {
        let scale = Exact::SCALE.checked_div(u128::from(per))?;
        let cost = self.0.checked_mul(u128::from(amount))?;
        Some(Exact(cost.checked_mul(scale)?))
    }
}

/// A text that is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRate;

impl fmt::Display for InvalidRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected USD as a decimal text, such as \"0.0735\": not negative, at most 18 decimals, at most 1000000")
    }
}
impl std::error::Error for InvalidRate {}

impl FromStr for Rate {
    type Err = InvalidRate;

    /// Reads a decimal number, also with an exponent (`7.5E-8`).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let units = decimal(text, DECIMALS, false).ok_or(InvalidRate)?;
        (units <= HIGHEST).then_some(Self(units)).ok_or(InvalidRate)
    }
}

/// The shortest decimal text.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / PER_USD, self.0 % PER_USD);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{part:018}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text =
            String::deserialize(deserializer).map_err(|_| serde::de::Error::custom(InvalidRate))?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount of money without any rounding: a sum of rates times amounts. One dollar is 9 × 10²⁷ of it, which every `per` divides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(u128);

impl Exact {
    /// Units of an exact amount in one unit of a rate: a common multiple of 1,000, 3,600, 10⁶ and 10⁹.
    const SCALE: u128 = 9_000_000_000;
    /// Units in a nano-dollar.
    const PER_NANO: u128 = PER_USD / 1_000_000_000 * Self::SCALE;

    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The sum; `None` when it is too large to hold.
    #[must_use]
    pub const fn plus(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// Rounded half up, once: the only place where money is rounded. `None` when it is more than [`NanoUsd`] holds.
    #[must_use]
    pub fn nano(self) -> Option<NanoUsd> {
        let nano = self.0 / Self::PER_NANO;
        let up = u128::from(self.0 % Self::PER_NANO >= Self::PER_NANO / 2);
        Some(NanoUsd(i64::try_from(nano + up).ok()?))
    }

    /// Rounded up: for what is reserved.
    #[must_use]
    pub fn nano_up(self) -> Option<NanoUsd> {
        Some(NanoUsd(
            i64::try_from(self.0.div_ceil(Self::PER_NANO)).ok()?,
        ))
    }

    /// Whether it is the amount of a decimal text in USD, as far as the text's digits go.
    #[must_use]
    pub fn is(self, usd: &str) -> bool {
        // A quotient without end is cut somewhere: a difference in the last digit is none.
        let units = decimal(usd, DECIMALS + 9, true).and_then(|units| units.checked_mul(9));
        units.is_some_and(|units| units.abs_diff(self.0) <= 9)
    }
}

/// USD with up to 27 decimals, the rest cut.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = PER_USD * Self::SCALE;
        let (whole, part) = (self.0 / unit, self.0 % unit / 9);
        let digits = format!("{part:027}");
        let trimmed = digits.trim_end_matches('0');
        if trimmed.is_empty() {
            write!(f, "{whole}")
        } else {
            write!(f, "{whole}.{trimmed}")
        }
    }
}

/// A decimal text as an integer of its `decimals`-th places; `None` when it is no number from 0 up, or has more digits than that and
/// they may not be cut.
fn decimal(text: &str, decimals: usize, cut: bool) -> Option<u128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{part}");
    if whole.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let trimmed = digits.trim_end_matches('0');
    if trimmed.is_empty() {
        return Some(0);
    }
    let dropped = i32::try_from(digits.len() - trimmed.len()).ok()?;
    let places = i32::try_from(part.len()).ok()?.checked_sub(dropped)?;
    let shift = i32::try_from(decimals)
        .ok()?
        .checked_sub(places)?
        .checked_add(exponent)?;
    let power = 10u128.checked_pow(shift.unsigned_abs())?;
    let number = trimmed.parse::<u128>().ok()?;
    if shift < 0 {
        return cut.then_some(number / power);
    }
    number.checked_mul(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_keeps_every_digit_of_its_text() {
        for text in [
            "0",
            "0.0735",
            "0.08333333333333334",
            "0.18000000000000002",
            "1000000",
            "0.000000000000000001",
        ] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        assert_eq!("7.5E-8".parse::<Rate>().unwrap().to_string(), "0.000000075");
        assert_eq!("1.50".parse::<Rate>().unwrap().to_string(), "1.5");
        assert_eq!("2e3".parse::<Rate>().unwrap().to_string(), "2000");
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in [
            "",
            ".5",
            "-1",
            "+1",
            "1,5",
            "NaN",
            "1e999",
            "1000000.1",
            "0.0000000000000000001",
            "0x1",
            "1 ",
            "e5",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Rate>("0.5").is_err());
        assert_eq!(
            serde_json::from_str::<Rate>("\"0.5\"").unwrap(),
            "0.5".parse().unwrap()
        );
    }

    #[test]
    fn half_a_nano_dollar_counts_as_one_and_less_as_none() {
        let rate = |text: &str| text.parse::<Rate>().unwrap();
        let nano = |text, amount| rate(text).of(amount, 1_000_000).unwrap().nano().unwrap().0;
        assert_eq!(nano("0.0005", 1), 1);
        assert_eq!(nano("0.000499999999999999", 1), 0);
        assert_eq!(nano("0.15", 7), 1_050);
        assert_eq!(
            rate("0.0001")
                .of(1, 1_000_000)
                .unwrap()
                .nano_up()
                .unwrap()
                .0,
            1
        );
    }

    #[test]
    fn an_exact_amount_is_compared_with_a_decimal_text() {
        let cost = "0.08333333333333334"
            .parse::<Rate>()
            .unwrap()
            .of(12, 1_000_000)
            .unwrap();
        assert!(cost.is("0.00000100000000000000008"));
        assert!(!cost.is("0.000001"));
        assert_eq!(cost.to_string(), "0.00000100000000000000008");
        let hour = "1".parse::<Rate>().unwrap().of(1, 3_600).unwrap();
        assert!(hour.is("0.000277777777777777777777777"));
        assert!(hour.is("0.0002777777777777777777777777778"));
        assert!(Exact::ZERO.is("0E-9"));
        assert!(!Exact::ZERO.is("nothing"));
    }

    #[test]
    fn what_is_too_large_is_said_so_and_never_wrapped() {
        let dear = "1000000".parse::<Rate>().unwrap();
        assert!(dear.of(u64::MAX, 1_000).is_none());
        assert!(dear.of(1_000_000_000, 1_000_000).unwrap().nano().unwrap().0 > 0);
    }
}
