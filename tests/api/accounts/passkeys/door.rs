//! Signing in with a passkey, alone and as the second step.

use super::super::second::turn_on;
use super::{EMAIL, MINUTE, ORIGIN, PARTY, added, asked, begin, enter, put, server, shown};
use krowoc_shared::accounts::passkeys::RequestOptions;
use krowoc_shared::accounts::people::AccountView;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::authenticator::Authenticator;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{Issuer, Somebody, through};
use krowoc_tests::{Caller, TestApp};
use serde_json::{Value, json};

#[tokio::test]
async fn a_passkey_is_both_steps_and_the_second_one_alone() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let (mut key, _) = added(&alice, "Laptop").await;
    turn_on(&app, &alice).await;
    enter(&app.anonymous(), &mut key).await.ok();
    let bob = app.sign_up("bob@example.org").await;
    let (mut foreign, _) = added(&bob, "Of Bob").await;
    let browser = app.anonymous();
    let none = asked(&browser, true).await;
    assert_eq!(none.code(), ErrorCode::SignInExpired);
    let first = browser.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(first.code(), ErrorCode::SecondStepRequired);
    let options: RequestOptions = asked(&browser, true).await.ok().json();
    assert_eq!(options.allow_credentials.len(), 1);
    assert_eq!(options.allow_credentials[0].id, key.id());
    let refused = shown(&browser, &foreign.get(&options)).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
    let options: RequestOptions = asked(&browser, true).await.ok().json();
    shown(&browser, &key.get(&options)).await.ok();
    assert_eq!(browser.session().await.email, EMAIL);
    assert_eq!(browser.cookie("krowoc_pending"), None);
}

#[tokio::test]
async fn an_authenticator_that_does_not_count_is_let_in_again_and_again() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let mut key = Authenticator::new(PARTY, ORIGIN);
    key.uncounted = true;
    let made = key.create(&begin(&alice, PASSWORD, "").await.ok().json());
    put(&alice, "Phone", &made).await.ok();
    for _ in 0..2 {
        enter(&app.anonymous(), &mut key).await.ok();
    }
}

/// A browser whose first step is done, and what may sign for the second.
async fn stepping(app: &TestApp) -> (Caller, RequestOptions) {
    let browser = app.anonymous();
    let first = browser.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(first.code(), ErrorCode::SecondStepRequired);
    let options = asked(&browser, true).await.ok().json();
    (browser, options)
}

#[tokio::test]
async fn a_key_need_not_say_whose_it_is_in_a_second_step_and_must_alone() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let (mut key, _) = added(&alice, "Security key").await;
    turn_on(&app, &alice).await;
    let nameless = |mut signed: Value| {
        let response = signed["response"].as_object_mut().unwrap();
        response.remove("userHandle");
        signed
    };
    let browser = app.anonymous();
    let options: RequestOptions = asked(&browser, false).await.ok().json();
    let refused = shown(&browser, &nameless(key.get(&options))).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
    let (browser, options) = stepping(&app).await;
    shown(&browser, &nameless(key.get(&options))).await.ok();
    assert_eq!(browser.session().await.email, EMAIL);
    // Another's is refused also there.
    let (browser, options) = stepping(&app).await;
    key.be("AAECAwQFBgcICQoLDA0ODw");
    let refused = shown(&browser, &key.get(&options)).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
}

#[tokio::test]
async fn a_second_step_belongs_to_the_browser_of_the_first_and_ends_with_another_password() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let (mut key, _) = added(&alice, "Laptop").await;
    turn_on(&app, &alice).await;
    let (_, options) = stepping(&app).await;
    let elsewhere = app.anonymous();
    let refused = shown(&elsewhere, &key.get(&options)).await;
    assert_eq!(refused.code(), ErrorCode::SignInExpired);
    let (browser, options) = stepping(&app).await;
    let body = json!({"password": PASSWORD, "new_password": "another horse entirely"});
    alice.put("/api/v1/account/password", body).await.ok();
    let refused = shown(&browser, &key.get(&options)).await;
    assert_eq!(refused.code(), ErrorCode::SignInExpired);
    enter(&browser, &mut key).await.ok();
}

#[tokio::test]
async fn what_a_provider_says_counts_once_a_passkey_was_the_second_step() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let app = server(issuer.settings()).await;
    let alice = app.sign_up(EMAIL).await;
    let (mut key, _) = added(&alice, "Laptop").await;
    turn_on(&app, &alice).await;
    let account = async || -> AccountView { alice.get("/api/v1/account").await.ok().json() };
    let who = Somebody::new("ada-1", EMAIL);
    let linked = async || {
        let browser = app.anonymous();
        through(&browser, &issuer, "oidc", &who).await;
        let body = json!({"password": PASSWORD});
        let answer = browser.post("/api/v1/sign-in/link", body).await;
        assert_eq!(answer.code(), ErrorCode::SecondStepRequired);
        browser
    };
    // A passkey alone is another sign-in: what waits is given up with it.
    let browser = linked().await;
    enter(&browser, &mut key).await.ok();
    assert_eq!(account().await.identities, []);
    let browser = linked().await;
    let options: RequestOptions = asked(&browser, true).await.ok().json();
    shown(&browser, &key.get(&options)).await.ok();
    assert_eq!(account().await.identities.len(), 1);
}

#[tokio::test]
async fn a_network_begins_so_many_ceremonies_and_then_waits() {
    let app = server(Vec::new()).await;
    let browser = app.anonymous();
    let alice = app.sign_up(EMAIL).await;
    for _ in 0..150 {
        asked(&browser, false).await.ok();
    }
    let refused = asked(&browser, false).await;
    assert_eq!(refused.code(), ErrorCode::RateLimited);
    assert!(refused.problem().retry_after.is_some());
    let refused = begin(&alice, PASSWORD, "").await;
    assert_eq!(refused.code(), ErrorCode::RateLimited);
    app.advance(MINUTE);
    asked(&browser, false).await.ok();
}

#[tokio::test]
async fn an_account_that_is_being_erased_is_gone_for_its_passkeys_too() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let (mut key, _) = added(&alice, "Laptop").await;
    let body = json!({"password": PASSWORD});
    alice.post("/api/v1/account/deletion", body).await.ok();
    enter(&app.anonymous(), &mut key).await.ok();
    app.advance(7 * 24 * 60 * MINUTE);
    let refused = enter(&app.anonymous(), &mut key).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
}
