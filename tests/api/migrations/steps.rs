//! Up, down and up again.

use super::schema;
use diesel::connection::SimpleConnection;
use krowoc_server::store::{Role, migrate, open};
use krowoc_tests::Options;
use krowoc_tests::TestApp;
use krowoc_tests::clock::TestClock;
use krowoc_tests::database::{Backend, TestDatabase};
use std::sync::Arc;

fn empty() -> TestDatabase {
    TestDatabase::empty(&Backend::of_environment()).unwrap()
}

/// One snapshot for both databases: each run compares its own with it, so the two cannot drift apart.
#[test]
fn both_databases_have_the_same_tables_columns_and_indexes() {
    let database = empty();
    migrate::up(&database.url).unwrap();
    insta::assert_snapshot!("schema", schema(&database.url).join("\n"));
}

#[test]
fn every_migration_can_be_taken_back_and_applied_again() {
    let database = empty();
    let applied = migrate::up(&database.url).unwrap();
    assert!(!applied.is_empty());
    let whole = schema(&database.url);
    for count in 1..=applied.len() {
        let reverted = migrate::down(&database.url, count).unwrap();
        assert_eq!(reverted.len(), count);
        let again = migrate::up(&database.url).unwrap();
        assert_eq!(again, reverted.iter().rev().cloned().collect::<Vec<_>>());
        assert_eq!(schema(&database.url), whole);
    }
    migrate::down(&database.url, applied.len()).unwrap();
    assert_eq!(schema(&database.url), Vec::<String>::new());
}

#[test]
fn applying_twice_applies_once() {
    let database = empty();
    assert!(!migrate::up(&database.url).unwrap().is_empty());
    assert!(migrate::up(&database.url).unwrap().is_empty());
    let status = migrate::status(&database.url).unwrap();
    assert!(status.iter().all(|step| step.applied));
}

#[test]
fn servers_that_start_together_migrate_once() {
    let database = empty();
    let url = database.url.clone();
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || migrate::up(&url).unwrap().len())
        })
        .collect();
    let counts: Vec<usize> = runs.into_iter().map(|run| run.join().unwrap()).collect();
    let all = migrate::status(&url).unwrap().len();
    assert_eq!(counts.iter().sum::<usize>(), all, "{counts:?}");
}

#[tokio::test]
async fn a_schema_of_a_newer_krowoc_is_refused_with_the_fix() {
    let database = empty();
    migrate::up(&database.url).unwrap();
    let insert = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000')";
    let mut conn = open(&database.url, Role::Writer).unwrap();
    conn.batch_execute(insert).unwrap();
    drop(conn);
    let clock = Arc::new(TestClock::default());
    let started = TestApp::on(database.url.clone(), clock, Options::default()).await;
    let error = started.err().unwrap().to_string();
    assert!(error.contains("29991231000000"), "{error}");
    assert!(error.contains("newer Krowoc"), "{error}");
    assert!(migrate::down(&database.url, 1).is_err());
}
