//! The audit log: written with what was done, read in pages, changed by nobody.

use diesel::prelude::*;
use krowoc_server::store::{Conn, Role as Door, open};
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{AuditPage, Deed};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::teams::{Team, accept};
use krowoc_tests::{Caller, TestApp};
use serde_json::json;

async fn log(by: &Caller, team: Team, rest: &str) -> AuditPage {
    by.get(&team.path(&format!("/audit{rest}")))
        .await
        .ok()
        .json()
}

#[tokio::test]
async fn the_log_says_who_did_what_on_whom_in_which_request() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let token = team.link(&alice, Role::Viewer).await;
    accept(&bob, &token).await.ok();
    let user = bob.session().await.user;
    let path = team.path(&format!("/members/{user}"));
    let changed = alice.patch(&path, json!({"role": "editor"})).await.ok();
    // Nothing was changed, so nothing is written.
    alice.patch(&path, json!({"role": "editor"})).await.ok();
    assert_eq!(
        alice.patch(&path, json!({"role": "king"})).await.code(),
        ErrorCode::InvalidRequest
    );
    alice.delete(&path).await.ok();
    let page = log(&alice, team, "").await;
    let deeds: Vec<Deed> = page.entries.iter().map(|entry| entry.deed).collect();
    assert_eq!(
        deeds,
        [
            Deed::Removed,
            Deed::RoleChanged,
            Deed::Joined,
            Deed::Invited,
            Deed::Created
        ]
    );
    let entry = &page.entries[1];
    assert_eq!(entry.by.as_ref().unwrap().email, "alice@example.org");
    assert_eq!(entry.on.as_ref().unwrap().user, user);
    assert_eq!(
        (entry.role_before, entry.role),
        (Some(Role::Viewer), Some(Role::Editor))
    );
    assert_eq!(entry.correlation_id, changed.header("x-correlation-id"));
    assert_eq!(entry.at, app.state.now());
}

#[tokio::test]
async fn the_log_is_read_in_pages_and_narrowed() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Admin).await;
    for number in 0..6 {
        app.advance(1);
        let by = if number % 2 == 0 { &alice } else { &bob };
        by.patch(&team.path(""), json!({"name": format!("Name {number}")}))
            .await
            .ok();
    }
    let mut names = Vec::new();
    let mut next = String::new();
    loop {
        let page = log(&alice, team, &format!("?limit=2&deed=renamed{next}")).await;
        assert!(page.entries.len() <= 2);
        names.extend(page.entries.into_iter().filter_map(|entry| entry.name));
        let Some(cursor) = page.next else { break };
        next = format!("&before={cursor}");
    }
    let expected: Vec<String> = (0..6)
        .rev()
        .map(|number| format!("Name {number}"))
        .collect();
    assert_eq!(names, expected);
    assert_eq!(
        log(&alice, team, &format!("?by={user}"))
            .await
            .entries
            .len(),
        3
    );
    assert_eq!(
        log(&alice, team, &format!("?on={user}"))
            .await
            .entries
            .len(),
        0
    );
    let wrong = alice.get(&team.path("/audit?before=x")).await;
    assert_eq!(wrong.code(), ErrorCode::InvalidRequest);
    let whole = log(&alice, team, "").await.entries;
    let numbers: Vec<u64> = whole.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=7).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn an_act_that_fails_leaves_no_entry() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    team.enrol(&app, &bob, Role::Viewer).await;
    let refused = alice.delete(&team.path("/membership")).await;
    assert_eq!(refused.code(), ErrorCode::LastOwner);
    assert_eq!(log(&alice, team, "").await.entries.len(), 1);
}

#[tokio::test]
async fn the_database_refuses_to_change_or_remove_an_entry() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let mut conn: Conn = open(app.state.store.url(), Door::Writer).unwrap();
    for sql in [
        "UPDATE team_event SET deed = 'left'",
        "UPDATE team_event SET name = NULL",
        "UPDATE team_event SET at = 0",
        "UPDATE team_event SET subject_id = actor_id",
        "UPDATE team_event SET email = 'x'",
        "UPDATE team_event SET documents = 2",
        "DELETE FROM team_event",
    ] {
        let error = diesel::sql_query(sql).execute(&mut conn).unwrap_err();
        assert!(error.to_string().contains("audit log"), "{sql}: {error}");
    }
    assert_eq!(log(&alice, team, "").await.entries.len(), 1);
}
