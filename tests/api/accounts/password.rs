//! Forgotten and changed passwords.

use krowoc_shared::accounts::people::SignInWays;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::mail::Inbox;
use krowoc_tests::{Answer, Caller, TestApp, logs};
use reqwest::StatusCode;
use serde_json::json;

const NEW: &str = "another horse entirely";
const MINUTE: i64 = 60_000;

async fn forgot(caller: &Caller, email: &str) -> Answer {
    caller
        .post("/api/v1/password/forgot", json!({"email": email}))
        .await
}

async fn reset(caller: &Caller, token: &str, password: &str) -> Answer {
    let body = json!({"token": token, "password": password});
    caller.post("/api/v1/password/reset", body).await
}

/// A server with Alice signed up, and her inbox empty.
async fn begin() -> (Inbox, TestApp, Caller) {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    app.work().await;
    let _ = inbox.take();
    (inbox, app, alice)
}

/// Confirms Alice's address.
async fn prove(inbox: &Inbox, app: &TestApp, alice: &Caller) {
    alice
        .post("/api/v1/account/verification", json!({}))
        .await
        .ok();
    let token = inbox.only(app).await.token();
    alice
        .post("/api/v1/email/verify", json!({"token": token}))
        .await
        .ok();
}

#[tokio::test]
async fn a_password_set_by_mail_on_an_account_that_was_never_proven_shuts_out_whatever_came_before()
{
    let (inbox, app, alice) = begin().await;
    let (device, _) = alice.connect_device("Extension").await;
    let (program, _) = alice.program(&["library:read"]).await;
    forgot(&app.anonymous(), "alice@example.org").await.ok();
    let token = inbox.only(&app).await.token();
    reset(&app.anonymous(), &token, NEW).await.ok();
    assert_eq!(
        device.get("/api/v1/sync/spaces").await.code(),
        ErrorCode::DeviceRevoked
    );
    assert!(
        !program.get("/api/v1/library").await.status.is_success(),
        "a token of whoever made the account"
    );
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_the_link_of_a_mail_and_every_session_ends() {
    let (inbox, app, alice) = begin().await;
    let answer = forgot(&app.anonymous(), " Alice@Example.org ").await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let mail = inbox.only(&app).await;
    assert_eq!(mail.to, "alice@example.org");
    assert!(
        mail.text.contains("http://krowoc.test/reset#token="),
        "{}",
        mail.text
    );
    let token = mail.token();
    let answer = reset(&app.anonymous(), &token, NEW).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert!(answer.headers.get("set-cookie").is_none());
    assert_eq!(
        alice.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    let old = app.anonymous().sign_in("alice@example.org", PASSWORD).await;
    assert_eq!(old.code(), ErrorCode::WrongCredentials);
    app.anonymous().sign_in("alice@example.org", NEW).await.ok();
    let told = inbox.only(&app).await;
    assert!(
        told.subject.contains("password") && told.text.contains("was changed"),
        "{told:?}"
    );
    assert!(!logs::text().contains(&token));
}

#[tokio::test]
async fn the_answer_does_not_tell_whether_an_address_has_an_account() {
    let (inbox, app, _) = begin().await;
    let caller = app.anonymous();
    let known = forgot(&caller, "alice@example.org").await;
    let unknown = forgot(&caller, "nobody@example.org").await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    let mail = inbox.only(&app).await;
    assert_eq!(
        mail.to, "alice@example.org",
        "nothing goes to who has no account"
    );
}

#[tokio::test]
async fn a_link_works_once_and_for_half_an_hour() {
    let (inbox, app, _) = begin().await;
    let caller = app.anonymous();
    forgot(&caller, "alice@example.org").await.ok();
    let late = inbox.only(&app).await.token();
    app.advance(30 * MINUTE);
    assert_eq!(
        reset(&caller, &late, NEW).await.code(),
        ErrorCode::LinkExpired
    );
    forgot(&caller, "alice@example.org").await.ok();
    let token = inbox.only(&app).await.token();
    app.advance(30 * MINUTE - 1);
    assert_eq!(
        reset(&caller, &token, "too short").await.code(),
        ErrorCode::WeakPassword
    );
    reset(&caller, &token, NEW).await.ok();
    assert_eq!(
        reset(&caller, &token, "yet another horse").await.code(),
        ErrorCode::LinkExpired
    );
    for forged in ["", "short", &"A".repeat(43)] {
        assert_eq!(
            reset(&caller, forged, NEW).await.code(),
            ErrorCode::LinkExpired
        );
    }
}

#[tokio::test]
async fn two_who_use_a_link_at_once_set_one_password() {
    let (inbox, app, _) = begin().await;
    forgot(&app.anonymous(), "alice@example.org").await.ok();
    let token = inbox.only(&app).await.token();
    let (one, two) = (app.anonymous(), app.anonymous());
    let (one, two) = futures_util::future::join(
        reset(&one, &token, NEW),
        reset(&two, &token, "yet another horse"),
    )
    .await;
    let set = [&one, &two]
        .iter()
        .filter(|it| it.status.is_success())
        .count();
    assert_eq!(set, 1, "{} {}", one.text(), two.text());
}

#[tokio::test]
async fn a_reset_makes_earlier_links_useless_and_can_take_everything_away() {
    let (inbox, app, alice) = begin().await;
    prove(&inbox, &app, &alice).await;
    let (device, _) = alice.connect_device("Extension").await;
    let token = json!({"name": "CI", "scopes": ["library:read"]});
    let made: serde_json::Value = alice.post("/api/v1/tokens", token).await.ok().json();
    let program = Caller::device(app.address, made["token"].as_str().unwrap());
    forgot(&app.anonymous(), "alice@example.org").await.ok();
    let first = inbox.only(&app).await.token();
    forgot(&app.anonymous(), "alice@example.org").await.ok();
    let second = inbox.only(&app).await.token();
    reset(&app.anonymous(), &second, NEW).await.ok();
    assert_eq!(
        reset(&app.anonymous(), &first, NEW).await.code(),
        ErrorCode::LinkExpired
    );
    device.get("/api/v1/sync/spaces").await.ok();
    program.get("/api/v1/library").await.ok();
    app.work().await;
    let _ = inbox.take();
    app.advance(MINUTE);
    forgot(&app.anonymous(), "alice@example.org").await.ok();
    let third = inbox.only(&app).await.token();
    let body = json!({"token": third, "password": NEW, "everything": true});
    app.anonymous()
        .post("/api/v1/password/reset", body)
        .await
        .ok();
    assert_eq!(
        device.get("/api/v1/sync/spaces").await.code(),
        ErrorCode::DeviceRevoked
    );
    assert_eq!(
        program.get("/api/v1/library").await.code(),
        ErrorCode::Unauthenticated
    );
}

#[tokio::test]
async fn mails_can_be_asked_for_a_few_times_only_and_sign_in_is_not_slowed_by_it() {
    let (_inbox, app, _) = begin().await;
    let caller = app.anonymous();
    for _ in 0..6 {
        forgot(&caller, "alice@example.org").await.ok();
    }
    let refused = forgot(&caller, "alice@example.org").await;
    assert_eq!(refused.code(), ErrorCode::RateLimited);
    assert_eq!(refused.problem().retry_after, Some(2));
    app.anonymous()
        .sign_in("alice@example.org", PASSWORD)
        .await
        .ok();
}

#[tokio::test]
async fn asking_twice_before_the_mail_is_sent_sends_one() {
    let (inbox, app, _) = begin().await;
    forgot(&app.anonymous(), "alice@example.org").await.ok();
    forgot(&app.anonymous(), "alice@example.org").await.ok();
    let _ = inbox.only(&app).await;
}

#[tokio::test]
async fn a_server_without_mail_says_so_and_offers_no_reset() {
    let app = TestApp::start().await;
    let ways: SignInWays = app.anonymous().get("/api/v1/sign-in").await.ok().json();
    assert_eq!(
        ways,
        SignInWays {
            sign_up: true,
            ..SignInWays::default()
        }
    );
    let refused = forgot(&app.anonymous(), "alice@example.org").await;
    assert_eq!(refused.code(), ErrorCode::MailUnavailable);
    assert!(logs::text().contains("no mail is sent"));
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let ways: SignInWays = app.anonymous().get("/api/v1/sign-in").await.ok().json();
    assert!(ways.reset);
}

#[tokio::test]
async fn a_password_is_changed_with_the_present_one_and_other_sessions_end() {
    let (inbox, app, alice) = begin().await;
    let phone = app.anonymous();
    phone.sign_in("alice@example.org", PASSWORD).await.ok();
    let change = async |present: &str, new: &str| {
        let body = json!({"password": present, "new_password": new});
        alice.put("/api/v1/account/password", body).await
    };
    let wrong = change("not the password", NEW).await.problem();
    assert_eq!(wrong.code, ErrorCode::WrongCredentials);
    assert_eq!(wrong.field.as_deref(), Some("/password"));
    let weak = change(PASSWORD, "too short").await.problem();
    assert_eq!(
        (weak.code, weak.field.as_deref()),
        (ErrorCode::WeakPassword, Some("/new_password"))
    );
    assert_eq!(change(PASSWORD, NEW).await.status, StatusCode::NO_CONTENT);
    alice.get("/api/v1/session").await.ok();
    assert_eq!(
        phone.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    phone.sign_in("alice@example.org", NEW).await.ok();
    assert!(inbox.only(&app).await.text.contains("was changed"));
}

#[tokio::test]
async fn the_present_password_is_tried_as_slowly_as_at_the_door() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let body = json!({"password": "not the password", "new_password": NEW});
    for _ in 0..6 {
        let answer = alice.put("/api/v1/account/password", &body).await;
        assert_eq!(answer.code(), ErrorCode::WrongCredentials);
    }
    let answer = alice.put("/api/v1/account/password", &body).await;
    assert_eq!(answer.code(), ErrorCode::RateLimited);
}
