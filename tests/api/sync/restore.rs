//! A server that was put back to a backup, and the real client machine that knew more.

use krowoc_server::admin::{backup, restore};
use krowoc_server::platform::SystemRandom;
use krowoc_server::store::DatabaseUrl;
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::sync::wire::Op;
use krowoc_tests::clock::{BEGIN, TestClock};
use krowoc_tests::database::{Backend, TestDatabase};
use krowoc_tests::machine::{Machine, shown};
use krowoc_tests::ops::{Syncing, doc_id, op_id};
use krowoc_tests::{Options, TestApp};
use std::sync::Arc;

/// Backups by this program are SQLite's; on PostgreSQL they are `pg_dump`'s, and the epoch is changed by the same function.
#[tokio::test]
async fn a_database_put_back_from_a_backup_gets_everything_the_client_has() {
    let database = TestDatabase::migrated(&Backend::Sqlite).unwrap();
    let clock = Arc::new(TestClock::default());
    let start = || TestApp::on(database.url.clone(), Arc::clone(&clock), Options::default());
    let app = start().await.unwrap();
    let person = app.sign_up("a@example.org").await;
    let (caller, tokens) = person.connect_device("Laptop").await;
    let mut client = Machine::new(1);
    let (kept, late) = (doc_id(), doc_id());
    client.edit(Op::create(op_id(), kept, Kind::Prompt, BEGIN, "one\n").with(Field::Title, "kept"));
    client.sync(&caller).await;
    let DatabaseUrl::Sqlite(path) = &database.url else {
        unreachable!()
    };
    let copy = path.with_extension("backup");
    backup(&database.url, &copy).unwrap();
    client.edit(Op::new(op_id(), kept, Kind::Prompt).with_body(0, "one\ntwo\n"));
    client.edit(Op::create(op_id(), late, Kind::Prompt, BEGIN, "late").with(Field::Title, "late"));
    client.sync(&caller).await;
    assert!(client.rows.is_empty());
    app.stop().await;
    drop(app);
    restore(&database.url, &copy, &SystemRandom).unwrap();
    let app = start().await.unwrap();
    let caller = krowoc_tests::Caller::device(app.address, &tokens.access_token);
    client.sync(&caller).await;
    let mut device = Syncing::device(caller, &tokens);
    let state: Vec<krowoc_shared::sync::wire::SpaceState> =
        device.caller.get("/api/v1/sync/spaces").await.ok().json();
    assert_ne!(state[0].epoch, tokens.epoch);
    assert_eq!(
        (state[0].past[0].epoch.as_str(), state[0].past[0].until),
        (tokens.epoch.as_str(), 1)
    );
    device.epoch.clone_from(&state[0].epoch);
    let (documents, _) = device.pull_all(0).await;
    let mut theirs: Vec<_> = documents.iter().map(shown).collect();
    theirs.sort();
    let mut ours = client.shown();
    ours.sort();
    assert_eq!(ours, theirs);
    assert_eq!(ours.len(), 2);
    assert!(
        theirs
            .iter()
            .any(|(id, _, text)| *id == kept && text == "one\ntwo\n")
    );
}

#[tokio::test]
async fn two_client_machines_see_the_same() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let (laptop, _) = person.connect_device("Laptop").await;
    let (phone, _) = person.connect_device("Phone").await;
    let (mut one, mut two) = (Machine::new(1), Machine::new(2));
    let id = doc_id();
    one.edit(Op::create(
        op_id(),
        id,
        Kind::Prompt,
        BEGIN,
        "a\nb\nc\nd\ne\n",
    ));
    one.sync(&laptop).await;
    two.sync(&phone).await;
    one.edit(Op::new(op_id(), id, Kind::Prompt).with_body(0, "A\nb\nc\nd\ne\n"));
    two.edit(Op::new(op_id(), id, Kind::Prompt).with_body(0, "a\nb\nc\nd\nE\n"));
    one.sync(&laptop).await;
    two.sync(&phone).await;
    one.sync(&laptop).await;
    assert_eq!(one.shown(), two.shown());
    assert_eq!(one.shown()[0].2, "A\nb\nc\nd\nE\n");
    assert!(one.rows.is_empty() && two.rows.is_empty());
}
