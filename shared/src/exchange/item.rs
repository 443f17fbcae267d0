//! The neutral item between a foreign file and a document. Not a document: it has no stamps.

use crate::library::lifecycle::PastVersion;
use crate::library::wire::is_zero;
use crate::prompts::{Proposal, Variable};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What an item becomes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// A prompt.
    #[default]
    Prompt,
    /// A snippet.
    Snippet,
    /// A collection.
    Collection,
}

impl ImportKind {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Snippet => "snippet",
            Self::Collection => "collection",
        }
    }

    /// The kind of a name, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        [Self::Prompt, Self::Snippet, Self::Collection]
            .into_iter()
            .find(|kind| text.eq_ignore_ascii_case(kind.as_str()))
    }
}

/// One item of a foreign library, within the limits of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportItem {
    /// Where it stands: `row 12`, `patterns/summarize/system.md`, `item 3`.
    pub origin: String,
    /// The document id it had in one of our libraries.
    pub id: Option<String>,
    /// What it becomes.
    pub kind: ImportKind,
    /// Title; may be empty.
    pub title: String,
    /// Text.
    pub body: String,
    /// Tags, trimmed, each once, in order.
    pub tags: Vec<String>,
    /// Metadata by name.
    pub meta: BTreeMap<String, String>,
    /// The person's own remark.
    pub note: String,
    /// What it is for.
    pub description: String,
    /// The page it came from.
    pub source_url: Option<String>,
    /// Where a capture came from, as our own export has it.
    pub source: Option<Value>,
    /// Marked as a favourite.
    pub favourite: bool,
    /// Title of the collection it belongs to.
    pub collection: Option<String>,
    /// Id of that collection in one of our libraries.
    pub collection_id: Option<String>,
    /// When it was made, milliseconds since 1970.
    pub created_at: Option<i64>,
    /// When it was last edited.
    pub updated_at: Option<i64>,
    /// When it went to the trash.
    pub deleted_at: Option<i64>,
    /// Its versions, oldest first, as our own export has them.
    pub versions: Vec<PastVersion>,
    /// Times it was copied or inserted.
    pub uses: i64,
    /// It was edited since it was published.
    pub edited: bool,
    /// It is in the archive.
    pub archived: bool,
    /// Described variables.
    pub variables: Vec<Variable>,
    /// The same as our own export has them, whatever else stands in them.
    pub variables_json: Option<Value>,
    /// How the prompt is run (`execution::ExecutionSettings`), as our own export has it.
    pub execution: Option<Value>,
    /// Variables that the text seems to have, in other notations.
    pub proposals: Vec<Proposal>,
    /// The fingerprint of the body (`capture::fingerprint`), by which a library is asked whether it has it.
    pub fingerprint: String,
    /// Index of the first item of the same file with the same fingerprint and kind.
    pub duplicate_of: Option<usize>,
}

/// One document for a writer. Its JSON is an item of our own export.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ExportItem {
    /// Document id.
    pub id: String,
    /// What it is.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::library::document::Kind))]
    pub kind: ImportKind,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Metadata by name, such as `category`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, String>,
    /// Id of its collection.
    pub collection: Option<String>,
    /// Title of its collection: names the folder of a Markdown export, and is not in the JSON.
    #[serde(skip)]
    pub collection_title: Option<String>,
    /// The person's own remark.
    pub note: String,
    /// What it is for.
    pub description: String,
    /// Marked as a favourite.
    pub favourite: bool,
    /// Where a capture came from: an object, or null.
    pub source: Value,
    /// Described variables: a list, or null.
    pub variables: Value,
    /// How the prompt is run: an object, or null.
    pub execution: Value,
    /// When it was made.
    pub created_at: i64,
    /// When it was last edited.
    pub updated_at: i64,
    /// When it went to the trash.
    pub deleted_at: Option<i64>,
    /// Times it was copied or inserted.
    #[serde(skip_serializing_if = "is_zero")]
    pub uses: i64,
    /// It was edited since it was published.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// It is in the archive.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// Its versions, oldest first, the present text among them. Only in the JSON, and of the server only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<PastVersion>,
}
