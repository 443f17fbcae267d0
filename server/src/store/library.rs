//! Documents as rows are read: the registers from their JSON, and what a row is to lists. Not how a row is written, and not the merge.

use super::statement::Statement;
use super::{Conn, StoreError};
use crate::both;
use crate::store::schema::library::document;
use diesel::prelude::*;
use krowoc_shared::ids::{DocId, Millis, SpaceId};
use krowoc_shared::library::document::{
    Body, Conflict, Counter, Document, Field, Kind, Register, TagRegister,
};
use krowoc_shared::library::lifecycle::{Lifecycle, Status};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// In the library.
pub const LIBRARY: i16 = 0;
/// In the trash.
pub const TRASH: i16 = 1;
/// Purged: only the tombstone is left.
pub const PURGED: i16 = 2;

#[derive(Deserialize)]
struct State {
    fields: BTreeMap<Field, Register>,
    tags: BTreeMap<String, TagRegister>,
    counters: BTreeMap<Counter, i64>,
    conflicts: Vec<Conflict>,
    #[serde(default)]
    meta: BTreeMap<String, Register>,
    #[serde(default)]
    lifecycle: Lifecycle,
}

/// A document with what only its row knows.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The row's own number.
    pub row_id: i64,
    /// Versions of its text so far.
    pub versions: u64,
    /// When it was last edited.
    pub updated_at: Millis,
    /// The document.
    pub document: Document,
}

/// A row.
#[derive(Queryable, Selectable)]
#[diesel(table_name = document)]
pub(super) struct Loaded {
    row_id: i64,
    id: Vec<u8>,
    kind: String,
    shelf: i16,
    rev: i64,
    body_rev: i64,
    versions: i64,
    updated_at: i64,
    state: String,
    body: String,
}

pub(super) fn fault(what: &str) -> StoreError {
    StoreError::Fault(format!("a stored document is not readable: {what}"))
}

/// A revision of the database as the wire has it.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A revision of the wire as the database has it; what no database ever gave is larger than all.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Sixteen bytes as a document's id.
pub(super) fn doc_id(bytes: &[u8]) -> Result<DocId, StoreError> {
    DocId::from_slice(bytes).ok_or_else(|| fault("id"))
}

impl Loaded {
    /// What it holds.
    pub(super) fn stored(self) -> Result<Stored, StoreError> {
        let state: State = serde_json::from_str(&self.state).map_err(|_| fault("state"))?;
        let document = Document {
            id: doc_id(&self.id)?,
            kind: Kind::parse(&self.kind).ok_or_else(|| fault("kind"))?,
            rev: unsigned(self.rev),
            fields: state.fields,
            tags: state.tags,
            counters: state.counters,
            body: Body {
                text: self.body,
                rev: unsigned(self.body_rev),
            },
            conflicts: state.conflicts,
            meta: state.meta,
            lifecycle: state.lifecycle,
            purged: self.shelf == PURGED,
        };
        Ok(Stored {
            row_id: self.row_id,
            versions: unsigned(self.versions),
            updated_at: self.updated_at,
            document,
        })
    }
}

/// The documents of these ids, by id; unknown ones are left out.
///
/// # Errors
/// The database's.
pub fn find(
    conn: &mut Conn,
    space: SpaceId,
    ids: &[DocId],
) -> Result<HashMap<DocId, Stored>, StoreError> {
    let space = space.as_bytes().as_slice();
    let rows: Vec<Loaded> = match ids {
        [] => Vec::new(),
        // One id is the usual case; unlike a list of ids it stays prepared on both databases.
        [id] => both!(conn, |c| document::table
            .filter(document::space_id.eq(space))
            .filter(document::id.eq(id.as_bytes().as_slice()))
            .select(Loaded::as_select())
            .load(c))?,
        _ => both!(conn, |c| document::table
            .filter(document::space_id.eq(space))
            .filter(document::id.eq_any(ids.iter().map(|id| id.as_bytes().to_vec())))
            .select(Loaded::as_select())
            .load(c))?,
    };
    rows.into_iter()
        .map(|row| row.stored().map(|stored| (stored.document.id, stored)))
        .collect()
}

/// One document.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn get(conn: &mut Conn, space: SpaceId, id: DocId) -> Result<Stored, StoreError> {
    find(conn, space, &[id])?
        .remove(&id)
        .ok_or(StoreError::NotFound)
}

/// Latest states after a sequence number, in order, tombstones included.
///
/// # Errors
/// The database's.
pub fn after(
    conn: &mut Conn,
    space: SpaceId,
    cursor: u64,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Loaded> = both!(conn, |c| document::table
        .filter(document::space_id.eq(space.as_bytes().as_slice()))
        .filter(document::rev.gt(signed(cursor)))
        .order(document::rev)
        .limit(limit)
        .select(Loaded::as_select())
        .load(c))?;
    rows.into_iter().map(Loaded::stored).collect()
}

/// Documents after an id, in the order of ids.
///
/// # Errors
/// The database's.
pub fn by_id(
    conn: &mut Conn,
    space: SpaceId,
    after: Option<DocId>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
    let rows: Vec<Loaded> = both!(conn, |c| document::table
        .filter(document::space_id.eq(space.as_bytes().as_slice()))
        .filter(document::id.gt(after))
        .order(document::id)
        .limit(limit)
        .select(Loaded::as_select())
        .load(c))?;
    rows.into_iter().map(Loaded::stored).collect()
}

/// Titles of collections.
///
/// # Errors
/// The database's.
pub fn collection_titles(
    conn: &mut Conn,
    space: SpaceId,
) -> Result<HashMap<DocId, String>, StoreError> {
    let rows: Vec<(Vec<u8>, String)> = both!(conn, |c| document::table
        .filter(document::space_id.eq(space.as_bytes().as_slice()))
        .filter(document::kind.eq(Kind::Collection.as_str()))
        .select((document::id, document::title))
        .load(c))?;
    rows.into_iter()
        .map(|(id, title)| Ok((doc_id(&id)?, title)))
        .collect()
}

/// A status as its column has it.
#[must_use]
pub const fn status_number(status: Status) -> i16 {
    match status {
        Status::Draft => 0,
        Status::Published => 1,
        Status::Archived => 2,
    }
}

/// The status of a column.
#[must_use]
pub fn status(number: i16) -> Option<Status> {
    Status::ALL
        .into_iter()
        .find(|status| status_number(*status) == number)
}

/// Where a document lies.
#[must_use]
pub fn shelf(document: &Document) -> i16 {
    if document.purged {
        PURGED
    } else if document.deleted_at().is_some() {
        TRASH
    } else {
        LIBRARY
    }
}

/// When it went to the trash: not before the deletion was made, whatever time it names. A library that is imported with an old
/// trash keeps it for its 90 days.
#[must_use]
pub fn deleted_at(document: &Document) -> Option<Millis> {
    let named = document.deleted_at()?;
    let made = document.fields.get(&Field::DeletedAt).map(|it| it.hlc.at);
    Some(made.map_or(named, |made| named.max(made)))
}

/// Up to a hundred documents of a shelf that were deleted until then, with their spaces.
///
/// # Errors
/// The database's.
pub fn deleted_until(
    conn: &mut Conn,
    shelf: i16,
    until: Millis,
) -> Result<Vec<(SpaceId, DocId)>, StoreError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = both!(conn, |c| document::table
        .filter(document::deleted_at.le(until))
        .filter(document::shelf.eq(shelf))
        .order((document::deleted_at, document::row_id))
        .limit(100)
        .select((document::space_id, document::id))
        .load(c))?;
    rows.into_iter()
        .map(|(space, id)| {
            let space = SpaceId::from_slice(&space).ok_or_else(|| fault("space"))?;
            Ok((space, doc_id(&id)?))
        })
        .collect()
}

/// Removes a row with its tags and search terms.
///
/// # Errors
/// The database's.
pub fn drop_row(conn: &mut Conn, row_id: i64) -> Result<(), StoreError> {
    Statement::new("DELETE FROM document WHERE row_id = ?")
        .bind(row_id)
        .execute(conn)?;
    Ok(())
}

/// The host of the page it came from, without `www.`; empty when there is none.
#[must_use]
pub fn site(document: &Document) -> String {
    let source = document.value(Field::Source);
    let host = source
        .get("url")
        .and_then(serde_json::Value::as_str)
        .and_then(|text| url::Url::parse(text).ok())
        .and_then(|url| url.host_str().map(str::to_lowercase))
        .unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}
