//! How many tokens a text and a request are to a model, without its vocabulary. Not what they cost.

use crate::execution::request::{Message, ModelRequest};
use crate::prompts::estimate::Estimate;

/// Tokens that a chat format puts around each message.
const PER_MESSAGE: u64 = 4;
/// Tokens that a chat format puts before the answer.
const PER_REQUEST: u64 = 3;
/// Tokens that a provider adds to a request with tools, to tell the model how they are called.
const WITH_TOOLS: u64 = 350;

/// A tokenizer, as far as it matters for counting: what a text comes to, in hundredths of what `o200k_base` makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokenizer {
    /// Of Latin letters, digits and signs.
    latin: u64,
    /// Of everything else.
    other: u64,
}

impl Tokenizer {
    /// The tokenizer of a model, by its name; of an unknown one, that of most.
    #[must_use]
    pub fn of(model: &str) -> Self {
        let model = model.to_lowercase();
        let fits = |(parts, _): &&(&[&str], Self)| parts.iter().any(|part| model.contains(part));
        let known = FAMILIES.iter().find(fits);
        known.map_or(USUAL, |(_, tokenizer)| *tokenizer)
    }

    /// About how many tokens a text is.
    #[must_use]
    pub fn tokens(self, text: &str) -> u64 {
        let estimate = Estimate::of(text);
        let part = |hundredths: usize, by: u64| {
            let hundredths = u64::try_from(hundredths).unwrap_or(u64::MAX);
            hundredths.saturating_mul(by)
        };
        let latin = part(estimate.latin, self.latin);
        let other = part(estimate.other, self.other);
        latin.saturating_add(other).div_ceil(10_000)
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

    /// About how many tokens a whole request is: its messages, its tools, and the schema of its answer.
    #[must_use]
    pub fn of_request(self, request: &ModelRequest) -> u64 {
        let json = |value: &serde_json::Value| self.tokens(&value.to_string());
        let tools = match request.tools.len() {
            0 => 0,
            _ => request
                .tools
                .iter()
                .map(json)
                .fold(WITH_TOOLS, u64::saturating_add),
        };
        let schema = request.parameters.json_schema.as_ref().map_or(0, json);
        self.of_messages(&request.messages)
            .saturating_add(tools)
            .saturating_add(schema)
    }
}

const fn evenly(hundredths: u64) -> Tokenizer {
    Tokenizer {
        latin: hundredths,
        other: hundredths,
    }
}

/// Of a model that is in none of the families.
const USUAL: Tokenizer = evenly(106);

/// Parts of model names, and hundredths of `o200k_base`; the first that fits counts.
///
/// Measured as sums over 1,505 community prompts: `cl100k_base` 1.012, Llama 3 1.007, Gemma 1.058, Mistral's Tekken 1.053 and the
/// vocabulary before it 1.222. Of Claude only the second generation's is public, 1.091: later ones count more, so that it is rounded up.
/// Of sentences in other scripts `cl100k_base` makes 1.5 (Chinese, Korean) to 2.5 times as many (Greek, Arabic), of some yet more.
const FAMILIES: &[(&[&str], Tokenizer)] = &[
    (
        &["gpt-3.5", "gpt-4-", "davinci", "babbage"],
        Tokenizer {
            latin: 102,
            other: 170,
        },
    ),
    (&["gpt-", "chatgpt", "codex"], evenly(100)),
    (&["claude"], evenly(120)),
    (&["llama"], evenly(101)),
    (
        &["mixtral", "codestral", "mistral-7b", "mistral-tiny"],
        evenly(123),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::estimate_tokens;
    use proptest::prelude::*;
    use serde_json::json;

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
    fn an_older_vocabulary_makes_more_of_other_scripts() {
        // Counts of o200k_base and of cl100k_base.
        let cases = [
            ("인공지능 전문가로서 다음 질문에 답변해 주세요.", 14, 23),
            (
                "Η τεχνητή νοημοσύνη αλλάζει τον τρόπο που εργαζόμαστε",
                19,
                49,
            ),
            (
                "人工智能正在改变我们的工作方式，请写一篇关于提示工程的文章。",
                17,
                26,
            ),
        ];
        for (text, o200k, cl100k) in cases {
            let newer = Tokenizer::of("gpt-4o").tokens(text);
            let older = Tokenizer::of("gpt-4-turbo").tokens(text);
            assert!(newer.abs_diff(o200k) * 2 <= o200k, "{newer} for {o200k}");
            assert!(older.abs_diff(cl100k) * 2 <= cl100k, "{older} for {cl100k}");
        }
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
    fn a_request_is_its_messages_its_tools_and_its_schema() {
        let mut request = ModelRequest {
            messages: vec![Message {
                text: "Hello".to_owned(),
                ..Message::default()
            }],
            ..ModelRequest::default()
        };
        let of = |request: &ModelRequest| Tokenizer::of("gpt-4o").of_request(request);
        assert_eq!(of(&request), 3 + 4 + 1);
        request.parameters.json_schema = Some(json!({"type": "object"}));
        let with_schema = of(&request);
        assert!(with_schema > 8);
        request.tools = vec![json!({"type": "function", "function": {"name": "look"}})];
        assert!(of(&request) > with_schema + WITH_TOOLS);
    }

    proptest! {
        #[test]
        fn a_longer_text_is_never_fewer_tokens(a in "[a-zа-я0-9 .]{0,60}", b in "[a-z ]{0,40}", model in 0usize..5) {
            let model = ["gpt-4o", "claude-x", "llama-3", "mixtral", "other"][model];
            let of = |text: &str| Tokenizer::of(model).tokens(text);
            let joined = format!("{a}.{b}");
            prop_assert!(of(&joined) >= of(&a));
        }
    }
}
