//! Amounts of money as people read and write them. Not prices of usage: those are the server's and `shared`'s.

use krowoc_shared::execution::NanoUsd;
use krowoc_shared::execution::estimate::{Reserve, reserve};
use krowoc_shared::execution::wire::{Cost, ListPrice};

const DIGITS: usize = 9;

/// The exact amount, such as `$0.003714`.
#[must_use]
pub fn usd(amount: NanoUsd) -> String {
    let text = amount.to_string();
    match text.strip_prefix('-') {
        Some(rest) => format!("-${rest}"),
        None => format!("${text}"),
    }
}

/// The amount short: cents from a dollar on, else three digits that count. Never shorter than it is exact to the first of them.
#[must_use]
pub fn short_usd(amount: NanoUsd) -> String {
    let nano = amount.0.unsigned_abs();
    let per = NanoUsd::PER_USD.unsigned_abs();
    let kept = if nano >= per {
        2
    } else {
        let zeros = DIGITS.saturating_sub(nano.to_string().len().min(DIGITS));
        zeros.saturating_add(3).clamp(2, DIGITS)
    };
    let dropped = u32::try_from(DIGITS.saturating_sub(kept)).unwrap_or(0);
    let unit = 10u64.saturating_pow(dropped);
    let rounded = nano.saturating_add(unit / 2) / unit * unit;
    let signed = i64::try_from(rounded).unwrap_or(i64::MAX);
    usd(NanoUsd(if amount.0 < 0 {
        signed.saturating_neg()
    } else {
        signed
    }))
}

/// What an execution cost, in words: exact, about, unknown, or not known yet.
#[must_use]
pub fn cost(cost: Cost) -> String {
    match cost {
        Cost::Pending => "–".to_owned(),
        Cost::Exact(amount) => usd(amount),
        Cost::Estimated(amount) => format!("about {}", usd(amount)),
        Cost::Unpriced => "no known price".to_owned(),
    }
}

/// As [`cost`], short.
#[must_use]
pub fn short_cost(of: Cost) -> String {
    match of {
        Cost::Exact(amount) => short_usd(amount),
        Cost::Estimated(amount) => format!("about {}", short_usd(amount)),
        Cost::Pending | Cost::Unpriced => cost(of),
    }
}

/// The known amount of a cost.
#[must_use]
pub fn amount(cost: Cost) -> Option<NanoUsd> {
    match cost {
        Cost::Exact(amount) | Cost::Estimated(amount) => Some(amount),
        Cost::Pending | Cost::Unpriced => None,
    }
}

/// Why an amount could not be read, as a sentence.
pub const EXPECTED: &str =
    "Write dollars with a point, such as 12.50, or leave it empty for no ceiling.";

/// Reads an amount a person typed: `12.5`, `$1,234.50`; nothing when it is empty.
///
/// # Errors
/// [`EXPECTED`], when it is not an amount that can be kept exactly.
pub fn parse_usd(typed: &str) -> Result<Option<NanoUsd>, &'static str> {
    let text = typed.trim();
    let text = text.strip_prefix('$').unwrap_or(text).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let whole = grouped(whole).ok_or(EXPECTED)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(&whole)
        || !digits(part)
        || part.len() > DIGITS
        || (whole.is_empty() && part.is_empty())
    {
        return Err(EXPECTED);
    }
    let nano: i64 = format!("0{whole}{part:0<DIGITS$}")
        .parse()
        .map_err(|_| EXPECTED)?;
    Ok(Some(NanoUsd(nano)))
}

/// A whole number without the commas between its thousands; `None` when they stand elsewhere.
fn grouped(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let fits = rest.is_empty() || (1..=3).contains(&first.len());
    (fits && rest.iter().all(|group| group.len() == 3)).then(|| text.replace(',', ""))
}

/// A price for a million tokens, such as `$0.15`; a dash when there is none.
#[must_use]
pub fn per_mtok(price: Option<NanoUsd>) -> String {
    price.map_or_else(|| "–".to_owned(), short_usd)
}

/// What a run would cost by a list price, at least and at most, as the server reckons it; `None` where the list has no prices.
#[must_use]
pub fn by_list(price: &ListPrice, input: u64, output: u64) -> Option<Reserve> {
    Some(reserve(price.table.as_ref()?, input, output))
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::execution::price::PriceSet;

    #[test]
    fn amounts_are_exact_or_short_with_three_digits_that_count() {
        for (nano, exact, short) in [
            (0, "$0.00", "$0.00"),
            (3_714_000, "$0.003714", "$0.00371"),
            (42, "$0.000000042", "$0.000000042"),
            (16_604_999_999, "$16.604999999", "$16.60"),
            (999_999_999, "$0.999999999", "$1.00"),
            (60_000_000, "$0.06", "$0.06"),
            (-1_500_000_000, "-$1.50", "-$1.50"),
        ] {
            assert_eq!(usd(NanoUsd(nano)), exact);
            assert_eq!(short_usd(NanoUsd(nano)), short);
        }
        assert_eq!(cost(Cost::Unpriced), "no known price");
        assert_eq!(cost(Cost::Estimated(NanoUsd(1))), "about $0.000000001");
    }

    #[test]
    fn what_is_typed_is_read_exactly_or_refused() {
        for (typed, nano) in [
            ("12.5", 12_500_000_000),
            (" $1,234.50 ", 1_234_500_000_000),
            ("0.000000001", 1),
            (".5", 500_000_000),
            ("5.", 5_000_000_000),
            ("0", 0),
        ] {
            assert_eq!(parse_usd(typed), Ok(Some(NanoUsd(nano))), "{typed}");
        }
        assert_eq!(parse_usd("  "), Ok(None));
        for bad in [
            "1,5",
            "12,34.5",
            "ten",
            "-1",
            "1e3",
            "0.0000000001",
            ".",
            "1 000",
            "99999999999",
        ] {
            assert_eq!(parse_usd(bad), Err(EXPECTED), "{bad}");
        }
    }

    #[test]
    fn every_exact_amount_can_be_typed_again() {
        for nano in [0, 1, 999, 1_000_000_001, 123_456_789_012_345] {
            assert_eq!(parse_usd(&usd(NanoUsd(nano))), Ok(Some(NanoUsd(nano))));
        }
    }

    #[test]
    fn a_list_without_prices_gives_no_estimate_and_one_with_them_the_servers_own() {
        let bare = ListPrice {
            input_mtok: Some(NanoUsd(150_000_000)),
            cache_read_mtok: None,
            output_mtok: None,
            tiered: false,
            table: None,
        };
        assert_eq!(by_list(&bare, 1_000, 0), None);
        let empty = PriceSet::default();
        let listed = ListPrice::of(&empty);
        assert_eq!(
            by_list(&listed, 1_000, 10),
            Some(reserve(&empty, 1_000, 10))
        );
    }
}
