//! The text field with numbered lines and marked placeholders behind it. A plain text field: every key works as everywhere.

use super::control::Control;
use super::draft::caret;
use super::highlight::{Line, Mark, changed, lines};
use krowoc_ui::messages::document as words;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The editor of the body.
#[component]
pub fn Editor(
    control: Control,
    /// Marks `{{placeholders}}`.
    variables: bool,
    /// The field, for buttons that write into it.
    field: NodeRef<html::Textarea>,
) -> impl IntoView {
    let mirror = NodeRef::<html::Div>::new();
    let writes = control.app.space.writes();
    let drawn = StoredValue::new(Vec::<Line>::new());
    let draw = move |text: &str| {
        if let Some(mirror) = mirror.get_untracked() {
            let new = lines(text, variables);
            drawn.update_value(|old| {
                patch(&mirror, old, &new);
                *old = new;
            });
        }
    };
    Effect::new(move |_| {
        control.pushed.track();
        let (Some(area), Some(_)) = (field.get(), mirror.get()) else {
            return;
        };
        let text = control.draft.with_untracked(|draft| draft.now.body.clone());
        let old = area.value();
        if old != text {
            let at = area.selection_start().ok().flatten().unwrap_or(0);
            area.set_value(&text);
            let at = caret(&old, &text, at);
            let _ = area.set_selection_range(at, at);
        }
        draw(&text);
    });
    let typed = move |event| {
        let text = event_target_value(&event);
        draw(&text);
        control.write(|texts| texts.body = text);
    };
    view! {
        <div class="ed">
            <textarea
                node_ref=field
                class="ed__field"
                id="body"
                aria-label=words::EDITOR
                placeholder=words::BODY_EMPTY
                spellcheck="false"
                autocapitalize="none"
                autocomplete="off"
                readonly=move || !writes.get()
                on:input=typed
            ></textarea>
            <div class="editor ed__mirror" aria-hidden="true" node_ref=mirror></div>
        </div>
    }
}

/// Replaces only the lines that changed: a long text is drawn once.
fn patch(mirror: &web_sys::HtmlElement, old: &[Line], new: &[Line]) {
    let (gone, come) = changed(old, new);
    let index = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
    let children = mirror.children();
    let rows: Vec<web_sys::Element> = gone
        .clone()
        .filter_map(|i| children.item(index(i)))
        .collect();
    let after = children.item(index(gone.end));
    for row in rows {
        row.remove();
    }
    let Some(page) = mirror.owner_document() else {
        return;
    };
    for line in new.get(come).unwrap_or_default() {
        if let Some(row) = row(&page, line) {
            let _ = mirror.insert_before(&row, after.as_deref());
        }
    }
}

fn row(page: &web_sys::Document, line: &Line) -> Option<web_sys::Element> {
    let row = page.create_element("div").ok()?;
    let text = page.create_element("span").ok()?;
    for (mark, piece) in line {
        let node: web_sys::Node = match mark {
            Mark::Plain => page.create_text_node(piece).unchecked_into(),
            Mark::Variable | Mark::Broken => {
                let span = page.create_element("span").ok()?;
                span.set_class_name(if *mark == Mark::Variable {
                    "var"
                } else {
                    "var var--lack"
                });
                span.set_text_content(Some(piece));
                span.unchecked_into()
            }
        };
        text.append_child(&node).ok()?;
    }
    row.append_child(&text).ok()?;
    Some(row)
}

/// Writes at the caret as if it were typed, so that the browser can take it back; then selects a part of it.
pub fn insert(area: &web_sys::HtmlTextAreaElement, text: &str, select: (u32, u32)) {
    let _ = area.focus();
    let at = area.selection_start().ok().flatten().unwrap_or(0);
    let command = js_sys::Reflect::get(&document(), &"execCommand".into()).ok();
    let done = command
        .and_then(|command| command.dyn_into::<js_sys::Function>().ok())
        .and_then(|command| {
            command
                .call3(
                    &document(),
                    &"insertText".into(),
                    &false.into(),
                    &text.into(),
                )
                .ok()
        });
    if done.is_some_and(|done| done.is_truthy()) {
        let _ = area.set_selection_range(at.saturating_add(select.0), at.saturating_add(select.1));
    }
}
