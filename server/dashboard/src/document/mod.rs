//! One document: its page with editor, variables, versions and conflicts, and what other pages do with a document.

mod about;
mod actions;
mod conflict;
mod control;
mod draft;
mod editor;
mod edits;
mod highlight;
mod lifecycle;
mod metadata;
mod page;
mod proposals;
mod publication;
mod restore;
mod running;
mod source;
mod stored;
mod variables;
mod version_fields;
mod version_page;
mod versions;

pub use actions::{copy_text, create, duplicate, set_title};
pub use page::DocumentPage;
pub use source::{SourceLink, source};
pub use version_page::VersionPage;
