//! Small controls: one of a few, a spoken line, a download. Not fields of a form.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// One of a few choices, all visible: a radio group, moved with the arrow keys.
#[component]
pub fn Seg(
    /// What is chosen between.
    label: String,
    /// The choices.
    options: Vec<String>,
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
    let last = options.len().saturating_sub(1);
    let rtl = || {
        document()
            .document_element()
            .is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"))
    };
    let turn = move |event: web_sys::KeyboardEvent| {
        let now = value.get_untracked();
        let (next, before) = if rtl() {
            ("ArrowLeft", "ArrowRight")
        } else {
            ("ArrowRight", "ArrowLeft")
        };
        let chosen = match event.key() {
            key if key == next || key == "ArrowDown" => {
                if now >= last {
                    0
                } else {
                    now.saturating_add(1)
                }
            }
            key if key == before || key == "ArrowUp" => {
                if now == 0 {
                    last
                } else {
                    now.saturating_sub(1)
                }
            }
            _ => return,
        };
        event.prevent_default();
        on_change.run(chosen);
        focus_child(&event, chosen);
    };
    let button = move |(at, text): (usize, String)| {
        view! {
            <button
                type="button"
                role="radio"
                aria-checked=move || (value.get() == at).to_string()
                tabindex=move || if value.get() == at { "0" } else { "-1" }
                on:click=move |_| on_change.run(at)
            >
                {text}
            </button>
        }
    };
    let buttons = options.into_iter().enumerate().map(button).collect_view();
    let class = if block { "seg seg--block" } else { "seg" };
    view! { <div class=class role="radiogroup" aria-label=label on:keydown=turn>{buttons}</div> }
}

fn focus_child(event: &web_sys::KeyboardEvent, at: usize) {
    let group = event
        .current_target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let child = group.and_then(|group| group.children().item(u32::try_from(at).unwrap_or(0)));
    if let Some(button) = child.and_then(|child| child.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A control that cannot take the focus just now keeps working.
        let _ = button.focus();
    }
}

/// A line for screen readers that is read out when it changes.
#[component]
pub fn Spoken(
    /// What to say.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! { <p class="sr" role="status" aria-live="polite">{text}</p> }
}

/// Offers a text as a file.
pub fn download(name: &str, media_type: &str, text: &[String]) {
    let parts: js_sys::Array = text.iter().map(wasm_bindgen::JsValue::from).collect();
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) else {
        return;
    };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else {
        return;
    };
    let anchor = document()
        .create_element("a")
        .ok()
        .and_then(|made| made.dyn_into::<web_sys::HtmlAnchorElement>().ok());
    if let Some(anchor) = anchor {
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    // Revoking at once would cancel the download in Firefox: the address dies with the page, which is short.
    set_timeout(
        move || {
            let _ = web_sys::Url::revoke_object_url(&url);
        },
        std::time::Duration::from_secs(60),
    );
}
