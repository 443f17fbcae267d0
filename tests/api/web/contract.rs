//! The OpenAPI document and its page.

use krowoc_tests::TestApp;
use serde_json::Value;
use std::collections::BTreeSet;

/// After a wanted change of the API: `INSTA_UPDATE=always cargo test -p krowoc-tests --test api contract`, and read the diff.
#[tokio::test]
async fn the_contract_changes_only_on_purpose() {
    let app = TestApp::start().await;
    let document: Value = app
        .anonymous()
        .get("/api/v1/openapi.json")
        .await
        .ok()
        .json();
    assert_eq!(
        document["openapi"]
            .as_str()
            .unwrap()
            .split('.')
            .take(2)
            .collect::<Vec<_>>(),
        ["3", "1"]
    );
    insta::assert_json_snapshot!("openapi", document);
}

#[tokio::test]
async fn every_operation_has_its_own_name_a_summary_and_a_tag() {
    let app = TestApp::start().await;
    let document: Value = app
        .anonymous()
        .get("/api/v1/openapi.json")
        .await
        .ok()
        .json();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let door = ["/api/graphql", "/api/schema.graphql"].contains(&path.as_str());
        assert!(path.starts_with("/api/v1/") || door, "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is used twice");
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert_eq!(
                operation["tags"].as_array().unwrap().len(),
                1,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn every_shape_that_is_referred_to_exists() {
    let app = TestApp::start().await;
    let text = app
        .anonymous()
        .get("/api/v1/openapi.json")
        .await
        .ok()
        .text();
    let document: Value = serde_json::from_str(&text).unwrap();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_reference_page_names_every_operation_and_runs_no_script() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let page = caller.get("/api/docs").await.ok();
    assert!(page.header("content-type").starts_with("text/html"));
    let text = page.text();
    assert!(text.contains("/api/v1/devices/token") && text.contains("SessionView"));
    assert!(!text.contains("<script") && !text.contains("style=") && !text.contains("//cdn"));
    assert!(
        caller
            .get("/api/docs.css")
            .await
            .ok()
            .header("content-type")
            .starts_with("text/css")
    );
}
