//! Server-sent events over `fetch`: a request whose answer arrives in pieces. Not reconnecting, and not what the events mean.

use super::error::ApiError;
use super::http::{Request, failed, fetch, refusal};
use krowoc_shared::execution::stream::{LARGEST_EVENT, SseParser};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamedEvent {
    /// Its name; empty when it had none.
    pub name: String,
    /// Its data.
    pub data: String,
    /// The position that `Last-Event-ID` continues from; empty when the stream gave none yet.
    pub id: String,
}

/// An answer under way. Dropping it lets go of the connection.
pub struct Stream {
    reader: web_sys::ReadableStreamDefaultReader,
    parser: SseParser,
}

impl Stream {
    /// Sends a request and waits for the head of its answer.
    ///
    /// # Errors
    /// [`ApiError::Offline`] when no answer came, [`ApiError::Problem`] when it was a refusal.
    pub async fn open(request: &Request) -> Result<Self, ApiError> {
        let promise = fetch(request).map_err(|_| ApiError::Offline)?;
        let reply = JsFuture::from(promise)
            .await
            .map_err(|cause| failed(&cause))?;
        let reply: web_sys::Response = reply.dyn_into().map_err(|_| ApiError::Offline)?;
        if !reply.ok() {
            return Err(refusal(&reply).await);
        }
        let body = reply.body().ok_or(ApiError::Offline)?;
        let reader = body
            .get_reader()
            .dyn_into()
            .map_err(|_| ApiError::Garbled(String::new()))?;
        Ok(Self {
            reader,
            parser: SseParser::new(LARGEST_EVENT),
        })
    }

    /// The events of the next piece, which may be none; `None` at the end of the answer.
    ///
    /// # Errors
    /// [`ApiError::Offline`] when the connection broke, [`ApiError::Garbled`] when an event is too large.
    pub async fn next(&mut self) -> Result<Option<Vec<StreamedEvent>>, ApiError> {
        let piece = JsFuture::from(self.reader.read())
            .await
            .map_err(|cause| failed(&cause))?;
        let get = |name: &str| js_sys::Reflect::get(&piece, &JsValue::from_str(name));
        if get("done").is_ok_and(|done| done.is_truthy()) {
            return Ok(None);
        }
        let bytes = get("value")
            .ok()
            .and_then(|value| value.dyn_into::<js_sys::Uint8Array>().ok())
            .map(|bytes| bytes.to_vec())
            .unwrap_or_default();
        let mut events = Vec::new();
        self.parser
            .feed(&bytes, |event| {
                events.push(StreamedEvent {
                    name: event.name.into_owned(),
                    data: event.data.into_owned(),
                    id: event.id.into_owned(),
                });
            })
            .map_err(|_| ApiError::Garbled(String::new()))?;
        Ok(Some(events))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let gone = self.reader.cancel();
        wasm_bindgen_futures::spawn_local(async move {
            // Whether anybody heard of it makes no difference any more.
            let _ = JsFuture::from(gone).await;
        });
    }
}
