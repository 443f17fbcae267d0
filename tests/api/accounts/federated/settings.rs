//! Providers of an account in its settings: what adding and removing needs, and what ends an adding that was begun.

use super::super::second::turn_on;
use super::{MINUTE, account, ada, location, server, start};
use krowoc_shared::accounts::people::Redirect;
use krowoc_shared::accounts::wire::{SessionRow, SessionView};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{Issuer, Somebody, add, added, remove, through};
use krowoc_tests::mail::Inbox;
use krowoc_tests::{Caller, TestApp};
use reqwest::StatusCode;
use serde_json::json;

const ALICE: &str = "alice@example.org";
const NEW: &str = "correct horse battery";

/// Another browser of Alice's.
async fn other(app: &TestApp) -> Caller {
    let browser = app.anonymous();
    let answer = browser.sign_in(ALICE, PASSWORD).await.ok();
    let session: SessionView = answer.json();
    browser.set_csrf(Some(&session.csrf));
    browser
}

#[tokio::test]
async fn a_signed_in_person_adds_a_provider_and_removes_it_and_mails_tell_of_both() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let inbox = Inbox::default();
    let folder = inbox.path().display().to_string();
    let app = server(&issuer, &[("mail_folder", &folder)]).await;
    let alice = app.sign_up(ALICE).await;
    app.work().await;
    let _ = inbox.take();
    let back = added(&alice, &issuer, ("oidc", PASSWORD), &ada()).await;
    assert_eq!(location(&back), "/settings/account");
    let told = inbox.only(&app).await;
    assert!(told.subject.contains("Another way to sign in"));
    assert!(told.to.contains(ALICE) && told.text.contains("with Example"));
    let view = account(&alice).await;
    assert_eq!((view.email.as_str(), view.identities.len()), (ALICE, 1));
    let one = app.anonymous();
    assert_eq!(location(&through(&one, &issuer, "oidc", &ada()).await), "/");
    assert_eq!(account(&one).await.user, view.user);
    // Somebody else cannot take it, nor remove it.
    let bob = app.sign_up("bob@example.org").await;
    let back = added(&bob, &issuer, ("oidc", PASSWORD), &ada()).await;
    assert_eq!(location(&back), "/signin#failed=taken");
    let id = view.identities[0].id;
    let foreign = remove(&bob, id, PASSWORD).await;
    assert_eq!(foreign.code(), ErrorCode::NotFound);
    app.work().await;
    let _ = inbox.take();
    let gone = remove(&alice, id, PASSWORD).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let told = inbox.only(&app).await;
    assert!(told.subject.contains("A way to sign in was removed"));
    assert!(told.to.contains(ALICE) && told.text.contains("with Example"));
    assert_eq!(account(&alice).await.identities, []);
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let (issuer, app) = start().await;
    let carol = app.anonymous();
    let who = Somebody::new("carol-1", "carol@example.org");
    through(&carol, &issuer, "oidc", &who).await;
    carol.adopt().await;
    let id = account(&carol).await.identities[0].id;
    let last = remove(&carol, id, "").await;
    assert_eq!(last.code(), ErrorCode::LastWayIn);
    let body = json!({"password": "", "new_password": NEW});
    carol.put("/api/v1/account/password", body).await.ok();
    remove(&carol, id, NEW).await.ok();
    let anonymous = app.anonymous();
    anonymous.sign_in("carol@example.org", NEW).await.ok();
}

#[tokio::test]
async fn without_the_password_nothing_is_added_or_removed() {
    let (issuer, app) = start().await;
    let alice = app.sign_up(ALICE).await;
    for password in ["", "not my password"] {
        let refused = add(&alice, "oidc", password, "").await;
        let problem = refused.problem();
        assert_eq!(
            (problem.code, problem.field.as_deref()),
            (ErrorCode::WrongCredentials, Some("/password"))
        );
        assert_eq!(alice.cookie("krowoc_attempt"), None);
    }
    let bare = alice
        .post("/api/v1/account/identities/oidc", json!({}))
        .await;
    assert_eq!(bare.code(), ErrorCode::InvalidRequest);
    added(&alice, &issuer, ("oidc", PASSWORD), &ada()).await;
    let id = account(&alice).await.identities[0].id;
    for password in ["", "not my password"] {
        let refused = remove(&alice, id, password).await;
        assert_eq!(refused.code(), ErrorCode::WrongCredentials);
    }
    assert_eq!(account(&alice).await.identities.len(), 1);
    // A way out that asks for nothing is there no more.
    let path = format!("/api/v1/account/identities/{id}");
    assert!(!alice.delete(&path).await.status.is_success());
    assert_eq!(account(&alice).await.identities.len(), 1);
}

#[tokio::test]
async fn passwords_are_tried_as_slowly_as_at_the_door() {
    let (issuer, app) = start().await;
    let alice = app.sign_up(ALICE).await;
    added(&alice, &issuer, ("oidc", PASSWORD), &ada()).await;
    let id = account(&alice).await.identities[0].id;
    for n in 0..6 {
        let wrong = match n % 2 {
            0 => add(&alice, "oidc", "not my password", "").await,
            _ => remove(&alice, id, "not my password").await,
        };
        assert_eq!(wrong.code(), ErrorCode::WrongCredentials);
    }
    let put_off = add(&alice, "oidc", PASSWORD, "").await;
    assert_eq!(put_off.code(), ErrorCode::RateLimited);
    let put_off = remove(&alice, id, PASSWORD).await;
    assert_eq!(put_off.code(), ErrorCode::RateLimited);
}

#[tokio::test]
async fn adding_one_needs_a_code_where_signing_in_has_two_steps() {
    let (issuer, app) = start().await;
    let alice = app.sign_up(ALICE).await;
    let owner = turn_on(&app, &alice).await;
    assert!(account(&alice).await.two_steps);
    let code = owner.code(&app);
    // A provider that does not answer costs no code.
    issuer.go_down(true);
    let away = add(&alice, "oidc", PASSWORD, &code).await;
    assert_eq!(away.code(), ErrorCode::SignInFailed);
    issuer.go_down(false);
    for code in ["", "000000"] {
        let refused = add(&alice, "oidc", PASSWORD, code).await;
        let problem = refused.problem();
        assert_eq!(
            (problem.code, problem.field.as_deref()),
            (ErrorCode::WrongCode, Some("/code"))
        );
        assert_eq!(alice.cookie("krowoc_attempt"), None);
    }
    let answer = add(&alice, "oidc", PASSWORD, &code).await.ok();
    let to: Redirect = answer.json();
    let again = add(&alice, "oidc", PASSWORD, &code).await;
    assert_eq!(again.code(), ErrorCode::WrongCode, "the code was taken");
    let back = alice.get(&issuer.sign_in(&to.redirect, &ada())).await;
    assert_eq!(location(&back), "/settings/account");
    // One that was added asks for the second step as well.
    let browser = app.anonymous();
    let step = through(&browser, &issuer, "oidc", &ada()).await;
    assert_eq!(location(&step), "/signin#step=code");
    // Removing one needs the password alone.
    let id = account(&alice).await.identities[0].id;
    remove(&alice, id, PASSWORD).await.ok();
}

#[tokio::test]
async fn who_has_no_password_adds_and_removes_with_a_sign_in_of_a_moment_ago() {
    let (issuer, app) = start().await;
    let browser = app.anonymous();
    through(&browser, &issuer, "oidc", &ada()).await;
    browser.adopt().await;
    let again = Somebody::new("ada-2", "ada@example.net");
    let back = added(&browser, &issuer, ("oidc", ""), &again).await;
    assert_eq!(location(&back), "/settings/account");
    let id = account(&browser).await.identities[0].id;
    app.advance(10 * MINUTE + 1);
    issuer.advance(10 * MINUTE);
    let stale = add(&browser, "oidc", "", "").await;
    assert_eq!(stale.code(), ErrorCode::StaleSignIn);
    let stale = remove(&browser, id, "").await;
    assert_eq!(stale.code(), ErrorCode::StaleSignIn);
    through(&browser, &issuer, "oidc", &ada()).await;
    browser.adopt().await;
    remove(&browser, id, "").await.ok();
    assert_eq!(account(&browser).await.identities.len(), 1);
}

/// Ends the other sessions of an account in one of the ways there are.
async fn end(way: &str, app: &TestApp, alice: &Caller, thief: &Caller) {
    let change = async |from: &str, to: &str| {
        let body = json!({"password": from, "new_password": to});
        alice.put("/api/v1/account/password", body).await.ok();
    };
    match way {
        "another password" => {
            change(PASSWORD, NEW).await;
            change(NEW, PASSWORD).await;
        }
        "signed out" => drop(thief.delete("/api/v1/session").await.ok()),
        "ended elsewhere" => {
            let rows: Vec<SessionRow> = alice.get("/api/v1/sessions").await.ok().json();
            let foreign = rows.iter().find(|it| !it.current).unwrap();
            let path = format!("/api/v1/sessions/{}", foreign.id);
            alice.delete(&path).await.ok();
        }
        _ => drop(turn_on(app, alice).await),
    }
}

#[tokio::test]
async fn what_was_begun_in_a_session_that_has_ended_adds_nothing() {
    let (issuer, app) = start().await;
    let alice = app.sign_up(ALICE).await;
    for way in [
        "another password",
        "signed out",
        "ended elsewhere",
        "a second step",
    ] {
        let thief = other(&app).await;
        let answer = add(&thief, "oidc", PASSWORD, "").await.ok();
        let to: Redirect = answer.json();
        end(way, &app, &alice, &thief).await;
        let back = thief.get(&issuer.sign_in(&to.redirect, &ada())).await;
        assert_eq!(location(&back), "/signin#failed=foreign", "{way}");
        assert_eq!(account(&alice).await.identities, [], "{way}");
    }
}
