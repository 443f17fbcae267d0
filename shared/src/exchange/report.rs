//! What an import took and what it could not, and the limits it brings items within. Not the readers.

use super::item::{ImportItem, ImportKind};
use crate::capture::fingerprint::fingerprint;
use crate::execution::ExecutionSettings;
use crate::library::{limits, validate};
use crate::prompts::recognise;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The kind of a problem with one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProblemCode {
    /// Bytes that are not UTF-8; replaced.
    InvalidUtf8,
    /// Nothing to import; left out.
    Empty,
    /// Larger than a document may be; left out, or cut where the message says so.
    TooLarge,
    /// A value that could not be read; left out or changed as the message says.
    InvalidValue,
    /// An entry of an archive with a path out of it, or encrypted or damaged; left out.
    UnreadableEntry,
    /// Files that are no prompts; left out.
    Ignored,
}

impl ProblemCode {
    /// A stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidUtf8 => "invalid_utf8",
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::InvalidValue => "invalid_value",
            Self::UnreadableEntry => "unreadable_entry",
            Self::Ignored => "ignored",
        }
    }
}

/// What could not be taken as it is, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    /// As [`ImportItem::origin`].
    pub origin: String,
    /// What kind.
    pub code: ProblemCode,
    /// What was done, in one sentence.
    pub message: String,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportReport {
    /// The items, in the file's order.
    pub items: Vec<ImportItem>,
    /// What could not be taken as it is.
    pub problems: Vec<ImportProblem>,
}

/// Why nothing of a file can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportError {
    /// Neither content nor name tells what it is.
    UnknownFormat,
    /// A CSV file without a column that could be the text.
    NoTextColumn {
        /// The columns it has.
        found: Vec<String>,
    },
    /// An export of a newer version.
    NewerVersion {
        /// Its version.
        found: u64,
        /// The newest version that can be read.
        known: u64,
    },
    /// JSON that is not one of our exports.
    NotALibrary,
    /// Damaged: where and how.
    Damaged(String),
    /// More than is read at once.
    TooLarge(String),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFormat => f.write_str(
                "choose a CSV file, a Markdown file, a zip of Markdown, or a Krowoc export in JSON",
            ),
            Self::NoTextColumn { found } => write!(
                f,
                "name the column with the text \"prompt\", \"body\", \"content\" or \"text\"; the columns are: {}",
                found.join(", ")
            ),
            Self::NewerVersion { found, known } => write!(
                f,
                "the export has version {found}, this Krowoc reads up to {known}: update Krowoc, then import again"
            ),
            Self::NotALibrary => f.write_str(
                "the JSON is not a Krowoc export: its \"format\" must be \"krowoc.library\"",
            ),
            Self::Damaged(how) => write!(
                f,
                "the file is damaged ({how}): export or download it again"
            ),
            Self::TooLarge(what) => write!(f, "{what}: split the file and import the parts"),
        }
    }
}
impl std::error::Error for ImportError {}

impl ImportReport {
    pub(super) fn problem(&mut self, origin: &str, code: ProblemCode, message: impl Into<String>) {
        self.problems.push(ImportProblem {
            origin: origin.to_owned(),
            code,
            message: message.into(),
        });
    }

    /// Takes an item in: brings it within the limits, fingerprints it and looks for placeholders. What has no text is left out,
    /// unless it is a collection or comes from one of our libraries.
    pub(super) fn take(&mut self, mut item: ImportItem) {
        let origin = item.origin.clone();
        let named = item.kind == ImportKind::Collection && !item.title.trim().is_empty();
        if item.body.trim().is_empty() && item.id.is_none() && !named {
            self.problem(&origin, ProblemCode::Empty, "there is no text; left out");
            return;
        }
        if item.body.len() > limits::BODY_BYTES {
            let most = limits::BODY_BYTES / 1024;
            self.problem(
                &origin,
                ProblemCode::TooLarge,
                format!("the text is larger than {most} KiB; left out"),
            );
            return;
        }
        self.tidy_texts(&origin, &mut item);
        self.tidy_values(&origin, &mut item);
        item.fingerprint = fingerprint(&item.body);
        item.proposals = if item.kind == ImportKind::Prompt {
            recognise(&item.body)
        } else {
            Vec::new()
        };
        self.items.push(item);
    }

    fn tidy_texts(&mut self, origin: &str, item: &mut ImportItem) {
        let mut unset = String::new();
        let texts = [
            (&mut item.title, limits::TITLE_CHARS, "title"),
            (&mut item.note, limits::NOTE_CHARS, "note"),
            (&mut item.description, limits::NOTE_CHARS, "description"),
            (
                item.collection.as_mut().unwrap_or(&mut unset),
                limits::TITLE_CHARS,
                "collection",
            ),
            (&mut item.body, usize::MAX, "text"),
        ];
        let mut nul = false;
        for (text, most, what) in texts {
            nul |= text.contains('\0');
            text.retain(|c| c != '\0');
            if let Some((end, _)) = text.char_indices().nth(most) {
                text.truncate(end);
                self.problem(
                    origin,
                    ProblemCode::TooLarge,
                    format!("the {what} was cut to {most} characters"),
                );
            }
        }
        if nul {
            self.problem(
                origin,
                ProblemCode::InvalidValue,
                "NUL characters were removed",
            );
        }
    }

    /// Metadata as a document may have it: values on one line, and no more than there is room for.
    fn tidy_meta(&mut self, origin: &str, item: &mut ImportItem) {
        let given = std::mem::take(&mut item.meta);
        let count = given.len();
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let tidy = given
            .into_iter()
            .map(|(name, value)| (line(&name), line(&value)))
            .filter(|(name, value)| validate::meta(name, &value.as_str().into()).is_ok());
        item.meta = tidy.take(limits::META).collect();
        if item.meta.len() < count {
            self.problem(
                origin,
                ProblemCode::InvalidValue,
                "metadata that was empty, too long or too much was left out",
            );
        }
    }

    fn tidy_values(&mut self, origin: &str, item: &mut ImportItem) {
        self.tidy_meta(origin, item);
        let tags = tidy_tags(&item.tags);
        if tags.len() < item.tags.iter().collect::<BTreeSet<_>>().len() {
            self.problem(
                origin,
                ProblemCode::InvalidValue,
                "tags that were empty, too long or too many were left out",
            );
        }
        item.tags = tags;
        if item
            .source
            .as_ref()
            .is_some_and(|source| !fits(&source.to_string()))
        {
            item.source = None;
            self.problem(
                origin,
                ProblemCode::InvalidValue,
                "the source was too large or had a NUL character; left out",
            );
        }
        let whole = item.variables_json.as_ref().map(Value::to_string);
        let whole = whole.or_else(|| serde_json::to_string(&item.variables).ok());
        if !whole.is_some_and(|json| fits(&json)) {
            item.variables.clear();
            item.variables_json = None;
            self.problem(
                origin,
                ProblemCode::InvalidValue,
                "the variables were too large or had a NUL character; left out",
            );
        }
        let unfit =
            |value: &Value| ExecutionSettings::check(value).is_err() || !fits(&value.to_string());
        if item.execution.as_ref().is_some_and(unfit) {
            item.execution = None;
            self.problem(
                origin,
                ProblemCode::InvalidValue,
                "the settings for runs could not be followed; left out",
            );
        }
        for time in [
            &mut item.created_at,
            &mut item.updated_at,
            &mut item.deleted_at,
        ] {
            *time = time.filter(|millis| (0..=253_402_300_799_999).contains(millis));
        }
        item.source_url = item
            .source_url
            .take()
            .filter(|url| !url.contains(char::is_control));
    }

    /// Marks items whose body stood in the file before.
    pub(super) fn mark_duplicates(mut self) -> Self {
        let mut first: BTreeMap<(ImportKind, String), usize> = BTreeMap::new();
        // Texts without a letter or digit all fold to nothing.
        let nothing = fingerprint("");
        for (index, item) in self.items.iter_mut().enumerate() {
            if item.fingerprint == nothing {
                continue;
            }
            let place = *first
                .entry((item.kind, item.fingerprint.clone()))
                .or_insert(index);
            item.duplicate_of = (place != index).then_some(place);
        }
        self
    }
}

/// What a structured field may hold, as JSON.
fn fits(json: &str) -> bool {
    json.len() <= limits::JSON_BYTES && !json.contains("\\u0000")
}

/// Tags on one line, trimmed, not too long, each once, not too many.
fn tidy_tags(tags: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let clean = tags
        .iter()
        .map(|tag| tag.split_whitespace().collect::<Vec<_>>().join(" "));
    clean
        .filter(|tag| {
            !tag.is_empty()
                && tag.chars().count() <= limits::TAG_CHARS
                && !tag.contains(char::is_control)
        })
        .filter(|tag| seen.insert(tag.clone()))
        .take(limits::TAGS)
        .collect()
}

/// UTF-8, or its nearest reading and true.
pub(super) fn lossy(bytes: &[u8]) -> (String, bool) {
    match String::from_utf8_lossy(bytes) {
        std::borrow::Cow::Borrowed(text) => (text.to_owned(), false),
        std::borrow::Cow::Owned(text) => (text, true),
    }
}
