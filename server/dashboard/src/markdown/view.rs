//! Markdown as a component: a text that is there, or an answer that grows. Not the parser and not the painting.

use super::blocks::Blocks;
use super::paint::{COPY, patch};
use super::tree::{Node, parse, parse_from};
use crate::app::{App, app};
use crate::platform;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{document as words, library};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

/// Longest text that is drawn, in bytes; the rest is in the editor.
const MOST: usize = 120_000;
const MOST_SMALL: usize = 12_000;
/// Bytes of an answer that are drawn in one frame: what comes at once holds the page up no longer than what streams.
const SLICE: usize = 16_000;
/// Longest answer that is drawn.
const MOST_ANSWER: usize = 600_000;

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
    let app = app();
    let class = if small { "prose prose--sm" } else { "prose" };
    let most = if small { MOST_SMALL } else { MOST };
    let node = NodeRef::<html::Div>::new();
    let drawn = StoredValue::new_local(Vec::<Node>::new());
    Effect::new(move |_| {
        let Some(root) = node.get() else { return };
        text.with(|text| {
            let end = text.floor_char_boundary(most.min(text.len()));
            let new = parse(text.get(..end).unwrap_or_default(), variables);
            drawn.update_value(|old| {
                patch(&root, 0, old, &new);
                *old = new;
            });
        });
    });
    let long = move || text.with(|text| text.len() > most);
    let empty = move || text.with(|text| text.trim().is_empty());
    view! {
        <div node_ref=node class=class dir="auto" on:click=move |event| copy_code(app, &event)></div>
        <Show when=empty><p class="muted">{words::PREVIEW_EMPTY}</p></Show>
        <Show when=long><p class="muted">{words::PREVIEW_LONG}</p></Show>
    }
}

/// Copies the code whose button was pressed.
pub fn copy_code(app: App, event: &ev::MouseEvent) {
    let code = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|target| target.closest(&format!("[{COPY}]")).ok().flatten())
        .and_then(|button| button.closest(".codebox").ok().flatten())
        .and_then(|code| code.query_selector("code").ok().flatten())
        .and_then(|code| code.text_content());
    let Some(code) = code else { return };
    spawn_local(async move {
        let (glyph, text) = if platform::copy(&code).await {
            (Glyph::Check, library::COPIED)
        } else {
            (Glyph::Alert, library::COPY_FAILED)
        };
        app.toasts.say(glyph, text);
    });
}

/// An answer that grows: what is complete is drawn once, only the last block is drawn again.
#[derive(Default)]
pub struct Growing {
    blocks: Blocks,
    /// Everything that stands on the page.
    nodes: Vec<Node>,
    /// How many of the nodes are complete, the bytes they come from, and the level of the last heading in them.
    settled: (usize, usize, u8),
}

impl Growing {
    /// The whole text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.blocks.text()
    }

    /// Adds a piece; nothing is drawn yet.
    pub fn push(&mut self, piece: &str) {
        self.blocks.push(piece);
    }

    /// Whether only the beginning is drawn.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.blocks.text().len() > MOST_ANSWER
    }

    /// Bytes that are drawn again each time.
    #[must_use]
    pub fn open(&self) -> usize {
        self.blocks
            .text()
            .len()
            .saturating_sub(self.blocks.settled())
    }

    /// Whether more is complete than one frame draws.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        let (_, bytes, _) = self.settled;
        !self.is_cut() && self.blocks.reach(bytes, SLICE) < self.blocks.settled()
    }

    /// Draws what came since, as much of it as one frame draws; true when something is left.
    pub fn draw(&mut self, root: &web_sys::Node) -> bool {
        let text = self.blocks.text();
        if self.is_cut() {
            return false;
        }
        let (count, bytes, mut heading) = self.settled;
        let left = self.is_behind();
        let end = if left {
            self.blocks.reach(bytes, SLICE)
        } else {
            self.blocks.settled()
        };
        let mut new = parse_from(
            text.get(bytes..end).unwrap_or_default(),
            false,
            &mut heading,
        );
        let complete = count.saturating_add(new.len());
        self.settled = (complete, end, heading);
        if !left {
            new.extend(parse_from(
                text.get(end..).unwrap_or_default(),
                false,
                &mut heading,
            ));
        }
        let old = self.nodes.split_off(count.min(self.nodes.len()));
        patch(root, count, &old, &new);
        self.nodes.extend(new);
        left
    }

    /// The answer is whole: it is drawn as one text, which changes nothing but links that were explained later.
    pub fn finish(&mut self, root: &web_sys::Node) {
        let text = self.blocks.text();
        let end = text.floor_char_boundary(MOST_ANSWER.min(text.len()));
        let whole = parse(text.get(..end).unwrap_or_default(), false);
        patch(root, 0, &self.nodes, &whole);
        self.settled = (whole.len(), end, self.settled.2);
        self.nodes = whole;
    }
}
