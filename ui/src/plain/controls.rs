//! Small controls: one of a few, a search field, a message, a spoken line, a button with an icon. Not fields of a form.

use super::dom::{El, button, div, rtl};
use super::icon;
use super::reactive::Signal;
use crate::choice::{focus_child, turned};
use crate::icons::Glyph;
use std::rc::Rc;

/// One of a few choices, all visible: a radio group, moved with the arrow keys.
pub struct Choice {
    /// What is chosen between.
    pub label: String,
    /// The choices.
    pub options: Vec<String>,
    /// As wide as its place.
    pub block: bool,
}

/// Draws a choice: `value` is the chosen one, `change` is told of another.
#[must_use]
pub fn choice(
    choice: Choice,
    value: impl Fn() -> usize + 'static,
    change: impl Fn(usize) + 'static,
) -> El {
    let value: Rc<dyn Fn() -> usize> = Rc::new(value);
    let change: Rc<dyn Fn(usize)> = Rc::new(change);
    let count = choice.options.len();
    let group = div(
        "div",
        if choice.block {
            "seg seg--block"
        } else {
            "seg"
        },
    )
    .attr("role", "radiogroup")
    .attr("aria-label", &choice.label);
    let (now, turn) = (value.clone(), change.clone());
    let frame = group.raw().clone();
    let group = group.on_key(move |event| {
        if let Some(chosen) = turned(&event.key(), now(), count, rtl()) {
            event.prevent_default();
            turn(chosen);
            focus_child(&frame, chosen);
        }
    });
    group.children(choice.options.iter().enumerate().map(|(at, text)| {
        let (change, checked, focus) = (change.clone(), value.clone(), value.clone());
        button("", move || change(at))
            .attr("role", "radio")
            .says("aria-checked", move || checked() == at)
            .follow("tabindex", move || {
                Some(if focus() == at { "0" } else { "-1" }.to_owned())
            })
            .text(text)
    }))
}

/// A search field with its name: what is typed goes into `query`, and `search` is called.
#[must_use]
pub fn search_field(
    (id, class, name): (&str, &str, &str),
    placeholder: impl Fn() -> String + 'static,
    query: Signal<String>,
    search: impl Fn() + 'static,
) -> El {
    let input = div("input", class)
        .attr("type", "search")
        .attr("id", id)
        .attr("dir", "auto")
        .attr("autocomplete", "off")
        .follow("placeholder", move || Some(placeholder()))
        .field(
            move || query.get(),
            move |text| {
                query.set(text);
                search();
            },
        );
    div("label", "search")
        .child(icon(Glyph::Search))
        .child(div("span", "sr").text(name))
        .child(input)
}

/// A message that stays: an icon and a sentence.
#[must_use]
pub fn notice(class: &str, glyph: Glyph, text: &str) -> El {
    div("p", class)
        .child(icon(glyph))
        .child(div("span", "grow").text(text))
}

/// A line for screen readers that is read out when it changes.
#[must_use]
pub fn spoken(text: Signal<String>) -> El {
    div("p", "sr")
        .attr("role", "status")
        .attr("aria-live", "polite")
        .told(move || text.get())
}

/// A small button with an icon and a name.
#[must_use]
pub fn icon_button(name: &str, glyph: Glyph, press: impl FnMut() + 'static) -> El {
    button("btn btn--ghost btn--icon btn--sm", press)
        .attr("aria-label", name)
        .attr("title", name)
        .child(icon(glyph))
}
