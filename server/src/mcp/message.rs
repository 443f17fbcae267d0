//! JSON-RPC messages as the Model Context Protocol sends them over HTTP: read, checked against their headers, answered. Not what the
//! methods do.
//!
//! Two eras are spoken at one address. **Modern** clients (2026-07-28) say in every request which version they speak; **legacy** ones
//! begin with `initialize`. Neither leaves a trace: every request stands for itself.

use crate::store::{self, StoreError};
use crate::web::Fault;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use krowoc_shared::error::ErrorCode;
use serde_json::{Map, Value, json};

/// The version of requests that describe themselves.
pub const MODERN: &str = "2026-07-28";
/// Versions with a handshake, newest first.
pub const LEGACY: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

const VERSION_HEADER: &str = "mcp-protocol-version";
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";

const PARSE: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const NO_METHOD: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const INTERNAL: i64 = -32603;
const HEADER_MISMATCH: i64 = -32020;
const UNSUPPORTED_VERSION: i64 = -32022;

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// Each request says its version.
    Modern,
    /// The version was agreed on by a handshake.
    Legacy,
}

/// A request that wants an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// A text or a number, given back with the answer.
    pub id: Value,
    /// What is asked for.
    pub method: String,
    /// With what.
    pub params: Map<String, Value>,
    /// How the client speaks.
    pub era: Era,
}

/// What a client sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A request.
    Call(Call),
    /// A notification, or an answer: nothing is sent back.
    Note,
}

/// A failure as JSON-RPC tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct RpcError {
    status: u16,
    code: i64,
    message: String,
    data: Option<Value>,
}

impl RpcError {
    fn new(status: u16, code: i64, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            data: None,
        }
    }

    /// A body that is no JSON.
    #[must_use]
    pub fn parse(why: impl Into<String>) -> Self {
        Self::new(400, PARSE, why)
    }

    /// Parameters that are wrong.
    #[must_use]
    pub fn params(why: impl Into<String>) -> Self {
        Self::new(200, INVALID_PARAMS, why)
    }

    /// A method that is not there.
    #[must_use]
    pub fn no_method(call: &Call) -> Self {
        // Modern clients tell a missing method from a missing server by this status; legacy ones expect every answer under 200.
        let status = match call.era {
            Era::Modern => 404,
            Era::Legacy => 200,
        };
        Self::new(status, NO_METHOD, "There is no such method here.")
    }

    /// What is no request.
    #[must_use]
    pub fn request(why: &str) -> Self {
        Self::new(400, INVALID_REQUEST, why)
    }

    fn mismatch(header: &str) -> Self {
        let why = format!("The header {header} is missing, or does not say what the body says.");
        Self::new(400, HEADER_MISMATCH, why)
    }

    fn version(requested: &str) -> Self {
        let supported: Vec<&str> = std::iter::once(MODERN).chain(LEGACY).collect();
        Self {
            data: Some(json!({"supported": supported, "requested": requested})),
            ..Self::new(400, UNSUPPORTED_VERSION, "Unsupported protocol version")
        }
    }

    /// What the caller can do about it; `None` when it failed here.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        (self.code == INVALID_PARAMS).then_some(self.message.as_str())
    }

    /// As an answer to the request of this id, or to one whose id could not be read.
    #[must_use]
    pub fn response(&self, id: Option<&Value>) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        HttpResponse::build(status).json(self.body(id))
    }

    /// The same as a message: one of several in an answer.
    #[must_use]
    pub fn body(&self, id: Option<&Value>) -> Value {
        let mut error = json!({"code": self.code, "message": self.message});
        if let (Some(data), Some(error)) = (&self.data, error.as_object_mut()) {
            error.insert("data".to_owned(), data.clone());
        }
        let mut body = json!({"jsonrpc": "2.0", "error": error});
        if let (Some(id), Some(body)) = (id, body.as_object_mut()) {
            body.insert("id".to_owned(), id.clone());
        }
        body
    }
}

/// What the client got wrong is told as wrong parameters; what failed here by its code, without details.
impl From<Fault> for RpcError {
    fn from(fault: Fault) -> Self {
        let problem = fault.problem();
        let ours = problem.status >= 500;
        let code = if ours { INTERNAL } else { INVALID_PARAMS };
        let message = problem.detail.unwrap_or(problem.title);
        Self {
            data: Some(json!({"code": problem.code, "correlation_id": problem.correlation_id})),
            ..Self::new(200, code, message)
        }
    }
}

impl From<StoreError> for RpcError {
    fn from(error: StoreError) -> Self {
        Fault::from(error).into()
    }
}

impl store::Failure for RpcError {
    fn is_transient(&self) -> bool {
        false
    }
}

impl From<ErrorCode> for RpcError {
    fn from(code: ErrorCode) -> Self {
        Fault::from(code).into()
    }
}

/// A message, or what it lacks with its id where that was readable.
pub type Read = Result<Message, (RpcError, Option<Value>)>;

/// Reads a message.
///
/// # Errors
/// What it lacks, with its id where that was readable.
pub fn read(headers: &HeaderMap, body: Value) -> Read {
    let Value::Object(mut body) = body else {
        let why = "Send one JSON-RPC message as an object.";
        return Err((RpcError::request(why), None));
    };
    let id = body.remove("id");
    match message(headers, body, id.as_ref()) {
        Ok(message) => Ok(message),
        Err(error) => Err((error, id.filter(is_id))),
    }
}

fn is_id(id: &Value) -> bool {
    id.is_string() || id.is_i64() || id.is_u64()
}

fn message(
    headers: &HeaderMap,
    mut body: Map<String, Value>,
    id: Option<&Value>,
) -> Result<Message, RpcError> {
    if body.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(RpcError::request("Write \"jsonrpc\": \"2.0\"."));
    }
    let method = match body.remove("method") {
        Some(Value::String(method)) => method,
        Some(_) => return Err(RpcError::request("The method is a text.")),
        // An answer to something that this server asked: it never asks.
        None if body.contains_key("result") || body.contains_key("error") => {
            return Ok(Message::Note);
        }
        None => return Err(RpcError::request("The message has no method.")),
    };
    let Some(id) = id else {
        return Ok(Message::Note);
    };
    if !is_id(id) {
        return Err(RpcError::request("The id is a text or a whole number."));
    }
    let params = match body.remove("params") {
        Some(Value::Object(params)) => params,
        None => Map::new(),
        Some(_) => return Err(RpcError::params("The parameters are an object.")),
    };
    let era = era(headers, &method, &params)?;
    Ok(Message::Call(Call {
        id: id.clone(),
        method,
        params,
        era,
    }))
}

/// The version that a client names beside its message.
#[must_use]
pub fn version(headers: &HeaderMap) -> Option<&str> {
    header(headers, VERSION_HEADER)
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn era(headers: &HeaderMap, method: &str, params: &Map<String, Value>) -> Result<Era, RpcError> {
    if method == "initialize" {
        return Ok(Era::Legacy);
    }
    let meta = params.get("_meta");
    let stated = meta
        .and_then(|meta| meta.get(VERSION_KEY))
        .and_then(Value::as_str);
    let Some(stated) = stated else {
        return match header(headers, VERSION_HEADER) {
            // Clients before 2025-06-18 send none.
            None => Ok(Era::Legacy),
            Some(version) if LEGACY.contains(&version) => Ok(Era::Legacy),
            Some(MODERN) => {
                let why = format!("The request lacks {VERSION_KEY} in its _meta.");
                Err(RpcError {
                    status: 400,
                    ..RpcError::params(why)
                })
            }
            Some(other) => Err(RpcError::version(other)),
        };
    };
    if stated != MODERN {
        return Err(RpcError::version(stated));
    }
    modern(headers, method, params)?;
    if !meta
        .and_then(|meta| meta.get(CAPABILITIES_KEY))
        .is_some_and(Value::is_object)
    {
        let why = format!("The request lacks {CAPABILITIES_KEY} in its _meta.");
        return Err(RpcError {
            status: 400,
            ..RpcError::params(why)
        });
    }
    Ok(Era::Modern)
}

/// Headers by which others on the way may have acted must say what the body says.
fn modern(headers: &HeaderMap, method: &str, params: &Map<String, Value>) -> Result<(), RpcError> {
    if header(headers, VERSION_HEADER) != Some(MODERN) {
        return Err(RpcError::mismatch("MCP-Protocol-Version"));
    }
    if header(headers, "mcp-method") != Some(method) {
        return Err(RpcError::mismatch("Mcp-Method"));
    }
    if !matches!(method, "tools/call" | "prompts/get") {
        return Ok(());
    }
    let name = params.get("name").and_then(Value::as_str);
    let said = header(headers, "mcp-name").and_then(decoded);
    if said.is_some() && said.as_deref() == name {
        Ok(())
    } else {
        Err(RpcError::mismatch("Mcp-Name"))
    }
}

/// The value of a header: as it is, or from Base64 between the marks of the protocol.
fn decoded(value: &str) -> Option<String> {
    let inner = value
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="));
    match inner {
        None => Some(value.to_owned()),
        Some(inner) => String::from_utf8(STANDARD.decode(inner).ok()?).ok(),
    }
}

#[cfg(test)]
mod tests {
    //! Messages as clients of each version send them, and those that none should.

    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        headers
    }

    fn modern_call(method: &str, mut params: Value) -> Value {
        params["_meta"] = json!({VERSION_KEY: MODERN, CAPABILITIES_KEY: {}});
        json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
    }

    fn era_of(pairs: &[(&'static str, &str)], body: Value) -> Result<Era, i64> {
        match read(&headers(pairs), body) {
            Ok(Message::Call(call)) => Ok(call.era),
            Ok(Message::Note) => Err(0),
            Err((error, _)) => Err(error.code),
        }
    }

    const LIST: [(&str, &str); 2] = [(VERSION_HEADER, MODERN), ("mcp-method", "prompts/list")];

    #[test]
    fn a_request_that_says_its_version_is_modern() {
        assert_eq!(
            era_of(&LIST, modern_call("prompts/list", json!({}))),
            Ok(Era::Modern)
        );
    }

    #[test]
    fn a_request_without_a_version_or_with_an_older_one_is_legacy() {
        let list = json!({"jsonrpc": "2.0", "id": "a", "method": "prompts/list"});
        assert_eq!(era_of(&[], list.clone()), Ok(Era::Legacy));
        for version in LEGACY {
            assert_eq!(
                era_of(&[(VERSION_HEADER, version)], list.clone()),
                Ok(Era::Legacy)
            );
        }
        let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}});
        assert_eq!(era_of(&[], hello), Ok(Era::Legacy));
    }

    #[test]
    fn a_version_that_nobody_speaks_is_refused_with_those_that_are() {
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/list"});
        let (error, id) = read(&headers(&[(VERSION_HEADER, "1900-01-01")]), list).unwrap_err();
        assert_eq!(
            (error.code, error.status, id),
            (UNSUPPORTED_VERSION, 400, Some(json!(1)))
        );
        let data = error.data.unwrap();
        assert_eq!(data["requested"], "1900-01-01");
        assert_eq!(data["supported"][0], MODERN);
    }

    #[test]
    fn headers_must_say_what_the_body_says() {
        let body = modern_call("prompts/list", json!({}));
        assert_eq!(era_of(&[], body.clone()), Err(HEADER_MISMATCH));
        let other = [(VERSION_HEADER, MODERN), ("mcp-method", "tools/list")];
        assert_eq!(era_of(&other, body), Err(HEADER_MISMATCH));
        let get = modern_call("prompts/get", json!({"name": "café"}));
        let with = |name| {
            [
                (VERSION_HEADER, MODERN),
                ("mcp-method", "prompts/get"),
                ("mcp-name", name),
            ]
        };
        assert_eq!(
            era_of(&with("=?base64?Y2Fmw6k=?="), get.clone()),
            Ok(Era::Modern)
        );
        assert_eq!(era_of(&with("cafe"), get.clone()), Err(HEADER_MISMATCH));
        assert_eq!(
            era_of(&with("=?base64?***?="), get.clone()),
            Err(HEADER_MISMATCH)
        );
        let nameless = modern_call("prompts/get", json!({}));
        assert_eq!(era_of(&with("x"), nameless), Err(HEADER_MISMATCH));
    }

    #[test]
    fn a_modern_request_without_its_fields_is_malformed() {
        let mut body = modern_call("prompts/list", json!({}));
        body["params"]["_meta"]
            .as_object_mut()
            .unwrap()
            .remove(CAPABILITIES_KEY);
        assert_eq!(era_of(&LIST, body), Err(INVALID_PARAMS));
        let bare = json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/list"});
        assert_eq!(era_of(&LIST, bare), Err(INVALID_PARAMS));
    }

    #[test]
    fn notifications_and_answers_want_nothing_back() {
        let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(read(&HeaderMap::new(), note), Ok(Message::Note));
        let answer = json!({"jsonrpc": "2.0", "id": 1, "result": {}});
        assert_eq!(read(&HeaderMap::new(), answer), Ok(Message::Note));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for body in [
            json!([]),
            json!("x"),
            json!({"id": 1, "method": "ping"}),
            json!({"jsonrpc": "2.0", "id": 1}),
            json!({"jsonrpc": "2.0", "id": 1, "method": 3}),
            json!({"jsonrpc": "2.0", "id": null, "method": "ping"}),
            json!({"jsonrpc": "2.0", "id": 1.5, "method": "ping"}),
        ] {
            assert_eq!(era_of(&[], body.clone()), Err(INVALID_REQUEST), "{body}");
        }
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []});
        assert_eq!(era_of(&[], list), Err(INVALID_PARAMS));
    }
}
