//! A document as a run reads it: with the public prompts that it is a copy of, in one question. Not what of it is run.

use super::library::{Loaded, unsigned};
use super::publications::publication;
use super::schema::library::{document, fork};
use super::{Conn, StoreError};
use crate::both;
use diesel::prelude::*;
use krowoc_shared::ids::{DocId, PublicationId, SpaceId, UserId};
use krowoc_shared::library::document::Document;

/// A document that may be run.
#[derive(Clone, Debug)]
pub struct Runnable {
    /// The document.
    pub document: Document,
    /// What it is a copy of, after the revision of its text that was taken. Of nearly all documents there is none.
    pub copies: Vec<(u64, PublicationId)>,
}

/// A document with what it is a copy of that an account took.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn get(
    conn: &mut Conn,
    space: SpaceId,
    id: DocId,
    user: UserId,
) -> Result<Runnable, StoreError> {
    type Row = (Loaded, Option<Vec<u8>>, Option<i64>);
    let (space, id) = (space.as_bytes().as_slice(), id.as_bytes().as_slice());
    let user = user.as_bytes().as_slice();
    let rows: Vec<Row> = both!(conn, |c| document::table
        .left_join(fork::table.on(fork::doc_id.eq(document::id).and(fork::account_id.eq(user))))
        .filter(document::space_id.eq(space))
        .filter(document::id.eq(id))
        .order(fork::row_id)
        .select((
            Loaded::as_select(),
            fork::publication_id.nullable(),
            fork::rev.nullable()
        ))
        .load(c))?;
    let mut found = None;
    let mut copies = Vec::new();
    for (row, of, rev) in rows {
        if let Some((of, rev)) = of.zip(rev) {
            copies.push((unsigned(rev), publication(&of)?));
        }
        found.get_or_insert(row);
    }
    let document = found.ok_or(StoreError::NotFound)?.stored()?.document;
    Ok(Runnable { document, copies })
}
