//! Passkeys as this browser makes them and signs with them: its own functions, asked with what the server says. Not what is then sent.

use crate::platform;
use krowoc_shared::accounts::passkeys::{
    CreatedCredential, CreationOptions, RequestOptions, SignedCredential,
};
use krowoc_shared::ids::Millis;
use krowoc_ui::messages::passkeys as words;
use leptos::prelude::{LocalStorage, StoredValue, UpdateValue, on_cleanup};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseCreationOptionsFromJSON)]
    fn creation(options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = PublicKeyCredential, js_name = parseRequestOptionsFromJSON)]
    fn request(options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = create)]
    fn create_credential(asked: &JsValue) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = get)]
    fn get_credential(asked: &JsValue) -> Result<js_sys::Promise, JsValue>;
}

/// The part of a page in which a ceremony is begun. When it goes, the browser is told to ask no more: nobody waits for the answer.
#[derive(Clone, Copy)]
pub struct Stage(StoredValue<Option<AbortController>, LocalStorage>);

impl Stage {
    /// The part that is being drawn.
    pub fn here() -> Self {
        let stage = Self(StoredValue::new_local(None));
        on_cleanup(move || stage.leave());
        stage
    }

    /// By which the browser learns that it is gone; `None` when it is.
    fn signal(self) -> Option<AbortSignal> {
        let controller = AbortController::new().ok()?;
        let signal = controller.signal();
        self.0
            .try_update_value(|under_way| *under_way = Some(controller))?;
        Some(signal)
    }

    fn leave(self) {
        if let Some(Some(controller)) = self.0.try_update_value(Option::take) {
            controller.abort();
        }
    }
}

/// Why there is no passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person called it off, was not known, or has no passkey that fits: browsers tell nobody which.
    Cancelled,
    /// It took too long.
    TimedOut,
    /// The authenticator made one for this account before.
    Known,
    /// This page is not at the address that passkeys are for.
    Elsewhere,
    /// The authenticator cannot do what is asked.
    Unable,
    /// Whatever else.
    Broken,
}

impl Refusal {
    /// By the name of a browser's error (Web Authentication, section 5.1), after so many milliseconds of those that it had.
    fn read(name: &str, took: Millis, had: Millis) -> Self {
        match name {
            "NotAllowedError" if took >= had => Self::TimedOut,
            "NotAllowedError" | "AbortError" => Self::Cancelled,
            "InvalidStateError" => Self::Known,
            "SecurityError" => Self::Elsewhere,
            "NotSupportedError" | "ConstraintError" => Self::Unable,
            _ => Self::Broken,
        }
    }

    /// What is told; `making` is whether a new one was wanted.
    pub fn sentence(self, making: bool) -> &'static str {
        match self {
            Self::Cancelled if making => words::CANCELLED_MAKING,
            Self::Cancelled => words::CANCELLED,
            Self::TimedOut => words::TIMED_OUT,
            Self::Known => words::KNOWN,
            Self::Elsewhere => words::ELSEWHERE,
            Self::Unable => words::UNABLE,
            Self::Broken => words::BROKEN,
        }
    }
}

fn name(error: &JsValue) -> String {
    let name = js_sys::Reflect::get(error, &JsValue::from_str("name"));
    name.ok()
        .and_then(|name| name.as_string())
        .unwrap_or_default()
}

/// As a browser says it of what was called off.
fn gone() -> JsValue {
    let error = js_sys::Error::new("the page is gone");
    error.set_name("AbortError");
    error.into()
}

/// The browser's own way from what was sent as JSON and back.
async fn asked<T: DeserializeOwned>(
    options: &impl Serialize,
    stage: Stage,
    parse: fn(&JsValue) -> Result<JsValue, JsValue>,
    ask: fn(&JsValue) -> Result<js_sys::Promise, JsValue>,
) -> Result<T, JsValue> {
    let text = serde_json::to_string(options).map_err(|_| JsValue::NULL)?;
    let parsed = parse(&js_sys::JSON::parse(&text)?)?;
    let wanted = js_sys::Object::new();
    js_sys::Reflect::set(&wanted, &JsValue::from_str("publicKey"), &parsed)?;
    let signal = stage.signal().ok_or_else(gone)?;
    js_sys::Reflect::set(&wanted, &JsValue::from_str("signal"), &signal)?;
    let credential = JsFuture::from(ask(&wanted)?).await?;
    // This asks the credential itself, which knows how it is written.
    let text = String::from(js_sys::JSON::stringify(&credential)?);
    serde_json::from_str(&text).map_err(|_| JsValue::NULL)
}

async fn timed<T>(had: u32, work: impl Future<Output = Result<T, JsValue>>) -> Result<T, Refusal> {
    let begun = platform::now();
    let done = work.await;
    let took = platform::now().saturating_sub(begun);
    done.map_err(|error| Refusal::read(&name(&error), took, Millis::from(had)))
}

/// Makes a passkey.
///
/// # Errors
/// Why there is none.
pub async fn create(options: &CreationOptions, stage: Stage) -> Result<CreatedCredential, Refusal> {
    let work = asked(options, stage, creation, create_credential);
    timed(options.timeout, work).await
}

/// Signs with one.
///
/// # Errors
/// Why there is no signature.
pub async fn get(options: &RequestOptions, stage: Stage) -> Result<SignedCredential, Refusal> {
    let work = asked(options, stage, request, get_credential);
    timed(options.timeout, work).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_refuses_with_is_told_in_words() {
        let read = |name| Refusal::read(name, 10, 300_000);
        assert_eq!(read("NotAllowedError"), Refusal::Cancelled);
        assert_eq!(read("AbortError"), Refusal::Cancelled);
        assert_eq!(read("InvalidStateError"), Refusal::Known);
        assert_eq!(read("SecurityError"), Refusal::Elsewhere);
        assert_eq!(read("ConstraintError"), Refusal::Unable);
        assert_eq!(read(""), Refusal::Broken);
        let late = Refusal::read("NotAllowedError", 300_000, 300_000);
        assert_eq!(late, Refusal::TimedOut);
        assert_ne!(
            Refusal::Cancelled.sentence(true),
            Refusal::Cancelled.sentence(false)
        );
    }
}
