//! What is kept until the browser is closed: it outlives the popup and the worker, and reaches no disk.

use super::{Browser, get};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "session"], js_name = get, catch)]
    async fn session_get(key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "storage", "session"], js_name = set, catch)]
    async fn session_set(items: JsValue) -> Result<JsValue, JsValue>;
}

/// What was kept under a name; `None` for nothing.
pub async fn recall(name: &str) -> Browser<Option<String>> {
    let found = session_get(name).await?;
    Ok(get(&found, name).as_string())
}

/// Keeps a text under a name, instead of what was there.
pub async fn keep(name: &str, text: &str) -> Browser<()> {
    let items = js_sys::Object::new();
    // A plain object takes any property.
    let _ = js_sys::Reflect::set(&items, &name.into(), &text.into());
    session_set(items.into()).await?;
    Ok(())
}
