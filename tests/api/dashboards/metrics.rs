//! The operator's figures: everybody's, and for nobody else.

use super::{DAY, Dice, HOUR, Row, put, roll_up, row};
use krowoc_shared::dashboards::wire::{FirstSuccess, MetricsView};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_shared::ids::OpId;
use krowoc_shared::library::document::Field;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, at, edit, prompt};
use krowoc_tests::{Caller, Options, TestApp};

async fn server() -> TestApp {
    let settings = vec![("admin_emails", "root@example.org".to_owned())];
    TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await
}

async fn metrics(caller: &Caller, query: &str) -> MetricsView {
    caller
        .get(&format!("/api/v1/admin/metrics?{query}"))
        .await
        .ok()
        .json()
}

#[tokio::test]
async fn only_who_looks_after_the_server_sees_them() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let root = app.sign_up("root@example.org").await;
    let refused = ada.get("/api/v1/admin/metrics").await;
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    let (device, _) = root.connect_device("Laptop").await;
    assert_eq!(
        device.get("/api/v1/admin/metrics").await.code(),
        ErrorCode::Forbidden
    );
    assert_eq!(metrics(&root, "").await.accounts, 2);
    let wrong = root.get("/api/v1/admin/metrics?from=2020-01-01").await;
    assert_eq!(wrong.code(), ErrorCode::InvalidField);
    let view: serde_json::Value = root.get("/api/v1/dashboard").await.ok().json();
    assert_eq!(view["admin"], true);
    let view: serde_json::Value = ada.get("/api/v1/dashboard").await.ok().json();
    assert_eq!(view["admin"], false);
}

#[tokio::test]
async fn usage_is_told_by_person_and_the_first_answer_from_the_making_of_the_account() {
    let app = server().await;
    let root = app.sign_up("root@example.org").await;
    let mut users = Vec::new();
    for email in ["ada@example.org", "bob@example.org"] {
        users.push(app.sign_up(email).await.session().await.user);
    }
    let (ada, bob) = (users[0], users[1]);
    let now = app.state.now();
    let mut dice = Dice(1);
    let failed = Row {
        state: ExecutionState::Failed,
        cost: 0,
        ..row(&mut dice, bob, now + HOUR)
    };
    let rows = vec![
        failed,
        row(&mut dice, bob, now + 2 * HOUR),
        row(&mut dice, ada, now + HOUR / 2),
        row(&mut dice, ada, now + 3 * HOUR),
        row(&mut dice, ada, now - 40 * DAY),
    ];
    put(&app, rows).await;
    app.advance(4 * HOUR);
    root.sign_in("root@example.org", krowoc_tests::caller::PASSWORD)
        .await
        .ok();
    for rolled in [false, true] {
        if rolled {
            roll_up(&app).await;
        }
        let view = metrics(&root, "period=30d").await;
        let people: Vec<_> = view
            .people
            .iter()
            .map(|row| {
                (
                    row.email.as_str(),
                    row.figures.executions,
                    row.figures.cost.0,
                )
            })
            .collect();
        assert_eq!(
            people,
            [("ada@example.org", 2, 2_000), ("bob@example.org", 2, 1_000)]
        );
        assert_eq!((view.active, view.accounts), (2, 3));
        assert_eq!(
            (view.total.executions, view.total.success()),
            (4, Some(7_500))
        );
        assert_eq!(view.before.executions, 1);
        // Ada had an answer 40 days before her account was made, as far as this test's rows go: at once.
        let first = FirstSuccess {
            accounts: 3,
            reached: 2,
            median: Some(0),
            slow: Some(2 * HOUR),
        };
        assert_eq!(view.first, first);
    }
}

#[tokio::test]
async fn a_creator_of_a_week_made_or_changed_a_text_in_it() {
    let app = server().await;
    let root = app.sign_up("root@example.org").await;
    let ada = Syncing::of(&app, "ada@example.org").await;
    let bob = Syncing::of(&app, "bob@example.org").await;
    ada.push(vec![
        prompt("Weekly report", "text"),
        prompt("Another", "text"),
    ])
    .await;
    let mut made = at(prompt("An older one", "text"), BEGIN - 10 * DAY);
    made.op_id = OpId::mint(BEGIN - 10 * DAY, [8; 10]);
    bob.push(vec![made.clone()]).await;
    // A star is no text.
    let starred = edit(made.doc_id, BEGIN).with(Field::Favourite, true);
    bob.push(vec![starred]).await;
    let creators = async || -> Vec<u64> {
        let weeks = metrics(&root, "").await.weeks;
        // The tests begin on a Saturday: the week began five days before.
        assert_eq!(weeks[11].at, BEGIN - 5 * DAY);
        weeks.iter().map(|week| week.creators).collect()
    };
    assert_eq!(creators().await, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    let changed = edit(made.doc_id, BEGIN).with_body(1, "another text");
    bob.push(vec![changed]).await;
    assert_eq!(creators().await, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
}
