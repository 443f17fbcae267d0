//! The doors that no contract describes: OpenAI's, the agents', the public pages. Requests well-formed and broken: no server error, and every
//! answer of the media type that its readers expect.

use super::shapes::Shapes;
use super::{answer, escaped, form, person};
use krowoc_tests::http::HttpServer;
use krowoc_tests::rng::Rng;
use krowoc_tests::{Caller, Options, TestApp};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Requests of one seed.
const REQUESTS: usize = 500;
const BROKEN: u64 = 50;
const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";
const PAGE: &str = "text/html";

/// What an answer of a door may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    /// JSON or events as OpenAI's clients read them.
    Chat,
    /// JSON-RPC, or a problem before a message is read.
    Agents,
    /// This type; refusals are problems, or a page that says so.
    Media(&'static str),
}

struct Door {
    method: Method,
    /// With `{}` in the place of a word.
    path: &'static str,
    query: Value,
    body: Value,
    speaks: Speaks,
}

fn door(method: Method, path: &'static str, speaks: Speaks) -> Door {
    Door {
        method,
        path,
        query: json!({"type": "object", "properties": {}}),
        body: Value::Null,
        speaks,
    }
}

fn chat() -> Value {
    let text = json!({"type": "string"});
    let part = json!({"type": "object", "required": ["type"], "properties": {
        "type": {"enum": ["text", "image_url", "other"]}, "text": text}});
    let message = json!({"type": "object", "required": ["role", "content"], "properties": {
        "role": {"enum": ["system", "developer", "user", "assistant", "tool"]},
        "content": {"oneOf": [text, {"type": "array", "items": part}, {"type": "null"}]},
        "tool_call_id": text}});
    let any = json!({"type": "object", "required": ["model", "messages"], "properties": {
        "model": {"enum": ["compatible/echo", "echo", "prompt:prompt", "prompt:prompt@1", "prompt:none", "nobody/none"]},
        "run_model": {"enum": ["compatible/echo", "echo"]},
        "messages": {"type": "array", "items": message},
        "variables": {"type": "object", "additionalProperties": text},
        "temperature": {"type": "number"},
        "max_tokens": {"type": "integer", "minimum": 1},
        "stop": {"oneOf": [text, {"type": "array", "items": text}]},
        "response_format": {"type": "object", "properties": {"type": {"enum": ["text", "json_object", "json_schema"]}, "json_schema": {}}},
        "tools": {"type": "array", "items": {"type": "object", "properties": {"type": {"enum": ["function"]}, "function": {}}}},
        "stream": {"const": false},
        "seed": {"type": "integer"},
        "user": text}});
    // One that is answered, now and then: the rest is mostly refused.
    let said = json!({"type": "object", "required": ["role", "content"], "properties": {"role": {"const": "user"}, "content": text}});
    let plain = json!({"type": "object", "required": ["model", "messages"], "properties": {
        "model": {"const": "compatible/echo"}, "messages": {"type": "array", "items": said}, "temperature": {"type": "number"}}});
    json!({"anyOf": [any, plain]})
}

fn message() -> Value {
    let text = json!({"type": "string"});
    let methods = [
        "initialize",
        "ping",
        "server/discover",
        "tools/list",
        "tools/call",
        "prompts/list",
        "prompts/get",
        "completion/complete",
        "notifications/initialized",
        "none",
    ];
    let arguments = json!({"type": "object", "properties": {
        "query": text, "kind": {"enum": ["prompt", "snippet"]}, "name": text, "variables": {"type": "object", "additionalProperties": text}}});
    let params = json!({"type": "object", "properties": {
        "name": {"enum": ["search_prompts", "get_prompt", "render_prompt", "prompt", "none"]},
        "arguments": arguments, "cursor": text, "protocolVersion": {"enum": ["2025-03-26", "2025-11-25", "1900-01-01"]},
        "ref": {"type": "object", "properties": {"type": text, "name": text}}, "argument": {}}});
    let one = json!({"type": "object", "required": ["jsonrpc", "method", "id"], "properties": {
        "jsonrpc": {"const": "2.0"}, "id": {"oneOf": [text, {"type": "integer"}]}, "method": {"enum": methods}, "params": params}});
    json!({"anyOf": [one, one, one, {"type": "array", "items": one}]})
}

fn doors() -> Vec<Door> {
    use Speaks::{Agents, Chat, Media};
    let get = |path, kind| door(Method::GET, path, Media(kind));
    let board = json!({"type": "object", "properties": {
        "window": {"enum": ["day", "week", "all", "24h", "7d"]}, "formula": {"enum": ["classic", "wilson", "krowoc-1"]}, "q": {"type": "string"}}});
    let blanks =
        json!({"type": "object", "additionalProperties": {"type": "string"}, "properties": {}});
    vec![
        Door {
            body: chat(),
            ..door(Method::POST, "/v1/chat/completions", Chat)
        },
        door(Method::GET, "/v1/models", Chat),
        door(Method::GET, "/v1/models/{}", Chat),
        door(Method::GET, "/v1/{}", Chat),
        Door {
            body: message(),
            ..door(Method::POST, "/mcp", Agents)
        },
        Door {
            query: board,
            ..get("/leaderboard", PAGE)
        },
        get("/leaderboard/rules", PAGE),
        get("/leaderboard/site.css", "text/css"),
        get("/leaderboard/site.js", "text/javascript"),
        get("/leaderboard/card.png", "image/png"),
        get("/robots.txt", "text/plain"),
        get("/sitemap.xml", "application/xml"),
        get("/p/{}", PAGE),
        get("/p/{}/card.png", "image/png"),
        Door {
            body: blanks,
            ..door(Method::POST, "/p/{}", Media(PAGE))
        },
        get("/api/docs", PAGE),
        get("/api/docs.css", "text/css"),
        get("/api/v1/openapi.json", JSON),
        get("/api/v1/schemas", JSON),
        get("/api/v1/schemas/{}.json", "application/schema+json"),
        get("/health/live", JSON),
        get("/health/ready", JSON),
    ]
}

impl Door {
    fn request(&self, callers: &Callers, shapes: &mut Shapes<'_>) -> (RequestBuilder, String) {
        let word = match shapes.value(&json!({"type": "string"}), "slug") {
            Value::String(text) => escaped(&text),
            other => escaped(&other.to_string()),
        };
        let mut path = self.path.replace("{}", &word);
        let query = form(&shapes.value(&self.query, ""));
        if !query.is_empty() {
            path = format!("{path}?{query}");
        }
        let caller = match (self.speaks, shapes.broken && shapes.rng.chance(5)) {
            (Speaks::Chat | Speaks::Agents, false) => &callers.program,
            _ => &callers.nobody,
        };
        let mut request = caller.request(self.method.clone(), &path);
        let mut told = format!("{} {path}", self.method);
        if !self.body.is_null() {
            let value = shapes.value(&self.body, "");
            let (media, mut body) = match self.speaks {
                Speaks::Media(_) => (super::FORM, form(&value)),
                Speaks::Chat | Speaks::Agents => (JSON, value.to_string()),
            };
            if shapes.broken && shapes.rng.chance(4) {
                body = body.chars().take(body.chars().count() / 2).collect();
            }
            told = format!("{told} {body}");
            request = request.header("content-type", media).body(body);
        }
        (request.timeout(Duration::from_secs(60)), told)
    }

    /// Why an answer is not one of this door.
    fn fault(&self, status: StatusCode, kind: &str, body: &[u8]) -> Option<String> {
        // What the provider says in another form than was asked for is told as its fault.
        let upstream = self.speaks == Speaks::Chat && status == StatusCode::BAD_GATEWAY;
        if status.is_server_error() && !upstream {
            return Some("a server error".to_owned());
        }
        let kind = kind.split(';').next().unwrap_or_default();
        let value = serde_json::from_slice::<Value>(body).ok();
        let problem = kind == "application/problem+json"
            && value
                .as_ref()
                .is_some_and(|it| it["status"] == status.as_u16() && it["code"].is_string());
        let right = match self.speaks {
            Speaks::Chat if status.is_success() => {
                kind == EVENTS || (kind == JSON && value.is_some())
            }
            Speaks::Chat => {
                let message = value.map(|it| it["error"]["message"].is_string());
                kind == JSON && message == Some(true)
            }
            Speaks::Agents if status == StatusCode::ACCEPTED => body.is_empty(),
            Speaks::Agents => {
                let rpc = |it: &Value| {
                    it["jsonrpc"] == "2.0" && it["result"].is_object() != it["error"].is_object()
                };
                let spoken = value.as_ref().is_some_and(|it| match it {
                    Value::Array(all) => !all.is_empty() && all.iter().all(rpc),
                    one => rpc(one),
                });
                problem || (kind == JSON && spoken)
            }
            Speaks::Media(media) if status.is_success() => kind == media,
            Speaks::Media(_) => problem || kind == PAGE,
        };
        (!right).then(|| format!("an answer of type `{kind}` that its readers do not expect"))
    }
}

struct Callers {
    program: Caller,
    nobody: Caller,
}

async fn fuzz(seed: u64) {
    let provider = HttpServer::start(answer).await;
    let app = TestApp::start_with(Options {
        settings: vec![("allowed_provider_hosts", provider.address.to_string())],
        seed: Some(seed),
    })
    .await;
    let document: Value = app
        .anonymous()
        .get("/api/v1/openapi.json")
        .await
        .ok()
        .json();
    let base_url = format!("{}/v1", provider.url());
    let mut shapes = Shapes::new(&document, Rng::new(seed), base_url.clone());
    let owner = person(&app, &mut shapes, "doors@example.org", &base_url).await;
    public(&owner, &mut shapes).await;
    let (program, _) = owner.program(&["library:read", "executions"]).await;
    let callers = Callers {
        program,
        nobody: app.anonymous(),
    };
    let doors = doors();
    let (mut succeeded, mut faults) = (BTreeSet::new(), BTreeMap::new());
    for step in 0..REQUESTS {
        let door = shapes.rng.pick(&doors).unwrap();
        shapes.broken = shapes.rng.chance(BROKEN);
        "doors".clone_into(&mut shapes.resource);
        let (request, told) = door.request(&callers, &mut shapes);
        let (status, kind, body) = super::whole(&callers.nobody, request).await;
        if let Some(why) = door.fault(status, &kind, &body) {
            let text: String = String::from_utf8_lossy(&body).chars().take(400).collect();
            let told: String = told.chars().take(600).collect();
            let name = format!("{} {}: {why}", door.method, door.path);
            let whole = format!("seed {seed}, step {step}: {told}\n  {status} {kind} {text}");
            faults.entry(name).or_insert(whole);
        }
        if status.is_success() {
            succeeded.insert(format!("{} {}", door.method, door.path));
        }
    }
    let faults: Vec<String> = faults
        .into_iter()
        .map(|(name, whole)| format!("{name}\n  {whole}"))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // The words of these are of nothing.
    let closed = ["/v1/models/{}", "/v1/{}", "/api/v1/schemas/{}.json"];
    for door in doors.iter().filter(|it| !closed.contains(&it.path)) {
        let name = format!("{} {}", door.method, door.path);
        assert!(succeeded.contains(&name), "{name} never opened");
    }
}

/// A public prompt, whose name in addresses the maker of requests knows.
async fn public(owner: &Caller, shapes: &mut Shapes<'_>) {
    let body =
        json!({"kind": "prompt", "set": {"title": "Open"}, "body": "Say {{what}} to {{whom}}"});
    let made: Value = owner.post("/api/v1/library", body).await.ok().json();
    let path = format!(
        "/api/v1/library/{}",
        made["document"]["id"].as_str().unwrap()
    );
    let publish = json!({"body_rev": made["document"]["body"]["rev"]});
    owner.post(&format!("{path}/publish"), publish).await.ok();
    let named = json!({"author": "Somebody", "tags": []});
    let view = owner.put(&format!("{path}/publication"), named).await.ok();
    shapes.learn(&view.body);
}

#[tokio::test]
async fn no_request_of_the_first_seed_breaks_a_door_without_a_contract() {
    fuzz(1).await;
}

#[tokio::test]
async fn no_request_of_the_second_seed_breaks_a_door_without_a_contract() {
    fuzz(2).await;
}
