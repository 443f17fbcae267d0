//! Puts values into a template. Values are never read as templates themselves.

use super::template::{Segment, Span, Template, places};
use std::collections::BTreeMap;
use std::fmt;

/// A placeholder that got no value and has no default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingValue {
    /// The variable.
    pub name: String,
    /// Line of its first placeholder, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Where that placeholder stands.
    pub span: Span,
}

/// A template that could not be rendered: every variable without a value, each once, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    /// Never empty.
    pub missing: Vec<MissingValue>,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("give a value for ")?;
        for (i, missing) in self.missing.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(
                f,
                "{comma}{} (line {}, column {})",
                missing.name, missing.line, missing.column
            )?;
        }
        Ok(())
    }
}
impl std::error::Error for RenderError {}

impl Template {
    /// The text with each placeholder replaced by its value, else by its own default, else by the first default the text gives
    /// that variable. An empty value is a value. Escapes become what they stand for.
    ///
    /// # Errors
    /// Names every variable that has neither.
    pub fn render(&self, values: &BTreeMap<String, String>) -> Result<String, RenderError> {
        self.render_with(|name| values.get(name).map(String::as_str))
    }

    /// Bytes of the rendered text, or a little more: what has no value counts as nothing, and escapes as they are written.
    #[must_use]
    pub fn length(&self, values: &BTreeMap<String, String>) -> usize {
        let of = |segment: &Segment| match segment {
            Segment::Placeholder { name, default, .. } => {
                let value = values.get(name).or(default.as_ref());
                value.map_or(0, String::len)
            }
            Segment::Text { span } => span.of(&self.source).len(),
            Segment::Escape { text, .. } => text.len(),
        };
        let lengths = self.segments.iter().map(of);
        lengths.fold(0, usize::saturating_add)
    }

    /// As [`Template::render`], with any way to look a value up.
    ///
    /// # Errors
    /// Names every variable that has neither value nor default.
    pub fn render_with<'v>(
        &self,
        lookup: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<String, RenderError> {
        let found = self.variables();
        let defaults: BTreeMap<&str, &str> = found
            .iter()
            .filter_map(|v| Some((v.name.as_str(), v.default.as_deref()?)))
            .collect();
        let mut out = String::with_capacity(self.source.len());
        let mut missing: BTreeMap<&str, Span> = BTreeMap::new();
        for segment in &self.segments {
            match segment {
                Segment::Text { span } => out.push_str(span.of(&self.source)),
                Segment::Escape { text, .. } => out.push_str(text),
                Segment::Placeholder {
                    name,
                    default,
                    span,
                    ..
                } => {
                    let value = lookup(name)
                        .or(default.as_deref())
                        .or_else(|| defaults.get(name.as_str()).copied());
                    match value {
                        Some(value) => out.push_str(value),
                        None => {
                            missing.entry(name).or_insert(*span);
                        }
                    }
                }
            }
        }
        if missing.is_empty() {
            Ok(out)
        } else {
            Err(self.missing(missing))
        }
    }

    fn missing(&self, missing: BTreeMap<&str, Span>) -> RenderError {
        let mut in_order: Vec<_> = missing.into_iter().collect();
        in_order.sort_by_key(|(_, span)| *span);
        let places = places(&self.source, in_order.iter().map(|(_, span)| span.start));
        let named = in_order.into_iter().zip(places);
        let missing = named
            .map(|((name, span), (line, column))| MissingValue {
                name: name.to_owned(),
                line,
                column,
                span,
            })
            .collect();
        RenderError { missing }
    }
}
