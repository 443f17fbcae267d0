//! Every call to the browser: `chrome.*`, fetch, locks, storage. The only place that knows them; differences between browsers end here.

mod lock;
pub mod session;
mod side;
mod stream;

pub use lock::{alone, in_turn};
pub use side::{open_beside, window_beside};
pub use stream::{Opening, Stream, stream};

use crate::json;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    async fn runtime_send(message: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = getURL)]
    fn runtime_url(path: &str) -> String;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = openOptionsPage, catch)]
    async fn runtime_open_options() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "i18n"], js_name = getMessage)]
    fn i18n_message(key: &str, substitutions: Vec<String>) -> JsValue;
    #[wasm_bindgen(js_namespace = ["chrome", "i18n"], js_name = getUILanguage)]
    fn i18n_language() -> String;

    #[wasm_bindgen(js_namespace = Intl, js_name = RelativeTimeFormat)]
    type RelativeTime;
    #[wasm_bindgen(constructor, js_namespace = Intl, js_class = RelativeTimeFormat)]
    fn new(language: &str, options: &JsValue) -> RelativeTime;
    #[wasm_bindgen(method, js_class = RelativeTimeFormat)]
    fn format(this: &RelativeTime, count: f64, unit: &str) -> String;

    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = query, catch)]
    async fn tabs_query(query: JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = create, catch)]
    async fn tabs_create(info: JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = remove, catch)]
    async fn tabs_remove(tab: i32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "scripting"], js_name = executeScript, catch)]
    async fn scripting_execute(injection: JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "contextMenus"], js_name = create)]
    fn menus_create(info: JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = ["chrome", "contextMenus"], js_name = removeAll, catch)]
    async fn menus_remove_all() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setBadgeText, catch)]
    async fn action_badge_text(details: JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setBadgeBackgroundColor, catch)]
    async fn action_badge_colour(details: JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "action"], js_name = setTitle, catch)]
    async fn action_title(details: JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = create)]
    fn alarms_create(name: &str, info: JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = ["chrome", "alarms"], js_name = clear, catch)]
    async fn alarms_clear(name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = request)]
    fn permissions_request(wanted: JsValue) -> js_sys::Promise;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = contains, catch)]
    async fn permissions_contains(wanted: JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = remove, catch)]
    async fn permissions_remove(held: JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["navigator", "storage"], js_name = persist, catch)]
    async fn storage_persist() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "storage"], js_name = estimate, catch)]
    async fn storage_estimate() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    async fn clipboard_write(text: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = fetch, catch)]
    async fn fetch_url(url: &str, init: JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = AbortSignal, js_name = timeout)]
    fn abort_after(millis: u32) -> JsValue;

    /// Set by the background's entry: the extractor module, started on first use.
    #[wasm_bindgen(js_name = krowocExtract, catch)]
    async fn extractor_run(request: &str) -> Result<JsValue, JsValue>;
    /// Set by the entries of pages: what became of a text that was put into a tab.
    #[wasm_bindgen(js_name = krowocInsert, catch)]
    async fn page_insert(tab: i32, text: &str) -> Result<JsValue, JsValue>;
    /// Set by each entry: the module is unusable from here on.
    #[wasm_bindgen(js_name = krowocPanicked)]
    fn entry_panicked(message: &str);
}

/// What a browser call failed with, as it says it. For logs and for [`classify`](crate::model::page::refusal); not shown as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserError(pub String);

impl std::fmt::Display for BrowserError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<JsValue> for BrowserError {
    fn from(value: JsValue) -> Self {
        let message = js_sys::Reflect::get(&value, &"message".into())
            .ok()
            .and_then(|message| message.as_string())
            .or_else(|| value.as_string());
        Self(message.unwrap_or_else(|| "the browser refused without a reason".to_owned()))
    }
}

type Browser<T> = Result<T, BrowserError>;

/// A plain JavaScript value of a JSON text; undefined when the text is none.
fn object(json: &serde_json::Value) -> JsValue {
    js_sys::JSON::parse(&json.to_string()).unwrap_or(JsValue::UNDEFINED)
}

fn read<T: DeserializeOwned>(value: &JsValue) -> Browser<T> {
    let json = js_sys::JSON::stringify(value).map_err(BrowserError::from)?;
    let json = json.as_string().unwrap_or_else(|| "null".to_owned());
    json::read(&json).map_err(|error| BrowserError(error.to_string()))
}

fn get(value: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(value, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// The wall clock, milliseconds since 1970.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the platform layer")]
pub fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// Random bytes from the browser's cryptographic source.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the platform layer")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        wasm_bindgen::throw_str("no source of randomness");
    }
    bytes
}

/// Reports panics to the entry script, which replaces the instance.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| entry_panicked(&info.to_string())));
}

/// A message of the catalogue with its `$1`… filled in; the key itself when it is missing, so that a gap shows.
#[must_use]
pub fn message(key: &str, substitutions: &[&str]) -> String {
    let substitutions = substitutions.iter().map(|&text| text.to_owned()).collect();
    i18n_message(key, substitutions)
        .as_string()
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| key.to_owned())
}

/// The language of the browser's own interface, such as `pt-BR`.
#[must_use]
pub fn language() -> String {
    i18n_language().replace('_', "-")
}

/// A number with the marks of the interface's language.
#[must_use]
pub fn number(value: f64) -> String {
    js_sys::Number::from(value)
        .to_locale_string(&language())
        .into()
}

/// A span such as "2 minutes ago"; 0 is "now".
#[must_use]
pub fn relative(count: f64, unit: &str) -> String {
    let options = object(&serde_json::json!({"numeric": "auto"}));
    RelativeTime::new(&language(), &options).format(count, unit)
}

/// Address of a file of this package.
#[must_use]
pub fn package_url(path: &str) -> String {
    runtime_url(path)
}

/// Sends a request to the background and waits for its answer.
pub async fn send(request: &str) -> Browser<String> {
    let answer = runtime_send(request).await?;
    answer
        .as_string()
        .ok_or_else(|| BrowserError("no answer".to_owned()))
}

/// Opens the options page in a tab.
pub async fn open_options() -> Browser<()> {
    runtime_open_options().await?;
    Ok(())
}

/// A tab, as far as it may be seen.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Tab {
    /// Its number; absent for windows that are none.
    pub id: Option<i32>,
    /// Its address; absent without a grant.
    pub url: Option<String>,
    /// Its title; absent without a grant.
    pub title: Option<String>,
}

/// The tab in front.
pub async fn active_tab() -> Browser<Option<Tab>> {
    let query = object(&serde_json::json!({"active": true, "lastFocusedWindow": true}));
    let tabs: Vec<Tab> = read(&tabs_query(query).await?)?;
    Ok(tabs.into_iter().next())
}

/// Opens a tab.
pub async fn open_tab(url: &str) -> Browser<()> {
    tabs_create(object(&serde_json::json!({ "url": url }))).await?;
    Ok(())
}

/// Closes a tab.
pub async fn close_tab(tab: i32) -> Browser<()> {
    tabs_remove(tab).await?;
    Ok(())
}

/// Runs the page serialiser in a tab and gives what it returned: a `PageSnapshot` as JSON.
pub async fn serialise(tab: i32, frame: Option<i32>) -> Browser<String> {
    let target = match frame.filter(|&frame| frame != 0) {
        Some(frame) => serde_json::json!({"tabId": tab, "frameIds": [frame]}),
        None => serde_json::json!({ "tabId": tab }),
    };
    // At once: a picture that does not come would else hold the page back for as long. The serialiser waits for the text itself.
    let injection = serde_json::json!({
        "target": target, "files": ["glue/serialise.js"], "injectImmediately": true,
    });
    let results = scripting_execute(object(&injection)).await?;
    let first = js_sys::Array::from(&results).get(0);
    if let Some(json) = get(&first, "result").as_string() {
        return Ok(json);
    }
    let error = get(&first, "error");
    Err(BrowserError::from(error))
}

/// What became of a text that was put into a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It stands there as it was.
    Whole,
    /// The page made something else of it.
    Otherwise,
    /// Nothing there takes it.
    No,
}

/// Puts a text where the cursor of a tab's page is.
pub async fn insert(tab: i32, text: &str) -> Browser<Inserted> {
    let became = page_insert(tab, text).await?;
    Ok(match became.as_string().as_deref() {
        Some("done") => Inserted::Whole,
        Some("otherwise") => Inserted::Otherwise,
        _ => Inserted::No,
    })
}

/// Runs the extractor module on a request, both JSON.
pub async fn extract(request: &str) -> Browser<String> {
    let answer = extractor_run(request).await?;
    answer
        .as_string()
        .ok_or_else(|| BrowserError("the extractor gave no answer".to_owned()))
}

/// Replaces all context-menu entries.
pub async fn set_menus(entries: &[serde_json::Value]) -> Browser<()> {
    menus_remove_all().await?;
    for entry in entries {
        menus_create(object(entry));
    }
    Ok(())
}

/// Shows a short text on the button, with a longer one as its tooltip.
pub async fn set_badge(text: &str, colour: &str, title: &str) -> Browser<()> {
    action_badge_text(object(&serde_json::json!({ "text": text }))).await?;
    action_badge_colour(object(&serde_json::json!({ "color": colour }))).await?;
    action_title(object(&serde_json::json!({ "title": title }))).await?;
    Ok(())
}

/// Sets an alarm that repeats every so many minutes.
pub fn repeat_alarm(name: &str, minutes: u32) {
    alarms_create(
        name,
        object(&serde_json::json!({"periodInMinutes": minutes})),
    );
}

/// Sets an alarm for a time. Browsers do not fire one earlier than 30 seconds from now.
pub fn set_alarm(name: &str, at: i64) {
    alarms_create(name, object(&serde_json::json!({ "when": at })));
}

/// Takes an alarm back.
pub async fn clear_alarm(name: &str) -> Browser<()> {
    alarms_clear(name).await?;
    Ok(())
}

/// What people call this browser.
#[must_use]
pub fn name() -> &'static str {
    if is_firefox() { "Firefox" } else { "Chrome" }
}

/// An address with its host in ASCII, as the browser itself would write it; unchanged when the browser cannot read it.
#[must_use]
pub fn ascii_host(typed: &str) -> String {
    let typed = typed.trim();
    if typed.is_ascii() {
        return typed.to_owned();
    }
    let whole = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    web_sys::Url::new(&whole).map_or(whole, |url| url.origin())
}

fn is_firefox() -> bool {
    runtime_url("").starts_with("moz-extension:")
}

/// The permissions of a connection to a server: its host and, where the browser asks for it, what is sent there.
fn connection(pattern: &str, asking: bool) -> JsValue {
    // Firefox refuses a port in a pattern.
    let pattern = if is_firefox() {
        crate::model::address::without_port(pattern)
    } else {
        pattern.to_owned()
    };
    if asking && is_firefox() {
        let sent = ["websiteContent", "browsingActivity"];
        return object(&serde_json::json!({"origins": [pattern], "data_collection": sent}));
    }
    object(&serde_json::json!({ "origins": [pattern] }))
}

/// Asks for the permission to talk to a server. Must be called in the click itself, before anything is awaited.
pub fn request_host(pattern: &str) -> impl Future<Output = Browser<bool>> + use<> {
    let asked = permissions_request(connection(pattern, true));
    async move {
        let granted = wasm_bindgen_futures::JsFuture::from(asked).await?;
        Ok(granted.as_bool().unwrap_or(false))
    }
}

/// Whether the server's host may be talked to.
pub async fn has_host(pattern: &str) -> bool {
    permissions_contains(connection(pattern, false))
        .await
        .is_ok_and(|held| held.as_bool().unwrap_or(false))
}

/// Gives a host permission back.
pub async fn drop_host(pattern: &str) {
    // A host that was never granted cannot be given back: nothing to tell.
    let _ = permissions_remove(connection(pattern, false)).await;
}

/// Asks the browser not to evict the library. True when it will not. Only pages may ask: a worker has no such function.
pub async fn persist_storage() -> bool {
    let storage = get(&get(&js_sys::global(), "navigator"), "storage");
    if !get(&storage, "persist").is_function() {
        return false;
    }
    storage_persist()
        .await
        .is_ok_and(|kept| kept.as_bool().unwrap_or(false))
}

/// Bytes in use by the extension's origin; `None` where the browser does not tell.
pub async fn storage_used() -> Option<u64> {
    let estimate = storage_estimate().await.ok()?;
    get(&estimate, "usage").as_f64().map(|used| used as u64)
}

/// True unless the browser knows that there is no network.
#[must_use]
pub fn online() -> bool {
    get(&get(&js_sys::global(), "navigator"), "onLine")
        .as_bool()
        .unwrap_or(true)
}

/// Puts a text on the clipboard.
pub async fn copy(text: &str) -> Browser<()> {
    clipboard_write(text).await?;
    Ok(())
}

/// Answer of a server.
#[derive(Debug, Clone)]
pub struct HttpReply {
    /// Status code.
    pub status: u16,
    /// Body as text.
    pub body: String,
    /// Seconds of a `Retry-After` header.
    pub retry_after: Option<u32>,
}

/// A request with a JSON body, or without one.
#[derive(Debug, Clone, Copy)]
pub struct HttpRequest<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Whole address.
    pub url: &'a str,
    /// JSON.
    pub body: Option<&'a str>,
    /// Access token.
    pub bearer: Option<&'a str>,
    /// Milliseconds until it is given up.
    pub timeout: u32,
}

/// Sends a request. An error means that no answer came: no network, no such host, no answer in time.
pub async fn http(request: HttpRequest<'_>) -> Browser<HttpReply> {
    let mut headers = serde_json::Map::new();
    let mut header = |name: &str, value: &str| drop(headers.insert(name.to_owned(), value.into()));
    header("accept", "application/json");
    if request.body.is_some() {
        header("content-type", "application/json");
    }
    if let Some(token) = request.bearer {
        header("authorization", &format!("Bearer {token}"));
    }
    let init = serde_json::json!({
        "method": request.method, "headers": headers,
        "credentials": "omit", "cache": "no-store", "redirect": "error", "referrerPolicy": "no-referrer",
    });
    let init = object(&init);
    if let Some(body) = request.body {
        // A plain object takes any property.
        let _ = js_sys::Reflect::set(&init, &"body".into(), &body.into());
    }
    let _ = js_sys::Reflect::set(&init, &"signal".into(), &abort_after(request.timeout));
    let response: web_sys::Response = fetch_url(request.url, init)
        .await?
        .dyn_into()
        .map_err(BrowserError::from)?;
    let retry_after = response.headers().get("retry-after").ok().flatten();
    let text = wasm_bindgen_futures::JsFuture::from(response.text()?).await?;
    Ok(HttpReply {
        status: response.status(),
        body: text.as_string().unwrap_or_default(),
        retry_after: retry_after.and_then(|seconds| seconds.trim().parse().ok()),
    })
}
