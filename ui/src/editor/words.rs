//! Everything that the editor says, by what it is for. Not the words: each page has them in its own language.

use super::Wrong;
use krowoc_shared::library::document::Kind;

/// What the editor says. The extension has it in the language of the browser, the dashboard in its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word<'a> {
    /// The title's name.
    Title,
    /// Stands where a title is missing.
    Untitled,
    /// The text's name.
    Text,
    /// Stands where a text is missing.
    TextEmpty,
    /// Characters and estimated tokens of the text.
    Length(usize, usize),
    /// The names of the variables in the text.
    Variables(&'a str),
    /// The tags' name.
    Tags,
    /// The field of a further tag.
    AddTag,
    /// Takes a tag or a piece of metadata away.
    Remove(&'a str),
    /// The library's name.
    Library,
    /// The person's own library.
    OwnLibrary,
    /// A library that can only be looked at.
    ReadOnly(&'a str),
    /// The collection's name.
    Collection,
    /// It belongs to none.
    NoCollection,
    /// The note's name.
    Note,
    /// A field that may stay empty.
    Optional,
    /// The description's name.
    Description,
    /// A name of metadata as people read it.
    Meta(&'a str),
    /// The field of a name of one's own.
    OwnName,
    /// The field of its value.
    OwnValue,
    /// Puts it among the others.
    Add,
    /// The default model's name.
    Model,
    /// What is wrong with what is written.
    Wrong(Wrong),
    /// Shows the further fields.
    More,
    /// What is chosen between when a kind is.
    SaveAs,
    /// A kind.
    Kind(Kind),
    /// Saves.
    Save,
    /// While it is saved.
    Saving,
    /// Leaves.
    Cancel,
    /// There are changes that leaving would lose.
    Unsaved,
    /// Leaves without them.
    Discard,
    /// Stays.
    WriteOn,
}
