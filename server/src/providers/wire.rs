//! Which wire format a provider's model speaks, and what follows: endpoint, headers, body, decoder. No I/O.

use super::Target;
use super::decoder::{Decoder, Framing};
use super::formats::{Format, anthropic, gemini, ollama, openai_chat, openai_responses};
use krowoc_shared::execution::{Failure, FailureClass, ModelRequest, Provider};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

/// A wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// OpenAI's chat completions, in the dialect of a provider.
    Chat(Provider),
    /// OpenAI's responses.
    Responses,
    /// Anthropic's messages.
    Anthropic,
    /// Gemini's generateContent.
    Gemini,
    /// Ollama's chat.
    Ollama,
}

impl Wire {
    /// The format of a model.
    #[must_use]
    pub fn of(provider: Provider, model: &str) -> Self {
        match provider {
            Provider::Anthropic => Self::Anthropic,
            Provider::Gemini => Self::Gemini,
            Provider::Ollama => Self::Ollama,
            Provider::Openai if openai_responses::is_needed(model) => Self::Responses,
            chat => Self::Chat(chat),
        }
    }

    /// The body of a request. What a format has no word for is left out.
    #[must_use]
    pub fn body(self, request: &ModelRequest, streaming: bool) -> Value {
        match self {
            Self::Chat(provider) => openai_chat::body(provider, request, streaming),
            Self::Responses => openai_responses::body(request, streaming),
            Self::Anthropic => anthropic::body(request, streaming),
            Self::Gemini => gemini::body(request),
            Self::Ollama => ollama::body(request, streaming),
        }
    }

    /// The address of a request.
    #[must_use]
    pub fn endpoint(self, base: &Url, model: &str, streaming: bool) -> Url {
        match self {
            Self::Chat(_) => join(base, &["chat", "completions"]),
            Self::Responses => join(base, &["responses"]),
            Self::Anthropic => join(base, &["messages"]),
            Self::Gemini => gemini::endpoint(base, model, streaming),
            Self::Ollama => ollama::endpoint(base, "chat"),
        }
    }

    /// How a streamed answer is cut.
    #[must_use]
    pub const fn framing(self) -> Framing {
        match self {
            Self::Ollama => Framing::Ndjson,
            _ => Framing::Sse,
        }
    }

    /// A decoder for an answer; the content type says more about it than what was asked for.
    #[must_use]
    pub fn decoder(self, streaming: bool, content_type: Option<&str>) -> Decoder {
        let asked = if streaming {
            self.framing()
        } else {
            Framing::Whole
        };
        let kind = content_type.unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let framing = match kind.to_ascii_lowercase().as_str() {
            "text/event-stream" => Framing::Sse,
            "application/x-ndjson" => Framing::Ndjson,
            // Ollama calls a stream so as well when something stands between.
            "application/json" if self != Self::Ollama => Framing::Whole,
            _ => asked,
        };
        Decoder::new(framing, self.format())
    }

    fn format(self) -> Box<dyn Format> {
        match self {
            Self::Chat(provider) => Box::new(openai_chat::Chat::new(provider)),
            Self::Responses => Box::<openai_responses::Responses>::default(),
            Self::Anthropic => Box::<anthropic::Messages>::default(),
            Self::Gemini => Box::<gemini::Gemini>::default(),
            Self::Ollama => Box::<ollama::Ollama>::default(),
        }
    }
}

/// An address below a base address, whose query stays.
pub(super) fn join(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    url.set_fragment(None);
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// The headers that carry the key. It never stands in an address.
///
/// # Errors
/// When the key has characters that no header takes.
pub(super) fn headers(target: &Target) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    if target.provider == Provider::Anthropic {
        headers.insert(
            HeaderName::from_static("anthropic-version"),
            HeaderValue::from_static("2023-06-01"),
        );
    }
    let key = target.key.expose();
    if key.is_empty() {
        return Ok(headers);
    }
    let (name, value) = match target.provider {
        Provider::Anthropic => ("x-api-key", HeaderValue::from_str(key)),
        Provider::Gemini => ("x-goog-api-key", HeaderValue::from_str(key)),
        _ => (
            "authorization",
            HeaderValue::from_str(&zeroize::Zeroizing::new(format!("Bearer {key}"))),
        ),
    };
    let mut value = value.map_err(|_| {
        Failure::new(
            FailureClass::Auth,
            "The key holds characters that no key has; paste it again.",
        )
    })?;
    value.set_sensitive(true);
    headers.insert(HeaderName::from_static(name), value);
    Ok(headers)
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
