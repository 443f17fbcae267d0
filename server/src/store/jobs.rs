//! Rows of the durable queue: put in with the caller's transaction, leased, renewed, put off, stopped. Not what a job does.
//!
//! A job is done at least once. It belongs to whoever holds its lease; a lease that ran out may be taken by another.

use super::library::unsigned;
use super::statement::Statement;
use super::{Conn, Event, StoreError, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::ids::{JobId, Millis};

/// Longest text of an error that is kept, in bytes.
const ERROR_BYTES: usize = 500;

/// A job to be done.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: &'static str,
    /// With it, there is one such job at a time: another one is not added while it waits or is under way.
    pub unique_key: Option<String>,
    /// What its kind reads.
    pub payload: String,
    /// When.
    pub due_at: Millis,
}

/// A job that is held until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// What its kind reads.
    pub payload: String,
    /// How often it was taken, this time included.
    pub attempts: u64,
}

/// Who holds leases: one process of the server.
pub type Owner = [u8; 16];

/// Adds a job in the caller's transaction; false when its unique key is taken. The queue is told after the commit.
///
/// # Errors
/// The database's.
pub fn enqueue(tx: &mut Tx<'_>, job: &NewJob, now: Millis) -> Result<bool, StoreError> {
    let added = Statement::new(
        "INSERT INTO job (id, kind, unique_key, payload, state, due_at, attempts, created_at) \
         VALUES (?, ?, ?, ?, 0, ?, 0, ?) \
         ON CONFLICT (kind, unique_key) WHERE unique_key IS NOT NULL AND state < 2 DO NOTHING",
    )
    .bind(job.id.as_bytes())
    .bind(job.kind)
    .bind(job.unique_key.clone())
    .bind(job.payload.as_str())
    .bind(job.due_at)
    .bind(now)
    .execute(tx)?;
    if added == 1 {
        tx.after_commit(Event::Job(job.due_at));
    }
    Ok(added == 1)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    payload: String,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
}

/// Takes jobs that are due, the longest due first; no two callers get the same one.
///
/// # Errors
/// The database's.
pub fn lease(
    tx: &mut Tx<'_>,
    owner: &Owner,
    now: Millis,
    until: Millis,
    limit: i64,
) -> Result<Vec<Leased>, StoreError> {
    // On SQLite the writer is alone; on PostgreSQL rows that another is taking are passed over.
    let passing = match tx.conn() {
        Conn::Sqlite(_) => "",
        Conn::Postgres(_) => " FOR UPDATE SKIP LOCKED",
    };
    let rows: Vec<Row> = Statement::new(
        "WITH due (job_id) AS (SELECT id FROM job WHERE state < 2 AND due_at <= ? ORDER BY due_at, id LIMIT ?",
    )
    .bind(now)
    .bind(limit)
    .sql(passing)
    .sql(
        ") UPDATE job SET state = 1, owner = ?, due_at = ?, attempts = attempts + 1 FROM due WHERE id = job_id \
         RETURNING id, kind, payload, attempts",
    )
    .bind(owner)
    .bind(until)
    .load(tx)?;
    let leased = rows.into_iter().map(|row| {
        Ok(Leased {
            id: JobId::from_slice(&row.id)
                .ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))?,
            kind: row.kind,
            payload: row.payload,
            attempts: unsigned(row.attempts),
        })
    });
    leased.collect()
}

/// Renews a lease; false when it was lost.
///
/// # Errors
/// The database's.
pub fn renew(conn: &mut Conn, owner: &Owner, id: JobId, until: Millis) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET due_at = ? WHERE id = ? AND owner = ? AND state = 1";
    let changed = Statement::new(sql)
        .bind(until)
        .bind(id.as_bytes())
        .bind(owner)
        .execute(conn)?;
    Ok(changed == 1)
}

/// Removes a job that is done; false when its lease was lost.
///
/// # Errors
/// The database's.
pub fn done(conn: &mut Conn, owner: &Owner, id: JobId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM job WHERE id = ? AND owner = ? AND state = 1";
    let changed = Statement::new(sql)
        .bind(id.as_bytes())
        .bind(owner)
        .execute(conn)?;
    Ok(changed == 1)
}

/// Puts a leased job off: after a failure, with its text, or until a recurring job's next time, without one and with its attempts
/// forgotten. False when the lease was lost.
///
/// # Errors
/// The database's.
pub fn put_off(
    conn: &mut Conn,
    owner: &Owner,
    id: JobId,
    due_at: Millis,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    let attempts = match error {
        Some(_) => "attempts",
        None => "0",
    };
    let changed = Statement::new(
        "UPDATE job SET state = 0, owner = NULL, due_at = ?, last_error = ?, attempts = ",
    )
    .bind(due_at)
    .bind(error.map(cut))
    .sql(attempts)
    .sql(" WHERE id = ? AND owner = ? AND state = 1")
    .bind(id.as_bytes())
    .bind(owner)
    .execute(conn)?;
    Ok(changed == 1)
}

/// Stops a job for good: it stays to be seen, and is not taken again. False when the lease was lost.
///
/// # Errors
/// The database's.
pub fn stop(conn: &mut Conn, owner: &Owner, id: JobId, error: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET state = 2, owner = NULL, last_error = ? WHERE id = ? AND owner = ? AND state = 1";
    let changed = Statement::new(sql)
        .bind(cut(error))
        .bind(id.as_bytes())
        .bind(owner)
        .execute(conn)?;
    Ok(changed == 1)
}

fn cut(error: &str) -> String {
    let end = error.floor_char_boundary(ERROR_BYTES);
    error.get(..end).unwrap_or_default().to_owned()
}

#[derive(QueryableByName)]
struct Next {
    #[diesel(sql_type = Nullable<BigInt>)]
    due_at: Option<i64>,
}

/// When the next job is due, or a lease ends; `None` when the queue is empty.
///
/// # Errors
/// The database's.
pub fn next_due(conn: &mut Conn) -> Result<Option<Millis>, StoreError> {
    let row: Option<Next> =
        Statement::new("SELECT min(due_at) AS due_at FROM job WHERE state < 2").first(conn)?;
    Ok(row.and_then(|row| row.due_at))
}

/// A job that was stopped for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Its id.
    pub id: JobId,
    /// What was to be done.
    pub kind: String,
    /// How often it was tried.
    pub attempts: u64,
    /// Why it failed the last time.
    pub error: String,
}

#[derive(QueryableByName)]
struct StoppedRow {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
    #[diesel(sql_type = Nullable<Text>)]
    last_error: Option<String>,
}

/// Jobs that were stopped for good, newest first.
///
/// # Errors
/// The database's.
pub fn stopped(conn: &mut Conn, limit: i64) -> Result<Vec<Stopped>, StoreError> {
    let rows: Vec<StoppedRow> = Statement::new(
        "SELECT id, kind, attempts, last_error FROM job WHERE state = 2 ORDER BY id DESC LIMIT ?",
    )
    .bind(limit)
    .load(conn)?;
    let seen = rows.into_iter().filter_map(|row| {
        Some(Stopped {
            id: JobId::from_slice(&row.id)?,
            kind: row.kind,
            attempts: unsigned(row.attempts),
            error: row.last_error.unwrap_or_default(),
        })
    });
    Ok(seen.collect())
}
