//! Draft, published, archived: over HTTP and over sync, with what the database itself refuses.

use diesel::connection::SimpleConnection;
use krowoc_server::store::{DatabaseUrl, Role, open};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Field;
use krowoc_shared::library::lifecycle::{Act, Status};
use krowoc_shared::library::wire::{
    BatchResult, DocumentView, Page, PromptName, Version, Versions, Written,
};
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, edit, prompt};
use krowoc_tests::{Caller, TestApp};
use serde_json::{Value, json};

/// A prompt of a person.
struct Prompt {
    person: Caller,
    id: DocId,
}

impl Prompt {
    async fn made(person: Caller, text: &str) -> Self {
        let body = json!({"kind": "prompt", "set": {"title": "Lawyer"}, "body": text});
        let made: Written = person.post("/api/v1/library", body).await.ok().json();
        Self {
            person,
            id: made.document.id,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/library/{}{rest}", self.id)
    }

    async fn view(&self) -> DocumentView {
        self.person.get(&self.path("")).await.ok().json()
    }

    async fn edit(&self, body: Value) -> Written {
        self.person.patch(&self.path(""), body).await.ok().json()
    }

    async fn write(&self, text: &str) -> Written {
        let base_rev = self.view().await.document.body.rev;
        self.edit(json!({"body": {"base_rev": base_rev, "text": text}}))
            .await
    }

    async fn publish(&self, note: &str) -> Written {
        let body_rev = self.view().await.document.body.rev;
        let body = json!({"body_rev": body_rev, "note": note});
        self.step("/publish", body).await
    }

    async fn step(&self, rest: &str, body: Value) -> Written {
        self.person.post(&self.path(rest), body).await.ok().json()
    }

    async fn versions(&self) -> Vec<Version> {
        let all: Versions = self.person.get(&self.path("/versions")).await.ok().json();
        all.items
    }

    async fn version(&self, number: u64) -> Version {
        let path = self.path(&format!("/versions/{number}"));
        self.person.get(&path).await.ok().json()
    }
}

async fn listed(person: &Caller, query: &str) -> Vec<(String, Status, bool)> {
    let path = format!("/api/v1/library?{query}");
    let page: Page = person.get(&path).await.ok().json();
    let row = |it: krowoc_shared::library::wire::Summary| (it.title, it.status, it.published);
    page.items.into_iter().map(row).collect()
}

#[tokio::test]
async fn a_prompt_goes_from_draft_to_published_to_the_next_draft_and_to_the_archive() {
    let app = TestApp::start().await;
    let prompt = Prompt::made(app.sign_up("a@example.org").await, "Act as a lawyer").await;
    let draft = prompt.view().await;
    assert_eq!(draft.document.lifecycle.status(), Status::Draft);
    assert_eq!(draft.published, None);
    let published = prompt.publish("first").await;
    assert_eq!(published.document.lifecycle.status(), Status::Published);
    assert_eq!(prompt.view().await.published, Some(1));
    prompt.write("Act as a judge").await;
    let next = prompt.view().await;
    assert_eq!(next.document.lifecycle.status(), Status::Draft);
    assert_eq!(
        (next.published, next.versions),
        (Some(1), 2),
        "the first stays published"
    );
    prompt.publish("second").await;
    assert_eq!(prompt.view().await.published, Some(2));
    let away = prompt.step("/archive", json!({})).await;
    assert_eq!(away.document.lifecycle.status(), Status::Archived);
    let refused = prompt
        .person
        .post(
            &prompt.path("/publish"),
            json!({"body_rev": away.document.body.rev}),
        )
        .await;
    assert_eq!(refused.code(), ErrorCode::NotPublishable);
    let back = prompt.step("/unarchive", json!({})).await;
    assert_eq!(back.document.lifecycle.status(), Status::Published);
    let versions = prompt.versions().await;
    let known: Vec<_> = versions
        .iter()
        .map(|it| (it.number, it.note.as_str(), it.published_at.is_some()))
        .collect();
    assert_eq!(known, [(2, "second", true), (1, "first", true)]);
}

#[tokio::test]
async fn a_published_version_keeps_text_author_note_and_what_it_is_run_with() {
    let app = TestApp::start().await;
    let prompt = Prompt::made(app.sign_up("a@example.org").await, "Act as {{who}}").await;
    let variables = json!([{"name": "who", "type": "text"}]);
    prompt
        .edit(json!({"set": {"description": "for contracts", "variables": variables}}))
        .await;
    prompt.publish("first").await;
    let first = prompt.version(1).await;
    assert_eq!(first.text, "Act as {{who}}");
    assert_eq!(first.author.as_deref(), Some("a@example.org"));
    let snapshot = first.snapshot.clone().unwrap();
    assert_eq!(snapshot.description, "for contracts");
    assert_eq!(snapshot.variables, variables);
    prompt
        .edit(json!({"set": {"title": "Judge", "description": "for courts"}}))
        .await;
    assert_eq!(
        prompt.view().await.document.lifecycle.status(),
        Status::Draft
    );
    prompt.publish("second").await;
    let second = prompt.version(2).await;
    assert_eq!(
        (second.text.as_str(), second.title.as_str()),
        ("Act as {{who}}", "Judge")
    );
    assert_eq!(prompt.version(1).await, first, "it is as it was");
    let missing = prompt.person.get(&prompt.path("/versions/3")).await;
    assert_eq!(missing.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_text_that_was_edited_meanwhile_is_not_published_unseen() {
    let app = TestApp::start().await;
    let prompt = Prompt::made(app.sign_up("a@example.org").await, "Act as a lawyer").await;
    let seen = prompt.view().await.document.body.rev;
    prompt.write("Act as a judge").await;
    let body = json!({"body_rev": seen});
    let refused = prompt.person.post(&prompt.path("/publish"), body).await;
    assert_eq!(refused.code(), ErrorCode::StaleRevision);
    assert_eq!(prompt.view().await.published, None);
}

#[tokio::test]
async fn a_repeated_request_publishes_once() {
    let app = TestApp::start().await;
    let prompt = Prompt::made(app.sign_up("a@example.org").await, "Act as a lawyer").await;
    let rev = prompt.view().await.document.body.rev;
    let body = json!({"body_rev": rev, "note": "n", "op_id": krowoc_tests::ops::op_id()});
    let once = prompt.step("/publish", body.clone()).await;
    let twice = prompt.step("/publish", body).await;
    assert_eq!(twice.result.outcome, Outcome::Duplicate);
    assert_eq!(once.document, twice.document);
    assert_eq!(prompt.versions().await.len(), 1);
}

#[tokio::test]
async fn lists_tell_where_a_prompt_stands_and_are_narrowed_by_it() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    for (title, steps) in [
        ("draft", &[][..]),
        ("published", &["/publish"]),
        ("archived", &["/publish", "/archive"]),
    ] {
        let body = json!({"kind": "prompt", "set": {"title": title}, "body": title});
        let made: Written = person.post("/api/v1/library", body).await.ok().json();
        for step in steps {
            let path = format!("/api/v1/library/{}{step}", made.document.id);
            let body = json!({"body_rev": made.document.body.rev});
            person.post(&path, body).await.ok();
        }
    }
    let snippet = json!({"kind": "snippet", "body": "a passage"});
    person.post("/api/v1/library", snippet).await.ok();
    for (query, expected) in [
        (
            "status=draft",
            vec![("draft".to_owned(), Status::Draft, false)],
        ),
        (
            "status=published",
            vec![("published".to_owned(), Status::Published, true)],
        ),
        (
            "status=archived&q=archived",
            vec![("archived".to_owned(), Status::Archived, true)],
        ),
        (
            "status=archived&kind=prompt",
            vec![("archived".to_owned(), Status::Archived, true)],
        ),
        ("status=published&q=archived", vec![]),
    ] {
        assert_eq!(listed(&person, query).await, expected, "{query}");
    }
    assert_eq!(listed(&person, "kind=prompt").await.len(), 3);
    let unknown = person.get("/api/v1/library?status=gone").await;
    assert_eq!(unknown.code(), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn many_prompts_are_published_and_put_away_at_once_and_the_others_are_told() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let mut ids = Vec::new();
    for (kind, text) in [("prompt", "one"), ("prompt", ""), ("snippet", "two")] {
        let body = json!({"kind": kind, "set": {"title": text}, "body": text});
        let made: Written = person.post("/api/v1/library", body).await.ok().json();
        ids.push(made.document.id);
    }
    let bulk = async |step: &str| -> Vec<Option<ErrorCode>> {
        let body = json!({"ids": ids, "step": step, "note": "together"});
        let answer = person.post("/api/v1/library/bulk", body).await.ok();
        let results = answer.json::<BatchResult>().results.into_iter();
        results.map(|it| it.violation.map(|it| it.code)).collect()
    };
    let (empty, kind) = (ErrorCode::NotPublishable, ErrorCode::InvalidField);
    assert_eq!(bulk("publish").await, [None, Some(empty), Some(kind)]);
    let path = format!("/api/v1/library/{}/versions/1", ids[0]);
    let version: Version = person.get(&path).await.ok().json();
    assert_eq!(version.note, "together");
    assert_eq!(bulk("archive").await, [None, None, Some(kind)]);
    assert_eq!(listed(&person, "status=archived").await.len(), 2);
    assert_eq!(bulk("unarchive").await, [None, None, Some(kind)]);
    let published = [("one".to_owned(), Status::Published, true)];
    assert_eq!(listed(&person, "status=published").await, published);
    let unknown = json!({"ids": ids, "step": "burn"});
    let refused = person.post("/api/v1/library/bulk", unknown).await;
    assert_eq!(refused.code(), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_prompt_tells_the_name_that_programs_call_it_by() {
    let app = TestApp::start().await;
    let prompt = Prompt::made(app.sign_up("a@example.org").await, "Act as a lawyer").await;
    let name = async |prompt: &Prompt| prompt.person.get(&prompt.path("/name")).await;
    let found: PromptName = name(&prompt).await.ok().json();
    assert_eq!(found.slug, "lawyer");
    prompt.edit(json!({"set": {"title": "Zażółć (v2)"}})).await;
    let found: PromptName = name(&prompt).await.ok().json();
    assert_eq!(found.slug, "zazolc-v2");
    // One that was chosen stays whatever the title becomes, and goes before an older prompt's title.
    let person = &prompt.person;
    let chef = json!({"kind": "prompt", "set": {"title": "Chef"}, "body": "Cook", "meta": {"slug": "Zażółć V2"}});
    let made: Written = person.post("/api/v1/library", chef).await.ok().json();
    let younger = format!("/api/v1/library/{}", made.document.id);
    let called = async || -> String {
        let answer = person.get(&format!("{younger}/name")).await;
        answer.ok().json::<PromptName>().slug
    };
    assert_eq!(called().await, "zazolc-v2");
    let cook = json!({"set": {"title": "Cook"}});
    person.patch(&younger, cook).await.ok();
    assert_eq!(called().await, "zazolc-v2");
    let found: PromptName = name(&prompt).await.ok().json();
    assert_eq!(found.slug, "zazolc-v2-2");
    let none = json!({"meta": {"slug": null}});
    person.patch(&younger, none).await.ok();
    assert_eq!(called().await, "cook");
    let other = Prompt {
        person: app.sign_up("b@example.org").await,
        id: prompt.id,
    };
    assert_eq!(name(&other).await.code(), ErrorCode::NotFound);
    prompt.person.delete(&prompt.path("")).await.ok();
    assert_eq!(name(&prompt).await.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_device_archives_offline_and_the_later_mark_decides() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompt("Lawyer", "Act as a lawyer");
    let id = made.doc_id;
    device.push(vec![made]).await;
    let later = edit(id, BEGIN + 9).with_act(Act::Unarchive);
    let earlier = edit(id, BEGIN + 5).with_act(Act::Archive);
    device.push(vec![later, earlier]).await;
    let document = device.document(id).await;
    assert_eq!(document.lifecycle.status(), Status::Draft);
    let publish = Act::Publish {
        body_rev: document.body.rev,
        note: String::new(),
    };
    let reply = device
        .push(vec![edit(id, BEGIN + 20).with_act(publish)])
        .await;
    assert_eq!(reply.results[0].outcome, Outcome::Applied);
    let document = device.document(id).await;
    assert_eq!(document.lifecycle.status(), Status::Published);
}

#[tokio::test]
async fn a_prompt_is_made_and_published_in_one_push() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompt("Lawyer", "Act as a lawyer");
    let id = made.doc_id;
    let publish = Act::Publish {
        body_rev: 1,
        note: "at once".into(),
    };
    let reply = device
        .push(vec![made, edit(id, BEGIN + 5).with_act(publish)])
        .await;
    assert_eq!(reply.results[1].outcome, Outcome::Applied);
    let path = format!("/api/v1/library/{id}/versions/1");
    let version: Version = device.caller.get(&path).await.ok().json();
    assert_eq!(version.note, "at once");
    assert!(version.published_at.is_some());
}

#[tokio::test]
async fn a_draft_is_kept_with_what_it_held_when_the_next_text_came() {
    let app = TestApp::start().await;
    let variables = json!([{"name": "who", "type": "text"}]);
    let execution = json!({"model": "openai/gpt-4o-mini"});
    let prompt = Prompt::made(app.sign_up("a@example.org").await, "Act as {{who}}").await;
    let set = json!({"title": "Judge", "variables": variables, "execution": execution});
    prompt.edit(json!({"set": set})).await;
    prompt.write("Act as a judge").await;
    prompt.edit(json!({"set": {"title": "Later"}})).await;
    let first = prompt.version(1).await;
    assert_eq!(first.title, "Judge");
    let held = first.snapshot.unwrap();
    assert_eq!((&held.variables, &held.execution), (&variables, &execution));

    let device = Syncing::of(&app, "b@example.org").await;
    let made = krowoc_tests::ops::prompt("Lawyer", "Act as {{who}}");
    let id = made.doc_id;
    let described = edit(id, BEGIN + 5).with(Field::Variables, variables.clone());
    let next = edit(id, BEGIN + 6).with_body(1, "Act as a judge");
    device.push(vec![made, described, next]).await;
    let path = format!("/api/v1/library/{id}/versions/1");
    let first: Version = device.caller.get(&path).await.ok().json();
    assert_eq!(first.text, "Act as {{who}}");
    assert_eq!(first.snapshot.unwrap().variables, variables);
}

fn refused(url: &DatabaseUrl, sql: &str) -> String {
    let mut conn = open(url, Role::Writer).unwrap();
    conn.batch_execute(sql).unwrap_err().to_string()
}

#[tokio::test]
async fn the_database_refuses_to_change_or_drop_a_published_version() {
    let app = TestApp::start().await;
    let prompt = Prompt::made(app.sign_up("a@example.org").await, "Act as a lawyer").await;
    prompt.publish("first").await;
    prompt.write("Act as a judge").await;
    let url = app.database.as_ref().unwrap().url.clone();
    for change in ["text = 'mine'", "note = 'mine'", "published_at = NULL"] {
        let sql = format!("UPDATE document_version SET {change} WHERE number = 1");
        let said = refused(&url, &sql);
        assert!(said.contains("never changes"), "{change}: {said}");
    }
    let said = refused(&url, "DELETE FROM document_version WHERE number = 1");
    assert!(said.contains("stays"), "{said}");
    let mut conn = open(&url, Role::Writer).unwrap();
    conn.batch_execute("UPDATE document_version SET title = 'other' WHERE number = 2")
        .unwrap();
    drop(conn);
    assert_eq!(prompt.version(1).await.text, "Act as a lawyer");
}

#[tokio::test]
async fn a_published_version_goes_with_its_document_after_the_trash_and_with_its_space() {
    let app = TestApp::start().await;
    let prompt = Prompt::made(app.sign_up("a@example.org").await, "Act as a lawyer").await;
    prompt.publish("first").await;
    prompt.person.delete(&prompt.path("")).await.ok();
    app.advance(91 * 86_400_000);
    let done = krowoc_server::jobs::purge::run(&app.state).await.unwrap();
    assert_eq!(done.purged, 1);
    let other = Prompt::made(app.sign_up("b@example.org").await, "Act as a judge").await;
    other.publish("first").await;
    let url = app.database.as_ref().unwrap().url.clone();
    let mut conn = open(&url, Role::Writer).unwrap();
    conn.batch_execute("DELETE FROM space").unwrap();
}
