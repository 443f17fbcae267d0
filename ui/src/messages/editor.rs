//! Words of the editor on the dashboard. The extension has its own, in the language of the browser.

use super::{document, library, run, teams};
use crate::editor::{Word, Wrong};
use krowoc_shared::library::document::Kind;

words! {
    LIBRARY = "Library";
    ADD_TAG = "Add a tag";
    OWN_NAME = "Name of metadata";
    OWN_VALUE = "Value of metadata";
    ADD = "Add";
    OPTIONAL = "Optional";
    MODEL_WRONG = "Write provider/model, such as openai/gpt-4o-mini.";
    MORE = "More details";
    SAVE_AS = "Save as";
    PROMPT = "Prompt";
    SNIPPET = "Snippet";
    SAVE = "Save";
    SAVING = "Saving";
    SAVED = "Saved";
    CANCEL = "Cancel";
    UNSAVED = "There are unsaved changes.";
    DISCARD = "Discard";
    WRITE_ON = "Keep writing";
    OFFLINE = "Offline. What you write is kept in this browser until it can be saved.";
    BACK = "Your unsaved text is back";
    NOTHING = "Write a title or a text first.";
    HALF = "Metadata needs a name and a value.";
    BOTH_KEPT = "Another device changed the same passage: both sides are kept for you to settle";
}

/// A value that a rule forbids.
#[must_use]
pub fn broken(rule: &str) -> String {
    format!("This cannot be saved as it is: {rule}")
}

/// What the editor says.
#[must_use]
pub fn say(word: Word<'_>) -> String {
    let fixed = match word {
        Word::Title => document::TITLE,
        Word::Untitled => document::UNTITLED,
        Word::Text => document::TEXT,
        Word::TextEmpty => document::BODY_EMPTY,
        Word::Tags => document::TAGS,
        Word::AddTag => ADD_TAG,
        Word::Collection => document::COLLECTION,
        Word::NoCollection => document::NO_COLLECTION,
        Word::Note => document::NOTE,
        Word::Optional => OPTIONAL,
        Word::Description => document::DESCRIPTION,
        Word::OwnName => OWN_NAME,
        Word::OwnValue => OWN_VALUE,
        Word::Add => ADD,
        Word::Model => run::DEFAULT_MODEL,
        Word::Wrong(Wrong::Model) => MODEL_WRONG,
        Word::Wrong(Wrong::Nothing) => NOTHING,
        Word::Wrong(Wrong::Half) => HALF,
        Word::Library => LIBRARY,
        Word::OwnLibrary => teams::PERSONAL,
        Word::ReadOnly(name) => return format!("{name} (view only)"),
        Word::More => MORE,
        Word::SaveAs => SAVE_AS,
        Word::Kind(Kind::Prompt) => PROMPT,
        Word::Kind(Kind::Snippet) => SNIPPET,
        Word::Kind(Kind::Collection) => document::COLLECTION,
        Word::Save => SAVE,
        Word::Saving => SAVING,
        Word::Cancel => CANCEL,
        Word::Unsaved => UNSAVED,
        Word::Discard => DISCARD,
        Word::WriteOn => WRITE_ON,
        Word::Length(characters, tokens) => return document::length(characters, tokens),
        Word::Variables(names) => return format!("{}: {names}", document::VARIABLES),
        Word::Remove(name) => return document::remove_meta(name),
        Word::Meta(name) => return library::meta_name(name),
    };
    fixed.to_owned()
}
