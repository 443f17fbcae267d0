//! Subscriptions: events as they come, and their end.

use super::{PATH, data, refused};
use krowoc_shared::execution::event::{Event, FinishReason};
use krowoc_tests::events::{Lines, lines};
use krowoc_tests::ops::{Syncing, prompt};
use krowoc_tests::script::{Script, usage};
use krowoc_tests::{Caller, TestApp};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

fn subscribed(caller: &Caller, query: &str, variables: Value) -> RequestBuilder {
    let body = json!({"query": query, "variables": variables});
    let request = caller.request(Method::POST, PATH);
    request.header("accept", "text/event-stream").json(&body)
}

async fn subscribe(caller: &Caller, query: &str, variables: Value) -> Lines {
    let request = subscribed(caller, query, variables);
    lines(request.send().await.unwrap())
}

/// The next response of a stream.
async fn next(events: &mut Lines) -> Value {
    let line = events.until("event: next").await;
    serde_json::from_str(line.strip_prefix("data: ").unwrap()).unwrap()
}

async fn end(mut events: Lines) {
    assert_eq!(events.until("event: complete").await, "data: {}\n");
}

#[tokio::test]
async fn a_hint_comes_with_each_commit_of_the_space_and_of_no_other() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let other = Syncing::of(&app, "b@example.org").await;
    let query = "subscription { syncHints { space seq } }";
    let mut events = subscribe(&device.caller, query, json!({})).await;
    let told = |seq: u64| json!({"data": {"syncHints": {"space": device.space, "seq": seq}}});
    assert_eq!(next(&mut events).await, told(0));
    other.push(vec![prompt("not yours", "x")]).await;
    device.push(vec![prompt("t", "x")]).await;
    assert_eq!(next(&mut events).await, told(1));
    app.stop().await;
    end(events).await;
}

#[tokio::test]
async fn the_stream_of_a_revoked_device_ends() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let (device, tokens) = person.connect_device("Laptop").await;
    let query = "subscription { syncHints(all: true) { seq } }";
    let mut events = subscribe(&device, query, json!({})).await;
    assert_eq!(next(&mut events).await["data"]["syncHints"]["seq"], 0);
    let revoke = "mutation($id: ID!) { revokeDevice(id: $id) }";
    data(&person, revoke, json!({"id": tokens.device})).await;
    end(events).await;
}

const RUN: &str = "subscription($group: ID!, $after: String) {
  runEvents(group: $group, lastEventId: $after) { event eventId text execution executionView { id state cost { state } } executions { state } }
}";

#[tokio::test]
async fn a_run_is_read_from_its_beginning_and_from_a_place_in_it() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let person = app.sign_up("a@example.org").await;
    let model = script.live("openai/a");
    let start = "mutation { run(input: {text: \"x\", models: [\"openai/a\"]}, idempotencyKey: \"once\") { group executions { id } } }";
    let started = data(&person, start, json!({})).await;
    let again = data(&person, start, json!({})).await;
    assert_eq!(started["run"]["group"], again["run"]["group"]);
    let group = &started["run"]["group"];
    let mut events = subscribe(&person, RUN, json!({"group": group})).await;
    let first = next(&mut events).await;
    assert_eq!(first["data"]["runEvents"]["event"], "STARTED", "{first}");
    model.send(Event::Text("Grün".to_owned())).unwrap();
    let piece = loop {
        let event = next(&mut events).await["data"]["runEvents"].clone();
        if event["event"] == "TEXT" {
            break event;
        }
        assert_eq!(event["event"], "CHANGED", "{event}");
    };
    assert_eq!(piece["text"], "Grün");
    assert_eq!(piece["execution"], started["run"]["executions"][0]["id"]);
    assert_eq!(piece["executionView"], Value::Null);
    model.send(Event::Text(" und blau".to_owned())).unwrap();
    model.send(usage(1, 2)).unwrap();
    model.send(Event::End(FinishReason::Stop)).unwrap();
    let done = loop {
        let event = next(&mut events).await["data"]["runEvents"].clone();
        if event["event"] == "DONE" {
            break event;
        }
    };
    assert_eq!(done["executionView"]["state"], "COMPLETED");
    assert_eq!(done["execution"], Value::Null);
    assert_eq!(next(&mut events).await["data"]["runEvents"]["event"], "END");
    end(events).await;
    let after = json!({"group": group, "after": piece["eventId"]});
    let mut events = subscribe(&person, RUN, after).await;
    let rest = next(&mut events).await;
    assert_eq!(rest["data"]["runEvents"]["text"], " und blau", "{rest}");
}

#[tokio::test]
async fn a_run_is_read_no_longer_than_the_access_lasts() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let person = app.sign_up("a@example.org").await;
    let (device, tokens) = person.connect_device("Laptop").await;
    let model = script.live("openai/a");
    let start = "mutation { run(input: {text: \"x\", models: [\"openai/a\"]}) { group } }";
    let group = data(&person, start, json!({})).await["run"]["group"].clone();
    let mut events = subscribe(&device, RUN, json!({"group": group})).await;
    let first = next(&mut events).await;
    assert_eq!(first["data"]["runEvents"]["event"], "STARTED", "{first}");
    let revoke = "mutation($id: ID!) { revokeDevice(id: $id) }";
    data(&person, revoke, json!({"id": tokens.device})).await;
    end(events).await;
    assert!(!model.is_closed(), "it goes on");
}

#[tokio::test]
async fn what_may_not_be_read_is_one_response_and_the_end() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let stranger = app.sign_up("b@example.org").await;
    let (program, _) = person.program(&["executions"]).await;
    let foreign = json!({"space": stranger.space().await});
    let of_space = "subscription($space: ID) { syncHints(space: $space) { seq } }";
    let nobody = app.anonymous();
    for (caller, variables, code) in [
        (&person, &foreign, "not_found"),
        (&program, &json!({}), "missing_scope"),
        (&nobody, &json!({}), "unauthenticated"),
    ] {
        let mut events = subscribe(caller, of_space, variables.clone()).await;
        let told = next(&mut events).await;
        let error = &told["errors"][0];
        assert_eq!(error["extensions"]["code"], code, "{told}");
        assert_ne!(error["extensions"]["correlationId"], "");
        end(events).await;
    }
}

#[tokio::test]
async fn a_query_may_be_read_as_events_and_a_subscription_only_so() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let mut events = subscribe(&person, "{ account { email } }", json!({})).await;
    let told = next(&mut events).await;
    assert_eq!(told["data"]["account"]["email"], "a@example.org");
    end(events).await;
    let query = "subscription { syncHints { seq } }";
    let (code, error) = refused(&person, query, json!({})).await;
    assert_eq!(code, "invalid_request");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("text/event-stream")
    );
    let two = "subscription { syncHints { seq } budgetNotices { level } }";
    let answer = person.send(subscribed(&person, two, json!({}))).await;
    let whole: Value = answer.json();
    assert_eq!(answer.status, 400);
    assert_eq!(
        whole["errors"][0]["message"],
        "A subscription has one field."
    );
}

#[tokio::test]
async fn what_is_done_before_it_is_answered_as_events_takes_its_cookies_along() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let answer = person
        .send(subscribed(&person, "mutation { signOut }", json!({})))
        .await
        .ok();
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(
        answer.text(),
        "event: next\ndata: {\"data\":{\"signOut\":true}}\n\nevent: complete\ndata: {}\n\n"
    );
    assert_eq!(person.cookie("krowoc_access"), None);
}

#[tokio::test]
async fn executions_are_told_as_they_begin_and_as_they_have_ended() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let person = app.sign_up("a@example.org").await;
    let query = "subscription { executionEvents { id state cost { state } } }";
    let mut events = subscribe(&person, query, json!({})).await;
    events.until(":").await;
    let model = script.live("openai/a");
    let start =
        "mutation { run(input: {text: \"x\", models: [\"openai/a\"]}) { executions { id } } }";
    let started = data(&person, start, json!({})).await;
    let begun = next(&mut events).await["data"]["executionEvents"].clone();
    assert_eq!(begun["id"], started["run"]["executions"][0]["id"]);
    assert_eq!(begun["state"], "WAITING", "{begun}");
    model.send(Event::Text("well".to_owned())).unwrap();
    model.send(usage(1, 2)).unwrap();
    model.send(Event::End(FinishReason::Stop)).unwrap();
    let ended = next(&mut events).await["data"]["executionEvents"].clone();
    assert_eq!(
        (&ended["id"], &ended["state"]),
        (&begun["id"], &json!("COMPLETED"))
    );
}

#[tokio::test]
async fn a_budget_that_is_near_its_end_is_told() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let person = app.sign_up("a@example.org").await;
    // Ninety input tokens and ten of output at the prices of the script are 1,900 nano-dollars: over four fifths of the ceiling.
    let set = "mutation { setBudget(input: {ceiling: 2200, unpriced: BLOCK}) { ceiling } }";
    data(&person, set, json!({})).await;
    let query = "subscription { budgetNotices(all: true) { level serverHeld } }";
    let mut events = subscribe(&person, query, json!({})).await;
    // The comment that says that it is heard from now on.
    events.until(":").await;
    script.say("openai/a", krowoc_tests::script::answer("well", 90, 10));
    let run = "mutation { run(input: {text: \"x\", models: [\"openai/a\"], parameters: {maxOutputTokens: 10}}) { group } }";
    data(&person, run, json!({})).await;
    let told = next(&mut events).await;
    let expected = json!({"data": {"budgetNotices": {"level": "NEAR", "serverHeld": false}}});
    assert_eq!(told, expected);
}
