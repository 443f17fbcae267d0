//! Words of the import.

use crate::format::{count, plural};

words! {
    TITLE = "Import";
    INTRO = "Bring prompts and snippets from elsewhere. An import only adds: it never changes or deletes what you have.";
    DROP = "Drop files here";
    DROP_TEXT = "CSV with a prompt column, a JSON export of Krowoc, a zip or a folder of Markdown files.";
    CHOOSE = "Choose files";
    CHOOSE_FOLDER = "Choose a folder";
    READING = "Reading";
    PREVIEW = "Preview";
    TITLE_COLUMN = "Title";
    TEXT_COLUMN = "Text";
    TAGS_COLUMN = "Tags";
    STATE_COLUMN = "State";
    NEW = "new";
    DUPLICATE_FILE = "twice in the file";
    DUPLICATE_LIBRARY = "in your library";
    PROBLEMS = "Problems";
    PROBLEMS_TEXT = "These could not be read and will not be imported.";
    OPTIONS = "Options";
    DUPLICATES = "Duplicates";
    SKIP = "Skip them";
    TAKE_ALL = "Import all";
    KIND = "Import as";
    AS_FOUND = "As in the file";
    AS_PROMPTS = "Prompts";
    AS_SNIPPETS = "Snippets";
    TAG = "Tag to add";
    TAG_HINT = "Makes what came in easy to find. May be empty.";
    IMPORT = "Import";
    CANCEL = "Cancel";
    START_OVER = "Choose other files";
    CHECKING = "Looking for duplicates in your library";
    CHECK_FAILED = "Duplicates in the library could not be looked up, so all documents count as new.";
    UPLOADING = "Importing";
    DONE = "Imported";
    UNDO = "Undo the import";
    UNDONE = "What was imported is in the trash.";
    UNDOING = "Moving to the trash";
    TO_LIBRARY = "Open the library";
    MORE = "Import more";
    RETRY = "Try the rest again";
    NOTHING = "Nothing to import";
    NOTHING_TEXT = "No documents were found in these files. Choose a CSV with a prompt column, a JSON export, or Markdown files.";
    CANCELLED = "Stopped. What was imported before stays.";
    ROW = "Row";
    FILE = "File";
    PROBLEM = "Problem";
    TOO_LARGE = "Larger than a document may be (900 kB).";
    PREVIEW_LABEL = "First documents of the import";
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// What the button will do.
#[must_use]
pub fn import(n: usize) -> String {
    format!("Import {}", plural(number(n), "document", "documents"))
}

/// What was found.
#[must_use]
pub fn found(all: usize, in_file: usize, in_library: usize, problems: usize) -> String {
    let mut parts = vec![format!(
        "{} found",
        plural(number(all), "document", "documents")
    )];
    if in_file > 0 {
        parts.push(format!("{} twice in the file", count(number(in_file))));
    }
    if in_library > 0 {
        parts.push(format!(
            "{} already in your library",
            count(number(in_library))
        ));
    }
    if problems > 0 {
        parts.push(plural(number(problems), "problem", "problems"));
    }
    parts.join(" · ")
}

/// More rows than the preview shows.
#[must_use]
pub fn and_more(n: usize) -> String {
    format!("and {} more", count(number(n)))
}

/// Progress of reading or sending.
#[must_use]
pub fn progress(done: usize, all: usize) -> String {
    format!("{} of {}", count(number(done)), count(number(all)))
}

/// What came of it; `parts` of histories did not come in, while their documents did.
#[must_use]
pub fn summary(imported: usize, skipped: usize, failed: usize, parts: usize) -> String {
    let mut all = vec![format!(
        "{} imported",
        plural(number(imported), "document", "documents")
    )];
    if skipped > 0 {
        all.push(format!(
            "{} skipped",
            plural(number(skipped), "duplicate", "duplicates")
        ));
    }
    if failed > 0 {
        all.push(format!("{} failed", count(number(failed))));
    }
    if parts > 0 {
        all.push(format!(
            "{} of histories missing",
            plural(number(parts), "part", "parts")
        ));
    }
    all.join(" · ")
}
