//! Drafts that could not be sent, kept in this browser until they are. Not a copy of the library.

use super::draft::Draft;
use crate::platform;
use krowoc_shared::ids::DocId;

fn key(id: DocId) -> String {
    format!("krowoc.draft.{id}")
}

/// Keeps a draft.
pub fn keep(id: DocId, draft: &Draft) {
    if let Ok(text) = serde_json::to_string(draft) {
        platform::keep(&key(id), &text);
    }
}

/// The draft that was kept.
pub fn recall(id: DocId) -> Option<Draft> {
    let text = platform::recall(&key(id))?;
    serde_json::from_str(&text).ok()
}

/// It was sent, or is not wanted any more.
pub fn forget(id: DocId) {
    platform::forget(&key(id));
}
