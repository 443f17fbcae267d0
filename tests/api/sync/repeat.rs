//! For how long a repeated operation is known again, and what becomes of one that comes later still.

use krowoc_server::jobs::forget::run;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::OpId;
use krowoc_shared::library::document::Counter;
use krowoc_shared::sync::server::{REPEAT_DAYS, RESULT_DAYS};
use krowoc_shared::sync::wire::{Op, Outcome};
use krowoc_tests::TestApp;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, edit, prompt};

const DAY: i64 = 86_400_000;

/// Tokens live for minutes, these stories for years: the device connects again.
async fn again(app: &TestApp) -> Syncing {
    let person = app.anonymous();
    person
        .sign_in("a@example.org", krowoc_tests::caller::PASSWORD)
        .await
        .ok();
    let (device, tokens) = person.connect_device("Laptop").await;
    Syncing::device(device, &tokens)
}

async fn used_once(app: &TestApp) -> (Op, Op) {
    let device = Syncing::of(app, "a@example.org").await;
    let made = prompt("t", "x");
    let used = edit(made.doc_id, BEGIN + 1).with_count(Counter::Uses, 1);
    device.push(vec![made.clone(), used.clone()]).await;
    (made, used)
}

#[tokio::test]
async fn a_repeat_is_known_again_for_400_days() {
    let app = TestApp::start().await;
    let (made, used) = used_once(&app).await;
    app.advance(REPEAT_DAYS * DAY - 1000);
    assert_eq!(run(&app.state).await.unwrap(), 0);
    let device = again(&app).await;
    let reply = device.push(vec![made.clone(), used]).await;
    for result in &reply.results {
        assert_eq!(
            (result.outcome, result.first),
            (Outcome::Duplicate, Some(Outcome::Applied))
        );
    }
    assert_eq!(device.document(made.doc_id).await.counter(Counter::Uses), 1);
}

#[tokio::test]
async fn a_repeat_whose_result_is_forgotten_is_refused_and_changes_nothing() {
    let app = TestApp::start().await;
    let (made, used) = used_once(&app).await;
    app.advance(RESULT_DAYS * DAY - 1000);
    assert_eq!(run(&app.state).await.unwrap(), 0);
    app.advance(2000);
    assert_eq!(run(&app.state).await.unwrap(), 2);
    assert_eq!(run(&app.state).await.unwrap(), 0);
    let device = again(&app).await;
    let before = device.document(made.doc_id).await;
    let now = BEGIN + RESULT_DAYS * DAY;
    let fresh = Op {
        op_id: OpId::mint(now, [3; 10]),
        ..edit(made.doc_id, now).with_count(Counter::Uses, 1)
    };
    let reply = device.push(vec![made.clone(), used, fresh]).await;
    for result in &reply.results[..2] {
        assert_eq!(result.outcome, Outcome::Rejected);
        let violation = result.violation.as_ref().unwrap();
        assert_eq!(
            (violation.code, violation.field.as_str()),
            (ErrorCode::TooOld, "/op_id")
        );
    }
    assert_eq!(reply.results[2].outcome, Outcome::Applied);
    let after = device.document(made.doc_id).await;
    assert_eq!(after.counter(Counter::Uses), 2);
    assert_eq!((after.body, after.conflicts), (before.body, Vec::new()));
}

#[tokio::test]
async fn an_operation_of_a_clock_that_ran_ahead_is_known_until_its_own_time_has_passed() {
    let app = TestApp::start().await;
    let (made, _) = used_once(&app).await;
    let ahead = Op {
        op_id: OpId::mint(BEGIN + 200 * DAY, [4; 10]),
        ..edit(made.doc_id, BEGIN + 200 * DAY).with_count(Counter::Uses, 1)
    };
    // A stamp ahead of an id of the right time counts as well.
    let stamped = edit(made.doc_id, BEGIN + 200 * DAY).with_count(Counter::Uses, 1);
    let device = again(&app).await;
    device.push(vec![ahead.clone(), stamped.clone()]).await;
    app.advance(RESULT_DAYS * DAY + 1000);
    assert_eq!(run(&app.state).await.unwrap(), 2);
    let device = again(&app).await;
    let reply = device.push(vec![ahead, stamped]).await;
    for result in &reply.results {
        assert_eq!(result.outcome, Outcome::Duplicate);
    }
    assert_eq!(device.document(made.doc_id).await.counter(Counter::Uses), 3);
    app.advance(200 * DAY);
    assert_eq!(run(&app.state).await.unwrap(), 2);
}
