//! Downloads of the library.

mod back;
mod pages;
mod published;

use krowoc_shared::error::ErrorCode;
use krowoc_shared::exchange::{ImportItem, import};
use krowoc_tests::ops::doc_id;
use krowoc_tests::{Answer, Caller, TestApp};
use serde_json::json;

async fn library(app: &TestApp) -> Caller {
    let person = app.sign_up("a@example.org").await;
    let group = doc_id();
    let mut items =
        vec![json!({"id": group, "kind": "collection", "set": {"title": "Group / one"}})];
    for n in 0..230 {
        items.push(json!({"kind": "prompt", "set": {"title": format!("Ti/tle: {}", n % 10), "collection": group, "note": "a \"note\"",
            "description": "what\nfor", "favourite": n % 2 == 0}, "tags": ["x y", "ż"], "body": format!("---\nbody {n}\n<script>")}));
    }
    for chunk in items.chunks(100) {
        person
            .post("/api/v1/library/import", json!({"items": chunk}))
            .await
            .ok();
    }
    person
}

fn essence(item: &ImportItem) -> (String, String, String, Vec<String>, bool, String) {
    (
        item.id.clone().unwrap_or_default(),
        item.title.clone(),
        item.body.clone(),
        item.tags.clone(),
        item.favourite,
        item.note.clone(),
    )
}

#[tokio::test]
async fn both_downloads_read_back_as_the_same_library() {
    let app = TestApp::start().await;
    let person = library(&app).await;
    let json: Answer = person.get("/api/v1/library/export?format=json").await.ok();
    assert_eq!(json.header("content-type"), "application/json");
    assert!(json.header("content-disposition").starts_with("attachment"));
    let zip = person
        .get("/api/v1/library/export?format=markdown")
        .await
        .ok();
    assert_eq!(zip.header("content-type"), "application/zip");
    let read = |answer: &Answer, name: &str| {
        let report = import(name, &answer.body).unwrap();
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        let mut items: Vec<_> = report.items.iter().map(essence).collect();
        items.sort();
        items
    };
    let items = read(&json, "krowoc-library.json");
    assert_eq!(items.len(), 231);
    assert_eq!(items, read(&zip, "krowoc-library.zip"));
    assert!(items.iter().any(|item| item.2 == "---\nbody 229\n<script>"));
}

#[tokio::test]
async fn how_a_prompt_is_run_leaves_with_it_and_comes_back() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let execution = json!({"model": "openai/gpt-4o-mini", "parameters": {"temperature": 0.3}});
    let made =
        json!({"kind": "prompt", "set": {"title": "T", "execution": execution}, "body": "b"});
    person.post("/api/v1/library", made).await.ok();
    for format in ["json", "markdown"] {
        let path = format!("/api/v1/library/export?format={format}");
        let answer = person.get(&path).await.ok();
        let report = import("krowoc-library", &answer.body).unwrap();
        assert_eq!(
            report.items[0].execution,
            Some(execution.clone()),
            "{format}"
        );
    }
}

#[tokio::test]
async fn an_unknown_format_is_refused_and_nobody_downloads_without_signing_in() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    assert_eq!(
        person.get("/api/v1/library/export?format=pdf").await.code(),
        ErrorCode::InvalidRequest
    );
    let anonymous = app
        .anonymous()
        .get("/api/v1/library/export?format=json")
        .await;
    assert_eq!(anonymous.code(), ErrorCode::Unauthenticated);
}
