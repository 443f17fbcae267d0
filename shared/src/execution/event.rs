//! A model's answer as neutral events. Not the providers' own: an adapter turns bytes into these.

use super::failure::Failure;
use super::usage::Usage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One step of an answer. Every answer ends with exactly one `End` or `Error`, and `End` comes only after the provider's terminal marker.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A piece of the answer, never empty.
    Text(String),
    /// A piece of the model's reasoning, never empty.
    Reasoning(String),
    /// A piece of a tool call.
    Tool(ToolCall),
    /// What was used so far: each replaces the one before. `raw` is the provider's own object.
    Usage {
        /// In neutral parts.
        usage: Usage,
        /// As the provider sent it.
        raw: Value,
    },
    /// The answer is complete.
    End(FinishReason),
    /// The answer failed; what came before stays.
    Error(Failure),
}

/// A tool call, or the next piece of one: pieces with the same index belong together and their arguments are joined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolCall {
    /// Its place among the calls of the answer.
    pub index: u32,
    /// The provider's id of the call; empty in later pieces.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The tool; empty in later pieces.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// JSON text of the arguments, or a piece of it.
    #[serde(default)]
    pub arguments: String,
}

/// Why a complete answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model was done, or met a stop sequence.
    Stop,
    /// The largest number of tokens was reached: the provider says that it is complete, the text may not be.
    Length,
    /// The model calls tools.
    ToolCalls,
    /// The provider cut it for reasons of content.
    ContentFilter,
    /// Another reason of the provider's.
    Other,
}

impl FinishReason {
    /// The name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::Other => "other",
        }
    }

    /// The reason of a name of our own.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Stop,
            Self::Length,
            Self::ToolCalls,
            Self::ContentFilter,
            Self::Other,
        ]
        .into_iter()
        .find(|reason| reason.as_str() == text)
    }
}
