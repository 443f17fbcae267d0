//! Prompts that run, as their callers see them.

mod ceiling;
mod failures;
mod faults;
mod history;
mod kill;
mod letters;
mod money;
mod recover;
mod run;
mod stream;
mod watch;
mod wire;

use krowoc_shared::execution::wire::{ExecutionDetail, ExecutionPage, Started};
use krowoc_shared::ids::ExecutionId;
use krowoc_tests::events::{Events, Read};
use krowoc_tests::script::Script;
use krowoc_tests::{Caller, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

const MODEL: &str = "openai/a";

/// A server whose models do what the script says, and a person on it.
struct Stage {
    app: TestApp,
    script: Arc<Script>,
    person: Caller,
}

async fn stage() -> Stage {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let person = app.sign_up("a@example.org").await;
    Stage {
        app,
        script,
        person,
    }
}

/// Another server on the database of a stage, and the same person on it.
async fn second(stage: &Stage) -> (TestApp, Caller) {
    let url = stage.app.state.store.url().clone();
    let app = TestApp::scripted_on(url, stage.app.clock.clone(), &stage.script).await;
    let person = app.anonymous();
    let password = krowoc_tests::caller::PASSWORD;
    person.sign_in("a@example.org", password).await.ok();
    (app, person)
}

/// A request of a text with one model.
fn text(text: &str) -> Value {
    json!({"text": text, "models": [MODEL]})
}

/// Starts a run and reads along.
async fn follow(person: &Caller, request: Value) -> Events {
    let request = person
        .request(Method::POST, "/api/v1/executions")
        .header("accept", "text/event-stream")
        .json(&request);
    Events::of(request.send().await.unwrap())
}

/// Starts a run and reads it to its end.
async fn run(person: &Caller, request: Value) -> Read {
    follow(person, request).await.rest().await
}

/// Starts a run and comes back at once.
async fn start(person: &Caller, request: Value) -> Started {
    let answer = person.post("/api/v1/executions", request).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer.json()
}

/// Reads a run after an event.
async fn reread(person: &Caller, started: &Started, after: &str) -> Events {
    let path = format!("/api/v1/executions/groups/{}/events", started.group);
    let mut request = person.request(Method::GET, &path);
    if !after.is_empty() {
        request = request.header("last-event-id", after);
    }
    Events::of(request.send().await.unwrap())
}

async fn detail(person: &Caller, id: ExecutionId) -> ExecutionDetail {
    let path = format!("/api/v1/executions/{id}");
    person.get(&path).await.ok().json()
}

async fn page(person: &Caller, query: &str) -> ExecutionPage {
    let path = format!("/api/v1/executions?{query}");
    person.get(&path).await.ok().json()
}
