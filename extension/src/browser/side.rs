//! The panel beside the page: Chrome's side panel, Firefox's sidebar. Not what stands in it.

use super::{Browser, BrowserError, get, object};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "windows"], js_name = getCurrent, catch)]
    async fn windows_current() -> Result<JsValue, JsValue>;

    type Panel;
    #[wasm_bindgen(method, js_name = setOptions)]
    fn set_options(this: &Panel, options: JsValue) -> JsValue;
    #[wasm_bindgen(method, js_name = setPanel)]
    fn set_panel(this: &Panel, details: JsValue) -> JsValue;
    #[wasm_bindgen(method, js_name = open)]
    fn open_in(this: &Panel, place: JsValue) -> JsValue;
    #[wasm_bindgen(method, js_name = open)]
    fn open_here(this: &Panel) -> JsValue;
}

/// One of the two ways to a panel.
fn way(name: &str) -> Option<Panel> {
    let found = get(&get(&js_sys::global(), "chrome"), name);
    found.is_object().then(|| found.unchecked_into())
}

/// The window that this page belongs to; `None` where no panel can be opened beside it, as on a phone.
pub async fn window_beside() -> Browser<Option<i32>> {
    if way("sidePanel").is_none() && way("sidebarAction").is_none() {
        return Ok(None);
    }
    let window = windows_current().await?;
    Ok(get(&window, "id").as_f64().map(|id| id as i32))
}

/// Opens a page of the package beside the tab. The browser is asked at once, while the press is handled: afterwards no browser counts
/// it as the person's doing. What is given back only tells how it ended.
pub fn open_beside(page: &str, window: i32) -> impl Future<Output = Browser<()>> + 'static {
    let asked = if let Some(panel) = way("sidePanel") {
        let options = serde_json::json!({ "path": page, "enabled": true });
        let place = serde_json::json!({ "windowId": window });
        let set = panel.set_options(object(&options));
        Some([set, panel.open_in(object(&place))])
    } else {
        way("sidebarAction").map(|panel| {
            let details = serde_json::json!({ "panel": super::runtime_url(page) });
            let set = panel.set_panel(object(&details));
            [set, panel.open_here()]
        })
    };
    async move {
        let asked = asked.ok_or_else(|| BrowserError("there is no panel".to_owned()))?;
        for answer in asked {
            wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&answer)).await?;
        }
        Ok(())
    }
}
