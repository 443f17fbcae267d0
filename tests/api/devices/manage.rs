//! The Devices page.

use krowoc_shared::accounts::wire::DeviceRow;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::TestApp;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_device_can_be_renamed_and_revoked_by_its_owner_only() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (device, tokens) = alice.connect_device("Laptop").await;
    let path = format!("/api/v1/devices/{}", tokens.device);
    assert_eq!(
        bob.patch(&path, json!({"name": "Mine"})).await.code(),
        ErrorCode::NotFound
    );
    assert_eq!(bob.delete(&path).await.code(), ErrorCode::NotFound);
    let renamed: DeviceRow = alice
        .patch(&path, json!({"name": " Work laptop "}))
        .await
        .ok()
        .json();
    assert_eq!(renamed.name, "Work laptop");
    let rows: Vec<DeviceRow> = alice.get("/api/v1/devices").await.ok().json();
    assert_eq!(rows, [renamed]);
    assert!(
        bob.get("/api/v1/devices")
            .await
            .ok()
            .json::<Vec<DeviceRow>>()
            .is_empty()
    );
    assert_eq!(alice.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(device.delete(&path).await.code(), ErrorCode::DeviceRevoked);
    assert_eq!(
        device.renew(&tokens.refresh_token).await.code(),
        ErrorCode::DeviceRevoked
    );
    assert!(
        alice
            .get("/api/v1/devices")
            .await
            .ok()
            .json::<Vec<DeviceRow>>()
            .is_empty()
    );
    assert_eq!(alice.delete(&path).await.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_device_disconnects_itself_and_no_other() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (one, its) = alice.connect_device("One").await;
    let (two, _) = alice.connect_device("Two").await;
    let path = format!("/api/v1/devices/{}", its.device);
    assert_eq!(two.delete(&path).await.code(), ErrorCode::Forbidden);
    assert_eq!(one.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        one.get("/api/v1/devices").await.code(),
        ErrorCode::DeviceRevoked
    );
    assert_eq!(
        two.get("/api/v1/devices").await.code(),
        ErrorCode::Forbidden
    );
}
