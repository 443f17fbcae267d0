//! Rows of a difference between two texts, as a page shows them. Not a merge: nothing here decides which side is right.

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A line in both texts.
    Same,
    /// A line only in the new text.
    Add,
    /// A line only in the old text.
    Del,
    /// Lines in both texts that are left out; the number of them is the text.
    Gap,
}

/// A row: its pieces in order, each with a mark for "this is what changed within the line".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub kind: RowKind,
    /// Pieces of the line.
    pub pieces: Vec<(bool, String)>,
}

impl Row {
    /// A row of one piece.
    #[must_use]
    pub fn plain(kind: RowKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            pieces: vec![(false, text.into())],
        }
    }
}

#[cfg(feature = "diff")]
pub use rows::rows;

#[cfg(feature = "diff")]
mod rows {
    use super::{Row, RowKind};
    use similar::{ChangeTag, TextDiff};

    /// Texts larger than this are compared by line only.
    const WORDS_UP_TO: usize = 64 * 1024;

    /// The difference from `old` to `new`, with `context` unchanged lines around each change; words are marked within
    /// changed lines while the texts are of a usual size.
    #[must_use]
    pub fn rows(old: &str, new: &str, context: usize) -> Vec<Row> {
        // A last line without its end is the same line.
        let (old, new) = (&ended(old), &ended(new));
        let diff = TextDiff::from_lines(old.as_str(), new.as_str());
        let words = old.len().saturating_add(new.len()) <= WORDS_UP_TO;
        let mut out = Vec::new();
        let mut seen = 0usize;
        for group in diff.grouped_ops(context) {
            let start = group.first().map_or(0, |op| op.old_range().start);
            gap(&mut out, start.saturating_sub(seen));
            for op in &group {
                if words {
                    out.extend(diff.iter_inline_changes(op).map(|change| inline(&change)));
                } else {
                    out.extend(
                        diff.iter_changes(op)
                            .map(|change| Row::plain(kind(change.tag()), trim(change.value()))),
                    );
                }
                seen = op.old_range().end;
            }
        }
        if !out.is_empty() {
            gap(&mut out, old.lines().count().saturating_sub(seen));
        }
        out
    }

    fn inline(change: &similar::InlineChange<'_, str>) -> Row {
        let pieces: Vec<(bool, String)> = change
            .iter_strings_lossy()
            .map(|(mark, text)| (mark, trim(&text).to_owned()))
            .collect();
        Row {
            kind: kind(change.tag()),
            pieces,
        }
    }

    fn kind(tag: ChangeTag) -> RowKind {
        match tag {
            ChangeTag::Equal => RowKind::Same,
            ChangeTag::Insert => RowKind::Add,
            ChangeTag::Delete => RowKind::Del,
        }
    }

    fn ended(text: &str) -> String {
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        format!("{text}{end}")
    }

    fn trim(line: &str) -> &str {
        line.trim_end_matches(['\n', '\r'])
    }

    fn gap(out: &mut Vec<Row>, lines: usize) {
        if lines > 0 {
            out.push(Row::plain(RowKind::Gap, lines.to_string()));
        }
    }
}

#[cfg(all(test, feature = "diff"))]
mod tests {
    use super::*;

    fn text(row: &Row) -> String {
        row.pieces.iter().map(|(_, piece)| piece.as_str()).collect()
    }

    #[test]
    fn equal_texts_have_no_rows() {
        assert_eq!(rows("a\nb\n", "a\nb\n", 2), []);
    }

    #[test]
    fn a_changed_line_shows_both_sides_and_marks_the_word() {
        let rows = rows(
            "one\nprovide a brief summary\nend",
            "one\nprovide a short summary\nend",
            1,
        );
        let kinds: Vec<RowKind> = rows.iter().map(|row| row.kind).collect();
        assert_eq!(
            kinds,
            [RowKind::Same, RowKind::Del, RowKind::Add, RowKind::Same]
        );
        let marked: Vec<&str> = rows[2]
            .pieces
            .iter()
            .filter(|(mark, _)| *mark)
            .map(|(_, piece)| piece.as_str())
            .collect();
        assert_eq!(marked, ["short"]);
    }

    #[test]
    fn a_line_added_after_the_last_leaves_the_last_as_it_is() {
        let kinds: Vec<RowKind> = rows("a\nb", "a\nb\nc", 1)
            .iter()
            .map(|row| row.kind)
            .collect();
        assert_eq!(kinds, [RowKind::Gap, RowKind::Same, RowKind::Add]);
        assert_eq!(rows("a", "a\n", 1), []);
    }

    #[test]
    fn lines_left_out_are_counted() {
        let old: String = (0..20).map(|i| format!("line {i}\n")).collect();
        let new = old.replace("line 10\n", "line ten\n");
        let rows = rows(&old, &new, 2);
        assert_eq!(
            (rows[0].kind, text(&rows[0])),
            (RowKind::Gap, "8".to_owned())
        );
        let last = rows.last().unwrap();
        assert_eq!((last.kind, text(last)), (RowKind::Gap, "7".to_owned()));
    }

    #[test]
    fn a_large_text_is_compared_by_line() {
        let old = "word ".repeat(20_000);
        let rows = rows(&old, &format!("{old}more"), 2);
        assert!(
            rows.iter()
                .all(|row| row.pieces.iter().all(|(mark, _)| !mark))
        );
    }
}
