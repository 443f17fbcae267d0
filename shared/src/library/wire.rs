//! What the library routes send and take. Not rows, and not the sync protocol.

use super::document::{Document, Field, Kind};
use super::lifecycle::{Act, PastVersion, Snapshot, Status};
use super::quota::Quota;
use crate::hlc::Hlc;
use crate::ids::{DeviceId, DocId, Millis, OpId};
use crate::sync::wire::{BodyEdit, OpResult, TagEdit};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A row of a list: enough to draw it, without the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// The document.
    pub id: DocId,
    /// What it is.
    pub kind: Kind,
    /// Revision of its last change.
    pub rev: u64,
    /// Title; may be empty.
    pub title: String,
    /// First words of the body, one line.
    pub excerpt: String,
    /// Tags that are present, in order.
    pub tags: Vec<String>,
    /// The collection it belongs to.
    pub collection: Option<DocId>,
    /// Marked as a favourite.
    pub favourite: bool,
    /// An unresolved other side exists.
    pub conflict: bool,
    /// Of a prompt: where it stands.
    #[serde(default)]
    pub status: Status,
    /// A version of it is published, whatever was edited since.
    #[serde(default)]
    pub published: bool,
    /// Host of the page it came from; empty when there is none.
    pub site: String,
    /// Times it was copied or inserted.
    pub uses: i64,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last edited.
    pub updated_at: Millis,
    /// When it went to the trash.
    pub deleted_at: Option<Millis>,
}

/// Order of a list; each descends from newest or most, titles ascend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Last edited first.
    #[default]
    Edited,
    /// Last made first.
    Created,
    /// By title, A first.
    Title,
    /// Most used first.
    Uses,
    /// Best match first; only with a search.
    Relevance,
}

/// Query of `GET /api/v1/library`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct ListQuery {
    /// Only this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Words, "phrases", -words, tag:x, site:x, is:favourite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only documents with this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Only documents of this collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<DocId>,
    /// Only documents with this metadata: `name=value`, several parted by line ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<String>,
    /// Only documents from this site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Only favourites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favourite: Option<bool>,
    /// Only documents with an unresolved conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<bool>,
    /// Only prompts that stand there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The trash instead of the library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trash: Option<bool>,
    /// Edited at or after, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
    /// `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 200, 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// The rows.
    pub items: Vec<Summary>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
    /// Rows in all; counted up to 1,000 on a search, to 10,000 with filters alone.
    pub total: u64,
}

/// A name with a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Count {
    /// The name.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// `GET /api/v1/library/overview`: the numbers beside the navigation, tags and sites for filters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    /// Prompts outside the trash.
    pub prompts: u64,
    /// Snippets outside the trash.
    pub snippets: u64,
    /// Collections outside the trash.
    pub collections: u64,
    /// Documents in the trash.
    pub trash: u64,
    /// Documents with an unresolved conflict.
    pub conflicts: u64,
    /// The 200 most used tags.
    pub tags: Vec<Count>,
    /// The 50 most frequent sites.
    pub sites: Vec<Count>,
    /// How many prompts there may be.
    #[serde(default)]
    pub quota: Quota,
    /// The 200 most frequent categories and the 200 most frequent other pieces of metadata, by their frequency.
    #[serde(default)]
    pub meta: Vec<MetaCount>,
}

/// A piece of metadata with how many documents have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetaCount {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// How many.
    pub count: u64,
}

/// Names of metadata that have a place of their own where a prompt is edited and filtered. Any other name is as good.
pub const META_NAMES: [&str; 4] = ["category", "topic", "task_type", "persona"];

/// The name of metadata that holds the slug which somebody chose for a prompt, in the place of its title's.
pub const META_SLUG: &str = "slug";

/// `GET /api/v1/library/{id}`: a document with what a page about it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentView {
    /// The document, whole.
    pub document: Document,
    /// Title of its collection.
    pub collection_title: Option<String>,
    /// Versions kept, this one included.
    pub versions: u64,
    /// Number of the version that is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<u64>,
}

/// `POST /api/v1/library/{id}/publish`: publishes the text that the caller has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Publish {
    /// Deduplicates the request; minted by the server when absent.
    #[serde(default)]
    pub op_id: Option<OpId>,
    /// `Body::rev` of that text; another one is not published unseen.
    pub body_rev: u64,
    /// What is new in it.
    #[serde(default)]
    pub note: String,
}

/// `GET /api/v1/library/{id}/name`: how programs name a prompt, `prompt:<slug>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromptName {
    /// The slug that was chosen for it, or that of its title, as this library has it.
    pub slug: String,
}

/// `POST /api/v1/library`: makes a document. The client mints the ids, so that a repeated request makes one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateDocument {
    /// Deduplicates the request; minted by the server when absent.
    #[serde(default)]
    pub op_id: Option<OpId>,
    /// The document's id; minted by the server when absent.
    #[serde(default)]
    pub id: Option<DocId>,
    /// What it is.
    pub kind: Kind,
    /// Fields.
    #[serde(default)]
    pub set: BTreeMap<Field, Value>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Metadata by name, such as `category`.
    #[serde(default)]
    pub meta: BTreeMap<String, Value>,
    /// Text.
    #[serde(default)]
    pub body: String,
    /// Of an import: its versions, oldest first, the present text among them when it is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<PastVersion>,
    /// Of an import: it is in the archive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// Of an import: it was edited since it was published. It counts as edited in any case where it differs from that version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// Of an import: when it was last edited, in milliseconds since 1970; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Millis>,
    /// Of an import: times it was copied or inserted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub uses: i64,
}

impl CreateDocument {
    /// A document of this kind with nothing in it.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            op_id: None,
            id: None,
            kind,
            set: BTreeMap::new(),
            tags: Vec::new(),
            meta: BTreeMap::new(),
            body: String::new(),
            history: Vec::new(),
            archived: false,
            edited: false,
            updated_at: None,
            uses: 0,
        }
    }
}

pub(crate) fn is_zero(count: &i64) -> bool {
    *count == 0
}

/// `PATCH /api/v1/library/{id}`: an edit; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditDocument {
    /// Deduplicates the request; minted by the server when absent.
    #[serde(default)]
    pub op_id: Option<OpId>,
    /// Fields to set.
    #[serde(default)]
    pub set: BTreeMap<Field, Value>,
    /// Tags to add and remove.
    #[serde(default)]
    pub tags: TagEdit,
    /// Metadata to set, or to take away with null.
    #[serde(default)]
    pub meta: BTreeMap<String, Value>,
    /// The new text and the body revision it was edited from.
    #[serde(default)]
    pub body: Option<BodyEdit>,
    /// Conflicts that this edit resolves, by their operation.
    #[serde(default)]
    pub resolves: Vec<OpId>,
}

/// Answer to a create, an edit, and each item of a bulk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Written {
    /// What became of the operation.
    pub result: OpResult,
    /// The document after it.
    pub document: Document,
}

/// A step in the life of many prompts at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BulkStep {
    /// Each is published as it stands when the request arrives.
    Publish,
    /// Each is put away.
    Archive,
    /// Each is taken back.
    Unarchive,
}

impl BulkStep {
    /// The step of one prompt, whose text has this revision.
    #[must_use]
    pub fn act(self, body_rev: u64, note: &str) -> Act {
        match self {
            Self::Publish => Act::Publish {
                body_rev,
                note: note.to_owned(),
            },
            Self::Archive => Act::Archive,
            Self::Unarchive => Act::Unarchive,
        }
    }
}

/// `POST /api/v1/library/bulk`: the same edit for many documents (tag, move, publish, archive, trash, restore).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkEdit {
    /// At most 100.
    pub ids: Vec<DocId>,
    /// Fields to set on each.
    #[serde(default)]
    pub set: BTreeMap<Field, Value>,
    /// Tags to add to and remove from each.
    #[serde(default)]
    pub tags: TagEdit,
    /// Metadata to set on each, or to take away with null.
    #[serde(default)]
    pub meta: BTreeMap<String, Value>,
    /// A step that each prompt takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<BulkStep>,
    /// What is new in each that is published.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// `POST /api/v1/library/import`: up to 100 documents to make. Never changes or deletes what is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportBatch {
    /// The documents.
    pub items: Vec<CreateDocument>,
}

/// `POST /api/v1/library/{id}/history`: versions that an import left out of its document, for a history that is larger than a
/// request. The newest comes with the document, and so does the last published one; the others follow in any number of requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierVersions {
    /// Oldest first, each with its number. One whose number is taken, or not below the newest, is left out: a repeated request keeps
    /// nothing twice.
    pub versions: Vec<PastVersion>,
}

/// Answer to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionsKept {
    /// How many were kept.
    pub kept: u64,
}

/// Answer to bulk and import: one result an item, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchResult {
    /// What became of each.
    pub results: Vec<OpResult>,
}

/// `POST /api/v1/library/duplicates`: which of these fingerprints the library holds. At most 1,000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DuplicateQuery {
    /// Hexadecimal fingerprints (`capture::fingerprint`).
    pub fingerprints: Vec<String>,
}

/// Answer: fingerprint to the document that has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Duplicates {
    /// Only those found.
    pub found: BTreeMap<String, DocId>,
}

/// A version of a body, or the side of a conflict, in `GET /api/v1/library/{id}/versions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// The revision that made it.
    pub rev: u64,
    /// 1 for the first.
    pub number: u64,
    /// The text at that revision.
    pub text: String,
    /// The title at that revision.
    pub title: String,
    /// When.
    pub hlc: Hlc,
    /// From which device; absent for the dashboard.
    pub device: Option<DeviceId>,
    /// The device's name.
    pub device_name: Option<String>,
    /// True: the other side of an edit that could not be merged, kept beside the document's text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aside: bool,
    /// E-mail address of the account that wrote it; absent where that was not kept. Of an imported one, what the file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// It came with an import: number, time and author are what the file said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// When it was published; such a version never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Millis>,
    /// What is new in a published version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What else it holds; absent where a version was kept with title and text alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Snapshot>,
}

impl Version {
    /// What else a published version holds: it is run and read as it was published. A draft is as its document is now.
    #[must_use]
    pub fn as_published(&self) -> Option<&Snapshot> {
        self.snapshot
            .as_ref()
            .filter(|_| self.published_at.is_some())
    }
}

/// Versions, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Versions {
    /// The versions.
    pub items: Vec<Version>,
    /// Pass as `before` for older ones.
    pub next: Option<u64>,
}
