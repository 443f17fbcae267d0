//! A document as registers: the state that is synchronised. Not a row and not a page view.

use super::lifecycle::Lifecycle;
use crate::hlc::Hlc;
use crate::ids::{DeviceId, DocId, Millis, OpId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A text that is sent to a model; may hold `{{variables}}`.
    Prompt,
    /// A passage kept from a page.
    Snippet,
    /// A named group of documents.
    Collection,
}

impl Kind {
    /// The name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Snippet => "snippet",
            Self::Collection => "collection",
        }
    }
    /// The kind of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "prompt" => Some(Self::Prompt),
            "snippet" => Some(Self::Snippet),
            "collection" => Some(Self::Collection),
            _ => None,
        }
    }
}

/// A single-value field. Each is a register of its own: the larger `(hlc, op)` wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// String.
    Title,
    /// String: what the document is for.
    Description,
    /// String: the person's own remark.
    Note,
    /// Document id of a collection, or null.
    Collection,
    /// Boolean.
    Favourite,
    /// Object: where a capture came from (`capture::Source`), or null.
    Source,
    /// Array of typed variables (`prompts::Variable`), or null.
    Variables,
    /// Object: how the prompt is run (`execution::ExecutionSettings`), or null.
    Execution,
    /// Milliseconds when it went to the trash, or null.
    DeletedAt,
    /// Milliseconds when it was made.
    CreatedAt,
}

/// A count that only changes by increments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Counter {
    /// Times the document was copied or inserted.
    Uses,
}

/// The value of a field with the stamp that decides between two of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Register {
    /// The value; its type follows from the field.
    #[serde(default)]
    pub value: Value,
    /// When it was set.
    pub hlc: Hlc,
    /// By which operation.
    pub op: OpId,
}

/// Whether a tag is present, with the stamp that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TagRegister {
    /// False keeps the memory of a removal.
    pub present: bool,
    /// When it was set.
    pub hlc: Hlc,
    /// By which operation.
    pub op: OpId,
}

/// The text of a document and the revision it stands at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Body {
    /// Markdown (snippets) or template text (prompts).
    pub text: String,
    /// The document revision that last changed the text; 0 = never acknowledged by a server.
    pub rev: u64,
}

/// The other side of an edit that could not be merged: kept until a person resolves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conflict {
    /// The operation that brought the text.
    pub op: OpId,
    /// The text that was not merged in, whole.
    pub text: String,
    /// The body revision it was based on.
    pub base_rev: u64,
    /// When it was written.
    pub hlc: Hlc,
    /// The device it came from.
    pub device: Option<DeviceId>,
}

/// One document of a space, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Document {
    /// Its id, minted where it was made.
    pub id: DocId,
    /// What it is; never changes.
    pub kind: Kind,
    /// The space's sequence number of its last change; 0 = never acknowledged.
    pub rev: u64,
    /// Single-value fields.
    pub fields: BTreeMap<Field, Register>,
    /// Tags, removed ones included.
    #[serde(default)]
    pub tags: BTreeMap<String, TagRegister>,
    /// Counts.
    #[serde(default)]
    pub counters: BTreeMap<Counter, i64>,
    /// The text.
    #[serde(default)]
    pub body: Body,
    /// Metadata by name: each a register of its own, its value a text, or null once it was taken away.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, Register>,
    /// Whether it is a draft, published or archived.
    #[serde(default, skip_serializing_if = "Lifecycle::is_empty")]
    pub lifecycle: Lifecycle,
    /// Unresolved other sides, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// True: content was purged, only the fact of its deletion is left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub purged: bool,
}

impl Document {
    /// An empty document that no server has seen.
    #[must_use]
    pub fn new(id: DocId, kind: Kind) -> Self {
        Self {
            id,
            kind,
            rev: 0,
            fields: BTreeMap::new(),
            tags: BTreeMap::new(),
            counters: BTreeMap::new(),
            body: Body::default(),
            meta: BTreeMap::new(),
            lifecycle: Lifecycle::default(),
            conflicts: Vec::new(),
            purged: false,
        }
    }

    /// The value of a field; null when it was never set.
    #[must_use]
    pub fn value(&self, field: Field) -> &Value {
        self.fields
            .get(&field)
            .map_or(&Value::Null, |register| &register.value)
    }

    /// A text field; empty when it was never set.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.value(field).as_str().unwrap_or_default()
    }

    /// The title; empty when it was never set.
    #[must_use]
    pub fn title(&self) -> &str {
        self.text(Field::Title)
    }

    /// Tags that are present, in order.
    pub fn present_tags(&self) -> impl Iterator<Item = &str> {
        self.tags
            .iter()
            .filter(|(_, register)| register.present)
            .map(|(tag, _)| tag.as_str())
    }

    /// Metadata that is there, by name.
    pub fn metadata(&self) -> impl Iterator<Item = (&str, &str)> {
        self.meta
            .iter()
            .filter_map(|(name, register)| Some((name.as_str(), register.value.as_str()?)))
    }

    /// The collection it belongs to.
    #[must_use]
    pub fn collection(&self) -> Option<DocId> {
        self.value(Field::Collection)
            .as_str()
            .and_then(|text| text.parse().ok())
    }

    /// Whether it is marked as a favourite.
    #[must_use]
    pub fn favourite(&self) -> bool {
        self.value(Field::Favourite).as_bool().unwrap_or(false)
    }

    /// When it went to the trash; `None` while it is in the library.
    #[must_use]
    pub fn deleted_at(&self) -> Option<Millis> {
        self.value(Field::DeletedAt).as_i64()
    }

    /// When it was made; 0 when unknown.
    #[must_use]
    pub fn created_at(&self) -> Millis {
        self.value(Field::CreatedAt).as_i64().unwrap_or(0)
    }

    /// The largest stamp in it: when it was last edited.
    #[must_use]
    pub fn edited(&self) -> Hlc {
        let fields = self.fields.values().map(|register| register.hlc);
        fields.chain(self.beside_fields()).max().unwrap_or_default()
    }

    /// When it was last edited, as far as its stamps tell. That it lies in the trash is no edit: a library that is imported brings a
    /// trash that is older than its import.
    #[must_use]
    pub fn edited_at(&self) -> Millis {
        let trashed = self.deleted_at().is_some();
        let fields = self
            .fields
            .iter()
            .filter(|(field, _)| !trashed || **field != Field::DeletedAt)
            .map(|(_, register)| register.hlc);
        fields
            .chain(self.beside_fields())
            .max()
            .unwrap_or_default()
            .at
    }

    /// The stamps of all but its fields.
    fn beside_fields(&self) -> impl Iterator<Item = Hlc> {
        let tags = self.tags.values().map(|register| register.hlc);
        let meta = self.meta.values().map(|register| register.hlc);
        let conflicts = self.conflicts.iter().map(|conflict| conflict.hlc);
        tags.chain(meta)
            .chain(conflicts)
            .chain(self.lifecycle.stamp())
    }

    /// A count; 0 when it was never raised.
    #[must_use]
    pub fn counter(&self, counter: Counter) -> i64 {
        self.counters.get(&counter).copied().unwrap_or(0)
    }
}
