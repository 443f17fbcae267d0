//! SQLite's single writer: a thread that runs all waiting work in one transaction, commits once and flushes the log once. Not for
//! PostgreSQL, and not the work itself: see `writer_job`.
//!
//! A flush of the disk is most of what a commit costs; a group shares it. Work is answered only after it; see `durable`.
//!
//! Work that fails takes back its own changes and no others. A savepoint does that, at a price: pages are copied, and the search
//! index flushes. Work that may be done again goes without: should some of it change something and fail, then the transaction is
//! taken back whole and its work done again, each in a savepoint.

use super::conn::{Conn, DatabaseUrl, Role, open};
use super::durable::{Flush, Log, Progress, unknown};
use super::eager::{eager, look, may_look};
use super::error::{Failure, StoreError};
use super::work::{Tx, depth};
use super::writer_job::{Again, Job, Once, Work, ahead, closed, pending};
use super::{Ahead, Event};
use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use futures_util::FutureExt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::broadcast;

/// Most work in one commit: bounds how long the first of a group waits.
const GROUP: usize = 256;
/// Most work that may wait; more is refused, so that memory stays bounded.
const QUEUE: usize = 4096;

type Manager = <Conn as Connection>::TransactionManager;

/// What the thread is told.
enum Told {
    /// Work.
    Work(Box<dyn Job>),
    /// Work is on its way.
    Soon,
}

/// The handle of the thread.
pub(super) struct Writer {
    queue: Mutex<Option<SyncSender<Told>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    queued: Arc<AtomicUsize>,
    unanswered: Arc<AtomicUsize>,
    progress: Arc<Progress>,
    /// Whether a processor can be spared for waiting.
    spare: bool,
    /// Work was announced, by somebody who comes alone.
    expected: AtomicBool,
}

impl Writer {
    /// Opens the connection and starts the thread.
    pub(super) fn start(
        url: &DatabaseUrl,
        events: broadcast::Sender<Event>,
    ) -> Result<Self, StoreError> {
        let DatabaseUrl::Sqlite(path) = url else {
            return Err(StoreError::Fault(
                "SQLite's writer is not for PostgreSQL".to_owned(),
            ));
        };
        let mut log = Log::of(path);
        Self::start_with(url, events, Box::new(move || log.flush()))
    }

    /// As [`Writer::start`], with the flush of the log.
    fn start_with(
        url: &DatabaseUrl,
        events: broadcast::Sender<Event>,
        flush: Flush,
    ) -> Result<Self, StoreError> {
        let conn = connect(url)?;
        let (queue, jobs) = sync_channel(QUEUE);
        let queued = Arc::new(AtomicUsize::new(0));
        let unanswered = Arc::new(AtomicUsize::new(0));
        let progress = Arc::new(Progress::default());
        let state = Loop {
            url: url.clone(),
            conn,
            flush,
            progress: Arc::clone(&progress),
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
            progress,
            spare: may_look(),
            expected: AtomicBool::new(false),
        })
    }

    /// Queues work and waits until it is durable.
    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.wait_for(Once(Some(work))).await
    }

    /// Queues work that may be done again, and waits until it is durable.
    pub(super) async fn run_again<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.wait_for(Again(work)).await
    }

    /// Queues work that may be done again, and waits until it is committed.
    pub(super) async fn run_ahead<T, E, F>(&self, work: F) -> Result<Ahead<T>, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (job, (outcome, durable)) = ahead::<T, E, _>(Again(work));
        self.submit(job)?;
        let expected = self.expected.swap(false, Ordering::Relaxed);
        let alone = || expected && self.unanswered.load(Ordering::Relaxed) == 1;
        let outcome = eager(outcome, alone).await;
        let value = outcome.unwrap_or_else(|_| Err(closed().into()))?;
        let durable = durable.map(|kept| kept.map_or_else(|_| Err(closed()), |(kept, _)| kept));
        Ok(Ahead {
            value,
            durable: durable.boxed(),
        })
    }

    async fn wait_for<T, E, W>(&self, work: W) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        W: Work<T, E> + 'static,
    {
        let (job, answer) = pending(work);
        self.submit(job)?;
        match answer.await {
            Ok((answer, _)) => answer,
            Err(_) => Err(closed().into()),
        }
    }

    /// Waits until everything that a read may have seen is durable.
    pub(super) async fn settled(&self) -> Result<(), StoreError> {
        self.progress.wait().await
    }

    /// Announces work that is to run ahead, while nothing else is under way: the thread is awake when it comes, and whoever brings it
    /// does not sleep while it is done. With others about, both would take processors from them.
    pub(super) fn expect(&self) {
        if self.spare && !self.is_busy() {
            self.expected.store(true, Ordering::Relaxed);
            let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            // A queue that is full is no quiet one.
            let _ = queue.as_ref().map(|queue| queue.try_send(Told::Soon));
        }
    }

    fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = queue.as_ref().ok_or_else(closed)?;
        self.queued.fetch_add(1, Ordering::Relaxed);
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        sender.try_send(Told::Work(job)).map_err(|_| {
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

/// The writer's connection: its commits leave the flush to [`Log`].
fn connect(url: &DatabaseUrl) -> Result<Conn, StoreError> {
    let mut conn = open(url, Role::Writer)?;
    conn.batch_execute("PRAGMA synchronous = NORMAL;")?;
    Ok(conn)
}

struct Loop {
    url: DatabaseUrl,
    conn: Conn,
    flush: Flush,
    progress: Arc<Progress>,
    jobs: Receiver<Told>,
    events: broadcast::Sender<Event>,
    queued: Arc<AtomicUsize>,
    unanswered: Arc<AtomicUsize>,
}

impl Loop {
    fn run(mut self) {
        let mut carried = None;
        while let Some(first) = carried.take().or_else(|| self.next()) {
            let mut group = Vec::with_capacity(8);
            let committed = self.group(first, &mut group, &mut carried);
            metrics::histogram!("krowoc_writer_group_size").record(group.len() as f64);
            let durable = match committed {
                Ok(()) => {
                    group.iter_mut().for_each(|job| job.committed());
                    self.flush()
                }
                Err(error) => {
                    tracing::error!(%error, work = group.len(), "a group of writes was not committed");
                    self.reopen();
                    self.progress.settle();
                    Err(error)
                }
            };
            for job in group {
                self.unanswered.fetch_sub(1, Ordering::Relaxed);
                job.answer(durable.clone(), &self.events);
            }
        }
        let _ = self
            .conn
            .batch_execute("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
    }

    /// The next work, waited for; `None` when no more can come.
    fn next(&self) -> Option<Box<dyn Job>> {
        let mut told = self.jobs.recv().ok()?;
        loop {
            match told {
                Told::Work(job) => return Some(job),
                Told::Soon => {
                    told = match look(&self.jobs) {
                        Ok(told) => told,
                        Err(_) => self.jobs.recv().ok()?,
                    }
                }
            }
        }
    }

    /// Work that waits already.
    fn waiting(&self) -> Option<Box<dyn Job>> {
        loop {
            if let Told::Work(job) = self.jobs.try_recv().ok()? {
                return Some(job);
            }
        }
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
                next = self.waiting();
            }
            if next.as_ref().is_some_and(|job| job.may_repeat() != bare) {
                *carried = next.take();
            }
        }
        if !intact {
            state = self.redo(group);
        }
        state?;
        self.progress.begin();
        Ok(Manager::commit_transaction(&mut self.conn)?)
    }

    /// Makes durable what was committed. A disk that refused once is not asked again: it may have dropped what it was to keep, and
    /// would say nothing of it the next time.
    fn flush(&mut self) -> Result<(), StoreError> {
        match (self.flush)() {
            Ok(()) => {
                self.progress.settle();
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "the disk refused to keep what was written: no more is written or read until a restart");
                self.progress.fail();
                Err(unknown())
            }
        }
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.progress.check()?;
        match &mut self.conn {
            Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")?,
            Conn::Postgres(_) => return Err(diesel::result::Error::NotInTransaction.into()),
        }
        Ok(())
    }

    /// Takes back what the group did and does all of it again, each work in a savepoint.
    fn redo(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        while depth(&mut self.conn) > 0 {
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
        match connect(&self.url) {
            Ok(conn) => self.conn = conn,
            Err(error) => tracing::error!(%error, "the database cannot be opened again"),
        }
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
