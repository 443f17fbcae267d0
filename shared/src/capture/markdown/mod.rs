//! HTML to Markdown (CommonMark with GFM tables and strikethrough). Not a sanitiser of Markdown: raw HTML never gets in, because
//! only text, and links that [`super::url::resolve`] accepts, are written.

mod block;
mod escape;
mod inline;
mod list;
mod table;
#[cfg(test)]
mod tests;

use super::dom::{Dom, NodeId};

/// Structure nested deeper than this (lists, quotes, elements) is written as plain text.
const MAX_LEVEL: usize = 160;

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Write links as links; otherwise their text only.
    pub links: bool,
    /// Write images.
    pub images: bool,
    /// Take tracking parameters off links.
    pub strip_tracking: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            links: true,
            images: true,
            strip_tracking: true,
        }
    }
}

/// Nodes that are not to be written, with all below them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mask(Vec<bool>);

impl Mask {
    /// A mask over `dom` that hides nothing.
    pub(crate) fn new(dom: &Dom) -> Self {
        Self(vec![false; dom.len()])
    }

    pub(crate) fn hide(&mut self, id: NodeId) {
        if let Some(flag) = self.0.get_mut(id.index()) {
            *flag = true;
        }
    }

    pub(crate) fn hides(&self, id: NodeId) -> bool {
        self.0.get(id.index()).copied().unwrap_or(false)
    }
}

/// Converts a piece of HTML. `base` is what relative addresses are resolved against.
pub fn from_html(html: &str, base: &str, options: Options) -> String {
    let dom = Dom::parse(html);
    let mut mask = Mask::new(&dom);
    hide_controls(&dom, &mut mask);
    render(&dom, NodeId::ROOT, &mask, base, options)
}

/// Hides buttons, save those that are a heading's text (accordions): their words are not part of what a person selects.
pub(crate) fn hide_controls(dom: &Dom, mask: &mut Mask) {
    for id in dom
        .descendants(NodeId::ROOT)
        .filter(|&id| dom.tag(id) == "button")
    {
        let titles = |above: NodeId| {
            matches!(
                dom.tag(above),
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "summary"
            )
        };
        if !dom.ancestors(id).take(3).any(titles) {
            mask.hide(id);
        }
    }
}

/// Converts a subtree, less what the mask hides. The result has no leading or trailing blank lines.
pub(crate) fn render(dom: &Dom, root: NodeId, mask: &Mask, base: &str, options: Options) -> String {
    let mut writer = Writer {
        dom,
        mask,
        base,
        options,
        holds_block: holds_block(dom, mask),
        link: None,
        level: 0,
    };
    let blocks = writer.blocks_of(root);
    join(&blocks)
}

/// State of one conversion.
struct Writer<'a> {
    dom: &'a Dom,
    mask: &'a Mask,
    base: &'a str,
    options: Options,
    /// For each node, whether a block element lies below it.
    holds_block: Vec<bool>,
    /// Destination of a link around blocks, waiting for the first text in it.
    link: Option<String>,
    level: usize,
}

/// A written block. Blocks are set apart by a blank line, single items are not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    text: String,
    /// A list that may follow its item's text without a blank line.
    tight: bool,
    /// A list item on its own.
    item: bool,
}

impl Block {
    fn new(text: String) -> Self {
        Self {
            text,
            tight: false,
            item: false,
        }
    }
}

fn join(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut after_item = false;
    for block in blocks.iter().filter(|block| !block.text.is_empty()) {
        if !out.is_empty() {
            out.push_str(if block.item && after_item {
                "\n"
            } else {
                "\n\n"
            });
        }
        out.push_str(&block.text);
        after_item = block.item;
    }
    out
}

/// Text with every line but the first indented (blank lines stay empty).
fn indent(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let lead = if index == 0 { first } else { rest };
        out.push_str(if line.is_empty() {
            lead.trim_end()
        } else {
            lead
        });
        out.push_str(line);
    }
    out
}

/// True for elements that start a new block.
pub(crate) fn is_block(tag: &str) -> bool {
    matches!(
        tag,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "button"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "search"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "caption"
            | "ul"
    )
}

/// True for elements whose content is never part of a document's text.
pub(crate) fn is_silent(tag: &str) -> bool {
    matches!(
        tag,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "head"
            | "title"
            | "meta"
            | "link"
            | "svg"
            | "iframe"
            | "object"
            | "embed"
            | "canvas"
            | "audio"
            | "video"
            | "select"
            | "datalist"
            | "textarea"
            | "input"
            | "option"
            | "map"
            | "area"
            | "progress"
            | "meter"
            | "frameset"
            | "noframes"
            | "applet"
            | "dialog"
            | "rp"
            | "col"
            | "colgroup"
            | "base"
            | "param"
    )
}

fn holds_block(dom: &Dom, mask: &Mask) -> Vec<bool> {
    let mut holds = vec![false; dom.len()];
    for id in dom.descendants(NodeId::ROOT) {
        let tag = dom.tag(id);
        if !is_block(tag) || mask.hides(id) {
            continue;
        }
        for above in dom.ancestors(id) {
            match holds.get_mut(above.index()) {
                Some(flag) if !*flag => *flag = true,
                _ => break,
            }
        }
    }
    holds
}
