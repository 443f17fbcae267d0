//! What a run will use and cost before it is sent: the input by an estimate, the output by its limit. Not what it did use.

use super::money::NanoUsd;
use super::price::{Dimensions, Exact, Family, PriceKey, PriceSet, Rate};
use super::request::Message;
use super::usage::{Unit, Usage};
use crate::prompts::estimate::estimate_tokens;

/// Tokens that a chat format puts around each message.
const PER_MESSAGE: u64 = 4;
/// Tokens that a chat format puts before the answer.
const PER_REQUEST: u64 = 3;
/// The output that is reserved for a model whose limit nobody knows.
pub const USUAL_MAX_OUTPUT: u64 = 8_192;

/// A tokenizer, as far as it matters for counting: what a text comes to, in hundredths of what `o200k_base` makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokenizer {
    hundredths: u64,
}

impl Tokenizer {
    /// The tokenizer of a model, by its name; of an unknown one, that of most.
    #[must_use]
    pub fn of(model: &str) -> Self {
        let model = model.to_lowercase();
        let fits = |(parts, _): &&(&[&str], u64)| parts.iter().any(|part| model.contains(part));
        let known = FAMILIES.iter().find(fits);
        Self {
            hundredths: known.map_or(USUAL, |(_, hundredths)| *hundredths),
        }
    }

    /// About how many tokens a text is.
    #[must_use]
    pub fn tokens(self, text: &str) -> u64 {
        let base = u64::try_from(estimate_tokens(text)).unwrap_or(u64::MAX);
        base.saturating_mul(self.hundredths).div_ceil(100)
    }

    /// About how many tokens messages are, with what the chat format adds.
    #[must_use]
    pub fn of_messages<'a>(self, messages: impl IntoIterator<Item = &'a Message>) -> u64 {
        messages.into_iter().fold(PER_REQUEST, |sum, message| {
            let calls = message.tool_calls.iter();
            let calls = calls.map(|call| self.tokens(&call.name) + self.tokens(&call.arguments));
            let text = self.tokens(&message.text);
            let all = calls.fold(text, u64::saturating_add);
            sum.saturating_add(all).saturating_add(PER_MESSAGE)
        })
    }
}

/// Of a model that is in none of the families.
const USUAL: u64 = 106;

/// Parts of model names, and hundredths of `o200k_base`; the first that fits counts.
///
/// Measured as sums over 1,505 community prompts: `cl100k_base` 1.012, Llama 3 1.007, Gemma 1.058, Mistral's Tekken 1.053 and the
/// vocabulary before it 1.222. Of Claude only the second generation's is public, 1.091: later ones count more, so that it is rounded up.
const FAMILIES: &[(&[&str], u64)] = &[
    (&["gpt-3.5", "gpt-4-", "davinci", "babbage"], 102),
    (&["gpt-", "chatgpt", "codex"], 100),
    (&["claude"], 120),
    (&["llama"], 101),
    (&["mixtral", "codestral", "mistral-7b", "mistral-tiny"], 123),
];

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
/// The most allows for an input a quarter larger than estimated, for it to be written to a cache, for every token of the answer to be
/// the dearest kind of text, and for the tier that such an input reaches. Amounts beyond what can be held are the largest amount.
#[must_use]
pub fn reserve(prices: &PriceSet, input: u64, output: u64) -> Reserve {
    let costed = prices.cost(&Usage::tokens(input, 0));
    let least = costed.map_or(NanoUsd(i64::MAX), |costed| costed.total);
    let ceiling = input.saturating_add(input.div_ceil(4));
    let mut sum = Some(Exact::ZERO);
    let mut add = |cost: Option<Exact>| sum = sum.and_then(|sum| sum.plus(cost?));
    for (unit, amount) in [(Unit::InputTokens, ceiling), (Unit::OutputTokens, output)] {
        let per = PriceKey::Of(unit).per();
        add(dearest_text(prices, unit, ceiling).of(amount, per));
    }
    let request = prices.get(PriceKey::Request);
    let request = request.map_or(Rate::ZERO, |tariff| tariff.dearest(ceiling));
    add(request.of(1, PriceKey::Request.per()));
    let most = sum.and_then(Exact::nano_up).unwrap_or(NanoUsd(i64::MAX));
    Reserve { least, most }
}

/// The dearest rate that text of a direction may be charged. Caches that live an hour are written on request only, which we never make.
fn dearest_text(prices: &PriceSet, direction: Unit, input: u64) -> Rate {
    let within = PriceKey::Of(direction).dimensions();
    let counts = |part: &Dimensions| {
        part.family == Family::Tokens
            && within.includes(part)
            && matches!(part.modality, "" | "text")
            && part.ttl != "1h"
    };
    let tariffs = prices.iter().filter(|(key, _)| counts(&key.dimensions()));
    let rates = tariffs.map(|(_, tariff)| tariff.dearest(input));
    rates.max().unwrap_or_default()
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
    fn a_text_is_more_tokens_to_one_model_than_to_another() {
        let text =
            "Summarise the following article in three short sentences for a reader in a hurry.";
        let of = |model: &str| Tokenizer::of(model).tokens(text);
        assert_eq!(
            of("gpt-4o-mini"),
            u64::try_from(estimate_tokens(text)).unwrap()
        );
        assert!(of("claude-sonnet-4-5") > of("GPT-4o"));
        assert!(of("openrouter/mistralai/mixtral-8x7b") > of("somebody's model"));
        assert_eq!(Tokenizer::of("claude").tokens(""), 0);
    }

    #[test]
    fn every_message_adds_what_its_format_puts_around_it() {
        let message = Message {
            text: "Hello".to_owned(),
            ..Message::default()
        };
        let of = |count| Tokenizer::of("gpt-4o").of_messages(&vec![message.clone(); count]);
        assert_eq!(of(0), 3);
        assert_eq!(of(2), 3 + 2 * (4 + 1));
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
            NanoUsd(1_250 * 3_750 + 100 * 15_000 + 5_000_000)
        );
        let tiered = prices(json!({
            "input_mtok": {"base": "1", "tiers": [{"above": 1_100, "rate": "2"}]},
            "output_mtok": {"base": "10", "tiers": [{"above": 1_100, "rate": "20"}]},
        }));
        let reserved = reserve(&tiered, 1_000, 100);
        assert_eq!(reserved.least, NanoUsd(1_000_000));
        assert_eq!(reserved.most, NanoUsd(1_250 * 2_000 + 100 * 20_000));
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

        #[test]
        fn a_longer_text_is_never_fewer_tokens(a in "[a-zа-я0-9 .]{0,60}", b in "[a-z ]{0,40}", model in 0usize..5) {
            let model = ["gpt-4o", "claude-x", "llama-3", "mixtral", "other"][model];
            let of = |text: &str| Tokenizer::of(model).tokens(text);
            let joined = format!("{a}.{b}");
            prop_assert!(of(&joined) >= of(&a));
        }
    }
}
