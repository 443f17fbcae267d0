//! Rewrites chosen foreign placeholders as `{{name}}`. Never anything else, and never what was not chosen.

use super::recognise::{Occurrence, Proposal, Style};

/// The text with every place of the chosen proposals rewritten. Places that do not fit the text (it was edited since) or that
/// overlap an earlier one are left as they are. With nothing chosen the text comes back as it is.
#[must_use]
pub fn convert<'a>(text: &str, chosen: impl IntoIterator<Item = &'a Proposal>) -> String {
    let mut places: Vec<(&Proposal, &Occurrence)> = Vec::new();
    for proposal in chosen {
        places.extend(proposal.occurrences.iter().map(|place| (proposal, place)));
    }
    places.sort_by_key(|(_, place)| place.span);
    let mut out = String::with_capacity(text.len().saturating_add(places.len().saturating_mul(4)));
    let mut at = 0;
    for (proposal, place) in places {
        let Some(between) = text
            .get(at..place.span.start)
            .filter(|_| still_there(text, proposal, place))
        else {
            continue;
        };
        out.push_str(between);
        push_placeholder(&mut out, &proposal.name, place.default.as_deref());
        at = place.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn still_there(text: &str, proposal: &Proposal, place: &Occurrence) -> bool {
    let (open, close) = match proposal.style {
        Style::Dollar => ("${", '}'),
        Style::Bracket => ("[", ']'),
        Style::Brace => ("{", '}'),
    };
    let inner = place
        .span
        .of(text)
        .strip_prefix(open)
        .and_then(|inner| inner.strip_suffix(close));
    let mut words = inner
        .unwrap_or_default()
        .split(':')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    proposal
        .name
        .split(' ')
        .all(|word| words.next() == Some(word))
        && words.next().is_none()
}

fn push_placeholder(out: &mut String, name: &str, default: Option<&str>) {
    out.push_str("{{");
    out.push_str(name);
    if let Some(default) = default {
        out.push(':');
        for c in default.chars() {
            if matches!(c, '{' | '}' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out.push_str("}}");
}
