//! Personal access tokens: what they may do, what they may not, and when they stop.

mod oauth;

use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::wire::{CreatedToken, Scope, TokenView};
use krowoc_tests::{Caller, TestApp, logs};
use reqwest::StatusCode;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

async fn make(person: &Caller, body: Value) -> CreatedToken {
    person.post("/api/v1/tokens", body).await.ok().json()
}

async fn list(person: &Caller) -> Vec<TokenView> {
    person.get("/api/v1/tokens").await.ok().json()
}

fn document() -> Value {
    json!({"id": krowoc_tests::ops::doc_id(), "kind": "prompt", "title": "Mine", "text": "x"})
}

#[tokio::test]
async fn a_token_is_shown_once_and_listed_by_its_end() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let wanted = json!({"name": " CI ", "scopes": ["library:read", "executions", "executions"]});
    let answer = alice.post("/api/v1/tokens", wanted).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let made: CreatedToken = answer.json();
    assert!(
        made.token.starts_with("krw_") && made.token.len() == 47,
        "{}",
        made.token
    );
    assert_eq!(made.view.name, "CI");
    assert_eq!(made.view.scopes, [Scope::Executions, Scope::LibraryRead]);
    assert_eq!(made.view.hint, format!("…{}", &made.token[43..]));
    app.advance(1);
    let newer = make(
        &alice,
        json!({"name": "Newer", "scopes": ["library:write"]}),
    )
    .await;
    assert_eq!(list(&alice).await, [newer.view, made.view]);
    let listed = alice.get("/api/v1/tokens").await.text();
    assert!(!listed.contains(&made.token[4..]), "{listed}");
    assert!(!logs::text().contains(&made.token[4..]));
}

#[tokio::test]
async fn each_scope_opens_its_routes_and_no_others() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (reader, _) = alice.program(&["library:read"]).await;
    let (writer, _) = alice.program(&["library:write"]).await;
    let (runner, _) = alice.program(&["executions"]).await;
    writer.post("/api/v1/library", document()).await.ok();
    for path in [
        "/api/v1/library",
        "/api/v1/library/overview",
        "/api/v1/sync/spaces",
    ] {
        reader.get(path).await.ok();
        writer.get(path).await.ok();
        let refused = runner.get(path).await.problem();
        assert_eq!(refused.code, ErrorCode::MissingScope, "{path}");
        assert!(refused.detail.unwrap().contains("library:read"));
    }
    let refused = reader.post("/api/v1/library", document()).await.problem();
    assert_eq!(refused.code, ErrorCode::MissingScope);
    assert!(refused.detail.unwrap().contains("library:write"));
    let nothing = json!({"space": alice.space().await, "epoch": "x", "cursor": 0, "ops": []});
    assert_eq!(
        reader.post("/api/v1/sync/push", &nothing).await.code(),
        ErrorCode::MissingScope
    );
    assert_eq!(
        writer.post("/api/v1/sync/push", &nothing).await.code(),
        ErrorCode::EpochMismatch
    );
}

#[tokio::test]
async fn a_token_is_never_a_person() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let all = ["executions", "library:read", "library:write"];
    let (program, view) = alice.program(&all).await;
    let answers = [
        program.get("/api/v1/session").await,
        program.get("/api/v1/devices").await,
        program.get("/api/v1/sessions").await,
        program.get("/api/v1/tokens").await,
        program
            .post("/api/v1/tokens", json!({"name": "More", "scopes": all}))
            .await,
        program.delete(&format!("/api/v1/tokens/{}", view.id)).await,
        program.put("/api/v1/budget", json!({})).await,
    ];
    for (place, answer) in answers.iter().enumerate() {
        assert_eq!(answer.code(), ErrorCode::Forbidden, "{place}");
    }
}

#[tokio::test]
async fn a_token_stops_when_it_is_revoked_or_has_run_out() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let (program, view) = alice.program(&["library:read"]).await;
    program.get("/api/v1/library").await.ok();
    let path = format!("/api/v1/tokens/{}", view.id);
    assert_eq!(bob.delete(&path).await.code(), ErrorCode::NotFound);
    assert!(list(&bob).await.is_empty());
    program.get("/api/v1/library").await.ok();
    assert_eq!(alice.delete(&path).await.status, StatusCode::NO_CONTENT);
    let refused = program.get("/api/v1/library").await.problem();
    assert_eq!(refused.code, ErrorCode::Unauthenticated);
    assert!(refused.detail.unwrap().contains("revoked"));
    assert_eq!(alice.delete(&path).await.code(), ErrorCode::NotFound);
    assert!(list(&alice).await.is_empty());

    let until = app.state.now() + MINUTE;
    let wanted = json!({"name": "Short", "scopes": ["library:read"], "expires_at": until});
    let short = make(&alice, wanted).await;
    let program = Caller::device(app.address, &short.token);
    app.advance(MINUTE - 1);
    program.get("/api/v1/library").await.ok();
    app.advance(1);
    let refused = program.get("/api/v1/library").await.problem();
    assert_eq!(refused.code, ErrorCode::Unauthenticated);
    assert!(refused.detail.unwrap().contains("run out"));
}

#[tokio::test]
async fn the_last_use_is_noted_by_the_minute() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (program, view) = alice.program(&["library:read"]).await;
    assert_eq!(view.used_at, None);
    let first = app.state.now();
    program.get("/api/v1/library").await.ok();
    assert_eq!(list(&alice).await[0].used_at, Some(first));
    app.advance(MINUTE - 1);
    program.get("/api/v1/library").await.ok();
    assert_eq!(list(&alice).await[0].used_at, Some(first));
    app.advance(1);
    program.get("/api/v1/library").await.ok();
    assert_eq!(list(&alice).await[0].used_at, Some(first + MINUTE));
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let made = make(&alice, json!({"name": "One", "scopes": ["library:read"]})).await;
    let other = format!("krw_{}", "A".repeat(43));
    let bare = made.token.trim_start_matches("krw_").to_owned();
    for wrong in [other, bare, "krw_".to_owned(), format!("{}x", made.token)] {
        let program = Caller::device(app.address, &wrong);
        let answer = program.get("/api/v1/library").await;
        assert_eq!(answer.code(), ErrorCode::Unauthenticated, "{wrong}");
    }
    for (bad, at) in [
        (json!({"name": "", "scopes": ["executions"]}), "/name"),
        (
            json!({"name": "x".repeat(101), "scopes": ["executions"]}),
            "/name",
        ),
        (json!({"name": "x", "scopes": []}), "/scopes"),
        (
            json!({"name": "x", "scopes": ["executions"], "expires_at": 5}),
            "/expires_at",
        ),
    ] {
        let problem = alice.post("/api/v1/tokens", &bad).await.problem();
        assert_eq!(problem.code, ErrorCode::InvalidField, "{bad}");
        assert_eq!(problem.field.as_deref(), Some(at), "{bad}");
    }
    let unknown = json!({"name": "x", "scopes": ["everything"]});
    assert_eq!(
        alice.post("/api/v1/tokens", unknown).await.code(),
        ErrorCode::InvalidRequest
    );
}
