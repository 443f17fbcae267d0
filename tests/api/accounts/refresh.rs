//! Rotation of a session's tokens.

use krowoc_shared::error::ErrorCode;
use krowoc_tests::TestApp;
use reqwest::StatusCode;

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn an_access_token_lives_a_quarter_of_an_hour_and_a_refresh_gives_the_next() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let before = alice.session().await;
    app.advance(15 * MINUTE - 1);
    assert_eq!(alice.get("/api/v1/session").await.status, StatusCode::OK);
    app.advance(1);
    assert_eq!(
        alice.get("/api/v1/session").await.code(),
        ErrorCode::TokenExpired
    );
    let old = alice.cookie("krowoc_access").unwrap();
    assert_eq!(alice.refresh().await.status, StatusCode::OK);
    let after = alice.session().await;
    assert_eq!(after.csrf, before.csrf);
    assert!(after.expires_at > before.expires_at);
    alice.set_cookie("krowoc_access", &old);
    assert_eq!(
        alice.get("/api/v1/session").await.code(),
        ErrorCode::TokenExpired
    );
}

#[tokio::test]
async fn a_replaced_access_token_is_told_to_refresh_even_before_it_runs_out() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let old = alice.cookie("krowoc_access").unwrap();
    alice.refresh().await.ok();
    alice.set_cookie("krowoc_access", &old);
    assert_eq!(
        alice.get("/api/v1/session").await.code(),
        ErrorCode::TokenExpired
    );
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_can_be_repeated_for_ten_seconds() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let old = alice.cookie("krowoc_refresh").unwrap();
    alice.refresh().await.ok();
    let lost = alice.cookie("krowoc_refresh").unwrap();
    assert_ne!(lost, old);
    alice.set_cookie("krowoc_refresh", &old);
    app.advance(9_000);
    alice.refresh().await.ok();
    assert_eq!(alice.cookie("krowoc_refresh").unwrap(), lost);
    assert_eq!(alice.get("/api/v1/session").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_spent_refresh_token_ends_the_session_of_thief_and_owner() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let stolen = alice.cookie("krowoc_refresh").unwrap();
    alice.refresh().await.ok();
    app.advance(11_000);
    let thief = app.anonymous();
    thief.set_cookie("krowoc_refresh", &stolen);
    assert_eq!(thief.refresh().await.code(), ErrorCode::TokenReused);
    assert_eq!(
        alice.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    assert_eq!(alice.refresh().await.code(), ErrorCode::Unauthenticated);
}

#[tokio::test]
async fn a_token_whose_successor_was_spent_is_stolen_however_young_it_is() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let stolen = alice.cookie("krowoc_refresh").unwrap();
    alice.refresh().await.ok();
    alice.refresh().await.ok();
    let thief = app.anonymous();
    thief.set_cookie("krowoc_refresh", &stolen);
    assert_eq!(thief.refresh().await.code(), ErrorCode::TokenReused);
    assert_eq!(
        alice.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
}

#[tokio::test]
async fn tabs_that_refresh_at_once_all_stay_signed_in() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let answers = futures_util::future::join_all((0..4).map(|_| alice.refresh())).await;
    for answer in answers {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }
    assert_eq!(alice.get("/api/v1/session").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_without_a_refresh_for_thirty_days_is_over() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    app.advance(30 * 24 * 60 * MINUTE);
    assert_eq!(alice.refresh().await.code(), ErrorCode::Unauthenticated);
}

#[tokio::test]
async fn a_refresh_without_a_cookie_is_refused() {
    let app = TestApp::start().await;
    assert_eq!(
        app.anonymous().refresh().await.code(),
        ErrorCode::Unauthenticated
    );
}
