//! Tests of exact prices of usage. Not of where prices come from.

use super::*;
use crate::execution::money::NanoUsd;
use crate::execution::usage::{Unit, Usage};
use crate::execution::wire::Cost;
use proptest::prelude::*;
use serde_json::json;

fn set(value: serde_json::Value) -> PriceSet {
    serde_json::from_value(value).unwrap()
}

fn usage(value: serde_json::Value) -> Usage {
    serde_json::from_value(value).unwrap()
}

#[test]
fn cached_tokens_are_charged_once_at_their_own_rate() {
    let prices = set(json!({"input_mtok": "3", "cache_read_mtok": "0.3", "output_mtok": "15"}));
    let costed = prices
        .cost(&usage(json!({"input_tokens": 1_000, "cache_read_tokens": 900, "output_tokens": 10, "output_reasoning_tokens": 4})))
        .unwrap();
    assert_eq!(costed.total, NanoUsd(100 * 3_000 + 900 * 300 + 10 * 15_000));
    assert!(costed.input.is("0.00057") && costed.output.is("0.00015"));
    let amounts: Vec<_> = costed
        .parts
        .iter()
        .map(|part| (part.key.as_str(), part.amount))
        .collect();
    assert_eq!(
        amounts,
        [
            ("cache_read_mtok", 900),
            ("input_mtok", 100),
            ("output_mtok", 10)
        ]
    );
    assert!(costed.unpriced.is_empty());
}

#[test]
fn cache_writes_of_an_hour_and_of_five_minutes_have_their_own_rates() {
    let prices = set(json!({
        "input_mtok": "3", "cache_write_mtok": "3.75", "cache_write_1h_mtok": "6", "output_mtok": "15",
    }));
    let used = json!({
        "input_tokens": 100, "cache_write_tokens": 80, "cache_write_5m_tokens": 50, "cache_write_1h_tokens": 30,
    });
    assert_eq!(
        prices.cost(&usage(used)).unwrap().total,
        NanoUsd(20 * 3_000 + 50 * 3_750 + 30 * 6_000)
    );
}

#[test]
fn a_large_request_pays_the_higher_rate_for_all_its_tokens() {
    let prices = set(json!({
        "input_mtok": {"base": "1.25", "tiers": [{"above": 500_000, "rate": "4"}, {"above": 200_000, "rate": "2.5"}]},
        "output_mtok": {"base": "10", "tiers": [{"above": 200_000, "rate": "15"}]},
    }));
    let cost = |input| prices.cost(&Usage::tokens(input, 10)).unwrap().total.0;
    assert_eq!(cost(200_000), 200_000 * 1_250 + 10 * 10_000);
    assert_eq!(cost(200_001), 200_001 * 2_500 + 10 * 15_000);
    assert_eq!(cost(500_001), 500_001 * 4_000 + 10 * 15_000);
}

#[test]
fn requests_and_searches_are_charged_each_and_belong_to_neither_direction() {
    let prices = set(json!({
        "input_mtok": "1", "output_mtok": "1", "requests_kcount": "5", "web_searches_kcount": "10",
    }));
    let costed = prices
        .cost(&usage(json!({"input_tokens": 1, "web_searches": 3})))
        .unwrap();
    assert_eq!(costed.total, NanoUsd(1_000 + 5_000_000 + 30_000_000));
    assert!(costed.input.is("0.000001") && costed.output.is("0"));
}

#[test]
fn what_overlaps_is_charged_by_the_price_of_both() {
    let prices = set(json!({
        "input_mtok": "0.1", "cache_read_mtok": "0.025", "input_audio_mtok": "0.7", "cache_audio_read_mtok": "0.175",
        "output_mtok": "0.4",
    }));
    let used = json!({
        "input_tokens": 100, "cache_read_tokens": 40, "input_audio_tokens": 50, "cache_audio_read_tokens": 30,
    });
    let total = prices.cost(&usage(used)).unwrap().total;
    assert_eq!(total, NanoUsd(40 * 100 + 10 * 25 + 20 * 700 + 30 * 175));
}

#[test]
fn usage_that_contradicts_itself_is_not_priced_but_has_a_most() {
    let prices = set(json!({
        "input_mtok": "0.1", "cache_read_mtok": "0.025", "input_audio_mtok": "0.7", "cache_audio_read_mtok": "0.175",
        "output_mtok": "0.4",
    }));
    let exceeds = usage(json!({"input_tokens": 5, "cache_read_tokens": 10}));
    let error = prices.cost(&exceeds).unwrap_err();
    assert_eq!(
        error.to_string(),
        "usage does not add up: cache_read_tokens exceed input_tokens"
    );
    let missing =
        usage(json!({"input_tokens": 50, "cache_read_tokens": 10, "input_audio_tokens": 10}));
    assert_eq!(
        prices.cost(&missing).unwrap_err(),
        CostError::Missing(Unit::CacheAudioReadTokens)
    );
    let whole = usage(json!({"cache_read_tokens": 10}));
    assert_eq!(
        prices.cost(&whole).unwrap_err(),
        CostError::Missing(Unit::InputTokens)
    );
    let prices = Prices::always(prices);
    assert_eq!(
        settle(Some(&prices), 0, &exceeds).0,
        Cost::Estimated(NanoUsd(10 * 700))
    );
    assert_eq!(
        settle(Some(&prices), 0, &missing).0,
        Cost::Estimated(NanoUsd(50 * 700))
    );
}

#[test]
fn what_has_no_price_is_named_and_tokens_without_one_are_unpriced() {
    let prices = Prices::always(set(json!({"input_mtok": "0.1"})));
    let searched = usage(json!({"input_tokens": 10, "web_searches": 1}));
    let costed = cost(&prices, 0, &searched).unwrap();
    assert_eq!(costed.unpriced, [Unit::WebSearches]);
    assert_eq!(
        settle(Some(&prices), 0, &searched).0,
        Cost::Exact(NanoUsd(1_000))
    );
    assert_eq!(
        settle(Some(&prices), 0, &Usage::tokens(10, 1)),
        (Cost::Unpriced, None)
    );
    assert_eq!(
        settle(None, 0, &Usage::tokens(10, 1)),
        (Cost::Unpriced, None)
    );
    let free = Prices::always(set(json!({"input_mtok": "0", "output_mtok": "0"})));
    assert_eq!(
        settle(Some(&free), 0, &Usage::tokens(10, 1)).0,
        Cost::Exact(NanoUsd::ZERO)
    );
}

#[test]
fn the_last_price_that_holds_is_in_force_and_the_first_when_none_does() {
    let prices: Prices = serde_json::from_value(json!([
        {"when": {"from": "2025-06-10"}, "prices": {"input_mtok": "2"}},
        {"when": {"from": "2026-01-01"}, "prices": {"input_mtok": "3"}},
        {"when": {"daily": ["16:30:00", "24:00:00"]}, "prices": {"input_mtok": "1"}},
    ]))
    .unwrap();
    let at = |day: &str, minutes: Millis| {
        let at = day.parse::<Day>().unwrap().begins() + minutes * 60_000;
        cost(&prices, at, &Usage::tokens(1, 0)).unwrap().total.0
    };
    assert_eq!(at("2024-01-01", 0), 2_000);
    assert_eq!(at("2025-12-31", 989), 2_000);
    assert_eq!(at("2026-01-01", 0), 3_000);
    assert_eq!(at("2026-01-01", 990), 1_000);
    let text = serde_json::to_string(&prices).unwrap();
    assert_eq!(serde_json::from_str::<Prices>(&text).unwrap(), prices);
}

#[test]
fn prices_that_would_count_a_token_twice_or_not_at_all_are_refused_with_the_fix() {
    let error = |value| {
        serde_json::from_value::<PriceSet>(value)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(json!({"cache_read_mtok": "1"})),
        "a price for cache_read_mtok needs one for input_mtok, which includes it"
    );
    assert_eq!(
        error(json!({"input_mtok": "1", "cache_read_mtok": "1", "input_audio_mtok": "1"})),
        "prices for cache_read_mtok and input_audio_mtok need one for cache_audio_read_mtok, which both include"
    );
    assert!(error(json!({"input_tokens": "1"})).contains("input_mtok"));
    assert!(error(json!({"input_mtok": 0.15})).contains("decimal text"));
    assert!(error(json!({})).contains("leave prices out"));
    assert!(serde_json::from_value::<Prices>(json!([])).is_err());
}

#[test]
fn a_revision_is_of_the_prices_alone_and_changes_with_each() {
    let prices = set(json!({"input_mtok": "3", "output_mtok": "15"}));
    assert_eq!(
        prices.revision(),
        set(json!({"output_mtok": "15.00", "input_mtok": "3"})).revision()
    );
    assert_eq!(prices.revision().len(), 12);
    for other in [
        json!({"input_mtok": "3", "output_mtok": "15.000000000000000001"}),
        json!({"input_mtok": "3", "output_mtok": {"base": "15", "tiers": [{"above": 1, "rate": "15"}]}}),
        json!({"input_mtok": "3", "output_mtok": "15", "requests_kcount": "0"}),
    ] {
        assert_ne!(set(other).revision(), prices.revision());
    }
}

#[test]
fn a_list_shows_the_usual_rates_and_carries_all_of_them() {
    let prices = set(json!({
        "input_mtok": {"base": "1.25", "tiers": [{"above": 200_000, "rate": "2.5"}]},
        "output_mtok": "10",
    }));
    let list = crate::execution::wire::ListPrice::of(&prices);
    assert_eq!(list.input_mtok, Some(NanoUsd(1_250_000_000)));
    assert_eq!(list.cache_read_mtok, None);
    assert_eq!(list.output_mtok, Some(NanoUsd::usd(10)));
    assert!(list.tiered);
    let text = serde_json::to_string(&list).unwrap();
    assert_eq!(
        serde_json::from_str::<crate::execution::wire::ListPrice>(&text).unwrap(),
        list
    );
}

/// A fraction of arbitrary size, as vectors of decimal digits would be: the reference that sums are checked against. Numerator over
/// 10^`places`, kept in two 128-bit halves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Reference {
    high: u128,
    low: u128,
}

impl Reference {
    const HALF: u128 = 1_000_000_000_000_000_000;

    /// `digits` (a rate in 10⁻¹⁸ USD) times an amount, in schoolbook halves of 18 digits.
    fn product(digits: u128, amount: u64) -> Self {
        let low = digits % Self::HALF * u128::from(amount);
        let high = digits / Self::HALF * u128::from(amount) + low / Self::HALF;
        Self {
            high,
            low: low % Self::HALF,
        }
    }

    fn plus(self, other: Self) -> Self {
        let low = self.low + other.low;
        Self {
            high: self.high + other.high + low / Self::HALF,
            low: low % Self::HALF,
        }
    }

    /// Divided by a million and rounded half up to nano: `high` is USD × 10⁰ and `low` USD × 10⁻¹⁸ of a millionth part.
    fn nano_of_millionths(self) -> i64 {
        // 10⁻¹⁸ USD / 10⁶ to 10⁻⁹ USD: a division by 10¹⁵.
        let step = 1_000_000_000_000_000;
        let whole = self.high * (Self::HALF / step) + self.low / step;
        let up = u128::from(self.low % step * 2 >= step);
        i64::try_from(whole + up).unwrap()
    }
}

fn rate_text(digits: u128) -> String {
    format!(
        "{}.{:018}",
        digits / Reference::HALF,
        digits % Reference::HALF
    )
}

proptest! {
    #[test]
    fn a_cost_is_the_exact_sum_rounded_once(
        rates in proptest::collection::vec(0u128..1_000_000_000_000_000_000_000, 3),
        input in 0u64..10_000_000,
        share in 0u64..=100,
        output in 0u64..10_000_000,
    ) {
        let prices = set(json!({
            "input_mtok": rate_text(rates[0]), "cache_read_mtok": rate_text(rates[1]), "output_mtok": rate_text(rates[2]),
        }));
        let cached = input / 100 * share;
        let mut used = Usage::tokens(input, output);
        used.add(Unit::CacheReadTokens, cached);
        let costed = prices.cost(&used).unwrap();
        let expected = Reference::product(rates[0], input - cached)
            .plus(Reference::product(rates[1], cached))
            .plus(Reference::product(rates[2], output));
        prop_assert_eq!(costed.total.0, expected.nano_of_millionths());
        prop_assert!(costed.total >= NanoUsd::ZERO);
        let directions = costed.input.plus(costed.output);
        prop_assert_eq!(directions, Some(costed.exact));
    }

    #[test]
    fn two_requests_cost_together_what_they_cost_apart(
        a in (0u64..1_000_000, 0u64..1_000_000), b in (0u64..1_000_000, 0u64..1_000_000),
    ) {
        let prices = set(json!({"input_mtok": "0.08333333333333334", "output_mtok": "0.30000000000000004"}));
        let of = |(input, output)| prices.cost(&Usage::tokens(input, output)).unwrap().exact;
        prop_assert_eq!(of(a).plus(of(b)), Some(of((a.0 + b.0, a.1 + b.1))));
    }

    #[test]
    fn the_most_is_never_below_the_cost(
        input in 0u64..1_000_000, read in 0u64..=100, audio in 0u64..=100, output in 0u64..1_000_000, searches in 0u64..9,
    ) {
        let prices = set(json!({
            "input_mtok": "1", "cache_read_mtok": "0.1", "input_audio_mtok": "7", "cache_audio_read_mtok": "0.7",
            "output_mtok": "4", "output_reasoning_mtok": "5", "web_searches_kcount": "10", "requests_kcount": "3",
        }));
        let (read, audio) = (input * read / 100, input * audio / 100);
        let mut used = Usage::tokens(input, output);
        used.add(Unit::CacheReadTokens, read);
        used.add(Unit::InputAudioTokens, audio);
        // As little of both as there must be.
        used.add(Unit::CacheAudioReadTokens, (read + audio).saturating_sub(input));
        used.add(Unit::WebSearches, searches);
        let costed = prices.cost(&used).unwrap();
        prop_assert!(at_most(&prices, &used) >= costed.total);
    }
}
