//! What public texts are recognised by, and which is a copy of which. Not the recognising: that is in `shared`.

use super::publications::{ALL, LAST, publication};
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::capture::fingerprint::SimHash;
use krowoc_shared::ids::PublicationId;
use krowoc_shared::leaderboard::copies::Print;

/// What every publication is recognised by that was not taken back, of the version that was looked at last.
///
/// # Errors
/// The database's.
pub fn prints(conn: &mut Conn) -> Result<Vec<(Print, Option<PublicationId>)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        first_at: i64,
        #[diesel(sql_type = Binary)]
        exact: Vec<u8>,
        #[diesel(sql_type = Nullable<BigInt>)]
        signature: Option<i64>,
        #[diesel(sql_type = Nullable<Binary>)]
        first_of: Option<Vec<u8>>,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT id, first_at, exact, signature, first_of FROM publication WHERE withdrawn_at IS NULL",
    )
    .load(conn)?;
    let print = |row: Row| {
        let print = Print {
            id: publication(&row.id)?,
            first_at: row.first_at,
            exact: row.exact,
            signature: row.signature.map(|bits| SimHash(bits.cast_unsigned())),
        };
        Ok((print, row.first_of.as_deref().map(publication).transpose()?))
    };
    rows.into_iter().map(print).collect()
}

/// Publications of which another version was published since their text was looked at: that version and its text.
///
/// # Errors
/// The database's.
pub fn unread(
    conn: &mut Conn,
    limit: i64,
) -> Result<Vec<(PublicationId, i64, String)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        rev: i64,
        #[diesel(sql_type = Text)]
        text: String,
    }
    let rows: Vec<Row> = Statement::new("SELECT p.id, v.rev, v.text")
        .sql(ALL)
        .sql(LAST)
        .sql(" WHERE v.rev <> p.rev LIMIT ?")
        .bind(limit)
        .load(conn)?;
    let read = |row: Row| Ok((publication(&row.id)?, row.rev, row.text));
    rows.into_iter().map(read).collect()
}

/// Notes what the text of a version is recognised by.
///
/// # Errors
/// The database's.
pub fn set_print(
    conn: &mut Conn,
    id: PublicationId,
    rev: i64,
    exact: Vec<u8>,
    signature: Option<SimHash>,
) -> Result<(), StoreError> {
    Statement::new("UPDATE publication SET rev = ?, exact = ?, signature = ? WHERE id = ?")
        .bind(rev)
        .bind(exact)
        .bind(signature.map(|hash| hash.0.cast_signed()))
        .bind(id.as_bytes())
        .execute(conn)?;
    Ok(())
}

/// Notes which prompt had nearly the same text before.
///
/// # Errors
/// The database's.
pub fn set_first(
    conn: &mut Conn,
    id: PublicationId,
    first: Option<PublicationId>,
) -> Result<(), StoreError> {
    Statement::new("UPDATE publication SET first_of = ? WHERE id = ?")
        .bind(first.map(|id| id.as_bytes().to_vec()))
        .bind(id.as_bytes())
        .execute(conn)?;
    Ok(())
}
