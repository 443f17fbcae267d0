//! Reads runs of braces: where a placeholder begins and ends, and what its name and default are. Not the template's shape.

use super::template::{NAME_CHARS, Segment, Span, TemplateErrorKind};

pub(super) struct Parser<'a> {
    source: &'a str,
    text_from: usize,
    pub(super) segments: Vec<Segment>,
    pub(super) errors: Vec<(Span, TemplateErrorKind)>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            source,
            text_from: 0,
            segments: Vec::new(),
            errors: Vec::new(),
        }
    }

    fn from(&self, at: usize) -> &str {
        self.source.get(at..).unwrap_or_default()
    }

    /// Takes what was not taken yet as text.
    pub(super) fn text_until(&mut self, end: usize) {
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
    pub(super) fn run(&mut self, at: usize) -> usize {
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
