//! What a foreign placeholder looks like and what only looks like one, mark by mark. Not the walk through a text: that is `recognise`.

use super::recognise::{Confidence, Style};
use super::template::{Span, collapse, is_name};

/// Longest placeholder that is looked at, in bytes.
const MOST_BYTES: usize = 320;
/// Most words a name in brackets or braces may have: longer ones are sentences.
const MOST_WORDS: usize = 6;

/// A placeholder in a line.
pub(super) struct Candidate {
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) style: Style,
    pub(super) name: String,
    pub(super) default: Option<String>,
    pub(super) confidence: Confidence,
}

impl Candidate {
    /// Where it stands in the text, given where the line does.
    pub(super) fn span(&self, line: usize) -> Span {
        let start = line.saturating_add(self.at);
        Span {
            start,
            end: start.saturating_add(self.len),
        }
    }
}

/// What a mark is judged by.
pub(super) struct Place<'a> {
    /// The line before the mark, without its indentation.
    pub(super) before: &'a str,
    pub(super) prev: Option<char>,
    /// The line from the mark on.
    pub(super) rest: &'a str,
    pub(super) code: Code,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    None,
    Inline,
    Fence,
}

impl Place<'_> {
    /// What stands between the opening and the first `close`, and what follows.
    fn inner(&self, open: usize, close: u8) -> Option<(&str, &str)> {
        let body = self.rest.get(open..)?;
        let end = body.bytes().take(MOST_BYTES).position(|b| b == close)?;
        Some((body.get(..end)?, body.get(end.saturating_add(1)..)?))
    }

    /// After a backslash, or after braces after one, a placeholder would be read as literal.
    fn escaped(&self) -> bool {
        self.before.trim_end_matches('{').ends_with('\\')
    }

    fn found(&self, style: Style, name: String, after: &str, confidence: Confidence) -> Candidate {
        let len = self.rest.len().saturating_sub(after.len());
        Candidate {
            at: 0,
            len,
            style,
            name,
            default: None,
            confidence,
        }
    }
}

/// `${x}`; `${x:-y}` is a shell's.
pub(super) fn dollar(place: &Place) -> Option<Candidate> {
    let (inner, after) = place.inner(2, b'}')?;
    if place.escaped() || inner.contains('{') {
        return None;
    }
    let (name, default) = match inner.split_once(':') {
        Some((name, default)) => (name, Some(default.trim())),
        None => (inner, None),
    };
    let name = collapse(name);
    let shell = default.and_then(|default| default.strip_prefix(['-', '=', '?', '+']));
    if !is_name(&name) || !name.contains(char::is_alphabetic) {
        return None;
    }
    let confidence = match (place.code, shell.is_some(), default.is_some()) {
        (_, true, _) | (Code::Fence, _, false) => Confidence::Low,
        (Code::Fence, ..) | (Code::Inline, _, false) => Confidence::Medium,
        _ => Confidence::High,
    };
    let default = shell.or(default).map(str::to_owned);
    Some(Candidate {
        default,
        ..place.found(Style::Dollar, name, after, confidence)
    })
}

pub(super) fn bracket(place: &Place) -> Option<Candidate> {
    let (inner, after) = place.inner(1, b']')?;
    let joined = |c: char| {
        c.is_alphanumeric()
            || matches!(
                c,
                ']' | ')' | '}' | '!' | '\\' | '_' | '$' | '@' | '#' | '.' | '\''
            )
    };
    let alone = place.before.trim_end().is_empty();
    let definition = alone && after.starts_with(": ") && after.contains("://");
    let links = definition || after.starts_with(['(', '[']);
    if place.escaped() || place.prev.is_some_and(joined) || links {
        return None;
    }
    let name = words(inner)?;
    let list_item = alone || matches!(place.before.trim_end(), "-" | "*" | "+");
    if list_item && name.eq_ignore_ascii_case("x") {
        return None;
    }
    let letters = || name.chars().filter(|c| c.is_alphabetic());
    let shout = letters().count() >= 2 && letters().all(char::is_uppercase);
    let label = alone && (after.trim().is_empty() || after.trim_start().starts_with(':'));
    let confidence = match place.code {
        Code::Fence | Code::Inline if !shout && !asks(&name) => return None,
        Code::Fence | Code::Inline => Confidence::Low,
        Code::None if asks(&name) => Confidence::High,
        Code::None if is_role_or_type(&name) => Confidence::Low,
        Code::None if label && !name.contains(' ') => Confidence::Low,
        Code::None if shout && !alone => Confidence::High,
        Code::None => Confidence::Medium,
    };
    Some(place.found(Style::Bracket, name, after, confidence))
}

pub(super) fn brace(place: &Place) -> Option<Candidate> {
    let (inner, after) = place.inner(1, b'}')?;
    let joined = |c: char| {
        c.is_alphanumeric()
            || matches!(
                c,
                '{' | '}' | '$' | '\\' | '^' | '_' | '%' | '#' | '@' | ')' | '='
            )
    };
    if place.escaped()
        || place.prev.is_some_and(joined)
        || after.starts_with('}')
        || inner.trim() != inner
    {
        return None;
    }
    let name = words(inner)?;
    let confidence = match place.code {
        Code::Fence => return None,
        Code::Inline => Confidence::Low,
        Code::None if asks(&name) => Confidence::High,
        Code::None if name.chars().count() == 1 || is_role_or_type(&name) => Confidence::Low,
        Code::None => Confidence::Medium,
    };
    Some(place.found(Style::Brace, name, after, confidence))
}

/// The name that a text in brackets or braces can be: words with a letter, not a measure, a sentence or an explanation of the
/// notation.
fn words(inner: &str) -> Option<String> {
    if inner.contains(['\n', '\r']) {
        return None;
    }
    let name = collapse(inner);
    let count = name.split(' ').count();
    let explains = matches!(
        name.to_ascii_lowercase().as_str(),
        "like this" | "this" | "brackets" | "curly brackets" | "square brackets"
    );
    (is_name(&name)
        && count <= MOST_WORDS
        && name.contains(char::is_alphabetic)
        && !name.starts_with(char::is_numeric)
        && !explains)
        .then_some(name)
}

/// A name that tells its reader to fill it in.
fn asks(name: &str) -> bool {
    let first = name
        .split([' ', '_', '-'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let rest = name.len() > first.len();
    let verbs = [
        "insert", "enter", "your", "specify", "provide", "fill", "describe", "paste", "type",
        "target", "desired",
    ];
    rest && verbs.contains(&first.as_str())
}

fn is_role_or_type(name: &str) -> bool {
    const NAMES: [&str; 22] = [
        "human",
        "assistant",
        "user",
        "system",
        "tag",
        "todo",
        "info",
        "warning",
        "error",
        "note",
        "str",
        "int",
        "dict",
        "list",
        "bool",
        "float",
        "string",
        "number",
        "boolean",
        "object",
        "array",
        "any",
    ];
    NAMES.contains(&name.to_lowercase().as_str())
}
