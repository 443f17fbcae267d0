//! The panel beside the page: Chrome's side panel, Firefox's sidebar. Not what stands in it.

use super::{Browser, get, object};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "windows"], js_name = getCurrent, catch)]
    async fn windows_current() -> Result<JsValue, JsValue>;

    type Panel;
    #[wasm_bindgen(method, js_name = setOptions)]
    fn set_options(this: &Panel, options: JsValue) -> js_sys::Promise;
    #[wasm_bindgen(method, js_name = setPanel)]
    fn set_panel(this: &Panel, details: JsValue) -> js_sys::Promise;
    #[wasm_bindgen(method)]
    fn open(this: &Panel, options: JsValue) -> js_sys::Promise;
}

/// The window that this page belongs to.
pub async fn this_window() -> Browser<i32> {
    let window = windows_current().await?;
    Ok(get(&window, "id").as_f64().unwrap_or(-1.0) as i32)
}

/// Opens a page of the package beside the tab. The browser is asked at once, while the press is handled: afterwards no browser counts
/// it as the person's doing. What is given back only tells how it ended.
pub fn open_beside(page: &str, window: i32) -> impl Future<Output = Browser<()>> + 'static {
    let chrome = get(&js_sys::global(), "chrome");
    let panel = get(&chrome, "sidePanel");
    let asked = if panel.is_object() {
        let panel = panel.unchecked_into::<Panel>();
        let options = serde_json::json!({ "path": page, "enabled": true });
        let set = panel.set_options(object(&options));
        [
            set,
            panel.open(object(&serde_json::json!({ "windowId": window }))),
        ]
    } else {
        let panel = get(&chrome, "sidebarAction").unchecked_into::<Panel>();
        let details = serde_json::json!({ "panel": super::runtime_url(page) });
        let set = panel.set_panel(object(&details));
        [set, panel.open(JsValue::UNDEFINED)]
    };
    async move {
        for promise in asked {
            wasm_bindgen_futures::JsFuture::from(promise).await?;
        }
        Ok(())
    }
}
