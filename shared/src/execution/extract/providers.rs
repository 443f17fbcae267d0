//! How each provider that we call reports usage: its own object in, neutral parts out. Not the catalogue's extractors, which read bodies
//! of any provider that it knows.

use super::{ExtractError, Extractor, Path, Source};
use crate::execution::request::Provider;
use crate::execution::usage::{Unit, Usage};
use serde_json::Value;
use std::sync::OnceLock;

/// The shape of a usage object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flavour {
    /// OpenAI chat completions, and who speaks it: input includes cached tokens, output includes reasoning.
    Chat,
    /// OpenAI responses: the same with other names.
    Responses,
    /// Anthropic messages: `input_tokens` excludes cache reads and writes, which are added here.
    Anthropic,
    /// Gemini's `usageMetadata`: the prompt includes cached tokens; thoughts and tool results are counted beside it and added here.
    Gemini,
    /// Ollama's last line: `prompt_eval_count`, `eval_count`.
    Ollama,
}

impl Flavour {
    /// The shape of a provider's usage object. OpenAI has two, which their own fields tell apart.
    #[must_use]
    pub fn of(provider: Provider, raw: &Value) -> Self {
        match provider {
            Provider::Anthropic => Self::Anthropic,
            Provider::Gemini => Self::Gemini,
            Provider::Ollama => Self::Ollama,
            _ if raw.get("input_tokens").is_some() => Self::Responses,
            _ => Self::Chat,
        }
    }

    pub(super) fn extractor(self) -> &'static Extractor {
        static CHAT: OnceLock<Extractor> = OnceLock::new();
        static RESPONSES: OnceLock<Extractor> = OnceLock::new();
        static ANTHROPIC: OnceLock<Extractor> = OnceLock::new();
        static GEMINI: OnceLock<Extractor> = OnceLock::new();
        static OLLAMA: OnceLock<Extractor> = OnceLock::new();
        let (slot, root, parts) = match self {
            Self::Chat => (&CHAT, "usage", CHAT_PARTS),
            Self::Responses => (&RESPONSES, "usage", RESPONSES_PARTS),
            Self::Anthropic => (&ANTHROPIC, "usage", ANTHROPIC_PARTS),
            Self::Gemini => (&GEMINI, "usageMetadata", GEMINI_PARTS),
            Self::Ollama => (&OLLAMA, "usage", OLLAMA_PARTS),
        };
        slot.get_or_init(|| Extractor::of(root, parts))
    }
}

/// Reads the usage object that a provider sent, in neutral parts. Nothing in it must be there, for providers send it in pieces and
/// leave out what is 0.
///
/// # Errors
/// [`ExtractError`], when it is no object, holds no amount that is known, or one that is no amount.
pub fn of_provider(provider: Provider, raw: &Value) -> Result<Usage, ExtractError> {
    of_flavour(Flavour::of(provider, raw), raw)
}

/// Reads a usage object of a shape, in neutral parts.
///
/// # Errors
/// As of [`of_provider`].
pub fn of_flavour(flavour: Flavour, raw: &Value) -> Result<Usage, ExtractError> {
    flavour.extractor().usage(raw)
}

type Parts = &'static [(Unit, &'static [&'static str])];

impl Extractor {
    /// An extractor of our own table; a path that cannot be read is left out, which a test excludes.
    fn of(root: &str, parts: Parts) -> Self {
        let read = |text: &&str| Source::try_from((*text).to_owned()).ok();
        let parts = parts
            .iter()
            .map(|(unit, paths)| (*unit, paths.iter().filter_map(read).collect()));
        Self {
            root: Path::field(root),
            model: Path::field("model"),
            parts: parts.collect(),
        }
    }
}

const CHAT_PARTS: Parts = &[
    (Unit::InputTokens, &["prompt_tokens"]),
    (Unit::OutputTokens, &["completion_tokens"]),
    (
        Unit::CacheReadTokens,
        &["prompt_tokens_details.cached_tokens"],
    ),
    (
        Unit::CacheWriteTokens,
        &["prompt_tokens_details.cache_write_tokens"],
    ),
    (
        Unit::InputAudioTokens,
        &["prompt_tokens_details.audio_tokens"],
    ),
    (
        Unit::OutputAudioTokens,
        &["completion_tokens_details.audio_tokens"],
    ),
    (
        Unit::OutputReasoningTokens,
        &["completion_tokens_details.reasoning_tokens"],
    ),
];

const RESPONSES_PARTS: Parts = &[
    (Unit::InputTokens, &["input_tokens"]),
    (Unit::OutputTokens, &["output_tokens"]),
    (
        Unit::CacheReadTokens,
        &["input_tokens_details.cached_tokens"],
    ),
    (
        Unit::CacheWriteTokens,
        &["input_tokens_details.cache_write_tokens"],
    ),
    (
        Unit::OutputReasoningTokens,
        &["output_tokens_details.reasoning_tokens"],
    ),
];

const ANTHROPIC_PARTS: Parts = &[
    (
        Unit::InputTokens,
        &[
            "input_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
        ],
    ),
    (Unit::OutputTokens, &["output_tokens"]),
    (Unit::CacheReadTokens, &["cache_read_input_tokens"]),
    (Unit::CacheWriteTokens, &["cache_creation_input_tokens"]),
    (
        Unit::CacheWrite5mTokens,
        &["cache_creation.ephemeral_5m_input_tokens"],
    ),
    (
        Unit::CacheWrite1hTokens,
        &["cache_creation.ephemeral_1h_input_tokens"],
    ),
    (
        Unit::OutputReasoningTokens,
        &["output_tokens_details.thinking_tokens"],
    ),
    (Unit::WebSearches, &["server_tool_use.web_search_requests"]),
];

// A page of a document is an image to the model and is priced as one.
const GEMINI_PARTS: Parts = &[
    (
        Unit::InputTokens,
        &["promptTokenCount", "toolUsePromptTokenCount"],
    ),
    (
        Unit::OutputTokens,
        &["candidatesTokenCount", "thoughtsTokenCount"],
    ),
    (Unit::OutputReasoningTokens, &["thoughtsTokenCount"]),
    (Unit::InputToolTokens, &["toolUsePromptTokenCount"]),
    (Unit::CacheReadTokens, &["cachedContentTokenCount"]),
    (
        Unit::CacheTextReadTokens,
        &["cacheTokensDetails[modality=TEXT].tokenCount"],
    ),
    (
        Unit::CacheAudioReadTokens,
        &["cacheTokensDetails[modality=AUDIO].tokenCount"],
    ),
    (
        Unit::CacheImageReadTokens,
        &[
            "cacheTokensDetails[modality=IMAGE].tokenCount",
            "cacheTokensDetails[modality=DOCUMENT].tokenCount",
        ],
    ),
    (
        Unit::CacheVideoReadTokens,
        &["cacheTokensDetails[modality=VIDEO].tokenCount"],
    ),
    (
        Unit::InputTextTokens,
        &[
            "promptTokensDetails[modality=TEXT].tokenCount",
            "toolUsePromptTokensDetails[modality=TEXT].tokenCount",
        ],
    ),
    (
        Unit::InputAudioTokens,
        &[
            "promptTokensDetails[modality=AUDIO].tokenCount",
            "toolUsePromptTokensDetails[modality=AUDIO].tokenCount",
        ],
    ),
    (
        Unit::InputImageTokens,
        &[
            "promptTokensDetails[modality=IMAGE].tokenCount",
            "promptTokensDetails[modality=DOCUMENT].tokenCount",
            "toolUsePromptTokensDetails[modality=IMAGE].tokenCount",
            "toolUsePromptTokensDetails[modality=DOCUMENT].tokenCount",
        ],
    ),
    (
        Unit::InputVideoTokens,
        &[
            "promptTokensDetails[modality=VIDEO].tokenCount",
            "toolUsePromptTokensDetails[modality=VIDEO].tokenCount",
        ],
    ),
    (
        Unit::InputTextToolTokens,
        &["toolUsePromptTokensDetails[modality=TEXT].tokenCount"],
    ),
    (
        Unit::InputAudioToolTokens,
        &["toolUsePromptTokensDetails[modality=AUDIO].tokenCount"],
    ),
    (
        Unit::InputImageToolTokens,
        &[
            "toolUsePromptTokensDetails[modality=IMAGE].tokenCount",
            "toolUsePromptTokensDetails[modality=DOCUMENT].tokenCount",
        ],
    ),
    (
        Unit::InputVideoToolTokens,
        &["toolUsePromptTokensDetails[modality=VIDEO].tokenCount"],
    ),
    (
        Unit::OutputTextTokens,
        &["candidatesTokensDetails[modality=TEXT].tokenCount"],
    ),
    (
        Unit::OutputAudioTokens,
        &["candidatesTokensDetails[modality=AUDIO].tokenCount"],
    ),
    (
        Unit::OutputImageTokens,
        &[
            "candidatesTokensDetails[modality=IMAGE].tokenCount",
            "candidatesTokensDetails[modality=DOCUMENT].tokenCount",
        ],
    ),
    (
        Unit::OutputVideoTokens,
        &["candidatesTokensDetails[modality=VIDEO].tokenCount"],
    ),
];

const OLLAMA_PARTS: Parts = &[
    (Unit::InputTokens, &["prompt_eval_count"]),
    (Unit::OutputTokens, &["eval_count"]),
];
