//! The door: who is asked for the second step, and what opens it.

use super::{EMAIL, MINUTE, STEP, asked, begin, confirm, finish, security, turn_on};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::mail::Inbox;
use krowoc_tests::totp::code;
use krowoc_tests::{TestApp, logs};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn signing_in_asks_for_a_code_once_an_authenticator_is_confirmed() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let setup = begin(&alice).await;
    // It is not on before a code proved it.
    app.anonymous().sign_in(EMAIL, PASSWORD).await.ok();
    assert_eq!(confirm(&alice, "000000").await.code(), ErrorCode::WrongCode);
    assert_eq!(security(&alice).await.totp, None);
    let shown = code(&setup.secret, app.state.now());
    confirm(&alice, &shown).await.ok();
    let browser = asked(&app).await;
    assert_eq!(
        browser.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    // The code that turned it on was taken.
    assert_eq!(finish(&browser, &shown).await.code(), ErrorCode::WrongCode);
    app.advance(STEP);
    let shown = code(&setup.secret, app.state.now());
    let spaced = format!("{} {}", &shown[..3], &shown[3..]);
    assert_eq!(finish(&browser, &spaced).await.status, StatusCode::OK);
    assert_eq!(browser.session().await.email, EMAIL);
    assert_eq!(browser.cookie("krowoc_pending"), None);
    assert!(!logs::text().contains(&setup.secret));
}

#[tokio::test]
async fn a_code_is_taken_once_also_by_two_at_the_same_time() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    let (one, two) = (asked(&app).await, asked(&app).await);
    let shown = owner.code(&app);
    let (first, second) =
        futures_util::future::join(finish(&one, &shown), finish(&two, &shown)).await;
    let refused: Vec<_> = [first, second]
        .into_iter()
        .filter(|it| !it.status.is_success())
        .collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].code(), ErrorCode::WrongCode);
    // Nor is one of an earlier step, after a later one.
    let later = asked(&app).await;
    let earlier = code(&owner.secret, app.state.now() - STEP);
    assert_eq!(finish(&later, &earlier).await.code(), ErrorCode::WrongCode);
    let next = code(&owner.secret, app.state.now() + STEP);
    finish(&later, &next).await.ok();
}

#[tokio::test]
async fn a_recovery_code_stands_in_once_and_a_mail_tells_of_it() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    app.work().await;
    let _ = inbox.take();
    let (one, two) = (asked(&app).await, asked(&app).await);
    let spare = owner.recovery[4].to_uppercase().replace('-', " ");
    let (first, second) =
        futures_util::future::join(finish(&one, &spare), finish(&two, &spare)).await;
    let let_in = [&first, &second]
        .iter()
        .filter(|it| it.status.is_success())
        .count();
    assert_eq!(let_in, 1, "{} {}", first.text(), second.text());
    let told = inbox.only(&app).await;
    assert!(told.text.contains("Unused codes: 9"), "{}", told.text);
    let later = asked(&app).await;
    assert_eq!(
        finish(&later, &owner.recovery[4]).await.code(),
        ErrorCode::WrongCode
    );
    finish(&later, &owner.recovery[0]).await.ok();
    assert_eq!(security(&later).await.totp.unwrap().recovery_left, 8);
}

#[tokio::test]
async fn a_sign_in_between_its_steps_is_of_one_browser_for_ten_minutes_and_five_tries() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    assert_eq!(
        finish(&app.anonymous(), &owner.code(&app)).await.code(),
        ErrorCode::SignInExpired
    );
    let forger = app.anonymous();
    forger.set_cookie("krowoc_pending", &"A".repeat(43));
    assert_eq!(
        finish(&forger, &owner.code(&app)).await.code(),
        ErrorCode::SignInExpired
    );
    let late = asked(&app).await;
    app.advance(10 * MINUTE);
    assert_eq!(
        finish(&late, &owner.code(&app)).await.code(),
        ErrorCode::SignInExpired
    );
    let guesser = asked(&app).await;
    for guess in ["000000", "nonsense", "", "aaaa-aaaa-aaaa-aaaa", "111111"] {
        assert_eq!(finish(&guesser, guess).await.code(), ErrorCode::WrongCode);
    }
    assert_eq!(
        finish(&guesser, &owner.code(&app)).await.code(),
        ErrorCode::SignInExpired
    );
    // Who begins again is slowed, whichever browser it is.
    let again = asked(&app).await;
    assert_eq!(finish(&again, "222222").await.code(), ErrorCode::WrongCode);
    let refused = finish(&again, "333333").await;
    assert_eq!(refused.code(), ErrorCode::RateLimited);
    assert_eq!(refused.problem().retry_after, Some(2));
    app.advance(2_000);
    finish(&again, &owner.code(&app)).await.ok();
    // And what was counted is given back.
    let good = asked(&app).await;
    assert_eq!(finish(&good, "444444").await.code(), ErrorCode::WrongCode);
    app.advance(STEP);
    finish(&good, &owner.code(&app)).await.ok();
}

#[tokio::test]
async fn another_password_or_an_end_of_all_sessions_ends_what_was_between_the_steps() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    let thief = asked(&app).await;
    let body = json!({"password": PASSWORD, "new_password": "another horse entirely"});
    alice.put("/api/v1/account/password", body).await.ok();
    assert_eq!(
        finish(&thief, &owner.code(&app)).await.code(),
        ErrorCode::SignInExpired
    );
}

#[tokio::test]
async fn devices_and_programs_that_were_let_in_go_on() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let (device, tokens) = alice.connect_device("Extension").await;
    let (program, _) = alice.program(&["library:read"]).await;
    let other = app.anonymous();
    other.sign_in(EMAIL, PASSWORD).await.ok();
    turn_on(&app, &alice).await;
    device.get("/api/v1/sync/spaces").await.ok();
    device.renew(&tokens.refresh_token).await.ok();
    program.get("/api/v1/library").await.ok();
    alice.get("/api/v1/session").await.ok();
    // Another browser came in by one step.
    assert_eq!(
        other.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
}

#[tokio::test]
async fn a_password_set_by_mail_does_not_pass_the_second_step_unless_the_account_was_never_proven()
{
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up(EMAIL).await;
    let link = inbox.only(&app).await.token();
    let squatted = app.sign_up("bob@example.org").await;
    turn_on(&app, &alice).await;
    turn_on(&app, &squatted).await;
    app.anonymous()
        .post("/api/v1/email/verify", json!({"token": link}))
        .await
        .ok();
    app.work().await;
    let _ = inbox.take();
    for (email, asks) in [(EMAIL, true), ("bob@example.org", false)] {
        let caller = app.anonymous();
        let body = json!({"email": email});
        caller.post("/api/v1/password/forgot", body).await.ok();
        let token = inbox.only(&app).await.token();
        let body = json!({"token": token, "password": "another horse entirely"});
        caller.post("/api/v1/password/reset", body).await.ok();
        let answer = caller.sign_in(email, "another horse entirely").await;
        if asks {
            assert_eq!(answer.code(), ErrorCode::SecondStepRequired);
        } else {
            answer.ok();
        }
        app.work().await;
        let _ = inbox.take();
    }
}
