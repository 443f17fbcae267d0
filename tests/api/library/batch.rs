//! Many documents at once.

use krowoc_shared::capture::fingerprint::fingerprint;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::library::wire::{BatchResult, DocumentView, Duplicates, Page};
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::TestApp;
use krowoc_tests::ops::{doc_id, op_id};
use serde_json::json;

#[tokio::test]
async fn a_bulk_edit_changes_those_that_are_there_and_tells_the_others() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let ids: Vec<_> = (0..3).map(|_| doc_id()).collect();
    let items: Vec<_> = ids
        .iter()
        .map(|id| json!({"id": id, "kind": "snippet", "body": "x"}))
        .collect();
    person
        .post("/api/v1/library/import", json!({"items": items}))
        .await
        .ok();
    let body = json!({"ids": [ids[0], doc_id(), ids[2]], "set": {"favourite": true}, "tags": {"add": ["bulk"]}});
    let done: BatchResult = person.post("/api/v1/library/bulk", body).await.ok().json();
    let outcomes: Vec<_> = done.results.iter().map(|result| result.outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Applied, Outcome::Rejected, Outcome::Applied]
    );
    assert_eq!(
        done.results[1].violation.as_ref().unwrap().code,
        ErrorCode::NotFound
    );
    let page: Page = person
        .get("/api/v1/library?tag=bulk&favourite=true")
        .await
        .ok()
        .json();
    assert_eq!((page.items.len(), page.total), (2, 2));
    let many: Vec<_> = (0..101).map(|_| doc_id()).collect();
    let answer = person
        .post("/api/v1/library/bulk", json!({"ids": many}))
        .await;
    assert_eq!(answer.code(), ErrorCode::TooLarge);
}

#[tokio::test]
async fn an_import_never_changes_what_is_there_and_may_be_repeated() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let id = doc_id();
    let item = |text: &str| json!({"op_id": op_id(), "id": id, "kind": "prompt", "set": {"title": text}, "body": text});
    let first = json!({"items": [item("mine"), {"op_id": op_id(), "id": doc_id(), "kind": "prompt", "body": "other"}]});
    for expected in [Outcome::Applied, Outcome::Duplicate] {
        let done: BatchResult = person
            .post("/api/v1/library/import", &first)
            .await
            .ok()
            .json();
        assert!(done.results.iter().all(|result| result.outcome == expected));
    }
    let done: BatchResult = person
        .post("/api/v1/library/import", json!({"items": [item("theirs")]}))
        .await
        .ok()
        .json();
    assert_eq!(
        done.results[0].violation.as_ref().unwrap().code,
        ErrorCode::AlreadyExists
    );
    let view: DocumentView = person
        .get(&format!("/api/v1/library/{id}"))
        .await
        .ok()
        .json();
    assert_eq!(
        (view.document.title(), view.document.body.text.as_str()),
        ("mine", "mine")
    );
}

#[tokio::test]
async fn duplicates_are_found_by_their_text_whatever_its_case_and_blanks() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let other = app.sign_up("b@example.org").await;
    let id = doc_id();
    let item =
        json!({"items": [{"id": id, "kind": "prompt", "body": "Act as a  Linux terminal."}]});
    person.post("/api/v1/library/import", item).await.ok();
    let (known, unknown) = (
        fingerprint("act as a linux terminal"),
        fingerprint("something else"),
    );
    let question = json!({"fingerprints": [known, unknown, "not hexadecimal", ""]});
    let found: Duplicates = person
        .post("/api/v1/library/duplicates", &question)
        .await
        .ok()
        .json();
    assert_eq!(found.found, [(known, id)].into());
    let found: Duplicates = other
        .post("/api/v1/library/duplicates", &question)
        .await
        .ok()
        .json();
    assert!(found.found.is_empty());
}
