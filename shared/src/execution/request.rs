//! A request to a model in neutral form. Not the providers' own bodies: an adapter writes those.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Who answers: decides the wire format, the default address and how usage is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// OpenAI: chat completions, or responses where a model needs them.
    Openai,
    /// Anthropic messages.
    Anthropic,
    /// Google Gemini.
    Gemini,
    /// Groq.
    Groq,
    /// Cerebras.
    Cerebras,
    /// Mistral.
    Mistral,
    /// OpenRouter.
    Openrouter,
    /// Ollama, on an address of the person's own.
    Ollama,
    /// Anything that speaks OpenAI's chat completions, on an address of the person's own.
    Compatible,
}

impl Provider {
    /// Every provider, in the order in which people look for them.
    pub const ALL: &'static [Self] = &[
        Self::Openai,
        Self::Anthropic,
        Self::Gemini,
        Self::Groq,
        Self::Cerebras,
        Self::Mistral,
        Self::Openrouter,
        Self::Ollama,
        Self::Compatible,
    ];

    /// The name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Groq => "groq",
            Self::Cerebras => "cerebras",
            Self::Mistral => "mistral",
            Self::Openrouter => "openrouter",
            Self::Ollama => "ollama",
            Self::Compatible => "compatible",
        }
    }

    /// The provider of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|provider| provider.as_str() == text)
    }

    /// What people call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Openai => "OpenAI",
            Self::Anthropic => "Anthropic",
            Self::Gemini => "Google Gemini",
            Self::Groq => "Groq",
            Self::Cerebras => "Cerebras",
            Self::Mistral => "Mistral",
            Self::Openrouter => "OpenRouter",
            Self::Ollama => "Ollama",
            Self::Compatible => "OpenAI-compatible",
        }
    }

    /// Where it listens; `None` when only the person knows.
    #[must_use]
    pub const fn base_url(self) -> Option<&'static str> {
        match self {
            Self::Openai => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com/v1beta"),
            Self::Groq => Some("https://api.groq.com/openai/v1"),
            Self::Cerebras => Some("https://api.cerebras.ai/v1"),
            Self::Mistral => Some("https://api.mistral.ai/v1"),
            Self::Openrouter => Some("https://openrouter.ai/api/v1"),
            Self::Ollama | Self::Compatible => None,
        }
    }

    /// Whether it can be used without a key.
    #[must_use]
    pub const fn key_optional(self) -> bool {
        matches!(self, Self::Ollama | Self::Compatible)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A model of a provider, written `provider/model-id`; only the first `/` parts them, so that
/// `openrouter/meta-llama/llama-3` is a model of OpenRouter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelRef {
    /// Who answers.
    pub provider: Provider,
    /// The provider's own id of the model.
    pub model: String,
}

impl ModelRef {
    /// Reads `provider/model-id`; `None` when the provider is not known or the id is empty or longer than 200 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (provider, model) = text.split_once('/')?;
        let fits = !model.is_empty() && model.len() <= 200 && !model.chars().any(char::is_control);
        fits.then_some(())?;
        Some(Self {
            provider: Provider::parse(provider)?,
            model: model.to_owned(),
        })
    }
}

impl fmt::Display for ModelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.model)
    }
}

impl Serialize for ModelRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ModelRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom("expected provider/model, such as openai/gpt-4o-mini")
        })
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ModelRef {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <String as utoipa::PartialSchema>::schema()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ModelRef {}

/// Whose words a message holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions.
    System,
    /// The person's.
    #[default]
    User,
    /// The model's own, of an earlier turn.
    Assistant,
    /// A tool's result.
    Tool,
}

/// One message of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Whose.
    pub role: Role,
    /// Its text.
    #[serde(default)]
    pub text: String,
    /// Calls that the model made in this turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<super::event::ToolCall>,
    /// The call that this result answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

/// How the model is to answer. What is absent is left to the provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// 0 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Above 0, at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Largest number of tokens in the answer, reasoning included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// At most four texts that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// For providers that can repeat an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// `low`, `medium` or `high`, where a model reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<String>,
    /// A JSON schema that the answer must meet, where the provider has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<Value>,
}

/// A request to one model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelRequest {
    /// The provider's id of the model.
    pub model: String,
    /// The conversation, system messages first.
    pub messages: Vec<Message>,
    /// How to answer.
    #[serde(default)]
    pub parameters: Parameters,
    /// Tools in OpenAI's form (`{"type":"function","function":{…}}`), passed through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Value>,
    /// OpenAI's `tool_choice`, passed through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<Value>,
}

impl Parameters {
    /// Checks the values; gives the field at fault and a sentence with what would be right.
    ///
    /// # Errors
    /// The first value that no provider takes.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let within = |value: Option<f64>, low: f64, high: f64| {
            value.is_none_or(|value| value.is_finite() && (low..=high).contains(&value))
        };
        if !within(self.temperature, 0.0, 2.0) {
            return Err(("temperature", "a number from 0 to 2"));
        }
        if !within(self.top_p, f64::MIN_POSITIVE, 1.0) {
            return Err(("top_p", "a number above 0, at most 1"));
        }
        if self
            .max_output_tokens
            .is_some_and(|most| most == 0 || most > 10_000_000)
        {
            return Err(("max_output_tokens", "a number from 1 to 10,000,000"));
        }
        if self.stop.len() > 4
            || self
                .stop
                .iter()
                .any(|stop| stop.is_empty() || stop.len() > 200)
        {
            return Err(("stop", "at most four texts of 1 to 200 bytes"));
        }
        let efforts = ["minimal", "low", "medium", "high"];
        if self
            .reasoning_effort
            .as_deref()
            .is_some_and(|effort| !efforts.contains(&effort))
        {
            return Err(("reasoning_effort", "minimal, low, medium or high"));
        }
        if self
            .json_schema
            .as_ref()
            .is_some_and(|schema| !schema.is_object())
        {
            return Err(("json_schema", "a JSON schema: an object"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_slash_parts_provider_and_model() {
        let model = ModelRef::parse("openrouter/meta-llama/llama-3").unwrap();
        assert_eq!(
            (model.provider, model.model.as_str()),
            (Provider::Openrouter, "meta-llama/llama-3")
        );
        assert_eq!(model.to_string(), "openrouter/meta-llama/llama-3");
        for bad in ["gpt-4o", "nobody/x", "openai/", "openai/a\nb"] {
            assert_eq!(ModelRef::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn every_provider_survives_its_name() {
        for provider in Provider::ALL {
            assert_eq!(Provider::parse(provider.as_str()), Some(*provider));
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.as_str());
        }
    }

    #[test]
    fn a_value_that_no_provider_takes_is_named() {
        let hot = Parameters {
            temperature: Some(2.5),
            ..Parameters::default()
        };
        assert_eq!(hot.check().unwrap_err().0, "temperature");
        let many = Parameters {
            stop: vec!["x".into(); 5],
            ..Parameters::default()
        };
        assert_eq!(many.check().unwrap_err().0, "stop");
        assert_eq!(Parameters::default().check(), Ok(()));
        assert!(serde_json::from_str::<Parameters>(r#"{"temprature":1}"#).is_err());
    }
}
