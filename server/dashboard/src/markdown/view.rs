//! Draws the tree. Not the parser.

use super::tree::{Block, Node, inline_image, parse};
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::document as words;
use leptos::prelude::*;

/// Longest text that is drawn, in bytes; the rest is in the editor.
const MOST: usize = 120_000;
const MOST_SMALL: usize = 12_000;

/// A text as Markdown.
#[component]
pub fn Markdown(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// Marks `{{placeholders}}`.
    #[prop(optional)]
    variables: bool,
    /// Small, beside a list.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let class = if small { "prose prose--sm" } else { "prose" };
    let most = if small { MOST_SMALL } else { MOST };
    let draw = move || {
        text.with(|text| {
            let end = text.floor_char_boundary(most.min(text.len()));
            let (shown, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            let long =
                (!rest.is_empty()).then(|| view! { <p class="muted">{words::PREVIEW_LONG}</p> });
            let nothing = shown
                .trim()
                .is_empty()
                .then(|| view! { <p class="muted">{words::PREVIEW_EMPTY}</p> });
            view! { {nodes(parse(shown, variables))}{nothing}{long} }
        })
    };
    view! { <div class=class dir="auto">{draw}</div> }
}

fn nodes(all: Vec<Node>) -> AnyView {
    all.into_iter().map(node).collect_view().into_any()
}

fn node(node: Node) -> AnyView {
    match node {
        Node::Text(text) => text.into_any(),
        Node::Variable(text) => view! { <span class="var">{text}</span> }.into_any(),
        Node::Code(text) => view! { <code>{text}</code> }.into_any(),
        Node::CodeBlock(text) => view! { <pre class="code" tabindex="0">{text}</pre> }.into_any(),
        Node::Link(href, children) => view! {
            <a class="link" href=href target="_blank" rel="noopener noreferrer nofollow">{nodes(children)}</a>
        }
        .into_any(),
        Node::Image(src, alt) => image(src, alt),
        Node::Rule => view! { <hr /> }.into_any(),
        Node::Break => view! { <br /> }.into_any(),
        Node::Task(done) => {
            let (glyph, mark) = if done { (Glyph::Check, "[x] ") } else { (Glyph::Stop, "[ ] ") };
            view! { <span class="task"><Icon glyph=glyph class="i--sm" /><span class="sr">{mark}</span></span> }.into_any()
        }
        Node::Element(block, children) => element(block, nodes(children)),
    }
}

/// An image within the text is drawn; one on another server is only a way to it, so that reading tells nobody.
fn image(src: String, alt: String) -> AnyView {
    if inline_image(&src) {
        return view! { <img src=src alt=alt /> }.into_any();
    }
    let name = if alt.is_empty() {
        words::REMOTE_IMAGE.to_owned()
    } else {
        alt
    };
    match super::tree::safe_link(&src) {
        Some(href) => view! {
            <a class="link line line--1" href=href.to_owned() target="_blank" rel="noopener noreferrer nofollow" title=words::REMOTE_IMAGE>
                <Icon glyph=Glyph::Open class="i--sm" />{name}
            </a>
        }
        .into_any(),
        None => view! { <span class="muted">{name}</span> }.into_any(),
    }
}

fn element(block: Block, children: AnyView) -> AnyView {
    match block {
        Block::Paragraph => view! { <p dir="auto">{children}</p> }.into_any(),
        Block::Heading(1) => view! { <h3 dir="auto">{children}</h3> }.into_any(),
        Block::Heading(2) => view! { <h4 dir="auto">{children}</h4> }.into_any(),
        Block::Heading(3) => view! { <h5 dir="auto">{children}</h5> }.into_any(),
        Block::Heading(_) => view! { <h6 dir="auto">{children}</h6> }.into_any(),
        Block::List => view! { <ul>{children}</ul> }.into_any(),
        Block::Numbers(from) => view! { <ol start=from.to_string()>{children}</ol> }.into_any(),
        Block::Item => view! { <li dir="auto">{children}</li> }.into_any(),
        Block::Quote => view! { <blockquote>{children}</blockquote> }.into_any(),
        Block::Emphasis => view! { <em>{children}</em> }.into_any(),
        Block::Strong => view! { <strong>{children}</strong> }.into_any(),
        Block::Struck => view! { <s>{children}</s> }.into_any(),
        Block::Table => view! { <div class="tablebox" tabindex="0"><table class="table table--tight"><tbody>{children}</tbody></table></div> }.into_any(),
        Block::Row(_) => view! { <tr>{children}</tr> }.into_any(),
        Block::Cell(true) => view! { <th scope="col" dir="auto">{children}</th> }.into_any(),
        Block::Cell(false) => view! { <td dir="auto">{children}</td> }.into_any(),
    }
}
