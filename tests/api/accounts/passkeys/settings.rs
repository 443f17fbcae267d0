//! The passkeys of an account in its settings: what adding and removing needs, and what becomes of them with another password.

use super::super::second::turn_on;
use super::{
    EMAIL, MINUTE, ORIGIN, PARTY, added, asked, begin, begun, enter, put, removed, security,
    server, stored,
};
use krowoc_shared::accounts::passkeys::{MOST, RequestOptions};
use krowoc_shared::accounts::people::{AccountView, SignInWays};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::authenticator::Authenticator;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{Issuer, Somebody, remove, through};
use krowoc_tests::mail::Inbox;
use krowoc_tests::{Caller, Options, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_passkey_is_added_and_signs_in_and_mails_tell_of_it() {
    let inbox = Inbox::default();
    let app = server(inbox.settings()).await;
    let alice = app.sign_up(EMAIL).await;
    app.work().await;
    let _ = inbox.take();
    let options = begun(&alice).await;
    assert_eq!(options.rp.id, PARTY);
    assert_eq!(
        (options.user.name.as_str(), options.attestation.as_str()),
        (EMAIL, "none")
    );
    assert_eq!(
        options.authenticator_selection.user_verification,
        "required"
    );
    let (mut key, view) = added(&alice, " Laptop ").await;
    assert_eq!((view.name.as_str(), view.used_at), ("Laptop", None));
    assert!(inbox.only(&app).await.text.contains("“Laptop”"));
    let browser = app.anonymous();
    let options: RequestOptions = asked(&browser, false).await.ok().json();
    assert_eq!(
        (options.rp_id.as_str(), options.allow_credentials.len()),
        (PARTY, 0)
    );
    app.advance(MINUTE);
    assert_eq!(enter(&browser, &mut key).await.status, StatusCode::OK);
    assert_eq!(browser.session().await.email, EMAIL);
    let seen = security(&alice).await;
    assert!(seen.passkeys_here);
    assert_eq!(seen.passkeys.len(), 1);
    assert_eq!(seen.passkeys[0].used_at, Some(app.state.now()));
    // An authenticator is told which it has made already.
    let again = begun(&alice).await;
    assert_eq!(again.exclude_credentials[0].id, key.id());
    assert_eq!(again.exclude_credentials[0].transports, ["internal"]);
    let path = format!("/api/v1/account/passkeys/{}", view.id);
    alice.patch(&path, json!({"name": "Phone"})).await.ok();
    let unnamed = alice.patch(&path, json!({"name": " "})).await;
    assert_eq!(unnamed.code(), ErrorCode::InvalidField);
    assert_eq!(security(&alice).await.passkeys[0].name, "Phone");
    removed(&alice, view.id, PASSWORD).await.ok();
    assert!(inbox.only(&app).await.text.contains("“Phone”"));
    let refused = enter(&app.anonymous(), &mut key).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
    let again = removed(&alice, view.id, PASSWORD).await;
    assert_eq!(again.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn adding_one_needs_the_password_and_a_code_where_signing_in_has_two_steps() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let wrong = begin(&alice, "not my password", "").await;
    assert_eq!(wrong.code(), ErrorCode::WrongCredentials);
    let owner = turn_on(&app, &alice).await;
    for code in ["", "000000"] {
        let refused = begin(&alice, PASSWORD, code).await;
        assert_eq!(refused.code(), ErrorCode::WrongCode);
    }
    let code = owner.code(&app);
    let options = begin(&alice, PASSWORD, &code).await.ok().json();
    let mut key = Authenticator::new(PARTY, ORIGIN);
    put(&alice, "Laptop", &key.create(&options)).await.ok();
    // The code was taken.
    let again = begin(&alice, PASSWORD, &code).await;
    assert_eq!(again.code(), ErrorCode::WrongCode);
    enter(&app.anonymous(), &mut key).await.ok();
}

#[tokio::test]
async fn one_that_was_begun_before_a_second_step_was_turned_on_elsewhere_is_not_added() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let other = app.anonymous();
    let answer = other.sign_in(EMAIL, PASSWORD).await.ok();
    let csrf = answer.json::<Value>()["csrf"].as_str().unwrap().to_owned();
    other.set_csrf(Some(&csrf));
    let mut key = Authenticator::new(PARTY, ORIGIN);
    let made = key.create(&begun(&other).await);
    turn_on(&app, &alice).await;
    let refused = put(&other, "Of the other", &made).await;
    assert_eq!(refused.code(), ErrorCode::Unauthenticated);
    assert_eq!(security(&alice).await.passkeys, []);
}

#[tokio::test]
async fn removing_one_needs_the_password() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let (mut key, view) = added(&alice, "Laptop").await;
    for password in ["", "not my password"] {
        let refused = removed(&alice, view.id, password).await;
        assert_eq!(refused.code(), ErrorCode::WrongCredentials);
    }
    enter(&app.anonymous(), &mut key).await.ok();
    removed(&alice, view.id, PASSWORD).await.ok();
    assert_eq!(security(&alice).await.passkeys, []);
}

#[tokio::test]
async fn an_account_has_twenty_five_of_them_at_most() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let user = alice.session().await.user;
    stored(&app, user, MOST - 1).await;
    let (mut first, mut second) = (
        Authenticator::new(PARTY, ORIGIN),
        Authenticator::new(PARTY, ORIGIN),
    );
    let made = first.create(&begun(&alice).await);
    let late = second.create(&begun(&alice).await);
    put(&alice, "The last", &made).await.ok();
    let refused = put(&alice, "One too many", &late).await;
    assert_eq!(refused.code(), ErrorCode::TooManyPasskeys);
    assert_eq!(
        begin(&alice, PASSWORD, "").await.code(),
        ErrorCode::TooManyPasskeys
    );
    let listed = security(&alice).await.passkeys;
    assert_eq!(listed.len(), MOST);
    assert!(
        ErrorCode::TooManyPasskeys
            .title()
            .contains(&MOST.to_string())
    );
    removed(&alice, listed[0].id, PASSWORD).await.ok();
    begun(&alice).await;
}

#[tokio::test]
async fn the_last_way_in_is_not_removed_whichever_it_is() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let app = server(issuer.settings()).await;
    let ada = app.anonymous();
    through(
        &ada,
        &issuer,
        "oidc",
        &Somebody::new("a", "ada@example.org"),
    )
    .await;
    ada.adopt().await;
    let (_, view) = added(&ada, "Laptop").await;
    let account: Value = ada.get("/api/v1/account").await.ok().json();
    let identity = account["identities"][0]["id"].as_str().unwrap();
    remove(&ada, identity, "").await.ok();
    let last = removed(&ada, view.id, "").await;
    assert_eq!(last.code(), ErrorCode::LastWayIn);
    let bob = app.sign_up("bob@example.org").await;
    let foreign = removed(&bob, view.id, PASSWORD).await;
    assert_eq!(foreign.code(), ErrorCode::NotFound);
    let path = format!("/api/v1/account/passkeys/{}", view.id);
    let named = bob.patch(&path, json!({"name": "Mine"})).await;
    assert_eq!(named.code(), ErrorCode::NotFound);
    let body = json!({"password": "", "new_password": PASSWORD});
    ada.put("/api/v1/account/password", body).await.ok();
    removed(&ada, view.id, PASSWORD).await.ok();
}

#[tokio::test]
async fn passkeys_are_no_way_in_where_the_server_cannot_take_them() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let app = TestApp::start_with(Options {
        settings: issuer.settings(),
        seed: None,
    })
    .await;
    let ada = app.anonymous();
    through(&ada, &issuer, "oidc", &Somebody::new("a", EMAIL)).await;
    let session = ada.session().await;
    ada.set_csrf(Some(&session.csrf));
    stored(&app, session.user, 1).await;
    let account: AccountView = ada.get("/api/v1/account").await.ok().json();
    let last = remove(&ada, account.identities[0].id, "").await;
    assert_eq!(last.code(), ErrorCode::LastWayIn);
    // The passkey itself may go: the provider stays.
    let id = security(&ada).await.passkeys[0].id;
    removed(&ada, id, "").await.ok();
}

#[tokio::test]
async fn a_server_without_a_name_of_its_own_offers_none() {
    for address in [None, Some("http://krowoc.test"), Some("https://192.0.2.1")] {
        let settings = address.map(|it| ("public_url", it.to_owned()));
        let app = TestApp::start_with(Options {
            settings: settings.into_iter().collect(),
            seed: None,
        })
        .await;
        let alice = app.sign_up(EMAIL).await;
        let ways: SignInWays = alice.get("/api/v1/sign-in").await.ok().json();
        assert!(!ways.passkeys && !security(&alice).await.passkeys_here);
        let body = json!({"password": PASSWORD});
        let refused = alice.post("/api/v1/account/passkeys/options", body).await;
        assert_eq!(refused.code(), ErrorCode::PasskeysUnavailable);
        let refused = asked(&alice, false).await;
        assert_eq!(refused.code(), ErrorCode::PasskeysUnavailable);
    }
    let app = server(Vec::new()).await;
    let ways: SignInWays = app.anonymous().get("/api/v1/sign-in").await.ok().json();
    assert!(ways.passkeys);
}

/// Sets a new password by mail; the mail that tells of it.
async fn reset(app: &TestApp, inbox: &Inbox, everything: bool) -> String {
    let caller = app.anonymous();
    app.work().await;
    let _ = inbox.take();
    let body = json!({"email": EMAIL});
    caller.post("/api/v1/password/forgot", body).await.ok();
    let token = inbox.only(app).await.token();
    let body =
        json!({"token": token, "password": "another horse entirely", "everything": everything});
    caller.post("/api/v1/password/reset", body).await.ok();
    inbox.only(app).await.text
}

/// An account whose address is proven, with a passkey.
async fn proven(app: &TestApp, inbox: &Inbox) -> (Caller, Authenticator) {
    let alice = app.sign_up(EMAIL).await;
    let body = json!({"token": inbox.only(app).await.token()});
    alice.post("/api/v1/email/verify", body).await.ok();
    let (key, _) = added(&alice, "Laptop").await;
    (alice, key)
}

#[tokio::test]
async fn another_password_leaves_passkeys_and_its_mail_names_them() {
    let inbox = Inbox::default();
    let app = server(inbox.settings()).await;
    let (alice, mut key) = proven(&app, &inbox).await;
    app.work().await;
    let _ = inbox.take();
    let body = json!({"password": PASSWORD, "new_password": "a third horse, maybe"});
    alice.put("/api/v1/account/password", body).await.ok();
    let told = inbox.only(&app).await.text;
    assert!(told.contains("sign in as before: “Laptop”"), "{told}");
    enter(&app.anonymous(), &mut key).await.ok();
    let told = reset(&app, &inbox, false).await;
    assert!(told.contains("sign in as before: “Laptop”"), "{told}");
    enter(&app.anonymous(), &mut key).await.ok();
}

#[tokio::test]
async fn a_password_set_by_mail_removes_passkeys_with_everything_else_that_lets_in() {
    let inbox = Inbox::default();
    let app = server(inbox.settings()).await;
    let (_, mut key) = proven(&app, &inbox).await;
    let told = reset(&app, &inbox, true).await;
    assert!(!told.contains("Laptop"), "{told}");
    let refused = enter(&app.anonymous(), &mut key).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
}

#[tokio::test]
async fn a_password_set_by_mail_on_an_account_that_was_never_proven_removes_its_passkeys() {
    let inbox = Inbox::default();
    let app = server(inbox.settings()).await;
    let squatter = app.sign_up(EMAIL).await;
    let (mut key, _) = added(&squatter, "Of the squatter").await;
    reset(&app, &inbox, false).await;
    let refused = enter(&app.anonymous(), &mut key).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
}
