//! What the log holds, and what it never holds.

use krowoc_shared::accounts::wire::DeviceTokens;
use krowoc_tests::caller::{VERIFIER, credentials};
use krowoc_tests::{TestApp, logs};
use reqwest::Method;

#[tokio::test]
async fn no_secret_reaches_the_log_at_its_finest_level() {
    let app = TestApp::start().await;
    let alice = app.anonymous();
    let password = "planted-secret-password-8271";
    let body = credentials("planted@example.org", password);
    let _ = alice.post("/api/v1/accounts", &body).await.ok();
    alice.sign_in("planted@example.org", password).await.ok();
    let _ = alice
        .sign_in("planted@example.org", "planted-wrong-password-11")
        .await;
    let mut secrets = vec![
        password.to_owned(),
        "planted-wrong-password-11".to_owned(),
        VERIFIER.to_owned(),
    ];
    secrets.extend([
        alice.cookie("krowoc_access").unwrap(),
        alice.cookie("krowoc_refresh").unwrap(),
    ]);
    secrets.push(alice.csrf().unwrap());
    let code = alice.authorize_device("Laptop").await;
    let device = app.anonymous();
    let first: DeviceTokens = device.grant(&code, VERIFIER).await.ok().json();
    let next: DeviceTokens = device.renew(&first.refresh_token).await.ok().json();
    app.advance(60_000);
    let _ = device.renew(&first.refresh_token).await;
    let _ = alice
        .post_bytes("/api/v1/session", "{\"email\": \"planted-in-json-9911")
        .await;
    let _ = alice.get("/api/v1/session?token=planted-in-query-77").await;
    secrets.push(code);
    for tokens in [&first, &next] {
        secrets.extend([tokens.access_token.clone(), tokens.refresh_token.clone()]);
    }
    secrets.extend([
        "planted-in-json-9911".to_owned(),
        "planted-in-query-77".to_owned(),
    ]);
    let log = logs::text();
    assert!(log.contains("answered"), "nothing was logged");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn a_request_is_found_in_the_log_by_its_correlation_id() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let request = caller
        .request(Method::GET, "/api/v1/devices")
        .header("x-correlation-id", "find-me-in-the-log");
    let _ = caller.send(request).await;
    let log = logs::text();
    let line = log
        .lines()
        .find(|it| it.contains("find-me-in-the-log") && it.contains("answered"))
        .unwrap();
    assert!(
        line.contains("/api/v1/devices") && line.contains("401"),
        "{line}"
    );
}
