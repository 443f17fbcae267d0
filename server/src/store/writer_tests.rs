//! What leaves the writer before and after a flush, and what a refused one stops. The flush is played here.

use super::*;
use crate::store::statement::Statement;
use futures_util::FutureExt;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};

struct Stage {
    writer: Writer,
    events: broadcast::Receiver<Event>,
    path: PathBuf,
    /// Ends a flush each time; dropped, all end well.
    flushes: Option<Sender<io::Result<()>>>,
}

impl Stage {
    /// A writer whose flushes end as they are told to, one after the other.
    fn with(name: &str) -> Self {
        let (flushes, outcomes) = channel();
        let name = format!("krowoc_writer_{}_{name}.db", std::process::id());
        let path = std::env::temp_dir().join(name);
        let url = DatabaseUrl::Sqlite(path.clone());
        let (tell, events) = broadcast::channel(8);
        let flush = move || outcomes.recv().unwrap_or(Ok(()));
        let writer = Writer::start_with(&url, tell, Box::new(flush)).unwrap();
        let stage = Self {
            writer,
            events,
            path,
            flushes: Some(flushes),
        };
        let mut conn = open(&url, Role::Writer).unwrap();
        conn.batch_execute("CREATE TABLE IF NOT EXISTS t (n INTEGER)")
            .unwrap();
        stage
    }

    fn flush(&self, outcome: io::Result<()>) {
        self.flushes.as_ref().unwrap().send(outcome).unwrap();
    }

    fn seen(&self) -> i64 {
        let mut conn = open(&DatabaseUrl::Sqlite(self.path.clone()), Role::Reader).unwrap();
        let row: Option<Count> = Statement::new("SELECT count(*) AS n FROM t")
            .first(&mut conn)
            .unwrap();
        row.unwrap().n
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.flushes.take());
        self.writer.stop();
        let name = self.path.display().to_string();
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{name}{end}"));
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

fn add(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    tx.batch_execute("INSERT INTO t VALUES (1)")?;
    tx.after_commit(Event::Unindexed(1));
    Ok(7)
}

fn refuse(_: &mut Tx<'_>) -> Result<i64, StoreError> {
    Err(StoreError::NotFound)
}

#[tokio::test]
async fn work_ahead_is_answered_by_its_commit_and_nobody_else_before_the_flush() {
    let mut stage = Stage::with("ahead");
    let Ahead { value, mut durable } = stage.writer.run_ahead(add).await.unwrap();
    assert_eq!((value, stage.seen()), (7, 1));
    let mut read = Box::pin(stage.writer.settled());
    assert_eq!(durable.as_mut().now_or_never(), None);
    assert_eq!(read.as_mut().now_or_never(), None);
    assert!(stage.events.try_recv().is_err());
    assert!(stage.writer.is_busy());
    stage.flush(Ok(()));
    assert_eq!(durable.await, Ok(()));
    assert_eq!(read.await, Ok(()));
    assert_eq!(stage.events.try_recv(), Ok(Event::Unindexed(1)));
}

#[tokio::test]
async fn other_work_is_answered_after_the_flush() {
    let mut stage = Stage::with("other");
    let mut plain = Box::pin(stage.writer.run_again(add));
    assert_eq!(plain.as_mut().now_or_never(), None);
    while stage.seen() == 0 {
        std::thread::yield_now();
    }
    assert_eq!(plain.as_mut().now_or_never(), None);
    stage.flush(Ok(()));
    assert_eq!(plain.await, Ok(7));
    assert_eq!(stage.events.try_recv(), Ok(Event::Unindexed(1)));
}

#[tokio::test]
async fn work_ahead_that_fails_says_so_and_leaves_nothing() {
    let mut stage = Stage::with("fails");
    stage.flush(Ok(()));
    let refused = stage.writer.run_ahead(refuse).await;
    assert_eq!(refused.err(), Some(StoreError::NotFound));
    assert_eq!(stage.seen(), 0);
    assert!(stage.events.try_recv().is_err());
}

#[tokio::test]
async fn after_a_refused_flush_nothing_is_written_or_read() {
    let mut stage = Stage::with("refused");
    stage.flush(Err(io::Error::other("planted")));
    let ahead = stage.writer.run_ahead(add).await.unwrap();
    assert_eq!(ahead.durable.await, Err(unknown()));
    assert!(stage.events.try_recv().is_err(), "nobody is told of it");
    assert_eq!(stage.writer.settled().await, Err(unknown()));
    assert_eq!(stage.writer.run(add).await, Err(unknown()));
    assert_eq!(stage.seen(), 1, "the second was not begun");
}

#[tokio::test]
async fn work_that_was_announced_is_done_like_any_other_and_an_announcement_alone_is_nothing() {
    let mut stage = Stage::with("announced");
    for expected in 1..=3 {
        stage.writer.expect();
        stage.writer.expect();
        assert!(!stage.writer.is_busy(), "an announcement is no work");
        let expected_one = || stage.writer.expected.load(Ordering::Relaxed);
        assert_eq!(expected_one(), stage.writer.spare);
        stage.flush(Ok(()));
        let Ahead { value, durable } = stage.writer.run_ahead(add).await.unwrap();
        assert!(!expected_one(), "one work is announced, and not the next");
        assert_eq!((value, stage.seen()), (7, expected));
        assert_eq!(durable.await, Ok(()));
        assert_eq!(stage.events.try_recv(), Ok(Event::Unindexed(1)));
    }
    stage.writer.expect();
    stage.writer.stop();
    stage.writer.expect();
    assert!(stage.writer.run_ahead(add).await.is_err(), "it has ended");
}
