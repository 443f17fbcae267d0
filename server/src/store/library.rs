//! Documents as rows: the registers as JSON, and the columns that lists need derived from them. Not the lists, and not the merge.

use super::search;
use super::statement::Statement;
use super::{Conn, StoreError};
use crate::both;
use crate::store::schema::library::document;
use diesel::prelude::*;
use krowoc_shared::capture::fingerprint::fingerprint;
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{DocId, Millis, SpaceId};
use krowoc_shared::library::document::{
    Body, Conflict, Counter, Document, Field, Kind, Register, TagRegister,
};
use krowoc_shared::text;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Longest excerpt, in characters.
const EXCERPT_CHARS: usize = 200;
/// Longest key by which titles are sorted, in characters: an entry of an index must stay small.
const TITLE_KEY_CHARS: usize = 120;
/// Bytes of a fingerprint that are stored: enough that two texts do not meet by chance.
const FINGERPRINT_BYTES: usize = 16;

/// In the library.
pub const LIBRARY: i16 = 0;
/// In the trash.
pub const TRASH: i16 = 1;
/// Purged: only the tombstone is left.
pub const PURGED: i16 = 2;

#[derive(Serialize)]
struct StateRef<'a> {
    fields: &'a BTreeMap<Field, Register>,
    tags: &'a BTreeMap<String, TagRegister>,
    counters: &'a BTreeMap<Counter, i64>,
    conflicts: &'a [Conflict],
}

#[derive(Deserialize)]
struct State {
    fields: BTreeMap<Field, Register>,
    tags: BTreeMap<String, TagRegister>,
    counters: BTreeMap<Counter, i64>,
    conflicts: Vec<Conflict>,
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

#[derive(Queryable, Selectable)]
#[diesel(table_name = document)]
struct Loaded {
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

fn fault(what: &str) -> StoreError {
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
    fn stored(self) -> Result<Stored, StoreError> {
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
) -> Result<Vec<Document>, StoreError> {
    let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
    let rows: Vec<Loaded> = both!(conn, |c| document::table
        .filter(document::space_id.eq(space.as_bytes().as_slice()))
        .filter(document::id.gt(after))
        .order(document::id)
        .limit(limit)
        .select(Loaded::as_select())
        .load(c))?;
    rows.into_iter()
        .map(|row| row.stored().map(|stored| stored.document))
        .collect()
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

/// The stored form of a hexadecimal fingerprint; `None` when it is none.
#[must_use]
pub fn fingerprint_key(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .bytes()
        .map(|byte| {
            char::from(byte)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        })
        .collect::<Option<_>>()?;
    let (pairs, _) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    (bytes.len() >= FINGERPRINT_BYTES).then(|| bytes.into_iter().take(FINGERPRINT_BYTES).collect())
}

/// A row about to be written: the document and what is known of its past.
pub struct Writing<'a> {
    /// The space.
    pub space: SpaceId,
    /// The document as it is to be.
    pub document: &'a Document,
    /// The row as it was.
    pub before: Option<&'a Stored>,
    /// Versions of its text, this one included.
    pub versions: u64,
    /// The stamp of the operation.
    pub hlc: Hlc,
}

/// Columns after `space_id, id, kind`, in the order of [`Writing::bind`].
const COLUMNS: [&str; 20] = [
    "shelf",
    "rev",
    "title",
    "title_key",
    "excerpt",
    "tag_list",
    "collection_id",
    "favourite",
    "conflict",
    "site",
    "uses",
    "fingerprint",
    "created_at",
    "updated_at",
    "deleted_at",
    "body_rev",
    "versions",
    "state",
    "body",
    "body_format",
];

impl Writing<'_> {
    fn bind(&self, statement: Statement) -> Result<Statement, StoreError> {
        let document = self.document;
        let tags: Vec<&str> = document.present_tags().collect();
        let state = StateRef {
            fields: &document.fields,
            tags: &document.tags,
            counters: &document.counters,
            conflicts: &document.conflicts,
        };
        let json = |value: Result<String, serde_json::Error>| value.map_err(|_| fault("json"));
        let text = document.body.text.as_str();
        let print = Some(text).filter(|text| !text.trim().is_empty());
        let key: String = text::fold(document.title())
            .chars()
            .take(TITLE_KEY_CHARS)
            .collect();
        let collection = document.collection().map(|id| id.as_bytes().to_vec());
        Ok(statement
            .bind(shelf(document))
            .bind(signed(document.rev))
            .bind(document.title())
            .bind(key)
            .bind(text::excerpt(text, EXCERPT_CHARS))
            .bind(json(serde_json::to_string(&tags))?)
            .bind(collection)
            .bind(document.favourite())
            .bind(!document.conflicts.is_empty())
            .bind(site(document))
            .bind(document.counter(Counter::Uses))
            .bind(print.and_then(|text| fingerprint_key(&fingerprint(text))))
            .bind(document.created_at())
            .bind(self.updated_at())
            .bind(deleted_at(document))
            .bind(signed(document.body.rev))
            .bind(signed(self.versions))
            .bind(json(serde_json::to_string(&state))?)
            .bind(text)
            .bind("text"))
    }

    /// When it was last edited: a text keeps no stamp of its own, so the row remembers the latest.
    fn updated_at(&self) -> Millis {
        let before = self.before.map_or(0, |stored| stored.updated_at);
        before.max(self.document.edited().at).max(self.hlc.at)
    }

    /// Writes the row with its tags and search terms; gives its number.
    ///
    /// # Errors
    /// The database's.
    pub fn save(&self, conn: &mut Conn) -> Result<i64, StoreError> {
        let row_id = match self.before {
            Some(before) => self.update(conn, before.row_id)?,
            None => self.insert(conn)?,
        };
        let before = self.before.map(|stored| &stored.document);
        if before.is_none_or(|before| tags_differ(before, self.document)) {
            self.save_tags(conn, row_id)?;
        }
        if before.is_none_or(|before| search::differs(before, self.document)) {
            search::save(conn, self.space, row_id, before.is_some(), self.document)?;
        }
        Ok(row_id)
    }

    fn insert(&self, conn: &mut Conn) -> Result<i64, StoreError> {
        let places = ", ?".repeat(COLUMNS.len());
        let sql = format!(
            "INSERT INTO document (space_id, id, kind, {}) VALUES (?, ?, ?{places}) RETURNING row_id",
            COLUMNS.join(", ")
        );
        let statement = Statement::new(&sql)
            .bind(self.space.as_bytes())
            .bind(self.document.id.as_bytes())
            .bind(self.document.kind.as_str());
        let row: Option<RowId> = self.bind(statement)?.first(conn)?;
        row.map(|row| row.row_id).ok_or(StoreError::NotFound)
    }

    fn update(&self, conn: &mut Conn, row_id: i64) -> Result<i64, StoreError> {
        let sql = format!(
            "UPDATE document SET {} = ? WHERE row_id = ?",
            COLUMNS.join(" = ?, ")
        );
        let statement = self.bind(Statement::new(&sql))?.bind(row_id);
        match statement.execute(conn)? {
            1 => Ok(row_id),
            _ => Err(StoreError::NotFound),
        }
    }

    fn save_tags(&self, conn: &mut Conn, row_id: i64) -> Result<(), StoreError> {
        if self.before.is_some() {
            Statement::new("DELETE FROM document_tag WHERE row_id = ?")
                .bind(row_id)
                .execute(conn)?;
        }
        for tag in self.document.present_tags() {
            Statement::new(
                "INSERT INTO document_tag (space_id, shelf, tag, row_id) VALUES (?, ?, ?, ?)",
            )
            .bind(self.space.as_bytes())
            .bind(shelf(self.document))
            .bind(tag)
            .bind(row_id)
            .execute(conn)?;
        }
        Ok(())
    }
}

fn tags_differ(before: &Document, after: &Document) -> bool {
    shelf(before) != shelf(after) || !before.present_tags().eq(after.present_tags())
}

#[derive(QueryableByName)]
struct RowId {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    row_id: i64,
}
