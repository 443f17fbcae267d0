//! What a call to a model would take, by what is known about the model. Not who may call it.

use super::{Reserve, Tokenizer, USUAL_MAX_OUTPUT, largest_input, reserve};
use crate::execution::money::NanoUsd;
use crate::execution::price::PriceSet;
use crate::execution::request::{ModelRef, ModelRequest, Provider};

/// The smallest answer that is left room for, however large the input.
const LEAST_OUTPUT: u64 = 256;

/// What is known about a model before it is called, as a catalogue has it.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The model.
    pub model: &'a ModelRef,
    /// Largest number of tokens of input and output together; absent when unknown.
    pub context: Option<u64>,
    /// Largest number of tokens of an answer; absent when unknown.
    pub max_output: Option<u64>,
    /// The prices in force; absent = unpriced, as are those without one for text.
    pub prices: Option<&'a PriceSet>,
}

/// What a call would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Input tokens, roughly.
    pub input: u64,
    /// Most output tokens.
    pub output: u64,
    /// What it costs; absent = unpriced.
    pub cost: Option<Reserve>,
}

impl Known<'_> {
    /// What a call would take.
    #[must_use]
    pub fn taken(&self, call: &ModelRequest) -> Taken {
        let input = Tokenizer::of(&self.model.model).of_request(call);
        let output = self.output(call, input);
        let prices = self.prices.filter(|prices| prices.covers_text());
        Taken {
            input,
            output,
            cost: prices.map(|prices| reserve(prices, input, output)),
        }
    }

    /// The limit that is sent with a call: the one that was asked for, or the one that is reserved for a model whose own is not known, so
    /// that it cannot answer more. `None` leaves it to the model.
    #[must_use]
    pub fn limit(&self, call: &ModelRequest) -> Option<u32> {
        if call.parameters.max_output_tokens.is_some() {
            return call.parameters.max_output_tokens;
        }
        let taken = self.taken(call);
        let costs = taken.cost.is_some_and(|cost| cost.most > NanoUsd::ZERO);
        let needed = self.is_anthropic() || (costs && self.max_output.is_none());
        needed.then(|| u32::try_from(taken.output).unwrap_or(u32::MAX))
    }

    /// Most output tokens: what was asked for, else what the model can give, else the usual.
    fn output(&self, call: &ModelRequest, input: u64) -> u64 {
        let most = self.max_output;
        if let Some(asked) = call.parameters.max_output_tokens.map(u64::from) {
            return most.map_or(asked, |most| asked.min(most));
        }
        match most {
            // It cannot be left to the model, and the largest one is none that people mean; thoughts are part of it.
            Some(most) if self.is_anthropic() && call.parameters.reasoning_effort.is_none() => {
                most.min(USUAL_MAX_OUTPUT)
            }
            Some(most) => most,
            None => {
                let left = |context: u64| context.saturating_sub(largest_input(input));
                let room = self.context.map_or(u64::MAX, left);
                USUAL_MAX_OUTPUT.min(room.max(LEAST_OUTPUT))
            }
        }
    }

    fn is_anthropic(&self) -> bool {
        self.model.provider == Provider::Anthropic
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::request::{Message, Parameters};
    use crate::execution::usage::{Unit, Usage};
    use crate::execution::wire::Cost;
    use proptest::prelude::*;
    use serde_json::json;

    fn model(name: &str) -> ModelRef {
        ModelRef::parse(name).unwrap()
    }

    fn call(text: &str, asked: Option<u32>) -> ModelRequest {
        ModelRequest {
            messages: vec![Message {
                text: text.to_owned(),
                ..Message::default()
            }],
            parameters: Parameters {
                max_output_tokens: asked,
                ..Parameters::default()
            },
            ..ModelRequest::default()
        }
    }

    fn prices(value: serde_json::Value) -> PriceSet {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_limit_is_sent_where_the_models_own_is_not_known_and_costs() {
        let (openai, claude) = (model("openai/gpt-new"), model("anthropic/claude-3-haiku"));
        let set = prices(json!({"input_mtok": "1", "output_mtok": "2"}));
        let free = prices(json!({"input_mtok": "0", "output_mtok": "0"}));
        let known = |model, max_output, prices| Known {
            model,
            context: None,
            max_output,
            prices,
        };
        let call = call("x", None);
        assert_eq!(known(&openai, None, Some(&set)).limit(&call), Some(8_192));
        assert_eq!(known(&openai, Some(400), Some(&set)).limit(&call), None);
        assert_eq!(known(&openai, None, Some(&free)).limit(&call), None);
        assert_eq!(known(&openai, None, None).limit(&call), None);
        assert_eq!(known(&claude, Some(4_096), None).limit(&call), Some(4_096));
        assert_eq!(known(&claude, Some(64_000), None).limit(&call), Some(8_192));
        let asked = super::tests::call("x", Some(9));
        assert_eq!(known(&openai, Some(5), Some(&set)).limit(&asked), Some(9));
        assert_eq!(known(&openai, Some(5), Some(&set)).taken(&asked).output, 5);
        let small = Known {
            context: Some(1_000),
            ..known(&openai, None, Some(&set))
        };
        assert_eq!(small.limit(&call), Some(890));
    }

    #[test]
    fn a_model_that_is_priced_by_the_image_is_unpriced_for_text() {
        let images = prices(json!({"output_images_kcount": "30"}));
        let imagen = model("gemini/imagen-3.0-generate-002");
        let known = Known {
            model: &imagen,
            context: None,
            max_output: None,
            prices: Some(&images),
        };
        assert_eq!(known.taken(&call("a cat", None)).cost, None);
    }

    fn any_prices() -> impl Strategy<Value = PriceSet> {
        let rate =
            || (0u32..200_000).prop_map(|mils| format!("{}.{:03}", mils / 1000, mils % 1000));
        let tiered = (rate(), rate(), 0u64..300_000).prop_map(
            |(base, rate, above)| json!({"base": base, "tiers": [{"above": above, "rate": rate}]}),
        );
        (tiered, rate(), rate(), rate(), rate()).prop_map(|(input, read, write, output, thoughts)| {
            prices(json!({
                "input_mtok": input, "cache_read_mtok": read, "cache_write_mtok": write,
                "output_mtok": output, "output_reasoning_mtok": thoughts, "requests_kcount": "1.5",
            }))
        })
    }

    proptest! {
        #[test]
        fn what_is_settled_never_passes_what_was_reserved(
            set in any_prices(),
            name in prop::sample::select(vec!["openai/gpt-4o", "anthropic/claude-x", "ollama/llama3", "openrouter/a/b"]),
            words in prop::collection::vec("[a-zа-я]{1,12}", 0..300),
            asked in prop::option::of(1u32..100_000),
            (max_output, context) in (prop::option::of(1u64..200_000), prop::option::of(1u64..1_000_000)),
            shares in (0u64..=100, 0u64..=100, 0u64..=100, 0u64..=100, 0u64..=100),
        ) {
            let model = model(name);
            let known = Known { model: &model, context, max_output, prices: Some(&set) };
            let call = call(&words.join(" "), asked);
            let taken = known.taken(&call);
            // The provider keeps to the limit that it is sent, and to the one that it has.
            let sent = known.limit(&call).map_or(u64::MAX, u64::from);
            let most = sent.min(max_output.unwrap_or(u64::MAX));
            prop_assert!(most <= taken.output, "{most} may come, {} are reserved", taken.output);
            let (size, read, write, answered, thought) = shares;
            let input = taken.input + (largest_input(taken.input) - taken.input) * size / 100;
            let output = most * answered / 100;
            let mut usage = Usage::tokens(input, output);
            let read = input * read / 100;
            usage.add(Unit::CacheReadTokens, read);
            usage.add(Unit::CacheWriteTokens, (input - read) * write / 100);
            usage.add(Unit::OutputReasoningTokens, output * thought / 100);
            let reserved = taken.cost.unwrap().most;
            match set.charge(&usage) {
                Cost::Exact(cost) => prop_assert!(cost <= reserved, "{cost} > {reserved}"),
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
