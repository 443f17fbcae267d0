//! Metadata: set, merged by name, listed, filtered by, counted, exported.

use krowoc_shared::error::ErrorCode;
use krowoc_shared::library::wire::{MetaCount, Overview, Page, Written};
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, edit, prompt};
use krowoc_tests::{Caller, TestApp};
use serde_json::{Value, json};

async fn make(person: &Caller, title: &str, meta: Value) -> Written {
    let body = json!({"kind": "prompt", "set": {"title": title}, "meta": meta, "body": title});
    person.post("/api/v1/library", body).await.ok().json()
}

async fn titles(person: &Caller, query: &str) -> Vec<String> {
    let path = format!("/api/v1/library?sort=title&{query}");
    let page: Page = person.get(&path).await.ok().json();
    page.items.into_iter().map(|it| it.title).collect()
}

#[tokio::test]
async fn a_list_is_narrowed_by_metadata_and_the_overview_counts_it() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    make(
        &person,
        "one",
        json!({"category": "Law", "topic": "courts"}),
    )
    .await;
    let two = make(
        &person,
        "two",
        json!({"category": "Law", "own name": "x=y"}),
    )
    .await;
    make(&person, "three", json!({"category": "Work"})).await;
    for (query, expected) in [
        ("meta=category%3DLaw", vec!["one", "two"]),
        ("meta=category%3DLaw%0Atopic%3Dcourts", vec!["one"]),
        ("meta=category%3DLaw&q=two", vec!["two"]),
        (
            "meta=category%3DLaw&kind=prompt&status=draft",
            vec!["one", "two"],
        ),
        ("meta=own%20name%3Dx%3Dy", vec!["two"]),
        ("meta=category%3DL", vec![]),
        ("meta=category", vec![]),
    ] {
        assert_eq!(titles(&person, query).await, expected, "{query}");
    }
    let counted: Overview = person.get("/api/v1/library/overview").await.ok().json();
    let law = MetaCount {
        name: "category".into(),
        value: "Law".into(),
        count: 2,
    };
    assert_eq!(counted.meta.first(), Some(&law));
    let path = format!("/api/v1/library/{}", two.document.id);
    let change = json!({"meta": {"category": null, "own name": "z"}});
    person.patch(&path, change).await.ok();
    assert_eq!(titles(&person, "meta=category%3DLaw").await, ["one"]);
    assert_eq!(titles(&person, "meta=own%20name%3Dz").await, ["two"]);
    person.delete(&path).await.ok();
    assert!(titles(&person, "meta=own%20name%3Dz").await.is_empty());
    let trash = titles(&person, "meta=own%20name%3Dz&trash=true").await;
    assert_eq!(trash, ["two"]);
}

#[tokio::test]
async fn a_rare_category_is_counted_whatever_else_is_frequent() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let topic = |n: usize| json!({"kind": "snippet", "body": "x", "meta": {"topic": format!("t{}", n % 250)}});
    let items: Vec<Value> = (0..500).map(topic).collect();
    for chunk in items.chunks(100) {
        let body = json!({"items": chunk});
        person.post("/api/v1/library/import", body).await.ok();
    }
    make(&person, "rare", json!({"category": "Rare"})).await;
    let counted: Overview = person.get("/api/v1/library/overview").await.ok().json();
    let named = |name: &str| counted.meta.iter().filter(|it| it.name == name).count();
    assert_eq!((named("topic"), named("category")), (200, 1));
    assert!(
        counted
            .meta
            .windows(2)
            .all(|two| two[0].count >= two[1].count)
    );
}

#[tokio::test]
async fn two_devices_set_different_names_and_the_later_value_of_one_name_stays() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompt("Lawyer", "Act as a lawyer");
    let id = made.doc_id;
    device.push(vec![made]).await;
    let later = edit(id, BEGIN + 9).with_meta("topic", "courts");
    let earlier = edit(id, BEGIN + 5)
        .with_meta("topic", "law")
        .with_meta("persona", "judge");
    device.push(vec![later, earlier]).await;
    let document = device.document(id).await;
    let all: Vec<_> = document.metadata().collect();
    assert_eq!(all, [("persona", "judge"), ("topic", "courts")]);
}

#[tokio::test]
async fn many_documents_get_the_same_metadata_at_once_and_wrong_values_are_refused() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let one = make(&person, "one", json!({})).await.document.id;
    let two = make(&person, "two", json!({})).await.document.id;
    let bulk = json!({"ids": [one, two], "meta": {"category": "Law"}});
    person.post("/api/v1/library/bulk", bulk).await.ok();
    assert_eq!(titles(&person, "meta=category%3DLaw").await, ["one", "two"]);
    let path = format!("/api/v1/library/{one}");
    for meta in [json!({"": "x"}), json!({"a": 5}), json!({"a": "b\nc"})] {
        let refused = person.patch(&path, json!({"meta": meta})).await;
        assert_eq!(refused.code(), ErrorCode::InvalidField, "{meta}");
    }
    let many: serde_json::Map<String, Value> =
        (0..33).map(|n| (format!("n{n}"), json!("v"))).collect();
    let refused = person.patch(&path, json!({"meta": many})).await;
    assert_eq!(refused.code(), ErrorCode::InvalidField);
}
