//! Finds text that a reader of the page cannot see, so that it is not captured with what they do see, and reports it.
//! The usual place of hidden instructions to language models. Not a judge of what the text says.

use super::dom::{Dom, NodeId};
use super::invisible;
use super::markdown::{Mask, is_silent};
use super::snapshot::CONCEALED;

/// Excerpts kept for the report.
pub const MAX_EXCERPTS: usize = 5;
/// Characters kept of each excerpt.
pub const EXCERPT_CHARS: usize = 120;

/// A concealed element and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) element: NodeId,
    pub(crate) text: String,
}

/// Hides concealed elements in `mask`; the passages with any text, in document order.
///
/// Concealed are elements that the serialiser marked, those with the `hidden` attribute, and those whose inline style hides them.
/// When the markup declares most of a page's words hidden, no browser has rendered it yet (scripts reveal such pages), and only
/// the serialiser's marks count.
pub(crate) fn hide_concealed(dom: &Dom, mask: &mut Mask) -> Vec<Passage> {
    let (mut passages, seen) = collect(dom, true);
    let hidden: usize = passages
        .iter()
        .filter(|passage| dom.attr(passage.element, CONCEALED).is_none())
        .map(|passage| passage.text.split(' ').count())
        .sum();
    if hidden > seen.saturating_mul(2).max(200) {
        (passages, _) = collect(dom, false);
    }
    for passage in &passages {
        mask.hide(passage.element);
    }
    passages.retain(|passage| !passage.text.is_empty());
    passages
}

/// The topmost concealed elements, and the number of words outside them.
fn collect(dom: &Dom, trust_markup: bool) -> (Vec<Passage>, usize) {
    let mut passages = Vec::new();
    let mut seen = 0usize;
    let mut at = Some(NodeId::ROOT);
    while let Some(id) = at {
        let tag = dom.tag(id);
        let concealed = dom.is_element(id)
            && is_concealed(dom, id, trust_markup)
            && !matches!(tag, "html" | "body" | "head");
        if concealed {
            passages.push(Passage {
                element: id,
                text: speech(dom, id),
            });
        }
        seen += dom
            .text(id)
            .map_or(0, |text| text.split_whitespace().count());
        at = dom.following(id, NodeId::ROOT, concealed || is_silent(tag));
    }
    (passages, seen)
}

fn is_concealed(dom: &Dom, id: NodeId, trust_markup: bool) -> bool {
    let hidden = || {
        dom.attr(id, "hidden")
            .is_some_and(|value| !value.eq_ignore_ascii_case("until-found"))
    };
    let styled = || dom.attr(id, "style").is_some_and(style_conceals);
    dom.attr(id, CONCEALED).is_some() || (trust_markup && (hidden() || styled()))
}

/// True when declarations of an inline style hide the element's text.
fn style_conceals(style: &str) -> bool {
    let mut clipped = false;
    let mut nothing = false;
    let mut colours = [None, None];
    for declaration in style.split(';') {
        let Some((name, value)) = declaration.split_once(':') else {
            continue;
        };
        let name = name.trim().to_ascii_lowercase();
        let value = value
            .trim()
            .trim_end_matches("!important")
            .trim()
            .to_ascii_lowercase();
        let zero = || number_of(&value).is_some_and(|number| number == 0.0);
        match name.as_str() {
            "display" if value == "none" => return true,
            "visibility" if matches!(value.as_str(), "hidden" | "collapse") => return true,
            "opacity" if zero() => return true,
            "font-size"
                if number_of(&value).is_some_and(|number| {
                    number == 0.0 || (value.ends_with("px") && number < 2.0)
                }) =>
            {
                return true;
            }
            "text-indent" | "left" | "top" | "margin-left"
                if number_of(&value).is_some_and(|number| number <= -900.0) =>
            {
                return true;
            }
            "clip" if value.starts_with("rect(0") || value.starts_with("rect(1px") => return true,
            "clip-path" if value.starts_with("inset(50%") || value.starts_with("inset(100%") => {
                return true;
            }
            "overflow" if value == "hidden" => clipped = true,
            "width" | "height" | "max-height" if zero() => nothing = true,
            "color" if value == "transparent" => return true,
            "color" => colours[0] = Some(colour(&value)),
            "background" | "background-color" => colours[1] = Some(colour(&value)),
            _ => {}
        }
    }
    (clipped && nothing) || matches!(&colours, [Some(text), Some(ground)] if text == ground)
}

fn number_of(value: &str) -> Option<f64> {
    let end = value
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-'))
        .unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

/// A colour in one spelling, for the few that are spelled in several ways.
fn colour(value: &str) -> String {
    match value {
        "white" | "#fff" | "#ffffff" | "rgb(255,255,255)" | "rgb(255, 255, 255)" => {
            "#fff".to_owned()
        }
        "black" | "#000" | "#000000" | "rgb(0,0,0)" | "rgb(0, 0, 0)" => "#000".to_owned(),
        other => other.to_owned(),
    }
}

/// The words of a subtree, blanks collapsed.
fn speech(dom: &Dom, id: NodeId) -> String {
    let mut out = String::new();
    let mut at = Some(id);
    while let Some(node) = at {
        let skip = is_silent(dom.tag(node));
        if let Some(text) = dom.text(node) {
            for word in text.split_whitespace() {
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(word);
            }
        }
        at = dom.following(node, id, skip);
    }
    if out.chars().any(char::is_alphanumeric) {
        out
    } else {
        String::new()
    }
}

/// A passage cut to [`EXCERPT_CHARS`], for showing.
pub(crate) fn excerpt(text: &str) -> String {
    let plain = invisible::reveal(text).text;
    match plain.char_indices().nth(EXCERPT_CHARS) {
        Some((end, _)) => format!("{}…", plain.get(..end).unwrap_or_default().trim_end()),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passages(html: &str) -> Vec<String> {
        let dom = Dom::parse(html);
        let mut mask = Mask::new(&dom);
        hide_concealed(&dom, &mut mask)
            .into_iter()
            .map(|passage| passage.text)
            .collect()
    }

    #[test]
    fn marked_hidden_and_styled_away_elements_are_found_once() {
        let html = r#"<p>seen</p><div data-krowoc-concealed="opacity">one <b hidden>inner</b></div><p hidden>two</p>
            <p style="DISPLAY: none !important">three</p><p style="position:absolute;left:-9999px">four</p>
            <p style="color:#fff;background:white">five</p><p style="font-size:1px">six</p><p style="overflow:hidden;height:0">seven</p>
            <p hidden="until-found">kept</p><p style="color:red">kept</p><p aria-hidden="true">kept</p><div hidden> </div>"#;
        assert_eq!(
            passages(html),
            ["one inner", "two", "three", "four", "five", "six", "seven"]
        );
    }

    #[test]
    fn a_document_hidden_as_a_whole_is_not_thrown_away() {
        assert!(
            passages(
                r#"<html style="opacity:0"><body style="display:none"><p>x</p></body></html>"#
            )
            .is_empty()
        );
    }

    #[test]
    fn a_page_that_scripts_have_not_revealed_yet_is_read_all_the_same_but_marks_count() {
        let text = "word ".repeat(300);
        let html = format!(
            "<p>Loading</p><div hidden><p>{text}</p><p data-krowoc-concealed='opacity'>secret</p></div>"
        );
        assert_eq!(passages(&html), ["secret"]);
    }

    #[test]
    fn an_excerpt_is_cut_by_characters_and_shows_no_invisible_ones() {
        let long = "ż".repeat(200);
        assert_eq!(excerpt(&long).chars().count(), EXCERPT_CHARS + 1);
        assert_eq!(excerpt("a\u{200B}b"), "ab");
    }
}
