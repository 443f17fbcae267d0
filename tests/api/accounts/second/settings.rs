//! Turning the second step on and off, recovery codes, and how the secret is kept.

use super::{EMAIL, MINUTE, STEP, begin, confirm, finish, security, turn_on};
use diesel::prelude::*;
use diesel::sql_types::Binary;
use krowoc_server::store::{Conn, Role, open};
use krowoc_server::vault::rotate::reseal;
use krowoc_shared::accounts::factors::RecoveryCodes;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{Issuer, Somebody, through};
use krowoc_tests::mail::Inbox;
use krowoc_tests::totp::code;
use krowoc_tests::{Answer, Caller, Options, TestApp};
use serde_json::{Value, json};
use std::sync::Arc;

async fn turn_off(caller: &Caller, password: &str, code: &str) -> Answer {
    let body = json!({"password": password, "code": code});
    caller.post("/api/v1/account/totp/removal", body).await
}

async fn renew(caller: &Caller, password: &str, code: &str) -> Answer {
    let body = json!({"password": password, "code": code});
    caller.post("/api/v1/account/recovery-codes", body).await
}

#[tokio::test]
async fn it_is_turned_off_with_the_password_and_a_code_and_mails_tell_of_both() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up(EMAIL).await;
    app.work().await;
    let _ = inbox.take();
    let since = app.state.now();
    let owner = turn_on(&app, &alice).await;
    assert!(inbox.only(&app).await.subject.contains("is on"));
    let shown = security(&alice).await.totp.unwrap();
    assert_eq!((shown.since, shown.recovery_left), (since, 10));
    let wrong = turn_off(&alice, "not the password", &owner.code(&app)).await;
    assert_eq!(wrong.problem().field.as_deref(), Some("/password"));
    let wrong = turn_off(&alice, PASSWORD, "000000").await;
    assert_eq!(
        (wrong.code(), wrong.problem().field.as_deref()),
        (ErrorCode::WrongCode, Some("/code"))
    );
    turn_off(&alice, PASSWORD, &owner.code(&app)).await.ok();
    assert!(inbox.only(&app).await.subject.contains("is off"));
    assert_eq!(security(&alice).await.totp, None);
    app.anonymous().sign_in(EMAIL, PASSWORD).await.ok();
    let gone = turn_off(&alice, PASSWORD, &owner.code(&app)).await;
    assert_eq!(gone.code(), ErrorCode::NotFound);
    // Whoever lost the authenticator turns it off with a recovery code; codes of the one before open nothing.
    let again = turn_on(&app, &alice).await;
    let old = turn_off(&alice, PASSWORD, &owner.recovery[0]).await;
    assert_eq!(old.code(), ErrorCode::WrongCode);
    turn_off(&alice, PASSWORD, &again.recovery[0]).await.ok();
    assert_eq!(security(&alice).await.totp, None);
}

#[tokio::test]
async fn a_second_authenticator_is_refused_until_the_first_is_off_and_an_unconfirmed_one_is_replaced()
 {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let body = json!({"password": "not the password"});
    let refused = alice.post("/api/v1/account/totp", body).await;
    assert_eq!(refused.code(), ErrorCode::WrongCredentials);
    let nothing = confirm(&alice, "000000").await;
    assert_eq!(nothing.code(), ErrorCode::NotFound);
    let (old, new) = (begin(&alice).await, begin(&alice).await);
    assert_ne!(old.secret, new.secret);
    assert!(new.uri.contains(&new.secret) && new.uri.starts_with("otpauth://totp/Krowoc:alice"));
    let now = app.state.now();
    assert_eq!(
        confirm(&alice, &code(&old.secret, now)).await.code(),
        ErrorCode::WrongCode
    );
    confirm(&alice, &code(&new.secret, now)).await.ok();
    let body = json!({"password": PASSWORD});
    let second = alice.post("/api/v1/account/totp", body).await;
    assert_eq!(second.code(), ErrorCode::AlreadyExists);
}

#[tokio::test]
async fn new_recovery_codes_take_the_place_of_all_earlier_ones() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    let RecoveryCodes { codes } = renew(&alice, PASSWORD, &owner.code(&app)).await.ok().json();
    assert_eq!(codes.len(), 10);
    let reused = renew(&alice, PASSWORD, &owner.code(&app)).await;
    assert_eq!(reused.code(), ErrorCode::WrongCode, "the code was taken");
    let browser = app.anonymous();
    browser.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(
        finish(&browser, &owner.recovery[0]).await.code(),
        ErrorCode::WrongCode
    );
    finish(&browser, &codes[0]).await.ok();
}

#[tokio::test]
async fn an_account_without_a_password_needs_a_sign_in_of_a_moment_ago() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let app = TestApp::start_with(Options {
        settings: issuer.settings(),
        seed: None,
    })
    .await;
    let ada = app.anonymous();
    through(
        &ada,
        &issuer,
        "oidc",
        &Somebody::new("a", "ada@example.org"),
    )
    .await;
    ada.adopt().await;
    let owner = turn_on(&app, &ada).await;
    app.advance(11 * MINUTE);
    let stale = turn_off(&ada, "", &owner.code(&app)).await;
    assert_eq!(stale.code(), ErrorCode::StaleSignIn);
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Binary)]
    account_id: Vec<u8>,
    #[diesel(sql_type = Binary)]
    sealed: Vec<u8>,
}

fn stored(app: &TestApp) -> Vec<Stored> {
    let mut conn: Conn = open(app.state.store.url(), Role::Writer).unwrap();
    diesel::sql_query("SELECT account_id, sealed FROM totp ORDER BY created_at")
        .load(&mut conn)
        .unwrap()
}

#[tokio::test]
async fn the_secret_is_sealed_for_its_account_and_opens_for_no_other() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    let bob = app.sign_up("bob@example.org").await;
    turn_on(&app, &bob).await;
    let rows = stored(&app);
    let text = owner.secret.as_bytes();
    assert!(!rows[0].sealed.windows(text.len()).any(|part| part == text));
    // Who can write into the database gives Bob's row Alice's secret, which Alice knows.
    let mut conn: Conn = open(app.state.store.url(), Role::Writer).unwrap();
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|it| format!("{it:02x}")).collect() };
    let literal = |bytes: &[u8]| match &conn {
        Conn::Sqlite(_) => format!("x'{}'", hex(bytes)),
        Conn::Postgres(_) => format!("'\\x{}'::bytea", hex(bytes)),
    };
    let update = format!(
        "UPDATE totp SET sealed = {} WHERE account_id = {}",
        literal(&rows[0].sealed),
        literal(&rows[1].account_id)
    );
    diesel::sql_query(update).execute(&mut conn).unwrap();
    let thief = app.anonymous();
    thief.sign_in("bob@example.org", PASSWORD).await;
    let refused = finish(&thief, &owner.code(&app)).await;
    assert_eq!(refused.code(), ErrorCode::VaultUnavailable);
}

#[tokio::test]
async fn authenticators_are_resealed_with_the_keys_and_work_on() {
    let new = "bmV3LWtleS1lbmNyeXB0aW9uLWtleS0wMTIzNDU2Nzg=";
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    let both = format!("{new},{}", krowoc_tests::app::KEY);
    let on = async |keys: String| {
        let options = Options {
            settings: vec![("key", keys)],
            seed: None,
        };
        let url = app.database.as_ref().unwrap().url.clone();
        TestApp::on(url, Arc::clone(&app.clock), options)
            .await
            .unwrap()
    };
    let rotating = on(both).await;
    let done = reseal(&rotating.state.store, &rotating.state.vault)
        .await
        .unwrap();
    assert_eq!((done.resealed, done.is_whole()), (1, true));
    assert_eq!(done.by_kek, [(done.kek.clone(), 1)]);
    let rotated = on(new.to_owned()).await;
    let browser = rotated.anonymous();
    browser.sign_in(EMAIL, PASSWORD).await;
    finish(&browser, &owner.code(&app)).await.ok();
    app.advance(STEP);
    // The old key opens it no more, and says whose it is.
    let left = reseal(&app.state.store, &app.state.vault).await.unwrap();
    assert_eq!(left.left_authenticators.len(), 1);
    assert!(!left.is_whole());
}

#[tokio::test]
async fn the_download_of_everything_says_that_it_is_on_and_no_secret() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    let answer = alice.get("/api/v1/account/export").await.ok();
    let whole: Value = answer.json();
    assert_eq!(whole["security"]["totp"]["recovery_left"], 10);
    assert!(!answer.text().contains(&owner.secret));
}
