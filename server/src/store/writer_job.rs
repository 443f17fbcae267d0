//! Work for SQLite's single writer, as its thread sees it: run with or without a savepoint, then told of its commit, then answered.
//! Not the thread, and not the transaction around a group.

use super::Event;
use super::conn::Conn;
use super::error::{Failure, StoreError};
use super::statement::Statement;
use super::work::{Tx, Work as Around, depth};
use diesel::connection::SimpleConnection;
use tokio::sync::{broadcast, oneshot};

/// Work with its answer.
pub(super) trait Job: Send {
    /// Whether it may be done again.
    fn may_repeat(&self) -> bool;
    /// Runs it without a savepoint; false when it changed something and failed, so that all must be taken back.
    fn run_bare(&mut self, conn: &mut Conn) -> bool;
    /// Runs it in a savepoint; an error means that the transaction around it is lost.
    fn run(&mut self, conn: &mut Conn) -> Result<(), StoreError>;
    /// It is committed, and not yet durable: who asked to go ahead with what they have, may.
    fn committed(&mut self) {}
    /// Tells the events of work that is durable, then answers: who has the answer can rely on their having left.
    fn answer(self: Box<Self>, durable: Result<(), StoreError>, tell: &broadcast::Sender<Event>);
}

/// Work of either sort.
pub(super) trait Work<T, E>: Send {
    /// Whether [`Work::call`] may be called again.
    const REPEATS: bool;
    /// Does it; `None` when it was done and does not repeat.
    fn call(&mut self) -> Option<impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send>;
}

/// Work that is done once.
pub(super) struct Once<F>(pub(super) Option<F>);

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
pub(super) struct Again<F>(pub(super) F);

impl<T, E, F> Work<T, E> for Again<F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
{
    const REPEATS: bool = true;
    fn call(&mut self) -> Option<impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send> {
        Some(&mut self.0)
    }
}

/// How the answer leaves. The work goes back with the last of it: whoever waited drops what it holds, and not the one thread that all
/// wait for.
enum Reply<T, E, W> {
    /// Once it is durable.
    Durable(oneshot::Sender<(Result<T, E>, W)>),
    /// What it made once it is committed, and whether it is kept once it is durable.
    Ahead(
        Option<oneshot::Sender<Result<T, E>>>,
        oneshot::Sender<(Result<(), StoreError>, W)>,
    ),
}

struct Pending<T, E, W> {
    work: W,
    outcome: Option<Result<T, E>>,
    events: Vec<Event>,
    reply: Reply<T, E, W>,
    span: tracing::Span,
}

/// Where the answer of a job arrives.
pub(super) type Answer<T, E, W> = oneshot::Receiver<(Result<T, E>, W)>;

/// A job, and where its answer arrives.
pub(super) fn pending<T, E, W>(work: W) -> (Box<dyn Job>, Answer<T, E, W>)
where
    T: Send + 'static,
    E: Failure,
    W: Work<T, E> + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Pending::boxed(work, Reply::Durable(reply)), answer)
}

/// What arrives of a job once it is committed, and once it is durable.
pub(super) type AheadOf<T, E, W> = (
    oneshot::Receiver<Result<T, E>>,
    oneshot::Receiver<(Result<(), StoreError>, W)>,
);

/// A job whose outcome arrives once it is committed, and whose durability arrives after it.
pub(super) fn ahead<T, E, W>(work: W) -> (Box<dyn Job>, AheadOf<T, E, W>)
where
    T: Send + 'static,
    E: Failure,
    W: Work<T, E> + 'static,
{
    let (first, outcome) = oneshot::channel();
    let (reply, durable) = oneshot::channel();
    let job = Pending::boxed(work, Reply::Ahead(Some(first), reply));
    (job, (outcome, durable))
}

impl<T, E, W> Pending<T, E, W>
where
    T: Send + 'static,
    E: Failure,
    W: Work<T, E> + 'static,
{
    fn boxed(work: W, reply: Reply<T, E, W>) -> Box<dyn Job> {
        Box::new(Self {
            work,
            outcome: None,
            events: Vec::new(),
            reply,
            span: tracing::Span::current(),
        })
    }

    fn note(&mut self, outcome: Result<(T, Vec<Event>), E>) -> bool {
        let kept = outcome.is_ok();
        self.events.clear();
        self.outcome = Some(outcome.map(|(value, events)| {
            self.events = events;
            value
        }));
        kept
    }
}

impl<T, E, W> Job for Pending<T, E, W>
where
    T: Send + 'static,
    E: Failure,
    W: Work<T, E> + 'static,
{
    fn may_repeat(&self) -> bool {
        W::REPEATS
    }

    fn run_bare(&mut self, conn: &mut Conn) -> bool {
        let outer = depth(conn);
        let before = changes(conn);
        let span = self.span.clone();
        let Some(work) = self.work.call() else {
            return false;
        };
        let outcome = span.in_scope(|| Around::call(conn, work));
        self.note(outcome)
            || (before.is_some()
                && before == changes(conn)
                && depth(conn) == outer
                && in_transaction(conn))
    }

    fn run(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let outer = depth(conn);
        let span = self.span.clone();
        let Some(work) = self.work.call() else {
            return Ok(());
        };
        let outcome = span.in_scope(|| Around::savepoint(conn, work));
        // SQLite rolls back the whole transaction on some errors (full disk, I/O): then no savepoint of the group is left.
        let intact = self.note(outcome) || (depth(conn) == outer && in_transaction(conn));
        intact.then_some(()).ok_or_else(lost)
    }

    fn committed(&mut self) {
        if let Reply::Ahead(first, _) = &mut self.reply
            && let Some(first) = first.take()
            && let Some(outcome) = self.outcome.take()
        {
            let _ = first.send(outcome);
        }
    }

    fn answer(self: Box<Self>, durable: Result<(), StoreError>, tell: &broadcast::Sender<Event>) {
        let Self {
            work,
            outcome,
            events,
            reply,
            ..
        } = *self;
        if durable.is_ok() {
            for event in events {
                let _ = tell.send(event);
            }
        }
        let whole = |durable: Result<(), StoreError>| {
            let outcome = match outcome {
                Some(outcome) => outcome,
                // It was not run: the reason is the group's.
                None => return Err(durable.err().unwrap_or_else(closed).into()),
            };
            outcome.and_then(|value| durable.map(|()| value).map_err(E::from))
        };
        // The caller may have gone away; what is committed stays.
        match reply {
            Reply::Durable(reply) => drop(reply.send((whole(durable), work))),
            Reply::Ahead(first, reply) => {
                if let Some(first) = first {
                    let _ = first.send(whole(durable.clone()));
                }
                let _ = reply.send((durable, work));
            }
        }
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

pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("the server is shutting down".to_owned())
}
