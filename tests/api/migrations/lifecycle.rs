//! Libraries from before prompts were published: every prompt is a draft, with its texts and its words as they were.

use super::sides::{back_and_forth, start};
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::wire::{DocumentView, Page, Version, Versions, Written};
use krowoc_tests::Caller;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::database::{Backend, TestDatabase};
use serde_json::{Value, json};

async fn step(person: &Caller, path: &str, body: Value) -> Written {
    person.post(path, body).await.ok().json()
}

#[tokio::test]
async fn prompts_from_before_are_drafts_that_can_be_published() {
    let database = TestDatabase::empty(&Backend::of_environment()).unwrap();
    let app = start(&database, 0).await;
    let person = app.sign_up("a@example.org").await;
    let mut paths = Vec::new();
    for steps in [&[][..], &["/publish"], &["/publish", "/archive"]] {
        let new = json!({"kind": "prompt", "tags": ["law"], "set": {"title": "Lawyer"}, "body": "Act as a lawyer"});
        let made = step(&person, "/api/v1/library", new).await.document;
        let path = format!("/api/v1/library/{}", made.id);
        for name in steps {
            let body = json!({"body_rev": made.body.rev, "note": "first"});
            step(&person, &format!("{path}{name}"), body).await;
        }
        let edit = json!({"body": {"base_rev": made.body.rev, "text": "Act as a judge"}});
        person.patch(&path, edit).await.ok();
        paths.push(path);
    }
    app.stop().await;
    drop(app);
    // The step taken back is the schema of before, and so is what it keeps.
    back_and_forth(&database, "_lifecycle");
    let app = start(&database, 60).await;
    let person = app.anonymous();
    person.sign_in("a@example.org", PASSWORD).await.ok();
    let list = "/api/v1/library?status=draft&tag=law&q=judge";
    let drafts: Page = person.get(list).await.ok().json();
    assert_eq!(drafts.items.len(), 3);
    assert!(drafts.items.iter().all(|it| !it.published));
    for path in paths {
        let view: DocumentView = person.get(&path).await.ok().json();
        assert_eq!(view.document.lifecycle.status(), Status::Draft);
        assert_eq!((view.published, view.versions), (None, 2));
        let before: Versions = person.get(&format!("{path}/versions")).await.ok().json();
        assert!(before.items.iter().all(|it| it.published_at.is_none()));
        let body = json!({"body_rev": view.document.body.rev});
        let published = step(&person, &format!("{path}/publish"), body).await;
        assert_eq!(published.document.lifecycle.status(), Status::Published);
        let version = person.get(&format!("{path}/versions/2")).await;
        let version: Version = version.ok().json();
        assert_eq!(version.text, "Act as a judge");
        assert!(version.published_at.is_some());
    }
    app.stop().await;
}
