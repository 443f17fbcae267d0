//! A Markdown text as elements. Not its reading: that is `model::preview`.

use super::dom::{El, div, el, group};
use crate::model::preview::{Block, Shape, Span, Style, blocks};

/// The first characters of a Markdown text as elements.
#[must_use]
pub fn drawn(text: &str, most: usize) -> El {
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
