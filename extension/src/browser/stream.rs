//! An answer that does not end: read piece by piece, and let go. Not what the pieces say.

use super::{Browser, BrowserError, fetch_url, object};
use wasm_bindgen::prelude::*;

/// Milliseconds in which the server has to begin its answer.
const OPENING: u32 = 20_000;
/// Milliseconds of silence after which nobody is there any more: a sign of life comes every fifteen seconds.
const SILENCE: u32 = 45_000;
/// Bytes of a refusal that are read.
const REFUSAL: usize = 64 * 1024;

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
    let opened = Opening {
        url,
        token,
        after: "",
        body: None,
        key: "",
    };
    let opened = opened.open().await?;
    Ok(opened.map_err(|(status, _)| status))
}

/// How a stream is opened.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    /// The whole address.
    pub url: &'a str,
    /// Access token.
    pub token: &'a str,
    /// The event after which it goes on; empty for the beginning.
    pub after: &'a str,
    /// What is sent, as JSON; the stream is only read when there is nothing.
    pub body: Option<&'a str>,
    /// Makes a body that arrives twice count once; empty for none.
    pub key: &'a str,
}

impl Opening<'_> {
    fn init(&self) -> serde_json::Value {
        let mut headers = serde_json::json!({
            "accept": "text/event-stream", "authorization": format!("Bearer {}", self.token),
        });
        if let Some(headers) = headers.as_object_mut() {
            if !self.after.is_empty() {
                headers.insert("last-event-id".to_owned(), self.after.into());
            }
            if !self.key.is_empty() && self.body.is_some() {
                headers.insert("idempotency-key".to_owned(), self.key.into());
            }
            if self.body.is_some() {
                headers.insert("content-type".to_owned(), "application/json".into());
            }
        }
        serde_json::json!({
            "method": if self.body.is_some() { "POST" } else { "GET" }, "body": self.body, "headers": headers,
            "credentials": "omit", "cache": "no-store", "redirect": "error", "referrerPolicy": "no-referrer",
        })
    }

    /// Opens it; status and body when the server refuses.
    pub async fn open(self) -> Browser<Result<Stream, (u16, String)>> {
        open(self.url, object(&self.init())).await
    }
}

async fn open(url: &str, init: JsValue) -> Browser<Result<Stream, (u16, String)>> {
    let controller = AbortController::new();
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
        (status, body) => {
            let said = match body {
                Some(body) => text(&body.reader()).await,
                None => String::new(),
            };
            controller.abort();
            Ok(Err((status, said)))
        }
    }
}

/// The text of a refusal: short, and not waited for longer than for anything else.
async fn text(reader: &Reader) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < REFUSAL
        && let Ok(Some(piece)) = first(reader.read(), OPENING).await
        && let Some(more) = piece.unchecked_into::<Piece>().value()
    {
        bytes.extend(more.to_vec());
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
