//! Reports and decisions.

use super::{LAWYER, Prompt, board, prompt, read, server};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::leaderboard::wire::{PublicationView, Queue, Reason, Verdict};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_reported_prompt_waits_for_a_decision_that_is_kept() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let root = app.sign_up("root@example.org").await;
    let (lawyer, slug) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let path = format!("/api/v1/public/prompts/{slug}/reports");
    let report = json!({"reason": "private", "detail": "It names a client."});
    let told = bob.post(&path, &report).await;
    assert_eq!(told.status, StatusCode::NO_CONTENT);
    assert_eq!(
        bob.post(&path, &report).await.code(),
        ErrorCode::AlreadyExists
    );
    let kept: Value = bob.get("/api/v1/account/export").await.ok().json();
    assert_eq!(kept["reports"][0]["detail"], "It names a client.");
    let nobody = app.anonymous().post(&path, &report).await;
    assert_eq!(nobody.code(), ErrorCode::Unauthenticated);
    let long = json!({"reason": "spam", "detail": "x".repeat(1_001)});
    assert_eq!(root.post(&path, long).await.code(), ErrorCode::InvalidField);
    let queue = async || -> Queue { root.get("/api/v1/admin/publications").await.ok().json() };
    let open = queue().await.open;
    assert_eq!((open.len(), open[0].title.as_str()), (1, "Lawyer"));
    assert_eq!(open[0].reports[0].reason, Reason::Private);
    assert_eq!(open[0].reports[0].detail, "It names a client.");
    let decision = format!("/api/v1/admin/publications/{}/decision", open[0].id);
    let hide = json!({"verdict": "hide", "note": "It does."});
    root.post(&decision, &hide).await.ok();
    assert_eq!(
        prompt(&app, &slug).await.code(),
        ErrorCode::NotFound,
        "at once"
    );
    assert_eq!(board(&app, "").await.public, 0);
    let view: PublicationView = lawyer.make_public("Ada").await.ok().json();
    assert!(view.hidden && !view.shown, "its owner cannot undo it");
    let after = queue().await;
    assert_eq!(after.open, []);
    let kept = &after.decided[0];
    assert_eq!(
        (kept.verdict, kept.note.as_str(), kept.reports),
        (Verdict::Hide, "It does.", 1)
    );
    assert_eq!(kept.by.as_deref(), Some("root@example.org"));
    root.post(&decision, json!({"verdict": "show"})).await.ok();
    read(&app, &slug).await;
    assert_eq!(queue().await.decided.len(), 2);
}

#[tokio::test]
async fn nobody_else_sees_the_queue_or_decides() {
    let app = server().await;
    let ada = app.sign_up("ada@example.org").await;
    let root = app.sign_up("root@example.org").await;
    let (lawyer, _) = Prompt::public(&ada, "Lawyer", LAWYER).await;
    let view: PublicationView = ada.get(&lawyer.path("/publication")).await.ok().json();
    let path = format!("/api/v1/admin/publications/{}/decision", view.id);
    let body = json!({"verdict": "hide"});
    assert_eq!(ada.post(&path, &body).await.code(), ErrorCode::Forbidden);
    assert_eq!(
        ada.get("/api/v1/admin/publications").await.code(),
        ErrorCode::Forbidden
    );
    let missing = format!("/api/v1/admin/publications/{}/decision", lawyer.id);
    assert_eq!(root.post(&missing, &body).await.code(), ErrorCode::NotFound);
    root.post(&path, json!({"verdict": "dismiss"})).await.ok();
    assert_eq!(board(&app, "").await.public, 1);
}
