//! What only a browser can give: the clock, randomness, storage, the clipboard. The one place of the dashboard that asks for them.

use krowoc_shared::ids::{DocId, Millis, OpId};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The present, in milliseconds since 1970.
#[allow(
    clippy::disallowed_methods,
    reason = "the platform layer of the dashboard: everyone else takes the time as an argument"
)]
#[allow(
    clippy::cast_possible_truncation,
    reason = "milliseconds of this era fit"
)]
pub fn now() -> Millis {
    js_sys::Date::now() as Millis
}

#[allow(
    clippy::disallowed_methods,
    reason = "the platform layer of the dashboard: everyone else takes randomness as an argument"
)]
fn random() -> [u8; 10] {
    let mut bytes = [0; 10];
    // A browser without randomness cannot run this page at all; a repeated id is refused by the server.
    let _ = getrandom::fill(&mut bytes);
    bytes
}

/// A new document id.
pub fn doc_id() -> DocId {
    DocId::mint(now(), random())
}

/// A new operation id.
pub fn op_id() -> OpId {
    OpId::mint(now(), random())
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Reads what this browser keeps; never anything secret.
pub fn recall(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Keeps something in this browser; false when it has no room or does not allow it.
pub fn keep(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

/// Forgets it.
pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// The public page that somebody left to sign in, once, and for as long as that page said.
pub fn way_back() -> Option<String> {
    const KEY: &str = "krowoc.back";
    let storage = web_sys::window()?.session_storage().ok()??;
    let kept = storage.get_item(KEY).ok()??;
    let _ = storage.remove_item(KEY);
    crate::back::path(&kept, now())
}

/// Puts a text on the clipboard; false when the browser does not allow it.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    // Absent on plain http to a network address.
    let present = js_sys::Reflect::get(&window.navigator(), &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| clipboard.is_object());
    if present
        && JsFuture::from(window.navigator().clipboard().write_text(text))
            .await
            .is_ok()
    {
        return true;
    }
    copy_by_selection(text).unwrap_or(false)
}

/// The older way, which works without a secure context.
fn copy_by_selection(text: &str) -> Option<bool> {
    let document = web_sys::window()?.document()?;
    let area: web_sys::HtmlTextAreaElement =
        document.create_element("textarea").ok()?.dyn_into().ok()?;
    area.set_value(text);
    area.set_class_name("sr");
    let body = document.body()?;
    body.append_child(&area).ok()?;
    area.select();
    let command = js_sys::Reflect::get(&document, &JsValue::from_str("execCommand")).ok()?;
    let done = command
        .dyn_into::<js_sys::Function>()
        .ok()?
        .call1(&document, &JsValue::from_str("copy"));
    area.remove();
    Some(done.is_ok_and(|done| done.is_truthy()))
}

/// Whether this browser can make passkeys here and sign with them: what it takes is newer than passkeys, and absent on plain http.
pub fn passkeys() -> bool {
    let own = |object: &JsValue, name: &str| {
        js_sys::Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default()
    };
    let kind = own(&js_sys::global(), "PublicKeyCredential");
    // No property is looked for of what is no object.
    kind.is_function() && own(&kind, "parseRequestOptionsFromJSON").is_function()
}

/// Whether the browser believes to be connected.
pub fn online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Whether this is an Apple keyboard, for the name of the command key.
pub fn apple() -> bool {
    web_sys::window()
        .and_then(|window| window.navigator().platform().ok())
        .is_some_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

/// This origin, such as `https://krowoc.example.org`.
pub fn origin() -> String {
    web_sys::window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// Applies a theme to the page: `light`, `dark`, or the system's.
pub fn apply_theme(theme: Option<&str>) {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element());
    if let Some(root) = root {
        let _ = match theme {
            Some(theme) => root.set_attribute("data-theme", theme),
            None => root.remove_attribute("data-theme"),
        };
    }
}

/// Applies a density: `compact` or the usual.
pub fn apply_density(density: Option<&str>) {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element());
    if let Some(root) = root {
        let _ = match density {
            Some(density) => root.set_attribute("data-density", density),
            None => root.remove_attribute("data-density"),
        };
    }
}

/// Whether a layer lies over the page, which has its own keys.
pub fn layered() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector("dialog[open]").ok().flatten())
        .is_some()
}

/// Moves the focus to the first element that matches, when there is one.
pub fn focus(selector: &str) {
    let element = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) =
        element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}
