//! One document.

use krowoc_shared::error::ErrorCode;
use krowoc_shared::library::document::Field;
use krowoc_shared::library::wire::{DocumentView, Overview, Versions, Written};
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, doc_id, edit, op_id};
use krowoc_tests::{Caller, TestApp};
use serde_json::{Value, json};

async fn create(caller: &Caller, body: Value) -> Written {
    caller.post("/api/v1/library", body).await.ok().json()
}

#[tokio::test]
async fn a_document_is_made_edited_trashed_and_restored() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let made = create(
        &person,
        json!({"kind": "prompt", "set": {"title": "One"}, "tags": ["x"], "body": "text"}),
    )
    .await;
    let id = made.document.id;
    let path = format!("/api/v1/library/{id}");
    let edited: Written = person
        .patch(&path, json!({"set": {"title": "Two"}, "tags": {"add": ["y"], "remove": ["x"]}, "body": {"base_rev": made.document.body.rev, "text": "text 2"}}))
        .await
        .ok()
        .json();
    assert_eq!(edited.result.outcome, Outcome::Applied);
    let view: DocumentView = person.get(&path).await.ok().json();
    assert_eq!(view.document, edited.document);
    assert_eq!((view.document.title(), view.versions), ("Two", 2));
    assert_eq!(view.document.present_tags().collect::<Vec<_>>(), ["y"]);
    let gone: Written = person.delete(&path).await.ok().json();
    assert!(gone.document.deleted_at().is_some());
    let numbers: Overview = person.get("/api/v1/library/overview").await.ok().json();
    assert_eq!(
        (numbers.prompts, numbers.trash, numbers.tags.len()),
        (0, 1, 0)
    );
    let back: Written = person
        .post(&format!("{path}/restore"), json!({}))
        .await
        .ok()
        .json();
    assert_eq!(back.document.deleted_at(), None);
    let numbers: Overview = person.get("/api/v1/library/overview").await.ok().json();
    assert_eq!((numbers.prompts, numbers.trash), (1, 0));
    assert_eq!(
        (numbers.tags[0].name.as_str(), numbers.tags[0].count),
        ("y", 1)
    );
}

#[tokio::test]
async fn versions_are_kept_newest_first_with_the_device_that_wrote_them() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let (device, tokens) = person.connect_device("Laptop").await;
    let made = create(&person, json!({"kind": "prompt", "body": "1"}))
        .await
        .document;
    let syncing = Syncing::device(device, &tokens);
    syncing
        .push(vec![edit(made.id, BEGIN + 5).with_body(made.body.rev, "2")])
        .await;
    let path = format!("/api/v1/library/{}/versions", made.id);
    let all: Versions = person.get(&path).await.ok().json();
    let texts: Vec<_> = all
        .items
        .iter()
        .map(|it| (it.number, it.text.as_str()))
        .collect();
    assert_eq!(texts, [(2, "2"), (1, "1")]);
    assert_eq!(all.items[0].device_name.as_deref(), Some("Laptop"));
    assert_eq!(all.items[1].device, None);
    let first: Versions = person.get(&format!("{path}?limit=1")).await.ok().json();
    let next: Versions = person
        .get(&format!("{path}?limit=1&before={}", first.next.unwrap()))
        .await
        .ok()
        .json();
    assert_eq!(next.items[0].text, "1");
    assert_eq!(next.next, None);
}

#[tokio::test]
async fn a_document_of_somebody_else_is_as_unknown_as_one_that_does_not_exist() {
    let app = TestApp::start().await;
    let owner = app.sign_up("a@example.org").await;
    let other = app.sign_up("b@example.org").await;
    let theirs = create(&owner, json!({"kind": "prompt", "body": "secret"}))
        .await
        .document
        .id;
    for id in [theirs, doc_id()] {
        let path = format!("/api/v1/library/{id}");
        let answers = [
            other.get(&path).await,
            other.get(&format!("{path}/versions")).await,
            other.patch(&path, json!({"set": {"title": "mine"}})).await,
            other.delete(&path).await,
            other.post(&format!("{path}/restore"), json!({})).await,
        ];
        for answer in answers {
            assert_eq!(answer.code(), ErrorCode::NotFound);
        }
    }
    assert_eq!(
        other.get("/api/v1/library/nonsense").await.code(),
        ErrorCode::NotFound
    );
    let view: DocumentView = owner
        .get(&format!("/api/v1/library/{theirs}"))
        .await
        .ok()
        .json();
    assert_eq!(view.document.title(), "");
}

#[tokio::test]
async fn a_repeated_creation_makes_one_document_and_a_taken_id_is_refused() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let body = json!({"op_id": op_id(), "id": doc_id(), "kind": "snippet", "body": "text"});
    let first = create(&person, body.clone()).await;
    let again = create(&person, body.clone()).await;
    assert_eq!(again.result.outcome, Outcome::Duplicate);
    assert_eq!(first.document, again.document);
    let mut other = body;
    other["op_id"] = json!(op_id());
    other["body"] = json!("another");
    assert_eq!(
        person.post("/api/v1/library", other).await.code(),
        ErrorCode::AlreadyExists
    );
}

#[tokio::test]
async fn a_wrong_value_is_refused_with_its_field_and_a_request_without_csrf_token_too() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let made = create(&person, json!({"kind": "prompt", "body": "x"}))
        .await
        .document
        .id;
    let path = format!("/api/v1/library/{made}");
    let problem = person
        .patch(&path, json!({"set": {"title": 5}}))
        .await
        .problem();
    assert_eq!(
        (problem.code, problem.field.as_deref()),
        (ErrorCode::InvalidField, Some("/set/title"))
    );
    let csrf = person.csrf();
    person.set_csrf(None);
    assert_eq!(person.delete(&path).await.code(), ErrorCode::CsrfRejected);
    person.set_csrf(csrf.as_deref());
    let view: DocumentView = person.get(&path).await.ok().json();
    assert_eq!(view.document.deleted_at(), None);
}

#[tokio::test]
async fn an_edit_on_the_dashboard_wins_over_a_device_whose_clock_is_ahead() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let (device, tokens) = person.connect_device("Laptop").await;
    let made = create(&person, json!({"kind": "prompt", "body": "x"}))
        .await
        .document
        .id;
    let syncing = Syncing::device(device, &tokens);
    syncing
        .push(vec![edit(made, BEGIN + 50_000).with(Field::Title, "ahead")])
        .await;
    let path = format!("/api/v1/library/{made}");
    let edited: Written = person
        .patch(&path, json!({"set": {"title": "seen and changed"}}))
        .await
        .ok()
        .json();
    assert_eq!(edited.document.title(), "seen and changed");
}
