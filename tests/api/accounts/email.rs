//! Verifying and changing the address of an account.

use krowoc_shared::accounts::people::{AccountView, VerifiedEmail};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::mail::{Inbox, Mail};
use krowoc_tests::{Answer, Caller, Options, TestApp};
use reqwest::StatusCode;
use serde_json::json;

async fn account(caller: &Caller) -> AccountView {
    caller.get("/api/v1/account").await.ok().json()
}

async fn verify(caller: &Caller, token: &str) -> Answer {
    caller
        .post("/api/v1/email/verify", json!({"token": token}))
        .await
}

async fn change(caller: &Caller, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    caller.put("/api/v1/account/email", body).await
}

fn to<'a>(mails: &'a [Mail], address: &str) -> &'a Mail {
    mails
        .iter()
        .find(|it| it.to == address)
        .unwrap_or_else(|| panic!("{address}: {mails:?}"))
}

#[tokio::test]
async fn a_new_account_is_asked_to_verify_its_address_and_the_link_does_it_once() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    assert!(!account(&alice).await.email_verified);
    let mail = inbox.only(&app).await;
    assert_eq!(mail.to, "alice@example.org");
    let token = mail.token();
    // Whoever reads the mail need not be signed in there.
    let verified: VerifiedEmail = verify(&app.anonymous(), &token).await.ok().json();
    assert_eq!(verified.email, "alice@example.org");
    assert!(account(&alice).await.email_verified);
    assert_eq!(
        verify(&app.anonymous(), &token).await.code(),
        ErrorCode::LinkExpired
    );
    alice
        .post("/api/v1/account/verification", json!({}))
        .await
        .ok();
    app.work().await;
    assert_eq!(inbox.take(), [], "there is nothing left to verify");
}

#[tokio::test]
async fn a_link_runs_out_after_three_days_and_can_be_sent_again() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    let token = inbox.only(&app).await.token();
    app.advance(3 * 86_400_000);
    assert_eq!(verify(&alice, &token).await.code(), ErrorCode::LinkExpired);
    alice.refresh().await.ok();
    let again = alice.post("/api/v1/account/verification", json!({})).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    let token = inbox.only(&app).await.token();
    verify(&alice, &token).await.ok();
}

#[tokio::test]
async fn another_address_counts_once_it_is_verified_and_the_old_one_is_told() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    verify(&alice, &inbox.only(&app).await.token()).await.ok();
    assert_eq!(
        change(&alice, "new@example.org", "not the password")
            .await
            .code(),
        ErrorCode::WrongCredentials
    );
    assert_eq!(
        change(&alice, "new@example.org", PASSWORD).await.status,
        StatusCode::ACCEPTED
    );
    let view = account(&alice).await;
    assert_eq!(view.pending_email.as_deref(), Some("new@example.org"));
    assert_eq!(view.email, "alice@example.org");
    app.anonymous()
        .sign_in("alice@example.org", PASSWORD)
        .await
        .ok();
    let mail = inbox.only(&app).await;
    assert_eq!(mail.to, "new@example.org");
    verify(&app.anonymous(), &mail.token()).await.ok();
    let view = account(&alice).await;
    assert_eq!(
        (view.email.as_str(), view.pending_email),
        ("new@example.org", None)
    );
    assert!(view.email_verified);
    let told = inbox.only(&app).await;
    assert_eq!(told.to, "alice@example.org");
    assert!(told.text.contains("new@example.org"));
    app.anonymous()
        .sign_in("new@example.org", PASSWORD)
        .await
        .ok();
    let old = app.anonymous().sign_in("alice@example.org", PASSWORD).await;
    assert_eq!(old.code(), ErrorCode::WrongCredentials);
}

#[tokio::test]
async fn an_address_of_another_account_cannot_be_taken_not_even_by_being_late() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    app.sign_up("bob@example.org").await;
    assert_eq!(
        change(&alice, "BOB@example.org", PASSWORD).await.code(),
        ErrorCode::EmailTaken
    );
    change(&alice, "carol@example.org", PASSWORD).await.ok();
    app.work().await;
    let token = to(&inbox.take(), "carol@example.org").token();
    app.sign_up("carol@example.org").await;
    assert_eq!(verify(&alice, &token).await.code(), ErrorCode::EmailTaken);
    assert_eq!(account(&alice).await.email, "alice@example.org");
}

#[tokio::test]
async fn an_address_that_was_given_up_or_replaced_cannot_be_verified_any_more() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    let _ = inbox.only(&app).await;
    change(&alice, "first@example.org", PASSWORD).await.ok();
    let first = inbox.only(&app).await.token();
    change(&alice, "second@example.org", PASSWORD).await.ok();
    let second = inbox.only(&app).await.token();
    assert_eq!(verify(&alice, &first).await.code(), ErrorCode::LinkExpired);
    let kept = alice.delete("/api/v1/account/email").await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT);
    assert_eq!(verify(&alice, &second).await.code(), ErrorCode::LinkExpired);
    assert_eq!(account(&alice).await.pending_email, None);
}

#[tokio::test]
async fn a_reset_by_the_owner_takes_back_an_address_that_somebody_else_asked_for() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up("alice@example.org").await;
    let _ = inbox.only(&app).await;
    change(&alice, "thief@example.org", PASSWORD).await.ok();
    let stolen = inbox.only(&app).await.token();
    let body = json!({"email": "alice@example.org"});
    app.anonymous()
        .post("/api/v1/password/forgot", body)
        .await
        .ok();
    let body =
        json!({"token": inbox.only(&app).await.token(), "password": "another horse entirely"});
    app.anonymous()
        .post("/api/v1/password/reset", body)
        .await
        .ok();
    assert_eq!(
        verify(&app.anonymous(), &stolen).await.code(),
        ErrorCode::LinkExpired
    );
}

#[tokio::test]
async fn without_mail_an_address_is_neither_verified_nor_changed() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    assert!(!account(&alice).await.mail);
    assert_eq!(
        change(&alice, "new@example.org", PASSWORD).await.code(),
        ErrorCode::MailUnavailable
    );
    let again = alice.post("/api/v1/account/verification", json!({})).await;
    assert_eq!(again.code(), ErrorCode::MailUnavailable);
    assert_eq!(app.work().await, 0, "nothing was queued");
}

#[tokio::test]
async fn who_looks_after_the_server_must_read_the_mail_of_the_address() {
    let inbox = Inbox::default();
    let mut settings = inbox.settings();
    settings.push(("admin_emails", "root@example.org".to_owned()));
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let root = app.sign_up("root@example.org").await;
    assert_eq!(
        root.get("/api/v1/dead-letters?all=true").await.code(),
        ErrorCode::Forbidden
    );
    verify(&root, &inbox.only(&app).await.token()).await.ok();
    root.get("/api/v1/dead-letters?all=true").await.ok();
}

#[tokio::test]
async fn a_program_and_a_device_cannot_touch_the_account() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (device, _) = alice.connect_device("Extension").await;
    assert_eq!(
        device.get("/api/v1/account").await.code(),
        ErrorCode::Forbidden
    );
    assert_eq!(
        change(&device, "new@example.org", PASSWORD)
            .await
            .status
            .as_u16(),
        403
    );
    assert_eq!(
        app.anonymous().get("/api/v1/account").await.code(),
        ErrorCode::Unauthenticated
    );
}
