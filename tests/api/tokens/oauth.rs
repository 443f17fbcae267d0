//! Introspection (RFC 7662) and revocation (RFC 7009) of tokens.

use krowoc_shared::accounts::people::{Introspection, OAuthError};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::{Answer, Caller, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::json;

const MINUTE: i64 = 60_000;

/// Sends a form of fields that need no escape.
async fn form(caller: &Caller, path: &str, fields: &[(&str, &str)]) -> Answer {
    let parts = fields.iter().map(|(name, value)| format!("{name}={value}"));
    let request = caller
        .request(Method::POST, path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(parts.collect::<Vec<_>>().join("&"));
    caller.send(request).await
}

async fn send(caller: &Caller, path: &str, token: &str) -> Answer {
    let fields = [("token", token), ("token_type_hint", "access_token")];
    form(caller, path, &fields).await
}

async fn look(caller: &Caller, token: &str) -> Introspection {
    send(caller, "/api/v1/oauth/introspect", token)
        .await
        .ok()
        .json()
}

async fn revoke(caller: &Caller, token: &str) -> Answer {
    send(caller, "/api/v1/oauth/revoke", token).await
}

#[tokio::test]
async fn a_token_of_a_device_is_known_by_its_scope_its_owner_and_its_end() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (device, tokens) = alice.connect_device("Extension").await;
    let seen = look(&device, &tokens.access_token).await;
    assert!(seen.active);
    assert_eq!(seen.token_type.as_deref(), Some("access_token"));
    assert_eq!(seen.client_id, Some(tokens.device.to_string()));
    assert_eq!(seen.sub, Some(alice.session().await.user.to_string()));
    assert_eq!(seen.exp, Some((app.state.now() + 15 * MINUTE) / 1000));
    assert!(seen.scope.unwrap().contains("library:write"));
    let refresh = look(&alice, &tokens.refresh_token).await;
    assert_eq!(refresh.token_type.as_deref(), Some("refresh_token"));
    app.advance(15 * MINUTE);
    alice.refresh().await.ok();
    let over = look(&alice, &tokens.access_token).await;
    assert_eq!(over, Introspection::default());
}

#[tokio::test]
async fn a_personal_token_tells_its_scopes_and_looking_is_no_use() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let made: serde_json::Value = alice
        .post(
            "/api/v1/tokens",
            json!({"name": "CI", "scopes": ["library:read"]}),
        )
        .await
        .ok()
        .json();
    let token = made["token"].as_str().unwrap();
    let seen = look(&alice, token).await;
    assert_eq!(seen.scope.as_deref(), Some("library:read"));
    assert_eq!((seen.active, seen.exp), (true, None));
    let listed: serde_json::Value = alice.get("/api/v1/tokens").await.ok().json();
    assert_eq!(listed[0]["used_at"], serde_json::Value::Null);
    // A program may look at its own.
    let itself = Caller::device(app.address, token);
    assert!(look(&itself, token).await.active);
}

#[tokio::test]
async fn of_tokens_of_others_of_sessions_and_of_none_nothing_is_said() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (_, tokens) = alice.connect_device("Extension").await;
    let session = alice.cookie("krowoc_access").unwrap();
    for token in [
        tokens.access_token.as_str(),
        "krw_nothing",
        "",
        &"A".repeat(43),
    ] {
        assert_eq!(look(&bob, token).await, Introspection::default());
    }
    assert_eq!(look(&alice, &session).await, Introspection::default());
    let answer = send(
        &app.anonymous(),
        "/api/v1/oauth/introspect",
        &tokens.access_token,
    )
    .await;
    assert_eq!(answer.code(), ErrorCode::Unauthenticated);
}

#[tokio::test]
async fn who_has_a_token_can_revoke_it_and_the_answer_is_always_the_same() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (program, _) = alice.program(&["library:read"]).await;
    let made: serde_json::Value = alice
        .post(
            "/api/v1/tokens",
            json!({"name": "CI", "scopes": ["library:read"]}),
        )
        .await
        .ok()
        .json();
    let token = made["token"].as_str().unwrap().to_owned();
    let leaked = Caller::device(app.address, &token);
    leaked.get("/api/v1/library").await.ok();
    for token in [token.as_str(), &token, "krw_nothing", ""] {
        let answer = revoke(&app.anonymous(), token).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    }
    assert_eq!(
        leaked.get("/api/v1/library").await.code(),
        ErrorCode::Unauthenticated
    );
    program.get("/api/v1/library").await.ok();
    assert_eq!(look(&alice, &token).await, Introspection::default());
}

#[tokio::test]
async fn revoking_the_refresh_token_of_a_device_disconnects_it() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (device, tokens) = alice.connect_device("Extension").await;
    revoke(&app.anonymous(), &tokens.refresh_token).await.ok();
    assert_eq!(
        device.get("/api/v1/sync/spaces").await.code(),
        ErrorCode::DeviceRevoked
    );
    let renewed = app.anonymous().renew(&tokens.refresh_token).await;
    assert_eq!(renewed.code(), ErrorCode::DeviceRevoked);
    // A cookie is no OAuth token: sent here, it ends nothing.
    let session = alice.cookie("krowoc_access").unwrap();
    revoke(&app.anonymous(), &session).await.ok();
    alice.get("/api/v1/session").await.ok();
}

#[tokio::test]
async fn a_token_is_taken_from_a_form_and_from_nothing_else() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let json = caller
        .post("/api/v1/oauth/revoke", json!({"token": "x"}))
        .await;
    assert_eq!(json.code(), ErrorCode::UnsupportedMediaType);
    let path = "/api/v1/oauth/revoke";
    for wrong in [
        &[][..],
        &[("tok", "x")][..],
        &[("token", "x"), ("token", "y")][..],
    ] {
        let answer = form(&caller, path, wrong).await;
        assert_eq!(answer.code(), ErrorCode::InvalidRequest, "{wrong:?}");
    }
    let long = "x".repeat(20_000);
    let answer = form(&caller, path, &[("token", &long)]).await;
    assert_eq!(answer.code(), ErrorCode::TooLarge);
}

#[tokio::test]
async fn a_refusal_says_what_clients_of_oauth_read_beside_the_problem() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let nobody = app.anonymous();
    let (introspect, revoke) = ("/api/v1/oauth/introspect", "/api/v1/oauth/revoke");
    let refused = [
        (form(&alice, introspect, &[]).await, "invalid_request"),
        (form(&nobody, revoke, &[]).await, "invalid_request"),
        (alice.post(introspect, json!({})).await, "invalid_request"),
        (nobody.post(revoke, json!({})).await, "invalid_request"),
        (send(&nobody, introspect, "a").await, "invalid_token"),
    ];
    for (answer, error) in refused {
        let body: OAuthError = answer.json();
        assert_eq!(body.error, error, "{}", answer.text());
        assert_eq!(body.problem.status, answer.status.as_u16());
        assert_eq!(answer.code(), body.problem.code, "a problem as any other");
        let plain = |byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
        assert!(!body.error_description.is_empty());
        assert!(body.error_description.bytes().all(plain));
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let asks = send(&nobody, introspect, "a").await;
    assert_eq!(asks.header("www-authenticate"), "Bearer");
    // Some clients read an error of OAuth in its own media type only.
    let request = nobody
        .request(Method::POST, revoke)
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = nobody.send(request).await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json::<OAuthError>().error, "invalid_request");
}
