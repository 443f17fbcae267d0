//! A segmented control: one of a few. A radio group to screen readers, moved with the arrow keys.

use crate::choice::{focus_child, turned};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

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
    let count = options.len();
    let turn = move |event: web_sys::KeyboardEvent| {
        let rtl = document()
            .document_element()
            .is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"));
        let Some(next) = turned(&event.key(), value.get_untracked(), count, rtl) else {
            return;
        };
        event.prevent_default();
        on_change.run(next);
        let group = event
            .current_target()
            .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        if let Some(group) = group {
            focus_child(&group, next);
        }
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
