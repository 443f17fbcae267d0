//! What public texts are recognised by, and which is a copy of which. Not the recognising: that is in `shared`.

use super::publications::{ALL, LAST, SHOWN, publication};
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::capture::fingerprint::SimHash;
use krowoc_shared::ids::{Millis, PublicationId};
use krowoc_shared::leaderboard::copies::Print;

#[derive(QueryableByName)]
struct PrintRow {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    print_at: i64,
    #[diesel(sql_type = Binary)]
    exact: Vec<u8>,
    #[diesel(sql_type = Nullable<BigInt>)]
    signature: Option<i64>,
}

impl PrintRow {
    fn print(self) -> Result<Print, StoreError> {
        Ok(Print {
            id: publication(&self.id)?,
            since: self.print_at,
            exact: self.exact,
            signature: self.signature.map(|bits| SimHash(bits.cast_unsigned())),
        })
    }
}

/// What every publication is recognised by that everybody can read, of the version that was looked at last, and the first that it names.
///
/// # Errors
/// The database's.
pub fn prints(conn: &mut Conn) -> Result<Vec<(Print, Option<PublicationId>)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(embed)]
        print: PrintRow,
        #[diesel(sql_type = Nullable<Binary>)]
        first_of: Option<Vec<u8>>,
    }
    let rows: Vec<Row> =
        Statement::new("SELECT p.id, p.print_at, p.exact, p.signature, p.first_of")
            .sql(ALL)
            .sql(" WHERE ")
            .sql(SHOWN)
            .load(conn)?;
    let print = |row: Row| {
        let first = row.first_of.as_deref().map(publication).transpose()?;
        Ok((row.print.print()?, first))
    };
    rows.into_iter().map(print).collect()
}

/// What a publication is recognised by; `None` before its text was looked at.
///
/// # Errors
/// The database's.
pub fn print(conn: &mut Conn, id: PublicationId) -> Result<Option<Print>, StoreError> {
    let row: Option<PrintRow> = Statement::new(
        "SELECT id, print_at, exact, signature FROM publication WHERE rev > 0 AND id = ?",
    )
    .bind(id.as_bytes())
    .first(conn)?;
    row.map(PrintRow::print).transpose()
}

/// A version that was published since the text of its publication was looked at.
#[derive(Clone, Debug)]
pub struct Unread {
    /// What the publication is recognised by so far.
    pub before: Print,
    /// The revision of the version.
    pub rev: i64,
    /// Its text.
    pub text: String,
    /// When it was published.
    pub at: Millis,
}

/// Publications of which another version was published since their text was looked at.
///
/// # Errors
/// The database's.
pub fn unread(conn: &mut Conn, limit: usize) -> Result<Vec<Unread>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(embed)]
        print: PrintRow,
        #[diesel(sql_type = BigInt)]
        rev: i64,
        #[diesel(sql_type = Text)]
        text: String,
        #[diesel(sql_type = BigInt)]
        at: i64,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT p.id, p.print_at, p.exact, p.signature, v.rev, v.text, v.published_at AS at",
    )
    .sql(ALL)
    .sql(LAST)
    .sql(" WHERE v.rev <> p.rev LIMIT ?")
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .load(conn)?;
    let read = |row: Row| {
        Ok(Unread {
            before: row.print.print()?,
            rev: row.rev,
            text: row.text,
            at: row.at,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Notes what the text of a version is recognised by.
///
/// # Errors
/// The database's.
pub fn set_print(conn: &mut Conn, rev: i64, print: &Print) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE publication SET rev = ?, print_at = ?, exact = ?, signature = ? WHERE id = ?",
    )
    .bind(rev)
    .bind(print.since)
    .bind(print.exact.clone())
    .bind(print.signature.map(|hash| hash.0.cast_signed()))
    .bind(print.id.as_bytes())
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
    // One that is gone since it was found is named by nobody.
    Statement::new("UPDATE publication SET first_of = (SELECT f.id FROM publication f WHERE f.id = ?) WHERE id = ?")
        .bind(first.map(|id| id.as_bytes().to_vec()))
        .bind(id.as_bytes())
        .execute(conn)?;
    Ok(())
}
