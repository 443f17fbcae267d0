//! The template parser: text, escapes and placeholders with their spans. Not rendering, and never a rewrite of the text.

use std::collections::BTreeMap;
use std::fmt;

/// Longest name of a variable, in characters.
pub const NAME_CHARS: usize = 64;

/// A piece of the source, in bytes, end excluded; always at character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The text of the span; empty when it does not fit the source.
    #[must_use]
    pub fn of(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or_default()
    }
}

/// A stretch of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Text that stands for itself.
    Text {
        /// Where.
        span: Span,
    },
    /// An escape, or backslashes before a placeholder.
    Escape {
        /// Where.
        span: Span,
        /// What it stands for.
        text: String,
    },
    /// `{{name}}` or `{{name:default}}`.
    Placeholder {
        /// Where, braces included.
        span: Span,
        /// Where the name stands, without blanks around it.
        name_span: Span,
        /// The name, blanks inside collapsed to one.
        name: String,
        /// The default, without escapes and without blanks around it.
        default: Option<String>,
    },
}

impl Segment {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Text { span } | Self::Escape { span, .. } | Self::Placeholder { span, .. } => {
                *span
            }
        }
    }
}

/// A parsed template. Its segments cover the source without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub(super) source: String,
    pub(super) segments: Vec<Segment>,
}

/// A variable as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundVariable {
    /// The name.
    pub name: String,
    /// The first default that the text gives it.
    pub default: Option<String>,
    /// Where it is first named.
    pub span: Span,
    /// How often it stands in the text.
    pub count: usize,
}

impl Template {
    /// The text it was parsed from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its pieces, in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Its variables in order of first appearance, each once, with the first default given.
    #[must_use]
    pub fn variables(&self) -> Vec<FoundVariable> {
        let mut found: Vec<FoundVariable> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for segment in &self.segments {
            let Segment::Placeholder {
                name,
                default,
                name_span,
                ..
            } = segment
            else {
                continue;
            };
            let place = *places.entry(name).or_insert(found.len());
            if let Some(variable) = found.get_mut(place) {
                variable.count = variable.count.saturating_add(1);
                if variable.default.is_none() {
                    variable.default.clone_from(default);
                }
            } else {
                found.push(FoundVariable {
                    name: name.clone(),
                    default: default.clone(),
                    span: *name_span,
                    count: 1,
                });
            }
        }
        found
    }
}

/// What is wrong with a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateErrorKind {
    /// `{{` without `}}`, or with another `{{` before it.
    Unclosed,
    /// `{{}}`.
    EmptyName,
    /// A name with a character that names do not have.
    InvalidName,
    /// A name of more than [`NAME_CHARS`] characters.
    LongName,
}

/// A placeholder that cannot be read, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes from the beginning.
    pub offset: usize,
    /// What is wrong.
    pub kind: TemplateErrorKind,
    /// What to mark in an editor.
    pub span: Span,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TemplateErrorKind::Unclosed => "{{ has no }}: close it, or write \\{{ for two braces",
            TemplateErrorKind::EmptyName => {
                "the name is missing: write {{name}}, or \\{{ for two braces"
            }
            TemplateErrorKind::InvalidName => {
                "a name has letters, digits, _, - and blanks inside: rename it, or write \\{{ for two braces"
            }
            TemplateErrorKind::LongName => "the name is longer than 64 characters: shorten it",
        };
        write!(f, "line {}, column {}: {what}", self.line, self.column)
    }
}
impl std::error::Error for TemplateError {}

/// A template read as far as it can be: what is wrong stays as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    /// The template.
    pub template: Template,
    /// What is wrong, in order.
    pub errors: Vec<TemplateError>,
}

/// Parses a template.
///
/// # Errors
/// The first placeholder that cannot be read.
pub fn parse(source: &str) -> Result<Template, TemplateError> {
    let analysis = analyse(source);
    match analysis.errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(analysis.template),
    }
}

/// Parses a template that may be wrong, for editors and lists: a placeholder that cannot be read is text. Linear in the text.
#[must_use]
pub fn analyse(source: &str) -> Analysis {
    let mut parser = Parser {
        source,
        text_from: 0,
        segments: Vec::new(),
        errors: Vec::new(),
    };
    let mut at = 0;
    while let Some(found) = source.get(at..).and_then(|rest| rest.find("{{")) {
        at = parser.run(at.saturating_add(found));
    }
    parser.text_until(source.len());
    let errors = placed(source, parser.errors);
    let template = Template {
        source: source.to_owned(),
        segments: parser.segments,
    };
    Analysis { template, errors }
}

/// Makes any text literal: parsed and rendered, the result is the text.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let (head, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(head);
        let slashes = head.len().saturating_sub(head.trim_end_matches('\\').len());
        out.extend(std::iter::repeat_n('\\', slashes.saturating_add(1)));
        let braces = tail
            .len()
            .saturating_sub(tail.trim_start_matches('{').len());
        let (braces, tail) = tail.split_at_checked(braces).unwrap_or((tail, ""));
        out.push_str(braces);
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Line and column, both from 1, of ascending offsets, in one pass.
pub(super) fn places(
    source: &str,
    offsets: impl IntoIterator<Item = usize>,
) -> Vec<(usize, usize)> {
    let (mut at, mut line, mut column) = (0, 1usize, 1usize);
    let mut out = Vec::new();
    for offset in offsets {
        for c in source.get(at..offset).unwrap_or_default().chars() {
            (line, column) = if c == '\n' {
                (line.saturating_add(1), 1)
            } else {
                (line, column.saturating_add(1))
            };
        }
        at = offset.max(at);
        out.push((line, column));
    }
    out
}

fn placed(source: &str, errors: Vec<(Span, TemplateErrorKind)>) -> Vec<TemplateError> {
    let places = places(source, errors.iter().map(|(span, _)| span.start));
    let with_place = errors.into_iter().zip(places);
    with_place
        .map(|((span, kind), (line, column))| TemplateError {
            line,
            column,
            offset: span.start,
            kind,
            span,
        })
        .collect()
}

struct Parser<'a> {
    source: &'a str,
    text_from: usize,
    segments: Vec<Segment>,
    errors: Vec<(Span, TemplateErrorKind)>,
}

impl Parser<'_> {
    fn from(&self, at: usize) -> &str {
        self.source.get(at..).unwrap_or_default()
    }

    fn text_until(&mut self, end: usize) {
        if self.text_from < end {
            self.segments.push(Segment::Text {
                span: Span {
                    start: self.text_from,
                    end,
                },
            });
        }
        self.text_from = end;
    }

    fn escape(&mut self, start: usize, end: usize, text: String) {
        self.text_until(start);
        self.segments.push(Segment::Escape {
            span: Span { start, end },
            text,
        });
        self.text_from = end;
    }

    /// Reads a run of braces at `at`, and says where to go on.
    fn run(&mut self, at: usize) -> usize {
        let braces = run_length(self.from(at), '{');
        let after = at.saturating_add(braces);
        let before = self.source.get(self.text_from..at).unwrap_or_default();
        let slashes = before
            .len()
            .saturating_sub(before.trim_end_matches('\\').len());
        let start = at.saturating_sub(slashes);
        if slashes % 2 == 1 {
            self.escape(
                start,
                after,
                format!("{}{}", "\\".repeat(slashes / 2), "{".repeat(braces)),
            );
            return after;
        }
        let open = after.saturating_sub(2);
        match placeholder(self.source, open) {
            Ok(segment) => {
                if slashes > 0 {
                    self.escape(start, at, "\\".repeat(slashes / 2));
                }
                let end = segment.span().end;
                self.text_until(open);
                self.segments.push(segment);
                self.text_from = end;
                end
            }
            Err((span, kind)) => {
                self.errors.push((span, kind));
                after
            }
        }
    }
}

fn run_length(text: &str, c: char) -> usize {
    text.len().saturating_sub(text.trim_start_matches(c).len())
}

fn placeholder(source: &str, open: usize) -> Result<Segment, (Span, TemplateErrorKind)> {
    let inner_at = open.saturating_add(2);
    let inner = source.get(inner_at..).unwrap_or_default();
    let opening = Span {
        start: open,
        end: inner_at,
    };
    let close = closing(inner).ok_or((opening, TemplateErrorKind::Unclosed))?;
    let span = Span {
        start: open,
        end: inner_at.saturating_add(close).saturating_add(2),
    };
    let inner = inner.get(..close).unwrap_or_default();
    let (raw_name, default) = match inner.split_once(':') {
        Some((name, default)) => (name, Some(unescape(default))),
        None => (inner, None),
    };
    let name = collapse(raw_name);
    name_error(&name, raw_name).map_or(Ok(()), |kind| Err((span, kind)))?;
    let start = inner_at.saturating_add(raw_name.len().saturating_sub(raw_name.trim_start().len()));
    let name_span = Span {
        start,
        end: start.saturating_add(raw_name.trim().len()),
    };
    Ok(Segment::Placeholder {
        span,
        name_span,
        name,
        default,
    })
}

/// Where the closing braces stand. A second opening ends the search, so that no text is searched twice.
fn closing(inner: &str) -> Option<usize> {
    let mut chars = inner.char_indices().peekable();
    let mut in_default = false;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        match (c, next) {
            ('}', Some('}')) => return Some(at),
            ('{', Some('{')) => return None,
            ('\\', Some('{' | '}' | '\\')) if in_default => {
                chars.next();
            }
            (':', _) => in_default = true,
            _ => {}
        }
    }
    None
}

fn unescape(default: &str) -> String {
    let mut out = String::with_capacity(default.len());
    let mut chars = default.trim().chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = chars.next_if(|next| c == '\\' && matches!(next, '{' | '}' | '\\'));
        out.push(escaped.unwrap_or(c));
    }
    out
}

pub(super) fn collapse(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn name_error(name: &str, raw: &str) -> Option<TemplateErrorKind> {
    if name.is_empty() {
        Some(TemplateErrorKind::EmptyName)
    } else if !name.chars().all(is_name_char) || raw.trim().contains(['\n', '\r']) {
        Some(TemplateErrorKind::InvalidName)
    } else if name.chars().count() > NAME_CHARS {
        Some(TemplateErrorKind::LongName)
    } else {
        None
    }
}

/// True for a text that can stand as a name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    name_error(text, text).is_none() && collapse(text) == text
}

pub(super) fn is_name_char(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '_' | '-' | ' ' | '\u{200C}' | '\u{200D}')
        || unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
