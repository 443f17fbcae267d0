//! An answer that does not end: read piece by piece, and let go. Not what the pieces say.

use super::{Browser, BrowserError, fetch_url, object};
use wasm_bindgen::prelude::*;

/// Milliseconds in which the server has to begin its answer.
const OPENING: u32 = 20_000;
/// Milliseconds of silence after which nobody is there any more: a sign of life comes every fifteen seconds.
const SILENCE: u32 = 45_000;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type AbortController;
    #[wasm_bindgen(constructor)]
    fn new() -> AbortController;
    #[wasm_bindgen(method, getter)]
    fn signal(this: &AbortController) -> JsValue;
    #[wasm_bindgen(method)]
    fn abort(this: &AbortController);

    #[derive(Clone)]
    type Reader;
    #[wasm_bindgen(method)]
    fn read(this: &Reader) -> js_sys::Promise;

    type Reply;
    #[wasm_bindgen(method, getter)]
    fn status(this: &Reply) -> u16;
    #[wasm_bindgen(method, getter)]
    fn body(this: &Reply) -> Option<Body>;

    type Body;
    #[wasm_bindgen(method, js_name = getReader)]
    fn reader(this: &Body) -> Reader;

    type Piece;
    #[wasm_bindgen(method, getter)]
    fn value(this: &Piece) -> Option<js_sys::Uint8Array>;
}

/// An open answer.
#[derive(Clone)]
pub struct Stream {
    reader: Reader,
    controller: AbortController,
}

/// Opens a stream of events; the status when the server refuses it.
pub async fn stream(url: &str, token: &str) -> Browser<Result<Stream, u16>> {
    let controller = AbortController::new();
    let init = object(&serde_json::json!({
        "headers": {"accept": "text/event-stream", "authorization": format!("Bearer {token}")},
        "credentials": "omit", "cache": "no-store", "redirect": "error", "referrerPolicy": "no-referrer",
    }));
    // A plain object takes any property.
    let _ = js_sys::Reflect::set(&init, &"signal".into(), &controller.signal());
    let asked = wasm_bindgen_futures::future_to_promise({
        let url = url.to_owned();
        async move { fetch_url(&url, init).await }
    });
    let Some(reply) = first(asked, OPENING).await? else {
        controller.abort();
        return Err(BrowserError("no answer in time".to_owned()));
    };
    let reply: Reply = reply.unchecked_into();
    match (reply.status(), reply.body()) {
        (200, Some(body)) => Ok(Ok(Stream {
            reader: body.reader(),
            controller,
        })),
        (status, _) => {
            controller.abort();
            Ok(Err(status))
        }
    }
}

/// What a promise gives; `None` when it takes longer.
async fn first(promise: js_sys::Promise, millis: u32) -> Browser<Option<JsValue>> {
    let late = wasm_bindgen_futures::future_to_promise(async move {
        gloo_timers::future::TimeoutFuture::new(millis).await;
        Ok(JsValue::UNDEFINED)
    });
    let race = js_sys::Promise::race(&js_sys::Array::of2(&promise, &late));
    let value = wasm_bindgen_futures::JsFuture::from(race).await?;
    Ok((!value.is_undefined()).then_some(value))
}

impl Stream {
    /// The next bytes; `None` at the end, however it came.
    pub async fn next(&self) -> Option<Vec<u8>> {
        let piece = first(self.reader.read(), SILENCE).await.ok()??;
        let bytes = piece.unchecked_into::<Piece>().value()?;
        Some(bytes.to_vec())
    }

    /// Lets go of it; [`Stream::next`] then gives nothing any more.
    pub fn close(&self) {
        self.controller.abort();
    }
}
