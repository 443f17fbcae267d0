//! Every operation of the contract, with well-formed requests and with broken ones: no server error, no answer that the contract does not
//! describe. The requests follow from a seed; what one answer names, later requests ask for.

mod doors;
pub(super) mod shapes;

use super::conform::Conform;
use krowoc_shared::error::Problem;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::http::{HttpServer, Request, Response};
use krowoc_tests::rng::Rng;
use krowoc_tests::{Answer, Caller, Options, TestApp};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use shapes::Shapes;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Requests of one seed.
const REQUESTS: usize = 1_300;
const HOUR: i64 = 3_600_000;
/// In percent of the requests: how many are broken on purpose.
const BROKEN: u64 = 50;
/// In percent of the broken requests: how many have a body of another media type, and one that ends early.
const OTHER_MEDIA: u64 = 4;
const CUT: u64 = 4;
const FORM: &str = "application/x-www-form-urlencoded";

/// What an operation takes.
enum Body {
    Json(Value),
    Form(Value),
    File,
}

impl Body {
    fn of(operation: &Value) -> Option<Self> {
        let content = operation["requestBody"]["content"].as_object()?;
        let schema = |media| content.get(media).map(|it| it["schema"].clone());
        let json = schema("application/json").map(Self::Json);
        json.or_else(|| schema(FORM).map(Self::Form))
            .or(Some(Self::File))
    }

    /// A body, and what it says it is.
    fn made(&self, shapes: &mut Shapes<'_>) -> (String, Vec<u8>) {
        let (media, mut bytes) = match self {
            Self::Json(schema) => (
                "application/json",
                shapes.value(schema, "").to_string().into_bytes(),
            ),
            Self::Form(schema) => (FORM, form(&shapes.value(schema, "")).into_bytes()),
            Self::File => shapes.file(),
        };
        let other = shapes.broken && shapes.rng.chance(OTHER_MEDIA);
        if shapes.broken && shapes.rng.chance(CUT) {
            bytes.truncate(bytes.len() / 2);
        }
        let media = if other { "text/plain" } else { media };
        (media.to_owned(), bytes)
    }
}

/// The fields of an object as a form; of what is none, nothing.
fn form(value: &Value) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => escaped(text),
        other => escaped(&other.to_string()),
    };
    let fields = value.as_object().into_iter().flatten();
    let fields = fields.map(|(name, value)| format!("{name}={}", text(value)));
    fields.collect::<Vec<_>>().join("&")
}

struct Operation {
    method: Method,
    path: String,
    parameters: Vec<Value>,
    body: Option<Body>,
    responses: Value,
}

impl Operation {
    fn all(document: &Value) -> Vec<Self> {
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                all.push(Self {
                    method: method.to_uppercase().parse().unwrap(),
                    path: path.clone(),
                    parameters: operation["parameters"]
                        .as_array()
                        .cloned()
                        .unwrap_or_default(),
                    body: Body::of(operation),
                    responses: operation["responses"].clone(),
                });
            }
        }
        all
    }

    /// What its ids are of: the segment after the version.
    fn resource(&self) -> &str {
        let rest = self.path.trim_start_matches("/api/v1/");
        rest.split('/').next().unwrap_or_default()
    }

    /// A request, and how to tell of it.
    fn request(&self, caller: &Caller, shapes: &mut Shapes<'_>) -> (RequestBuilder, String) {
        let (mut path, mut query, mut headers) = (self.path.clone(), Vec::new(), Vec::new());
        for parameter in &self.parameters {
            let name = parameter["name"].as_str().unwrap();
            let required = parameter["required"] == true;
            if !required && shapes.rng.chance(60) {
                continue;
            }
            let text = match shapes.value(&parameter["schema"], name) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            match parameter["in"].as_str().unwrap() {
                "path" => path = path.replace(&format!("{{{name}}}"), &escaped(&text)),
                "query" => query.push(format!("{name}={}", escaped(&text))),
                _ => headers.push((name.to_owned(), escaped(&text))),
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let mut told = format!("{} {path}", self.method);
        let mut request = caller.request(self.method.clone(), &path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(body) = &self.body {
            let (media, bytes) = body.made(shapes);
            told = format!("{told} {}", String::from_utf8_lossy(&bytes));
            request = request.header("content-type", media).body(bytes);
        }
        (request.timeout(Duration::from_secs(60)), told)
    }

    /// Why an answer is not as the contract has it.
    fn fault(
        &self,
        conform: &mut Conform<'_>,
        status: StatusCode,
        kind: &str,
        body: &[u8],
    ) -> Option<String> {
        if status.is_server_error() {
            return Some("a server error".to_owned());
        }
        let response = &self.responses[status.as_str()];
        if status.is_redirection() {
            let unnamed = "a redirection that the contract does not name".to_owned();
            return response.is_null().then_some(unnamed);
        }
        if !status.is_success() {
            if response.is_null() {
                return Some("a status that the contract does not name".to_owned());
            }
            let kind = kind.split(';').next().unwrap_or_default();
            if kind == "application/graphql-response+json" {
                let value = serde_json::from_slice(body).unwrap_or_default();
                let schema = &response["content"][kind]["schema"];
                return conform.check(schema, &value).err();
            }
            let problem = serde_json::from_slice::<Problem>(body);
            return match problem {
                Ok(it) if it.status == status.as_u16() && it.code.status() == it.status => None,
                other => Some(format!("no problem of that status: {other:?}")),
            };
        }
        if response.is_null() {
            return Some("a success that the contract does not name".to_owned());
        }
        let Some(content) = response["content"].as_object() else {
            return (!body.is_empty()).then(|| "a body that the contract does not name".to_owned());
        };
        let kind = kind.split(';').next().unwrap_or_default();
        let Some(described) = content.get(kind) else {
            return Some(format!("a body of type `{kind}`"));
        };
        if !kind.ends_with("json") {
            return None;
        }
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return Some("a body that is no JSON".to_owned());
        };
        conform.check(&described["schema"], &value).err()
    }
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let one = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    // A segment of one or two points would be another path.
    // An address has an end; a body may be longer.
    let escaped: String = text.bytes().take(2_000).map(one).collect();
    match escaped.as_str() {
        "" | "." | ".." => "%00".to_owned(),
        _ => escaped,
    }
}

/// A provider in place of the real ones: no request leaves this machine.
fn answer(_: &Request) -> Response {
    let message = json!({"role": "assistant", "content": "well"});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    let usage = json!({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5});
    (
        200,
        json!({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}),
    )
}

/// A person with something of each kind, of which the maker of requests knows.
async fn person(app: &TestApp, shapes: &mut Shapes<'_>, email: &str, base_url: &str) -> Caller {
    let caller = app.sign_up(email).await;
    for kind in ["prompt", "snippet", "collection"] {
        let id = krowoc_tests::ops::doc_id();
        let body = json!({"id": id, "kind": kind, "set": {"title": kind}, "tags": ["work"], "body": "Say it"});
        told(
            shapes,
            "library",
            &caller.post("/api/v1/library", body).await,
        );
    }
    let key =
        json!({"provider": "compatible", "key": "sk-planted-0123456789", "base_url": base_url});
    told(
        shapes,
        "provider-keys",
        &caller.post("/api/v1/provider-keys", key).await,
    );
    let allow = json!({"unpriced": "allow"});
    told(shapes, "budget", &caller.put("/api/v1/budget", allow).await);
    let run = json!({"text": "Say it", "models": ["compatible/echo"]});
    told(
        shapes,
        "executions",
        &caller.post("/api/v1/executions", run).await,
    );
    caller.connect_device("Laptop").await;
    for resource in ["devices", "sync/spaces", "session", "sessions"] {
        let answer = caller.get(&format!("/api/v1/{resource}")).await;
        told(shapes, resource, &answer);
    }
    caller
}

fn told(shapes: &mut Shapes<'_>, resource: &str, answer: &Answer) {
    assert!(answer.status.is_success(), "{}", answer.text());
    resource.clone_into(&mut shapes.resource);
    shapes.learn(&answer.body);
}

async fn fuzz(seed: u64) {
    let provider = HttpServer::start(answer).await;
    let mails = krowoc_tests::database::folder().unwrap();
    let app = TestApp::start_with(Options {
        settings: vec![
            ("allowed_provider_hosts", provider.address.to_string()),
            ("admin_emails", "fuzz@example.org".to_owned()),
            ("mail_folder", mails.display().to_string()),
            // So that passkeys have a name to be bound to.
            ("public_url", "https://krowoc.test".to_owned()),
        ],
        seed: Some(seed),
    })
    .await;
    let document = app.anonymous().get("/api/v1/openapi.json").await.ok();
    let document: Value = document.json();
    let operations = Operation::all(&document);
    let mut conform = Conform::new(&document);
    let base_url = format!("{}/v1", provider.url());
    let mut shapes = Shapes::new(&document, Rng::new(seed), base_url.clone());
    let mut email = "fuzz@example.org".to_owned();
    let mut caller = person(&app, &mut shapes, &email, &base_url).await;
    let (mut succeeded, mut faults) = (BTreeSet::new(), BTreeMap::new());
    for step in 0..REQUESTS {
        let operation = shapes.rng.pick(&operations).unwrap();
        shapes.broken = shapes.rng.chance(BROKEN);
        operation.resource().clone_into(&mut shapes.resource);
        let (request, told) = operation.request(&caller, &mut shapes);
        let events = told.contains("/events") || told.contains("/live");
        let (status, kind, body) = match events {
            // It does not end by itself: its head is enough.
            true => head(request).await,
            false => whole(&caller, request).await,
        };
        let fault = operation.fault(&mut conform, status, &kind, &body);
        if let Some(why) = fault {
            let text = String::from_utf8_lossy(&body);
            let text: String = text.chars().take(400).collect();
            let told: String = told.chars().take(600).collect();
            let name = format!("{} {}: {why}", operation.method, operation.path);
            let whole = format!("seed {seed}, step {step}: {told}\n  {status} {kind} {text}");
            faults.entry(name).or_insert(whole);
        }
        if status.is_success() {
            succeeded.insert(format!("{} {}", operation.method, operation.path));
            shapes.learn(&body);
        }
        if caller.get("/api/v1/session").await.status != StatusCode::OK {
            // Wrong passwords were tried as well: their pause is over.
            app.advance(HOUR);
            caller = Caller::new(app.address);
            let again = caller.sign_in(&email, PASSWORD).await;
            if !again.status.is_success() {
                // The account was left, or has another password by now; many a sign-up was tried as well.
                app.advance(24 * HOUR);
                email = format!("fuzz{step}@example.org");
                caller = person(&app, &mut shapes, &email, &base_url).await;
            }
        }
    }
    std::fs::remove_dir_all(&mails).unwrap();
    let faults: Vec<String> = faults
        .iter()
        .map(|(name, whole)| format!("{name}\n  {whole}"))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // A generator that only ever meets refusals proves little.
    let reached = succeeded.len() * 100 / operations.len();
    assert!(
        reached >= 30,
        "only {reached} % of the operations ever succeeded: {succeeded:?}"
    );
}

async fn whole(caller: &Caller, request: RequestBuilder) -> (StatusCode, String, Vec<u8>) {
    let answer = caller.send(request).await;
    let kind = answer.header("content-type").to_owned();
    (answer.status, kind, answer.body)
}

async fn head(request: RequestBuilder) -> (StatusCode, String, Vec<u8>) {
    let response = request.send().await.unwrap();
    let kind = response.headers().get("content-type");
    let kind = kind
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let status = response.status();
    let body = match status.is_success() {
        true => Vec::new(),
        false => response.bytes().await.unwrap().to_vec(),
    };
    (status, kind, body)
}

#[tokio::test]
async fn no_request_of_the_first_seed_breaks_the_contract() {
    fuzz(1).await;
}

#[tokio::test]
async fn no_request_of_the_second_seed_breaks_the_contract() {
    fuzz(2).await;
}
