//! Rows of a difference, as a page shows them: lines, with what changed within them marked. Not one text: see `prose`.

use super::align::{Step, align, shown};
use super::{LINES, words};
use serde::{Deserialize, Serialize};

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Texts larger than this are compared by line only.
const WORDS_UP_TO: usize = 64 * 1024;
/// Most differing words that are aligned within a line.
const WORDS: usize = 120;

/// The difference from `old` to `new`, with `context` unchanged lines around each change; words are marked within
/// changed lines while the texts are of a usual size. Empty when the texts are equal but for the end of the last line.
#[must_use]
pub fn rows(old: &str, new: &str, context: usize) -> Vec<Row> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let words = old.len().saturating_add(new.len()) <= WORDS_UP_TO;
    let steps = align(&a, &b, LINES);
    if steps.iter().all(|step| matches!(step, Step::Same(_))) {
        return Vec::new();
    }
    let shown = shown(&steps, context);
    let mut out = Vec::new();
    let (mut hidden, mut dels, mut adds) = (0usize, Vec::new(), Vec::new());
    for (step, shown) in steps.iter().zip(shown) {
        match step {
            Step::Del(i) => dels.push(a.get(*i).copied().unwrap_or_default()),
            Step::Add(j) => adds.push(b.get(*j).copied().unwrap_or_default()),
            Step::Same(i) => {
                replaced(&mut out, &mut dels, &mut adds, words);
                if shown {
                    gap(&mut out, &mut hidden);
                    out.push(Row::plain(
                        RowKind::Same,
                        a.get(*i).copied().unwrap_or_default(),
                    ));
                } else {
                    hidden = hidden.saturating_add(1);
                }
                continue;
            }
        }
        gap(&mut out, &mut hidden);
    }
    replaced(&mut out, &mut dels, &mut adds, words);
    gap(&mut out, &mut hidden);
    out
}

fn gap(out: &mut Vec<Row>, hidden: &mut usize) {
    if *hidden > 0 {
        out.push(Row::plain(RowKind::Gap, hidden.to_string()));
        *hidden = 0;
    }
}

/// Lines that went and lines that came in their place: what was changed within a pair of them is marked.
fn replaced(out: &mut Vec<Row>, dels: &mut Vec<&str>, adds: &mut Vec<&str>, words: bool) {
    let pairs = if words && dels.len() == adds.len() {
        dels.len()
    } else {
        0
    };
    let marked: Vec<_> = dels
        .iter()
        .zip(adds.iter())
        .take(pairs)
        .map(|(del, add)| within(del, add))
        .collect();
    let row = |kind, line: &str, pieces: Option<&Vec<(bool, String)>>| match pieces {
        Some(pieces) => Row {
            kind,
            pieces: pieces.clone(),
        },
        None => Row::plain(kind, line),
    };
    for (i, line) in dels.drain(..).enumerate() {
        out.push(row(
            RowKind::Del,
            line,
            marked.get(i).and_then(|it| it.as_ref()).map(|it| &it.0),
        ));
    }
    for (i, line) in adds.drain(..).enumerate() {
        out.push(row(
            RowKind::Add,
            line,
            marked.get(i).and_then(|it| it.as_ref()).map(|it| &it.1),
        ));
    }
}

type Pieces = Vec<(bool, String)>;

/// Both lines in pieces with what differs marked; `None` when they have too little in common for marks to help.
fn within(old: &str, new: &str) -> Option<(Pieces, Pieces)> {
    let (a, b) = (words(old), words(new));
    let (mut left, mut right, mut same) = (Pieces::new(), Pieces::new(), 0usize);
    for step in align(&a, &b, WORDS) {
        match step {
            Step::Same(i) => {
                let word = a.get(i).copied().unwrap_or_default();
                same = same.saturating_add(word.len());
                push(&mut left, false, word);
                push(&mut right, false, word);
            }
            Step::Del(i) => push(&mut left, true, a.get(i).copied().unwrap_or_default()),
            Step::Add(j) => push(&mut right, true, b.get(j).copied().unwrap_or_default()),
        }
    }
    (same.saturating_mul(4) >= old.len().min(new.len())).then_some((left, right))
}

fn push(pieces: &mut Pieces, mark: bool, word: &str) {
    match pieces.last_mut() {
        Some((last, text)) if *last == mark => text.push_str(word),
        _ => pieces.push((mark, word.to_owned())),
    }
}

#[cfg(test)]
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
