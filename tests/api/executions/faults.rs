//! What fails in the server itself: a task, a look into the store. No execution is lost by it and none is charged twice.

use super::{MODEL, Stage, detail, follow, stage, start, text};
use krowoc_server::executions::recover::{Which, recover, renew};
use krowoc_shared::execution::event::Event;
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{
    BudgetView, Cost, ExecutionState, ExecutionView, StreamEvent, UsageReport,
};
use krowoc_tests::script::answer;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

fn classes(view: &ExecutionView) -> Vec<Option<FailureClass>> {
    let class = |failure: &Option<Failure>| failure.as_ref().map(|it| it.class);
    view.attempts.iter().map(|it| class(&it.failure)).collect()
}

async fn charged(stage: &Stage) -> (NanoUsd, NanoUsd, u64) {
    let budget: BudgetView = stage.person.get("/api/v1/budget").await.ok().json();
    let report: UsageReport = stage.person.get("/api/v1/usage").await.ok().json();
    (budget.spent, budget.reserved, report.total.executions)
}

#[tokio::test]
async fn an_execution_whose_task_panics_is_taken_up_by_the_same_server_once_its_lease_ran_out() {
    let stage = stage().await;
    let state = &stage.app.state;
    let falls = stage.script.fall(MODEL);
    let started = start(&stage.person, text("x")).await;
    let id = started.executions[0].id;
    stage.script.called(1).await;
    drop(falls);
    state.executions.idle().await;
    // The server lives and renews what it carries out: this one it does not.
    for _ in 0..2 {
        stage.app.advance(MINUTE / 2);
        renew(state).await.unwrap();
        assert_eq!(recover(state, Which::Abandoned).await.unwrap(), 0);
    }
    stage.app.advance(1);
    stage.script.say(MODEL, answer("made again", 1, 2));
    assert_eq!(recover(state, Which::Abandoned).await.unwrap(), 1);
    state.executions.idle().await;
    let whole = detail(&stage.person, id).await;
    assert_eq!(
        (whole.view.state, whole.output.as_str()),
        (ExecutionState::Completed, "made again")
    );
    assert_eq!(classes(&whole.view), [Some(FailureClass::Network), None]);
    assert_eq!(charged(&stage).await, (NanoUsd(210), NanoUsd::ZERO, 1));
}

#[tokio::test]
async fn one_that_is_carried_out_is_not_taken_up_although_its_lease_ran_out() {
    let stage = stage().await;
    let state = &stage.app.state;
    let model = stage.script.live(MODEL);
    start(&stage.person, text("x")).await;
    stage.script.called(1).await;
    stage.app.advance(10 * MINUTE);
    assert_eq!(recover(state, Which::Abandoned).await.unwrap(), 0);
    for event in answer("x", 1, 1) {
        model.send(event).unwrap();
    }
    state.executions.idle().await;
    assert_eq!(stage.script.calls().len(), 1);
    assert_eq!(charged(&stage).await, (NanoUsd(110), NanoUsd::ZERO, 1));
}

#[tokio::test]
async fn a_reader_of_an_execution_whose_task_panics_is_told_that_it_begins_anew() {
    let stage = stage().await;
    let state = &stage.app.state;
    let falls = stage.script.fall(MODEL);
    let mut events = follow(&stage.person, text("x")).await;
    falls.send(Event::Text("half an".to_owned())).unwrap();
    while !matches!(events.next().await, Some(StreamEvent::Text { .. })) {}
    drop(falls);
    state.executions.idle().await;
    stage.app.advance(MINUTE + 1);
    stage.script.say(MODEL, answer("a whole answer", 1, 2));
    assert_eq!(recover(state, Which::Abandoned).await.unwrap(), 1);
    let mut attempts = 1;
    let text = loop {
        match events.next().await.expect("more of the stream") {
            StreamEvent::Changed { execution } => attempts = execution.attempts.len(),
            StreamEvent::Text { text, .. } => break text,
            other => panic!("{other:?}"),
        }
    };
    // Another number than the one that the text before was of.
    assert_ne!(attempts, 1);
    assert_eq!(text, "a whole answer");
    let (done, _) = events.rest().await.only();
    assert_eq!(done.state, ExecutionState::Completed);
}

#[tokio::test]
async fn a_parked_execution_is_read_on_when_its_time_comes() {
    let stage = stage().await;
    let long = Failure {
        retry_after_ms: Some(30_000),
        ..Failure::new(FailureClass::RateLimited, "slow down")
    };
    stage.script.refuse(MODEL, long);
    let mut events = follow(&stage.person, text("x")).await;
    stage.app.state.executions.idle().await;
    stage.app.advance(30_000);
    stage.script.say(MODEL, answer("at last", 1, 1));
    let kinds = krowoc_server::chores::KINDS;
    krowoc_server::jobs::work(&stage.app.state, kinds)
        .await
        .unwrap();
    let (done, text) = events.rest().await.only();
    assert_eq!(
        (done.state, text.as_str()),
        (ExecutionState::Completed, "at last")
    );
}

/// A prompt with a model to fall back to.
async fn prompt(stage: &Stage) -> Value {
    let op = krowoc_tests::ops::prompt("t", "x");
    let wanted = json!({
        "id": op.doc_id, "kind": "prompt", "body": "x",
        "set": {"title": "t", "execution": {"model": MODEL, "fallbacks": ["openai/b"]}}
    });
    stage.person.post("/api/v1/library", wanted).await.ok();
    json!({"prompt": op.doc_id})
}

#[tokio::test]
async fn a_store_that_fails_while_a_fallback_is_looked_up_is_no_refused_key_and_is_asked_again() {
    let stage = stage().await;
    let request = prompt(&stage).await;
    let model = stage.script.live(MODEL);
    let mut events = follow(&stage.person, request).await;
    stage.script.called(1).await;
    stage.script.lose("openai/b");
    stage.script.say("openai/b", answer("by the other", 1, 1));
    let refused = Failure::new(FailureClass::Auth, "wrong key");
    model.send(Event::Error(refused)).unwrap();
    let (done, text) = events.rest().await.only();
    assert_eq!(text, "by the other");
    let expected = [Some(FailureClass::Auth), Some(FailureClass::Network), None];
    assert_eq!(classes(&done), expected);
    assert_eq!(done.cost, Cost::Exact(NanoUsd(110)));
}

#[tokio::test]
async fn a_store_that_fails_before_a_run_begins_refuses_it_instead_of_reserving_too_little() {
    let stage = stage().await;
    let request = prompt(&stage).await;
    stage.script.lose("openai/b");
    let answer = stage.person.post("/api/v1/executions", request).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(charged(&stage).await, (NanoUsd::ZERO, NanoUsd::ZERO, 0));
}
