//! Writers that overlap: a reader must never pass a number that is yet to be committed. PostgreSQL; SQLite has one writer.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_server::store::{Conn, DatabaseUrl, Event, Tx};
use krowoc_server::sync::push::{Batch, Way, apply};
use krowoc_server::web::Reply;
use krowoc_shared::ids::SpaceId;
use krowoc_tests::TestApp;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::database::Backend;
use krowoc_tests::ops::{Syncing, prompt};
use std::sync::mpsc::channel;

fn batch(space: SpaceId, title: &str) -> Batch {
    Batch {
        space,
        epoch: None,
        device: None,
        author: None,
        member: None,
        correlation_id: String::new(),
        tier: Default::default(),
        now: BEGIN,
        restamp: false,
        create_only: false,
        way: Way::Each,
        ops: vec![prompt(title, "x")],
    }
}

/// The first writer stands still inside its transaction while the second one tries, and the reader looks.
#[tokio::test]
async fn a_number_is_seen_only_when_all_before_it_are() {
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let space = device.space;
    let (entered, has_entered) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let store = app.state.store.clone();
    let first = tokio::spawn(async move {
        let slow = batch(space, "slow");
        store
            .write(move |tx: &mut Tx<'_>| -> Reply<()> {
                apply(tx, &slow)?;
                entered.send(()).unwrap();
                may_go_on.recv().unwrap();
                Ok(())
            })
            .await
    });
    let waiting = tokio::task::spawn_blocking(move || has_entered.recv());
    waiting.await.unwrap().unwrap();
    let store = app.state.store.clone();
    let second = tokio::spawn(async move {
        let quick = batch(space, "quick");
        store
            .write(move |tx: &mut Tx<'_>| apply(tx, &quick).map(|_| ()))
            .await
    });
    let seen = device.pull(0).await;
    assert!(seen.documents.is_empty(), "nothing is committed");
    go_on.send(()).unwrap();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    let rest = device.pull(seen.next_cursor).await;
    let titles: Vec<_> = rest
        .documents
        .iter()
        .map(|it| (it.rev, it.title().to_owned()))
        .collect();
    assert_eq!(titles, [(1, "slow".to_owned()), (2, "quick".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poller_among_many_writers_misses_nothing() {
    const WRITERS: usize = 8;
    const EACH: usize = 25;
    let app = TestApp::start().await;
    let device = Syncing::of(&app, "a@example.org").await;
    let space = device.space;
    let mut hints = app.state.store.events();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let store = app.state.store.clone();
            tokio::spawn(async move {
                for _ in 0..EACH {
                    let one = batch(space, "t");
                    let held = store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
                        apply(tx, &one)?;
                        if let Conn::Postgres(c) = tx.conn() {
                            c.batch_execute("SELECT pg_sleep(random() * 0.003)")?;
                        }
                        Ok(())
                    });
                    held.await.unwrap();
                }
            })
        })
        .collect();
    let mut cursor = 0;
    let mut seen = 0;
    while seen < WRITERS * EACH {
        let event = hints.recv().await.unwrap();
        assert!(matches!(event, Event::Hint(hint) if hint.space == space));
        let page = device.pull(cursor).await;
        cursor = page.next_cursor;
        seen += page.documents.len();
        if cursor == u64::try_from(WRITERS * EACH).unwrap() {
            break;
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!((seen, cursor), (WRITERS * EACH, 200));
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The negative: numbers from a sequence and `max(id)` as the cursor lose a row whose writer commits late.
#[tokio::test]
async fn the_naive_cursor_loses_a_row() {
    let Backend::Postgres(_) = Backend::of_environment() else {
        return;
    };
    let app = TestApp::start().await;
    let DatabaseUrl::Postgres(url) = app.state.store.url().clone() else {
        unreachable!()
    };
    let mut late = PgConnection::establish(&url).unwrap();
    let mut early = PgConnection::establish(&url).unwrap();
    late.batch_execute("CREATE TABLE naive (id BIGSERIAL PRIMARY KEY)")
        .unwrap();
    late.batch_execute("BEGIN; INSERT INTO naive DEFAULT VALUES")
        .unwrap();
    early
        .batch_execute("INSERT INTO naive DEFAULT VALUES")
        .unwrap();
    let read = |conn: &mut PgConnection, sql: String| -> i64 {
        let row: Number = diesel::sql_query(sql).get_result(conn).unwrap();
        row.n
    };
    let cursor = read(&mut early, "SELECT max(id) AS n FROM naive".to_owned());
    late.batch_execute("COMMIT").unwrap();
    let after = read(
        &mut early,
        format!("SELECT count(*) AS n FROM naive WHERE id > {cursor}"),
    );
    let all = read(&mut early, "SELECT count(*) AS n FROM naive".to_owned());
    assert_eq!(
        (cursor, after, all),
        (2, 0, 2),
        "the first row is never read"
    );
}
