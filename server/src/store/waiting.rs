//! Entries of SQLite's search index that wait to be put into it: where they wait, and how they get in. Not what an entry holds, and not
//! when it is time: see `search` and `indexing`.
//!
//! The index costs as much as all else of a document, and whoever pushes a batch need not wait for it. What waits is as durable as the
//! document: it is written in the same transaction, and leaves in the one that puts it into the index. PostgreSQL has no such table.

use super::rows::Insert;
use super::statement::{Statement, Value};
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use krowoc_shared::ids::SpaceId;

/// Most entries that one step puts in: other writers wait for about 50 ms.
pub const STEP: u32 = 1_000;
/// Most bytes of terms of one step, unless a single entry has more.
const STEP_BYTES: i64 = 2 * 1024 * 1024;

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Entries that are in the index now.
    pub entries: u32,
    /// More wait.
    pub more: bool,
}

/// An entry that is to wait, as its columns: row, space, whether the row has an older entry, scope, terms.
pub(super) type Row = [Value; 5];

/// Lets entries wait; what waited for the same rows is forgotten.
///
/// # Errors
/// The database's.
pub(super) fn put(conn: &mut Conn, rows: Vec<Row>) -> Result<(), StoreError> {
    let insert = Insert {
        head: "INSERT INTO document_search_waiting (row_id, space_id, replaces, scope, terms)",
        row: "(?, ?, ?, ?, ?)",
        tail: " ON CONFLICT (row_id) DO UPDATE SET scope = excluded.scope, terms = excluded.terms",
    };
    let rows = rows.into_iter().map(Vec::from).collect();
    for statement in insert.statements(conn, rows) {
        statement.execute(conn)?;
    }
    Ok(())
}

/// Forgets what waits for a row.
///
/// # Errors
/// The database's.
pub(super) fn forget(conn: &mut Conn, row_id: i64) -> Result<(), StoreError> {
    Statement::new("DELETE FROM document_search_waiting WHERE row_id = ?")
        .bind(row_id)
        .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = BigInt)]
    row_id: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// True while an entry of a space waits.
///
/// # Errors
/// The database's.
pub fn any(conn: &mut Conn, space: SpaceId) -> Result<bool, StoreError> {
    if matches!(conn, Conn::Postgres(_)) {
        return Ok(false);
    }
    let row: Option<Size> = Statement::new(
        "SELECT row_id, 0 AS bytes FROM document_search_waiting WHERE space_id = ? LIMIT 1",
    )
    .bind(space.as_bytes())
    .first(conn)?;
    Ok(row.is_some())
}

/// How many wait in all.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn) -> Result<u32, StoreError> {
    if matches!(conn, Conn::Postgres(_)) {
        return Ok(0);
    }
    let row: Option<Size> =
        Statement::new("SELECT 0 AS row_id, count(*) AS bytes FROM document_search_waiting")
            .first(conn)?;
    Ok(row.map_or(0, |row| u32::try_from(row.bytes).unwrap_or(u32::MAX)))
}

/// Puts the first that wait, in the order of their rows, into the index: those of a space, or of any. Runs inside a transaction.
///
/// # Errors
/// The database's.
pub fn step(conn: &mut Conn, space: Option<SpaceId>) -> Result<Done, StoreError> {
    if matches!(conn, Conn::Postgres(_)) {
        return Ok(Done::default());
    }
    let of_space = match space {
        Some(space) => Statement::new(" AND space_id = ?").bind(space.as_bytes()),
        None => Statement::default(),
    };
    let waiting: Vec<Size> = Statement::new(
        "SELECT row_id, octet_length(terms) AS bytes FROM document_search_waiting WHERE row_id > 0",
    )
    .then(of_space.clone())
    .sql(" ORDER BY row_id LIMIT ?")
    .bind(i64::from(STEP).saturating_add(1))
    .load(conn)?;
    let mut bytes = 0_i64;
    let mut taken = 0_u32;
    let mut last = None;
    for row in &waiting {
        bytes = bytes.saturating_add(row.bytes);
        let full = taken >= STEP || bytes > STEP_BYTES;
        if full && last.is_some() {
            break;
        }
        last = Some(row.row_id);
        taken = taken.saturating_add(1);
    }
    let Some(last) = last else {
        return Ok(Done::default());
    };
    // One statement each: between statements that may have to be taken back the index writes out what it gathered.
    for (head, tail) in [
        (
            "DELETE FROM document_search WHERE rowid IN (SELECT row_id FROM document_search_waiting WHERE replaces AND row_id <= ?",
            ")",
        ),
        (
            "INSERT INTO document_search (rowid, terms, scope) SELECT row_id, terms, scope FROM document_search_waiting WHERE row_id <= ?",
            " ORDER BY row_id",
        ),
        ("DELETE FROM document_search_waiting WHERE row_id <= ?", ""),
    ] {
        Statement::new(head)
            .bind(last)
            .then(of_space.clone())
            .sql(tail)
            .execute(conn)?;
    }
    let all = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
    Ok(Done {
        entries: taken,
        more: taken < all,
    })
}
