//! Teams: made, named, deleted; their members, invitations and audit log; and what is written to their libraries.

mod audit;
mod deeds;
mod invitations;
mod library;
mod members;
mod owners;
mod public;
mod runs;
mod writes;

use krowoc_shared::access::Role;
use krowoc_shared::access::wire::TeamView;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::teams::Team;
use krowoc_tests::{Caller, TestApp};
use reqwest::StatusCode;
use serde_json::json;

async fn teams(caller: &Caller) -> Vec<TeamView> {
    caller.get("/api/v1/teams").await.ok().json()
}

#[tokio::test]
async fn whoever_makes_a_team_owns_it_and_nobody_else_knows_of_it() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "  Prompts & co ").await;
    let own = teams(&alice).await;
    assert_eq!(own.len(), 1);
    assert_eq!(
        (own[0].name.as_str(), own[0].role, own[0].members),
        ("Prompts & co", Role::Owner, 1)
    );
    assert!(teams(&bob).await.is_empty());
    let unknown = format!("/api/v1/teams/{}", krowoc_tests::ops::doc_id());
    for path in [
        team.path(""),
        unknown,
        format!("/api/v1/teams/{}", bob.space().await),
    ] {
        assert_eq!(bob.get(&path).await.code(), ErrorCode::NotFound, "{path}");
    }
    // One's own library is no team.
    let personal = format!("/api/v1/teams/{}", alice.space().await);
    assert_eq!(alice.get(&personal).await.code(), ErrorCode::NotFound);
    assert_eq!(alice.delete(&personal).await.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_team_has_a_name_of_one_to_eighty_characters() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    for name in ["", "  ", "a\nb", &"x".repeat(81)] {
        let refused = alice.post("/api/v1/teams", json!({"name": name})).await;
        assert_eq!(refused.code(), ErrorCode::InvalidField, "{name}");
    }
    let team = Team::of(&alice, &"ż".repeat(80)).await;
    let renamed = alice.patch(&team.path(""), json!({"name": "Ours"})).await;
    assert_eq!(renamed.ok().json::<TeamView>().name, "Ours");
    assert_eq!(teams(&alice).await[0].name, "Ours");
}

#[tokio::test]
async fn a_deleted_team_is_gone_for_all_at_once_and_its_library_is_erased() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let kept = Team::of(&alice, "Kept").await;
    team.enrol(&app, &bob, Role::Editor).await;
    writes::push(&bob, team, "Of the team").await;
    writes::push(&alice, kept, "Of the other").await;
    let token = team.link(&alice, Role::Viewer).await;
    assert_eq!(
        bob.delete(&team.path("")).await.code(),
        ErrorCode::RoleTooLow
    );
    let gone = alice.delete(&team.path("")).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert!(teams(&bob).await.is_empty());
    for caller in [&alice, &bob] {
        assert_eq!(caller.get(&team.path("")).await.code(), ErrorCode::NotFound);
    }
    let carol = app.sign_up("carol@example.org").await;
    let late = krowoc_tests::teams::accept(&carol, &token).await;
    assert_eq!(late.code(), ErrorCode::LinkExpired);
    app.work().await;
    assert_eq!(writes::rows(&app, team).await, 0);
    assert_eq!(writes::rows(&app, kept).await, 1);
    assert_eq!(teams(&alice).await.len(), 1);
}
