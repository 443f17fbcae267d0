//! The library in IndexedDB: documents, outbox, state, search rows. Not the rules of sync: a step computes a commit, this writes it whole.
//!
//! Content scripts never open it: they have the page's origin. Nothing waits for the network inside a transaction.

mod access;
mod row;
mod schema;

pub use access::{Counts, Store};
pub use row::{IndexRow, index_row};

/// Why the database did not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The disk or the quota is full; nothing was written.
    Full,
    /// The database cannot be used, or holds what this version cannot read.
    Unusable(String),
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Full => f.write_str("the storage is full"),
            Self::Unusable(reason) => f.write_str(reason),
        }
    }
}

impl From<idb::Error> for StoreError {
    fn from(error: idb::Error) -> Self {
        let text = error.to_string();
        if text.contains("QuotaExceeded") {
            Self::Full
        } else {
            Self::Unusable(text)
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unusable(error.to_string())
    }
}
