//! What a run may cost and what it did: held before, charged after, told once.

use super::{MODEL, page, reread, run, stage, start, text};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::event::Event;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{BudgetLevel, BudgetView, Cost, ExecutionState, UsageReport};
use krowoc_tests::Caller;
use krowoc_tests::script::{answer, passing};
use serde_json::json;

async fn budget(person: &Caller) -> BudgetView {
    person.get("/api/v1/budget").await.ok().json()
}

async fn set(person: &Caller, wanted: serde_json::Value) {
    person.put("/api/v1/budget", wanted).await.ok();
}

#[tokio::test]
async fn the_most_it_can_cost_is_held_while_it_runs_and_what_it_cost_is_charged() {
    let stage = stage().await;
    let model = stage.script.live(MODEL);
    let started = start(&stage.person, text("x")).await;
    let held = started.executions[0].reserved;
    // 1,000 output tokens at most, and the input with its margin: 9 tokens, a quarter more, and 100.
    assert_eq!(held, NanoUsd(100_000 + 112 * 10));
    let now = budget(&stage.person).await;
    assert_eq!((now.spent, now.reserved), (NanoUsd::ZERO, held));
    for event in answer("x", 3, 4) {
        model.send(event).unwrap();
    }
    let (done, _) = reread(&stage.person, &started, "")
        .await
        .rest()
        .await
        .only();
    assert_eq!(
        (done.cost, done.reserved),
        (Cost::Exact(NanoUsd(430)), held)
    );
    let now = budget(&stage.person).await;
    assert_eq!((now.spent, now.reserved), (NanoUsd(430), NanoUsd::ZERO));
    let report: UsageReport = stage.person.get("/api/v1/usage?by=model").await.ok().json();
    assert_eq!(
        (report.rows[0].key.as_str(), report.rows[0].sum.cost),
        (MODEL, NanoUsd(430))
    );
    assert_eq!(
        (report.total.input_tokens, report.total.output_tokens),
        (3, 4)
    );
}

#[tokio::test]
async fn a_run_over_the_ceiling_is_refused_before_anything_is_sent() {
    let stage = stage().await;
    set(&stage.person, json!({"ceiling": 150_000})).await;
    let _held = stage.script.live(MODEL);
    start(&stage.person, text("x")).await;
    let problem = stage
        .person
        .post("/api/v1/executions", text("y"))
        .await
        .problem();
    assert_eq!(problem.code, ErrorCode::BudgetReached);
    assert!(
        problem
            .detail
            .unwrap()
            .contains("your ceiling is 0.00015 USD")
    );
    // All of a run or nothing: one of two would have fitted.
    stage.script.called(1).await;
    let small = json!({"text": "z", "models": [MODEL, "openai/b"], "parameters": {"max_output_tokens": 300}});
    assert_eq!(
        stage.person.post("/api/v1/executions", small).await.code(),
        ErrorCode::BudgetReached
    );
    assert_eq!(page(&stage.person, "").await.executions.len(), 1);
    assert_eq!(stage.script.calls().len(), 1);
}

#[tokio::test]
async fn one_execution_has_a_ceiling_of_its_own() {
    let stage = stage().await;
    set(&stage.person, json!({"run_ceiling": 50_000})).await;
    let problem = stage
        .person
        .post("/api/v1/executions", text("x"))
        .await
        .problem();
    assert_eq!(problem.code, ErrorCode::BudgetReached);
    assert!(problem.detail.unwrap().contains("max_output_tokens"));
    stage.script.say(MODEL, answer("x", 1, 1));
    let small = json!({"text": "x", "models": [MODEL], "parameters": {"max_output_tokens": 100}});
    run(&stage.person, small).await;
}

#[tokio::test]
async fn the_operators_keys_are_held_below_the_tiers_ceiling() {
    let stage = stage().await;
    set(&stage.person, json!({"ceiling": 0})).await;
    stage.script.say("groq/a", answer("x", 2, 2));
    run(&stage.person, json!({"text": "x", "models": ["groq/a"]})).await;
    let now = budget(&stage.person).await;
    assert_eq!(now.spent, NanoUsd::ZERO);
    let tier = now.server_held.unwrap();
    assert_eq!((tier.spent, tier.ceiling), (NanoUsd(220), NanoUsd::usd(1)));
}

#[tokio::test]
async fn a_model_without_a_price_is_blocked_or_counted_as_such_never_as_nothing() {
    let stage = stage().await;
    let request = json!({"text": "x", "models": ["openai/unpriced"]});
    let blocked = stage.person.post("/api/v1/executions", &request).await;
    assert_eq!(blocked.code(), ErrorCode::Unpriced);
    set(&stage.person, json!({"unpriced": "allow"})).await;
    stage.script.say("openai/unpriced", answer("x", 2, 2));
    let (done, _) = run(&stage.person, request.clone()).await.only();
    assert_eq!((done.cost, done.price_revision), (Cost::Unpriced, None));
    let now = budget(&stage.person).await;
    assert_eq!((now.spent, now.unpriced_executions), (NanoUsd::ZERO, 1));
    let report: UsageReport = stage.person.get("/api/v1/usage").await.ok().json();
    assert_eq!((report.total.unpriced, report.total.executions), (1, 1));
    // What was never used costs nothing, whatever its price.
    stage
        .script
        .refuse("openai/unpriced", passing(FailureClass::Auth));
    let (failed, _) = run(&stage.person, request).await.only();
    assert_eq!(failed.cost, Cost::Exact(NanoUsd::ZERO));
}

#[tokio::test]
async fn a_person_is_told_once_that_the_budget_is_near_and_once_that_it_is_reached() {
    let stage = stage().await;
    set(&stage.person, json!({"ceiling": 102_000})).await;
    let request = stage.person.request(reqwest::Method::GET, "/api/v1/live");
    let mut live = krowoc_tests::events::lines(request.send().await.unwrap());
    stage.script.say(MODEL, answer("x", 0, 900));
    run(&stage.person, text("x")).await;
    let now = budget(&stage.person).await;
    assert_eq!((now.level, now.notices.len()), (BudgetLevel::Near, 1));
    assert!(live.until("event: budget").await.contains("near"));
    // Refused near the ceiling: for the person that is its end.
    for _ in 0..2 {
        let refused = stage.person.post("/api/v1/executions", text("y")).await;
        assert_eq!(refused.code(), ErrorCode::BudgetReached);
    }
    assert!(live.until("event: budget").await.contains("reached"));
    let levels: Vec<BudgetLevel> = budget(&stage.person)
        .await
        .notices
        .iter()
        .map(|it| it.level)
        .collect();
    assert_eq!(levels, [BudgetLevel::Near, BudgetLevel::Reached]);
}

#[tokio::test]
async fn runs_in_parallel_spend_no_more_than_the_ceiling() {
    let stage = stage().await;
    set(&stage.person, json!({"ceiling": 1_000_000})).await;
    let (_other, elsewhere) = super::second(&stage).await;
    for _ in 0..30 {
        // All of what may be used is used.
        stage.script.say(MODEL, answer("x", 8, 1_000));
    }
    let runs = (0..30).map(|number| {
        let person = if number % 2 == 0 {
            &stage.person
        } else {
            &elsewhere
        };
        person.post("/api/v1/executions", text("x"))
    });
    let answers = futures_util::future::join_all(runs).await;
    let begun = answers.iter().filter(|answer| answer.status == 202).count();
    assert!(
        answers
            .iter()
            .all(|it| it.status == 202 || it.code() == ErrorCode::BudgetReached)
    );
    stage.app.state.executions.idle().await;
    _other.state.executions.idle().await;
    let now = budget(&stage.person).await;
    assert!(now.spent <= NanoUsd(1_000_000), "{}", now.spent);
    assert!((5..=9).contains(&begun), "{begun}");
    assert_eq!(now.reserved, NanoUsd::ZERO);
    assert_eq!(now.spent, NanoUsd(100_080 * i64::try_from(begun).unwrap()));
}

#[tokio::test]
async fn a_stopped_run_is_charged_for_what_came() {
    let stage = stage().await;
    let model = stage.script.live(MODEL);
    let started = start(&stage.person, text("x")).await;
    model
        .send(Event::Text("five words that came through".to_owned()))
        .unwrap();
    let mut events = reread(&stage.person, &started, "").await;
    while !matches!(
        events.next().await,
        Some(krowoc_shared::execution::wire::StreamEvent::Text { .. })
    ) {}
    let path = format!("/api/v1/executions/{}/cancel", started.executions[0].id);
    stage.person.post(&path, ()).await.ok();
    let (done, _) = events.rest().await.only();
    assert_eq!(done.state, ExecutionState::Cancelled);
    assert!(
        matches!(done.cost, Cost::Estimated(cost) if cost > NanoUsd(400)),
        "{:?}",
        done.cost
    );
    let now = budget(&stage.person).await;
    assert!(now.spent > NanoUsd(400) && now.reserved == NanoUsd::ZERO);
}
