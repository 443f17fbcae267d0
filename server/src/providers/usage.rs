//! A provider's own usage object in neutral parts. Not a price.

use krowoc_shared::execution::{Provider, Unit, Usage};
use serde_json::Value;

/// The parts of a raw usage object of a provider; what is missing stays unknown.
#[must_use]
pub fn usage_of(provider: Provider, raw: &Value) -> Usage {
    let at = |pointer: &str| raw.pointer(pointer).and_then(Value::as_u64);
    let mut usage = Usage::default();
    let mut put = |unit: Unit, amount: Option<u64>| {
        if let Some(amount) = amount {
            usage.add(unit, amount);
        }
    };
    match provider {
        Provider::Anthropic => {
            let (read, written) = (
                at("/cache_read_input_tokens"),
                at("/cache_creation_input_tokens"),
            );
            for part in [at("/input_tokens"), read, written] {
                put(Unit::InputTokens, part);
            }
            put(Unit::CacheReadTokens, read);
            put(Unit::CacheWriteTokens, written);
            put(Unit::OutputTokens, at("/output_tokens"));
        }
        Provider::Gemini => {
            let thoughts = at("/thoughtsTokenCount");
            put(Unit::InputTokens, at("/promptTokenCount"));
            put(Unit::InputTokens, at("/toolUsePromptTokenCount"));
            put(Unit::CacheReadTokens, at("/cachedContentTokenCount"));
            put(Unit::OutputTokens, at("/candidatesTokenCount"));
            put(Unit::OutputTokens, thoughts);
            put(Unit::OutputReasoningTokens, thoughts);
        }
        Provider::Ollama => {
            put(Unit::InputTokens, at("/prompt_eval_count"));
            put(Unit::OutputTokens, at("/eval_count"));
        }
        _ => {
            // Chat completions and responses name the same things differently.
            let either = |chat: &str, responses: &str| at(chat).or_else(|| at(responses));
            put(Unit::InputTokens, either("/prompt_tokens", "/input_tokens"));
            put(
                Unit::CacheReadTokens,
                either(
                    "/prompt_tokens_details/cached_tokens",
                    "/input_tokens_details/cached_tokens",
                ),
            );
            put(
                Unit::OutputTokens,
                either("/completion_tokens", "/output_tokens"),
            );
            put(
                Unit::OutputReasoningTokens,
                either(
                    "/completion_tokens_details/reasoning_tokens",
                    "/output_tokens_details/reasoning_tokens",
                ),
            );
        }
    }
    usage
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cached_input_is_part_of_the_input_for_every_provider() {
        let anthropic = json!({"input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 2, "output_tokens": 7});
        let usage = usage_of(Provider::Anthropic, &anthropic);
        assert_eq!((usage.input(), usage.output()), (17, 7));
        assert_eq!(usage.get(Unit::CacheReadTokens), 5);
        let gemini = json!({"promptTokenCount": 10, "cachedContentTokenCount": 4, "candidatesTokenCount": 3, "thoughtsTokenCount": 9});
        let usage = usage_of(Provider::Gemini, &gemini);
        assert_eq!((usage.input(), usage.output()), (10, 12));
        let chat = json!({"prompt_tokens": 10, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 8}});
        let usage = usage_of(Provider::Openai, &chat);
        assert_eq!(usage.get(Unit::CacheReadTokens), 8);
        assert_eq!(usage_of(Provider::Groq, &json!({})), Usage::default());
    }
}
