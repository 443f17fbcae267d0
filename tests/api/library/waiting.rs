//! Texts of a batch that wait for the search index: no search notices, whatever became of them meanwhile.

use diesel::connection::SimpleConnection;
use krowoc_server::jobs::purge;
use krowoc_server::store::waiting::{self, Done};
use krowoc_server::store::{Conn, DatabaseUrl, Event, StoreError, indexing};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::wire::Page;
use krowoc_shared::sync::wire::{BodyEdit, Op};
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::clock::{BEGIN, TestClock};
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::ops::{Syncing, at, edit, op_id, prompt};
use krowoc_tests::program::Program;
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::json;
use std::sync::Arc;

/// More than are put into the index at once.
const MANY: usize = 40;
const DAY: i64 = 86_400_000;

/// New prompts, each with this word and one of its own.
fn prompts(word: &str) -> Vec<Op> {
    let one = |n| prompt(&format!("title{n}"), &format!("{word} own{n}"));
    (0..MANY).map(one).collect()
}

fn ids(ops: &[Op]) -> Vec<DocId> {
    ops.iter().map(|op| op.doc_id).collect()
}

async fn found(caller: &Caller, rest: &str) -> usize {
    let path = format!("/api/v1/library?limit=200&q={rest}");
    let page: Page = caller.get(&path).await.ok().json();
    assert_eq!(usize::try_from(page.total), Ok(page.items.len()), "{rest}");
    page.items.len()
}

/// How many entries wait.
async fn count(app: &TestApp) -> u32 {
    let read = app.state.store.read(|conn: &mut Conn| waiting::count(conn));
    read.await.unwrap()
}

/// As many as wait on SQLite; on PostgreSQL none ever does.
fn on_sqlite(app: &TestApp, many: usize) -> u32 {
    match app.state.store.url() {
        DatabaseUrl::Sqlite(_) => u32::try_from(many).unwrap(),
        DatabaseUrl::Postgres(_) => 0,
    }
}

#[tokio::test]
async fn a_search_finds_what_was_acknowledged_before_it() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    for round in 1..=3 {
        device.push(prompts("common")).await;
        assert_eq!(count(&app).await, on_sqlite(&app, MANY));
        assert_eq!(found(&device.caller, "common").await, round * MANY);
        assert_eq!(found(&device.caller, "own7").await, round);
        assert_eq!(count(&app).await, 0);
    }
}

#[tokio::test]
async fn a_list_without_words_does_not_ask_the_index() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    device.push(prompts("common")).await;
    assert_eq!(found(&device.caller, "").await, MANY);
    assert_eq!(count(&app).await, on_sqlite(&app, MANY));
}

#[tokio::test]
async fn what_another_space_has_waiting_stays_there() {
    let app = TestApp::start().await;
    let importing = Syncing::of(&app, "a@example.org").await;
    let searching = Syncing::of(&app, "b@example.org").await;
    searching.push(vec![prompt("mine", "common")]).await;
    importing.push(prompts("common")).await;
    assert_eq!(found(&searching.caller, "common").await, 1);
    assert_eq!(count(&app).await, on_sqlite(&app, MANY));
    searching.push(prompts("common")).await;
    assert_eq!(found(&searching.caller, "common").await, MANY + 1);
    assert_eq!(count(&app).await, on_sqlite(&app, MANY));
    assert_eq!(found(&importing.caller, "common").await, MANY);
}

/// Gives every document another text.
async fn rewrite(device: &Syncing, documents: &[DocId], word: &str, millis: i64) {
    let (all, _) = device.pull_all(0).await;
    let edits = documents.iter().map(|id| {
        let base = all.iter().find(|it| it.id == *id).unwrap().body.rev;
        let mut op = edit(*id, millis);
        op.body = Some(BodyEdit {
            base_rev: base,
            text: format!("{word} own"),
        });
        op
    });
    device.push(edits.collect()).await;
}

#[tokio::test]
async fn an_entry_that_waits_takes_the_place_of_the_older_one() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompts("first");
    let made_ids = ids(&made);
    device.push(made).await;
    // Edited while they wait, then while they are in the index, then twice.
    rewrite(&device, &made_ids, "second", BEGIN + 1).await;
    assert_eq!(count(&app).await, on_sqlite(&app, MANY));
    assert_eq!(found(&device.caller, "second").await, MANY);
    assert_eq!(found(&device.caller, "first").await, 0);
    rewrite(&device, &made_ids, "third", BEGIN + 2).await;
    rewrite(&device, &made_ids, "fourth", BEGIN + 3).await;
    for (word, many) in [("fourth", MANY), ("second", 0), ("third", 0)] {
        assert_eq!(found(&device.caller, word).await, many, "{word}");
    }
}

#[tokio::test]
async fn one_that_is_edited_by_hand_while_it_waits_is_found_by_its_newest_text() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompts("common");
    let made_ids = ids(&made);
    device.push(made).await;
    rewrite(&device, &made_ids[..1], "changed", BEGIN + 1).await;
    assert_eq!(count(&app).await, on_sqlite(&app, MANY - 1));
    for (word, many) in [("changed", 1), ("common", MANY - 1), ("own0", 0)] {
        assert_eq!(found(&device.caller, word).await, many, "{word}");
    }
}

fn trash(documents: &[DocId], millis: i64) -> Vec<Op> {
    let one = |id: &DocId| at(Op::trash(op_id(), *id, Kind::Prompt, millis), millis);
    documents.iter().map(one).collect()
}

#[tokio::test]
async fn what_went_to_the_trash_before_it_was_indexed_is_found_there_and_nowhere_else() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompts("common");
    let made_ids = ids(&made);
    device.push(made).await;
    device.push(trash(&made_ids[..1], BEGIN + 1)).await;
    device.push(trash(&made_ids[1..20], BEGIN + 2)).await;
    assert_eq!(found(&device.caller, "common").await, MANY - 20);
    assert_eq!(found(&device.caller, "common&trash=true").await, 20);
    // The rest as entries of the index, and some of them back again.
    device.push(trash(&made_ids[20..], BEGIN + 3)).await;
    let back = made_ids[..15].iter();
    let back = back.map(|id| edit(*id, BEGIN + 4).with(Field::DeletedAt, serde_json::Value::Null));
    device.push(back.collect()).await;
    assert_eq!(found(&device.caller, "common").await, 15);
    assert_eq!(found(&device.caller, "common&trash=true").await, MANY - 15);
}

#[tokio::test]
async fn what_is_purged_waits_for_nothing() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let made = prompts("secret");
    let made_ids = ids(&made);
    device.push(made).await;
    device.push(trash(&made_ids, BEGIN + 1)).await;
    assert_eq!(count(&app).await, on_sqlite(&app, MANY));
    app.advance(91 * DAY);
    purge::run(&app.state).await.unwrap();
    assert_eq!(count(&app).await, 0);
    app.advance(366 * DAY);
    let done = purge::run(&app.state).await.unwrap();
    assert_eq!(done.dropped, u64::try_from(MANY).unwrap());
    // The numbers of rows that are gone are given again.
    let person = signed_in(&app).await;
    let item = |n| json!({"kind": "prompt", "body": format!("other own{n}")});
    let items: Vec<_> = (0..MANY).map(item).collect();
    let import = json!({"items": items});
    person.post("/api/v1/library/import", import).await.ok();
    assert_eq!(count(&app).await, on_sqlite(&app, MANY));
    for (word, many) in [("secret", 0), ("other", MANY), ("own7", 1)] {
        assert_eq!(found(&person, word).await, many, "{word}");
        assert_eq!(found(&person, &format!("{word}&trash=true")).await, 0);
    }
}

async fn signed_in(app: &TestApp) -> Caller {
    let person = app.anonymous();
    person.sign_in("a@example.org", PASSWORD).await.ok();
    person
}

async fn again(database: &TestDatabase) -> TestApp {
    let clock = Arc::new(TestClock::default());
    TestApp::on(database.url.clone(), clock, Options::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn what_waits_when_a_server_ends_is_found_after_the_next_start() {
    let database = TestDatabase::migrated(&Backend::of_environment()).unwrap();
    let app = again(&database).await;
    let device = Syncing::of(&app, "a@example.org").await;
    device.push(prompts("common")).await;
    drop(app);
    let app = again(&database).await;
    assert_eq!(count(&app).await, on_sqlite(&app, MANY));
    assert_eq!(found(&signed_in(&app).await, "common").await, MANY);
    drop(app);
}

#[tokio::test]
async fn a_server_that_is_stopped_leaves_nothing_waiting() {
    let database = TestDatabase::migrated(&Backend::of_environment()).unwrap();
    let app = again(&database).await;
    let device = Syncing::of(&app, "a@example.org").await;
    device.push(prompts("common")).await;
    app.stop().await;
    drop(app);
    let app = again(&database).await;
    assert_eq!(count(&app).await, 0);
    assert_eq!(found(&signed_in(&app).await, "common").await, MANY);
    drop(app);
}

#[tokio::test]
async fn a_killed_server_finds_all_that_it_acknowledged() {
    let database = TestDatabase::migrated(&Backend::of_environment()).unwrap();
    let mut server = Program::start(&database, &[]);
    let person = Caller::new(server.address);
    person.sign_up("a@example.org").await;
    let (device, tokens) = person.connect_device("Laptop").await;
    let device = Syncing::device(device, &tokens);
    for _ in 0..5 {
        device.push(prompts("common")).await;
    }
    server.kill();
    let server = Program::start(&database, &[]);
    let device = Caller::device(server.address, &tokens.access_token);
    assert_eq!(found(&device, "common").await, 5 * MANY);
    assert_eq!(found(&device, "own7").await, 5);
}

#[tokio::test]
async fn what_waits_is_put_in_while_nobody_searches_or_writes() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    // One batch from before it is tended, and one from afterwards.
    device.push(prompts("common")).await;
    let mut events = app.state.store.events();
    let tending = tokio::spawn(indexing::tend(app.state.store.clone()));
    while count(&app).await > 0 {
        tokio::task::yield_now().await;
    }
    device.push(prompts("common")).await;
    if matches!(app.state.store.url(), DatabaseUrl::Sqlite(_)) {
        let told = events.recv().await.unwrap();
        assert_eq!(told, Event::Unindexed(u32::try_from(MANY).unwrap()));
    }
    while count(&app).await > 0 {
        tokio::task::yield_now().await;
    }
    tending.abort();
    assert_eq!(found(&device.caller, "common").await, 2 * MANY);
}

async fn step(app: &TestApp) -> Done {
    let write = app.state.store.write(|tx| waiting::step(tx, None));
    write.await.unwrap()
}

#[tokio::test]
async fn a_step_takes_no_more_than_it_may_and_says_that_more_waits() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let rounds = waiting::STEP as usize / MANY + 1;
    for _ in 0..rounds {
        device.push(prompts("common")).await;
    }
    let total = on_sqlite(&app, rounds * MANY);
    let (first, second, third) = (step(&app).await, step(&app).await, step(&app).await);
    assert_eq!(first.entries, total.min(waiting::STEP));
    assert_eq!(first.entries + second.entries, total);
    assert_eq!((first.more, second.more), (total > 0, false));
    assert_eq!(third, Done::default());
    let sound = app.state.store.write(|tx| -> Result<(), StoreError> {
        if let Conn::Sqlite(conn) = tx.conn() {
            let check = "INSERT INTO document_search (document_search) VALUES ('integrity-check')";
            conn.batch_execute(check)?;
        }
        Ok(())
    });
    sound.await.unwrap();
    assert_eq!(found(&device.caller, "own7").await, rounds);
}

#[tokio::test]
async fn long_texts_are_put_in_a_few_at_a_time() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let long = "word ".repeat(40_000);
    for _ in 0..2 {
        let batch = (0..9).map(|n| prompt(&format!("own{n}"), &long));
        device.push(batch.collect()).await;
    }
    let (first, second) = (step(&app).await, step(&app).await);
    assert_eq!(first.entries, on_sqlite(&app, 10));
    assert_eq!(second.entries, on_sqlite(&app, 8));
    assert_eq!(found(&device.caller, "own7").await, 2);
}
