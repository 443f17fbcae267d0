//! What is pushed to the library of a team, by whom.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_server::store::{Conn, Role as Door, open};
use krowoc_shared::access::Role;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::sync::wire::{Outcome, PushReply, SpaceState};
use krowoc_tests::ops::{Syncing, edit, prompt};
use krowoc_tests::teams::Team;
use krowoc_tests::{Caller, TestApp};
use serde_json::json;

/// A member as a client of the team's library.
pub async fn syncing(caller: &Caller, team: Team) -> Syncing {
    team.syncing(caller).await
}

/// Pushes one new prompt.
pub async fn push(caller: &Caller, team: Team, title: &str) -> PushReply {
    syncing(caller, team)
        .await
        .push(vec![prompt(title, "x")])
        .await
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Documents, versions and entries that are stored of a team's.
pub async fn rows(app: &TestApp, team: Team) -> i64 {
    let mut conn: Conn = open(app.state.store.url(), Door::Writer).unwrap();
    let id = match conn {
        Conn::Sqlite(_) => format!("x'{}'", hex(team)),
        Conn::Postgres(_) => format!("'\\x{}'::bytea", hex(team)),
    };
    let sql = format!("SELECT count(*) AS n FROM document WHERE space_id = {id}");
    let count: Count = diesel::sql_query(sql).get_result(&mut conn).unwrap();
    count.n
}

fn hex(team: Team) -> String {
    team.id.to_string().replace('-', "")
}

#[tokio::test]
async fn a_viewers_pushes_are_refused_one_by_one_and_taken_once_they_may() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Viewer).await;
    let (owner, viewer) = (syncing(&alice, team).await, syncing(&bob, team).await);
    let made = prompt("Of Alice", "one");
    owner.push(vec![made.clone()]).await;
    let ops = vec![
        prompt("Of Bob", "two"),
        edit(made.doc_id, 5).with_tag("mine"),
    ];
    let refused = viewer.push(ops.clone()).await;
    for result in &refused.results {
        assert_eq!(result.outcome, Outcome::Rejected);
        let why = result.violation.as_ref().unwrap();
        assert_eq!(why.code, ErrorCode::RoleTooLow);
        assert!(why.message.contains("editor"), "{}", why.message);
    }
    assert_eq!(refused.results.len(), 2);
    let (documents, _) = viewer.pull_all(0).await;
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].present_tags().count(), 0);
    let path = team.path(&format!("/members/{user}"));
    alice.patch(&path, json!({"role": "editor"})).await.ok();
    let taken = viewer.push(ops).await;
    assert!(
        taken
            .results
            .iter()
            .all(|it| it.outcome == Outcome::Applied)
    );
    assert_eq!(owner.pull_all(0).await.0.len(), 2);
    // And the other way round, at once.
    alice.patch(&path, json!({"role": "viewer"})).await.ok();
    let refused = viewer.push(vec![prompt("Late", "three")]).await;
    assert_eq!(refused.results[0].outcome, Outcome::Rejected);
}

#[tokio::test]
async fn a_repeated_push_of_who_is_viewer_by_now_gets_its_stored_result() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Editor).await;
    let editor = syncing(&bob, team).await;
    let ops = vec![prompt("Of Bob", "two")];
    editor.push(ops.clone()).await;
    let path = team.path(&format!("/members/{user}"));
    alice.patch(&path, json!({"role": "viewer"})).await.ok();
    let again = editor.push(ops).await;
    assert_eq!(again.results[0].outcome, Outcome::Duplicate);
}

#[tokio::test]
async fn somebody_who_is_no_member_can_neither_push_nor_pull() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Editor).await;
    let member = syncing(&bob, team).await;
    member.push(vec![prompt("Of Bob", "two")]).await;
    alice
        .delete(&team.path(&format!("/members/{user}")))
        .await
        .ok();
    let pushed = member.try_push(vec![prompt("Late", "x")]).await;
    assert_eq!(pushed.code(), ErrorCode::NotFound);
    assert_eq!(member.try_pull(0, "").await.code(), ErrorCode::NotFound);
    let spaces: Vec<SpaceState> = bob.get("/api/v1/sync/spaces").await.ok().json();
    assert_eq!(spaces.len(), 1);
}

#[tokio::test]
async fn a_personal_library_is_not_touched_by_what_a_team_has() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    push(&alice, team, "Of the team").await;
    let list: serde_json::Value = alice.get("/api/v1/library").await.ok().json();
    assert_eq!(list["total"], 0);
    assert_eq!(rows(&app, team).await, 1);
}
