//! A provider of sign-ins is a first step too: what it says counts once the second was taken.

use super::{EMAIL, STEP, finish, turn_on};
use krowoc_shared::accounts::people::AccountView;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{Issuer, Somebody, remove, through};
use krowoc_tests::mail::Inbox;
use krowoc_tests::{Caller, Options, TestApp};
use reqwest::StatusCode;
use serde_json::json;

async fn start(inbox: &Inbox) -> (Issuer, TestApp) {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let mut settings = issuer.settings();
    settings.extend(inbox.settings());
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    (issuer, app)
}

async fn link(caller: &Caller) -> ErrorCode {
    let body = json!({"password": PASSWORD});
    caller.post("/api/v1/sign-in/link", body).await.code()
}

async fn account(caller: &Caller) -> AccountView {
    caller.get("/api/v1/account").await.ok().json()
}

/// Comes through the issuer to the second step.
async fn stepping(app: &TestApp, issuer: &Issuer, who: &Somebody) -> Caller {
    let browser = app.anonymous();
    let answer = through(&browser, issuer, "oidc", who).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/signin#step=code");
    assert_eq!(browser.cookie("krowoc_access"), None);
    browser
}

#[tokio::test]
async fn what_a_provider_says_counts_once_the_second_step_was_taken() {
    let inbox = Inbox::default();
    let (issuer, app) = start(&inbox).await;
    let ada = Somebody::new("ada-1", EMAIL);
    let caller = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &caller).await;
    app.work().await;
    let _ = inbox.take();
    let linking = app.anonymous();
    through(&linking, &issuer, "oidc", &ada).await;
    assert_eq!(link(&linking).await, ErrorCode::SecondStepRequired);
    // The password alone added no way in, and wrote nothing into the profile.
    let before = account(&caller).await;
    assert_eq!(before.identities, []);
    assert_eq!((before.name, before.email_verified), (None, false));
    finish(&linking, "000000").await;
    app.work().await;
    assert_eq!(inbox.take().len(), 0);
    assert_eq!(account(&caller).await.identities, []);
    finish(&linking, &owner.code(&app)).await.ok();
    let after = account(&caller).await;
    assert_eq!(after.identities.len(), 1);
    assert_eq!(
        (after.name.as_deref(), after.email_verified),
        (Some("Ada Lovelace"), true)
    );
    assert!(
        inbox
            .only(&app)
            .await
            .subject
            .contains("Another way to sign in")
    );
    app.advance(STEP);
    // Nor does who comes back through it change the name before they are in.
    let renamed = Somebody {
        name: "Ada King".to_owned(),
        ..Somebody::new("ada-1", EMAIL)
    };
    let browser = stepping(&app, &issuer, &renamed).await;
    assert_eq!(account(&caller).await.name.as_deref(), Some("Ada Lovelace"));
    finish(&browser, &owner.code(&app)).await.ok();
    assert_eq!(browser.session().await.email, EMAIL);
    assert_eq!(account(&caller).await.name.as_deref(), Some("Ada King"));
}

#[tokio::test]
async fn a_provider_that_was_removed_between_the_steps_lets_nobody_in() {
    let inbox = Inbox::default();
    let (issuer, app) = start(&inbox).await;
    let ada = Somebody::new("ada-1", EMAIL);
    let caller = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &caller).await;
    let linking = app.anonymous();
    through(&linking, &issuer, "oidc", &ada).await;
    assert_eq!(link(&linking).await, ErrorCode::SecondStepRequired);
    // What waits for the code is no attempt whose password could be proven again.
    let pending = linking.cookie("krowoc_pending").unwrap();
    let forger = app.anonymous();
    forger.set_cookie("krowoc_attempt", &pending);
    assert_eq!(link(&forger).await, ErrorCode::LinkExpired);
    finish(&linking, &owner.code(&app)).await.ok();
    app.advance(STEP);
    let browser = stepping(&app, &issuer, &ada).await;
    let id = account(&caller).await.identities[0].id;
    remove(&caller, id, PASSWORD).await.ok();
    let refused = finish(&browser, &owner.code(&app)).await;
    assert_eq!(refused.code(), ErrorCode::SignInExpired);
    assert_eq!(account(&caller).await.identities, []);
}
