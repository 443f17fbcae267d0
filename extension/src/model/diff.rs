//! The difference between two texts as lines for a reader. Not a merge: that is `shared::sync`.

use crate::messages::{DiffLine, Side};
use similar::{ChangeTag, TextDiff};

/// Lines of context around a change.
const CONTEXT: usize = 1;
/// Lines shown at most: the popup is no diff tool.
const MOST: usize = 60;
/// Above this many bytes on both sides together no diff is made: it would take longer than a reader waits.
const LARGEST: usize = 400_000;

/// The lines that differ with some context, and how many differ.
#[must_use]
pub fn diff(old: &str, new: &str) -> (Vec<DiffLine>, usize) {
    if old.len().saturating_add(new.len()) > LARGEST {
        return (Vec::new(), 0);
    }
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    let mut changed = 0;
    for (at, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            lines.push(DiffLine {
                side: Side::Gap,
                pieces: Vec::new(),
            });
        }
        for change in group.iter().flat_map(|op| diff.iter_inline_changes(op)) {
            let side = match change.tag() {
                ChangeTag::Equal => Side::Both,
                ChangeTag::Delete => Side::Old,
                ChangeTag::Insert => Side::New,
            };
            changed += usize::from(side != Side::Both);
            lines.push(DiffLine {
                side,
                pieces: pieces(change.iter_strings_lossy()),
            });
        }
    }
    lines.truncate(MOST);
    (lines, changed)
}

fn pieces<'a>(
    parts: impl Iterator<Item = (bool, std::borrow::Cow<'a, str>)>,
) -> Vec<(bool, String)> {
    parts
        .map(|(marked, text)| (marked, text.trim_end_matches(['\n', '\r']).to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &DiffLine) -> String {
        line.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn equal_texts_have_no_lines() {
        assert_eq!(diff("a\nb\n", "a\nb\n"), (Vec::new(), 0));
    }

    #[test]
    fn a_changed_word_is_marked_within_its_line() {
        let old = "Rules:\nexplanations for each suggestion.\n";
        let new = "Rules:\nexplanations for every suggestion.\n";
        let (lines, changed) = diff(old, new);
        assert_eq!(changed, 2);
        let sides: Vec<Side> = lines.iter().map(|line| line.side).collect();
        assert_eq!(sides, [Side::Both, Side::Old, Side::New]);
        assert_eq!(text(&lines[2]), "explanations for every suggestion.");
        let marked: Vec<&str> = lines[2]
            .pieces
            .iter()
            .filter(|(marked, _)| *marked)
            .map(|(_, text)| text.as_str())
            .collect();
        assert_eq!(marked, ["every"]);
    }

    #[test]
    fn unchanged_stretches_are_left_out_and_shown_as_a_gap() {
        let old: String = (0..50).map(|n| format!("line {n}\n")).collect();
        let new = old
            .replace("line 3\n", "LINE 3\n")
            .replace("line 40\n", "LINE 40\n");
        let (lines, changed) = diff(&old, &new);
        assert_eq!(changed, 4);
        assert!(lines.iter().any(|line| line.side == Side::Gap));
        assert!(lines.len() < 12);
    }

    #[test]
    fn a_huge_pair_is_not_compared() {
        let huge = "x\n".repeat(150_000);
        assert_eq!(diff(&huge, &format!("{huge}y")), (Vec::new(), 0));
    }
}
