//! The examples of the API reference, sent in their order as a reader would: each is answered as it says, in the shape of the contract.

use super::conform::Conform;
use krowoc_server::web::examples::{self, Example};
use krowoc_shared::execution::Provider;
use krowoc_tests::provider::ProviderServer;
use krowoc_tests::{Answer, Caller, Options, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a reader has: values by name.
type Known = BTreeMap<String, Value>;

/// A text with its names filled in; a text that is one name alone is what it names, a number too.
fn filled(text: &str, known: &Known) -> Value {
    if let Some(value) = text.strip_prefix('$').and_then(|name| known.get(name)) {
        return value.clone();
    }
    // Longer names first: `$token_id` holds `$token`.
    let plain = known
        .iter()
        .rev()
        .fold(text.to_owned(), |text, (name, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            text.replace(&format!("${name}"), &value)
        });
    assert!(
        !plain.contains('$'),
        "nothing is known of a name in {plain}"
    );
    json!(plain)
}

fn whole(value: &Value, known: &Known) -> Value {
    match value {
        Value::String(text) => filled(text, known),
        Value::Array(items) => items.iter().map(|it| whole(it, known)).collect(),
        Value::Object(fields) => {
            let field = |(name, it): (&String, &Value)| (name.clone(), whole(it, known));
            Value::Object(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

/// Where an operation is, and how it is described.
fn operation<'a>(document: &'a Value, id: &str) -> (Method, &'a str, &'a Value) {
    let paths = document["paths"].as_object().unwrap().iter();
    let mut all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, it)| (method.to_uppercase().parse().unwrap(), path.as_str(), it))
    });
    let found = all.find(|(_, _, it)| it["operationId"] == id);
    found.unwrap_or_else(|| panic!("{id} is no operation"))
}

async fn send(
    caller: &Caller,
    method: Method,
    path: &str,
    example: &Example,
    known: &Known,
) -> Answer {
    let address = filled(&example.address(path), known);
    let mut request = caller.request(method, address.as_str().unwrap());
    if let Some(body) = &example.body {
        request = request.json(&whole(body, known));
    }
    caller.send(request).await
}

#[tokio::test]
async fn every_example_of_the_reference_is_answered_as_it_says() {
    let provider = ProviderServer::start();
    let settings = vec![("allowed_provider_hosts", provider.allowed())];
    let app = TestApp::start_with(Options {
        settings,
        ..Options::default()
    })
    .await;
    let person = app.sign_up("ada@example.org").await;
    let (program, _) = person.program(&["library:write", "executions"]).await;
    let document: Value = app
        .anonymous()
        .get("/api/v1/openapi.json")
        .await
        .ok()
        .json();
    let mut conform = Conform::new(&document);
    let mut known = Known::from([
        ("OPENAI_API_KEY".to_owned(), json!("sk-planted-0123456789")),
        (
            "OPENAI_BASE_URL".to_owned(),
            json!(provider.base_url(Provider::Openai)),
        ),
    ]);
    let mut tags = BTreeSet::new();
    for example in examples::all().unwrap() {
        let name = &example.operation;
        let (method, path, it) = operation(&document, name);
        tags.insert(it["tags"][0].as_str().unwrap().to_owned());
        let ways = it["security"].as_array().into_iter().flatten();
        let caller = match ways.clone().any(|way| way.get("token").is_some()) {
            true => &program,
            false => &person,
        };
        let answer = send(caller, method, path, &example, &known).await;
        let text = answer.text();
        assert_eq!(answer.status.as_u16(), example.status, "{name}: {text}");
        let content = &it["responses"][example.status.to_string()]["content"];
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        if content["application/json"].is_object() {
            let told = conform.check(&content["application/json"]["schema"], &value);
            assert_eq!(told, Ok(()), "{name}: {text}");
        }
        for (kept, pointer) in &example.keep {
            let value = value.pointer(pointer);
            let value = value.unwrap_or_else(|| panic!("{name} has no {pointer}: {text}"));
            known.insert(kept.clone(), value.clone());
        }
    }
    let all: BTreeSet<String> = (document["paths"].as_object().unwrap().values())
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|it| it["tags"][0].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(tags, all, "every part of the reference has an example");
}

#[tokio::test]
async fn the_reference_shows_every_example() {
    let app = TestApp::start().await;
    let page = app.anonymous().get("/api/docs").await.ok().text();
    let shown = page.matches("<pre tabindex=\"0\">curl").count();
    assert_eq!(shown, examples::all().unwrap().len());
}
