//! What each part of usage is and how many of it a price is for. Not prices, and not amounts.

use crate::execution::usage::Unit;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a unit counts. Units of different families never overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Tokens.
    Tokens,
    /// Characters of text.
    Characters,
    /// Messages.
    Messages,
    /// Seconds.
    Durations,
    /// Pixels.
    Pixels,
    /// Pages of documents.
    DocumentPages,
    /// Rerank calls.
    Rerank,
    /// Whole images.
    Images,
    /// Calls of a provider's own tools.
    ToolCalls,
    /// Requests.
    Requests,
}

/// What a unit is about. An empty text says nothing: it holds for every value, so that the unit includes all that are more precise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// What is counted.
    pub family: Family,
    /// `input` or `output`.
    pub direction: &'static str,
    /// `text`, `audio`, `image`, `video`.
    pub modality: &'static str,
    /// Such as `cache_read`, `reasoning`, `web_search`.
    pub kind: &'static str,
    /// `5m` or `1h`.
    pub ttl: &'static str,
}

impl Dimensions {
    const fn aspects(&self) -> [&'static str; 4] {
        [self.direction, self.modality, self.kind, self.ttl]
    }

    fn pairs(&self, other: &Self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.aspects().into_iter().zip(other.aspects())
    }

    /// How many aspects are stated.
    #[must_use]
    pub fn depth(&self) -> usize {
        let stated = |aspect: &&str| !aspect.is_empty();
        self.aspects().iter().filter(|a| stated(a)).count()
    }

    /// Whether all that the other counts is counted here too; true for itself.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        let holds = |(mine, theirs): (&str, &str)| mine.is_empty() || mine == theirs;
        self.family == other.family && self.pairs(other).all(holds)
    }

    /// Whether something can be counted by both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let agree =
            |(mine, theirs): (&str, &str)| mine.is_empty() || theirs.is_empty() || mine == theirs;
        self.family == other.family && self.pairs(other).all(agree)
    }

    /// What is counted by both, when they overlap.
    #[must_use]
    pub fn join(&self, other: &Self) -> Option<Self> {
        let either = |mine: &'static str, theirs| if mine.is_empty() { theirs } else { mine };
        self.overlaps(other).then(|| Self {
            family: self.family,
            direction: either(self.direction, other.direction),
            modality: either(self.modality, other.modality),
            kind: either(self.kind, other.kind),
            ttl: either(self.ttl, other.ttl),
        })
    }
}

/// What a price is for: a part of usage, or the request itself. Written as a price key, such as `input_mtok` or `requests_kcount`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PriceKey {
    /// A part of usage.
    Of(Unit),
    /// Each request, whatever it uses.
    Request,
}

impl PriceKey {
    /// Every key.
    pub fn all() -> impl Iterator<Item = Self> {
        let units = Unit::ALL.iter().copied().map(Self::Of);
        units.chain([Self::Request])
    }

    /// The key of a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|key| key.as_str() == text)
    }

    /// The name in catalogues.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Of(unit) => facts(unit).0,
            Self::Request => "requests_kcount",
        }
    }

    /// How many units its price is for, such as 1,000,000 tokens or 3,600 seconds.
    #[must_use]
    pub const fn per(self) -> u64 {
        match self {
            Self::Of(unit) => facts(unit).1,
            Self::Request => 1_000,
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn dimensions(self) -> Dimensions {
        match self {
            Self::Of(unit) => facts(unit).2,
            Self::Request => Dimensions {
                family: Family::Requests,
                direction: "",
                modality: "",
                kind: "",
                ttl: "",
            },
        }
    }

    /// The key with exactly these dimensions.
    #[must_use]
    pub fn with(dimensions: &Dimensions) -> Option<Self> {
        Self::all().find(|key| key.dimensions() == *dimensions)
    }
}

impl fmt::Display for PriceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<PriceKey> for String {
    fn from(key: PriceKey) -> Self {
        key.as_str().to_owned()
    }
}

impl TryFrom<String> for PriceKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
            .ok_or_else(|| format!("{text} is not a price key: expected one such as input_mtok"))
    }
}

macro_rules! facts {
    ($($name:ident: $key:literal, $per:literal, $family:ident, $direction:literal, $modality:literal, $kind:literal, $ttl:literal;)*) => {
        const fn facts(unit: Unit) -> (&'static str, u64, Dimensions) {
            match unit {
                $(Unit::$name => ($key, $per, Dimensions {
                    family: Family::$family, direction: $direction, modality: $modality, kind: $kind, ttl: $ttl,
                }),)*
            }
        }
    };
}

// Price key; units that a price is for; family, direction, modality, kind, lifetime.
facts! {
    AudioSeconds: "audio_hours", 3_600, Durations, "", "audio", "", "";
    CacheAudioReadTokens: "cache_audio_read_mtok", 1_000_000, Tokens, "input", "audio", "cache_read", "";
    CacheAudioWrite1hTokens: "cache_audio_write_1h_mtok", 1_000_000, Tokens, "input", "audio", "cache_write", "1h";
    CacheAudioWrite5mTokens: "cache_audio_write_5m_mtok", 1_000_000, Tokens, "input", "audio", "cache_write", "5m";
    CacheAudioWriteTokens: "cache_audio_write_mtok", 1_000_000, Tokens, "input", "audio", "cache_write", "";
    CacheImageReadTokens: "cache_image_read_mtok", 1_000_000, Tokens, "input", "image", "cache_read", "";
    CacheImageWrite1hTokens: "cache_image_write_1h_mtok", 1_000_000, Tokens, "input", "image", "cache_write", "1h";
    CacheImageWrite5mTokens: "cache_image_write_5m_mtok", 1_000_000, Tokens, "input", "image", "cache_write", "5m";
    CacheImageWriteTokens: "cache_image_write_mtok", 1_000_000, Tokens, "input", "image", "cache_write", "";
    CacheReadTokens: "cache_read_mtok", 1_000_000, Tokens, "input", "", "cache_read", "";
    CacheTextReadTokens: "cache_text_read_mtok", 1_000_000, Tokens, "input", "text", "cache_read", "";
    CacheTextWrite1hTokens: "cache_text_write_1h_mtok", 1_000_000, Tokens, "input", "text", "cache_write", "1h";
    CacheTextWrite5mTokens: "cache_text_write_5m_mtok", 1_000_000, Tokens, "input", "text", "cache_write", "5m";
    CacheTextWriteTokens: "cache_text_write_mtok", 1_000_000, Tokens, "input", "text", "cache_write", "";
    CacheVideoReadTokens: "cache_video_read_mtok", 1_000_000, Tokens, "input", "video", "cache_read", "";
    CacheVideoWrite1hTokens: "cache_video_write_1h_mtok", 1_000_000, Tokens, "input", "video", "cache_write", "1h";
    CacheVideoWrite5mTokens: "cache_video_write_5m_mtok", 1_000_000, Tokens, "input", "video", "cache_write", "5m";
    CacheVideoWriteTokens: "cache_video_write_mtok", 1_000_000, Tokens, "input", "video", "cache_write", "";
    CacheWrite1hTokens: "cache_write_1h_mtok", 1_000_000, Tokens, "input", "", "cache_write", "1h";
    CacheWrite5mTokens: "cache_write_5m_mtok", 1_000_000, Tokens, "input", "", "cache_write", "5m";
    CacheWriteTokens: "cache_write_mtok", 1_000_000, Tokens, "input", "", "cache_write", "";
    CodeExecutions: "code_executions_kcount", 1_000, ToolCalls, "", "", "code_execution", "";
    InputAnnotatedDocumentPages: "input_annotated_document_kpages", 1_000, DocumentPages, "input", "", "annotated", "";
    InputAudioSeconds: "input_audio_hours", 3_600, Durations, "input", "audio", "", "";
    InputAudioTokens: "input_audio_mtok", 1_000_000, Tokens, "input", "audio", "", "";
    InputAudioToolTokens: "input_audio_tool_mtok", 1_000_000, Tokens, "input", "audio", "tool", "";
    InputCharacters: "input_mchars", 1_000_000, Characters, "input", "", "", "";
    InputDocumentPages: "input_document_kpages", 1_000, DocumentPages, "input", "", "", "";
    InputImageTokens: "input_image_mtok", 1_000_000, Tokens, "input", "image", "", "";
    InputImageToolTokens: "input_image_tool_mtok", 1_000_000, Tokens, "input", "image", "tool", "";
    InputPixels: "input_gpixels", 1_000_000_000, Pixels, "input", "", "", "";
    InputTextMessages: "input_text_messages_kcount", 1_000, Messages, "input", "text", "", "";
    InputTextTokens: "input_text_mtok", 1_000_000, Tokens, "input", "text", "", "";
    InputTextToolTokens: "input_text_tool_mtok", 1_000_000, Tokens, "input", "text", "tool", "";
    InputTokens: "input_mtok", 1_000_000, Tokens, "input", "", "", "";
    InputToolTokens: "input_tool_mtok", 1_000_000, Tokens, "input", "", "tool", "";
    InputVideoTokens: "input_video_mtok", 1_000_000, Tokens, "input", "video", "", "";
    InputVideoToolTokens: "input_video_tool_mtok", 1_000_000, Tokens, "input", "video", "tool", "";
    OutputAudioCitationTokens: "output_audio_citation_mtok", 1_000_000, Tokens, "output", "audio", "citation", "";
    OutputAudioReasoningTokens: "output_audio_reasoning_mtok", 1_000_000, Tokens, "output", "audio", "reasoning", "";
    OutputAudioSeconds: "output_audio_hours", 3_600, Durations, "output", "audio", "", "";
    OutputAudioTokens: "output_audio_mtok", 1_000_000, Tokens, "output", "audio", "", "";
    OutputCitationTokens: "output_citation_mtok", 1_000_000, Tokens, "output", "", "citation", "";
    OutputImageCitationTokens: "output_image_citation_mtok", 1_000_000, Tokens, "output", "image", "citation", "";
    OutputImageReasoningTokens: "output_image_reasoning_mtok", 1_000_000, Tokens, "output", "image", "reasoning", "";
    OutputImages: "output_images_kcount", 1_000, Images, "output", "image", "", "";
    OutputImageTokens: "output_image_mtok", 1_000_000, Tokens, "output", "image", "", "";
    OutputReasoningTokens: "output_reasoning_mtok", 1_000_000, Tokens, "output", "", "reasoning", "";
    OutputTextCitationTokens: "output_text_citation_mtok", 1_000_000, Tokens, "output", "text", "citation", "";
    OutputTextReasoningTokens: "output_text_reasoning_mtok", 1_000_000, Tokens, "output", "text", "reasoning", "";
    OutputTextTokens: "output_text_mtok", 1_000_000, Tokens, "output", "text", "", "";
    OutputTokens: "output_mtok", 1_000_000, Tokens, "output", "", "", "";
    OutputVideoCitationTokens: "output_video_citation_mtok", 1_000_000, Tokens, "output", "video", "citation", "";
    OutputVideoReasoningTokens: "output_video_reasoning_mtok", 1_000_000, Tokens, "output", "video", "reasoning", "";
    OutputVideoTokens: "output_video_mtok", 1_000_000, Tokens, "output", "video", "", "";
    RerankSearches: "rerank_searches_kcount", 1_000, Rerank, "", "", "", "";
    SocialSearches: "social_searches_kcount", 1_000, ToolCalls, "", "", "social_search", "";
    StorageSearches: "storage_searches_kcount", 1_000, ToolCalls, "", "", "storage_search", "";
    WebSearches: "web_searches_kcount", 1_000, ToolCalls, "", "", "web_search", "";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_name_of_its_own_and_dimensions_of_its_own() {
        for key in PriceKey::all() {
            assert_eq!(PriceKey::parse(key.as_str()), Some(key));
            assert_eq!(PriceKey::with(&key.dimensions()), Some(key));
        }
        assert_eq!(PriceKey::parse("input_tokens"), None);
    }

    #[test]
    fn input_tokens_include_cached_audio_and_no_output() {
        let of = |unit| PriceKey::Of(unit).dimensions();
        assert!(of(Unit::InputTokens).includes(&of(Unit::CacheAudioReadTokens)));
        assert!(of(Unit::CacheWriteTokens).includes(&of(Unit::CacheWrite1hTokens)));
        assert!(!of(Unit::CacheReadTokens).includes(&of(Unit::InputTokens)));
        assert!(!of(Unit::InputTokens).includes(&of(Unit::OutputTokens)));
        assert!(!of(Unit::InputTokens).includes(&of(Unit::InputCharacters)));
        let joint = of(Unit::CacheReadTokens).join(&of(Unit::InputAudioTokens));
        assert_eq!(joint, Some(of(Unit::CacheAudioReadTokens)));
        assert_eq!(
            of(Unit::CacheReadTokens).join(&of(Unit::CacheWriteTokens)),
            None
        );
    }
}
