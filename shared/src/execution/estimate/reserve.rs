//! What a number of tokens costs at least and at most. Not how many there will be.

use crate::execution::money::NanoUsd;
use crate::execution::price::{Dimensions, Exact, Family, PriceKey, PriceSet, Rate};
use crate::execution::usage::{Unit, Usage};

/// Tokens that a provider may add to a request unasked: a system prompt of its own, the frame of a chat template.
const UNASKED: u64 = 100;

/// The largest input that is reckoned with for one that is estimated: a quarter more, and what a provider may add to it.
#[must_use]
pub const fn largest_input(estimated: u64) -> u64 {
    estimated
        .saturating_add(estimated.div_ceil(4))
        .saturating_add(UNASKED)
}

/// What a run takes, before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// The input alone, at its usual rate.
    pub least: NanoUsd,
    /// The input at the dearest rate that it may be charged, and the largest answer: what is held back from a budget.
    pub most: NanoUsd,
}

/// What a request costs, at least and at most: `input` tokens as estimated, `output` the largest number of tokens that it may answer.
///
/// The most allows for [`largest_input`], for it to be written to a cache, for every token of the answer to be the dearest kind of text,
/// and for the tier that such an input reaches. Amounts beyond what can be held, and tokens without a price, are the largest amount.
#[must_use]
pub fn reserve(prices: &PriceSet, input: u64, output: u64) -> Reserve {
    let costed = prices.costed(&Usage::tokens(input, 0));
    let least = costed.map_or(NanoUsd(i64::MAX), |costed| costed.total);
    let ceiling = largest_input(input);
    let mut sum = Some(Exact::ZERO);
    let mut add = |cost: Option<Exact>| sum = sum.and_then(|sum| sum.plus(cost?));
    for (unit, amount) in [(Unit::InputTokens, ceiling), (Unit::OutputTokens, output)] {
        let per = PriceKey::Of(unit).per();
        match dearest_text(prices, unit, ceiling) {
            Some(rate) => add(rate.of(amount, per)),
            None if amount > 0 => add(None),
            None => {}
        }
    }
    let request = prices.get(PriceKey::Request);
    let request = request.map_or(Rate::ZERO, |tariff| tariff.dearest(ceiling));
    add(request.of(1, PriceKey::Request.per()));
    let most = sum.and_then(Exact::nano_up).unwrap_or(NanoUsd(i64::MAX));
    Reserve { least, most }
}

/// The dearest rate that text of a direction may be charged; `None` when it has no price. Caches that live an hour are written on request only, which we never make.
fn dearest_text(prices: &PriceSet, direction: Unit, input: u64) -> Option<Rate> {
    let within = PriceKey::Of(direction).dimensions();
    let counts = |part: &Dimensions| {
        part.family == Family::Tokens
            && within.includes(part)
            && matches!(part.modality, "" | "text")
            && part.ttl != "1h"
    };
    let tariffs = prices.iter().filter(|(key, _)| counts(&key.dimensions()));
    let rates = tariffs.map(|(_, tariff)| tariff.dearest(input));
    rates.max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::price::{Tariff, Tier};
    use proptest::prelude::*;
    use serde_json::json;

    fn prices(value: serde_json::Value) -> PriceSet {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_least_is_the_input_and_the_most_allows_for_all_that_may_come() {
        let set = prices(json!({
            "input_mtok": "3", "cache_write_mtok": "3.75", "cache_write_1h_mtok": "6", "output_mtok": "15",
            "requests_kcount": "5",
        }));
        let reserved = reserve(&set, 1_000, 100);
        assert_eq!(reserved.least, NanoUsd(3_000_000 + 5_000_000));
        assert_eq!(
            reserved.most,
            NanoUsd(1_350 * 3_750 + 100 * 15_000 + 5_000_000)
        );
        let tiered = prices(json!({
            "input_mtok": {"base": "1", "tiers": [{"above": 1_100, "rate": "2"}]},
            "output_mtok": {"base": "10", "tiers": [{"above": 1_100, "rate": "20"}]},
        }));
        let reserved = reserve(&tiered, 1_000, 100);
        assert_eq!(reserved.least, NanoUsd(1_000_000));
        assert_eq!(reserved.most, NanoUsd(1_350 * 2_000 + 100 * 20_000));
    }

    #[test]
    fn tokens_without_a_price_are_not_reserved_for_nothing() {
        let images = prices(json!({"output_images_kcount": "30"}));
        assert_eq!(reserve(&images, 10, 10).most, NanoUsd(i64::MAX));
        let embeddings = prices(json!({"input_mtok": "0.02"}));
        assert_eq!(reserve(&embeddings, 900, 0).most, NanoUsd(1_225 * 20));
        assert_eq!(reserve(&embeddings, 900, 1).most, NanoUsd(i64::MAX));
    }

    #[test]
    fn what_cannot_be_held_is_the_largest_amount_and_not_little() {
        let set = prices(json!({"input_mtok": "1000000", "output_mtok": "1000000"}));
        let reserved = reserve(&set, u64::MAX, u64::MAX);
        assert_eq!(
            (reserved.least, reserved.most),
            (NanoUsd(i64::MAX), NanoUsd(i64::MAX))
        );
    }

    fn tariff() -> impl Strategy<Value = Tariff> {
        let rate = || (0i64..100_000_000_000).prop_map(|nano| Rate::of_nano(NanoUsd(nano)));
        let tier = (0u64..300_000, rate()).prop_map(|(above, rate)| Tier { above, rate });
        (rate(), proptest::collection::vec(tier, 0..3)).prop_map(|(base, tiers)| {
            match tiers.len() {
                0 => Tariff::Flat(base),
                _ => Tariff::tiered(base, tiers),
            }
        })
    }

    fn any_prices() -> impl Strategy<Value = PriceSet> {
        (tariff(), tariff(), tariff(), tariff(), tariff()).prop_map(|(a, b, c, d, e)| {
            let key = PriceKey::Of;
            let tariffs = [
                (key(Unit::InputTokens), a),
                (key(Unit::CacheReadTokens), b),
                (key(Unit::CacheWriteTokens), c),
                (key(Unit::OutputTokens), d),
                (key(Unit::OutputReasoningTokens), e),
            ];
            PriceSet::new(tariffs.into_iter().collect()).unwrap()
        })
    }

    proptest! {
        #[test]
        fn nothing_within_the_limits_costs_more_than_was_reserved(
            set in any_prices(),
            input in 0u64..500_000,
            larger in 0u64..=25,
            shares in (0u64..=100, 0u64..=100, 0u64..=100, 0u64..=100),
            limit in 0u64..200_000,
        ) {
            let (read, write, answered, thought) = shares;
            let reserved = reserve(&set, input, limit);
            let real = input + input * larger / 100;
            let output = limit * answered / 100;
            let read = real * read / 100;
            let mut usage = Usage::tokens(real, output);
            usage.add(Unit::CacheReadTokens, read);
            usage.add(Unit::CacheWriteTokens, (real - read) * write / 100);
            usage.add(Unit::OutputReasoningTokens, output * thought / 100);
            let cost = set.cost(&usage).unwrap().total;
            prop_assert!(cost <= reserved.most, "{cost} > {}", reserved.most);
            prop_assert!(reserved.least <= reserved.most);
        }

        #[test]
        fn more_input_or_output_never_reserves_less(
            set in any_prices(),
            input in 0u64..400_000,
            output in 0u64..100_000,
            more in (0u64..100_000, 0u64..100_000),
        ) {
            let less = reserve(&set, input, output).most;
            prop_assert!(reserve(&set, input + more.0, output + more.1).most >= less);
        }
    }
}
