//! The difference between two texts, by line and by word, and between what versions hold beside them. Not a merge: nothing here decides which side is right.

mod align;
pub mod fields;
mod prose;
mod rows;
pub mod wire;

pub use prose::{Part, Piece, prose};
pub use rows::{Row, RowKind, rows};

/// Most differing lines that are aligned; beyond, the whole stretch is shown as replaced.
const LINES: usize = 1_200;

/// A line cut where letters and other characters meet.
fn words(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut from, mut before) = (0, None);
    for (at, c) in line.char_indices() {
        let kind = if c.is_alphanumeric() { 0 } else { 1 };
        if before.is_some_and(|before| before != kind || kind == 1) {
            out.extend(line.get(from..at));
            from = at;
        }
        before = Some(kind);
    }
    out.extend(line.get(from..).filter(|rest| !rest.is_empty()));
    out
}
