//! Invitations by mail and by link: made, looked at, accepted, declined, taken back, run out.

use krowoc_server::chores::KINDS;
use krowoc_server::jobs::ensure;
use krowoc_server::store::{Tx, invitations};
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{InvitationLook, InvitationView, TeamView};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::mail::{Inbox, PUBLIC};
use krowoc_tests::teams::{Team, accept};
use krowoc_tests::{Answer, Caller, TestApp};
use reqwest::StatusCode;
use serde_json::json;

const DAY: i64 = 86_400_000;

async fn look(caller: &Caller, token: &str) -> Answer {
    let body = json!({"token": token});
    caller.post("/api/v1/invitations/look", body).await
}

async fn decline(caller: &Caller, token: &str) -> Answer {
    let body = json!({"token": token});
    caller.post("/api/v1/invitations/decline", body).await
}

async fn invite(by: &Caller, team: Team, role: Role, email: &str) -> Answer {
    let body = json!({"role": role, "email": email});
    by.post(&team.path("/invitations"), body).await
}

async fn waiting(by: &Caller, team: Team) -> Vec<InvitationView> {
    by.get(&team.path("/invitations")).await.ok().json()
}

#[tokio::test]
async fn a_mail_invites_one_address_whose_account_alone_can_accept() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Prompts <b>").await;
    app.work().await;
    let _ = inbox.take();
    let made = invite(&alice, team, Role::Editor, " Bob@Example.org ")
        .await
        .ok();
    assert!(!made.text().contains("token"), "only the letter has it");
    let mail = inbox.only(&app).await;
    assert_eq!(mail.to, "bob@example.org");
    assert!(mail.text.contains("alice@example.org") && mail.text.contains("an editor"));
    assert!(mail.text.contains(&format!("{PUBLIC}/join#token=")));
    assert!(mail.text.contains("Prompts &lt;b&gt;"));
    let token = mail.token();
    let seen: InvitationLook = look(&app.anonymous(), &token).await.ok().json();
    assert_eq!(seen.team, "Prompts <b>");
    assert_eq!(
        (seen.role, seen.email.as_deref()),
        (Role::Editor, Some("bob@example.org"))
    );
    assert_eq!(seen.invited_by.as_deref(), Some("alice@example.org"));
    let carol = app.sign_up("carol@example.org").await;
    assert_eq!(accept(&carol, &token).await.code(), ErrorCode::Forbidden);
    assert_eq!(decline(&carol, &token).await.code(), ErrorCode::Forbidden);
    assert_eq!(
        accept(&app.anonymous(), &token).await.code(),
        ErrorCode::Unauthenticated
    );
    let bob = app.sign_up("bob@example.org").await;
    let joined: TeamView = accept(&bob, &token).await.ok().json();
    assert_eq!(
        (joined.id, joined.role, joined.members),
        (team.id, Role::Editor, 2)
    );
    assert_eq!(accept(&bob, &token).await.code(), ErrorCode::LinkExpired);
    assert!(waiting(&alice, team).await.is_empty());
    let again = invite(&alice, team, Role::Viewer, "bob@example.org").await;
    assert_eq!(again.code(), ErrorCode::AlreadyExists);
}

#[tokio::test]
async fn a_second_mail_to_an_address_takes_the_place_of_the_first() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    app.work().await;
    let _ = inbox.take();
    invite(&alice, team, Role::Editor, "bob@example.org")
        .await
        .ok();
    let first = inbox.only(&app).await.token();
    invite(&alice, team, Role::Viewer, "bob@example.org")
        .await
        .ok();
    let second = inbox.only(&app).await.token();
    assert_eq!(accept(&bob, &first).await.code(), ErrorCode::LinkExpired);
    let joined: TeamView = accept(&bob, &second).await.ok().json();
    assert_eq!(joined.role, Role::Viewer);
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_before_the_mail_leaves_sends_none() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    app.work().await;
    let _ = inbox.take();
    invite(&alice, team, Role::Editor, "bob@example.org")
        .await
        .ok();
    let id = waiting(&alice, team).await[0].id;
    alice
        .delete(&team.path(&format!("/invitations/{id}")))
        .await
        .ok();
    app.work().await;
    assert!(inbox.take().is_empty());
}

#[tokio::test]
async fn without_mail_there_are_links_and_the_answer_says_so() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let refused = invite(&alice, team, Role::Editor, "bob@example.org")
        .await
        .problem();
    assert_eq!(refused.code, ErrorCode::MailUnavailable);
    assert!(refused.detail.unwrap().contains("link"));
    let bad = invite(&alice, team, Role::Editor, "bob").await;
    assert_eq!(bad.code(), ErrorCode::InvalidField);
}

#[tokio::test]
async fn a_link_works_once_for_whoever_has_it() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let carol = app.sign_up("carol@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let token = team.link(&alice, Role::Editor).await;
    assert_eq!(
        accept(&alice, &token).await.code(),
        ErrorCode::AlreadyExists
    );
    let (one, other) = tokio::join!(accept(&bob, &token), accept(&carol, &token));
    let joined = [&one, &other]
        .into_iter()
        .filter(|it| it.status.is_success());
    assert_eq!(joined.count(), 1, "{} {}", one.text(), other.text());
    let refused = if one.status.is_success() { other } else { one };
    assert_eq!(refused.code(), ErrorCode::LinkExpired);
    assert_eq!(team.members(&alice).await.len(), 2);
    assert_eq!(look(&bob, &token).await.code(), ErrorCode::LinkExpired);
    for junk in ["", "x", &"A".repeat(43)] {
        assert_eq!(look(&bob, junk).await.code(), ErrorCode::LinkExpired);
    }
}

#[tokio::test]
async fn an_invitation_can_be_declined_taken_back_and_runs_out_after_seven_days() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let declined = team.link(&alice, Role::Viewer).await;
    let done = decline(&bob, &declined).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    let revoked = team.link(&alice, Role::Viewer).await;
    let id = waiting(&alice, team).await[0].id;
    let path = team.path(&format!("/invitations/{id}"));
    assert_eq!(alice.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(alice.delete(&path).await.code(), ErrorCode::NotFound);
    let late = team.link(&alice, Role::Viewer).await;
    app.advance(7 * DAY - 1);
    for caller in [&alice, &bob] {
        caller.refresh().await.ok();
    }
    assert_eq!(waiting(&alice, team).await.len(), 1);
    look(&bob, &late).await.ok();
    app.advance(1);
    assert!(waiting(&alice, team).await.is_empty());
    for token in [declined, revoked, late] {
        assert_eq!(accept(&bob, &token).await.code(), ErrorCode::LinkExpired);
    }
}

#[tokio::test]
async fn nobody_invites_to_more_than_they_are() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    team.enrol(&app, &bob, Role::Admin).await;
    let path = team.path("/invitations");
    let refused = bob.post(&path, json!({"role": "owner"})).await.problem();
    assert_eq!(refused.code, ErrorCode::RoleTooLow);
    assert_eq!(refused.field.as_deref(), Some("/role"));
    bob.post(&path, json!({"role": "admin"})).await.ok();
    alice.post(&path, json!({"role": "owner"})).await.ok();
    let other = Team::of(&alice, "Other").await;
    let id = waiting(&alice, team).await[0].id;
    // An invitation is found under its own team only.
    let wrong = other.path(&format!("/invitations/{id}"));
    assert_eq!(alice.delete(&wrong).await.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_token_is_nowhere_in_the_database() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Ours").await;
    let token = team.link(&alice, Role::Viewer).await;
    let seen: Vec<InvitationView> = waiting(&alice, team).await;
    assert!(!serde_json::to_string(&seen).unwrap().contains(&token));
    let log = alice.get(&team.path("/audit")).await.ok();
    assert!(!log.text().contains(&token));
}

#[tokio::test]
async fn who_deletes_teams_sends_no_more_mails_in_a_day_than_others() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Prompts").await;
    for number in 0..50 {
        let email = format!("p{number}@example.org");
        invite(&alice, team, Role::Viewer, &email).await.ok();
    }
    alice.delete(&team.path("")).await.ok();
    let other = Team::of(&alice, "More prompts").await;
    let refused = invite(&alice, other, Role::Viewer, "bob@example.org").await;
    assert_eq!(refused.code(), ErrorCode::RateLimited);
    assert!(refused.problem().retry_after.is_some());
    app.advance(DAY);
    alice.refresh().await.ok();
    invite(&alice, other, Role::Viewer, "bob@example.org")
        .await
        .ok();
}

#[tokio::test]
async fn invitations_that_ran_out_are_removed_each_hour_with_their_addresses() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = Team::of(&alice, "Prompts").await;
    alice
        .post(&team.path("/invitations"), json!({"role": "viewer"}))
        .await
        .ok();
    let hour = async || {
        ensure(&app.state, KINDS).await.unwrap();
        app.work().await;
    };
    app.advance(7 * DAY - 1);
    hour().await;
    alice.refresh().await.ok();
    assert_eq!(waiting(&alice, team).await.len(), 1);
    app.advance(3_600_000);
    hour().await;
    let now = app.state.now();
    let sweep = move |tx: &mut Tx<'_>| invitations::sweep(tx, now);
    assert_eq!(
        app.state.store.write(sweep).await.unwrap(),
        0,
        "nothing is left"
    );
}
