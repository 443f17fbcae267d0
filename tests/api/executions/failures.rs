//! What fails: tried again, fallen back from, kept, never called a success.

use super::{MODEL, detail, page, reread, run, stage, start, text};
use krowoc_server::chores::KINDS;
use krowoc_server::jobs::work;
use krowoc_shared::execution::event::{Event, FinishReason};
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{Cost, ExecutionState};
use krowoc_tests::script::{answer, passing, usage};
use serde_json::{Value, json};

/// A prompt's request with a fallback.
async fn with_fallback(person: &krowoc_tests::Caller, fallbacks: Value) -> Value {
    let op = krowoc_tests::ops::prompt("t", "x");
    let wanted = json!({
        "id": op.doc_id, "kind": "prompt", "body": "x",
        "set": {"title": "t", "execution": {"model": MODEL, "fallbacks": fallbacks}}
    });
    person.post("/api/v1/library", wanted).await.ok();
    json!({"prompt": op.doc_id})
}

#[tokio::test]
async fn a_passing_failure_is_tried_again_and_every_attempt_is_recorded() {
    let stage = stage().await;
    stage
        .script
        .refuse(MODEL, passing(FailureClass::RateLimited));
    stage
        .script
        .refuse(MODEL, passing(FailureClass::Overloaded));
    stage.script.say(MODEL, answer("at last", 1, 1));
    let read = run(&stage.person, text("x")).await;
    assert!(!read.changed.is_empty());
    let (done, text) = read.only();
    assert_eq!(
        (done.state, text.as_str()),
        (ExecutionState::Completed, "at last")
    );
    let classes: Vec<_> = done
        .attempts
        .iter()
        .map(|it| it.failure.as_ref().map(|it| it.class))
        .collect();
    assert_eq!(
        classes,
        [
            Some(FailureClass::RateLimited),
            Some(FailureClass::Overloaded),
            None
        ]
    );
    assert_eq!(done.attempts[2].number, 3);
    assert_eq!(done.failure, None);
}

#[tokio::test]
async fn after_two_repeats_it_has_failed_and_costs_nothing() {
    let stage = stage().await;
    for _ in 0..3 {
        stage
            .script
            .refuse(MODEL, passing(FailureClass::ProviderError));
    }
    let (done, _) = run(&stage.person, text("x")).await.only();
    assert_eq!(
        (done.state, done.attempts.len()),
        (ExecutionState::Failed, 3)
    );
    assert_eq!(done.failure.unwrap().class, FailureClass::ProviderError);
    assert_eq!(done.cost, Cost::Exact(NanoUsd::ZERO));
    let budget: Value = stage.person.get("/api/v1/budget").await.ok().json();
    assert_eq!(
        (budget["spent"].as_i64(), budget["reserved"].as_i64()),
        (Some(0), Some(0))
    );
}

#[tokio::test]
async fn what_a_person_must_mend_is_not_tried_again() {
    let stage = stage().await;
    for class in [
        FailureClass::Auth,
        FailureClass::Money,
        FailureClass::InvalidRequest,
        FailureClass::Blocked,
    ] {
        stage.script.refuse(MODEL, passing(class));
        let (done, _) = run(&stage.person, text("x")).await.only();
        assert_eq!(
            (done.state, done.attempts.len()),
            (ExecutionState::Failed, 1),
            "{class}"
        );
        assert_eq!(done.failure.unwrap().class, class);
    }
}

#[tokio::test]
async fn a_model_that_fails_is_replaced_by_the_next_of_the_chain() {
    let stage = stage().await;
    let request = with_fallback(&stage.person, json!(["openai/b", "mistral/c"])).await;
    stage.script.refuse(MODEL, passing(FailureClass::Auth));
    stage
        .script
        .refuse("openai/b", passing(FailureClass::Money));
    stage
        .script
        .say("mistral/c", answer("from the third", 2, 3));
    let (done, text) = run(&stage.person, request.clone()).await.only();
    assert_eq!(
        (done.state, text.as_str()),
        (ExecutionState::Completed, "from the third")
    );
    assert_eq!(done.model.to_string(), MODEL);
    assert_eq!(done.answered_by.unwrap().to_string(), "mistral/c");
    let models: Vec<String> = done
        .attempts
        .iter()
        .map(|it| it.model.to_string())
        .collect();
    assert_eq!(models, [MODEL, "openai/b", "mistral/c"]);
    assert_eq!(done.cost, Cost::Exact(NanoUsd(2 * 10 + 3 * 100)));
    // A refusal for what was asked is no reason to ask another; the last of the chain has nobody after it.
    stage.script.refuse(MODEL, passing(FailureClass::Blocked));
    let (done, _) = run(&stage.person, request.clone()).await.only();
    assert_eq!(done.attempts.len(), 1);
    for model in [MODEL, "openai/b", "mistral/c"] {
        stage.script.refuse(model, passing(FailureClass::Auth));
    }
    let (done, _) = run(&stage.person, request).await.only();
    assert_eq!(
        (done.state, done.attempts.len()),
        (ExecutionState::Failed, 3)
    );
}

#[tokio::test]
async fn an_answer_that_is_cut_is_kept_charged_by_estimate_and_never_a_success() {
    let stage = stage().await;
    let model = stage.script.live(MODEL);
    let started = start(&stage.person, text("x")).await;
    model
        .send(Event::Text("half an answer".to_owned()))
        .unwrap();
    drop(model);
    let (done, text) = reread(&stage.person, &started, "")
        .await
        .rest()
        .await
        .only();
    assert_eq!(
        (done.state, text.as_str()),
        (ExecutionState::Truncated, "half an answer")
    );
    assert_eq!(
        done.attempts.len(),
        1,
        "what a reader has seen is not begun again"
    );
    assert_eq!(done.finish_reason, None);
    let Cost::Estimated(cost) = done.cost else {
        panic!("{:?}", done.cost)
    };
    assert!(cost > NanoUsd(100) && cost <= done.reserved, "{cost}");
    assert_eq!(
        detail(&stage.person, done.id).await.output,
        "half an answer"
    );
}

#[tokio::test]
async fn an_answer_that_is_cut_before_its_first_piece_is_tried_again() {
    let stage = stage().await;
    stage.script.say(MODEL, vec![]);
    stage.script.say(MODEL, answer("whole", 1, 1));
    let (done, text) = run(&stage.person, text("x")).await.only();
    assert_eq!(
        (done.state, text.as_str()),
        (ExecutionState::Completed, "whole")
    );
    let first = done.attempts[0].failure.clone().unwrap();
    assert_eq!(
        (first.class, done.attempts.len()),
        (FailureClass::Truncated, 2)
    );
}

#[tokio::test]
async fn a_failure_in_the_middle_keeps_the_text_and_the_reported_usage() {
    let stage = stage().await;
    let failure = Failure::new(FailureClass::Overloaded, "overloaded_error");
    stage.script.say(
        MODEL,
        vec![
            Event::Text("begun".to_owned()),
            usage(4, 2),
            Event::Error(failure),
        ],
    );
    let (done, text) = run(&stage.person, text("x")).await.only();
    assert_eq!(
        (done.state, text.as_str()),
        (ExecutionState::Failed, "begun")
    );
    assert_eq!(done.failure.unwrap().class, FailureClass::Overloaded);
    assert_eq!(done.cost, Cost::Exact(NanoUsd(4 * 10 + 2 * 100)));
}

#[tokio::test]
async fn an_answer_without_usage_is_charged_by_estimate() {
    let stage = stage().await;
    let events = vec![
        Event::Text("one two three".to_owned()),
        Event::End(FinishReason::Length),
    ];
    stage.script.say(MODEL, events);
    let (done, _) = run(&stage.person, text("x")).await.only();
    assert_eq!(
        (done.state, done.finish_reason),
        (ExecutionState::Completed, Some(FinishReason::Length))
    );
    assert!(matches!(done.cost, Cost::Estimated(cost) if cost > NanoUsd(300)));
    assert_eq!(
        done.usage, None,
        "a guess is not shown as what was reported"
    );
}

#[tokio::test]
async fn a_long_wait_is_a_durable_job_and_can_be_cancelled() {
    let stage = stage().await;
    let asked = |seconds: i64| Failure {
        retry_after_ms: Some(seconds * 1_000),
        ..passing(FailureClass::RateLimited)
    };
    stage.script.refuse(MODEL, asked(40));
    stage.script.refuse("openai/b", asked(40));
    let request = json!({"text": "x", "models": [MODEL, "openai/b"]});
    let started = start(&stage.person, request).await;
    stage.app.state.executions.idle().await;
    let waiting = page(&stage.person, "state=waiting").await.executions;
    assert_eq!(waiting.len(), 2);
    let next = waiting[0].attempts[0].next_at.unwrap();
    assert_eq!(next, stage.app.state.now() + 40_000);
    assert_eq!(
        work(&stage.app.state, KINDS).await.unwrap(),
        0,
        "not before its time"
    );
    // The second one is not waited for.
    let path = format!("/api/v1/executions/{}/cancel", started.executions[1].id);
    stage.person.post(&path, ()).await.ok();
    stage.app.state.executions.idle().await;
    assert_eq!(
        detail(&stage.person, started.executions[1].id)
            .await
            .view
            .state,
        ExecutionState::Cancelled
    );
    stage.app.advance(40_000);
    stage.script.say(MODEL, answer("after the wait", 1, 1));
    assert_eq!(work(&stage.app.state, KINDS).await.unwrap(), 2);
    let read = reread(&stage.person, &started, "").await.rest().await;
    let done = read
        .done
        .iter()
        .find(|it| it.id == started.executions[0].id)
        .unwrap();
    assert_eq!(done.state, ExecutionState::Completed);
    assert_eq!((done.attempts.len(), done.attempts[0].next_at), (2, None));
    assert_eq!(stage.script.calls().len(), 3);
}

#[tokio::test]
async fn a_provider_that_asks_for_more_than_a_minute_is_not_waited_for() {
    let stage = stage().await;
    let failure = Failure {
        retry_after_ms: Some(61_000),
        ..passing(FailureClass::RateLimited)
    };
    stage.script.refuse(MODEL, failure);
    let (done, _) = run(&stage.person, text("x")).await.only();
    assert_eq!(
        (done.state, done.attempts.len()),
        (ExecutionState::Failed, 1)
    );
}
