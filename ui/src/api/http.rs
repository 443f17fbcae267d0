//! One request with `fetch`. Not retried here, and no knowledge of sessions.

use super::error::ApiError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestCredentials, RequestInit};

/// A method of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Changes.
    Patch,
    /// Replaces.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Address, with the query.
    pub url: String,
    /// A text, which is JSON, or a file.
    pub body: Option<JsValue>,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// Calls it off.
    pub signal: Option<AbortSignal>,
    /// Cookies go along.
    pub cookies: bool,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Response {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// The text; empty for 204.
    pub body: String,
}

/// Sends a request and reads the answer whole.
///
/// # Errors
/// [`ApiError::Offline`] when no answer came, [`ApiError::Problem`] when it was a refusal.
pub async fn send(request: &Request) -> Result<Response, ApiError> {
    let promise = fetch(request).map_err(|_| ApiError::Offline)?;
    let reply = JsFuture::from(promise)
        .await
        .map_err(|cause| failed(&cause))?;
    let reply: web_sys::Response = reply.dyn_into().map_err(|_| ApiError::Offline)?;
    if !reply.ok() {
        return Err(refusal(&reply).await);
    }
    Ok(Response {
        status: reply.status(),
        body: text(&reply).await?,
    })
}

async fn text(reply: &web_sys::Response) -> Result<String, ApiError> {
    let text = reply.text().map_err(|cause| failed(&cause))?;
    let body = JsFuture::from(text).await.map_err(|cause| failed(&cause))?;
    Ok(body.as_string().unwrap_or_default())
}

/// Why an answer is a refusal.
pub(super) async fn refusal(reply: &web_sys::Response) -> ApiError {
    let correlation = reply
        .headers()
        .get("x-correlation-id")
        .ok()
        .flatten()
        .unwrap_or_default();
    match text(reply).await {
        Ok(body) => ApiError::from_answer(reply.status(), &body, &correlation),
        Err(error) => error,
    }
}

pub(super) fn failed(cause: &JsValue) -> ApiError {
    let name = js_sys::Reflect::get(cause, &JsValue::from_str("name"))
        .ok()
        .and_then(|name| name.as_string());
    if name.as_deref() == Some("AbortError") {
        ApiError::Aborted
    } else {
        ApiError::Offline
    }
}

pub(super) fn fetch(request: &Request) -> Result<js_sys::Promise, JsValue> {
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_credentials(if request.cookies {
        RequestCredentials::SameOrigin
    } else {
        RequestCredentials::Omit
    });
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    if let Some(body) = &request.body {
        // A file says itself what it is.
        if body.is_string() {
            headers.set("content-type", "application/json")?;
        }
        init.set_body(body);
    }
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    init.set_headers(&headers);
    init.set_signal(request.signal.as_ref());
    // A worker has no window: `fetch` is looked up on whatever the global object is.
    let global = js_sys::global();
    let fetch: js_sys::Function =
        js_sys::Reflect::get(&global, &JsValue::from_str("fetch"))?.dyn_into()?;
    fetch
        .call2(&global, &JsValue::from_str(&request.url), &init)?
        .dyn_into()
}
