//! Both sides of a conflict as the popup shows them, and what became of a choice. Not the conflict as it is stored.

use krowoc_shared::diff::Row;
use krowoc_shared::ids::{DocId, Millis, OpId};
use serde::{Deserialize, Serialize};

/// The two texts of a document that could not be merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides {
    /// The document.
    pub doc_id: DocId,
    /// Its title.
    pub title: String,
    /// The operation that brought the other side.
    pub conflict: OpId,
    /// Unresolved conflicts of the document, this one included.
    pub count: usize,
    /// Mark of the two texts, handed back with the choice: what is not what was seen is not chosen.
    pub seen: String,
    /// The beginning of the library's text.
    pub mine: String,
    /// The beginning of the other text.
    pub other: String,
    /// When the other text was written.
    pub at: Millis,
    /// The other text was written on this device.
    pub here: bool,
    /// The differences from the library's text to the other; empty when the texts are too long to compare.
    pub diff: Vec<Row>,
}

/// What became of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// False: one of the texts had changed, and nothing was chosen.
    pub done: bool,
    /// What is to be looked at next in this document.
    pub next: Option<Sides>,
}
