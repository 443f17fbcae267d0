//! The logs, and what is counted of them: the same however often, and only what is meant to count.

use super::{
    CHEF, DAY, HOUR, LAWYER, MINUTE, Prompt, Run, board, count, fork, ran, run, server, standing,
    user, vote, write,
};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_shared::leaderboard::wire::Recomputed;
use krowoc_shared::leaderboard::{Counts, Window};
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::{Caller, TestApp};
use serde_json::json;

async fn counts(app: &TestApp, window: Window) -> Counts {
    count(app).await;
    let view = board(app, &format!("window={}", window.as_str())).await;
    view.entries[0].counts
}

#[tokio::test]
async fn completed_runs_of_unchanged_copies_by_others_count() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (own, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let (of_ada, of_bob) = (
        fork(&ada, "192.0.2.1", &slug).await,
        fork(&bob, "192.0.2.2", &slug).await,
    );
    let (ada_id, bob_id, now) = (user(&ada).await, user(&bob).await, app.state.now());
    let counted = run(bob_id, &of_bob, now);
    let failed = Run {
        state: ExecutionState::Failed,
        ..counted.clone()
    };
    let stopped = Run {
        state: ExecutionState::Cancelled,
        ..counted.clone()
    };
    let edited = Run {
        version: counted.version + 1,
        ..counted.clone()
    };
    let original = Run {
        user: ada_id,
        prompt: own.id,
        version: 1,
        ..counted.clone()
    };
    let of_owner = run(ada_id, &of_ada, now);
    // Ids are unique within a library: another account's document of the same id is no copy.
    let cyd = app.sign_up("cyd@example.org").await;
    let like_named = Run {
        user: user(&cyd).await,
        ..counted.clone()
    };
    ran(
        &app,
        vec![
            counted.clone(),
            like_named,
            failed,
            stopped,
            edited,
            original,
            of_owner,
            counted,
        ],
    )
    .await;
    let found = counts(&app, Window::Day).await;
    assert_eq!(
        (found.runs, found.executors, found.fresh),
        (2, 1, 1_000_000)
    );
    let hours = board(&app, "").await.entries.remove(0).hours;
    assert_eq!((hours.len(), hours.iter().sum::<u64>()), (24, 2));
}

#[tokio::test]
async fn runs_of_one_account_are_capped_and_people_weigh_less_with_time() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let of_bob = fork(&bob, "192.0.2.2", &slug).await;
    let of_eve = fork(&eve, "192.0.2.3", &slug).await;
    let now = app.state.now();
    let (bob_id, eve_id) = (user(&bob).await, user(&eve).await);
    let mut runs: Vec<Run> = (0..9).map(|n| run(bob_id, &of_bob, now + n)).collect();
    runs.push(run(eve_id, &of_eve, now));
    ran(&app, runs).await;
    let found = counts(&app, Window::Day).await;
    assert_eq!((found.runs, found.executors), (5 + 1, 2));
    let found = counts(&app, Window::Week).await;
    assert_eq!((found.runs, found.executors), (9 + 1, 2));
    app.advance(12 * HOUR - 3 * MINUTE);
    assert_eq!(
        counts(&app, Window::Day).await.fresh,
        1_000_000,
        "two at half"
    );
    app.advance(12 * HOUR + MINUTE);
    assert_eq!(counts(&app, Window::Day).await, Counts::default());
    assert_eq!(counts(&app, Window::All).await.executors, 2);
}

#[tokio::test]
async fn of_one_network_three_accounts_an_hour_count_as_people_who_ran_it() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let mut runs = Vec::new();
    for number in 0..5 {
        let person = app.sign_up(&format!("p{number}@example.org")).await;
        let copy = fork(&person, "192.0.2.1", &slug).await;
        runs.push(run(user(&person).await, &copy, app.state.now()));
    }
    ran(&app, runs).await;
    assert_eq!(counts(&app, Window::Day).await.executors, 3);
}

#[tokio::test]
async fn counting_twice_or_after_the_rows_were_lost_leaves_the_same_rows() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, lawyer) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let (_, chef) = Prompt::public(&ada, "Chef", CHEF).await;
    let copy = fork(&bob, "192.0.2.2", &lawyer).await;
    ran(&app, vec![run(user(&bob).await, &copy, app.state.now())]).await;
    vote(&bob, "192.0.2.2", &chef, Some("down")).await.ok();
    let first = count(&app).await;
    let rows = standing(&app).await;
    assert_eq!((first.rows, first.changed), (6, 6));
    let again = count(&app).await;
    assert_eq!((again.rows, again.changed), (6, 0));
    assert_eq!(standing(&app).await, rows);
    write(&app, "DELETE FROM standing").await.unwrap();
    assert_eq!(count(&app).await.changed, 6);
    assert_eq!(standing(&app).await, rows);
}

#[tokio::test]
async fn the_job_counts_each_hour_and_an_admin_at_once() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let root = app.sign_up("root@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let path = "/api/v1/admin/leaderboard/recompute";
    assert_eq!(ada.post(path, json!({})).await.code(), ErrorCode::Forbidden);
    vote(&root, "192.0.2.2", &slug, Some("up")).await.ok();
    let told: Recomputed = root.post(path, json!({})).await.ok().json();
    assert_eq!((told.counted_at, told.rows), (app.state.now(), 3));
    vote(&root, "192.0.2.2", &slug, Some("down")).await.ok();
    krowoc_server::jobs::ensure(&app.state, krowoc_server::chores::KINDS)
        .await
        .unwrap();
    app.work().await;
    assert_eq!(board(&app, "").await.entries[0].counts.down, 1);
    vote(&root, "192.0.2.2", &slug, None).await.ok();
    app.advance(HOUR + 1);
    app.work().await;
    assert_eq!(board(&app, "").await.entries[0].counts, Counts::default());
}

#[tokio::test]
async fn a_line_of_a_log_is_never_changed_nor_dropped() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let copy = fork(&bob, "192.0.2.2", &slug).await;
    ran(&app, vec![run(user(&bob).await, &copy, app.state.now())]).await;
    vote(&bob, "192.0.2.2", &slug, Some("up")).await.ok();
    for sql in [
        "UPDATE vote_event SET value = -1",
        "DELETE FROM vote_event",
        "UPDATE run_event SET at = 1",
        "DELETE FROM run_event",
    ] {
        let said = write(&app, sql).await.unwrap_err().to_string();
        assert!(said.contains("a line of a log"), "{sql}: {said}");
    }
}

async fn leave(app: &TestApp, caller: &Caller) {
    let body = json!({"password": PASSWORD});
    caller.post("/api/v1/account/deletion", body).await.ok();
    app.advance(8 * DAY);
    app.work().await;
}

#[tokio::test]
async fn an_account_takes_its_votes_and_runs_along_and_its_public_prompts() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let copy = fork(&bob, "192.0.2.2", &slug).await;
    ran(&app, vec![run(user(&bob).await, &copy, app.state.now())]).await;
    vote(&bob, "192.0.2.2", &slug, Some("up")).await.ok();
    let report = json!({"reason": "spam"});
    bob.post(&format!("/api/v1/public/prompts/{slug}/reports"), report)
        .await
        .ok();
    let found = counts(&app, Window::All).await;
    assert_eq!((found.up, found.executors), (1, 1));
    leave(&app, &bob).await;
    assert_eq!(counts(&app, Window::All).await, Counts::default());
    for table in [
        "DELETE FROM vote_event",
        "DELETE FROM run_event",
        "DELETE FROM fork",
        "DELETE FROM report",
    ] {
        assert_eq!(write(&app, table).await.unwrap(), 0, "{table}");
    }
    ada.sign_in("ada@example.org", PASSWORD).await.ok();
    leave(&app, &ada).await;
    assert_eq!(board(&app, "").await.public, 0);
    assert_eq!(write(&app, "DELETE FROM publication").await.unwrap(), 0);
}

#[tokio::test]
async fn a_place_says_by_how_much_it_moved_since_a_day_before_and_the_same_when_counted_anew() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, lawyer) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    app.advance(1_000);
    let (_, chef) = Prompt::public(&ada, "Chef", CHEF).await;
    let moved = async || -> Vec<(String, Option<i64>)> {
        count(&app).await;
        let entries = board(&app, "window=all").await.entries;
        entries.into_iter().map(|it| (it.slug, it.moved)).collect()
    };
    assert_eq!(
        moved().await,
        [(lawyer.clone(), None), (chef.clone(), None)],
        "nobody was there a day ago"
    );
    app.advance(2 * DAY);
    let bob = app.sign_up("bob@example.org").await;
    vote(&bob, "192.0.2.1", &chef, Some("up")).await.ok();
    let (_, tutor) = Prompt::public(&bob, "Tutor", super::TUTOR).await;
    let expected = [
        (chef.clone(), Some(1)),
        (lawyer.clone(), Some(-1)),
        (tutor.clone(), None),
    ];
    assert_eq!(moved().await, expected);
    write(&app, "DELETE FROM standing_before").await.unwrap();
    app.advance(31_000);
    assert_eq!(moved().await, expected, "made of the log alone");
    let page = app
        .anonymous()
        .get("/leaderboard?window=all")
        .await
        .ok()
        .text();
    assert!(
        page.contains("up 1 place since yesterday")
            && page.contains("down 1 place since yesterday")
    );
    app.advance(DAY);
    let still = [(chef, Some(0)), (lawyer, Some(0)), (tutor, Some(0))];
    assert_eq!(moved().await, still);
}
