//! SQLite's single writer: a thread that runs all waiting work as savepoints of one transaction and commits once. Not for PostgreSQL.
//!
//! With `synchronous=FULL` a commit costs a flush of the disk; a group shares it. Work is answered only after the commit.

use super::Event;
use super::conn::{Conn, DatabaseUrl, Role, open};
use super::error::{Failure, StoreError};
use super::work::{Tx, Work};
use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{broadcast, oneshot};

/// Most work in one commit: bounds how long the first of a group waits.
const GROUP: usize = 256;
/// Most work that may wait; more is refused, so that memory stays bounded.
const QUEUE: usize = 4096;

type Manager = <Conn as Connection>::TransactionManager;

/// The handle of the thread.
pub(super) struct Writer {
    queue: Mutex<Option<SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    queued: Arc<AtomicUsize>,
}

/// Work with its answer, as the thread sees it.
trait Job: Send {
    /// Runs it in a savepoint; an error means that the transaction around it is lost.
    fn run(&mut self, conn: &mut Conn) -> Result<(), StoreError>;
    /// Answers, after the commit or the loss of the transaction. Gives the events of work that was committed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>) -> Vec<Event>;
}

struct Pending<T, E, F> {
    work: Option<F>,
    outcome: Option<Result<(T, Vec<Event>), E>>,
    reply: oneshot::Sender<Result<T, E>>,
    span: tracing::Span,
}

impl<T, E, F> Job for Pending<T, E, F>
where
    T: Send,
    E: Failure,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else {
            return Ok(());
        };
        let outer = super::work::depth(conn);
        let span = self.span.clone();
        self.outcome = Some(span.in_scope(|| Work::savepoint(conn, work)));
        // SQLite rolls back the whole transaction on some errors (full disk, I/O): then no savepoint of the group is left.
        let kept = matches!(self.outcome, Some(Ok(_)));
        let intact = kept || (super::work::depth(conn) == outer && in_transaction(conn));
        intact.then_some(()).ok_or_else(|| {
            StoreError::Unavailable("the transaction was lost; nothing was written".to_owned())
        })
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) -> Vec<Event> {
        let outcome = self
            .outcome
            .unwrap_or_else(|| Err(closed().into()))
            .and_then(|done| committed.map(|()| done).map_err(E::from));
        let (answer, events) = match outcome {
            Ok((value, events)) => (Ok(value), events),
            Err(error) => (Err(error), Vec::new()),
        };
        // The caller may have gone away; what is committed stays.
        let _ = self.reply.send(answer);
        events
    }
}

/// Asks SQLite itself: inside a transaction a BEGIN is refused and changes nothing.
fn in_transaction(conn: &mut Conn) -> bool {
    conn.batch_execute("BEGIN").is_err()
}

fn closed() -> StoreError {
    StoreError::Unavailable("the server is shutting down".to_owned())
}

impl Writer {
    /// Opens the connection and starts the thread.
    pub(super) fn start(
        url: &DatabaseUrl,
        events: broadcast::Sender<Event>,
    ) -> Result<Self, StoreError> {
        let conn = open(url, Role::Writer)?;
        let (queue, jobs) = sync_channel(QUEUE);
        let queued = Arc::new(AtomicUsize::new(0));
        let state = Loop {
            url: url.clone(),
            conn,
            jobs,
            events,
            queued: Arc::clone(&queued),
        };
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || state.run())
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
            queued,
        })
    }

    /// Queues work and waits for its commit.
    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Pending {
            work: Some(work),
            outcome: None,
            reply,
            span: tracing::Span::current(),
        };
        self.submit(Box::new(job))?;
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }

    fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = queue.as_ref().ok_or_else(closed)?;
        self.queued.fetch_add(1, Ordering::Relaxed);
        sender.try_send(job).map_err(|_| {
            self.queued.fetch_sub(1, Ordering::Relaxed);
            StoreError::Unavailable("too many writes are waiting".to_owned())
        })
    }

    /// Work that waits.
    pub(super) fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// Finishes what waits and ends the thread. Blocks.
    pub(super) fn stop(&self) {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Loop {
    url: DatabaseUrl,
    conn: Conn,
    jobs: Receiver<Box<dyn Job>>,
    events: broadcast::Sender<Event>,
    queued: Arc<AtomicUsize>,
}

impl Loop {
    fn run(mut self) {
        while let Ok(first) = self.jobs.recv() {
            let mut group = Vec::with_capacity(8);
            let committed = self.group(first, &mut group);
            metrics::histogram!("krowoc_writer_group_size").record(group.len() as f64);
            if let Err(error) = &committed {
                tracing::error!(%error, work = group.len(), "a group of writes was not committed");
                self.reopen();
            }
            for job in group {
                for event in job.answer(committed.clone()) {
                    let _ = self.events.send(event);
                }
            }
        }
        let _ = self
            .conn
            .batch_execute("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
    }

    /// Runs waiting work in one transaction and commits it. The work is left in `group`, whatever became of it.
    fn group(
        &mut self,
        first: Box<dyn Job>,
        group: &mut Vec<Box<dyn Job>>,
    ) -> Result<(), StoreError> {
        let mut next = Some(first);
        let begun = match &mut self.conn {
            Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
            Conn::Postgres(_) => Err(diesel::result::Error::NotInTransaction),
        };
        let mut state = begun.map_err(StoreError::from);
        while let Some(mut job) = next.take() {
            self.queued.fetch_sub(1, Ordering::Relaxed);
            if state.is_ok() {
                state = job.run(&mut self.conn);
            }
            group.push(job);
            if state.is_ok() && group.len() < GROUP {
                next = self.jobs.try_recv().ok();
            }
        }
        state?;
        Ok(Manager::commit_transaction(&mut self.conn)?)
    }

    /// A connection whose transaction was lost is not trusted again.
    fn reopen(&mut self) {
        match open(&self.url, Role::Writer) {
            Ok(conn) => self.conn = conn,
            Err(error) => tracing::error!(%error, "the database cannot be opened again"),
        }
    }
}
