//! Both sides of a conflict stay in the history of the document, whichever is kept and wherever it is settled.

use krowoc_server::jobs::purge;
use krowoc_server::store::{Conn, versions};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::wire::{DocumentView, Versions, Written};
use krowoc_shared::sync::wire::{Op, Outcome};
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, edit, prompt};
use krowoc_tests::{Caller, TestApp};
use serde_json::json;

/// A person on the dashboard and on a device, and a prompt of which both changed the same line: the dashboard's text stays.
async fn conflicting(app: &TestApp) -> (Caller, Syncing, DocId) {
    let person = app.sign_up("a@example.org").await;
    let (device, tokens) = person.connect_device("Laptop").await;
    let device = Syncing::device(device, &tokens);
    let made = prompt("Reviewer", "Be careful.\n");
    let base = device.push(vec![made.clone()]).await.results[0].body_rev;
    let path = format!("/api/v1/library/{}", made.doc_id);
    let text = json!({"body": {"base_rev": base, "text": "Be very careful.\n"}});
    person.patch(&path, text).await.ok();
    let late = edit(made.doc_id, BEGIN + 5).with_body(base, "Be kind.\n");
    let result = device.push(vec![late]).await.results.remove(0);
    assert_eq!(result.outcome, Outcome::ConflictCopy);
    (person, device, made.doc_id)
}

/// Number, first line, and whether it is the side of a conflict; newest first.
async fn history(person: &Caller, id: DocId) -> Vec<(u64, String, bool)> {
    let path = format!("/api/v1/library/{id}/versions");
    let all: Versions = person.get(&path).await.ok().json();
    let line = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let items = all.items.into_iter();
    items
        .map(|it| (it.number, line(it.text), it.aside))
        .collect()
}

fn all(sides: &[(u64, &str, bool)]) -> Vec<(u64, String, bool)> {
    let owned = |it: &(u64, &str, bool)| (it.0, it.1.to_owned(), it.2);
    sides.iter().map(owned).collect()
}

const BOTH: [(u64, &str, bool); 3] = [
    (3, "Be kind.", true),
    (2, "Be very careful.", false),
    (1, "Be careful.", false),
];

#[tokio::test]
async fn a_conflict_settled_on_a_device_leaves_the_other_side_in_the_history() {
    let app = TestApp::start().await;
    let (person, device, id) = conflicting(&app).await;
    let document = device.document(id).await;
    let settle = Op {
        resolves: vec![document.conflicts[0].op],
        ..edit(id, BEGIN + 9)
    };
    let results = device.push(vec![settle.clone(), settle]).await.results;
    assert_eq!(results[0].outcome, Outcome::Applied);
    assert_eq!(results[1].outcome, Outcome::Duplicate);
    let document = device.document(id).await;
    assert_eq!(document.body.text, "Be very careful.\n");
    assert!(document.conflicts.is_empty());
    assert_eq!(history(&person, id).await, all(&BOTH));
    let path = format!("/api/v1/library/{id}/versions");
    let versions: Versions = person.get(&path).await.ok().json();
    assert_eq!(versions.items[0].device_name.as_deref(), Some("Laptop"));
    assert_eq!(versions.items[0].hlc.at, BEGIN + 5);
}

#[tokio::test]
async fn a_conflict_settled_on_the_dashboard_leaves_the_other_side_to_be_restored() {
    let app = TestApp::start().await;
    let (person, _, id) = conflicting(&app).await;
    let path = format!("/api/v1/library/{id}");
    let view: DocumentView = person.get(&path).await.ok().json();
    let (body, conflict) = (view.document.body, view.document.conflicts[0].op);
    let same = json!({"resolves": [conflict], "body": {"base_rev": body.rev, "text": body.text}});
    let settled: Written = person.patch(&path, same).await.ok().json();
    assert_eq!(settled.document.body, body);
    assert!(settled.document.conflicts.is_empty());
    assert_eq!(history(&person, id).await, all(&BOTH));
    let back = json!({"body": {"base_rev": body.rev, "text": "Be kind.\n"}});
    let back: Written = person.patch(&path, back).await.ok().json();
    assert_eq!(back.result.outcome, Outcome::Applied);
    let mut now = all(&BOTH);
    now.insert(0, (4, "Be kind.".into(), false));
    assert_eq!(history(&person, id).await, now);
    let view: DocumentView = person.get(&path).await.ok().json();
    assert_eq!(view.versions, 4);
}

#[tokio::test]
async fn the_librarys_text_stays_in_the_history_when_the_other_is_kept() {
    let app = TestApp::start().await;
    let (person, device, id) = conflicting(&app).await;
    let document = device.document(id).await;
    let settle = Op {
        resolves: vec![document.conflicts[0].op],
        ..edit(id, BEGIN + 9).with_body(document.body.rev, "Be kind.\n")
    };
    device.push(vec![settle]).await;
    let mut now = all(&BOTH);
    now.insert(0, (4, "Be kind.".into(), false));
    assert_eq!(history(&person, id).await, now);
}

#[tokio::test]
async fn a_side_in_the_history_is_no_base_of_a_later_merge() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let text = |first: &str, last: &str| format!("{first}\ntwo\nthree\nfour\n{last}\n");
    let made = prompt("t", &text("one", "five"));
    let id = made.doc_id;
    let write = |at: i64, base: u64, text: &str| edit(id, BEGIN + at).with_body(base, text);
    let base = device.push(vec![made]).await.results[0].body_rev;
    let ops = vec![
        write(1, base, &text("ONE", "five")),
        write(2, base, &text("uno", "five")),
    ];
    let [kept, side]: [_; 2] = device.push(ops).await.results.try_into().unwrap();
    assert_eq!(side.outcome, Outcome::ConflictCopy);
    assert_eq!((side.rev, side.body_rev), (3, kept.rev));
    // The revision of the side is named as the base: the document's text was the other then.
    let ops = vec![
        write(3, kept.body_rev, &text("ONE", "FIVE")),
        write(4, side.rev, &text("First", "five")),
    ];
    let results = device.push(ops).await.results;
    assert_eq!(results[1].outcome, Outcome::Merged);
    let document = device.document(id).await;
    assert_eq!(document.body.text, text("First", "FIVE"));
}

#[tokio::test]
async fn a_purge_takes_the_sides_with_the_texts() {
    let app = TestApp::start().await;
    let (person, _, id) = conflicting(&app).await;
    let path = format!("/api/v1/library/{id}");
    person.delete(&path).await.ok();
    app.advance(91 * 86_400_000);
    assert_eq!(purge::run(&app.state).await.unwrap().purged, 1);
    let person = app.anonymous();
    person
        .sign_in("a@example.org", krowoc_tests::caller::PASSWORD)
        .await
        .ok();
    let gone = person.get(&format!("{path}/versions")).await;
    assert_eq!(gone.code(), ErrorCode::NotFound);
    let space = person.space().await;
    let left = app
        .state
        .store
        .read(move |conn: &mut Conn| versions::list(conn, space, id, u64::MAX, 10))
        .await;
    assert_eq!(left.unwrap(), Vec::new());
}
