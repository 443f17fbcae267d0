//! Passkeys: added, signed in with, named, removed; and all that lets nobody in.

use super::second::turn_on;
use krowoc_shared::accounts::factors::SecurityView;
use krowoc_shared::accounts::passkeys::{CreationOptions, PasskeyView, RequestOptions};
use krowoc_shared::accounts::people::SignInWays;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::authenticator::{Authenticator, USUAL};
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{Issuer, Somebody, through};
use krowoc_tests::mail::Inbox;
use krowoc_tests::{Answer, Caller, Options, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

const EMAIL: &str = "alice@example.org";
const PARTY: &str = "krowoc.test";
const ORIGIN: &str = "https://krowoc.test";
const MINUTE: i64 = 60_000;

async fn server(more: Vec<(&'static str, String)>) -> TestApp {
    let mut settings: Vec<_> = more
        .into_iter()
        .filter(|(key, _)| *key != "public_url")
        .collect();
    settings.push(("public_url", ORIGIN.to_owned()));
    TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await
}

async fn begun(caller: &Caller) -> CreationOptions {
    let body = json!({"password": PASSWORD});
    let path = "/api/v1/account/passkeys/options";
    caller.post(path, body).await.ok().json()
}

async fn put(caller: &Caller, name: &str, credential: &Value) -> Answer {
    let body = json!({"name": name, "credential": credential});
    caller.post("/api/v1/account/passkeys", body).await
}

/// A passkey that is added.
async fn added(caller: &Caller, name: &str) -> (Authenticator, PasskeyView) {
    let mut key = Authenticator::new(PARTY, ORIGIN);
    let made = key.create(&begun(caller).await);
    let view = put(caller, name, &made).await.ok().json();
    (key, view)
}

async fn asked(caller: &Caller, step: bool) -> Answer {
    let body = json!({"step": step});
    caller.post("/api/v1/session/passkey/options", body).await
}

async fn shown(caller: &Caller, credential: &Value) -> Answer {
    let body = json!({"credential": credential});
    caller.post("/api/v1/session/passkey", body).await
}

/// A sign-in with a passkey from a browser.
async fn enter(caller: &Caller, key: &mut Authenticator) -> Answer {
    let options: RequestOptions = asked(caller, false).await.ok().json();
    shown(caller, &key.get(&options)).await
}

async fn security(caller: &Caller) -> SecurityView {
    caller.get("/api/v1/account/security").await.ok().json()
}

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
    alice.delete(&path).await.ok();
    assert!(inbox.only(&app).await.text.contains("“Phone”"));
    let refused = enter(&app.anonymous(), &mut key).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
    assert_eq!(alice.delete(&path).await.code(), ErrorCode::NotFound);
}

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
async fn a_challenge_is_good_once_for_five_minutes_and_for_what_it_was_given() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let bob = app.sign_up("bob@example.org").await;
    let mut key = Authenticator::new(PARTY, ORIGIN);
    // Of another account, of signing in, late, and a second time.
    let of_bob = key.create(&begun(&bob).await);
    assert_eq!(
        put(&alice, "A", &of_bob).await.code(),
        ErrorCode::LinkExpired
    );
    let question: RequestOptions = asked(&alice, false).await.ok().json();
    let mut options = begun(&alice).await;
    options.challenge.clone_from(&question.challenge);
    let made = key.create(&options);
    assert_eq!(put(&alice, "A", &made).await.code(), ErrorCode::LinkExpired);
    let late = key.create(&begun(&alice).await);
    app.advance(5 * MINUTE);
    assert_eq!(put(&alice, "A", &late).await.code(), ErrorCode::LinkExpired);
    let made = key.create(&begun(&alice).await);
    put(&alice, "A", &made).await.ok();
    assert_eq!(put(&alice, "A", &made).await.code(), ErrorCode::LinkExpired);
    let known = key.create(&begun(&alice).await);
    let twice = put(&alice, "A", &known).await;
    assert_eq!(twice.code(), ErrorCode::AlreadyExists);
    // An answer that was heard on its way is not taken a second time, also not by two at once.
    let browser = app.anonymous();
    let options: RequestOptions = asked(&browser, false).await.ok().json();
    let signed = key.get(&options);
    let (one, two) = (app.anonymous(), app.anonymous());
    let (one, two) = futures_util::future::join(shown(&one, &signed), shown(&two, &signed)).await;
    let entered = [&one, &two]
        .iter()
        .filter(|it| it.status.is_success())
        .count();
    assert_eq!(entered, 1, "{} {}", one.text(), two.text());
    let options: RequestOptions = asked(&browser, false).await.ok().json();
    let late = key.get(&options);
    app.advance(5 * MINUTE);
    assert_eq!(
        shown(&browser, &late).await.code(),
        ErrorCode::PasskeyRefused
    );
    let own = begun(&alice).await;
    let swapped = RequestOptions {
        challenge: own.challenge,
        ..options
    };
    let refused = shown(&browser, &key.get(&swapped)).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
}

#[tokio::test]
async fn what_lies_lets_nobody_in_and_all_refusals_are_alike() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let (mut key, _) = added(&alice, "Laptop").await;
    type Lie = fn(&mut Authenticator);
    let lies: [(&str, Lie); 6] = [
        ("origin", |it| {
            it.origin = "https://krowoc.test.evil.example".to_owned()
        }),
        ("site", |it| it.party = "evil.example".to_owned()),
        ("unverified", |it| it.flags = 0b001),
        ("absent", |it| it.flags = 0b100),
        ("another account", |it| it.be("AAECAwQFBgcICQoLDA0ODw")),
        ("copied", |it| it.count = 0),
    ];
    let honest = key.get(&asked(&alice, false).await.ok().json());
    let user = honest["response"]["userHandle"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut told = Vec::new();
    for (what, lie) in lies {
        let before = key.count;
        lie(&mut key);
        let answer = enter(&app.anonymous(), &mut key).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
        told.push(answer.problem());
        key.origin = ORIGIN.to_owned();
        key.party = PARTY.to_owned();
        key.flags = USUAL;
        key.be(&user);
        key.count = before;
    }
    let mut stranger = Authenticator::new(PARTY, ORIGIN);
    told.push(enter(&app.anonymous(), &mut stranger).await.problem());
    let mut garbled = key.get(&asked(&alice, false).await.ok().json());
    garbled["response"]["signature"] = json!("!");
    told.push(shown(&app.anonymous(), &garbled).await.problem());
    for problem in told {
        assert_eq!(
            (problem.code, problem.detail),
            (ErrorCode::PasskeyRefused, None)
        );
    }
    enter(&app.anonymous(), &mut key).await.ok();
    // Nor is a new one added that lies.
    let mut liar = Authenticator::new(PARTY, "https://evil.example");
    let made = liar.create(&begun(&alice).await);
    let refused = put(&alice, "Liar", &made).await.problem();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (ErrorCode::InvalidField, Some("/credential"))
    );
    assert_eq!(security(&alice).await.passkeys.len(), 1);
}

#[tokio::test]
async fn an_authenticator_that_does_not_count_is_let_in_again_and_again() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let mut key = Authenticator::new(PARTY, ORIGIN);
    key.uncounted = true;
    let made = key.create(&begun(&alice).await);
    put(&alice, "Phone", &made).await.ok();
    for _ in 0..2 {
        enter(&app.anonymous(), &mut key).await.ok();
    }
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
    let csrf = ada.session().await.csrf;
    ada.set_csrf(Some(&csrf));
    let (_, view) = added(&ada, "Laptop").await;
    let account: Value = ada.get("/api/v1/account").await.ok().json();
    let identity = account["identities"][0]["id"].as_str().unwrap();
    ada.delete(&format!("/api/v1/account/identities/{identity}"))
        .await
        .ok();
    let path = format!("/api/v1/account/passkeys/{}", view.id);
    assert_eq!(ada.delete(&path).await.code(), ErrorCode::LastWayIn);
    let bob = app.sign_up("bob@example.org").await;
    assert_eq!(bob.delete(&path).await.code(), ErrorCode::NotFound);
    let named = bob.patch(&path, json!({"name": "Mine"})).await;
    assert_eq!(named.code(), ErrorCode::NotFound);
    let body = json!({"password": "", "new_password": PASSWORD});
    ada.put("/api/v1/account/password", body).await.ok();
    ada.delete(&path).await.ok();
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

#[tokio::test]
async fn a_password_set_by_mail_on_an_account_that_was_never_proven_removes_its_passkeys() {
    let inbox = Inbox::default();
    let app = server(inbox.settings()).await;
    let squatter = app.sign_up(EMAIL).await;
    let (mut key, _) = added(&squatter, "Of the squatter").await;
    app.work().await;
    let _ = inbox.take();
    let caller = app.anonymous();
    let body = json!({"email": EMAIL});
    caller.post("/api/v1/password/forgot", body).await.ok();
    let token = inbox.only(&app).await.token();
    let body = json!({"token": token, "password": "another horse entirely"});
    caller.post("/api/v1/password/reset", body).await.ok();
    let refused = enter(&app.anonymous(), &mut key).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
}
