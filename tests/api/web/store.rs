//! The store's two doors: group commit, snapshots, events.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use krowoc_server::store::schema::accounts::{space_member, throttle as table};
use krowoc_server::store::throttle::{self, Attempts};
use krowoc_server::store::{Conn, DatabaseUrl, Event, Role, Store, StoreError, Tx, open};
use krowoc_tests::TestApp;
use std::sync::mpsc;

fn put(tx: &mut Tx<'_>, number: u8) -> Result<(), StoreError> {
    throttle::lock(tx, &[number; 32], 1).map(|_| ())
}

async fn stored(store: &Store) -> Vec<u8> {
    store
        .read(|conn: &mut Conn| -> Result<Vec<u8>, StoreError> {
            let rows: Vec<Vec<u8>> = table::table
                .select(table::subject)
                .order(table::subject)
                .load(conn)?;
            Ok(rows.iter().map(|row| row[0]).collect())
        })
        .await
        .unwrap()
}

fn event(number: u8) -> Event {
    Event::Revoked([number; 16])
}

fn fail(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    put(tx, 3)?;
    tx.after_commit(event(3));
    Err(StoreError::NotFound)
}

fn panic_inside(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    put(tx, 4)?;
    tx.transaction(|conn| -> Result<(), StoreError> {
        throttle::lock(conn, &[5; 32], 1)?;
        panic!("inside a transaction of its own");
    })
}

fn collide(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    put(tx, 6)?;
    let again = diesel::insert_into(table::table).values((
        table::subject.eq([6u8; 32].as_slice()),
        table::failures.eq(0),
        table::blocked_until.eq(0),
        table::updated_at.eq(0),
    ));
    again.execute(tx.conn())?;
    Ok(())
}

#[tokio::test]
async fn one_bad_piece_of_work_does_not_harm_its_neighbours_in_the_group() {
    let app = TestApp::start().await;
    let store = app.state.store.clone();
    let mut events = store.events();
    // The first piece holds the writer until all others wait: they share its transaction.
    let (release, held) = mpsc::channel::<()>();
    let (begun, beginning) = tokio::sync::oneshot::channel();
    let first = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |tx: &mut Tx<'_>| {
                    put(tx, 1)?;
                    tx.after_commit(event(1));
                    let _ = begun.send(());
                    let _ = held.recv();
                    Ok::<_, StoreError>(())
                })
                .await
        }
    });
    beginning.await.unwrap();
    let good = store.write(|tx: &mut Tx<'_>| put(tx, 2));
    let failing = store.write(fail);
    let panicking = store.write(panic_inside);
    let refused = store.write(collide);
    let last = store.write(|tx: &mut Tx<'_>| {
        put(tx, 7)?;
        tx.after_commit(event(7));
        Ok::<_, StoreError>(())
    });
    let released = async {
        // On SQLite the others wait behind the first; on PostgreSQL they do not.
        while app.state.store.pressure().queued < 5
            && matches!(app.state.store.url(), DatabaseUrl::Sqlite(_))
        {
            tokio::task::yield_now().await;
        }
        release.send(()).unwrap();
    };
    let (good, failing, panicking, refused, last, ()) =
        tokio::join!(good, failing, panicking, refused, last, released);
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!((good, last), (Ok(()), Ok(())));
    assert_eq!(failing, Err(StoreError::NotFound));
    assert_eq!(panicking, Err(StoreError::Panicked));
    assert_eq!(refused, Err(StoreError::Conflict));
    assert_eq!(stored(&store).await, [1, 2, 7]);
    let mut seen = vec![events.recv().await.unwrap(), events.recv().await.unwrap()];
    seen.sort_by_key(|it| matches!(it, Event::Revoked(id) if id[0] == 7));
    assert_eq!(seen, [event(1), event(7)]);
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn work_that_may_be_done_again_fails_alone_as_well() {
    let app = TestApp::start().await;
    let store = app.state.store.clone();
    let mut events = store.events();
    let (release, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let (begun, beginning) = tokio::sync::oneshot::channel();
    let begun = std::sync::Mutex::new(Some(begun));
    let first = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write_again(move |tx: &mut Tx<'_>| {
                    put(tx, 1)?;
                    tx.after_commit(event(1));
                    // Only the first time: it may be done again on behalf of the others.
                    if let Some(begun) = begun.lock().unwrap().take() {
                        let _ = begun.send(());
                        let _ = held.lock().unwrap().recv();
                    }
                    Ok::<_, StoreError>(())
                })
                .await
        }
    });
    beginning.await.unwrap();
    let refusing = store.write_again(|_: &mut Tx<'_>| Err::<(), _>(StoreError::NotFound));
    let failing = store.write_again(fail);
    let panicking = store.write_again(panic_inside);
    let refused = store.write_again(collide);
    let prepared = store.prepare_and_write(|| 2, |tx: &mut Tx<'_>, number| put(tx, *number));
    // Work of the other sort ends the group.
    let once = store.write(|tx: &mut Tx<'_>| put(tx, 8));
    let last = store.write_again(|tx: &mut Tx<'_>| {
        put(tx, 7)?;
        tx.after_commit(event(7));
        Ok::<_, StoreError>(())
    });
    let released = async {
        while app.state.store.pressure().queued < 7
            && matches!(app.state.store.url(), DatabaseUrl::Sqlite(_))
        {
            tokio::task::yield_now().await;
        }
        release.send(()).unwrap();
    };
    let (refusing, failing, panicking, refused, prepared, once, last, ()) = tokio::join!(
        refusing, failing, panicking, refused, prepared, once, last, released
    );
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!((prepared, once, last), (Ok(()), Ok(()), Ok(())));
    assert_eq!(refusing, Err(StoreError::NotFound));
    assert_eq!(failing, Err(StoreError::NotFound));
    assert_eq!(panicking, Err(StoreError::Panicked));
    assert_eq!(refused, Err(StoreError::Conflict));
    assert_eq!(stored(&store).await, [1, 2, 7, 8]);
    let mut seen = vec![events.recv().await.unwrap(), events.recv().await.unwrap()];
    seen.sort_by_key(|it| matches!(it, Event::Revoked(id) if id[0] == 7));
    assert_eq!(seen, [event(1), event(7)]);
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn reading_cannot_write() {
    let app = TestApp::start().await;
    let written = app
        .state
        .store
        .read(|conn: &mut Conn| throttle::lock(conn, &[1; 32], 1))
        .await;
    assert!(matches!(written, Err(StoreError::Fault(_))), "{written:?}");
    assert!(stored(&app.state.store).await.is_empty());
}

#[tokio::test]
async fn a_panicking_read_harms_no_later_one() {
    let app = TestApp::start().await;
    for _ in 0..10 {
        let read = app
            .state
            .store
            .read(|_: &mut Conn| -> Result<(), StoreError> { panic!("in a read") });
        assert_eq!(read.await, Err(StoreError::Panicked));
    }
    assert!(stored(&app.state.store).await.is_empty());
}

#[tokio::test]
async fn counts_are_exact_when_many_write_at_once() {
    let app = TestApp::start().await;
    let store = app.state.store.clone();
    let writes = (0..64).map(|_| {
        store.write_again(|tx: &mut Tx<'_>| {
            let before = throttle::lock(tx, &[9; 32], 1)?;
            let after = Attempts {
                failures: before.failures + 1,
                ..before
            };
            throttle::store(tx, &[9; 32], after)
        })
    });
    for outcome in futures_util::future::join_all(writes).await {
        assert_eq!(outcome, Ok(()));
    }
    let count = store
        .write(|tx: &mut Tx<'_>| throttle::lock(tx, &[9; 32], 1))
        .await
        .unwrap();
    assert_eq!(count.failures, 64);
}

#[tokio::test]
async fn connections_that_the_database_closed_are_replaced_unnoticed() {
    let app = TestApp::start().await;
    let store = app.state.store.clone();
    let reads = || futures_util::future::join_all((0..8).map(|_| stored(&store)));
    reads().await;
    if let DatabaseUrl::Postgres(_) = store.url() {
        let mut other = open(store.url(), Role::Writer).unwrap();
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";
        diesel::sql_query(kill).execute(&mut other).unwrap();
    }
    for rows in reads().await {
        assert!(rows.is_empty());
    }
    assert_eq!(store.write(|tx: &mut Tx<'_>| put(tx, 1)).await, Ok(()));
    assert_eq!(stored(&store).await, [1]);
}

#[tokio::test]
async fn a_commit_that_fails_is_not_acknowledged_and_the_next_one_works() {
    let app = TestApp::start().await;
    let store = app.state.store.clone();
    let orphan = store.write(|tx: &mut Tx<'_>| -> Result<(), StoreError> {
        if matches!(tx.conn(), Conn::Sqlite(_)) {
            // The missing parent is then noticed by the commit.
            tx.conn().batch_execute("PRAGMA defer_foreign_keys = ON")?;
        }
        put(tx, 1)?;
        let member = diesel::insert_into(space_member::table).values((
            space_member::space_id.eq([1u8; 16].as_slice()),
            space_member::account_id.eq([1u8; 16].as_slice()),
            space_member::role.eq("owner"),
            space_member::created_at.eq(0),
        ));
        member.execute(tx.conn())?;
        Ok(())
    });
    assert!(matches!(orphan.await, Err(StoreError::Fault(_))));
    assert_eq!(store.write(|tx: &mut Tx<'_>| put(tx, 2)).await, Ok(()));
    assert_eq!(stored(&store).await, [2]);
}

#[tokio::test]
async fn work_that_goes_ahead_is_seen_by_reads_and_its_events_come_once_it_is_durable() {
    let app = TestApp::start().await;
    let store = app.state.store.clone();
    let mut events = store.events();
    let work = |tx: &mut Tx<'_>| {
        put(tx, 8)?;
        tx.after_commit(event(8));
        Ok::<_, StoreError>(8)
    };
    let ahead = store.write_ahead(work).await.unwrap();
    assert_eq!(ahead.value, 8);
    assert_eq!(stored(&store).await, [8]);
    assert_eq!(ahead.durable.await, Ok(()));
    assert_eq!(events.recv().await, Ok(event(8)));
    let refused = store.write_ahead(fail).await;
    assert_eq!(refused.err(), Some(StoreError::NotFound));
    assert_eq!(stored(&store).await, [8]);
}
