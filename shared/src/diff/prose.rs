//! A difference as one text: what went and what came stand where they belong, word by word. Not rows of lines.

use super::align::{Step, align, shown};
use super::{LINES, words};

/// Most differing words that are aligned within a stretch of changed lines.
const WORDS: usize = 1_000;
/// Changed lines larger than this are not looked into.
const BYTES: usize = 64 * 1024;

/// What a piece of the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// In both texts.
    Same,
    /// Only in the new text.
    Came,
    /// Only in the old text.
    Went,
    /// Lines in both texts that are left out; the number of them is the text.
    Gap,
}

/// A piece.
pub type Piece = (Part, String);

/// The difference from `old` to `new`, with `context` unchanged lines around each change. Empty when the texts are equal but for
/// the end of the last line.
#[must_use]
pub fn prose(old: &str, new: &str, context: usize) -> Vec<Piece> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let steps = align(&a, &b, LINES);
    if steps.iter().all(|step| matches!(step, Step::Same(_))) {
        return Vec::new();
    }
    let near = shown(&steps, context);
    let mut text = Text::default();
    for (step, near) in steps.iter().zip(near) {
        match step {
            Step::Del(i) => text.went.push(a.get(*i).copied().unwrap_or_default()),
            Step::Add(j) => text.came.push(b.get(*j).copied().unwrap_or_default()),
            Step::Same(i) if near => {
                text.settle();
                text.put(Part::Same, a.get(*i).copied().unwrap_or_default());
                text.put(Part::Same, "\n");
            }
            Step::Same(_) => {
                text.settle();
                text.hidden = text.hidden.saturating_add(1);
            }
        }
    }
    text.settle();
    text.gap();
    text.pieces
}

#[derive(Default)]
struct Text<'a> {
    pieces: Vec<Piece>,
    went: Vec<&'a str>,
    came: Vec<&'a str>,
    hidden: usize,
}

impl Text<'_> {
    fn gap(&mut self) {
        if self.hidden > 0 {
            self.pieces.push((Part::Gap, self.hidden.to_string()));
            self.hidden = 0;
        }
    }

    fn put(&mut self, part: Part, text: &str) {
        self.gap();
        match self.pieces.last_mut() {
            Some((last, before)) if *last == part => before.push_str(text),
            _ => self.pieces.push((part, text.to_owned())),
        }
    }

    /// Puts the changed lines that were met so far, each word where it belongs.
    fn settle(&mut self) {
        if self.went.is_empty() && self.came.is_empty() {
            return;
        }
        let whole = |lines: &mut Vec<&str>| {
            let mut text = lines.join("\n");
            if !lines.is_empty() {
                text.push('\n');
            }
            lines.clear();
            text
        };
        let (went, came) = (whole(&mut self.went), whole(&mut self.came));
        if went.len().saturating_add(came.len()) > BYTES {
            self.put(Part::Went, &went);
            self.put(Part::Came, &came);
            return;
        }
        let (a, b) = (words(&went), words(&came));
        for step in align(&a, &b, WORDS) {
            match step {
                Step::Same(i) => self.put(Part::Same, a.get(i).copied().unwrap_or_default()),
                Step::Del(i) => self.put(Part::Went, a.get(i).copied().unwrap_or_default()),
                Step::Add(j) => self.put(Part::Came, b.get(j).copied().unwrap_or_default()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pieces: &[Piece], part: Part) -> String {
        let of = |piece: &&Piece| piece.0 == part || piece.0 == Part::Same;
        pieces.iter().filter(of).map(|it| it.1.as_str()).collect()
    }

    #[test]
    fn a_word_that_changed_stands_between_those_that_did_not() {
        let pieces = prose(
            "Act as a lawyer.\nBe brief.",
            "Act as a judge.\nBe brief.",
            1,
        );
        let expected = [
            (Part::Same, "Act as a "),
            (Part::Went, "lawyer"),
            (Part::Came, "judge"),
            (Part::Same, ".\nBe brief.\n"),
        ];
        let expected: Vec<Piece> = expected.map(|(part, text)| (part, text.to_owned())).into();
        assert_eq!(pieces, expected);
    }

    #[test]
    fn far_lines_are_counted_and_equal_texts_have_no_difference() {
        let old: String = (0..20).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 10\n", "other 10\n");
        let gaps: Vec<_> = prose(&old, &new, 2)
            .into_iter()
            .filter(|piece| piece.0 == Part::Gap)
            .collect();
        assert_eq!(
            gaps,
            [(Part::Gap, "8".to_owned()), (Part::Gap, "7".to_owned())]
        );
        assert!(prose("a\n", "a", 2).is_empty());
    }

    /// Texts of a few short lines, each another one.
    fn texts() -> Vec<String> {
        let lines = ["a b c\n", "b\n", "c a\n", "\n"];
        let mut texts = vec![String::new()];
        for _ in 0..3 {
            let longer = |text: &String| lines.map(|line| format!("{text}{line}"));
            let more: Vec<String> = texts.iter().flat_map(longer).collect();
            texts.extend(more);
        }
        texts.sort();
        texts.dedup();
        texts
    }

    #[test]
    fn both_texts_can_be_read_out_of_it() {
        let texts = texts();
        for old in &texts {
            for new in &texts {
                let pieces = prose(old, new, usize::MAX);
                if pieces.is_empty() {
                    assert_eq!(old, new);
                    continue;
                }
                assert_eq!(&text(&pieces, Part::Went), old);
                assert_eq!(&text(&pieces, Part::Came), new);
            }
        }
    }
}
