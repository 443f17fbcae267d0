//! Colours for code: comments, texts, numbers and words that languages share. A line at a time, and not a parser of any language.

use super::language::{Marks, is_known, marks};

/// What a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Anything else.
    Plain,
    /// A comment.
    Comment,
    /// A text in quotes.
    Text,
    /// A number.
    Number,
    /// A word of the language.
    Word,
    /// A line that came, in a difference.
    Added,
    /// A line that went, in a difference.
    Removed,
}

impl Ink {
    /// The class that draws it; empty for plain.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Comment => "k-comment",
            Self::Text => "k-text",
            Self::Number => "k-number",
            Self::Word => "k-word",
            Self::Added => "k-add",
            Self::Removed => "k-del",
        }
    }
}

/// A piece of a line.
pub type Piece = (Ink, String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Code,
    Comment(&'static str),
    Text(&'static str),
}

/// The tokenizer of one block of code.
#[derive(Clone, Debug)]
pub struct Inker {
    marks: Option<Marks>,
    diff: bool,
    within: Within,
}

impl Inker {
    /// For code in a language, as it is named behind a fence.
    #[must_use]
    pub fn new(language: &str) -> Self {
        Self {
            marks: marks(language),
            diff: matches!(language.trim(), "diff" | "patch"),
            within: Within::Code,
        }
    }

    /// The pieces of the next line, without its end. Joined they are the line.
    pub fn line(&mut self, line: &str) -> Vec<Piece> {
        let mut out = Vec::new();
        if self.diff {
            let ink = match line.as_bytes().first() {
                Some(b'+') => Ink::Added,
                Some(b'-') => Ink::Removed,
                _ => Ink::Plain,
            };
            push(&mut out, ink, line);
            return out;
        }
        let Some(marks) = self.marks else {
            push(&mut out, Ink::Plain, line);
            return out;
        };
        let mut rest = line;
        while !rest.is_empty() {
            let (ink, length) = self.next(&marks, rest);
            let (piece, tail) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
            push(&mut out, ink, piece);
            rest = tail;
        }
        out
    }

    /// What the rest of a line begins with, and how far it goes.
    fn next(&mut self, marks: &Marks, rest: &str) -> (Ink, usize) {
        match self.within {
            Within::Comment(end) => return (Ink::Comment, self.until(rest, end, false)),
            Within::Text(end) => return (Ink::Text, self.until(rest, end, true)),
            Within::Code => {}
        }
        if marks.line.iter().any(|mark| rest.starts_with(mark)) {
            return (Ink::Comment, rest.len());
        }
        if let Some((start, end)) = marks.block.iter().find(|(mark, _)| rest.starts_with(mark)) {
            self.within = Within::Comment(end);
            let inside = rest.get(start.len()..).unwrap_or_default();
            let length = self.until(inside, end, false);
            return (Ink::Comment, start.len().saturating_add(length));
        }
        if let Some(quote) = marks.long.iter().find(|quote| rest.starts_with(**quote)) {
            self.within = Within::Text(quote);
            let inside = rest.get(quote.len()..).unwrap_or_default();
            let length = self.until(inside, quote, true);
            return (Ink::Text, quote.len().saturating_add(length));
        }
        let Some(first) = rest.chars().next() else {
            return (Ink::Plain, rest.len());
        };
        if marks.quotes.contains(first)
            && let Some(length) = quoted(rest, first)
        {
            return (Ink::Text, length);
        }
        if first.is_ascii_digit() {
            let number = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
            return (Ink::Number, span(rest, number));
        }
        if first.is_alphabetic() || first == '_' || first == '$' {
            let length = span(rest, |c| c.is_alphanumeric() || c == '_' || c == '$');
            let word = rest.get(..length).unwrap_or_default();
            let known = marks.words && is_word(word, marks.any_case);
            return (if known { Ink::Word } else { Ink::Plain }, length);
        }
        (Ink::Plain, first.len_utf8())
    }

    /// How far a comment or a text goes in this line; it ends when `end` is there.
    fn until(&mut self, rest: &str, end: &'static str, escapes: bool) -> usize {
        let mut at = 0;
        while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
            if tail.starts_with(end) {
                self.within = Within::Code;
                return at.saturating_add(end.len());
            }
            let skip = usize::from(escapes && tail.starts_with('\\'));
            let step: usize = tail
                .chars()
                .take(skip.saturating_add(1))
                .map(char::len_utf8)
                .sum();
            at = at.saturating_add(step);
        }
        rest.len()
    }
}

fn is_word(word: &str, any_case: bool) -> bool {
    if any_case {
        is_known(&word.to_ascii_lowercase())
    } else {
        is_known(word)
    }
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The length of a text in quotes that ends in this line; a lone quote is an apostrophe or a lifetime.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return Some(at.saturating_add(c.len_utf8()));
        }
    }
    None
}

fn push(out: &mut Vec<Piece>, ink: Ink, text: &str) {
    match out.last_mut() {
        Some((last, piece)) if *last == ink => piece.push_str(text),
        _ if text.is_empty() => {}
        _ => out.push((ink, text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inks(language: &str, code: &str) -> Vec<(Ink, String)> {
        let mut inker = Inker::new(language);
        code.lines()
            .flat_map(|line| inker.line(line))
            .filter(|(ink, _)| *ink != Ink::Plain)
            .collect()
    }

    fn piece(ink: Ink, text: &str) -> (Ink, String) {
        (ink, text.to_owned())
    }

    #[test]
    fn comments_texts_numbers_and_words_have_their_own_ink() {
        assert_eq!(
            inks("rust", "let x = \"a \\\" b\"; // 1"),
            [
                piece(Ink::Word, "let"),
                piece(Ink::Text, "\"a \\\" b\""),
                piece(Ink::Comment, "// 1")
            ]
        );
        assert_eq!(
            inks("python", "def f(n): return n + 0x1F  # so"),
            [
                piece(Ink::Word, "def"),
                piece(Ink::Word, "return"),
                piece(Ink::Number, "0x1F"),
                piece(Ink::Comment, "# so")
            ]
        );
        assert_eq!(
            inks("sql", "SELECT 'it' -- all")[0],
            piece(Ink::Word, "SELECT")
        );
        assert_eq!(
            inks("json", "{\"a\": null}"),
            [piece(Ink::Text, "\"a\""), piece(Ink::Word, "null")]
        );
    }

    #[test]
    fn what_goes_over_lines_keeps_its_ink_until_its_end() {
        let found = inks("js", "/* one\ntwo */ let s = `a\nb`; x");
        assert_eq!(
            found,
            [
                piece(Ink::Comment, "/* one"),
                piece(Ink::Comment, "two */"),
                piece(Ink::Word, "let"),
                piece(Ink::Text, "`a"),
                piece(Ink::Text, "b`")
            ]
        );
    }

    #[test]
    fn a_lone_quote_is_no_text_and_an_unknown_language_is_plain() {
        assert_eq!(
            inks("rust", "fn f<'a>(x: &str) {}"),
            [piece(Ink::Word, "fn")]
        );
        assert_eq!(inks("", "let x = 1"), []);
        assert_eq!(inks("mermaid", "if 1"), []);
    }

    #[test]
    fn a_difference_shows_what_came_and_went() {
        assert_eq!(
            inks("diff", "+a\n-b\n c"),
            [piece(Ink::Added, "+a"), piece(Ink::Removed, "-b")]
        );
    }

    #[test]
    fn the_pieces_are_the_line_whatever_it_holds() {
        for language in ["rust", "python", "sql", "html", "js", "diff", ""] {
            let mut inker = Inker::new(language);
            for line in [
                "",
                "\\",
                "'",
                "\"\\",
                "żółć担任😀 \"x",
                "/*/ x */ y",
                "`${a}`",
                "'''",
                "<!-- a --> b -->",
                "0.5e-3_",
            ] {
                let joined: String = inker.line(line).into_iter().map(|(_, text)| text).collect();
                assert_eq!(joined, line, "{language}");
            }
        }
    }
}
