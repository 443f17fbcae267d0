//! Finds a page's main content. Not per-site rules: only what holds for pages in general.

use super::dom::{Dom, NodeId};
use super::markdown::{Mask, is_silent};

/// Hides everything but the main content; the element that holds all of it.
pub(crate) fn hide_boilerplate(dom: &Dom, mask: &mut Mask, _url: &str) -> NodeId {
    let mut at = Some(NodeId::ROOT);
    while let Some(id) = at {
        let chrome = matches!(dom.tag(id), "nav" | "footer" | "aside" | "form");
        if chrome {
            mask.hide(id);
        }
        at = dom.following(id, NodeId::ROOT, chrome);
    }
    NodeId::ROOT
}

/// True when an element belongs to the page's frame: navigation, header, footer, dialogs.
pub(crate) fn is_chrome(dom: &Dom, id: NodeId) -> bool {
    std::iter::once(id).chain(dom.ancestors(id)).any(|node| {
        matches!(
            dom.tag(node),
            "nav" | "footer" | "aside" | "dialog" | "form" | "menu"
        )
    })
}

/// The main content of a page as plain text, a line a block.
pub fn main_text(html: &str, url: &str) -> String {
    let dom = Dom::parse(html);
    let mut mask = Mask::new(&dom);
    super::conceal::hide_concealed(&dom, &mut mask);
    hide_boilerplate(&dom, &mut mask, url);
    visible(&dom, &mask)
}

fn visible(dom: &Dom, mask: &Mask) -> String {
    let mut out = String::new();
    let mut at = Some(NodeId::ROOT);
    while let Some(id) = at {
        let skip = mask.hides(id) || is_silent(dom.tag(id));
        if !skip {
            if let Some(text) = dom.text(id) {
                out.push_str(text);
            } else if super::markdown::is_block(dom.tag(id)) || dom.tag(id) == "br" {
                out.push('\n');
            }
        }
        at = dom.following(id, NodeId::ROOT, skip);
    }
    out
}
