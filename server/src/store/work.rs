//! One unit of work inside the store: a closure, the transaction around it, and the events it leaves. Not where it runs.

use super::Event;
use super::conn::Conn;
use super::error::{Failure, StoreError};
use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};

type Manager = <Conn as Connection>::TransactionManager;

/// The connection inside a transaction. Dereferences to [`Conn`]; for Diesel's generic methods pass [`Tx::conn`].
pub struct Tx<'a> {
    conn: &'a mut Conn,
    events: Vec<Event>,
}

impl Tx<'_> {
    /// The connection.
    pub fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    /// Queues an event that leaves after the commit, and only then.
    pub fn after_commit(&mut self, event: Event) {
        self.events.push(event);
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

/// Functions that put a transaction around a closure.
pub(super) struct Work;

impl Work {
    /// Runs the closure without a transaction of its own; a panic becomes an error.
    pub(super) fn call<T, E, F>(conn: &mut Conn, work: F) -> Result<(T, Vec<Event>), E>
    where
        E: Failure,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E>,
    {
        let mut tx = Tx {
            conn,
            events: Vec::new(),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut tx)));
        match outcome {
            Ok(value) => value.map(|value| (value, tx.events)),
            Err(_) => Err(StoreError::Panicked.into()),
        }
    }

    /// Runs the closure in the transaction that was just begun, and commits it.
    pub(super) fn within<T, E, F>(conn: &mut Conn, work: F) -> Result<(T, Vec<Event>), E>
    where
        E: Failure,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E>,
    {
        let depth = depth(conn);
        match Self::call(conn, work) {
            Ok(done) => {
                Manager::commit_transaction(conn).map_err(StoreError::from)?;
                Ok(done)
            }
            Err(error) => {
                unwind(conn, depth).map_err(StoreError::from)?;
                Err(error)
            }
        }
    }

    /// Runs the closure in a savepoint of the open transaction.
    pub(super) fn savepoint<T, E, F>(conn: &mut Conn, work: F) -> Result<(T, Vec<Event>), E>
    where
        E: Failure,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E>,
    {
        Manager::begin_transaction(conn).map_err(StoreError::from)?;
        Self::within(conn, work)
    }
}

/// Begins a transaction that writes.
pub(super) fn begin_write(conn: &mut Conn) -> diesel::QueryResult<()> {
    begun(conn, Manager::begin_transaction)
}

/// Begins a transaction that sees one snapshot and writes nothing.
pub(super) fn begin_read(conn: &mut Conn) -> diesel::QueryResult<()> {
    begun(conn, |conn| match conn {
        Conn::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN"),
        Conn::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(
            c,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ),
    })
}

/// A connection that cannot begin is dead: it is marked, so that the pool drops it.
fn begun(
    conn: &mut Conn,
    begin: impl FnOnce(&mut Conn) -> diesel::QueryResult<()>,
) -> diesel::QueryResult<()> {
    let outcome = begin(conn);
    if outcome.is_err() {
        Manager::transaction_manager_status_mut(conn).set_in_error();
    }
    outcome
}

/// Runs the closure in the transaction that was just begun, and rolls back.
pub(super) fn snapshot<T, E, F>(conn: &mut Conn, work: F) -> Result<T, E>
where
    E: Failure,
    F: FnOnce(&mut Conn) -> Result<T, E>,
{
    let depth = depth(conn);
    let outcome = match catch_unwind(AssertUnwindSafe(|| work(conn))) {
        Ok(outcome) => outcome,
        Err(_) => Err(StoreError::Panicked.into()),
    };
    unwind(conn, depth).map_err(StoreError::from)?;
    outcome
}

/// How many transactions and savepoints are open.
pub(super) fn depth(conn: &mut Conn) -> u32 {
    Manager::transaction_manager_status_mut(conn)
        .transaction_depth()
        .ok()
        .flatten()
        .map_or(0, std::num::NonZeroU32::get)
}

/// Rolls back to below `depth`: also what a panicking closure had opened itself.
fn unwind(conn: &mut Conn, depth_of_work: u32) -> diesel::QueryResult<()> {
    while depth(conn) >= depth_of_work && depth(conn) > 0 {
        Manager::rollback_transaction(conn)?;
    }
    Ok(())
}
