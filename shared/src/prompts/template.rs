//! The template parser: text, escapes and placeholders with their spans. Not rendering, and never a rewrite of the text.

use super::parser::Parser;
pub(super) use super::parser::collapse;
pub use super::parser::is_name;
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
    let mut parser = Parser::new(source);
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

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
