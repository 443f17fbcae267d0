//! A server that dies loses no execution and charges none twice. Its death is played here by a row that somebody else owns; see `kill`
//! for the real one.

use super::{MODEL, Stage, detail, second, stage, start, text};
use diesel::RunQueryDsl;
use krowoc_server::both;
use krowoc_server::executions::recover::{Which, recover, renew};
use krowoc_server::store::{StoreError, Tx, executions};
use krowoc_shared::execution::event::Event;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{BudgetView, Cost, ExecutionState, Started, UsageReport};
use krowoc_shared::ids::ExecutionId;
use krowoc_tests::script::answer;
use tokio::sync::mpsc::UnboundedSender;

const MINUTE: i64 = 60_000;

async fn sql(stage: &Stage, sql: &'static str) {
    stage
        .app
        .state
        .store
        .write(move |tx: &mut Tx<'_>| {
            both!(tx.conn(), |c| diesel::sql_query(sql).execute(c))?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

/// A run whose server is about to die.
async fn begun(stage: &Stage) -> (Started, UnboundedSender<Event>) {
    let model = stage.script.live(MODEL);
    let started = start(&stage.person, text("x")).await;
    stage.script.called(1).await;
    (started, model)
}

/// The first server, which lives after all, learns at its next renewal that another one has taken over.
async fn leave(stage: &Stage) {
    renew(&stage.app.state).await.unwrap();
    stage.app.state.executions.idle().await;
}

async fn charged(stage: &Stage) -> (NanoUsd, NanoUsd, u64) {
    let budget: BudgetView = stage.person.get("/api/v1/budget").await.ok().json();
    let report: UsageReport = stage.person.get("/api/v1/usage").await.ok().json();
    (budget.spent, budget.reserved, report.total.executions)
}

#[tokio::test]
async fn without_text_it_is_made_again_and_charged_once() {
    let stage = stage().await;
    let (started, first) = begun(&stage).await;
    let id = started.executions[0].id;
    let (other, _) = second(&stage).await;
    assert_eq!(
        recover(&other.state, Which::Abandoned).await.unwrap(),
        0,
        "its lease holds"
    );
    stage.app.advance(MINUTE + 1);
    stage.script.say(MODEL, answer("made again", 1, 2));
    assert_eq!(recover(&other.state, Which::Abandoned).await.unwrap(), 1);
    other.state.executions.idle().await;
    // The one that was thought dead comes to its end as well: that end is not its any more.
    for event in answer("too late", 5, 5) {
        first.send(event).unwrap();
    }
    stage.app.state.executions.idle().await;
    let whole = detail(&stage.person, id).await;
    assert_eq!(
        (whole.view.state, whole.output.as_str()),
        (ExecutionState::Completed, "made again")
    );
    assert_eq!(whole.view.cost, Cost::Exact(NanoUsd(210)));
    let classes: Vec<_> = whole
        .view
        .attempts
        .iter()
        .map(|it| it.failure.as_ref().map(|it| it.class))
        .collect();
    assert_eq!(classes, [Some(FailureClass::Network), None]);
    assert_eq!(charged(&stage).await, (NanoUsd(210), NanoUsd::ZERO, 1));
}

/// A run of which something came and was kept, as another server sees it.
async fn begun_with_text(stage: &Stage) -> (ExecutionId, UnboundedSender<Event>) {
    let (started, model) = begun(stage).await;
    let id = started.executions[0].id;
    model.send(Event::Text("what had come".to_owned())).unwrap();
    let user = stage.person.session().await.user;
    let mut kept = String::new();
    while kept.is_empty() {
        let store = &stage.app.state.store;
        let read = store.read(move |conn| executions::whole(conn, user, id));
        kept = read.await.unwrap().output;
    }
    (id, model)
}

#[tokio::test]
async fn what_came_keeps_its_price_when_its_key_was_removed_before_the_restart() {
    let stage = stage().await;
    let (id, _model) = begun_with_text(&stage).await;
    let waiting = detail(&stage.person, id).await;
    stage.script.remove_key(MODEL);
    let (other, _) = second(&stage).await;
    stage.app.advance(MINUTE + 1);
    assert_eq!(recover(&other.state, Which::Abandoned).await.unwrap(), 1);
    other.state.executions.idle().await;
    leave(&stage).await;
    let whole = detail(&stage.person, id).await;
    assert_eq!(whole.view.state, ExecutionState::Truncated);
    assert!(matches!(whole.view.cost, Cost::Estimated(cost) if cost > NanoUsd(300)));
    assert!(whole.view.price_revision.is_some());
    assert_eq!(whole.view.price_revision, waiting.view.price_revision);
    assert_eq!(whole.view.key, waiting.view.key);
    let (spent, reserved, _) = charged(&stage).await;
    assert!(spent > NanoUsd(300) && reserved == NanoUsd::ZERO);
}

#[tokio::test]
async fn with_text_it_ends_cut_with_its_text_and_an_estimated_charge() {
    let stage = stage().await;
    let (id, _model) = begun_with_text(&stage).await;
    let (other, _) = second(&stage).await;
    stage.app.advance(MINUTE + 1);
    assert_eq!(recover(&other.state, Which::Abandoned).await.unwrap(), 1);
    other.state.executions.idle().await;
    leave(&stage).await;
    let whole = detail(&stage.person, id).await;
    assert_eq!(
        (whole.view.state, whole.output.as_str()),
        (ExecutionState::Truncated, "what had come")
    );
    assert!(matches!(whole.view.cost, Cost::Estimated(cost) if cost > NanoUsd(300)));
    let (spent, reserved, count) = charged(&stage).await;
    assert!(spent > NanoUsd(300) && reserved == NanoUsd::ZERO && count == 1);
    assert_eq!(stage.script.calls().len(), 1, "it was not sent again");
}

#[tokio::test]
async fn a_server_that_lives_keeps_its_leases() {
    let stage = stage().await;
    let (_, model) = begun(&stage).await;
    let (other, _) = second(&stage).await;
    for _ in 0..5 {
        stage.app.advance(MINUTE / 2);
        renew(&stage.app.state).await.unwrap();
        assert_eq!(recover(&other.state, Which::Abandoned).await.unwrap(), 0);
    }
    for event in answer("x", 1, 1) {
        model.send(event).unwrap();
    }
    stage.app.state.executions.idle().await;
}

#[tokio::test]
async fn an_execution_that_kills_its_server_each_time_comes_to_its_end() {
    let stage = stage().await;
    let (started, _model) = begun(&stage).await;
    let id = started.executions[0].id;
    let (other, _) = second(&stage).await;
    let (third, _) = second(&stage).await;
    let mut held = Vec::new();
    for (calls, server) in (2_usize..).zip([&other, &third]) {
        stage.app.advance(2 * MINUTE);
        held.push(stage.script.live(MODEL));
        recover(&server.state, Which::Abandoned).await.unwrap();
        stage.script.called(calls).await;
    }
    stage.app.advance(2 * MINUTE);
    recover(&other.state, Which::Abandoned).await.unwrap();
    // Those that were thought dead find that it is not theirs any more, and send nothing again.
    drop(held);
    other.state.executions.idle().await;
    third.state.executions.idle().await;
    leave(&stage).await;
    assert_eq!(stage.script.calls().len(), 3);
    let whole = detail(&stage.person, id).await;
    assert_eq!(whole.view.state, ExecutionState::Failed);
    assert_eq!(whole.view.attempts.len(), 3);
    assert_eq!(charged(&stage).await, (NanoUsd::ZERO, NanoUsd::ZERO, 1));
}

#[tokio::test]
async fn of_several_servers_one_takes_over() {
    let stage = stage().await;
    let (started, _model) = begun(&stage).await;
    let (other, _) = second(&stage).await;
    let (third, _) = second(&stage).await;
    stage.app.advance(2 * MINUTE);
    stage.script.say(MODEL, answer("once", 1, 1));
    let (one, two) = futures_util::future::join(
        recover(&other.state, Which::Abandoned),
        recover(&third.state, Which::Abandoned),
    )
    .await;
    one.unwrap();
    two.unwrap();
    other.state.executions.idle().await;
    third.state.executions.idle().await;
    leave(&stage).await;
    assert_eq!(stage.script.calls().len(), 2);
    let whole = detail(&stage.person, started.executions[0].id).await;
    assert_eq!(whole.output, "once");
}

#[tokio::test]
async fn what_was_to_be_stopped_when_its_server_died_is_stopped() {
    let stage = stage().await;
    let (started, _model) = begun(&stage).await;
    sql(&stage, "UPDATE execution SET cancel = 1").await;
    let (other, _) = second(&stage).await;
    assert_eq!(recover(&other.state, Which::All).await.unwrap(), 1);
    other.state.executions.idle().await;
    leave(&stage).await;
    let whole = detail(&stage.person, started.executions[0].id).await;
    assert_eq!(whole.view.state, ExecutionState::Cancelled);
    assert_eq!(stage.script.calls().len(), 1);
}
