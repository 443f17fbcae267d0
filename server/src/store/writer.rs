//! SQLite's single writer: a thread that runs all waiting work in one transaction and commits once. Not for PostgreSQL.
//!
//! With `synchronous=FULL` a commit costs a flush of the disk; a group shares it. Work is answered only after the commit.
//!
//! Work that fails takes back its own changes and no others. A savepoint does that, at a price: pages are copied, and the search
//! index flushes. Work that may be done again goes without: should some of it change something and fail, then the transaction is
//! taken back whole and its work done again, each in a savepoint.

use super::Event;
use super::conn::{Conn, DatabaseUrl, Role, open};
use super::error::{Failure, StoreError};
use super::statement::Statement;
use super::work::{Tx, Work as Around};
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
    unanswered: Arc<AtomicUsize>,
}

/// Work with its answer, as the thread sees it.
trait Job: Send {
    /// Whether it may be done again.
    fn may_repeat(&self) -> bool;
    /// Runs it without a savepoint; false when it changed something and failed, so that all must be taken back.
    fn run_bare(&mut self, conn: &mut Conn) -> bool;
    /// Runs it in a savepoint; an error means that the transaction around it is lost.
    fn run(&mut self, conn: &mut Conn) -> Result<(), StoreError>;
    /// Tells the events of work that was committed, then answers: who has the answer can rely on their having left.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>, tell: &broadcast::Sender<Event>);
}

/// Work of either sort.
trait Work<T, E>: Send {
    /// Whether [`Work::call`] may be called again.
    const REPEATS: bool;
    /// Does it; `None` when it was done and does not repeat.
    fn call(&mut self) -> Option<impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send>;
}

/// Work that is done once.
struct Once<F>(Option<F>);

impl<T, E, F> Work<T, E> for Once<F>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
{
    const REPEATS: bool = false;
    fn call(&mut self) -> Option<impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send> {
        self.0.take()
    }
}

/// Work that may be done again.
struct Again<F>(F);

impl<T, E, F> Work<T, E> for Again<F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
{
    const REPEATS: bool = true;
    fn call(&mut self) -> Option<impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send> {
        Some(&mut self.0)
    }
}

struct Pending<T, E, W> {
    work: W,
    outcome: Option<Result<(T, Vec<Event>), E>>,
    /// The work goes back with its answer: whoever waited drops what it holds, and not the one thread that all wait for.
    reply: oneshot::Sender<(Result<T, E>, W)>,
    span: tracing::Span,
}

impl<T, E, W> Job for Pending<T, E, W>
where
    T: Send,
    E: Failure,
    W: Work<T, E>,
{
    fn may_repeat(&self) -> bool {
        W::REPEATS
    }

    fn run_bare(&mut self, conn: &mut Conn) -> bool {
        let outer = super::work::depth(conn);
        let before = changes(conn);
        let span = self.span.clone();
        let Some(work) = self.work.call() else {
            return false;
        };
        let outcome = span.in_scope(|| Around::call(conn, work));
        let kept = outcome.is_ok();
        self.outcome = Some(outcome);
        kept || (before.is_some()
            && before == changes(conn)
            && super::work::depth(conn) == outer
            && in_transaction(conn))
    }

    fn run(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let outer = super::work::depth(conn);
        let span = self.span.clone();
        let Some(work) = self.work.call() else {
            return Ok(());
        };
        self.outcome = Some(span.in_scope(|| Around::savepoint(conn, work)));
        // SQLite rolls back the whole transaction on some errors (full disk, I/O): then no savepoint of the group is left.
        let kept = matches!(self.outcome, Some(Ok(_)));
        let intact = kept || (super::work::depth(conn) == outer && in_transaction(conn));
        intact.then_some(()).ok_or_else(lost)
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>, tell: &broadcast::Sender<Event>) {
        let outcome = self
            .outcome
            .unwrap_or_else(|| Err(closed().into()))
            .and_then(|done| committed.map(|()| done).map_err(E::from));
        let (answer, events) = match outcome {
            Ok((value, events)) => (Ok(value), events),
            Err(error) => (Err(error), Vec::new()),
        };
        for event in events {
            let _ = tell.send(event);
        }
        // The caller may have gone away; what is committed stays.
        let _ = self.reply.send((answer, self.work));
    }
}

/// Rows changed on this connection so far; `None` when it cannot be told.
fn changes(conn: &mut Conn) -> Option<i64> {
    let row: Result<Option<Changes>, StoreError> =
        Statement::new("SELECT total_changes() AS n").first(conn);
    row.ok().flatten().map(|row| row.n)
}

#[derive(diesel::QueryableByName)]
struct Changes {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

fn lost() -> StoreError {
    StoreError::Unavailable("the transaction was lost; nothing was written".to_owned())
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
        let unanswered = Arc::new(AtomicUsize::new(0));
        let state = Loop {
            url: url.clone(),
            conn,
            jobs,
            events,
            queued: Arc::clone(&queued),
            unanswered: Arc::clone(&unanswered),
        };
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || state.run())
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
            queued,
            unanswered,
        })
    }

    /// Queues work and waits for its commit.
    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.wait_for(Once(Some(work))).await
    }

    /// Queues work that may be done again, and waits for its commit.
    pub(super) async fn run_again<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.wait_for(Again(work)).await
    }

    async fn wait_for<T, E, W>(&self, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        W: Work<T, E> + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Pending {
            work,
            outcome: None,
            reply,
            span: tracing::Span::current(),
        };
        self.submit(Box::new(job))?;
        match answer.await {
            Ok((answer, _)) => answer,
            Err(_) => Err(closed().into()),
        }
    }

    fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = queue.as_ref().ok_or_else(closed)?;
        self.queued.fetch_add(1, Ordering::Relaxed);
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        sender.try_send(job).map_err(|_| {
            self.queued.fetch_sub(1, Ordering::Relaxed);
            self.unanswered.fetch_sub(1, Ordering::Relaxed);
            StoreError::Unavailable("too many writes are waiting".to_owned())
        })
    }

    /// Work that waits.
    pub(super) fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// True while work waits, or is done and not committed.
    pub(super) fn is_busy(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) > 0
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
    unanswered: Arc<AtomicUsize>,
}

impl Loop {
    fn run(mut self) {
        let mut carried = None;
        while let Some(first) = carried.take().or_else(|| self.jobs.recv().ok()) {
            let mut group = Vec::with_capacity(8);
            let committed = self.group(first, &mut group, &mut carried);
            metrics::histogram!("krowoc_writer_group_size").record(group.len() as f64);
            if let Err(error) = &committed {
                tracing::error!(%error, work = group.len(), "a group of writes was not committed");
                self.reopen();
            }
            for job in group {
                self.unanswered.fetch_sub(1, Ordering::Relaxed);
                job.answer(committed.clone(), &self.events);
            }
        }
        let _ = self
            .conn
            .batch_execute("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
    }

    /// Runs waiting work in one transaction and commits it. The work is left in `group`, whatever became of it; work of the other
    /// sort that was taken from the queue is left in `carried`.
    fn group(
        &mut self,
        first: Box<dyn Job>,
        group: &mut Vec<Box<dyn Job>>,
        carried: &mut Option<Box<dyn Job>>,
    ) -> Result<(), StoreError> {
        let bare = first.may_repeat();
        let mut next = Some(first);
        let mut state = self.begin();
        let mut intact = true;
        while let Some(mut job) = next.take() {
            self.queued.fetch_sub(1, Ordering::Relaxed);
            if state.is_ok() {
                match bare {
                    true => intact = job.run_bare(&mut self.conn),
                    false => state = job.run(&mut self.conn),
                }
            }
            group.push(job);
            if state.is_ok() && intact && group.len() < GROUP {
                next = self.jobs.try_recv().ok();
            }
            if next.as_ref().is_some_and(|job| job.may_repeat() != bare) {
                *carried = next.take();
            }
        }
        if !intact {
            state = self.redo(group);
        }
        state?;
        Ok(Manager::commit_transaction(&mut self.conn)?)
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        match &mut self.conn {
            Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")?,
            Conn::Postgres(_) => return Err(diesel::result::Error::NotInTransaction.into()),
        }
        Ok(())
    }

    /// Takes back what the group did and does all of it again, each work in a savepoint.
    fn redo(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        while super::work::depth(&mut self.conn) > 0 {
            // An error that took the transaction back already leaves nothing to take back.
            if Manager::rollback_transaction(&mut self.conn).is_err() {
                self.reopen();
            }
        }
        self.begin()?;
        group.iter_mut().try_for_each(|job| job.run(&mut self.conn))
    }

    /// A connection whose transaction was lost is not trusted again.
    fn reopen(&mut self) {
        match open(&self.url, Role::Writer) {
            Ok(conn) => self.conn = conn,
            Err(error) => tracing::error!(%error, "the database cannot be opened again"),
        }
    }
}
