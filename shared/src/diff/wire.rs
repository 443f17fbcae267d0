//! A difference as the API gives it. Not how it is found.

use super::fields::FieldChange;
use super::{Part, RowKind, prose, rows};
use serde::{Deserialize, Serialize};

/// Largest texts that are compared, both together, in bytes of UTF-8.
pub const COMPARED_BYTES: usize = 512 * 1024;
/// Most lines that are compared, of both together.
pub const COMPARED_LINES: usize = 20_000;
/// Unchanged lines that are shown around a change when nothing is asked.
pub const CONTEXT: u32 = 3;
/// Most of them that may be asked for.
pub const MOST_CONTEXT: u32 = 1_000;

/// How a difference is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DiffBy {
    /// Line by line; what changed within a line is marked.
    #[default]
    Line,
    /// As one text: what went and what came stand where they belong, word by word.
    Word,
}

/// What a part of a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    /// In both texts.
    Same,
    /// Only in the text that is compared with.
    Added,
    /// Only in the first text.
    Removed,
    /// Lines in both texts that are left out.
    Skipped,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffPiece {
    /// It is what changed within the line.
    pub changed: bool,
    /// The text.
    pub text: String,
}

/// A part of a difference: a line, or a stretch of one text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffPart {
    /// What it is.
    pub kind: DiffKind,
    /// The text; by line without the end of the line. Nothing for what is left out.
    pub text: String,
    /// By line, where something within the line changed: the same text in pieces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<DiffPiece>,
    /// How many lines are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<u64>,
}

/// `GET /api/v1/library/{id}/versions/{number}/diff/{other}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffView {
    /// The version that is compared.
    pub number: u64,
    /// The version that it is compared with.
    pub other: u64,
    /// The title of the first.
    pub title: String,
    /// The title of the other.
    pub other_title: String,
    /// How it is told.
    pub by: DiffBy,
    /// The parts in order; none when the texts are equal but for the end of the last line.
    pub parts: Vec<DiffPart>,
    /// What differs beside the texts: title, description, variables and how the prompt is run.
    #[serde(default)]
    pub fields: Vec<FieldChange>,
    /// Both versions hold all of that. Where one was kept with title and text alone, of the fields only the title is compared.
    #[serde(default)]
    pub whole: bool,
}

/// Whether two texts are small enough to be compared.
#[must_use]
pub fn can_compare(old: &str, new: &str) -> bool {
    let lines = |text: &str| text.lines().count();
    old.len().saturating_add(new.len()) <= COMPARED_BYTES
        && lines(old).saturating_add(lines(new)) <= COMPARED_LINES
}

/// The parts of the difference from `old` to `new`, with so many unchanged lines around each change.
#[must_use]
pub fn parts(old: &str, new: &str, by: DiffBy, context: u32) -> Vec<DiffPart> {
    let context = usize::try_from(context).unwrap_or(usize::MAX);
    match by {
        DiffBy::Line => rows(old, new, context).into_iter().map(of_row).collect(),
        DiffBy::Word => prose(old, new, context).into_iter().map(of_piece).collect(),
    }
}

fn part(kind: DiffKind, text: String) -> DiffPart {
    let skipped = (kind == DiffKind::Skipped)
        .then(|| text.parse().ok())
        .flatten();
    DiffPart {
        kind,
        text: if kind == DiffKind::Skipped {
            String::new()
        } else {
            text
        },
        pieces: Vec::new(),
        skipped,
    }
}

fn of_row(row: super::Row) -> DiffPart {
    let kind = match row.kind {
        RowKind::Same => DiffKind::Same,
        RowKind::Add => DiffKind::Added,
        RowKind::Del => DiffKind::Removed,
        RowKind::Gap => DiffKind::Skipped,
    };
    let whole = row.pieces.iter().map(|(_, text)| text.as_str()).collect();
    let marked = row.pieces.iter().any(|(changed, _)| *changed);
    let pieces = row.pieces.into_iter().filter(|_| marked);
    let pieces = pieces.map(|(changed, text)| DiffPiece { changed, text });
    DiffPart {
        pieces: pieces.collect(),
        ..part(kind, whole)
    }
}

fn of_piece((what, text): (Part, String)) -> DiffPart {
    let kind = match what {
        Part::Same => DiffKind::Same,
        Part::Came => DiffKind::Added,
        Part::Went => DiffKind::Removed,
        Part::Gap => DiffKind::Skipped,
    };
    part(kind, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(by: DiffBy, old: &str, new: &str) -> Vec<(DiffKind, String)> {
        let parts = parts(old, new, by, 1);
        parts.into_iter().map(|it| (it.kind, it.text)).collect()
    }

    #[test]
    fn a_line_that_changed_is_there_twice_with_what_changed_in_it() {
        let parts = parts(
            "a\nb\nkeep the light\n",
            "a\nb\nkeep the fire\n",
            DiffBy::Line,
            1,
        );
        let kinds: Vec<DiffKind> = parts.iter().map(|it| it.kind).collect();
        assert_eq!(
            kinds,
            [
                DiffKind::Skipped,
                DiffKind::Same,
                DiffKind::Removed,
                DiffKind::Added
            ]
        );
        assert_eq!((parts[0].skipped, parts[0].text.as_str()), (Some(1), ""));
        assert_eq!(parts[1].pieces, []);
        assert_eq!(parts[3].text, "keep the fire");
        let changed: Vec<&str> = parts[3]
            .pieces
            .iter()
            .filter(|it| it.changed)
            .map(|it| it.text.as_str())
            .collect();
        assert_eq!(changed, ["fire"]);
    }

    #[test]
    fn as_one_text_the_words_stand_where_they_belong() {
        let told = told(DiffBy::Word, "keep the light", "keep the fire");
        let kinds: Vec<DiffKind> = told.iter().map(|it| it.0).collect();
        assert_eq!(
            kinds,
            [
                DiffKind::Same,
                DiffKind::Removed,
                DiffKind::Added,
                DiffKind::Same
            ]
        );
        assert_eq!(told[1].1, "light");
    }

    #[test]
    fn equal_texts_have_no_parts_and_large_ones_are_not_compared() {
        for by in [DiffBy::Line, DiffBy::Word] {
            assert_eq!(told(by, "a\nb", "a\nb\n"), []);
        }
        let large = "x".repeat(COMPARED_BYTES);
        assert!(can_compare(&large, "") && !can_compare(&large, "y"));
        assert!(!can_compare(&"\n".repeat(COMPARED_LINES + 1), ""));
    }
}
