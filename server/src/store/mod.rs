//! The store: two doors, `read` and `write`, to SQLite or PostgreSQL. Nothing else opens a connection; rows are never serialised.
//!
//! `read` sees one snapshot. `write` is one transaction: on SQLite a part of the single writer's group commit, on PostgreSQL
//! a pooled transaction. Both run on threads that may block. Events queued in a `write` leave after its commit, or never.

pub mod accounts;
pub mod avatars;
pub mod based;
pub mod belongings;
pub mod budgets;
mod conn;
pub mod copies;
pub mod dashboards;
pub mod dead_letters;
pub mod deeds;
pub mod derived;
pub mod devices;
mod durable;
mod eager;
mod error;
pub mod execution_list;
pub mod execution_news;
pub mod execution_rows;
pub mod executions;
pub mod factors;
pub mod home;
pub mod identities;
pub mod indexing;
pub mod invitations;
pub mod jobs;
pub mod leaving;
pub mod library;
pub mod library_filter;
pub mod library_list;
pub mod library_overview;
pub mod logs;
pub mod mail_tokens;
pub mod members;
pub mod metrics;
pub mod migrate;
pub mod models;
pub mod pages;
pub mod passkeys;
pub mod pending;
pub mod profiles;
pub mod provider_key_views;
pub mod provider_keys;
pub mod publications;
pub mod reports;
pub mod results;
pub mod rollups;
pub mod rotation;
mod rows;
pub mod run_log;
pub mod runnable;
pub mod schema;
pub mod search;
pub mod sessions;
pub mod slugs;
pub mod standings;
pub mod statement;
pub mod sync;
pub mod team_events;
pub mod team_rollups;
pub mod teams;
pub mod throttle;
pub mod tiers;
pub mod ties;
pub mod tokens;
pub mod usage;
pub mod versions;
pub mod waiting;
mod work;
mod writer;
mod writer_job;
pub mod writing;

pub use conn::{Conn, DatabaseUrl, Manager, Role, open};
pub use error::{Failure, StoreError};
pub use work::Tx;

use futures_util::future::BoxFuture;
use krowoc_shared::execution::wire::BudgetNotice;
use krowoc_shared::ids::{Millis, UserId};
use krowoc_shared::sync::wire::Hint;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use work::Work;
use writer::Writer;

/// What other parts of this process may want to know after a commit. Correctness never depends on one arriving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A space changed.
    Hint(Hint),
    /// A job was added that is due at this time.
    Job(Millis),
    /// An account came near or to a ceiling.
    Budget(UserId, BudgetNotice),
    /// So many entries of the search index wait to be put into it.
    Unindexed(u32),
    /// A session or a device lost its access: its id. Open streams of it must end.
    Revoked([u8; 16]),
    /// An account is in other spaces now, or is something else in one.
    Membership(UserId),
}

/// What a transaction made that is committed and, for a moment, not yet durable: it outlives this process, but a power cut may take it
/// back. Nobody is told of it before `durable` has come.
pub struct Ahead<T> {
    /// What it made.
    pub value: T,
    /// Whether it is kept.
    pub durable: BoxFuture<'static, Result<(), StoreError>>,
}

/// Sizes of the store.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// Connections in the pool: readers on SQLite, all on PostgreSQL.
    pub connections: u32,
    /// How long a request waits for a connection.
    pub wait: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            connections: 8,
            wait: Duration::from_secs(5),
        }
    }
}

/// A handle to the store; clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    url: DatabaseUrl,
    pool: r2d2::Pool<Manager>,
    writer: Option<Writer>,
    events: broadcast::Sender<Event>,
}

/// How busy the store is, for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressure {
    /// Connections open.
    pub connections: u32,
    /// Connections that wait for work.
    pub idle: u32,
    /// Writes that wait for SQLite's writer.
    pub queued: usize,
}

impl Store {
    /// Opens the store. The schema must be there: see [`migrate::up`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database cannot be opened.
    pub fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let (events, _) = broadcast::channel(1024);
        let (role, writer) = match url {
            DatabaseUrl::Sqlite(_) => (Role::Reader, Some(Writer::start(url, events.clone())?)),
            DatabaseUrl::Postgres(_) => (Role::Writer, None),
        };
        let pool = r2d2::Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(1))
            .connection_timeout(options.wait)
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build(Manager {
                url: url.clone(),
                role,
            })?;
        let inner = Inner {
            url: url.clone(),
            pool,
            writer,
            events,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Runs queries on one snapshot of the database; what they write is refused or rolled back. What it saw is durable when this returns.
    ///
    /// # Errors
    /// The work's own, or the store's as `E`.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let outcome = blocking(move || {
            let mut conn = inner.checkout(work::begin_read)?;
            work::snapshot(&mut conn, work)
        })
        .await;
        if let Some(writer) = &self.inner.writer {
            writer.settled().await?;
        }
        outcome
    }

    /// Runs one transaction: all of it is durable when this returns `Ok`, none of it when it returns `Err`.
    ///
    /// # Errors
    /// The work's own, or the store's as `E`.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            return writer.run(work).await;
        }
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.transact(work)).await
    }

    /// As [`Store::write`], for work that may be done again: repeated when another transaction was in the way, or when other work
    /// of the same commit failed.
    ///
    /// # Errors
    /// The work's own, or the store's as `E`; a transient one after five attempts.
    pub async fn write_again<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            return writer.run_again(work).await;
        }
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.transact_again(work)).await
    }

    /// As [`Store::write_again`], but returns once it is committed, on SQLite before it is durable: for work to begin that nobody is told
    /// of before it is.
    ///
    /// # Errors
    /// As [`Store::write_again`].
    pub async fn write_ahead<T, E, F>(&self, work: F) -> Result<Ahead<T>, E>
    where
        T: Send + 'static,
        E: Failure,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            return writer.run_ahead(work).await;
        }
        let value = self.write_again(work).await?;
        let durable = Box::pin(std::future::ready(Ok(())));
        Ok(Ahead { value, durable })
    }

    /// Says that a write is on its way while nothing else is: whoever does it is awake when it comes.
    pub fn expect(&self) {
        if let Some(writer) = &self.inner.writer {
            writer.expect();
        }
    }

    /// As [`Store::write_again`], with something made beforehand that needs no database: not while SQLite's writer or a
    /// connection of PostgreSQL waits for it.
    ///
    /// # Errors
    /// As [`Store::write_again`].
    pub async fn prepare_and_write<P, T, E, M, F>(&self, make: M, work: F) -> Result<T, E>
    where
        P: Send + Sync + 'static,
        T: Send + 'static,
        E: Failure,
        M: FnOnce() -> P + Send + 'static,
        F: Fn(&mut Tx<'_>, &P) -> Result<T, E> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            let made = blocking(move || Ok::<P, E>(make())).await?;
            let work = move |tx: &mut Tx<'_>| work(tx, &made);
            return writer.run_again(work).await;
        }
        let inner = Arc::clone(&self.inner);
        blocking(move || {
            let made = make();
            inner.transact_again(|tx: &mut Tx<'_>| work(tx, &made))
        })
        .await
    }

    /// Events from now on. A slow receiver loses the oldest.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Where the database is.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.inner.url
    }

    /// How busy it is.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        let state = self.inner.pool.state();
        Pressure {
            connections: state.connections,
            idle: state.idle_connections,
            queued: self.inner.writer.as_ref().map_or(0, Writer::queued),
        }
    }

    /// True while SQLite's writer has work.
    pub(crate) fn is_writing(&self) -> bool {
        self.inner.writer.as_ref().is_some_and(Writer::is_busy)
    }

    /// Takes no more writes, finishes those that wait, and closes SQLite's writer. Reads go on.
    pub async fn close(&self) {
        let inner = Arc::clone(&self.inner);
        let _ = tokio::task::spawn_blocking(move || {
            if let Some(writer) = &inner.writer {
                writer.stop();
            }
        })
        .await;
    }
}

impl Inner {
    /// A connection of the pool with a begun transaction. One that the database closed meanwhile is dropped and another taken:
    /// beginning is the check, so that no query is spent on it.
    fn checkout(
        &self,
        begin: impl Fn(&mut Conn) -> diesel::QueryResult<()>,
    ) -> Result<r2d2::PooledConnection<Manager>, StoreError> {
        let mut left = self.pool.max_size();
        loop {
            let mut conn = self.pool.get()?;
            match begin(&mut conn) {
                Ok(()) => return Ok(conn),
                Err(error) if left == 0 => return Err(StoreError::Unavailable(error.to_string())),
                Err(_) => left = left.saturating_sub(1),
            }
        }
    }

    /// A transaction that was in another's way is done again, four times at most.
    fn transact_again<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: Failure,
        F: Fn(&mut Tx<'_>) -> Result<T, E>,
    {
        let mut left = 4;
        loop {
            match self.transact(&work) {
                Err(error) if error.is_transient() && left > 0 => left -= 1,
                outcome => return outcome,
            }
        }
    }

    fn transact<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: Failure,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E>,
    {
        let mut conn = self.checkout(work::begin_write)?;
        let (value, events) = Work::within(&mut conn, work)?;
        for event in events {
            // No receiver is no error.
            let _ = self.events.send(event);
        }
        Ok(value)
    }
}

async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: Failure,
{
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(StoreError::Panicked.into()),
    }
}
