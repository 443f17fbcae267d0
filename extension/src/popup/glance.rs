//! The text to be saved at a glance, and what was left out of it: because it is too long, or because no reader could see it.

use super::desk::Desk;
use crate::model::preview::{Block, Shape, Span, Style, blocks};
use crate::page::dom::{El, button, div, el, group};
use crate::page::{icon_as, notice, number, t, t1, t2};
use krowoc_ui::icons::Glyph;

/// Characters of the text that are shown.
const SHOWN: usize = 900;

/// The beginning of the text.
pub(super) fn glance(desk: Desk) -> El {
    div("div", "preview preview--cut")
        .attr("role", "group")
        .attr("aria-label", &t("preview"))
        .attr("dir", "auto")
        .part(move || desk.body(), |text| drawn(text, SHOWN))
}

/// The first characters of a Markdown text as elements.
pub(super) fn drawn(text: &str, most: usize) -> El {
    group().children(blocks(text, most).into_iter().map(block))
}

fn block(block: Block) -> El {
    let (shape, class) = match block.shape {
        Shape::Heading => return el("p").child(el("b").children(spans(block.spans))),
        Shape::Paragraph => ("p", ""),
        Shape::Quote => ("blockquote", ""),
        Shape::Code => ("pre", ""),
        Shape::Item(0) => ("li", "preview__list"),
        Shape::Item(_) => ("li", "preview__list preview__list--in"),
    };
    let element = el(shape).children(spans(block.spans));
    if class.is_empty() {
        element
    } else {
        div("ul", class).child(element)
    }
}

fn spans(spans: Vec<Span>) -> impl Iterator<Item = El> {
    spans.into_iter().map(|span| {
        let element = match span.style {
            Style::Plain => el("span"),
            Style::Strong => el("b"),
            Style::Code => el("code"),
            Style::Variable => div("span", "var"),
        };
        element.text(&span.text)
    })
}

/// The notice of a text that is longer than a document may be.
pub(super) fn too_long(desk: Desk) -> El {
    group().some(
        move || desk.cut(),
        |cut| {
            let (kept, whole) = (count(cut.kept), count(cut.whole));
            let said = t2("cutKept", &kept, &whole);
            notice("notice notice--warn notice--sm", Glyph::Alert, &said).attr("role", "status")
        },
    )
}

/// A number of characters or passages.
pub(super) fn count(characters: u32) -> String {
    number(usize::try_from(characters).unwrap_or(usize::MAX))
}

/// Hidden text that was stripped.
pub(super) fn hidden(desk: Desk) -> El {
    let passages = move || {
        desk.captured.with(|captured| {
            let found = captured.as_ref().filter(|preview| preview.hidden_count > 0);
            found.map(|preview| (preview.hidden_count, preview.hidden.clone()))
        })
    };
    group().some(passages, move |(total, passages)| {
        stripped(desk, *total, passages)
    })
}

fn stripped(desk: Desk, total: u32, passages: &[String]) -> El {
    let open = desk.unveiled;
    let toggle = button("link", move || open.update(|open| *open = !*open))
        .says("aria-expanded", move || open.get())
        .told(move || t(if open.get() { "hide" } else { "show" }));
    let line = div("p", "line xs soft")
        .child(icon_as(Glyph::Shield, "i i--sm"))
        .child(div("span", "grow").text(&t1("hiddenStripped", &count(total))))
        .child(toggle);
    let passages = passages.to_vec();
    div("div", "stack stack--1").child(line).when(
        move || open.get(),
        move || {
            let items = passages
                .iter()
                .map(|text| el("li").attr("dir", "auto").text(text));
            div("ul", "preview hidden-text")
                .attr("role", "list")
                .attr("tabindex", "0")
                .children(items)
        },
    )
}
