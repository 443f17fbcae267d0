//! The editor over a page: makes a document, or changes one without leaving the list. Not the page of a document.

mod around;
mod kept;
mod layer;
mod saving;

pub use layer::Compose;

use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_ui::editor::Editor;

thread_local! {
    /// Made once: its signals live as long as the page.
    static EDITOR: Editor = Editor::new(Kind::Prompt);
}

fn editor() -> Editor {
    EDITOR.with(|editor| *editor)
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// A new document.
    New(Kind),
    /// One that is there.
    Edit(DocId),
}
