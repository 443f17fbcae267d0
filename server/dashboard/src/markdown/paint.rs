//! Puts a tree on the page and changes only what changed: one element for each node. Not reactive, and not the parser.

use super::code::{Ink, Inker};
use super::tree::{Block, Node, inline_image, safe_link};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::document as words;
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

const SVG: &str = "http://www.w3.org/2000/svg";

type Made<T> = Result<T, JsValue>;

/// Shows `new` where `old` stands, from the child at `base` on. What is equal stays as it is on the page, a selection in it too.
pub fn patch(parent: &web_sys::Node, base: usize, old: &[Node], new: &[Node]) {
    // A page that refuses an element has nothing better to show instead.
    let _ = try_patch(parent, base, old, new);
}

fn try_patch(parent: &web_sys::Node, base: usize, old: &[Node], new: &[Node]) -> Made<()> {
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let mut from = same;
    let children = parent.child_nodes();
    if let (Some(a), Some(b)) = (old.get(same), new.get(same))
        && let Some(child) = children.item(index(base.saturating_add(same)))
        && update(&child, a, b)?
    {
        from = from.saturating_add(1);
    }
    let keep = index(base.saturating_add(from));
    while children.length() > keep
        && let Some(last) = parent.last_child()
    {
        parent.remove_child(&last)?;
    }
    for node in new.get(from..).unwrap_or_default() {
        parent.append_child(&make(node)?)?;
    }
    Ok(())
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Changes a node's element into that of another of its kind; false when it must be made anew.
fn update(child: &web_sys::Node, old: &Node, new: &Node) -> Made<bool> {
    match (old, new) {
        (Node::Text(_), Node::Text(text)) => child.set_node_value(Some(text)),
        (Node::Element(a, old), Node::Element(b, new)) if a == b => {
            let Some(inside) = inside(child, *b) else {
                return Ok(false);
            };
            try_patch(&inside, 0, old, new)?;
        }
        (Node::Link(a, old), Node::Link(b, new)) if a == b => try_patch(child, 0, old, new)?,
        (Node::CodeBlock(a, old), Node::CodeBlock(b, new)) if a == b => {
            let code = child
                .dyn_ref::<Element>()
                .and_then(|it| it.query_selector("code").ok().flatten());
            let Some(code) = code else { return Ok(false) };
            lines(&code, b, old, new)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Where the children of an element are.
fn inside(child: &web_sys::Node, block: Block) -> Option<web_sys::Node> {
    match block {
        // A box that scrolls, the table, its body.
        Block::Table => child.first_child()?.first_child(),
        _ => Some(child.clone()),
    }
}

fn element(name: &str, attributes: &[(&str, &str)]) -> Made<Element> {
    let made = document().create_element(name)?;
    for (name, value) in attributes {
        made.set_attribute(name, value)?;
    }
    Ok(made)
}

fn all(parent: Element, children: &[Node]) -> Made<Element> {
    for child in children {
        parent.append_child(&make(child)?)?;
    }
    Ok(parent)
}

fn make(node: &Node) -> Made<web_sys::Node> {
    let made: Element = match node {
        Node::Text(text) => return Ok(document().create_text_node(text).unchecked_into()),
        Node::Variable(text) => with_text(element("span", &[("class", "var")])?, text),
        Node::Code(text) => with_text(element("code", &[])?, text),
        Node::CodeBlock(language, text) => code(language, text)?,
        Node::Link(href, children) => all(link(href)?, children)?,
        Node::Image(src, alt) => image(src, alt)?,
        Node::Rule => element("hr", &[])?,
        Node::Break => element("br", &[])?,
        Node::Task(done) => task(*done)?,
        Node::Element(Block::Table, children) => table(children)?,
        Node::Element(block, children) => all(plain(*block)?, children)?,
    };
    Ok(made.unchecked_into())
}

fn with_text(made: Element, text: &str) -> Element {
    made.set_text_content(Some(text));
    made
}

fn link(href: &str) -> Made<Element> {
    element(
        "a",
        &[
            ("class", "link"),
            ("href", href),
            ("target", "_blank"),
            ("rel", "noopener noreferrer nofollow"),
        ],
    )
}

fn icon(glyph: Glyph) -> Made<Element> {
    let svg = document().create_element_ns(Some(SVG), "svg")?;
    for (name, value) in [
        ("class", "i i--sm"),
        ("viewBox", "0 0 16 16"),
        ("aria-hidden", "true"),
    ] {
        svg.set_attribute(name, value)?;
    }
    svg.set_inner_html(glyph.markup());
    Ok(svg)
}

/// An image within the text is drawn; one on another server is only a way to it, so that reading tells nobody.
fn image(src: &str, alt: &str) -> Made<Element> {
    if inline_image(src) {
        return element("img", &[("src", src), ("alt", alt)]);
    }
    let name = if alt.is_empty() {
        words::REMOTE_IMAGE
    } else {
        alt
    };
    let Some(href) = safe_link(src) else {
        return Ok(with_text(element("span", &[("class", "muted")])?, name));
    };
    let link = link(href)?;
    link.set_attribute("title", words::REMOTE_IMAGE)?;
    let mark = icon(Glyph::Open)?;
    link.append_child(&mark)?;
    link.append_child(&document().create_text_node(name))?;
    Ok(link)
}

fn task(done: bool) -> Made<Element> {
    let (glyph, mark) = if done {
        (Glyph::Check, "[x] ")
    } else {
        (Glyph::Stop, "[ ] ")
    };
    let made = element("span", &[("class", "task")])?;
    let drawn = icon(glyph)?;
    made.append_child(&drawn)?;
    made.append_child(&with_text(element("span", &[("class", "sr")])?, mark))?;
    Ok(made)
}

fn table(children: &[Node]) -> Made<Element> {
    let made = element("div", &[("class", "tablebox"), ("tabindex", "0")])?;
    let table = element("table", &[("class", "table table--tight")])?;
    table.append_child(&*all(element("tbody", &[])?, children)?)?;
    made.append_child(&table)?;
    Ok(made)
}

fn plain(block: Block) -> Made<Element> {
    const OWN: (&str, &str) = ("dir", "auto");
    match block {
        Block::Paragraph => element("p", &[OWN]),
        Block::Heading(1) => element("h3", &[OWN]),
        Block::Heading(2) => element("h4", &[OWN]),
        Block::Heading(3) => element("h5", &[OWN]),
        Block::Heading(_) => element("h6", &[OWN]),
        Block::List => element("ul", &[]),
        Block::Numbers(from) => element("ol", &[("start", &from.to_string())]),
        Block::Item => element("li", &[OWN]),
        Block::Quote => element("blockquote", &[]),
        Block::Emphasis => element("em", &[]),
        Block::Strong => element("strong", &[]),
        Block::Struck => element("s", &[]),
        Block::Table => element("tbody", &[]),
        Block::Row(_) => element("tr", &[]),
        Block::Cell(true) => element("th", &[("scope", "col"), OWN]),
        Block::Cell(false) => element("td", &[OWN]),
    }
}

/// The attribute of a button that copies the code beside it.
pub const COPY: &str = "data-copy";

fn code(language: &str, text: &str) -> Made<Element> {
    let made = element("div", &[("class", "codebox")])?;
    let head = element("div", &[("class", "codebox__head")])?;
    let name = language.split([' ', ',', '{']).next().unwrap_or_default();
    let name = with_text(element("span", &[("class", "grow cut")])?, name);
    head.append_child(&name)?;
    let button = element(
        "button",
        &[
            ("type", "button"),
            ("class", "btn btn--ghost btn--sm"),
            (COPY, ""),
        ],
    )?;
    head.append_child(&with_text(button, words::COPY_CODE))?;
    made.append_child(&head)?;
    let pre = element(
        "pre",
        &[("class", "code"), ("tabindex", "0"), ("dir", "ltr")],
    )?;
    let inner = element("code", &[])?;
    lines(&inner, language, "", text)?;
    pre.append_child(&inner)?;
    made.append_child(&pre)?;
    Ok(made)
}

/// The code a line an element; lines at the beginning that are the same stay.
fn lines(code: &Element, language: &str, old: &str, new: &str) -> Made<()> {
    let page = document();
    let before: Vec<&str> = old.split_inclusive('\n').collect();
    let now: Vec<&str> = new.split_inclusive('\n').collect();
    let same = before.iter().zip(&now).take_while(|(a, b)| a == b).count();
    while code.child_element_count() > index(same)
        && let Some(last) = code.last_element_child()
    {
        last.remove();
    }
    let mut inker = Inker::new(language);
    for (at, line) in now.into_iter().enumerate() {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        let pieces = inker.line(bare);
        if at < same {
            continue;
        }
        let row = element("span", &[])?;
        for (ink, text) in pieces {
            if ink == Ink::Plain {
                row.append_child(&page.create_text_node(&text))?;
            } else {
                let piece = element("span", &[("class", ink.class())])?;
                row.append_child(&with_text(piece, &text))?;
            }
        }
        if bare.len() < line.len() {
            row.append_child(&page.create_text_node("\n"))?;
        }
        code.append_child(&row)?;
    }
    Ok(())
}
