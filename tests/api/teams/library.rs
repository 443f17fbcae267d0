//! The library of a team over the routes of the dashboard: one for all members, and nobody else's.

use super::writes::syncing;
use futures_util::StreamExt;
use krowoc_shared::access::Role;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::wire::{BatchResult, Page, Versions, Written};
use krowoc_shared::sync::wire::{Hint, Outcome};
use krowoc_tests::teams::Team;
use krowoc_tests::{Caller, TestApp};
use serde_json::json;
use std::time::Duration;

fn at(team: Team, rest: &str) -> String {
    let joint = if rest.contains('?') { '&' } else { '?' };
    format!("/api/v1/library{rest}{joint}space={}", team.id)
}

async fn make(caller: &Caller, team: Team, title: &str) -> DocId {
    let body = json!({"kind": "prompt", "set": {"title": title}, "body": "Say it"});
    let made: Written = caller.post(&at(team, ""), body).await.ok().json();
    made.document.id
}

async fn titles(caller: &Caller, path: &str) -> Vec<String> {
    let page: Page = caller.get(path).await.ok().json();
    page.items.into_iter().map(|item| item.title).collect()
}

#[tokio::test]
async fn members_share_one_library_beside_their_own() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    team.enrol(&app, &bob, Role::Editor).await;
    let own = json!({"kind": "prompt", "set": {"title": "Of Bob"}, "body": "x"});
    bob.post("/api/v1/library", own).await.ok();
    let id = make(&alice, team, "Of the team").await;
    assert_eq!(titles(&bob, &at(team, "")).await, ["Of the team"]);
    assert_eq!(titles(&bob, &at(team, "?q=team")).await, ["Of the team"]);
    assert_eq!(titles(&bob, "/api/v1/library").await, ["Of Bob"]);
    assert!(titles(&alice, "/api/v1/library").await.is_empty());
    // A document is in its own library only.
    let lost = bob.get(&format!("/api/v1/library/{id}")).await;
    assert_eq!(lost.code(), ErrorCode::NotFound);
    let edit = json!({"body": {"base_rev": 1, "text": "Say it well"}});
    bob.patch(&at(team, &format!("/{id}")), edit).await.ok();
    let history: Versions = alice
        .get(&at(team, &format!("/{id}/versions")))
        .await
        .ok()
        .json();
    assert_eq!(history.items[0].text, "Say it well");
    assert_eq!(history.items[0].author.as_deref(), Some("bob@example.org"));
    let export = bob.get(&at(team, "/export?format=json")).await.ok().text();
    assert!(export.contains("Of the team") && !export.contains("Of Bob"));
}

#[tokio::test]
async fn a_role_counts_at_once_for_every_way_to_write() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Editor).await;
    let id = make(&bob, team, "Of Bob").await;
    let member = team.path(&format!("/members/{user}"));
    alice.patch(&member, json!({"role": "viewer"})).await.ok();
    let path = at(team, &format!("/{id}"));
    let refused = bob
        .patch(&path, json!({"set": {"title": "x"}}))
        .await
        .problem();
    assert_eq!(refused.code, ErrorCode::RoleTooLow);
    assert!(refused.detail.unwrap().contains("As a viewer"));
    assert_eq!(bob.delete(&path).await.code(), ErrorCode::RoleTooLow);
    let bulk = json!({"ids": [id], "tags": {"add": ["a"]}});
    assert_eq!(
        bob.post(&at(team, "/bulk"), &bulk).await.code(),
        ErrorCode::RoleTooLow
    );
    assert_eq!(titles(&bob, &at(team, "")).await, ["Of Bob"]);
    alice.patch(&member, json!({"role": "editor"})).await.ok();
    let done: BatchResult = bob.post(&at(team, "/bulk"), &bulk).await.ok().json();
    assert_eq!(done.results[0].outcome, Outcome::Applied);
}

async fn hint(
    events: &mut (impl StreamExt<Item = reqwest::Result<impl AsRef<[u8]>>> + Unpin),
) -> Option<Hint> {
    loop {
        let bytes = tokio::time::timeout(Duration::from_secs(20), events.next());
        let bytes = bytes.await.expect("an event in time")?.ok()?;
        let text = String::from_utf8_lossy(bytes.as_ref()).into_owned();
        if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: ")) {
            return Some(serde_json::from_str(data).expect("a hint"));
        }
    }
}

#[tokio::test]
async fn members_hear_of_the_teams_changes_until_they_are_removed() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let carol = app.sign_up("carol@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Viewer).await;
    let path = format!("/api/v1/live?space={}", team.id);
    assert_eq!(carol.get(&path).await.code(), ErrorCode::NotFound);
    let open = |caller: &Caller, path: &str| caller.request(reqwest::Method::GET, path).send();
    let mut of_team = open(&bob, &path).await.unwrap().bytes_stream();
    let mut of_all = open(&bob, "/api/v1/live?all=true")
        .await
        .unwrap()
        .bytes_stream();
    assert_eq!(hint(&mut of_team).await.unwrap().space, team.id);
    assert!(hint(&mut of_all).await.is_some());
    make(&alice, team, "New").await;
    let heard = hint(&mut of_team).await.unwrap();
    assert_eq!((heard.space, heard.seq), (team.id, 1));
    assert_eq!(hint(&mut of_all).await.unwrap().space, team.id);
    alice
        .delete(&team.path(&format!("/members/{user}")))
        .await
        .ok();
    assert_eq!(hint(&mut of_team).await, None);
    assert_eq!(hint(&mut of_all).await, None);
}

#[tokio::test]
async fn an_edit_of_one_member_and_of_another_are_merged_as_those_of_two_devices() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    team.enrol(&app, &bob, Role::Editor).await;
    let body = json!({"kind": "prompt", "body": "one\n\ntwo\n\nthree\n"});
    let made: Written = alice.post(&at(team, ""), body).await.ok().json();
    let (id, base) = (made.document.id, made.document.body.rev);
    for (caller, text) in [
        (&alice, "ONE\n\ntwo\n\nthree\n"),
        (&bob, "one\n\ntwo\n\nTHREE\n"),
    ] {
        let edit = json!({"body": {"base_rev": base, "text": text}});
        caller.patch(&at(team, &format!("/{id}")), edit).await.ok();
    }
    let document = syncing(&bob, team).await.document(id).await;
    assert_eq!(document.body.text, "ONE\n\ntwo\n\nTHREE\n");
}
