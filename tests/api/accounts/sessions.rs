//! Sessions of one account: list, end, sign out everywhere.

use krowoc_shared::accounts::wire::{DeviceRow, SessionRow};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::{Caller, TestApp};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn signing_out_ends_this_session_only() {
    let app = TestApp::start().await;
    let laptop = app.sign_up("alice@example.org").await;
    let phone = app.anonymous();
    phone.sign_in("alice@example.org", PASSWORD).await.ok();
    let stolen = laptop.cookie("krowoc_access").unwrap();
    assert_eq!(
        laptop.delete("/api/v1/session").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(laptop.cookie("krowoc_access"), None);
    laptop.set_cookie("krowoc_access", &stolen);
    assert_eq!(
        laptop.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    assert_eq!(phone.get("/api/v1/session").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_list_shows_own_sessions_and_marks_the_one_that_asks() {
    let app = TestApp::start().await;
    let laptop = app.sign_up("alice@example.org").await;
    let phone = app.anonymous();
    phone.sign_in("alice@example.org", PASSWORD).await.ok();
    let bob = app.sign_up("bob@example.org").await;
    let rows: Vec<SessionRow> = laptop.get("/api/v1/sessions").await.ok().json();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows.iter().filter(|row| row.current).count(), 1);
    let other = rows.iter().find(|row| !row.current).unwrap();
    let path = format!("/api/v1/sessions/{}", other.id);
    assert_eq!(bob.delete(&path).await.code(), ErrorCode::NotFound);
    assert_eq!(phone.get("/api/v1/session").await.status, StatusCode::OK);
    assert_eq!(laptop.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        phone.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    assert_eq!(laptop.delete(&path).await.code(), ErrorCode::NotFound);
    assert_eq!(
        laptop.delete("/api/v1/sessions/nonsense").await.code(),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn seen_at_follows_use_to_the_minute() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let begin = app.state.now();
    let seen = async || -> i64 {
        let rows: Vec<SessionRow> = alice.get("/api/v1/sessions").await.ok().json();
        rows[0].seen_at
    };
    app.advance(59_000);
    assert_eq!(seen().await, begin);
    app.advance(1_000);
    assert_eq!(seen().await, begin + 60_000);
    app.advance(30_000);
    assert_eq!(seen().await, begin + 60_000);
}

#[tokio::test]
async fn signing_out_everywhere_keeps_devices_unless_asked() {
    let app = TestApp::start().await;
    let laptop = app.sign_up("alice@example.org").await;
    let phone = app.anonymous();
    phone.sign_in("alice@example.org", PASSWORD).await.ok();
    let (device, tokens) = laptop.connect_device("Extension").await;
    let own = format!("/api/v1/devices/{}", tokens.device);
    assert_eq!(
        laptop.delete("/api/v1/sessions").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        phone.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    phone.sign_in("alice@example.org", PASSWORD).await.ok();
    let rows: Vec<DeviceRow> = phone.get("/api/v1/devices").await.ok().json();
    assert_eq!(rows.len(), 1);
    phone.delete("/api/v1/sessions?devices=true").await.ok();
    assert_eq!(device.delete(&own).await.code(), ErrorCode::DeviceRevoked);
}

#[tokio::test]
async fn signing_out_everywhere_else_keeps_this_browser_and_takes_what_is_asked() {
    let app = TestApp::start().await;
    let laptop = app.sign_up("alice@example.org").await;
    let phone = app.anonymous();
    phone.sign_in("alice@example.org", PASSWORD).await.ok();
    let (device, _) = laptop.connect_device("Extension").await;
    let token = json!({"name": "CI", "scopes": ["library:read"]});
    let made: serde_json::Value = laptop.post("/api/v1/tokens", token).await.ok().json();
    let program = Caller::device(app.address, made["token"].as_str().unwrap());
    let answer = laptop.delete("/api/v1/sessions?others=true").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    laptop.get("/api/v1/session").await.ok();
    assert_eq!(
        phone.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    device.get("/api/v1/sync/spaces").await.ok();
    program.get("/api/v1/library").await.ok();
    let everything = "/api/v1/sessions?others=true&devices=true&tokens=true";
    laptop.delete(everything).await.ok();
    laptop.get("/api/v1/session").await.ok();
    assert_eq!(
        device.get("/api/v1/sync/spaces").await.code(),
        ErrorCode::DeviceRevoked
    );
    assert_eq!(
        program.get("/api/v1/library").await.code(),
        ErrorCode::Unauthenticated
    );
}
