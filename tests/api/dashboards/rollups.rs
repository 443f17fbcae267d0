//! Roll-ups and what is not in them yet are the raw executions, at any moment and on any server.

use super::{
    DAY, Dice, HOUR, MINUTE, Of, Row, STATES, active, any, board, by_prompt, dashboard, facts,
    finish, person, put, roll_up, row,
};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_server::jobs::{ensure, work};
use krowoc_server::store::statement::Statement;
use krowoc_server::store::{Conn, Tx, rollups};
use krowoc_shared::dashboards::wire::DashboardView;
use krowoc_shared::dashboards::{Fact, Period, Span};
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_shared::ids::UserId;
use krowoc_tests::{Caller, Options, TestApp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is shown of a span is what the raw executions come to.
fn same(view: &DashboardView, facts: &[Fact], span: Span) {
    let expected = board(facts, span);
    assert_eq!(view.total, expected.total().figures());
    assert_eq!(view.before, board(facts, span.before()).total().figures());
    assert_eq!(view.points, expected.series());
    assert_eq!(view.models, expected.by_model(50));
    let shown: BTreeMap<_, _> = view
        .prompts
        .iter()
        .map(|row| (row.prompt, row.figures))
        .collect();
    assert_eq!(shown, by_prompt(facts, span));
    assert_eq!(view.active, active(facts, span));
}

async fn check(app: &TestApp, caller: &Caller, user: UserId) {
    let facts = facts(app, Of::Account(user)).await;
    let now = app.state.now();
    for period in Period::ALL {
        let view = dashboard(caller, &format!("period={}", period.as_str())).await;
        same(&view, &facts, Span::of(period, now));
    }
    let today = now.div_euclid(DAY);
    let view = dashboard(caller, "from=2026-11-15&to=2026-11-21").await;
    let first = 1_794_700_800_000 / DAY;
    assert!(today >= first + 6);
    same(&view, &facts, Span::of_days(first, first + 6, now).unwrap());
}

#[tokio::test]
async fn rollups_and_what_is_not_in_them_yet_are_the_raw_executions_at_every_step() {
    let app = TestApp::start().await;
    let url = app.state.store.url().clone();
    let clock = Arc::clone(&app.clock);
    let other = TestApp::on(url, clock, Options::default()).await.unwrap();
    let (ada, ada_here) = person(&app, "ada@example.org").await;
    let (bob, bob_here) = person(&app, "bob@example.org").await;
    let mut dice = Dice(7);
    let mut open: Vec<Row> = Vec::new();
    // Weeks that were there before any roll-up.
    let now = app.state.now();
    let past: Vec<Row> = (0..150)
        .map(|_| {
            let at = now - 1 - dice.millis(70 * DAY);
            Row {
                state: ExecutionState::Completed,
                ..any(&mut dice, ada, at)
            }
        })
        .collect();
    put(&app, past).await;
    check(&app, &ada_here, ada).await;
    for step in 0..24 {
        let now = app.state.now();
        let mut rows = Vec::new();
        for _ in 0..dice.below(6) {
            let user = if dice.below(3) == 0 { bob } else { ada };
            rows.push(any(&mut dice, user, now));
        }
        open.extend(
            rows.iter()
                .filter(|row| row.state == ExecutionState::Running)
                .cloned(),
        );
        put(&app, rows).await;
        // Some end now, minutes, hours or days after they were asked for.
        let (ending, rest): (Vec<Row>, Vec<Row>) = open.drain(..).partition(|_| dice.below(3) == 0);
        open = rest;
        let ending = ending
            .into_iter()
            .map(|row| (row, STATES[dice.below(5) as usize]))
            .collect();
        finish(&app, ending).await;
        match dice.below(4) {
            0 => {}
            1 => {
                roll_up(&app).await;
            }
            2 => {
                roll_up(&other).await;
            }
            _ => {
                futures_util::future::join(roll_up(&app), roll_up(&other)).await;
            }
        }
        if step % 4 == 3 {
            check(&app, &ada_here, ada).await;
            check(&other, &bob_here, bob).await;
        }
        app.advance([MINUTE, 3 * MINUTE, HOUR, 7 * HOUR, DAY][dice.below(5) as usize]);
    }
    // What has ended is in the roll-ups, and only that; what has not is late.
    app.advance(HOUR);
    roll_up(&other).await;
    assert_eq!(roll_up(&app).await, 0);
    check(&app, &ada_here, ada).await;
    check(&app, &bob_here, bob).await;
    assert_eq!(
        count(&app, "rollup_late").await,
        i64::try_from(open.len()).unwrap()
    );
    // An account that goes takes its counts along and nobody else's.
    let gone = app.state.store.write(move |tx: &mut Tx<'_>| {
        Statement::new("DELETE FROM account WHERE id = ?")
            .bind(bob.as_bytes())
            .execute(tx)
    });
    assert_eq!(gone.await.unwrap(), 1);
    check(&app, &ada_here, ada).await;
    let facts = facts(&app, Of::Account(ada)).await.len();
    assert_eq!(
        counted(&app, "rollup_model").await,
        2 * i64::try_from(facts).unwrap()
    );
    assert_eq!(
        counted(&app, "rollup_prompt").await,
        2 * i64::try_from(facts).unwrap()
    );
    roll_up(&app).await;
    check(&app, &ada_here, ada).await;
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

async fn number(app: &TestApp, sql: String) -> i64 {
    let read = app
        .state
        .store
        .read(move |conn: &mut Conn| Statement::new(&sql).first::<Number>(conn));
    read.await.unwrap().unwrap().n
}

async fn count(app: &TestApp, table: &str) -> i64 {
    number(app, format!("SELECT count(*) AS n FROM {table}")).await
}

/// Executions that a table counts, once by the hour and once by the day.
async fn counted(app: &TestApp, table: &str) -> i64 {
    let sum = "CAST(coalesce(sum(completed + failed + truncated + cancelled), 0) AS BIGINT)";
    number(app, format!("SELECT {sum} AS n FROM {table}")).await
}

#[tokio::test]
async fn an_execution_that_ends_long_after_the_cursor_passed_it_is_counted_at_once_and_once() {
    let app = TestApp::start().await;
    let (user, caller) = person(&app, "ada@example.org").await;
    let mut dice = Dice(1);
    let open = Row {
        state: ExecutionState::Running,
        ..row(&mut dice, user, app.state.now())
    };
    put(&app, vec![open.clone()]).await;
    app.advance(HOUR);
    assert_eq!(roll_up(&app).await, 0);
    assert_eq!(count(&app, "rollup_late").await, 1);
    assert_eq!(dashboard(&caller, "").await.total.executions, 0);
    app.advance(2 * DAY);
    finish(&app, vec![(open, ExecutionState::Completed)]).await;
    assert_eq!(
        dashboard(&caller, "").await.total.executions,
        1,
        "before the job runs"
    );
    assert_eq!(roll_up(&app).await, 1);
    assert_eq!(dashboard(&caller, "").await.total.executions, 1, "after it");
    assert_eq!(roll_up(&app).await, 0);
    assert_eq!(
        dashboard(&caller, "period=24h").await.total.executions,
        0,
        "by the time it was asked for"
    );
    assert_eq!(count(&app, "rollup_late").await, 0);
}

#[tokio::test]
async fn a_step_that_another_server_took_first_changes_nothing() {
    let app = TestApp::start().await;
    let (user, caller) = person(&app, "ada@example.org").await;
    let now = app.state.now();
    let mut dice = Dice(2);
    put(
        &app,
        (0..5).map(|n| row(&mut dice, user, now + n)).collect(),
    )
    .await;
    app.advance(HOUR);
    let until = app.state.now();
    let gather = || async {
        let read = app
            .state
            .store
            .read(move |conn: &mut Conn| rollups::gather(conn, until, 100));
        read.await.unwrap().unwrap()
    };
    let (first, second) = (gather().await, gather().await);
    let apply = |step: rollups::Step| {
        let write = app
            .state
            .store
            .write(move |tx: &mut Tx<'_>| rollups::apply(tx, &step));
        async move { write.await.unwrap() }
    };
    assert!(apply(first).await);
    assert!(!apply(second).await);
    assert_eq!(dashboard(&caller, "").await.total.executions, 5);
    let read = app
        .state
        .store
        .read(move |conn: &mut Conn| rollups::gather(conn, until, 100));
    assert!(read.await.unwrap().is_none());
}

#[tokio::test]
async fn a_long_history_is_taken_in_steps_and_the_present_is_left_alone() {
    let app = TestApp::start().await;
    let (user, caller) = person(&app, "ada@example.org").await;
    let now = app.state.now();
    let mut dice = Dice(3);
    put(
        &app,
        (0..25)
            .map(|n| row(&mut dice, user, now - 10 * DAY + n))
            .collect(),
    )
    .await;
    put(&app, vec![row(&mut dice, user, now - MINUTE)]).await;
    let mut steps = 0;
    loop {
        let until = now - 2 * MINUTE;
        let read = app
            .state
            .store
            .read(move |conn: &mut Conn| rollups::gather(conn, until, 10));
        let Some(step) = read.await.unwrap() else {
            break;
        };
        steps += 1;
        assert_eq!(step.last, steps == 3);
        let write = app
            .state
            .store
            .write(move |tx: &mut Tx<'_>| rollups::apply(tx, &step));
        assert!(write.await.unwrap());
        assert_eq!(dashboard(&caller, "").await.total.executions, 26);
    }
    assert_eq!((steps, counted(&app, "rollup_model").await), (3, 50));
    assert_eq!(
        roll_up(&app).await,
        0,
        "what was asked for a minute ago may have company on its way"
    );
}

#[tokio::test]
async fn the_queue_keeps_the_rollups() {
    let app = TestApp::start().await;
    let (user, _) = person(&app, "ada@example.org").await;
    let mut dice = Dice(4);
    put(&app, vec![row(&mut dice, user, app.state.now() - HOUR)]).await;
    let kinds = &[krowoc_server::dashboards::rollup::KIND];
    ensure(&app.state, kinds).await.unwrap();
    assert_eq!(work(&app.state, kinds).await.unwrap(), 1);
    assert_eq!(counted(&app, "rollup_model").await, 2);
    app.advance(MINUTE);
    assert_eq!(work(&app.state, kinds).await.unwrap(), 1, "each minute");
    assert!(
        krowoc_server::chores::KINDS
            .iter()
            .any(|kind| kind.name == kinds[0].name)
    );
}
