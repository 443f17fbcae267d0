//! Signing in, CSRF, and tokens that are not right.

use krowoc_shared::error::ErrorCode;
use krowoc_tests::TestApp;
use krowoc_tests::caller::{PASSWORD, credentials};
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let app = TestApp::start().await;
    app.sign_up("alice@example.org").await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("alice@example.org", "not the password"),
        ("nobody@example.org", PASSWORD),
        ("no address at all", PASSWORD),
    ] {
        let answer = app.anonymous().sign_in(email, password).await;
        let mut problem = answer.problem();
        problem.correlation_id.clear();
        answers.push(problem);
    }
    assert_eq!(answers[0].code, ErrorCode::WrongCredentials);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[tokio::test]
async fn without_a_session_there_is_nothing_to_see() {
    let app = TestApp::start().await;
    for path in ["/api/v1/session", "/api/v1/sessions", "/api/v1/devices"] {
        let answer = app.anonymous().get(path).await;
        assert_eq!(answer.code(), ErrorCode::Unauthenticated, "{path}");
    }
}

#[tokio::test]
async fn forged_tokens_open_nothing() {
    let app = TestApp::start().await;
    app.sign_up("alice@example.org").await;
    for forged in [
        "",
        "short",
        &"A".repeat(43),
        &"!".repeat(43),
        &"A".repeat(4000),
    ] {
        let caller = app.anonymous();
        caller.set_cookie("krowoc_access", forged);
        assert_eq!(
            caller.get("/api/v1/session").await.code(),
            ErrorCode::Unauthenticated
        );
        let device = app.anonymous();
        device.set_bearer(forged);
        assert_eq!(
            device.get("/api/v1/session").await.code(),
            ErrorCode::Unauthenticated
        );
    }
}

#[tokio::test]
async fn a_change_with_cookies_needs_the_csrf_token_of_that_session() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let mallory = app.sign_up("mallory@example.org").await;
    let own = alice.csrf();
    for wrong in [
        None,
        Some(String::new()),
        Some("A".repeat(43)),
        mallory.csrf(),
    ] {
        alice.set_csrf(wrong.as_deref());
        assert_eq!(
            alice.delete("/api/v1/session").await.code(),
            ErrorCode::CsrfRejected
        );
    }
    assert_eq!(alice.get("/api/v1/session").await.status, StatusCode::OK);
    alice.set_csrf(own.as_deref());
    assert_eq!(
        alice.delete("/api/v1/session").await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn signing_in_from_another_site_is_refused() {
    let app = TestApp::start().await;
    app.sign_up("alice@example.org").await;
    let caller = app.anonymous();
    let with_origin = |origin: &str| {
        caller
            .request(Method::POST, "/api/v1/session")
            .header("origin", origin)
            .json(&credentials("alice@example.org", PASSWORD))
    };
    for foreign in [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "not an origin",
    ] {
        let answer = caller.send(with_origin(foreign)).await;
        assert_eq!(answer.code(), ErrorCode::CsrfRejected, "{foreign}");
    }
    let own = app.url("");
    assert_eq!(caller.send(with_origin(&own)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_of_another_site_cannot_sign_in() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let request = caller
        .request(Method::POST, "/api/v1/session")
        .header("content-type", "text/plain")
        .body(credentials("alice@example.org", PASSWORD).to_string());
    assert_eq!(
        caller.send(request).await.code(),
        ErrorCode::UnsupportedMediaType
    );
}
