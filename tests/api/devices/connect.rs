//! The authorization code with PKCE.

use krowoc_shared::error::ErrorCode;
use krowoc_tests::TestApp;
use krowoc_tests::caller::{VERIFIER, challenge};
use serde_json::json;

#[tokio::test]
async fn a_code_and_its_verifier_connect_a_device() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (_, tokens) = alice.connect_device("Firefox on laptop").await;
    let view = alice.session().await;
    assert_eq!(
        (tokens.email.as_str(), tokens.space),
        ("alice@example.org", view.space)
    );
    assert_eq!(tokens.expires_in, 900);
    assert!(!tokens.epoch.is_empty());
}

#[tokio::test]
async fn a_code_is_spent_by_a_wrong_verifier() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let code = alice.authorize_device("Laptop").await;
    let device = app.anonymous();
    let wrong = "another-verifier-of-forty-three-characters-or-so";
    assert_eq!(
        device.grant(&code, wrong).await.code(),
        ErrorCode::InvalidGrant
    );
    assert_eq!(
        device.grant(&code, VERIFIER).await.code(),
        ErrorCode::InvalidGrant
    );
}

#[tokio::test]
async fn a_code_used_twice_takes_its_device_back() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let code = alice.authorize_device("Laptop").await;
    let device = app.anonymous();
    let tokens: krowoc_shared::accounts::wire::DeviceTokens =
        device.grant(&code, VERIFIER).await.ok().json();
    assert_eq!(
        device.grant(&code, VERIFIER).await.code(),
        ErrorCode::InvalidGrant
    );
    assert_eq!(
        device.renew(&tokens.refresh_token).await.code(),
        ErrorCode::DeviceRevoked
    );
}

#[tokio::test]
async fn a_code_lives_a_minute() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let code = alice.authorize_device("Laptop").await;
    app.advance(60_000);
    assert_eq!(
        app.anonymous().grant(&code, VERIFIER).await.code(),
        ErrorCode::InvalidGrant
    );
}

#[tokio::test]
async fn only_a_signed_in_person_allows_a_device() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (device, _) = alice.connect_device("Laptop").await;
    let body = json!({"code_challenge": challenge(VERIFIER), "state": "s", "name": "n"});
    let path = "/api/v1/devices/authorize";
    assert_eq!(
        app.anonymous().post(path, &body).await.code(),
        ErrorCode::Unauthenticated
    );
    assert_eq!(device.post(path, &body).await.code(), ErrorCode::Forbidden);
    alice.set_csrf(None);
    assert_eq!(
        alice.post(path, &body).await.code(),
        ErrorCode::CsrfRejected
    );
}

#[tokio::test]
async fn what_is_asked_for_is_checked_field_by_field() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let good = json!({"code_challenge": challenge(VERIFIER), "state": "s", "name": "n"});
    for (field, wrong) in [
        ("code_challenge", "short".to_owned()),
        ("code_challenge", "=".repeat(43)),
        ("state", String::new()),
        ("state", "a&b#c".to_owned()),
        ("name", "  ".to_owned()),
        ("name", "x".repeat(101)),
        ("name", "line\nbreak".to_owned()),
    ] {
        let mut body = good.clone();
        body[field] = json!(wrong);
        let answer = alice.post("/api/v1/devices/authorize", body).await;
        assert_eq!(answer.code(), ErrorCode::InvalidField, "{field} {wrong}");
        assert_eq!(answer.problem().field.unwrap(), format!("/{field}"));
    }
}
