//! Words of the library.

use crate::format::{count, plural};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::limits;
use krowoc_shared::library::quota::Tier;
use krowoc_shared::library::wire::Sort;

words! {
    TITLE = "Library";
    ALL = "All";
    PROMPTS = "Prompts";
    SNIPPETS = "Snippets";
    COLLECTIONS = "Collections";
    TRASH = "Trash";
    SEARCH = "Search words, tag:name, site:name";
    SEARCH_LABEL = "Search this list";
    LOADING = "Loading the list";
    LOADING_DETAIL = "Loading the document";
    UNTITLED = "Untitled";
    CONFLICT = "Conflict";
    FAVOURITE = "Favourite";
    FAVOURITES = "Favourites";
    CONFLICTS = "Conflicts";
    STATUS = "Status";
    NO_STEP = "None of the marked prompts can take this step";
    ROOM = "Prompts";
    ROOM_NEAR = "Nearly full";
    ROOM_FULL = "Full";
    ROOM_NEAR_HINT = "Nearly full. With Power or Team you keep as many as you like: ask the server's operator.";
    ROOM_FULL_HINT = "Full. Move prompts to the trash, or ask the server's operator for Power or Team. What is saved meanwhile is kept in the extension.";
    CATEGORY = "Category";
    METADATA = "Metadata";
    TAG = "Tag";
    SITE = "Source";
    COLLECTION = "Collection";
    DATE = "Date";
    SORT = "Order";
    ANY_TIME = "Any time";
    LAST_DAY = "Last day";
    LAST_WEEK = "Last 7 days";
    LAST_MONTH = "Last 30 days";
    LAST_YEAR = "Last year";
    CLEAR_FILTERS = "Search without filters";
    NEW_PROMPT = "New prompt";
    NEW_SNIPPET = "New snippet";
    NEW_COLLECTION = "New collection";
    IMPORT = "Import";
    EMPTY_PROMPTS = "No prompts yet";
    EMPTY_PROMPTS_TEXT = "A prompt is a text you send to a model. Write one, import what you have, or save one from a page with the extension.";
    EMPTY_SNIPPETS = "No snippets yet";
    EMPTY_SNIPPETS_TEXT = "A snippet is a passage you saved from a page, with its source. Select text anywhere and press the Krowoc button.";
    EMPTY_COLLECTIONS = "No collections yet";
    EMPTY_COLLECTIONS_TEXT = "A collection groups prompts and snippets that belong together.";
    EMPTY_TRASH = "The trash is empty";
    EMPTY_TRASH_TEXT = "What you delete stays here for 90 days and can be restored.";
    EMPTY_ALL = "Nothing here yet";
    EMPTY_ALL_TEXT = "Prompts and snippets you add appear here.";
    FAILED = "The list could not be loaded";
    DETAIL_FAILED = "The document could not be loaded";
    TRY_AGAIN = "Try again";
    REFERENCE = "Reference ";
    COPY = "Copy";
    COPIED = "Copied";
    COPY_FAILED = "The browser did not allow copying. Select the text and copy it with the keyboard.";
    EDIT = "Edit";
    OPEN = "Open";
    OPEN_LIST = "Open its documents";
    RENAME = "Rename";
    RESTORE = "Restore";
    TO_TRASH = "Move to trash";
    DUPLICATE = "Duplicate";
    TAGS = "Tags";
    SOURCE = "Source";
    USED = "Used";
    CREATED = "Created";
    EDITED = "Edited";
    NO_SELECTION = "Nothing selected";
    NO_SELECTION_TEXT = "Choose a row to see it here.";
    CLEAR_SELECTION = "Clear selection";
    MOVE = "Move to";
    NO_COLLECTION = "No collection";
    BULK_TAG = "Add tag";
    BULK_TAG_REMOVE = "Remove tag";
    ALL_LOADED = "Select all loaded";
    CHANGED_BELOW = "The library changed while you read.";
    SHOW = "Show";
    CLOSE = "Close";
    KEYS_MOVE = "move";
    KEYS_OPEN = "open";
    KEYS_SELECT = "select";
    KEYS_ALL = "all keys";
    NAME = "Name";
    CREATE = "Create";
    CANCEL = "Cancel";
    NAME_MISSING = "Type a name.";
    SAVE_NAME = "Save name";
    FILTER_FIND = "Find";
    NONE_FOUND = "Nothing fits";
}

/// A kind in the singular and the plural.
#[must_use]
pub const fn kind(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Prompt => ("prompt", "prompts"),
        Kind::Snippet => ("snippet", "snippets"),
        Kind::Collection => ("collection", "collections"),
    }
}

/// Where a prompt stands; `published` when a version of it is.
#[must_use]
pub const fn standing(status: Status, published: bool) -> &'static str {
    match (status, published) {
        (Status::Draft, false) => "Draft",
        (Status::Draft, true) => "Next draft",
        (Status::Published, _) => "Published",
        (Status::Archived, _) => "Archived",
    }
}

/// Prompts of those that may be.
#[must_use]
pub fn room(prompts: u64, limit: u64) -> String {
    format!("{} of {}", count(prompts), count(limit))
}

/// The name of a tier.
#[must_use]
pub const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Free => "Free tier",
        Tier::Power => "Power tier",
        Tier::Team => "Team tier",
    }
}

/// A tier that has no limit.
#[must_use]
pub fn unlimited(tier: &str) -> String {
    format!("{tier}: as many prompts as you like")
}

/// The name of a piece of metadata, as people read it.
#[must_use]
pub fn meta_name(name: &str) -> String {
    match name {
        "category" => CATEGORY.to_owned(),
        "topic" => "Topic".to_owned(),
        "task_type" => "Task type".to_owned(),
        "persona" => "Persona".to_owned(),
        own => own.to_owned(),
    }
}

/// What a status means.
#[must_use]
pub const fn standing_title(status: Status) -> &'static str {
    match status {
        Status::Draft => "What is written here is not published",
        Status::Published => "What is written here is published",
        Status::Archived => "Kept, and not in use",
    }
}

/// An order, as the menu names it.
#[must_use]
pub const fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::Edited => "Last edited",
        Sort::Created => "Last added",
        Sort::Title => "Title",
        Sort::Uses => "Most used",
        Sort::Relevance => "Best match",
    }
}

/// How many rows are loaded of how many.
#[must_use]
pub fn loaded(loaded: usize, total: u64, search: bool) -> String {
    let loaded = u64::try_from(loaded).unwrap_or(u64::MAX);
    let capped = [limits::COUNTED_MATCHES, limits::COUNTED_ROWS].map(i64::unsigned_abs);
    let more = if search && capped.contains(&total) {
        "more than "
    } else {
        ""
    };
    format!("{} of {more}{}", count(loaded), count(total.max(loaded)))
}

/// How many are selected.
#[must_use]
pub fn selected(n: usize) -> String {
    format!("{} selected", count(u64::try_from(n).unwrap_or(u64::MAX)))
}

/// Name of a row's box.
#[must_use]
pub fn select(title: &str) -> String {
    format!("Select {title}")
}

/// Uses of a document.
#[must_use]
pub fn uses(n: i64) -> String {
    match u64::try_from(n).unwrap_or(0) {
        0 => "not used yet".to_owned(),
        n => plural(n, "use", "uses"),
    }
}

/// After a number of documents went to the trash.
#[must_use]
pub fn trashed(n: u64) -> String {
    format!("Moved {} to the trash", plural(n, "document", "documents"))
}

/// After a number of documents came back.
#[must_use]
pub fn restored(n: u64) -> String {
    format!("Restored {}", plural(n, "document", "documents"))
}

/// After a tag was added.
#[must_use]
pub fn tagged(n: u64, tag: &str) -> String {
    format!("Tagged {} with {tag}", plural(n, "document", "documents"))
}

/// After a tag was removed.
#[must_use]
pub fn untagged(n: u64, tag: &str) -> String {
    format!("Removed {tag} from {}", plural(n, "document", "documents"))
}

/// After prompts were published.
#[must_use]
pub fn published(n: u64) -> String {
    format!("Published {}", plural(n, "prompt", "prompts"))
}

/// After prompts were put away.
#[must_use]
pub fn archived(n: u64) -> String {
    format!("{} in the archive now", plural(n, "prompt", "prompts"))
}

/// After prompts were taken out of the archive.
#[must_use]
pub fn unarchived(n: u64) -> String {
    format!("{} out of the archive", plural(n, "prompt", "prompts"))
}

/// After documents were moved.
#[must_use]
pub fn moved(n: u64, collection: &str) -> String {
    format!(
        "Moved {} to {collection}",
        plural(n, "document", "documents")
    )
}

/// Part of a bulk edit was refused.
#[must_use]
pub fn refused(n: usize, why: &str) -> String {
    format!(
        "{} could not be changed: {why}",
        plural(u64::try_from(n).unwrap_or(0), "document", "documents")
    )
}

/// Nothing matches a search.
#[must_use]
pub fn nothing_matches(what: &str, words: &str) -> String {
    if words.is_empty() {
        format!("No {what} fits the filters")
    } else {
        format!("No {what} matches “{words}”")
    }
}

/// Which filters are on.
#[must_use]
pub fn filters_on(names: &[String]) -> String {
    match names {
        [] => "Try fewer or other words.".to_owned(),
        [one] => format!("One filter is on: {one}."),
        many => format!("{} filters are on: {}.", many.len(), many.join(", ")),
    }
}

/// A recent edit filter.
#[must_use]
pub fn days(days: u32) -> String {
    match days {
        1 => LAST_DAY.to_owned(),
        365 => LAST_YEAR.to_owned(),
        days => format!("Last {days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_ended_early_says_more_than() {
        assert_eq!(loaded(50, 1_000, true), "50 of more than 1,000");
        assert_eq!(loaded(50, 10_000, true), "50 of more than 10,000");
        assert_eq!(loaded(50, 3_905, true), "50 of 3,905");
        assert_eq!(loaded(50, 10_000, false), "50 of 10,000");
    }
}
