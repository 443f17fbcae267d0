//! A segmented control: one of a few. A radio group to screen readers, moved with the arrow keys.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

/// One of a few choices, all visible.
#[component]
pub fn Seg(
    /// What is chosen between.
    label: &'static str,
    /// The choices.
    options: Vec<&'static str>,
    /// The chosen one.
    #[prop(into)]
    value: Signal<usize>,
    /// Another was chosen.
    #[prop(into)]
    on_change: Callback<usize>,
    /// As wide as its place.
    #[prop(optional)]
    block: bool,
) -> impl IntoView {
    let class = if block { "seg seg--block" } else { "seg" };
    let last = options.len().saturating_sub(1);
    let turn = move |event: web_sys::KeyboardEvent| {
        let now = value.get_untracked();
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => {
                if now >= last {
                    0
                } else {
                    now.saturating_add(1)
                }
            }
            "ArrowLeft" | "ArrowUp" => {
                if now == 0 {
                    last
                } else {
                    now.saturating_sub(1)
                }
            }
            _ => return,
        };
        event.prevent_default();
        on_change.run(next);
        focus_child(&event, next);
    };
    let buttons = options
        .into_iter()
        .enumerate()
        .map(|(i, text)| {
            view! {
                <button
                    type="button"
                    role="radio"
                    aria-checked=move || (value.get() == i).to_string()
                    tabindex=move || if value.get() == i { "0" } else { "-1" }
                    on:click=move |_| on_change.run(i)
                >
                    {text}
                </button>
            }
        })
        .collect_view();
    view! { <div class=class role="radiogroup" aria-label=label on:keydown=turn>{buttons}</div> }
}

fn focus_child(event: &web_sys::KeyboardEvent, index: usize) {
    let group = event
        .current_target()
        .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
    let child = group.and_then(|it| it.children().item(u32::try_from(index).unwrap_or(0)));
    if let Some(button) = child.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = button.focus();
    }
}
