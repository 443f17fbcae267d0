//! A lock between the tabs of one origin (Web Locks), where the browser has it. Not a lock within this tab.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Runs `work` while no other tab holds the lock; where there are no locks (plain http on a network address), at once.
pub async fn exclusive(name: &str, work: js_sys::Function) -> Result<JsValue, JsValue> {
    let locks = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("navigator"))
        .and_then(|navigator| js_sys::Reflect::get(&navigator, &JsValue::from_str("locks")))
        .ok()
        .filter(JsValue::is_object);
    let promise = match locks {
        Some(locks) => {
            let request: js_sys::Function =
                js_sys::Reflect::get(&locks, &JsValue::from_str("request"))?.dyn_into()?;
            request.call2(&locks, &JsValue::from_str(name), &work)?
        }
        None => work.call0(&JsValue::NULL)?,
    };
    JsFuture::from(promise.dyn_into::<js_sys::Promise>()?).await
}

/// A function that starts a future once and gives its promise.
pub fn once<F>(future: F) -> js_sys::Function
where
    F: Future<Output = Result<JsValue, JsValue>> + 'static,
{
    let mut future = Some(future);
    let start = move || match future.take() {
        Some(future) => wasm_bindgen_futures::future_to_promise(future),
        None => js_sys::Promise::resolve(&JsValue::UNDEFINED),
    };
    Closure::<dyn FnMut() -> js_sys::Promise>::new(start)
        .into_js_value()
        .unchecked_into()
}
