//! Short plain text of a Markdown body for a list row, a title proposal, and counts. Not a Markdown parser: marks are left out by eye.

use unicode_segmentation::UnicodeSegmentation;

/// Bytes of a body that are read for an excerpt, however long the body is.
const READ_BYTES: usize = 8 * 1024;
/// Longest proposed title, in characters.
pub const TITLE_CHARS: usize = 80;

/// How long a text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Words by Unicode's word boundaries (UAX 29); each Han character is one.
    pub words: usize,
    /// Characters as a person counts them (grapheme clusters), line ends included.
    pub characters: usize,
}

/// Counts words and characters, in time linear in the text.
#[must_use]
pub fn count(text: &str) -> Counts {
    Counts {
        words: text.unicode_words().count(),
        characters: text.graphemes(true).count(),
    }
}

/// The first words of a Markdown body on one line, at most `most` characters, with `…` when there is more. Reads no more than the
/// first 8 KiB.
#[must_use]
pub fn excerpt(markdown: &str, most: usize) -> String {
    let head = head(markdown);
    let mut out = String::new();
    let mut room = most.saturating_add(1);
    for line in lines(head) {
        if room == 0 {
            break;
        }
        let text = plain_line(line, room);
        if text.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
            room = room.saturating_sub(1);
        }
        out.extend(text.chars().take(room));
        room = room.saturating_sub(text.chars().count());
    }
    let more = head.len() < markdown.len();
    shorten(&out, most, more)
}

/// A title for a body that has none: its first heading if one stands in the first lines, else its first line; at most
/// [`TITLE_CHARS`] characters. Empty when the body has no text.
#[must_use]
pub fn propose_title(markdown: &str) -> String {
    let mut first = None;
    for line in lines(head(markdown)).take(40) {
        let text = plain_line(line, TITLE_CHARS.saturating_add(1));
        if text.is_empty() {
            continue;
        }
        if heading(line.trim_start()).is_some() {
            return shorten(&text, TITLE_CHARS, false);
        }
        first.get_or_insert(text);
    }
    shorten(&first.unwrap_or_default(), TITLE_CHARS, false)
}

fn head(text: &str) -> &str {
    text.get(..text.floor_char_boundary(READ_BYTES))
        .unwrap_or(text)
}

/// Lines that hold text: not fences, rules, table rules or link definitions.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| {
        let line = line.trim();
        let rule = line.len() >= 3
            && line
                .chars()
                .all(|c| matches!(c, '-' | '*' | '_' | '=' | '|' | ':' | ' ' | '+'));
        let definition = line.starts_with('[') && line.contains("]: ");
        !rule && !definition && !line.starts_with("```") && !line.starts_with("~~~")
    })
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let depth = line.len().saturating_sub(text.len());
    ((1..=6).contains(&depth) && text.starts_with([' ', '\t']))
        .then(|| text.trim().trim_end_matches('#'))
}

/// The text of a line without the marks of its block: quote, heading, list item, checkbox.
fn block_text(line: &str) -> &str {
    let mut text = line.trim_start();
    while let Some(rest) = text.strip_prefix('>') {
        text = rest.trim_start();
    }
    if let Some(heading) = heading(text) {
        return heading;
    }
    let bullet = ["- ", "* ", "+ "]
        .into_iter()
        .find_map(|mark| text.strip_prefix(mark));
    let digits = text
        .len()
        .saturating_sub(text.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let number = (1..=9)
        .contains(&digits)
        .then(|| text.get(digits..))
        .flatten();
    let number =
        number.and_then(|rest| rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")));
    let text = bullet.or(number).unwrap_or(text);
    ["[ ] ", "[x] ", "[X] "]
        .into_iter()
        .find_map(|mark| text.strip_prefix(mark))
        .unwrap_or(text)
}

/// The text of a line with single blanks between words, no more than its first `most` characters.
fn plain_line(line: &str, most: usize) -> String {
    let mut out = String::new();
    let mut rest = block_text(line);
    let mut before = ' ';
    let (mut gap, mut room) = (false, most);
    while let Some(c) = rest.chars().next().filter(|_| room > 0) {
        let (text, tail) = inline(c, rest, before);
        before = text.chars().next_back().unwrap_or(c);
        for c in text.chars() {
            if c.is_whitespace() {
                gap = true;
                continue;
            }
            if gap && !out.is_empty() {
                out.push(' ');
                room = room.saturating_sub(1);
            }
            gap = false;
            if room > 0 {
                out.push(c);
                room = room.saturating_sub(1);
            }
        }
        rest = tail;
    }
    out
}

/// What stands in plain text for the beginning of `rest`, and what is left of it.
fn inline(c: char, rest: &str, before: char) -> (&str, &str) {
    let (head, tail) = rest.split_at_checked(c.len_utf8()).unwrap_or((rest, ""));
    match c {
        '\\' if tail.starts_with(|c: char| c.is_ascii_punctuation()) => {
            tail.split_at_checked(1).unwrap_or((tail, ""))
        }
        '`' => ("", tail),
        '|' => (" ", tail),
        '*' | '~' => {
            let run = rest.len().saturating_sub(rest.trim_start_matches(c).len());
            let after = rest.get(run..).unwrap_or("");
            let mark = run <= 3 && (c == '*' || run == 2);
            // An asterisk between blanks is one that was meant.
            let alone = before.is_whitespace() && after.starts_with(char::is_whitespace);
            if mark && !alone {
                ("", after)
            } else {
                rest.split_at_checked(run).unwrap_or((rest, ""))
            }
        }
        '_' => {
            let inside = before.is_alphanumeric() && tail.starts_with(char::is_alphanumeric);
            if inside || tail.starts_with("__") {
                (head, tail)
            } else {
                ("", tail)
            }
        }
        '!' if link(tail) => ("", tail),
        '[' if link(rest) => ("", tail),
        ']' => after_destination(tail).map_or((head, tail), |after| ("", after)),
        _ => (head, tail),
    }
}

/// Whether `rest` begins with `[text](destination)`.
fn link(rest: &str) -> bool {
    let close = rest.bytes().take(1024).position(|b| b == b']');
    rest.starts_with('[')
        && close
            .and_then(|at| rest.get(at.saturating_add(1)..))
            .and_then(after_destination)
            .is_some()
}

/// What follows `(destination)` at the beginning of `rest`.
fn after_destination(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix('(')?;
    let end = inner.bytes().take(2048).position(|b| b == b')')?;
    inner.get(end.saturating_add(1)..)
}

/// Cuts at the last word that fits.
fn shorten(text: &str, most: usize, more: bool) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return if more && !text.is_empty() {
            format!("{}…", cut(text, most.saturating_sub(1)))
        } else {
            text.to_owned()
        };
    };
    let room = text.get(..end).unwrap_or(text);
    let room = cut(room, most.saturating_sub(1));
    // Back to a blank, unless that would cost half of it: spaceless scripts have none.
    let word = room
        .rfind(' ')
        .filter(|at| at.saturating_mul(2) >= room.len());
    let kept = word.and_then(|at| room.get(..at)).unwrap_or(room);
    format!(
        "{}…",
        kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':'))
    )
}

fn cut(text: &str, chars: usize) -> &str {
    text.char_indices()
        .nth(chars)
        .and_then(|(end, _)| text.get(..end))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_excerpt_has_no_marks() {
        let body = "# Act as *a* __lawyer__\n\n> - [x] See [the **docs**](https://example.org) and ![logo](a.png)\n```rust\nlet x = 1;\n```\n---\n1. snake_case stays, 2 * 3 too";
        assert_eq!(
            excerpt(body, 200),
            "Act as a lawyer See the docs and logo let x = 1; snake_case stays, 2 * 3 too"
        );
    }

    #[test]
    fn an_excerpt_ends_at_a_word() {
        assert_eq!(excerpt("one two three four", 12), "one two…");
        assert_eq!(excerpt("one two three four", 18), "one two three four");
        assert_eq!(
            excerpt(&"東".repeat(50), 10),
            format!("{}…", "東".repeat(9))
        );
    }

    #[test]
    fn an_excerpt_of_a_huge_body_tells_that_there_is_more() {
        let body = format!("short\n{}", "\n".repeat(150_000));
        assert_eq!(excerpt(&body, 100), "short…");
    }

    #[test]
    fn a_title_is_the_first_heading_or_line() {
        assert_eq!(
            propose_title("\nIntro\n\n## The *Real* Title ##\n"),
            "The Real Title"
        );
        assert_eq!(propose_title("---\n\n- first line\nsecond"), "first line");
        assert_eq!(propose_title(" \n"), "");
        assert!(propose_title(&"word ".repeat(100)).chars().count() <= TITLE_CHARS);
    }

    #[test]
    fn counts_are_those_a_person_would_give() {
        assert_eq!(
            count("Don't stop, naïve 世界"),
            Counts {
                words: 5,
                characters: 20
            }
        );
        assert_eq!(
            count("e\u{301}\u{1F469}\u{200D}\u{1F52C}"),
            Counts {
                words: 1,
                characters: 2
            }
        );
        assert_eq!(count(""), Counts::default());
    }

    proptest! {
        #[test]
        fn an_excerpt_keeps_its_length_and_its_line(body in any::<String>(), most in 1usize..80) {
            let text = excerpt(&body, most);
            prop_assert!(text.chars().count() <= most, "{:?}", text);
            prop_assert!(!text.contains('\n'));
        }

        #[test]
        fn plain_words_are_their_own_excerpt(words in "[a-z]{1,8}( [a-z]{1,8}){0,5}") {
            prop_assert_eq!(excerpt(&words, 200), words);
        }

        #[test]
        fn marks_of_any_kind_do_not_confuse_it(body in "[*_`~#>\\[\\]()!|\\\\a \n-]{0,80}") {
            prop_assert!(excerpt(&body, 40).chars().count() <= 40);
            prop_assert!(propose_title(&body).chars().count() <= TITLE_CHARS);
        }
    }
}
