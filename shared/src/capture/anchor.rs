//! Where a saved passage stood in its page: a text-quote anchor, finding it again, and the link that scrolls to it.
//! Not a DOM range: it survives changes of markup, and refuses to guess.

use serde::{Deserialize, Serialize};

use super::snapshot::SelectionSnapshot;
use super::url::push_escape;

/// Characters of context kept on each side.
pub const CONTEXT_CHARS: usize = 48;
/// A unique match shorter than this needs context that agrees: short quotes recur by chance.
const SELF_EVIDENT_CHARS: usize = 24;
/// Characters of context that must agree for a short or repeated quote.
const AGREEING_CHARS: usize = 6;

/// A passage by its own words and those around it (the `TextQuoteSelector` of the Web Annotation model, plus a position).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Anchor {
    /// The passage itself.
    pub exact: String,
    /// Text just before it, up to [`CONTEXT_CHARS`] characters.
    pub prefix: String,
    /// Text just after it, up to [`CONTEXT_CHARS`] characters.
    pub suffix: String,
    /// Offset in the page's text when it was saved, in UTF-16 code units. It orders passages; it never decides where one is.
    pub position: u64,
}

/// The answer of [`Anchor::locate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Located {
    /// The passage, as byte offsets into the text that was searched.
    Found {
        /// First byte.
        start: usize,
        /// Byte after the last.
        end: usize,
    },
    /// The passage occurs more than once and the context does not tell which is meant.
    Ambiguous,
    /// The passage is not there any more.
    Orphan,
}

impl Anchor {
    /// Anchor of `text[start..end]` (bytes). `None` when that is no passage: out of range, inside a character, or blank.
    pub fn new(text: &str, start: usize, end: usize) -> Option<Self> {
        let exact = text
            .get(start..end)
            .filter(|exact| !exact.trim().is_empty())?;
        let before = text.get(..start)?;
        let position = before.encode_utf16().count();
        Some(Self {
            exact: exact.to_owned(),
            prefix: last_chars(before, CONTEXT_CHARS).to_owned(),
            suffix: first_chars(text.get(end..)?, CONTEXT_CHARS).to_owned(),
            position: u64::try_from(position).unwrap_or(u64::MAX),
        })
    }

    /// Anchor of what a person selected. `None` when the selection is blank.
    pub fn of_selection(selection: &SelectionSnapshot) -> Option<Self> {
        if selection.text.trim().is_empty() {
            return None;
        }
        Some(Self {
            exact: selection.text.clone(),
            prefix: last_chars(&selection.prefix, CONTEXT_CHARS).to_owned(),
            suffix: first_chars(&selection.suffix, CONTEXT_CHARS).to_owned(),
            position: selection.start,
        })
    }

    /// Finds the passage in `text`: exactly, else with runs of blanks taken as one. Among several occurrences the one whose
    /// context agrees best is taken; when two agree equally well, or none agrees, the answer is [`Located::Ambiguous`].
    pub fn locate(&self, text: &str) -> Located {
        if self.exact.trim().is_empty() {
            return Located::Orphan;
        }
        let exact: Vec<(usize, usize)> = occurrences(text, &self.exact)
            .map(|start| (start, start + self.exact.len()))
            .collect();
        if !exact.is_empty() {
            return self.choose(text, &exact);
        }
        let folded = Folded::new(text);
        let quote = Folded::new(&self.exact);
        let quote = quote.text.trim();
        let spans: Vec<(usize, usize)> = occurrences(&folded.text, quote)
            .filter_map(|start| folded.span(start, start + quote.len()))
            .collect();
        self.choose(text, &spans)
    }

    fn choose(&self, text: &str, spans: &[(usize, usize)]) -> Located {
        let scored = spans
            .iter()
            .map(|&(start, end)| (self.agreement(text, start, end), start, end));
        let mut best: Option<(usize, usize, usize)> = None;
        let mut tied = false;
        for candidate in scored {
            match best {
                Some(held) if candidate.0 == held.0 => tied = true,
                Some(held) if candidate.0 < held.0 => {}
                _ => {
                    best = Some(candidate);
                    tied = false;
                }
            }
        }
        let Some((score, start, end)) = best else {
            return Located::Orphan;
        };
        let solid = |c: &char| !c.is_whitespace();
        let context = self
            .prefix
            .chars()
            .chain(self.suffix.chars())
            .filter(solid)
            .count();
        let needed = AGREEING_CHARS.min(context);
        if spans.len() > 1 {
            return if tied || score < needed.max(1) {
                Located::Ambiguous
            } else {
                Located::Found { start, end }
            };
        }
        if self.exact.trim().chars().count() < SELF_EVIDENT_CHARS && score < needed {
            return Located::Orphan;
        }
        Located::Found { start, end }
    }

    /// Number of context characters, blanks apart, that agree outward from the passage.
    fn agreement(&self, text: &str, start: usize, end: usize) -> usize {
        let solid = |c: &char| !c.is_whitespace();
        let before = text
            .get(..start)
            .unwrap_or_default()
            .chars()
            .rev()
            .filter(solid);
        let after = text.get(end..).unwrap_or_default().chars().filter(solid);
        let prefix = self.prefix.chars().rev().filter(solid);
        let suffix = self.suffix.chars().filter(solid);
        prefix.zip(before).take_while(|(a, b)| a == b).count()
            + suffix.zip(after).take_while(|(a, b)| a == b).count()
    }
}

/// The address with a text directive that scrolls to the passage and marks it: `#:~:text=[prefix-,]start[,end][,-suffix]`
/// (WICG scroll-to-text-fragment). A long passage or one over several lines is given by its first and last words; context is
/// added to a short one only, because each term must lie within one block of the page.
pub fn text_fragment_link(url: &str, anchor: &Anchor) -> String {
    let base = url.split_once(":~:").map_or(url, |(before, _)| before);
    let base = base.strip_suffix('#').unwrap_or(base);
    let Some(directive) = directive(anchor) else {
        return base.to_owned();
    };
    let hash = if base.contains('#') { "" } else { "#" };
    format!("{base}{hash}:~:text={directive}")
}

fn directive(anchor: &Anchor) -> Option<String> {
    let exact = anchor.exact.trim();
    let lines: Vec<&str> = exact
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let (first, last) = (*lines.first()?, *lines.last()?);
    let words: Vec<&str> = exact.split_whitespace().collect();
    if lines.len() > 1 || exact.chars().count() > 200 {
        let start = some_words(first, 6, false);
        let end = some_words(last, 6, true);
        if lines.len() > 1 || words.len() > 12 {
            return Some(format!("{},{}", encode(&start), encode(&end)));
        }
        return Some(encode(first));
    }
    let mut out = String::new();
    if words.len() < 5 {
        let prefix = anchor.prefix.lines().next_back().unwrap_or_default();
        let prefix = some_words(prefix, 4, true);
        if !prefix.is_empty() && anchor.prefix.ends_with(char::is_whitespace) {
            out.push_str(&encode(&prefix));
            out.push_str("-,");
        }
    }
    out.push_str(&encode(exact));
    if words.len() < 5 && anchor.suffix.starts_with(char::is_whitespace) {
        let suffix = some_words(
            anchor
                .suffix
                .trim_start_matches(' ')
                .lines()
                .next()
                .unwrap_or_default(),
            4,
            false,
        );
        if !suffix.is_empty() {
            out.push_str(",-");
            out.push_str(&encode(&suffix));
        }
    }
    Some(out)
}

/// Up to `count` whole words from the start or the end of a line; a word cut by the limit of the context is left out by the caller's count.
fn some_words(line: &str, count: usize, from_end: bool) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let skip = if from_end {
        words.len().saturating_sub(count)
    } else {
        0
    };
    words
        .into_iter()
        .skip(skip)
        .take(count)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Percent-encodes all but unreserved characters, and `-` too, since `-`, `,` and `&` are the directive's syntax.
fn encode(term: &str) -> String {
    let mut out = String::with_capacity(term.len());
    for byte in term.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            push_escape(&mut out, byte);
        }
    }
    out
}

fn first_chars(text: &str, count: usize) -> &str {
    let end = text
        .char_indices()
        .nth(count)
        .map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

fn last_chars(text: &str, count: usize) -> &str {
    let start = text
        .char_indices()
        .rev()
        .nth(count.saturating_sub(1))
        .map_or(0, |(at, _)| at);
    text.get(start..).unwrap_or(text)
}

/// Start offsets of all occurrences, overlapping ones included.
fn occurrences<'a>(text: &'a str, quote: &'a str) -> impl Iterator<Item = usize> + 'a {
    let step = quote.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        if quote.is_empty() {
            return None;
        }
        let at = from + text.get(from..)?.find(quote)?;
        from = at + step;
        Some(at)
    })
}

/// A text with runs of blanks made one space, and the way back to its offsets.
struct Folded {
    text: String,
    /// For each byte of `text`, the offset of its source.
    origin: Vec<usize>,
    source_len: usize,
}

impl Folded {
    fn new(source: &str) -> Self {
        let mut folded = Self {
            text: String::new(),
            origin: Vec::new(),
            source_len: source.len(),
        };
        let mut blank = false;
        for (at, c) in source.char_indices() {
            let space = c.is_whitespace();
            if space && blank {
                continue;
            }
            blank = space;
            let c = if space { ' ' } else { c };
            folded.text.push(c);
            folded.origin.extend(std::iter::repeat_n(at, c.len_utf8()));
        }
        folded
    }

    fn span(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let from = *self.origin.get(start)?;
        let to = self.origin.get(end).copied().unwrap_or(self.source_len);
        Some((from, to))
    }
}

#[cfg(test)]
#[path = "anchor_tests.rs"]
mod tests;
