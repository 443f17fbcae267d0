//! Tokens that stop between two calls: a server remembers whom a token is of, and never that it holds.

use super::{Door, PATH, error, hello};
use krowoc_shared::execution::wire::TokenView;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::{Answer, Caller, Options, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const RUNS: &str = "/api/v1/executions";

fn run() -> Value {
    json!({"text": "Hello", "models": ["compatible/any"]})
}

fn refused(answer: &Answer, why: &str) {
    let said = answer.text();
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{said}");
    assert!(said.contains(why), "{said}");
}

async fn tokens(person: &Caller) -> Vec<TokenView> {
    person.get("/api/v1/tokens").await.ok().json()
}

async fn count(door: &Door) -> (usize, usize) {
    (
        door.history().await.executions.len(),
        door.provider.asked().len(),
    )
}

#[tokio::test]
async fn a_token_that_another_server_revoked_begins_no_run_here() {
    let door = Door::open().await;
    let settings = json!({"model": "compatible/any"});
    let id = door.prompt("Greeting", "Say hello.", settings).await;
    for body in [hello("compatible/any"), hello("prompt:greeting")] {
        door.chat(body).await.ok();
    }
    let answer = door.program.post(RUNS, run()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    door.app.state.executions.idle().await;
    let before = count(&door).await;
    assert_eq!(before, (3, 3));

    let url = door.app.database.as_ref().unwrap().url.clone();
    let other = TestApp::on(url, door.app.clock.clone(), Options::default());
    let other = other.await.unwrap();
    let alice = Caller::new(other.address);
    alice.sign_in("alice@example.org", PASSWORD).await.ok();
    let token = tokens(&alice).await.remove(0);
    let revoked = alice.delete(&format!("/api/v1/tokens/{}", token.id)).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);

    for model in [
        "compatible/any",
        "openai/none",
        "prompt:greeting",
        "prompt:none",
    ] {
        let answer = door.chat(hello(model)).await;
        assert_eq!(error(&answer, 401)["code"], "invalid_api_key", "{model}");
        refused(&answer, "revoked");
    }
    refused(&door.program.post(RUNS, run()).await, "revoked");
    for prompt in [id, krowoc_tests::ops::doc_id().to_string()] {
        let body = json!({"prompt": prompt});
        refused(&door.program.post(RUNS, body).await, "revoked");
    }
    assert_eq!(count(&door).await, before);
}

#[tokio::test]
async fn a_token_that_was_revoked_here_is_refused_at_once_and_its_answer_is_not_repeated() {
    let door = Door::open().await;
    let ask = async || {
        let request = door.program.request(reqwest::Method::POST, PATH);
        let request = request.header("idempotency-key", "once");
        door.program
            .send(request.json(&hello("compatible/any")))
            .await
    };
    ask().await.ok();
    let token = tokens(&door.alice).await.remove(0);
    let revoked = door
        .alice
        .delete(&format!("/api/v1/tokens/{}", token.id))
        .await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    refused(&ask().await, "revoked");
}

#[tokio::test]
async fn a_token_runs_out_to_the_millisecond_between_two_calls() {
    let door = Door::open().await;
    let until = door.app.state.now() + 2 * MINUTE;
    let wanted = json!({"name": "Short", "scopes": ["executions"], "expires_at": until});
    let made: Value = door.alice.post("/api/v1/tokens", wanted).await.ok().json();
    let program = Caller::device(door.app.address, made["token"].as_str().unwrap());
    for after in [0, 2 * MINUTE - 1] {
        door.app.advance(after);
        program.post(PATH, hello("compatible/any")).await.ok();
    }
    door.app.advance(1);
    let answer = program.post(PATH, hello("compatible/any")).await;
    refused(&answer, "run out");
}

#[tokio::test]
async fn the_last_use_of_a_token_that_calls_models_is_noted_by_the_minute() {
    let door = Door::open().await;
    let first = door.app.state.now();
    let used = async || tokens(&door.alice).await.remove(0).used_at;
    assert_eq!(used().await, None);
    for (after, noted) in [(0, first), (MINUTE - 1, first), (1, first + MINUTE)] {
        door.app.advance(after);
        door.chat(hello("compatible/any")).await.ok();
        assert_eq!(used().await, Some(noted));
    }
}
