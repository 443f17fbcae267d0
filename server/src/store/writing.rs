//! Documents as rows are written, with their tags and search entries: many at once, in few statements. Not what becomes of a document.

use super::derived::Derived;
use super::library::{Stored, deleted_at, doc_id, shelf, signed, status_number};
use super::rows::Insert;
use super::search;
use super::statement::{Statement, Value};
use super::{Conn, Event, StoreError, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{DocId, Millis, SpaceId};
use krowoc_shared::library::document::{Counter, Document};
use std::borrow::Cow;
use std::collections::HashMap;

/// A row about to be written: the document and what is known of its past.
pub struct Writing<'a> {
    /// The space.
    pub space: SpaceId,
    /// The document as it is to be.
    pub document: &'a Document,
    /// What is derived from it.
    pub derived: Cow<'a, Derived>,
    /// The row as it was.
    pub before: Option<&'a Stored>,
    /// Versions of its text, this one included.
    pub versions: u64,
    /// The stamp of the operation.
    pub hlc: Hlc,
}

/// Columns after `space_id, id, kind`, in the order of [`Writing::values`].
const COLUMNS: [&str; 22] = [
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
    "status",
    "published",
];

impl Writing<'_> {
    fn values(&self) -> [Value; COLUMNS.len()] {
        let (document, derived) = (self.document, &*self.derived);
        let collection = document.collection().map(|id| id.as_bytes().to_vec());
        [
            shelf(document).into(),
            signed(document.rev).into(),
            document.title().into(),
            derived.title_key.as_str().into(),
            derived.excerpt.as_str().into(),
            derived.tag_list.as_str().into(),
            collection.into(),
            document.favourite().into(),
            (!document.conflicts.is_empty()).into(),
            derived.site.as_str().into(),
            document.counter(Counter::Uses).into(),
            derived.fingerprint.clone().into(),
            document.created_at().into(),
            self.updated_at().into(),
            deleted_at(document).into(),
            signed(document.body.rev).into(),
            signed(self.versions).into(),
            derived.state.as_str().into(),
            document.body.text.as_str().into(),
            "text".into(),
            status_number(document.lifecycle.status()).into(),
            document.lifecycle.published.is_some().into(),
        ]
    }

    /// When it was last edited: a text keeps no stamp of its own, so the row remembers the latest.
    fn updated_at(&self) -> Millis {
        let before = self.before.map_or(0, |stored| stored.updated_at);
        before.max(self.document.edited_at()).max(self.hlc.at)
    }

    fn new_row(&self) -> Vec<Value> {
        let keys = [
            self.space.as_bytes().into(),
            self.document.id.as_bytes().into(),
            self.document.kind.as_str().into(),
        ];
        keys.into_iter().chain(self.values()).collect()
    }

    fn update(&self, conn: &mut Conn, row_id: i64) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE document SET {} = ? WHERE row_id = ?",
            COLUMNS.join(" = ?, ")
        );
        let statement = Statement::new(&sql).bind_all(self.values()).bind(row_id);
        match statement.execute(conn)? {
            1 => Ok(()),
            _ => Err(StoreError::NotFound),
        }
    }

    fn tag_rows(&self, row_id: i64) -> impl Iterator<Item = Vec<Value>> {
        let row = move |tag: &str| {
            vec![
                self.space.as_bytes().into(),
                shelf(self.document).into(),
                tag.into(),
                row_id.into(),
            ]
        };
        self.document.present_tags().map(row)
    }

    fn meta_rows(&self, row_id: i64) -> impl Iterator<Item = Vec<Value>> {
        let row = move |(name, value): (&str, &str)| {
            vec![
                self.space.as_bytes().into(),
                shelf(self.document).into(),
                name.into(),
                value.into(),
                row_id.into(),
            ]
        };
        self.document.metadata().map(row)
    }

    fn old(&self) -> Option<&Document> {
        self.before.map(|stored| &stored.document)
    }
}

/// Writes rows with their tags and search entries.
///
/// # Errors
/// The database's.
pub fn save(tx: &mut Tx<'_>, rows: &[Writing<'_>]) -> Result<(), StoreError> {
    let conn = tx.conn();
    let made = insert(conn, rows)?;
    let (mut tags, mut meta) = (Vec::new(), Vec::new());
    let mut entries = Vec::new();
    for row in rows {
        let row_id = match row.before {
            Some(before) => {
                row.update(conn, before.row_id)?;
                before.row_id
            }
            None => made
                .get(&row.document.id)
                .copied()
                .ok_or(StoreError::NotFound)?,
        };
        if row.old().is_none_or(|old| tags_differ(old, row.document)) {
            if row.before.is_some() {
                Statement::new("DELETE FROM document_tag WHERE row_id = ?")
                    .bind(row_id)
                    .execute(conn)?;
            }
            tags.extend(row.tag_rows(row_id));
        }
        if row.old().is_none_or(|old| meta_differs(old, row.document)) {
            if row.old().is_some_and(|old| old.metadata().next().is_some()) {
                Statement::new("DELETE FROM document_meta WHERE row_id = ?")
                    .bind(row_id)
                    .execute(conn)?;
            }
            meta.extend(row.meta_rows(row_id));
        }
        if row
            .old()
            .is_none_or(|old| search::differs(old, row.document))
        {
            entries.push(search::Entry {
                space: row.space,
                row_id,
                exists: row.before.is_some(),
                document: row.document,
                terms: &row.derived.terms,
            });
        }
    }
    put(conn, "document_tag (space_id, shelf, tag, row_id)", tags)?;
    put(
        conn,
        "document_meta (space_id, shelf, name, value, row_id)",
        meta,
    )?;
    if let Ok(waiting @ 1..) = u32::try_from(search::save(conn, &entries)?) {
        tx.after_commit(Event::Unindexed(waiting));
    }
    Ok(())
}

/// Inserts rows into a table; `into` names it with its columns.
fn put(conn: &mut Conn, into: &str, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
    let columns = rows.first().map_or(0, Vec::len);
    let insert = Insert {
        head: &format!("INSERT INTO {into}"),
        row: &format!("({})", vec!["?"; columns].join(", ")),
        tail: "",
    };
    for statement in insert.statements(conn, rows) {
        statement.execute(conn)?;
    }
    Ok(())
}

/// Inserts the rows of new documents; gives their numbers.
fn insert(conn: &mut Conn, rows: &[Writing<'_>]) -> Result<HashMap<DocId, i64>, StoreError> {
    let new: Vec<&Writing<'_>> = rows.iter().filter(|row| row.before.is_none()).collect();
    if new.is_empty() {
        return Ok(HashMap::new());
    }
    let columns = format!("space_id, id, kind, {}", COLUMNS.join(", "));
    let places = format!("?, ?, ?{}", ", ?".repeat(COLUMNS.len()));
    match conn {
        Conn::Sqlite(_) => numbered(conn, &new, &columns, &places),
        Conn::Postgres(_) => returned(conn, &new, &columns, &places),
    }
}

/// SQLite's one writer counts on from the last row itself: to be told the number costs more than the row does.
fn numbered(
    conn: &mut Conn,
    new: &[&Writing<'_>],
    columns: &str,
    places: &str,
) -> Result<HashMap<DocId, i64>, StoreError> {
    let last: Option<Last> =
        Statement::new("SELECT coalesce(max(row_id), 0) AS row_id FROM document").first(conn)?;
    let mut row_id = last.map_or(0, |last| last.row_id);
    let mut made = HashMap::with_capacity(new.len());
    let sql = format!("INSERT INTO document (row_id, {columns}) VALUES (?, {places})");
    for row in new {
        row_id = row_id.saturating_add(1);
        Statement::new(&sql)
            .bind(row_id)
            .bind_all(row.new_row())
            .execute(conn)?;
        made.insert(row.document.id, row_id);
    }
    Ok(made)
}

/// PostgreSQL has many writers and a sequence: it tells the numbers.
fn returned(
    conn: &mut Conn,
    new: &[&Writing<'_>],
    columns: &str,
    places: &str,
) -> Result<HashMap<DocId, i64>, StoreError> {
    let insert = Insert {
        head: &format!("INSERT INTO document ({columns})"),
        row: &format!("({places})"),
        tail: " RETURNING row_id, id",
    };
    let rows = new.iter().map(|row| row.new_row()).collect();
    let mut made = HashMap::with_capacity(new.len());
    for statement in insert.statements(conn, rows) {
        let rows: Vec<Made> = statement.load(conn)?;
        for row in rows {
            made.insert(doc_id(&row.id)?, row.row_id);
        }
    }
    Ok(made)
}

fn tags_differ(before: &Document, after: &Document) -> bool {
    shelf(before) != shelf(after) || !before.present_tags().eq(after.present_tags())
}

fn meta_differs(before: &Document, after: &Document) -> bool {
    shelf(before) != shelf(after) || !before.metadata().eq(after.metadata())
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    row_id: i64,
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    row_id: i64,
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
}
