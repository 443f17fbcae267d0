//! Finds placeholders of other notations, `${x}`, `[x]` and `{x}`, and proposes variables. It proposes only: see `convert`.

use super::template::{Segment, Span, analyse, collapse, is_name};
use super::variable::Variable;
use std::collections::BTreeMap;

/// Longest placeholder that is looked at, in bytes.
const MOST_BYTES: usize = 320;
/// Most words a name in brackets or braces may have: longer ones are sentences.
const MOST_WORDS: usize = 6;

/// The notation of a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// `${x}` and `${x:default}`.
    Dollar,
    /// `[x]`.
    Bracket,
    /// `{x}`.
    Brace,
}

/// How likely it is that a person meant a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Looks like code, a heading or a label; worth showing, not worth choosing unasked.
    Low,
    /// A name in running text.
    Medium,
    /// Nothing else is written this way.
    High,
}

/// One place of a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Where, marks included.
    pub span: Span,
    /// The default given here.
    pub default: Option<String>,
}

/// A variable that the text seems to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// A valid name: what stands between the marks, blanks collapsed.
    pub name: String,
    /// The notation.
    pub style: Style,
    /// That of its most likely place.
    pub confidence: Confidence,
    /// Every place, in order; never empty.
    pub occurrences: Vec<Occurrence>,
}

impl Proposal {
    /// The first default that the text gives.
    #[must_use]
    pub fn default(&self) -> Option<&str> {
        self.occurrences
            .iter()
            .find_map(|place| place.default.as_deref())
    }

    /// The variable it would become.
    #[must_use]
    pub fn variable(&self) -> Variable {
        let default = self.default().map(str::to_owned);
        Variable {
            required: default.is_none(),
            default,
            ..Variable::text(self.name.clone())
        }
    }
}

/// Finds placeholders of other notations, in order of first appearance. Linear in the text.
///
/// Left out: what stands in a `{{placeholder}}`, after a backslash, or is a Markdown link, image, link definition, footnote,
/// citation or checkbox, an index, a list of values, JSON, a format directive or markup such as `\frac{a}{b}`.
#[must_use]
pub fn recognise(text: &str) -> Vec<Proposal> {
    let template = analyse(text).template;
    let mut taken = template
        .segments()
        .iter()
        .filter_map(|segment| match segment {
            Segment::Placeholder { span, .. } | Segment::Escape { span, .. } => Some(*span),
            Segment::Text { .. } => None,
        });
    let mut blocked = taken.next();
    let mut found: Vec<Proposal> = Vec::new();
    let mut places: BTreeMap<(Style, String), usize> = BTreeMap::new();
    let mut fenced = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fenced = !fenced;
        } else {
            for candidate in in_line(line, fenced) {
                let span = candidate.span(start);
                while blocked.is_some_and(|block| block.end <= span.start) {
                    blocked = taken.next();
                }
                if blocked.is_none_or(|block| span.end <= block.start) {
                    add(&mut found, &mut places, candidate, span);
                }
            }
        }
        start = start.saturating_add(line.len());
    }
    found
}

struct Candidate {
    at: usize,
    len: usize,
    style: Style,
    name: String,
    default: Option<String>,
    confidence: Confidence,
}

impl Candidate {
    fn span(&self, line: usize) -> Span {
        let start = line.saturating_add(self.at);
        Span {
            start,
            end: start.saturating_add(self.len),
        }
    }
}

fn add(
    found: &mut Vec<Proposal>,
    places: &mut BTreeMap<(Style, String), usize>,
    candidate: Candidate,
    span: Span,
) {
    let Candidate {
        style,
        name,
        default,
        confidence,
        ..
    } = candidate;
    let place = *places.entry((style, name.clone())).or_insert(found.len());
    let occurrence = Occurrence { span, default };
    if let Some(proposal) = found.get_mut(place) {
        proposal.confidence = proposal.confidence.max(confidence);
        proposal.occurrences.push(occurrence);
    } else {
        found.push(Proposal {
            name,
            style,
            confidence,
            occurrences: vec![occurrence],
        });
    }
}

/// What a mark is judged by.
struct Place<'a> {
    /// The line before the mark, without its indentation.
    before: &'a str,
    prev: Option<char>,
    /// The line from the mark on.
    rest: &'a str,
    code: Code,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Code {
    None,
    Inline,
    Fence,
}

fn in_line(line: &str, fenced: bool) -> Vec<Candidate> {
    let mut out = Vec::new();
    let indent = line.len().saturating_sub(line.trim_start().len());
    let (mut at, mut ticks, mut prev) = (0usize, 0usize, None);
    while let Some((before, rest)) = line.split_at_checked(at)
        && let Some(c) = rest.chars().next()
    {
        let code = match (fenced, ticks % 2) {
            (true, _) => Code::Fence,
            (false, 1) => Code::Inline,
            _ => Code::None,
        };
        let place = Place {
            before: before.get(indent..).unwrap_or_default(),
            prev,
            rest,
            code,
        };
        let candidate = match c {
            '$' if rest.starts_with("${") => dollar(&place),
            '[' => bracket(&place),
            '{' => brace(&place),
            _ => None,
        };
        ticks = ticks.saturating_add(usize::from(c == '`'));
        let step = candidate
            .as_ref()
            .map_or(c.len_utf8(), |candidate| candidate.len);
        prev = line
            .get(..at.saturating_add(step))
            .and_then(|read| read.chars().next_back());
        out.extend(candidate.map(|candidate| Candidate { at, ..candidate }));
        at = at.saturating_add(step);
    }
    out
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
fn dollar(place: &Place) -> Option<Candidate> {
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

fn bracket(place: &Place) -> Option<Candidate> {
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

fn brace(place: &Place) -> Option<Candidate> {
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

#[cfg(test)]
#[path = "recognise_tests.rs"]
mod tests;
