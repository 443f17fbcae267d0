//! Downloads of the library.

use krowoc_shared::error::ErrorCode;
use krowoc_shared::exchange::{ImportItem, import};
use krowoc_shared::library::wire::{BatchResult, Written};
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::ops::doc_id;
use krowoc_tests::{Answer, Caller, TestApp};
use serde_json::{Value, json};

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

/// An export without what an import makes anew: ids and times.
fn lasting(text: &str) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for time in ["id", "at", "exportedAt", "updatedAt"] {
                    fields.remove(time);
                }
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_str(text).unwrap();
    strip(&mut value);
    let items = value["items"].as_array_mut().unwrap();
    items.sort_by_key(|item| item["title"].to_string());
    value
}

/// Makes what an export holds, as the dashboard does.
async fn take_in(person: &Caller, export: &str) {
    let report = import("krowoc-library.json", export.as_bytes()).unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let items: Vec<Value> = report
        .items
        .iter()
        .map(|item| {
            let mut set = json!({"title": item.title, "description": item.description, "note": item.note,
                "favourite": item.favourite, "created_at": item.created_at, "deleted_at": item.deleted_at});
            if !item.variables.is_empty() {
                set["variables"] = serde_json::to_value(&item.variables).unwrap();
            }
            json!({"kind": item.kind.as_str(), "set": set, "tags": item.tags, "meta": item.meta, "body": item.body,
                "history": item.versions, "archived": item.archived})
        })
        .collect();
    let answer = person
        .post("/api/v1/library/import", json!({"items": items}))
        .await;
    let results: BatchResult = answer.ok().json();
    let refused = |it: &&krowoc_shared::sync::wire::OpResult| it.outcome == Outcome::Rejected;
    assert_eq!(results.results.iter().find(refused), None);
}

#[tokio::test]
async fn versions_publications_archive_and_metadata_go_out_and_come_back_the_same() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let make = async |title: &str, body: Value| -> Written {
        let mut whole =
            json!({"kind": "prompt", "set": {"title": title}, "meta": {"topic": "law"}});
        whole
            .as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        person.post("/api/v1/library", whole).await.ok().json()
    };
    make("one text", json!({"body": "only"})).await;
    let lived = make("lived", json!({"body": "Act as {{who}}"}))
        .await
        .document;
    let path = format!("/api/v1/library/{}", lived.id);
    let edit = async |body: Value| -> Written { person.patch(&path, body).await.ok().json() };
    let publish = async |document: &krowoc_shared::library::Document, note: &str| -> Written {
        let body = json!({"body_rev": document.body.rev, "note": note});
        person
            .post(&format!("{path}/publish"), body)
            .await
            .ok()
            .json()
    };
    let variables = json!([{"name": "who", "kind": "text"}]);
    let described = edit(json!({"set": {"description": "first", "variables": variables}})).await;
    let first = publish(&described.document, "the first").await.document;
    let second = edit(
        json!({"set": {"title": "lived on"}, "body": {"base_rev": first.body.rev, "text": "Act as a judge"}}),
    );
    let second = second.await.document;
    let again = edit(json!({"set": {"description": "second"}})).await;
    assert_eq!(again.document.body.rev, second.body.rev);
    let published = publish(&again.document, "").await.document;
    edit(json!({"body": {"base_rev": published.body.rev, "text": "the next draft"}})).await;
    person
        .post(&format!("{path}/archive"), json!({}))
        .await
        .ok();
    let gone = make("thrown away", json!({"body": "a"})).await.document;
    let bin = format!("/api/v1/library/{}", gone.id);
    let change = json!({"body": {"base_rev": gone.body.rev, "text": "b"}});
    person.patch(&bin, change).await.ok();
    person.delete(&bin).await.ok();

    let before = person.get("/api/v1/library/export?format=json").await.ok();
    let other = app.sign_up("b@example.org").await;
    take_in(&other, &before.text()).await;
    let after = other.get("/api/v1/library/export?format=json").await.ok();
    let (before, after) = (lasting(&before.text()), lasting(&after.text()));
    assert_eq!(before, after);
    let lived = &after["items"][0];
    assert_eq!(lived["versions"].as_array().unwrap().len(), 3);
    assert_eq!(lived["archived"], true);
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
