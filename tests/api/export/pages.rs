//! Both downloads read a library in pages: of few queries, bounded by what documents and their versions hold, and whole.

use krowoc_server::store::pages::{self, Histories, Mark, Piece, Room};
use krowoc_server::store::{Conn, StoreError, versions};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::wire::{BatchResult, Version};
use krowoc_shared::sync::wire::Outcome;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, doc_id, edit, prompt};
use krowoc_tests::queries::Queries;
use krowoc_tests::{Caller, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every page of a walk, and how many queries each took.
async fn walk(
    app: &TestApp,
    space: SpaceId,
    which: Histories,
    room: Room,
) -> Vec<(Vec<Piece>, usize)> {
    let (mut all, mut mark) = (Vec::new(), Some(Mark::Begin));
    while let Some(at) = mark {
        let read = app.state.store.read(move |conn: &mut Conn| {
            let queries = Queries::of(conn);
            let page = pages::read(conn, space, at, which, room);
            Queries::leave(conn);
            page.map(|page| (page, queries.with("")))
        });
        let (page, queries) = read.await.unwrap();
        mark = page.next;
        all.push((page.pieces, queries));
    }
    all
}

/// Prompts with so many texts each, of so many bytes.
async fn library(person: &Caller, prompts: usize, texts: usize, bytes: usize) -> Vec<DocId> {
    let text = |number: usize| format!("{number} {}", "x".repeat(bytes));
    let version =
        |number: usize| json!({"title": "T", "text": text(number), "number": number, "at": number});
    let history: Vec<Value> = (1..=texts).map(version).collect();
    let ids: Vec<DocId> = (0..prompts).map(|_| doc_id()).collect();
    let item = |id: &DocId| json!({"id": id, "kind": "prompt", "set": {"title": "T"}, "body": text(texts), "history": history});
    let items: Vec<Value> = ids.iter().map(item).collect();
    let body = json!({"items": items});
    let made: BatchResult = person
        .post("/api/v1/library/import", body)
        .await
        .ok()
        .json();
    assert!(made.results.iter().all(|it| it.outcome == Outcome::Applied));
    ids
}

/// A prompt with a text and two sides of a conflict.
async fn conflict(person: &Caller) -> DocId {
    let (device, tokens) = person.connect_device("Laptop").await;
    let device = Syncing::device(device, &tokens);
    let made = prompt("T", "one line");
    let id = made.doc_id;
    let rev = device.push(vec![made]).await.results[0].body_rev;
    for text in ["another line", "a third line"] {
        let op = edit(id, BEGIN + 1).with_body(rev, text);
        device.push(vec![op]).await;
    }
    assert_eq!(device.document(id).await.conflicts.len(), 1);
    id
}

fn held(version: &Version) -> usize {
    version.text.len() + version.title.len()
}

/// What walks gave of each document, put together.
fn together(pages: &[(Vec<Piece>, usize)]) -> BTreeMap<DocId, Vec<Version>> {
    let mut all: BTreeMap<DocId, Vec<Version>> = BTreeMap::new();
    let mut open = None;
    for piece in pages.iter().flat_map(|(pieces, _)| pieces) {
        if let Some(stored) = &piece.document {
            assert_eq!(open, None, "the one before is whole");
            assert!(all.insert(stored.document.id, Vec::new()).is_none());
            open = Some(stored.document.id);
        }
        let id = open.unwrap();
        let known = all.get_mut(&id).unwrap();
        assert_eq!(piece.begun, !known.is_empty());
        known.extend(piece.versions.iter().cloned());
        if piece.whole {
            open = None;
        }
    }
    assert_eq!(open, None);
    all
}

/// The versions of a document as a walk gives them, read at once.
async fn kept(app: &TestApp, space: SpaceId, id: DocId, which: Histories) -> Vec<Version> {
    let read = app
        .state
        .store
        .read(move |conn: &mut Conn| versions::list(conn, space, id, 1 << 40, 1_000));
    let mut kept: Vec<Version> = read.await.unwrap();
    match which {
        Histories::Nothing => kept.clear(),
        Histories::Texts => {
            kept.retain(|version| !version.aside);
            kept.reverse();
        }
        Histories::All => {}
    }
    kept
}

#[tokio::test]
async fn a_page_takes_as_few_queries_for_many_documents_as_for_one() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let space = person.space().await;
    library(&person, 30, 3, 10).await;
    let most = async |documents, which| {
        let room = Room {
            documents,
            bytes: 1 << 20,
            measured: 100,
        };
        let pages = walk(&app, space, which, room).await;
        assert_eq!(together(&pages).len(), 30);
        pages.iter().map(|(_, queries)| *queries).max().unwrap()
    };
    for (which, queries) in [
        (Histories::Nothing, 2),
        (Histories::Texts, 3),
        (Histories::All, 3),
    ] {
        assert_eq!(most(1, which).await, queries, "{which:?}");
        assert_eq!(most(100, which).await, queries, "{which:?}");
    }
}

#[tokio::test]
async fn a_page_is_bounded_by_what_versions_hold_and_all_of_them_are_read() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let space = person.space().await;
    let small = library(&person, 6, 3, 1_000).await;
    let long = library(&person, 1, 12, 6_000).await;
    let two = conflict(&person).await;
    let room = Room {
        documents: 100,
        bytes: 20_000,
        measured: 100,
    };
    for which in [Histories::Nothing, Histories::Texts, Histories::All] {
        let pages = walk(&app, space, which, room).await;
        for (pieces, _) in &pages {
            let bodies = pieces.iter().filter_map(|piece| piece.document.as_ref());
            let bodies: usize = bodies.map(|it| it.document.body.text.len()).sum();
            let texts = pieces.iter().flat_map(|piece| &piece.versions);
            let texts: usize = texts.map(held).sum();
            assert!(bodies + texts <= 20_000, "{which:?}: {bodies} and {texts}");
        }
        let found = together(&pages);
        assert_eq!(found.len(), 8);
        for id in small.iter().chain(&long).chain([&two]) {
            assert_eq!(found[id], kept(&app, space, *id, which).await, "{which:?}");
        }
    }
}

#[tokio::test]
async fn after_a_page_of_one_document_few_are_measured_and_then_ever_more() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let space = person.space().await;
    library(&person, 9, 2, 10).await;
    let room = Room {
        documents: 5,
        bytes: 1 << 20,
        measured: 100,
    };
    let mut at = Some(Mark::Behind {
        doc: DocId::mint(0, [0; 10]),
        took: 1,
    });
    let mut taken = Vec::new();
    while let Some(mark) = at {
        let read = app
            .state
            .store
            .read(move |conn: &mut Conn| pages::read(conn, space, mark, Histories::All, room));
        let page = read.await.unwrap();
        taken.push(page.pieces.len());
        at = page.next;
    }
    assert_eq!(taken, [2, 4, 3, 0]);
}

#[tokio::test]
async fn a_history_of_more_versions_than_are_measured_at_a_time_is_read_whole() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let space = person.space().await;
    for texts in [11, 12] {
        let [id] = library(&person, 1, texts, 100).await[..] else {
            panic!("one")
        };
        // Too small for the document with its versions, and large enough for more of them than are measured.
        let room = Room {
            documents: 100,
            bytes: 3_000,
            measured: 4,
        };
        for which in [Histories::Texts, Histories::All] {
            let pages = walk(&app, space, which, room).await;
            let mut sizes: Vec<usize> = pages
                .iter()
                .flat_map(|(pieces, _)| pieces)
                .map(|piece| piece.versions.len())
                .collect();
            sizes.sort_unstable();
            assert_eq!(sizes.last(), Some(&4), "{which:?}: {sizes:?}");
            let expected = kept(&app, space, id, which).await;
            assert_eq!(expected.len(), texts);
            assert_eq!(together(&pages)[&id], expected, "{which:?}");
        }
    }
}

#[tokio::test]
async fn what_becomes_of_a_document_between_two_parts_of_its_history_breaks_nothing() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let space = person.space().await;
    let [id] = library(&person, 1, 4, 2_000).await[..] else {
        panic!("one")
    };
    let room = Room {
        documents: 100,
        bytes: 5_000,
        measured: 100,
    };
    let page = async |mark, which| {
        let read = app
            .state
            .store
            .read(move |conn: &mut Conn| pages::read(conn, space, mark, which, room));
        read.await.unwrap()
    };
    let first = page(Mark::Begin, Histories::Texts).await;
    assert!(!first.pieces[0].whole);
    // A text that comes meanwhile is none of the document as it was read.
    let rev = first.pieces[0].document.as_ref().unwrap().document.body.rev;
    let later = json!({"body": {"base_rev": rev, "text": "a later one"}});
    person
        .patch(&format!("/api/v1/library/{id}"), later)
        .await
        .ok();
    let (mut mark, mut texts) = (first.next.unwrap(), Vec::new());
    while mark != (Mark::Behind { doc: id, took: 1 }) {
        let next = page(mark, Histories::Texts).await;
        texts.extend(next.pieces.into_iter().flat_map(|piece| piece.versions));
        mark = next.next.unwrap();
    }
    assert_eq!(texts.len(), 4);
    assert_eq!(page(mark, Histories::Texts).await.next, None);
    // One whose history is gone ends.
    let begin = page(Mark::Begin, Histories::All).await.next.unwrap();
    let gone = app
        .state
        .store
        .write(move |tx| -> Result<(), StoreError> { versions::forget(tx, space, id) });
    gone.await.unwrap();
    let end = page(begin, Histories::All).await;
    assert!(end.pieces[0].whole && end.pieces[0].versions.is_empty());
}

#[tokio::test]
async fn a_history_that_is_larger_than_a_page_is_in_both_downloads_whole() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let text = |number: u64| format!("{number}: {}", "\u{17c}".repeat(300_000));
    let version =
        |number: u64| json!({"title": "T", "text": text(number), "number": number, "at": number});
    let history: Vec<Value> = (1..=11).map(version).collect();
    let item = |body: &str, history: Vec<Value>| json!({"id": doc_id(), "kind": "prompt", "set": {"title": "T"}, "body": body, "history": history});
    let items = vec![
        item("before", Vec::new()),
        item(&text(11), history),
        item("after", Vec::new()),
    ];
    person
        .post("/api/v1/library/import", json!({"items": items}))
        .await
        .ok();
    let library: Value = person
        .get("/api/v1/library/export?format=json")
        .await
        .ok()
        .json();
    let account: Value = person.get("/api/v1/account/export").await.ok().json();
    let lengths = |documents: &Value| -> Vec<usize> {
        let documents = documents.as_array().unwrap().iter();
        documents
            .map(|it| it["versions"].as_array().unwrap().len())
            .collect()
    };
    let mut all = [lengths(&library["items"]), lengths(&account["documents"])];
    all.iter_mut().for_each(|lengths| lengths.sort_unstable());
    assert_eq!(all, [vec![1, 1, 11], vec![1, 1, 11]]);
    let long = |documents: &Value| -> Vec<String> {
        let documents = documents.as_array().unwrap().iter();
        let mut long = documents.filter(|it| it["versions"].as_array().unwrap().len() == 11);
        let versions = long.next().unwrap()["versions"].as_array().unwrap().iter();
        versions
            .map(|it| it["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut texts: Vec<String> = (1..=11).map(text).collect();
    assert_eq!(long(&library["items"]), texts);
    texts.reverse();
    assert_eq!(long(&account["documents"]), texts);
}
