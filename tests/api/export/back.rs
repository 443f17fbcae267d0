//! A library that goes out and comes back, by the mapping that the dashboard has: what the two files say is the same.

use krowoc_server::jobs::purge;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::exchange::import;
use krowoc_shared::exchange::plan::{self, Options, Sending};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::Document;
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::wire::{
    BatchResult, DocumentView, EarlierVersions, ImportBatch, Overview, Version, VersionsKept,
    Written,
};
use krowoc_shared::sync::wire::{OpResult, Outcome};
use krowoc_tests::ops::{Syncing, at, doc_id, edit, op_id, prompt};
use krowoc_tests::{Caller, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn export(person: &Caller) -> String {
    let answer = person.get("/api/v1/library/export?format=json").await.ok();
    answer.text()
}

/// Makes what an export holds, as the dashboard does; gives what became of each document.
async fn take_in(person: &Caller, export: &str) -> Vec<OpResult> {
    let report = import("krowoc-library.json", export.as_bytes()).unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let entries = plan::entries(report.items);
    let mint = || (op_id(), doc_id());
    let documents = plan::documents(&entries, &Options::default(), &[], 5, mint);
    assert_eq!(documents.len(), entries.len(), "nothing is left out");
    let mut all = Vec::new();
    for sending in plan::requests(documents) {
        match sending {
            Sending::Documents(items) => {
                let body = serde_json::to_value(ImportBatch { items }).unwrap();
                let answer = person.post("/api/v1/library/import", body).await.ok();
                all.extend(answer.json::<BatchResult>().results);
            }
            Sending::History(id, versions) => {
                let many = versions.len() as u64;
                let path = format!("/api/v1/library/{id}/history");
                let body = serde_json::to_value(EarlierVersions { versions }).unwrap();
                for kept in [many, 0] {
                    let answer: VersionsKept = person.post(&path, &body).await.ok().json();
                    assert_eq!(answer.kept, kept, "a repeated request keeps nothing twice");
                }
            }
        }
    }
    all
}

fn refused(results: &[OpResult]) -> Vec<&OpResult> {
    let no = |it: &&OpResult| it.outcome == Outcome::Rejected;
    results.iter().filter(no).collect()
}

/// An export without what an import makes anew: its own time, and ids. A collection is named by its content instead.
fn lasting(text: &str) -> Value {
    let mut value: Value = serde_json::from_str(text).unwrap();
    let file = value.as_object_mut().unwrap();
    file.remove("exportedAt").unwrap();
    let items = file["items"].as_array_mut().unwrap();
    let mut names = BTreeMap::new();
    for item in items.iter_mut() {
        let id = item.as_object_mut().unwrap().remove("id").unwrap();
        names.insert(id.as_str().unwrap().to_owned(), item.to_string());
    }
    for item in items.iter_mut() {
        if let Some(id) = item["collection"].as_str() {
            item["collection"] = names[id].clone().into();
        }
    }
    items.sort_by_key(Value::to_string);
    value
}

/// A library is exported, taken in by somebody else, and exported again.
async fn there_and_back(app: &TestApp, person: &Caller) -> (Caller, Value) {
    let before = export(person).await;
    let other = app.sign_up("other@example.org").await;
    let results = take_in(&other, &before).await;
    assert!(refused(&results).is_empty(), "{:?}", refused(&results));
    let after = export(&other).await;
    let (before, after) = (lasting(&before), lasting(&after));
    assert_eq!(before, after);
    (other, after)
}

struct Prompt<'a> {
    app: &'a TestApp,
    person: &'a Caller,
    path: String,
}

impl<'a> Prompt<'a> {
    async fn made(app: &'a TestApp, person: &'a Caller, body: Value) -> Self {
        app.advance(1_000);
        let made: Written = person.post("/api/v1/library", body).await.ok().json();
        Self {
            app,
            person,
            path: format!("/api/v1/library/{}", made.document.id),
        }
    }

    async fn document(&self) -> Document {
        let view: DocumentView = self.person.get(&self.path).await.ok().json();
        view.document
    }

    async fn edit(&self, body: Value) {
        self.app.advance(1_000);
        self.person.patch(&self.path, body).await.ok();
    }

    async fn write(&self, text: &str) {
        let rev = self.document().await.body.rev;
        self.edit(json!({"body": {"base_rev": rev, "text": text}}))
            .await;
    }

    async fn publish(&self, note: &str) {
        self.app.advance(1_000);
        let body = json!({"body_rev": self.document().await.body.rev, "note": note});
        let path = format!("{}/publish", self.path);
        self.person.post(&path, body).await.ok();
    }
}

/// One of everything that a document can have.
async fn lived(app: &TestApp, person: &Caller) {
    let one = json!({"kind": "prompt", "set": {"title": "one text"}, "meta": {"topic": "law"}, "tags": ["b", "a"], "body": "only"});
    Prompt::made(app, person, one).await;
    let variables = json!([{"name": "who", "type": "text"}]);
    let execution = json!({"model": "openai/gpt-4o-mini", "parameters": {"temperature": 0.3}});
    let source = json!({"url": "https://example.org/a", "title": "A page"});
    let set = json!({"title": "lived", "description": "first", "variables": variables, "execution": execution,
        "source": source, "note": "mine", "favourite": true});
    let body = json!({"kind": "prompt", "set": set, "body": "Act as {{who}}"});
    let lived = Prompt::made(app, person, body).await;
    lived.publish("the first").await;
    lived.write("Act as a judge").await;
    lived.edit(json!({"set": {"title": "lived on"}})).await;
    lived.edit(json!({"set": {"description": "second"}})).await;
    lived.publish("").await;
    lived.write("the next draft").await;
    let archive = format!("{}/archive", lived.path);
    person.post(&archive, json!({})).await.ok();

    let same = json!({"kind": "prompt", "set": {"title": "the same again"}, "body": "as it was"});
    let same = Prompt::made(app, person, same).await;
    same.publish("once").await;
    same.edit(json!({"set": {"description": "changed"}})).await;
    same.edit(json!({"set": {"description": ""}})).await;
    same.publish("twice").await;
    same.write("later").await;
    same.write("last").await;

    let gone = json!({"kind": "prompt", "set": {"title": "thrown away"}, "body": "a"});
    let gone = Prompt::made(app, person, gone).await;
    gone.write("b").await;
    person.delete(&gone.path).await.ok();
    for (title, inside) in [
        ("Work", "in one"),
        ("Work", "in the other"),
        ("", "in none"),
    ] {
        let group = json!({"kind": "collection", "set": {"title": title, "note": inside}});
        let group = Prompt::made(app, person, group).await.document().await.id;
        let set = json!({"title": inside, "collection": group});
        // Texts that are one to whoever looks for duplicates.
        let body = json!({"kind": "snippet", "set": set, "body": "Of one Text"});
        Prompt::made(app, person, body).await;
    }
}

#[tokio::test]
async fn a_whole_library_goes_out_and_comes_back_the_same() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    lived(&app, &person).await;
    app.advance(100_000);
    let (_, after) = there_and_back(&app, &person).await;
    let items = after["items"].as_array().unwrap();
    assert_eq!(items.len(), 10);
    let titled = |title: &str| items.iter().find(|it| it["title"] == title).unwrap();
    let versions = |title: &str| titled(title)["versions"].as_array().unwrap().clone();
    let published = |it: &Value| it["published"] == true;
    let (lived, same) = (versions("lived on"), versions("the same again"));
    assert_eq!((lived.len(), same.len()), (3, 4));
    assert_eq!(same.iter().filter(|it| published(it)).count(), 2);
    assert!(lived.iter().all(|it| it["author"] == "a@example.org"));
    assert_eq!(titled("lived on")["archived"], true);
    assert_eq!(titled("the same again")["body"], "last");
}

#[tokio::test]
async fn numbers_times_authors_and_uses_are_those_of_the_file_and_the_next_version_follows() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompt("Lawyer", "one");
    let id = made.doc_id;
    device.push(vec![made]).await;
    let later = |ms: i64, text: &str| edit(id, krowoc_tests::clock::BEGIN + ms).with_body(1, text);
    device.push(vec![later(5, "two")]).await;
    // Another text from the same base: a side, which takes the number 3 and is in no export.
    let reply = device.push(vec![later(6, "three")]).await;
    assert_eq!(reply.results[0].outcome, Outcome::ConflictCopy);
    let settled = device.document(id).await;
    let mut settle = edit(id, krowoc_tests::clock::BEGIN + 9).with_body(settled.body.rev, "four");
    settle.resolves = settled.conflicts.iter().map(|it| it.op).collect();
    settle.inc = [(krowoc_shared::library::document::Counter::Uses, 5)].into();
    device
        .push(vec![at(settle, krowoc_tests::clock::BEGIN + 9)])
        .await;
    app.advance(100_000);
    let (other, after) = there_and_back(&app, &device.caller).await;
    let item = &after["items"][0];
    assert_eq!(item["uses"], 5);
    let versions = item["versions"].as_array().unwrap();
    let numbers: Vec<u64> = versions
        .iter()
        .filter_map(|it| it["number"].as_u64())
        .collect();
    assert_eq!(numbers, [1, 2, 4]);

    let list: krowoc_shared::library::wire::Page =
        other.get("/api/v1/library?kind=prompt").await.ok().json();
    let path = format!("/api/v1/library/{}", list.items[0].id);
    let four: Version = other.get(&format!("{path}/versions/4")).await.ok().json();
    assert_eq!((four.text.as_str(), four.imported), ("four", true));
    assert_eq!(four.author.as_deref(), Some("a@example.org"));
    let missing = other.get(&format!("{path}/versions/3")).await;
    assert_eq!(missing.code(), ErrorCode::NotFound);
    let view: DocumentView = other.get(&path).await.ok().json();
    let next = json!({"body": {"base_rev": view.document.body.rev, "text": "five"}});
    other.patch(&path, next).await.ok();
    let five: Version = other.get(&format!("{path}/versions/5")).await.ok().json();
    assert_eq!(
        (five.imported, five.author.as_deref()),
        (false, Some("other@example.org"))
    );
    let old = json!({"body": {"base_rev": four.rev, "text": "four, and more"}});
    let merged: Written = other.patch(&path, old).await.ok().json();
    let known = [Outcome::Merged, Outcome::ConflictCopy];
    assert!(
        known.contains(&merged.result.outcome),
        "an imported text is a base like any"
    );
}

#[tokio::test]
async fn a_history_that_is_larger_than_a_request_comes_back_in_parts() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let text = |n: u64| format!("{n} {}", "x".repeat(400_000));
    let body = json!({"kind": "prompt", "set": {"title": "long"}, "body": text(1)});
    let long = Prompt::made(&app, &person, body).await;
    for n in 2..=12 {
        long.write(&text(n)).await;
        if n == 3 {
            long.publish("the third").await;
        }
    }
    app.advance(100_000);
    let (other, after) = there_and_back(&app, &person).await;
    let versions = after["items"][0]["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 12);
    let list: krowoc_shared::library::wire::Page =
        other.get("/api/v1/library?kind=prompt").await.ok().json();
    assert_eq!(
        (list.items[0].status, list.items[0].published),
        (Status::Draft, true)
    );
}

#[tokio::test]
async fn an_old_trash_has_its_days_from_the_import_on_and_its_times_are_those_of_the_file() {
    const DAY: i64 = 86_400_000;
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let now = krowoc_tests::clock::BEGIN;
    let (edited, deleted) = (now - 120 * DAY, now - 100 * DAY);
    let set = json!({"title": "old", "created_at": edited, "deleted_at": deleted});
    let item = json!({"kind": "prompt", "set": set, "body": "a", "updated_at": edited});
    let answer = person
        .post("/api/v1/library/import", json!({"items": [item]}))
        .await
        .ok();
    let results = answer.json::<BatchResult>().results;
    assert!(refused(&results).is_empty(), "{results:?}");
    assert_eq!(purge::run(&app.state).await.unwrap().purged, 0);
    let list: krowoc_shared::library::wire::Page =
        person.get("/api/v1/library?trash=true").await.ok().json();
    assert_eq!(list.items[0].updated_at, edited);
    let out: Value = serde_json::from_str(&export(&person).await).unwrap();
    assert_eq!(out["items"][0]["updatedAt"], edited);
    app.advance(91 * DAY);
    assert_eq!(purge::run(&app.state).await.unwrap().purged, 1);
}

#[tokio::test]
async fn what_is_wrong_in_a_history_is_told_with_its_place_and_nothing_is_made_of_it() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let history = json!([{"text": "one", "number": 2}, {"text": "two", "number": 2}]);
    let items = json!({"items": [
        {"kind": "prompt", "body": "two", "history": history},
        {"kind": "snippet", "body": "x", "history": [{"text": "x", "published": true}]},
        {"kind": "prompt", "body": "fine", "history": [{"text": "fine"}]},
    ]});
    let answer = person.post("/api/v1/library/import", items).await.ok();
    let results = answer.json::<BatchResult>().results;
    let fields: Vec<Option<String>> = results
        .into_iter()
        .map(|it| it.violation.map(|it| it.field))
        .collect();
    let place = |text: &str| Some(text.to_owned());
    assert_eq!(
        fields,
        [
            place("/history/1/number"),
            place("/history/0/published"),
            None
        ]
    );
    let overview: Overview = person.get("/api/v1/library/overview").await.ok().json();
    assert_eq!((overview.prompts, overview.snippets), (1, 0));
}

#[tokio::test]
async fn a_published_version_comes_later_only_before_the_one_that_is_published_last() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let version = |number: u64, published: bool| {
        let text = format!("text {number}");
        json!({"title": "T", "text": text, "number": number, "published": published})
    };
    let item = |history: Value| json!({"id": doc_id(), "kind": "prompt", "set": {"title": "T"}, "body": "text 9", "history": history});
    let published = item(json!([version(5, true), version(9, false)]));
    let draft = item(json!([version(9, false)]));
    let items = json!({"items": [published, draft]});
    let answer = person.post("/api/v1/library/import", &items).await.ok();
    let results = answer.json::<BatchResult>().results;
    assert!(refused(&results).is_empty(), "{results:?}");
    let versions = json!({"versions": [version(3, true), version(4, false), version(7, true), version(8, false)]});
    for (at, kept, last) in [(0_usize, 3, Some(5)), (1, 2, None)] {
        let path = format!(
            "/api/v1/library/{}",
            items["items"][at]["id"].as_str().unwrap()
        );
        let history = format!("{path}/history");
        let answer: VersionsKept = person.post(&history, &versions).await.ok().json();
        assert_eq!(answer.kept, kept);
        let view: DocumentView = person.get(&path).await.ok().json();
        assert_eq!(view.published, last);
        let left_out = person.get(&format!("{path}/versions/7")).await;
        assert_eq!(left_out.code(), ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn what_only_an_import_brings_is_refused_where_one_document_is_made() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let pasts = [
        ("history", json!([{"text": "one"}])),
        ("archived", json!(true)),
        ("edited", json!(true)),
        ("updated_at", json!(1)),
        ("uses", json!(3)),
    ];
    for (name, value) in pasts {
        let mut body = json!({"kind": "prompt", "body": "one"});
        body[name] = value;
        let answer = person.post("/api/v1/library", body).await;
        assert_eq!(answer.code(), ErrorCode::InvalidField, "{name}");
        let problem: Value = answer.json();
        assert_eq!(problem["field"], format!("/{name}"));
    }
    let overview: Overview = person.get("/api/v1/library/overview").await.ok().json();
    assert_eq!(overview.prompts, 0);
}

#[tokio::test]
async fn more_versions_than_a_request_may_bring_are_too_large() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let most = krowoc_shared::library::limits::IMPORT_VERSIONS;
    let versions = |many: usize| vec![json!({"text": "x"}); many];
    let item = |many: usize| json!({"id": doc_id(), "kind": "prompt", "body": "x", "history": versions(many)});
    let items = json!({"items": [item(most), item(1)]});
    let answer = person.post("/api/v1/library/import", items).await;
    assert_eq!(answer.code(), ErrorCode::TooLarge);
    let path = format!("/api/v1/library/{}/history", doc_id());
    let answer = person
        .post(&path, json!({"versions": versions(most + 1)}))
        .await;
    assert_eq!(answer.code(), ErrorCode::TooLarge);
}

#[tokio::test]
async fn a_history_is_not_written_into_what_was_never_imported_nor_into_what_another_has() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let body = json!({"kind": "prompt", "body": "mine"});
    let mine = Prompt::made(&app, &person, body).await;
    mine.write("mine, later").await;
    let path = format!("{}/history", mine.path);
    let forged =
        json!({"versions": [{"text": "forged", "number": 1}, {"text": "forged", "number": 9}]});
    let answer: VersionsKept = person.post(&path, &forged).await.ok().json();
    assert_eq!(answer.kept, 0);
    let first: Version = person
        .get(&format!("{}/versions/1", mine.path))
        .await
        .ok()
        .json();
    assert_eq!((first.text.as_str(), first.imported), ("mine", false));
    let wrong = json!({"versions": [{"text": "x", "number": 0}]});
    assert_eq!(
        person.post(&path, wrong).await.code(),
        ErrorCode::InvalidField
    );
    let other = app.sign_up("b@example.org").await;
    assert_eq!(other.post(&path, &forged).await.code(), ErrorCode::NotFound);
    let nowhere = format!("/api/v1/library/{}/history", DocId::mint(1, [3; 10]));
    assert_eq!(
        person.post(&nowhere, forged).await.code(),
        ErrorCode::NotFound
    );
}
