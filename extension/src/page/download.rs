//! A text offered as a file. Not its making.

use super::dom::el;
use wasm_bindgen::JsCast;

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
    let anchor = el("a").attr("href", &url).attr("download", name);
    anchor.raw().unchecked_ref::<web_sys::HtmlElement>().click();
    // Revoking at once would cancel the download in Firefox: the address dies with the page, which is short.
    wasm_bindgen_futures::spawn_local(async move {
        gloo_timers::future::TimeoutFuture::new(60_000).await;
        let _ = web_sys::Url::revoke_object_url(&url);
    });
}
