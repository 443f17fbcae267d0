//! Dead letters: seen, replayed, discarded.

use super::{MODEL, Stage, detail, run, stage, text};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::event::Event;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::{
    DeadLetterPage, DeadLettersDone, ExecutionState, ExecutionView,
};
use krowoc_shared::ids::DeadLetterId;
use krowoc_tests::script::{answer, passing};
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::json;

async fn letters(person: &Caller, query: &str) -> DeadLetterPage {
    let path = format!("/api/v1/dead-letters?{query}");
    person.get(&path).await.ok().json()
}

async fn decide(person: &Caller, what: &str, ids: &[DeadLetterId]) -> DeadLettersDone {
    let path = format!("/api/v1/dead-letters/{what}");
    person.post(&path, json!({"ids": ids})).await.ok().json()
}

async fn fails(stage: &Stage, model: &str, class: FailureClass) -> ExecutionView {
    // Letters are ordered by their time.
    stage.app.advance(1);
    stage.script.refuse(model, passing(class));
    let request = json!({"text": format!("of {model}"), "models": [model]});
    run(&stage.person, request).await.only().0
}

#[tokio::test]
async fn a_failed_execution_leaves_a_letter_with_its_class_and_reason() {
    let stage = stage().await;
    let auth = fails(&stage, MODEL, FailureClass::Auth).await;
    // Newest first has a meaning only for what did not happen in the same millisecond.
    stage.app.advance(1);
    fails(&stage, "openai/b", FailureClass::Money).await;
    stage.app.advance(1);
    stage
        .script
        .say("openai/b", vec![Event::Text("cut".to_owned())]);
    run(&stage.person, json!({"text": "y", "models": ["openai/b"]})).await;
    stage.script.say(MODEL, answer("good", 1, 1));
    run(&stage.person, text("x")).await;
    let all = letters(&stage.person, "").await;
    let classes: Vec<FailureClass> = all.letters.iter().map(|it| it.class).collect();
    assert_eq!(
        classes,
        [
            FailureClass::Truncated,
            FailureClass::Money,
            FailureClass::Auth
        ]
    );
    assert_eq!((all.total, all.by_class[&FailureClass::Auth]), (3, 1));
    let oldest = &all.letters[2];
    assert_eq!(
        (oldest.execution, oldest.attempts, oldest.replays),
        (auth.id, 1, 0)
    );
    assert_eq!(
        (oldest.title.as_str(), oldest.reason.as_str()),
        ("of openai/a", "a auth failure")
    );
    assert_eq!(oldest.email, None);
    assert_eq!(letters(&stage.person, "class=money").await.total, 1);
    assert_eq!(letters(&stage.person, "model=openai/b").await.total, 2);
    let first = letters(&stage.person, "limit=2").await;
    let next = first.next.unwrap();
    let second = letters(&stage.person, &format!("limit=2&cursor={next}")).await;
    assert_eq!(
        (second.letters.len(), second.letters[0].execution),
        (1, auth.id)
    );
    assert_eq!((second.next, second.total), (None, 3));
    let other = stage.app.sign_up("b@example.org").await;
    assert_eq!(letters(&other, "").await.total, 0);
}

#[tokio::test]
async fn a_replay_is_a_new_execution_and_its_completion_takes_the_letter_away() {
    let stage = stage().await;
    let failed = fails(&stage, MODEL, FailureClass::Auth).await;
    let id = letters(&stage.person, "").await.letters[0].id;
    // It fails again, for another reason: one letter, which says so.
    stage.script.refuse(MODEL, passing(FailureClass::Money));
    let done = decide(&stage.person, "replay", &[id]).await;
    assert_eq!((done.done, done.refused.len()), (vec![id], 0));
    stage.app.state.executions.idle().await;
    let page = letters(&stage.person, "").await;
    let letter = &page.letters[0];
    assert_eq!(
        (page.total, letter.class, letter.replays),
        (1, FailureClass::Money, 1)
    );
    assert_eq!(
        (letter.id, letter.execution, letter.attempts),
        (id, failed.id, 2)
    );
    let replayed = letter.replayed_as.unwrap();
    assert_ne!(replayed, failed.id);
    // It completes.
    stage.script.say(MODEL, answer("after all", 1, 1));
    decide(&stage.person, "replay", &[id]).await;
    stage.app.state.executions.idle().await;
    assert_eq!(letters(&stage.person, "").await.total, 0);
    let sent = stage.script.calls();
    assert!(sent.iter().all(|call| call.request == sent[0].request));
    assert_eq!(
        detail(&stage.person, failed.id).await.view.state,
        ExecutionState::Failed
    );
    let gone = decide(&stage.person, "replay", &[id]).await;
    assert_eq!(gone.refused[0].problem.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_letter_is_replayed_once_at_a_time() {
    let stage = stage().await;
    fails(&stage, MODEL, FailureClass::Auth).await;
    let id = letters(&stage.person, "").await.letters[0].id;
    let model = stage.script.live(MODEL);
    decide(&stage.person, "replay", &[id]).await;
    let second = decide(&stage.person, "replay", &[id]).await;
    assert_eq!(second.refused[0].problem.code, ErrorCode::AlreadyExists);
    drop(model);
    stage.script.say(MODEL, answer("x", 1, 1));
    stage.app.state.executions.idle().await;
}

#[tokio::test]
async fn many_are_discarded_and_what_is_not_ones_own_stays() {
    let stage = stage().await;
    let mut ids = Vec::new();
    for model in [MODEL, "openai/b"] {
        fails(&stage, model, FailureClass::Auth).await;
    }
    ids.extend(
        letters(&stage.person, "")
            .await
            .letters
            .iter()
            .map(|it| it.id),
    );
    let other = stage.app.sign_up("b@example.org").await;
    assert_eq!(decide(&other, "discard", &ids).await.refused.len(), 2);
    assert_eq!(decide(&other, "replay", &ids).await.refused.len(), 2);
    let done = decide(&stage.person, "discard", &ids).await;
    assert_eq!((done.done.len(), done.refused.len()), (2, 0));
    assert_eq!(letters(&stage.person, "").await.total, 0);
    let none = stage
        .person
        .post("/api/v1/dead-letters/discard", json!({"ids": []}))
        .await;
    assert_eq!(none.code(), ErrorCode::InvalidField);
}

#[tokio::test]
async fn what_a_person_stopped_waits_for_no_decision() {
    let stage = stage().await;
    let _model = stage.script.live(MODEL);
    let started = super::start(&stage.person, text("x")).await;
    stage.script.called(1).await;
    let path = format!("/api/v1/executions/{}/cancel", started.executions[0].id);
    stage.person.post(&path, ()).await.ok();
    stage.app.state.executions.idle().await;
    assert_eq!(letters(&stage.person, "").await.total, 0);
}

#[tokio::test]
async fn who_looks_after_the_server_sees_and_decides_for_all() {
    let settings = vec![("admin_emails", "root@example.org".to_owned())];
    let options = Options {
        settings,
        ..Options::default()
    };
    let script = krowoc_tests::script::Script::new();
    let app = TestApp::scripted_with(&script, options).await;
    let person = app.sign_up("a@example.org").await;
    let root = app.sign_up("root@example.org").await;
    script.refuse(MODEL, passing(FailureClass::Auth));
    let request = person
        .request(reqwest::Method::POST, "/api/v1/executions")
        .header("accept", "text/event-stream")
        .json(&text("x"));
    krowoc_tests::events::Events::of(request.send().await.unwrap())
        .rest()
        .await;
    assert_eq!(
        person.get("/api/v1/dead-letters?all=true").await.code(),
        ErrorCode::Forbidden
    );
    assert_eq!(letters(&root, "").await.total, 0);
    let seen = letters(&root, "all=true").await;
    assert_eq!(
        (seen.total, seen.letters[0].email.as_deref()),
        (1, Some("a@example.org"))
    );
    script.say(MODEL, answer("x", 1, 1));
    let done = decide(&root, "replay?all=true", &[seen.letters[0].id]).await;
    assert_eq!(done.done.len(), 1);
    app.state.executions.idle().await;
    assert_eq!(letters(&root, "all=true").await.total, 0);
    let history: serde_json::Value = person.get("/api/v1/executions").await.ok().json();
    assert_eq!(history["executions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_replay_is_held_to_the_models_that_its_prompt_allows_by_then() {
    let stage = stage().await;
    let op = krowoc_tests::ops::prompt("t", "x");
    let prompt = json!({
        "id": op.doc_id, "kind": "prompt", "body": "x",
        "set": {"title": "t", "execution": {"model": MODEL}}
    });
    stage.person.post("/api/v1/library", prompt).await.ok();
    stage.script.refuse(MODEL, passing(FailureClass::Auth));
    run(&stage.person, json!({"prompt": op.doc_id})).await;
    let id = letters(&stage.person, "").await.letters[0].id;
    let path = format!("/api/v1/library/{}", op.doc_id);
    let allow = |allow: serde_json::Value| json!({"set": {"execution": {"allow": allow}}});
    let other = stage.person.patch(&path, allow(json!(["openai/b"]))).await;
    other.ok();
    let done = decide(&stage.person, "replay", &[id]).await;
    let problem = &done.refused[0].problem;
    assert_eq!(problem.code, ErrorCode::ModelNotAllowed);
    assert!(problem.detail.as_ref().unwrap().contains("openai/b"));
    assert_eq!(stage.script.calls().len(), 1);
    stage.person.patch(&path, allow(json!([MODEL]))).await.ok();
    stage.script.say(MODEL, answer("good", 1, 1));
    let done = decide(&stage.person, "replay", &[id]).await;
    assert_eq!(done.done, [id]);
    stage.app.state.executions.idle().await;
    assert_eq!(letters(&stage.person, "").await.total, 0);
}
