//! Words of a document's page.

use crate::format::{count, plural};

words! {
    TEXT = "Text";
    PREVIEW = "Preview";
    VIEW = "View";
    VARIABLE = "Variable";
    EDITOR = "Text of the document";
    TITLE = "Title";
    UNTITLED = "Untitled";
    VARIABLES = "Variables";
    FOUND = "found as you type";
    NO_VARIABLES = "None yet. Write {{name}} or {{name:default}} where a value should go.";
    NAME = "Name";
    TYPE = "Type";
    DEFAULT = "Default";
    TRY = "Try with";
    REQUIRED = "Required";
    NONE = "none";
    KIND_TEXT = "text";
    KIND_LONG = "long text";
    KIND_NUMBER = "number";
    KIND_CHOICE = "choice";
    CONVERT = "Make variables";
    CONVERTED = "Placeholders are variables now";
    LEAVE = "Leave as text";
    STANDING = "Status";
    STANDING_DRAFT = "A draft. Publishing keeps this text as a version that never changes.";
    STANDING_ARCHIVED = "Put away with all its versions. Take it out of the archive to publish it again.";
    PUBLISH = "Publish";
    PUBLISHED = "Published";
    PUBLISH_NOTE = "What is new";
    PUBLISH_NOTE_PLACEHOLDER = "A note beside the version";
    ARCHIVE = "Archive";
    UNARCHIVE = "Take out of the archive";
    ARCHIVED = "In the archive now";
    UNARCHIVED = "Out of the archive";
    PROGRAM_NAME = "Name for programs";
    COPY_NAME = "Copy the name";
    CHOOSE_NAME = "Choose another name";
    COPY_LINK = "Copy link";
    LINK_COPIED = "Link copied";
    TO_DOCUMENT = "The document";
    NO_VERSION = "There is no such version";
    BY_LINE = "Lines";
    BY_WORD = "Words";
    DIFFERENCE = "How the difference is shown";
    VERSIONS = "Versions";
    VERSIONS_FAILED = "The versions could not be loaded";
    RESTORE = "Restore";
    OLDER = "Older versions";
    NO_DIFFERENCE = "The same in all that both hold.";
    SAME_TEXT = "The same text.";
    ONLY_TEXTS = "One of the two was kept with its text and title alone: no more can be compared.";
    COMPARE_WITH = "Compare with";
    ONE_BEFORE = "the one before";
    OTHERWISE_CHANGED = "Changed beside the text";
    FIELD = "Field";
    BEFORE = "Before";
    AFTER = "After";
    IMPORTED = "imported";
    HELD = "Held with it";
    THIS_DASHBOARD = "Dashboard";
    ABOUT = "About";
    TAGS = "Tags";
    COLLECTION = "Collection";
    NO_COLLECTION = "None";
    METADATA = "Metadata";
    META_NAME = "Name of metadata";
    META_VALUE = "Value of metadata";
    META_ADD = "Add";
    NOTE = "Note";
    NOTE_PLACEHOLDER = "What it is good for, what to look out for";
    DESCRIPTION = "Description";
    FAVOURITE = "Favourite";
    SOURCE = "Source";
    SOURCE_OPEN = "Open the page";
    SOURCE_PASSAGE = "Open at the passage";
    CAPTURED = "Saved";
    AUTHOR = "Author";
    SITE = "Site";
    HIDDEN = "Hidden text";
    QUOTE = "Passage";
    COPY = "Copy";
    COPY_CODE = "Copy code";
    COPIED = "Copied";
    COPY_FILLED = "Copy filled in";
    SAVE = "Save";
    SAVED = "Saved";
    SAVING = "Saving";
    UNSAVED = "Not saved yet";
    OFFLINE = "Offline. What you change is kept in this browser and sent when the server answers.";
    SAVE_FAILED = "Not saved";
    TRY_AGAIN = "Try again";
    RESTORED_DRAFT = "Unsaved changes from before were put back.";
    DISCARD = "Discard them";
    UPDATED = "Updated from another device.";
    MERGED = "Merged with a change from another device.";
    BOTH_CHANGED = "Another device changed the same passage. When this is saved, both sides are kept for you to settle.";
    IN_TRASH = "This document is in the trash.";
    PURGED = "The content of this document was erased after 90 days in the trash.";
    TO_TRASH = "Move to trash";
    TRASHED = "Moved to the trash";
    RESTORED = "Restored";
    VERSION_RESTORED = "The earlier version is back, with all that it held";
    VERSION_TEXT_RESTORED = "Its text and title are back: this version held no more";
    SIDE_RESTORED = "The text of the other side is back";
    DUPLICATED = "Copied as a new document";
    DUPLICATE = "Duplicate";
    NOT_FOUND = "There is no such document";
    NOT_FOUND_TEXT = "It was erased, or the address is not right.";
    TO_LIBRARY = "Back to the library";
    CONFLICT_MINE = "Your library";
    CONFLICT_THEIRS = "The other side";
    CONFLICT_RESULT = "Result";
    CONFLICT_EDIT = "edit freely";
    TAKE_THIS = "Take this text";
    KEEP_BOTH = "Keep both as documents";
    SAVE_RESULT = "Save the result";
    WHAT_STAYS = "Whichever text you keep, the other stays in the history.";
    ASIDE = "other side";
    SETTLED = "The conflict is settled";
    REMOTE_IMAGE = "Image on another server, not loaded here";
    PREVIEW_EMPTY = "Nothing to show yet.";
    EARLY = "The page was still loading: what had come by then was kept";
    PREVIEW_LONG = "This text is very long; the preview shows its beginning.";
    PATH = "Path";
    STATUS = "State of the document";
    ACTIONS = "Actions";
    EXAMPLES = "Examples";
    VALUES_MISSING = "Give a value first";
    LARGE = "The text is larger than a document may be. Shorten it to 900 kB.";
    BODY_EMPTY = "Write or paste the text here";
}

/// Length of a text.
#[must_use]
pub fn length(characters: usize, tokens: usize) -> String {
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    format!(
        "{} · about {}",
        plural(number(characters), "character", "characters"),
        plural(number(tokens), "token", "tokens")
    )
}

/// Placeholders of another notation were found.
#[must_use]
pub fn proposals(n: usize, example: &str) -> String {
    let n = u64::try_from(n).unwrap_or(u64::MAX);
    format!(
        "{} found in another notation, such as {example}. Make variables of them?",
        plural(n, "placeholder", "placeholders")
    )
}

/// A version's number.
#[must_use]
pub fn version(number: u64) -> String {
    format!("v{}", count(number))
}

/// Who wrote a version that is the other side of a conflict; what it is comes first, for a narrow list cuts the end.
#[must_use]
pub fn aside(who: &str) -> String {
    format!("{ASIDE}, {who}")
}

/// A published prompt.
#[must_use]
pub fn standing_published(number: u64) -> String {
    format!(
        "This is {} and is published. Editing makes the next draft.",
        version(number)
    )
}

/// A draft after a published version.
#[must_use]
pub fn standing_next(number: u64) -> String {
    format!("{} stays published until this draft is.", version(number))
}

/// Leads to the published version.
#[must_use]
pub fn open_published(number: u64) -> String {
    format!("Open {} as published", version(number))
}

/// Takes a piece of metadata away.
#[must_use]
pub fn remove_meta(name: &str) -> String {
    format!("Remove {name}")
}

/// What a version is compared with.
#[must_use]
pub fn against(older: u64, newer: u64) -> String {
    if older == newer {
        format!("v{newer}")
    } else {
        format!("v{older} against v{newer}")
    }
}

/// Brings a version back.
#[must_use]
pub fn restore(number: u64) -> String {
    format!("Restore v{number}")
}

/// Headline of a conflict.
#[must_use]
pub fn conflict_title(title: &str) -> String {
    let title = if title.is_empty() { UNTITLED } else { title };
    format!("{title} was changed on two devices")
}

/// More conflicts wait.
#[must_use]
pub fn conflict_more(n: usize) -> String {
    if n == 0 {
        String::new()
    } else {
        format!("{n} more to settle after this")
    }
}

/// Hidden text that was stripped at capture.
#[must_use]
pub fn hidden(n: u64) -> String {
    format!("{} stripped", plural(n, "passage", "passages"))
}

/// A capture that was longer than a document may be.
#[must_use]
pub fn beginning(kept: u64, whole: u64) -> String {
    format!(
        "Only the beginning was kept: {} of {}",
        count(kept),
        plural(whole, "character", "characters")
    )
}

/// Title of a copy.
#[must_use]
pub fn copy_of(title: &str) -> String {
    format!("{} (copy)", if title.is_empty() { UNTITLED } else { title })
}

/// Title of the other side, kept as a document.
#[must_use]
pub fn other_side_of(title: &str) -> String {
    format!(
        "{} (other side)",
        if title.is_empty() { UNTITLED } else { title }
    )
}

/// When it was saved.
#[must_use]
pub fn saved_at(hour: u32, minute: u32) -> String {
    format!("Saved {hour:02}:{minute:02}")
}

/// A placeholder that cannot be read.
#[must_use]
pub fn template_error(error: &str) -> String {
    let mut letters = error.chars();
    let first: String = letters
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// Label of a field that tries a variable.
#[must_use]
pub fn try_with(name: &str) -> String {
    format!("Try {name} with")
}

/// Label of a type menu.
#[must_use]
pub fn type_of(name: &str) -> String {
    format!("Type of {name}")
}

/// Label of a required switch.
#[must_use]
pub fn is_required(name: &str) -> String {
    format!("{name} is required")
}
