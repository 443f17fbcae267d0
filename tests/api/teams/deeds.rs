//! What the audit log tells of a team's library, through whichever door it was done; and what it does not tell.

use crate::graphql::ask;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_server::store::{Conn, Role as Door, open};
use krowoc_shared::access::Role;
use krowoc_shared::access::wire::{AuditEntry, AuditPage, Deed};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Field;
use krowoc_shared::library::lifecycle::Act;
use krowoc_shared::library::wire::{BatchResult, DocumentView, Written};
use krowoc_shared::sync::wire::{Op, Outcome, PushReply};
use krowoc_tests::ops::{doc_id, edit, op_id, prompt};
use krowoc_tests::teams::Team;
use krowoc_tests::{Answer, Caller, TestApp};
use serde_json::{Value, json};

/// The deeds of one document's life, in an order in which each can be done.
const LIFE: [Deed; 5] = [
    Deed::Published,
    Deed::Archived,
    Deed::Unarchived,
    Deed::Trashed,
    Deed::Restored,
];

/// How something is done.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    Rest,
    Graphql,
    Bulk,
    Sync,
}

/// A deed, the name in it, and how many documents.
type Line = (Deed, Option<String>, Option<u64>);

/// A library, and who writes to it.
struct Library {
    app: TestApp,
    owner: Caller,
    editor: Caller,
    device: Caller,
    team: Option<Team>,
}

impl Library {
    async fn of_a_team() -> Self {
        let app = TestApp::start().await;
        let owner = app.sign_up("owner@example.org").await;
        let team = Team::of(&owner, "Keepers").await;
        let editor = app.sign_up("editor@example.org").await;
        team.enrol(&app, &editor, Role::Editor).await;
        let (device, _) = editor.connect_device("Laptop").await;
        Self {
            app,
            owner,
            editor,
            device,
            team: Some(team),
        }
    }

    async fn of_a_person() -> Self {
        let app = TestApp::start().await;
        let owner = app.sign_up("owner@example.org").await;
        let (device, _) = owner.connect_device("Laptop").await;
        Self {
            editor: owner.again(),
            app,
            owner,
            device,
            team: None,
        }
    }

    fn path(&self, rest: &str) -> String {
        let space = self.team.map(|team| format!("?space={}", team.id));
        format!("/api/v1/library{rest}{}", space.unwrap_or_default())
    }

    async fn makes(&self, title: &str) -> DocId {
        let body = json!({"kind": "prompt", "set": {"title": title}, "body": title});
        let made: Written = self.editor.post(&self.path(""), body).await.ok().json();
        made.document.id
    }

    async fn body_rev(&self, id: DocId) -> u64 {
        let path = self.path(&format!("/{id}"));
        let view: DocumentView = self.editor.get(&path).await.ok().json();
        view.document.body.rev
    }

    /// Gives a prompt another text, so that it can be published.
    async fn writes(&self, id: DocId, text: &str) {
        let body = json!({"body": {"base_rev": self.body_rev(id).await, "text": text}});
        let path = self.path(&format!("/{id}"));
        self.editor.patch(&path, body).await.ok();
    }

    async fn log(&self) -> Vec<AuditEntry> {
        let team = self.team.unwrap();
        let page: AuditPage = self.owner.get(&team.path("/audit")).await.ok().json();
        page.entries
    }

    async fn last(&self) -> u64 {
        self.log().await.first().map_or(0, |entry| entry.number)
    }

    /// What was written since an entry, in order.
    async fn since(&self, number: u64) -> Vec<Line> {
        let entries = self.log().await.into_iter();
        let new = entries.take_while(|entry| entry.number > number);
        let mut lines: Vec<Line> = new
            .map(|entry| (entry.deed, entry.name, entry.documents))
            .collect();
        lines.reverse();
        lines
    }

    async fn pushes(&self, ops: Vec<Op>) -> Answer {
        let client = match self.team {
            Some(team) => team.syncing(&self.device).await,
            None => {
                let space = self.owner.space().await;
                Team { id: space }.syncing(&self.device).await
            }
        };
        client.try_push(ops).await.ok()
    }

    async fn by_rest(&self, deed: Deed, id: DocId) -> Answer {
        let path = |rest: &str| self.path(&format!("/{id}{rest}"));
        let by = &self.editor;
        match deed {
            Deed::Published => {
                let body = json!({"body_rev": self.body_rev(id).await});
                by.post(&path("/publish"), body).await
            }
            Deed::Archived => by.post(&path("/archive"), json!({})).await,
            Deed::Unarchived => by.post(&path("/unarchive"), json!({})).await,
            Deed::Trashed => by.delete(&path("")).await,
            _ => by.post(&path("/restore"), json!({})).await,
        }
        .ok()
    }

    async fn by_graphql(&self, deed: Deed, id: DocId) -> Answer {
        let (field, input) = match deed {
            Deed::Published => {
                let rev = self.body_rev(id).await;
                ("publishPrompt", format!(", input: {{bodyRev: {rev}}}"))
            }
            Deed::Archived => ("archivePrompt", String::new()),
            Deed::Unarchived => ("unarchivePrompt", String::new()),
            Deed::Trashed => ("trashDocument", String::new()),
            _ => ("restoreDocument", String::new()),
        };
        let query = format!(
            "mutation($id: ID!, $space: ID) {{ {field}(id: $id, space: $space{input}) {{ result {{ outcome }} }} }}"
        );
        let space = self.team.map(|team| team.id);
        let answer = ask(&self.editor, &query, json!({"id": id, "space": space})).await;
        let whole: Value = answer.json();
        assert!(whole.get("errors").is_none(), "{query}: {whole}");
        answer
    }

    async fn in_bulk(&self, deed: Deed, ids: &[DocId]) -> Answer {
        let mut body = match deed {
            Deed::Published => json!({"step": "publish"}),
            Deed::Archived => json!({"step": "archive"}),
            Deed::Unarchived => json!({"step": "unarchive"}),
            Deed::Trashed => json!({"set": {"deleted_at": self.app.state.now()}}),
            _ => json!({"set": {"deleted_at": null}}),
        };
        body["ids"] = json!(ids);
        let path = self.path("/bulk");
        self.editor.post(&path, body).await.ok()
    }

    async fn by_sync(&self, deed: Deed, ids: &[DocId]) -> Answer {
        let now = self.app.state.now();
        let mut ops = Vec::new();
        for id in ids {
            let mut op = edit(*id, now);
            match deed {
                Deed::Published => {
                    op.act = Some(Act::Publish {
                        body_rev: self.body_rev(*id).await,
                        note: String::new(),
                    });
                }
                Deed::Archived => op.act = Some(Act::Archive),
                Deed::Unarchived => op.act = Some(Act::Unarchive),
                Deed::Trashed => drop(op.set.insert(Field::DeletedAt, now.into())),
                _ => drop(op.set.insert(Field::DeletedAt, Value::Null)),
            }
            ops.push(op);
        }
        let answer = self.pushes(ops.clone()).await;
        let reply: PushReply = answer.json();
        let taken = |result: &krowoc_shared::sync::wire::OpResult| {
            matches!(result.outcome, Outcome::Applied | Outcome::Merged)
        };
        assert!(reply.results.iter().all(taken), "{:?}", reply.results);
        // Repeated, they are known.
        self.pushes(ops).await;
        answer
    }

    /// Does it, later than all before it.
    async fn does(&self, deed: Deed, by: By, ids: &[DocId]) -> Answer {
        self.app.advance(1_000);
        match by {
            By::Rest => self.by_rest(deed, ids[0]).await,
            By::Graphql => self.by_graphql(deed, ids[0]).await,
            By::Bulk => self.in_bulk(deed, ids).await,
            By::Sync => self.by_sync(deed, ids).await,
        }
    }

    async fn imports(&self, items: &Value) -> BatchResult {
        let body = json!({"items": items});
        let path = self.path("/import");
        self.editor.post(&path, body).await.ok().json()
    }
}

/// Entries of all teams.
fn entries(app: &TestApp) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let mut conn: Conn = open(app.state.store.url(), Door::Writer).unwrap();
    let sql = "SELECT count(*) AS n FROM team_event";
    let count: Count = diesel::sql_query(sql).get_result(&mut conn).unwrap();
    count.n
}

fn named(deed: Deed, name: &str) -> Line {
    (deed, Some(name.to_owned()), None)
}

const fn many(deed: Deed, count: u64) -> Line {
    (deed, None, Some(count))
}

#[tokio::test]
async fn every_deed_has_its_line_whichever_door_it_comes_through() {
    let it = Library::of_a_team().await;
    let ids = [it.makes("One").await, it.makes("Two").await];
    assert_eq!(it.since(1).await, [], "what is made has no line");
    for by in [By::Rest, By::Graphql, By::Bulk, By::Sync] {
        for count in 1..=2 {
            if count == 2 && matches!(by, By::Rest | By::Graphql) {
                continue;
            }
            let ids = &ids[..count];
            for id in ids {
                it.writes(*id, &format!("{by:?} {count}")).await;
            }
            for deed in LIFE {
                let last = it.last().await;
                let answer = it.does(deed, by, ids).await;
                let expected = match count {
                    1 => named(deed, "One"),
                    _ => many(deed, 2),
                };
                assert_eq!(it.since(last).await, [expected], "{by:?} {count}");
                let entry = it.log().await.remove(0);
                assert_eq!(entry.by.unwrap().email, "editor@example.org");
                assert_eq!(entry.at, it.app.state.now());
                assert_eq!(entry.correlation_id, answer.header("x-correlation-id"));
            }
        }
    }
}

#[tokio::test]
async fn a_push_of_many_operations_has_one_line_a_kind_of_deed() {
    let it = Library::of_a_team().await;
    let made: Vec<Op> = ["One", "Two", "Three"].map(|it| prompt(it, "x")).into();
    let ids: Vec<DocId> = made.iter().map(|op| op.doc_id).collect();
    it.pushes(made).await;
    it.app.advance(1_000);
    let last = it.last().await;
    let now = it.app.state.now();
    let archive = |id: &DocId| edit(*id, now).with_act(Act::Archive);
    let mut ops: Vec<Op> = ids.iter().map(archive).collect();
    ops.push(edit(ids[2], now).with(Field::DeletedAt, now));
    ops.push(edit(ids[0], now).with(Field::Title, "First"));
    // There and back: a document counts once for each.
    let later = now + 1;
    ops.push(edit(ids[1], later).with_act(Act::Unarchive));
    ops.push(edit(ids[1], later + 1).with_act(Act::Archive));
    it.pushes(ops).await;
    assert_eq!(
        it.since(last).await,
        [
            many(Deed::Archived, 3),
            named(Deed::Trashed, "Three"),
            named(Deed::Unarchived, "Two")
        ]
    );
}

#[tokio::test]
async fn a_bulk_edit_has_one_line_besides_those_of_what_it_does() {
    let it = Library::of_a_team().await;
    let ids = [it.makes("One").await, it.makes("Two").await];
    let edits = async |body: Value| -> Vec<Line> {
        it.app.advance(1_000);
        let last = it.last().await;
        it.editor.post(&it.path("/bulk"), body).await.ok();
        it.since(last).await
    };
    let told = edits(json!({"ids": [ids[0], doc_id(), ids[1]], "tags": {"add": ["sea"]}})).await;
    assert_eq!(
        told,
        [many(Deed::BulkEdited, 2)],
        "who is not there is not counted"
    );
    let told = edits(json!({"ids": [ids[1]], "meta": {"topic": "sea"}})).await;
    assert_eq!(told, [named(Deed::BulkEdited, "Two")]);
    let told = edits(json!({"ids": ids, "set": {"favourite": true}, "step": "archive"})).await;
    assert_eq!(told, [many(Deed::Archived, 2), many(Deed::BulkEdited, 2)]);
    let query = "mutation($input: BulkEditInput!, $space: ID) { editDocuments(input: $input, space: $space) { results { outcome } } }";
    let input = json!({"ids": ids, "tags": {"add": ["light"]}});
    let last = it.last().await;
    let space = it.team.unwrap().id;
    ask(&it.editor, query, json!({"input": input, "space": space}))
        .await
        .ok();
    assert_eq!(it.since(last).await, [many(Deed::BulkEdited, 2)]);
}

#[tokio::test]
async fn an_import_is_one_line_with_its_past_and_its_trash() {
    let it = Library::of_a_team().await;
    let there = it.makes("There").await;
    let item = |title: &str| json!({"op_id": op_id(), "id": doc_id(), "kind": "prompt", "set": {"title": title}, "body": title});
    let mut lived = item("Lived");
    lived["history"] = json!([
        {"title": "Lived", "text": "first", "at": 1, "published": true},
        {"title": "Lived", "text": "second", "at": 2, "published": true},
    ]);
    lived["archived"] = json!(true);
    let mut gone = item("Gone");
    gone["set"]["deleted_at"] = json!(it.app.state.now());
    let mut gone_with_a_past = gone.clone();
    gone_with_a_past["id"] = json!(doc_id());
    gone_with_a_past["op_id"] = json!(op_id());
    gone_with_a_past["history"] = lived["history"].clone();
    let mut known = item("Known");
    known["id"] = json!(there);
    let items = json!([item("Plain"), lived, gone, gone_with_a_past, known]);
    let last = it.last().await;
    for _ in 0..2 {
        it.imports(&items).await;
        assert_eq!(it.since(last).await, [many(Deed::Imported, 4)]);
    }
    let last = it.last().await;
    it.imports(&json!([item("Alone")])).await;
    assert_eq!(it.since(last).await, [named(Deed::Imported, "Alone")]);
    let query = "mutation($input: ImportBatchInput!, $space: ID) { importDocuments(input: $input, space: $space) { results { outcome } } }";
    let input = json!({"items": [{"kind": "SNIPPET", "body": "untitled"}]});
    let last = it.last().await;
    let space = it.team.unwrap().id;
    ask(&it.editor, query, json!({"input": input, "space": space}))
        .await
        .ok();
    assert_eq!(it.since(last).await, [(Deed::Imported, None, None)]);
}

#[tokio::test]
async fn the_older_part_of_a_history_has_a_line_when_any_of_it_was_kept() {
    let it = Library::of_a_team().await;
    let id = doc_id();
    let history = json!([{"title": "Lived", "text": "third", "number": 3}]);
    let item = json!({"op_id": op_id(), "id": id, "kind": "prompt", "set": {"title": "Lived"}, "body": "third", "history": history});
    it.imports(&json!([item])).await;
    let last = it.last().await;
    let older = json!({"versions": [{"title": "Lived", "text": "first", "number": 1}]});
    let path = it.path(&format!("/{id}/history"));
    for _ in 0..2 {
        it.editor.post(&path, &older).await.ok();
        assert_eq!(it.since(last).await, [named(Deed::Imported, "Lived")]);
    }
}

#[tokio::test]
async fn what_edits_one_document_changes_nothing_or_is_refused_has_no_line() {
    let it = Library::of_a_team().await;
    let id = it.makes("One").await;
    let path = it.path(&format!("/{id}"));
    it.writes(id, "Another text").await;
    let edit_of_all = json!({"set": {"title": "Uno"}, "tags": {"add": ["sea"]}});
    it.editor.patch(&path, edit_of_all).await.ok();
    let stale = it.path(&format!("/{id}/publish"));
    let stale = it.editor.post(&stale, json!({"body_rev": 999})).await;
    assert_eq!(stale.code(), ErrorCode::StaleRevision);
    let viewer = it.app.sign_up("viewer@example.org").await;
    let team = it.team.unwrap();
    team.enrol(&it.app, &viewer, Role::Viewer).await;
    assert_eq!(viewer.delete(&path).await.code(), ErrorCode::RoleTooLow);
    let now = it.app.state.now();
    let trash = edit(id, now).with(Field::DeletedAt, now);
    let reply = team.syncing(&viewer).await.push(vec![trash]).await;
    assert_eq!(reply.results[0].outcome, Outcome::Rejected);
    assert_eq!(it.since(1).await, []);
    for (deed, next) in [
        (Deed::Unarchived, None),
        (Deed::Restored, None),
        (Deed::Archived, Some(Deed::Archived)),
        (Deed::Archived, None),
        (Deed::Trashed, Some(Deed::Trashed)),
        (Deed::Trashed, None),
    ] {
        let last = it.last().await;
        it.does(deed, By::Rest, &[id]).await;
        let expected: Vec<Line> = next.map(|deed| named(deed, "Uno")).into_iter().collect();
        assert_eq!(it.since(last).await, expected, "{deed:?}");
    }
}

#[tokio::test]
async fn what_is_done_in_ones_own_library_stands_in_no_log() {
    let it = Library::of_a_person().await;
    let ids = [it.makes("One").await, it.makes("Two").await];
    for by in [By::Rest, By::Graphql, By::Bulk, By::Sync] {
        for id in ids {
            it.writes(id, &format!("{by:?}")).await;
        }
        for deed in LIFE {
            it.does(deed, by, &ids).await;
        }
    }
    it.imports(&json!([{"kind": "prompt", "body": "x"}])).await;
    assert_eq!(entries(&it.app), 0);
}

#[tokio::test]
async fn the_download_of_an_account_tells_with_how_many_documents() {
    let it = Library::of_a_team().await;
    let ids = [it.makes("One").await, it.makes("Two").await];
    it.does(Deed::Trashed, By::Bulk, &ids).await;
    let all: Value = it.editor.get("/api/v1/account/export").await.ok().json();
    let line = &all["team_events"][0];
    assert_eq!(
        (&line["deed"], &line["documents"], &line["by_me"]),
        (&json!("trashed"), &json!(2), &json!(true))
    );
}
