//! Conflicts that waited before the history kept their other sides.

use krowoc_server::store::migrate;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::wire::{DocumentView, Versions, Written};
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::clock::TestClock;
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::json;
use std::sync::Arc;

/// A server on the database, so many seconds after the tests' beginning.
pub(super) async fn start(database: &TestDatabase, seconds: i64) -> TestApp {
    let clock = Arc::new(TestClock::default());
    clock.advance(seconds * 1_000);
    TestApp::on(database.url.clone(), clock, Options::default())
        .await
        .unwrap()
}

/// Takes back the steps down to the one with this end of a name, and makes them again.
pub(super) fn back_and_forth(database: &TestDatabase, name: &str) {
    let steps = migrate::status(&database.url).unwrap();
    let place = steps.iter().position(|it| it.name.ends_with(name));
    let count = steps.len() - place.unwrap();
    migrate::down(&database.url, count).unwrap();
    migrate::up(&database.url).unwrap();
}

async fn write(person: &Caller, id: DocId, base: u64, text: &str) -> Written {
    let body = json!({"body": {"base_rev": base, "text": text}});
    let path = format!("/api/v1/library/{id}");
    person.patch(&path, body).await.ok().json()
}

/// Three texts and two sides, one from before the last text and one from after it; another document lies between their revisions.
async fn conflicting(person: &Caller) -> DocId {
    let new = json!({"kind": "prompt", "body": "a\n"});
    let made: Written = person
        .post("/api/v1/library", new.clone())
        .await
        .ok()
        .json();
    let (id, base) = (made.document.id, made.document.body.rev);
    let second = write(person, id, base, "b\n").await.document.body.rev;
    write(person, id, base, "first side\n").await;
    person.post("/api/v1/library", new).await.ok();
    write(person, id, second, "c\n").await;
    write(person, id, second, "second side\n").await;
    id
}

async fn texts(person: &Caller, id: DocId) -> Vec<(String, bool)> {
    let path = format!("/api/v1/library/{id}/versions");
    let all: Versions = person.get(&path).await.ok().json();
    let mut numbers: Vec<u64> = all.items.iter().map(|it| it.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), all.items.len(), "each has its own number");
    let items = all.items.into_iter();
    items
        .map(|it| (it.text.trim_end().to_owned(), it.aside))
        .collect()
}

#[tokio::test]
async fn sides_that_wait_are_put_into_the_history() {
    let database = TestDatabase::empty(&Backend::of_environment()).unwrap();
    let app = start(&database, 0).await;
    let person = app.sign_up("a@example.org").await;
    let id = conflicting(&person).await;
    let before = texts(&person, id).await;
    let owned = |it: &(&str, bool)| (it.0.to_owned(), it.1);
    let expected = [
        ("second side", true),
        ("c", false),
        ("first side", true),
        ("b", false),
        ("a", false),
    ];
    assert_eq!(before, expected.iter().map(owned).collect::<Vec<_>>());
    app.stop().await;
    drop(app);
    back_and_forth(&database, "_sides");
    let app = start(&database, 60).await;
    let person = app.anonymous();
    person.sign_in("a@example.org", PASSWORD).await.ok();
    assert_eq!(texts(&person, id).await, before);
    let path = format!("/api/v1/library/{id}");
    let view: DocumentView = person.get(&path).await.ok().json();
    assert_eq!(view.document.conflicts.len(), 2);
    // Settled and edited, the document goes on as before.
    let (body, conflicts) = (view.document.body, view.document.conflicts);
    let resolves: Vec<_> = conflicts.iter().map(|conflict| conflict.op).collect();
    let settle = json!({"resolves": resolves, "body": {"base_rev": body.rev, "text": "d\n"}});
    person.patch(&path, settle).await.ok();
    let mut after = before;
    after.insert(0, ("d".to_owned(), false));
    assert_eq!(texts(&person, id).await, after);
    app.stop().await;
}
