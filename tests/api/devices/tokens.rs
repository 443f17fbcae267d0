//! A device's tokens.

use krowoc_shared::accounts::wire::DeviceTokens;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::{Caller, TestApp};
use reqwest::StatusCode;

/// A device may disconnect only itself: asking for another tells by its code whether the token was accepted.
async fn probe(device: &Caller) -> ErrorCode {
    device
        .delete("/api/v1/devices/01a1fc8a-41e4-734f-bc23-b6d4bbfe2c72")
        .await
        .code()
}

#[tokio::test]
async fn a_refresh_gives_the_next_pair_and_the_old_access_token_is_told_so() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (device, first) = alice.connect_device("Laptop").await;
    assert_eq!(probe(&device).await, ErrorCode::Forbidden);
    let next: DeviceTokens = device.renew(&first.refresh_token).await.ok().json();
    assert_eq!(next.device, first.device);
    assert_ne!(next.access_token, first.access_token);
    assert_eq!(probe(&device).await, ErrorCode::TokenExpired);
    device.set_bearer(&next.access_token);
    assert_eq!(probe(&device).await, ErrorCode::Forbidden);
    app.advance(15 * 60_000);
    assert_eq!(probe(&device).await, ErrorCode::TokenExpired);
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_and_is_the_same() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (device, first) = alice.connect_device("Laptop").await;
    let once: DeviceTokens = device.renew(&first.refresh_token).await.ok().json();
    let again: DeviceTokens = device.renew(&first.refresh_token).await.ok().json();
    assert_eq!(once.access_token, again.access_token);
    assert_eq!(once.refresh_token, again.refresh_token);
}

#[tokio::test]
async fn a_spent_refresh_token_revokes_the_device() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (device, first) = alice.connect_device("Laptop").await;
    let next: DeviceTokens = device.renew(&first.refresh_token).await.ok().json();
    app.advance(10_001);
    assert_eq!(
        device.renew(&first.refresh_token).await.code(),
        ErrorCode::TokenReused
    );
    device.set_bearer(&next.access_token);
    assert_eq!(probe(&device).await, ErrorCode::DeviceRevoked);
    assert_eq!(
        device.renew(&next.refresh_token).await.code(),
        ErrorCode::DeviceRevoked
    );
}

#[tokio::test]
async fn a_device_may_sleep_for_months() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (device, first) = alice.connect_device("Laptop").await;
    let day = 24 * 60 * 60_000;
    app.advance(179 * day);
    assert_eq!(probe(&device).await, ErrorCode::TokenExpired);
    let next: DeviceTokens = device.renew(&first.refresh_token).await.ok().json();
    app.advance(180 * day);
    assert_eq!(
        device.renew(&next.refresh_token).await.code(),
        ErrorCode::InvalidGrant
    );
}

#[tokio::test]
async fn tokens_do_not_pass_for_one_another() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (device, tokens) = alice.connect_device("Laptop").await;
    device.set_bearer(&tokens.refresh_token);
    assert_eq!(probe(&device).await, ErrorCode::Unauthenticated);
    assert_eq!(
        device.renew(&tokens.access_token).await.code(),
        ErrorCode::InvalidGrant
    );
    let cookie = app.anonymous();
    cookie.set_cookie("krowoc_access", &tokens.access_token);
    assert_eq!(
        cookie.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    device.set_bearer(&alice.cookie("krowoc_access").unwrap());
    assert_eq!(probe(&device).await, ErrorCode::Unauthenticated);
    let session = alice.cookie("krowoc_refresh").unwrap();
    assert_eq!(device.renew(&session).await.code(), ErrorCode::InvalidGrant);
    assert_eq!(alice.get("/api/v1/session").await.status, StatusCode::OK);
}
