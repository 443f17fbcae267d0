//! Finds placeholders of other notations, `${x}`, `[x]` and `{x}`, and proposes variables. It proposes only: see `convert`.

use super::notation::{Candidate, Code, Place, brace, bracket, dollar};
use super::template::{Segment, Span, analyse};
use super::variable::Variable;
use std::collections::BTreeMap;

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

#[cfg(test)]
#[path = "recognise_tests.rs"]
mod tests;
