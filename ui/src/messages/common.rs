//! Words of every screen.

/// Takes an action back.
pub const UNDO: &str = "Undo";
/// Removes a message.
pub const DISMISS: &str = "Dismiss";
/// Placeholder and name of a tag field.
pub const ADD_TAG: &str = "Add a tag";
/// Name of the completion list.
pub const KNOWN_TAGS: &str = "Known tags";
/// Read before an added line.
pub const ADDED: &str = "Added: ";
/// Read before a removed line.
pub const REMOVED: &str = "Removed: ";

/// Name of the button that removes a tag.
#[must_use]
pub fn remove(what: &str) -> String {
    format!("Remove {what}")
}

/// Lines left out of a difference.
#[must_use]
pub fn lines_unchanged(count: &str) -> String {
    if count == "1" {
        "1 line unchanged".to_owned()
    } else {
        format!("{count} lines unchanged")
    }
}
