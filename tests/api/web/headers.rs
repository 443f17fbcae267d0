//! Headers: security, caching, correlation.

use krowoc_tests::{Options, TestApp};
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn every_answer_forbids_sniffing_framing_and_foreign_scripts() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    for path in [
        "/",
        "/library/prompts",
        "/api/v1/session",
        "/api/docs",
        "/health/ready",
        "/nope.js",
    ] {
        let answer = caller.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{path} {policy}");
        assert!(
            !policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"),
            "{path} {policy}"
        );
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
    }
    let page = caller.get("/").await;
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'")
    );
    assert_eq!(
        caller.get("/api/v1/session").await.header("cache-control"),
        "no-store"
    );
}

#[tokio::test]
async fn https_is_insisted_on_only_where_it_is_used() {
    let settings = vec![("public_url", "https://krowoc.example.org".to_owned())];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let answer = app.anonymous().get("/health/live").await;
    assert!(
        answer
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}

#[tokio::test]
async fn a_sane_correlation_id_is_kept_and_another_replaced() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let with = async |id: &str| {
        let request = caller
            .request(Method::GET, "/api/v1/session")
            .header("x-correlation-id", id);
        let answer = caller.send(request).await;
        let _ = answer.problem();
        answer.header("x-correlation-id").to_owned()
    };
    assert_eq!(with("client-chosen.id_1").await, "client-chosen.id_1");
    for insane in [
        "short",
        "with space here",
        "<script>alert(1)</script>",
        &"x".repeat(65),
    ] {
        let given = with(insane).await;
        assert_ne!(given, insane);
        assert_eq!(given.len(), 16);
    }
    assert_ne!(with("").await, with("").await);
}

#[tokio::test]
async fn health_tells_the_version_and_metrics_tell_counts_by_route() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    assert!(alice.get("/health/live").await.text().contains("ok"));
    assert!(alice.get("/health/ready").await.text().contains("version"));
    let _ = alice
        .delete("/api/v1/sessions/01a1fc8a-41e4-734f-bc23-b6d4bbfe2c72")
        .await;
    let text = alice.get("/metrics").await.text();
    assert!(text.contains("route=\"/api/v1/sessions/{id}\""), "{text}");
    for name in [
        "krowoc_request_seconds_bucket",
        "krowoc_pool_connections",
        "krowoc_writer_queue",
    ] {
        assert!(text.contains(name), "{name}");
    }
}

#[tokio::test]
async fn metrics_are_for_this_machine_unless_opened() {
    let settings = vec![("trusted_proxies", "127.0.0.1".to_owned())];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let caller = app.anonymous();
    let from = |address: &str| {
        caller
            .request(Method::GET, "/metrics")
            .header("x-forwarded-for", address)
    };
    assert_eq!(
        caller.send(from("203.0.113.5")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(caller.get("/metrics").await.status, StatusCode::OK);
}
