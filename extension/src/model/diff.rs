//! As much of the difference between two texts as a popup shows. Not its making: that is `shared::diff`.

use krowoc_shared::diff::{Row, RowKind, rows};

/// Lines of context around a change.
const CONTEXT: usize = 1;
/// Lines shown at most: the popup is no diff tool.
const MOST: usize = 60;
/// Above this many bytes on both sides together no diff is made: it would take longer than a reader waits.
const LARGEST: usize = 400_000;

/// The lines that differ with some context, and how many differ.
#[must_use]
pub fn diff(old: &str, new: &str) -> (Vec<Row>, usize) {
    if old.len().saturating_add(new.len()) > LARGEST {
        return (Vec::new(), 0);
    }
    let mut lines = rows(old, new, CONTEXT);
    let differs = |row: &&Row| matches!(row.kind, RowKind::Add | RowKind::Del);
    let changed = lines.iter().filter(differs).count();
    lines.truncate(MOST);
    (lines, changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_are_counted_and_those_around_them_are_no_change() {
        let old = "Rules:\nexplanations for each suggestion.\n";
        let new = "Rules:\nexplanations for every suggestion.\n";
        let (lines, changed) = diff(old, new);
        assert_eq!(changed, 2);
        let kinds: Vec<RowKind> = lines.iter().map(|line| line.kind).collect();
        assert_eq!(kinds, [RowKind::Same, RowKind::Del, RowKind::Add]);
        assert_eq!(diff(old, old), (Vec::new(), 0));
    }

    #[test]
    fn a_popup_shows_the_beginning_of_a_long_difference_and_all_of_its_count() {
        let old: String = (0..100).map(|n| format!("old {n}\n")).collect();
        let new: String = (0..100).map(|n| format!("new {n}\n")).collect();
        let (lines, changed) = diff(&old, &new);
        assert_eq!((lines.len(), changed), (60, 200));
    }

    #[test]
    fn a_huge_pair_is_not_compared() {
        let huge = "x\n".repeat(150_000);
        assert_eq!(diff(&huge, &format!("{huge}y")), (Vec::new(), 0));
    }
}
