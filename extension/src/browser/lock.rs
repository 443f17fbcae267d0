//! Named locks of the whole extension: its background and its pages. Not what is done while one is held.

use super::object;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    async fn locks_request(name: &str, options: JsValue, held: JsValue)
    -> Result<JsValue, JsValue>;
}

/// Runs `work` while holding a named lock of the whole extension. `None` when another holder is at work.
pub async fn alone<F>(name: &str, work: F) -> Option<()>
where
    F: Future<Output = ()> + 'static,
{
    hold(name, &serde_json::json!({"ifAvailable": true}), work).await
}

/// Runs `work` while holding a named lock of the whole extension, after all who hold it or wait for it already. `None` when the browser
/// does not give it.
pub async fn in_turn<F>(name: &str, work: F) -> Option<()>
where
    F: Future<Output = ()> + 'static,
{
    hold(name, &serde_json::json!({}), work).await
}

async fn hold<F>(name: &str, options: &serde_json::Value, work: F) -> Option<()>
where
    F: Future<Output = ()> + 'static,
{
    let ran = Rc::new(Cell::new(false));
    let flag = Rc::clone(&ran);
    let held = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() || lock.is_undefined() {
            return JsValue::UNDEFINED;
        }
        flag.set(true);
        wasm_bindgen_futures::future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        })
        .into()
    });
    let asked = locks_request(name, object(options), held).await;
    (asked.is_ok() && ran.get()).then_some(())
}
