//! The durable queue: each job is done once by one worker, and by another when the first one dies.

use futures_util::FutureExt;
use krowoc_server::app::AppState;
use krowoc_server::jobs::{Kind, Outcome, ensure, work};
use krowoc_server::store::jobs::{self, Leased, NewJob, Owner, Stopped};
use krowoc_server::store::{Conn, StoreError, Tx};
use krowoc_shared::ids::{JobId, Millis};
use krowoc_tests::{Options, TestApp};
use std::sync::{Arc, Mutex};

const MINUTE: Millis = 60_000;

/// What was done, in order, by all workers of this process; each test has payloads of its own.
static DONE: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn done(prefix: &str) -> Vec<String> {
    let done = DONE.lock().unwrap();
    let mut own: Vec<String> = done
        .iter()
        .filter(|it| it.starts_with(prefix))
        .cloned()
        .collect();
    own.sort();
    own
}

async fn note(_: AppState, payload: String) -> Outcome {
    // Others get a turn while it runs.
    tokio::task::yield_now().await;
    DONE.lock().unwrap().push(payload);
    Ok(())
}

async fn refuse(_: AppState, payload: String) -> Outcome {
    DONE.lock().unwrap().push(payload);
    Err("not today".to_owned())
}

const KINDS: &[Kind] = &[
    Kind {
        name: "note",
        every: None,
        attempts: 3,
        run: |state, payload| note(state, payload).boxed(),
    },
    Kind {
        name: "refuse",
        every: None,
        attempts: 3,
        run: |state, payload| refuse(state, payload).boxed(),
    },
    Kind {
        name: "panic",
        every: None,
        attempts: 1,
        run: |_, _| async { panic!("as a test wants it") }.boxed(),
    },
];

fn job(app: &TestApp, kind: &'static str, payload: &str) -> NewJob {
    NewJob {
        id: JobId::mint(app.state.now(), app.state.entropy()),
        kind,
        unique_key: None,
        payload: payload.to_owned(),
        due_at: app.state.now(),
    }
}

async fn put(app: &TestApp, job: NewJob) -> bool {
    let now = app.state.now();
    app.state
        .store
        .write(move |tx: &mut Tx<'_>| jobs::enqueue(tx, &job, now))
        .await
        .unwrap()
}

async fn lease(app: &TestApp, owner: Owner, limit: i64) -> Vec<Leased> {
    let now = app.state.now();
    app.state
        .store
        .write(move |tx: &mut Tx<'_>| jobs::lease(tx, &owner, now, now + MINUTE, limit))
        .await
        .unwrap()
}

async fn stopped(app: &TestApp) -> Vec<Stopped> {
    let read = app
        .state
        .store
        .read(|conn: &mut Conn| jobs::stopped(conn, 10));
    read.await.unwrap()
}

#[tokio::test]
async fn a_job_of_a_transaction_that_was_rolled_back_does_not_exist() {
    let app = TestApp::start().await;
    let (new, now) = (job(&app, "note", "rolled back"), app.state.now());
    let undone: Result<(), StoreError> = app
        .state
        .store
        .write(move |tx: &mut Tx<'_>| {
            jobs::enqueue(tx, &new, now)?;
            Err(StoreError::NotFound)
        })
        .await;
    assert_eq!(undone, Err(StoreError::NotFound));
    assert_eq!(work(&app.state, KINDS).await.unwrap(), 0);
    assert!(done("rolled back").is_empty());
}

#[tokio::test]
async fn two_workers_do_each_job_once() {
    let app = TestApp::start().await;
    let url = app.state.store.url().clone();
    let other = TestApp::on(url, Arc::clone(&app.clock), Options::default())
        .await
        .unwrap();
    let mut expected = Vec::new();
    for number in 0..60 {
        let payload = format!("twice {number:02}");
        put(&app, job(&app, "note", &payload)).await;
        expected.push(payload);
    }
    let (first, second) =
        futures_util::future::join(work(&app.state, KINDS), work(&other.state, KINDS)).await;
    assert_eq!(first.unwrap() + second.unwrap(), 60);
    assert_eq!(done("twice"), expected);
}

#[tokio::test]
async fn a_job_waits_for_its_time() {
    let app = TestApp::start().await;
    let mut later = job(&app, "note", "later");
    later.due_at += MINUTE;
    put(&app, later).await;
    assert_eq!(work(&app.state, KINDS).await.unwrap(), 0);
    app.advance(MINUTE);
    assert_eq!(work(&app.state, KINDS).await.unwrap(), 1);
    assert_eq!(done("later"), ["later"]);
}

#[tokio::test]
async fn there_is_one_job_of_a_key_until_it_is_done() {
    let app = TestApp::start().await;
    let keyed = |payload: &str| NewJob {
        unique_key: Some("k".to_owned()),
        ..job(&app, "note", payload)
    };
    assert!(put(&app, keyed("keyed 1")).await);
    assert!(!put(&app, keyed("keyed 2")).await);
    work(&app.state, KINDS).await.unwrap();
    assert!(put(&app, keyed("keyed 3")).await);
    work(&app.state, KINDS).await.unwrap();
    assert_eq!(done("keyed"), ["keyed 1", "keyed 3"]);
}

#[tokio::test]
async fn a_lease_that_ran_out_goes_to_another_and_the_first_cannot_end_the_job() {
    let app = TestApp::start().await;
    put(&app, job(&app, "note", "leased")).await;
    let (dead, alive) = ([1; 16], [2; 16]);
    let first = lease(&app, dead, 5).await;
    assert_eq!(first.len(), 1);
    assert!(lease(&app, alive, 5).await.is_empty(), "it is held");
    app.advance(MINUTE / 2);
    let (id, until) = (first[0].id, app.state.now() + MINUTE);
    let renewed = app
        .state
        .store
        .write(move |tx: &mut Tx<'_>| jobs::renew(tx, &dead, id, until));
    assert!(renewed.await.unwrap());
    app.advance(MINUTE / 2);
    assert!(lease(&app, alive, 5).await.is_empty(), "it was renewed");
    app.advance(MINUTE);
    let second = lease(&app, alive, 5).await;
    assert_eq!((second[0].id, second[0].attempts), (id, 2));
    let ended = app
        .state
        .store
        .write(move |tx: &mut Tx<'_>| {
            Ok::<_, StoreError>((
                jobs::done(tx, &dead, id)?,
                jobs::renew(tx, &dead, id, 1)?,
                jobs::done(tx, &alive, id)?,
            ))
        })
        .await;
    assert_eq!(ended.unwrap(), (false, false, true));
}

#[tokio::test]
async fn a_job_that_fails_is_tried_later_and_later_and_then_stops_where_it_can_be_seen() {
    let app = TestApp::start().await;
    put(&app, job(&app, "refuse", "poison")).await;
    assert_eq!(work(&app.state, KINDS).await.unwrap(), 1);
    assert_eq!(work(&app.state, KINDS).await.unwrap(), 0, "not at once");
    app.advance(7_000);
    assert_eq!(work(&app.state, KINDS).await.unwrap(), 1);
    app.advance(7_000);
    assert_eq!(work(&app.state, KINDS).await.unwrap(), 0, "twice as long");
    app.advance(7_000);
    assert_eq!(work(&app.state, KINDS).await.unwrap(), 1);
    app.advance(24 * 60 * MINUTE);
    assert_eq!(work(&app.state, KINDS).await.unwrap(), 0);
    assert_eq!(done("poison").len(), 3);
    let seen = stopped(&app).await;
    assert_eq!(
        (
            seen[0].kind.as_str(),
            seen[0].attempts,
            seen[0].error.as_str()
        ),
        ("refuse", 3, "not today")
    );
}

#[tokio::test]
async fn a_job_that_kills_its_process_each_time_is_not_tried_for_ever() {
    let app = TestApp::start().await;
    put(&app, job(&app, "note", "deadly")).await;
    for owner in 1..=3 {
        assert_eq!(lease(&app, [owner; 16], 1).await.len(), 1);
        app.advance(2 * MINUTE);
    }
    work(&app.state, KINDS).await.unwrap();
    assert!(done("deadly").is_empty());
    assert!(stopped(&app).await[0].error.contains("died"));
}

#[tokio::test]
async fn a_job_that_panics_and_one_of_an_unknown_kind_stop_and_hurt_nobody() {
    let app = TestApp::start().await;
    put(&app, job(&app, "panic", "")).await;
    put(&app, job(&app, "of the future", "")).await;
    put(&app, job(&app, "note", "beside a panic")).await;
    work(&app.state, KINDS).await.unwrap();
    assert_eq!(done("beside"), ["beside a panic"]);
    let kinds: Vec<String> = stopped(&app).await.into_iter().map(|it| it.kind).collect();
    assert!(kinds.contains(&"panic".to_owned()) && kinds.contains(&"of the future".to_owned()));
}

#[tokio::test]
async fn a_recurring_job_is_there_once_and_comes_again() {
    let app = TestApp::start().await;
    let kinds = &[Kind {
        name: "hourly",
        every: Some(60 * MINUTE),
        attempts: 1,
        run: |state, _| note(state, "hourly".to_owned()).boxed(),
    }];
    ensure(&app.state, kinds).await.unwrap();
    ensure(&app.state, kinds).await.unwrap();
    assert_eq!(work(&app.state, kinds).await.unwrap(), 1);
    ensure(&app.state, kinds).await.unwrap();
    assert_eq!(work(&app.state, kinds).await.unwrap(), 0);
    app.advance(60 * MINUTE);
    assert_eq!(work(&app.state, kinds).await.unwrap(), 1);
    assert_eq!(done("hourly").len(), 2);
}

#[tokio::test]
async fn the_trash_is_emptied_by_a_job() {
    let app = TestApp::start().await;
    let kinds = krowoc_server::chores::KINDS;
    ensure(&app.state, kinds).await.unwrap();
    assert!(work(&app.state, kinds).await.unwrap() >= 1);
    assert!(stopped(&app).await.is_empty());
}
