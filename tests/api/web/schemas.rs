//! The published JSON Schemas: each stands alone, and what the server sends is of them.

use super::conform::validator;
use krowoc_tests::{Caller, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn schema(caller: &Caller, name: &str) -> Value {
    let answer = caller.get(&format!("/api/v1/schemas/{name}.json")).await;
    let answer = answer.ok();
    assert_eq!(answer.header("content-type"), "application/schema+json");
    answer.json()
}

#[tokio::test]
async fn every_shape_of_the_contract_is_a_schema_that_stands_alone() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let document: Value = caller.get("/api/v1/openapi.json").await.ok().json();
    let index: Value = caller.get("/api/v1/schemas").await.ok().json();
    let listed = index["schemas"].as_array().unwrap();
    let shapes = document["components"]["schemas"].as_object().unwrap();
    assert_eq!(listed.len(), shapes.len());
    for entry in listed {
        let answer = caller.get(entry["url"].as_str().unwrap()).await.ok();
        let schema: Value = answer.json();
        assert_eq!(schema["$id"], entry["url"]);
        assert!(
            jsonschema::meta::validate(&schema).is_ok(),
            "{} is no schema",
            entry["name"]
        );
        // Whatever it refers to that is not in it would be found now.
        validator(&schema);
    }
}

#[tokio::test]
async fn a_document_that_the_server_sends_is_of_its_published_schema() {
    let app = TestApp::start().await;
    let caller = app.sign_up("ada@example.org").await;
    let id = krowoc_tests::ops::doc_id();
    let body = json!({"id": id, "kind": "prompt", "set": {"title": "Sum up"}, "tags": ["work"], "body": "Sum up {{text}}"});
    caller.post("/api/v1/library", body).await.ok();
    let document: Value = caller
        .get(&format!("/api/v1/library/{id}"))
        .await
        .ok()
        .json();
    let check = validator(&schema(&caller, "DocumentView").await);
    assert_eq!(
        check.validate(&document).map_err(|it| it.to_string()),
        Ok(())
    );
    let mut spoilt = document;
    spoilt["document"]["id"] = json!(7);
    assert!(!check.is_valid(&spoilt));
    let unknown = caller.get("/api/v1/schemas/Nothing.json").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

/// The first things that are wrong with a file.
fn wrong(check: &jsonschema::Validator, file: &Value) -> Vec<String> {
    let error = |it: jsonschema::ValidationError<'_>| format!("{} at {}", it, it.instance_path());
    check.iter_errors(file).take(5).map(error).collect()
}

#[tokio::test]
async fn both_exports_are_of_their_published_schemas() {
    let app = TestApp::start().await;
    let caller = app.sign_up("ada@example.org").await;
    let group = krowoc_tests::ops::doc_id();
    let (source, execution) = (
        json!({"url": "https://example.org/a"}),
        json!({"model": "openai/gpt-4o-mini"}),
    );
    let set =
        json!({"title": "Sum up", "collection": group, "source": source, "execution": execution});
    let history = json!([{"text": "one", "published": true, "author": "bob@example.org"}, {"text": "two", "number": 4}]);
    let items = json!({"items": [
        {"id": group, "kind": "collection", "set": {"title": "Work"}},
        {"kind": "prompt", "set": set, "meta": {"topic": "law"}, "tags": ["a"], "body": "two", "history": history, "uses": 3},
    ]});
    caller.post("/api/v1/library/import", items).await.ok();
    for (path, name) in [
        ("/api/v1/library/export?format=json", "LibraryExport"),
        ("/api/v1/account/export", "AccountExport"),
    ] {
        let file: Value = caller.get(path).await.ok().json();
        let check = validator(&schema(&caller, name).await);
        assert_eq!(wrong(&check, &file), Vec::<String>::new(), "{name}");
        let mut spoilt = file;
        spoilt["format"] = json!("something.else");
        assert!(!check.is_valid(&spoilt), "{name}");
    }
    let file: Value = caller
        .get("/api/v1/library/export?format=json")
        .await
        .ok()
        .json();
    let check = validator(&schema(&caller, "LibraryExport").await);
    for place in [
        "/items/0/versions",
        "/items/1/versions/0/text",
        "/items/0/kind",
    ] {
        let mut spoilt = file.clone();
        if let Some(value) = spoilt.pointer_mut(place) {
            *value = json!(7);
            assert!(!check.is_valid(&spoilt), "{place}");
        }
    }
}
