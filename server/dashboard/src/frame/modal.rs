//! A layer over the page: a native modal dialog, which keeps the focus inside and gives it back. Not a popover.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A layer that closes with Escape, with a click beside it, or by its own buttons.
#[component]
pub fn Modal(
    /// What it is, read out.
    #[prop(into)]
    label: String,
    /// Its look: `dialog`, `palette`, `drawer`.
    class: &'static str,
    /// It wants to be gone.
    #[prop(into)]
    on_close: Callback<()>,
    /// It closes only when its owner takes it away: what is in it may not be lost.
    #[prop(optional)]
    held: bool,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let before = document()
        .active_element()
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    let before = StoredValue::new_local(before);
    Effect::new(move |_| {
        if let Some(dialog) = node.get().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
    on_cleanup(move || {
        if let Some(Some(element)) = before.try_get_value() {
            let _ = element.focus();
        }
    });
    // A click on the dialog itself is one beside its content, which fills it.
    let beside = move |event: ev::MouseEvent| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|target| target.tag_name() == "DIALOG") {
            on_close.run(());
        }
    };
    let cancel = move |event: ev::Event| {
        if held {
            event.prevent_default();
            on_close.run(());
        }
    };
    let closed = move |_| {
        on_close.run(());
        // A browser closes it in the end, whatever it is told: still there, it opens again.
        if let Some(dialog) = node.get_untracked().filter(|it| held && it.is_connected()) {
            let _ = dialog.show_modal();
        }
    };
    view! {
        <dialog
            node_ref=node
            class="layer"
            aria-label=label
            on:cancel=cancel
            on:close=closed
            on:mousedown=beside
        >
            <div class=class>{children()}</div>
        </dialog>
    }
}
