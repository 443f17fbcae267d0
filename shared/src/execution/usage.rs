//! What an answer used, in parts that can be counted and priced. Not a price, and not a provider's own object.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A part of usage. The names are those of genai-prices where it has one, so that its facts can be read as they are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Unit { $($(#[$doc])* #[serde(rename = $text)] $name,)* }

        impl Unit {
            /// Every part.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $text,)* } }
        }
    };
}

units! {
    /// Audio seconds.
    AudioSeconds = "audio_seconds";
    /// Cache audio read tokens.
    CacheAudioReadTokens = "cache_audio_read_tokens";
    /// Cache audio write 1h tokens.
    CacheAudioWrite1hTokens = "cache_audio_write_1h_tokens";
    /// Cache audio write 5m tokens.
    CacheAudioWrite5mTokens = "cache_audio_write_5m_tokens";
    /// Cache audio write tokens.
    CacheAudioWriteTokens = "cache_audio_write_tokens";
    /// Cache image read tokens.
    CacheImageReadTokens = "cache_image_read_tokens";
    /// Cache image write 1h tokens.
    CacheImageWrite1hTokens = "cache_image_write_1h_tokens";
    /// Cache image write 5m tokens.
    CacheImageWrite5mTokens = "cache_image_write_5m_tokens";
    /// Cache image write tokens.
    CacheImageWriteTokens = "cache_image_write_tokens";
    /// Input tokens read from a cache; part of the input.
    CacheReadTokens = "cache_read_tokens";
    /// Cache text read tokens.
    CacheTextReadTokens = "cache_text_read_tokens";
    /// Cache text write 1h tokens.
    CacheTextWrite1hTokens = "cache_text_write_1h_tokens";
    /// Cache text write 5m tokens.
    CacheTextWrite5mTokens = "cache_text_write_5m_tokens";
    /// Cache text write tokens.
    CacheTextWriteTokens = "cache_text_write_tokens";
    /// Cache video read tokens.
    CacheVideoReadTokens = "cache_video_read_tokens";
    /// Cache video write 1h tokens.
    CacheVideoWrite1hTokens = "cache_video_write_1h_tokens";
    /// Cache video write 5m tokens.
    CacheVideoWrite5mTokens = "cache_video_write_5m_tokens";
    /// Cache video write tokens.
    CacheVideoWriteTokens = "cache_video_write_tokens";
    /// Cache write 1h tokens.
    CacheWrite1hTokens = "cache_write_1h_tokens";
    /// Cache write 5m tokens.
    CacheWrite5mTokens = "cache_write_5m_tokens";
    /// Input tokens written to a cache; part of the input.
    CacheWriteTokens = "cache_write_tokens";
    /// Code executions.
    CodeExecutions = "code_executions";
    /// Input annotated document pages.
    InputAnnotatedDocumentPages = "input_annotated_document_pages";
    /// Input audio seconds.
    InputAudioSeconds = "input_audio_seconds";
    /// Input audio tokens.
    InputAudioTokens = "input_audio_tokens";
    /// Input audio tool tokens.
    InputAudioToolTokens = "input_audio_tool_tokens";
    /// Input characters.
    InputCharacters = "input_characters";
    /// Input document pages.
    InputDocumentPages = "input_document_pages";
    /// Input image tokens.
    InputImageTokens = "input_image_tokens";
    /// Input image tool tokens.
    InputImageToolTokens = "input_image_tool_tokens";
    /// Input pixels.
    InputPixels = "input_pixels";
    /// Input text messages.
    InputTextMessages = "input_text_messages";
    /// Input text tokens.
    InputTextTokens = "input_text_tokens";
    /// Input text tool tokens.
    InputTextToolTokens = "input_text_tool_tokens";
    /// All input tokens, cached ones included.
    InputTokens = "input_tokens";
    /// Input tool tokens.
    InputToolTokens = "input_tool_tokens";
    /// Input video tokens.
    InputVideoTokens = "input_video_tokens";
    /// Input video tool tokens.
    InputVideoToolTokens = "input_video_tool_tokens";
    /// Output audio citation tokens.
    OutputAudioCitationTokens = "output_audio_citation_tokens";
    /// Output audio reasoning tokens.
    OutputAudioReasoningTokens = "output_audio_reasoning_tokens";
    /// Output audio seconds.
    OutputAudioSeconds = "output_audio_seconds";
    /// Output audio tokens.
    OutputAudioTokens = "output_audio_tokens";
    /// Output citation tokens.
    OutputCitationTokens = "output_citation_tokens";
    /// Output image citation tokens.
    OutputImageCitationTokens = "output_image_citation_tokens";
    /// Output image reasoning tokens.
    OutputImageReasoningTokens = "output_image_reasoning_tokens";
    /// Output images that are counted and not measured in tokens. Not a name of genai-prices.
    OutputImages = "output_images";
    /// Output image tokens.
    OutputImageTokens = "output_image_tokens";
    /// Output tokens spent on reasoning; part of the output.
    OutputReasoningTokens = "output_reasoning_tokens";
    /// Output text citation tokens.
    OutputTextCitationTokens = "output_text_citation_tokens";
    /// Output text reasoning tokens.
    OutputTextReasoningTokens = "output_text_reasoning_tokens";
    /// Output text tokens.
    OutputTextTokens = "output_text_tokens";
    /// All output tokens, reasoning included.
    OutputTokens = "output_tokens";
    /// Output video citation tokens.
    OutputVideoCitationTokens = "output_video_citation_tokens";
    /// Output video reasoning tokens.
    OutputVideoReasoningTokens = "output_video_reasoning_tokens";
    /// Output video tokens.
    OutputVideoTokens = "output_video_tokens";
    /// Rerank searches.
    RerankSearches = "rerank_searches";
    /// Social searches.
    SocialSearches = "social_searches";
    /// Storage searches.
    StorageSearches = "storage_searches";
    /// Web searches.
    WebSearches = "web_searches";
}

/// How much of each part was used; a part that is absent is not known, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usage {
    /// Amounts by part.
    pub parts: BTreeMap<Unit, u64>,
}

/// The shape of what is sent: the amounts themselves, by the names of the parts.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Usage {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::ObjectBuilder;
        use utoipa::openapi::schema::Type;
        let about =
            "How much of each part was used; a part that is absent is not known, or nothing.";
        let amount = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0));
        ObjectBuilder::new()
            .description(Some(about))
            .additional_properties(Some(amount))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Usage {}

impl Usage {
    /// Input and output tokens alone.
    #[must_use]
    pub fn tokens(input: u64, output: u64) -> Self {
        let parts = [(Unit::InputTokens, input), (Unit::OutputTokens, output)];
        Self {
            parts: parts.into_iter().collect(),
        }
    }

    /// The amount of a part; 0 when it is absent.
    #[must_use]
    pub fn get(&self, unit: Unit) -> u64 {
        self.parts.get(&unit).copied().unwrap_or(0)
    }

    /// Adds to a part.
    pub fn add(&mut self, unit: Unit, amount: u64) {
        let part = self.parts.entry(unit).or_default();
        *part = part.saturating_add(amount);
    }

    /// All input tokens, cached ones included.
    #[must_use]
    pub fn input(&self) -> u64 {
        self.get(Unit::InputTokens)
    }

    /// All output tokens, reasoning included.
    #[must_use]
    pub fn output(&self) -> u64 {
        self.get(Unit::OutputTokens)
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn usage_is_an_object_of_amounts() {
        let mut usage = Usage::tokens(14, 65);
        usage.add(Unit::CacheReadTokens, 3);
        usage.add(Unit::CacheReadTokens, 4);
        let value = json!({"cache_read_tokens": 7, "input_tokens": 14, "output_tokens": 65});
        assert_eq!(serde_json::to_value(&usage).unwrap(), value);
        assert_eq!(serde_json::from_value::<Usage>(value).unwrap(), usage);
    }

    #[test]
    fn every_unit_has_its_name_on_the_wire() {
        for unit in Unit::ALL {
            assert_eq!(serde_json::to_value(unit).unwrap(), unit.as_str());
        }
    }
}
