//! Texts that bodies had, and sides of conflicts: bases of merges, and the history a person sees. Not the current text: that is in the document's row.

use super::library::{doc_id, signed, unsigned};
use super::pages::Histories;
use super::rows::Insert;
use super::statement::{Statement, Value};
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{DeviceId, DocId, SpaceId, UserId};
use krowoc_shared::library::document::Document;
use krowoc_shared::library::lifecycle::Snapshot;
use krowoc_shared::library::wire::Version;
use krowoc_shared::sync::past::PastRow;
use krowoc_shared::sync::publishing::Publication;
use std::collections::HashMap;

/// A text about to be kept.
pub struct Kept {
    /// Whose.
    pub doc: DocId,
    /// The version: whose author is not named in it was written by the one who brings it.
    pub row: PastRow,
}

impl Kept {
    /// A version of a document.
    #[must_use]
    pub const fn of(doc: DocId, row: PastRow) -> Self {
        Self { doc, row }
    }
}

/// What a stored draft held at last, when another text followed it.
pub struct Draft {
    doc: DocId,
    rev: u64,
    title: String,
    snapshot: Snapshot,
}

impl Draft {
    /// Of the text that a document has.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        Self {
            doc: document.id,
            rev: document.body.rev,
            title: document.title().to_owned(),
            snapshot: Snapshot::of(document),
        }
    }
}

/// Keeps texts.
///
/// # Errors
/// The database's.
pub fn add(
    conn: &mut Conn,
    space: SpaceId,
    author: Option<UserId>,
    kept: Vec<Kept>,
) -> Result<(), StoreError> {
    let insert = Insert {
        head: "INSERT INTO document_version \
               (space_id, doc_id, rev, number, title, hlc_at, hlc_count, hlc_node, device_id, text, aside, author_id, \
               note, published_at, snapshot, author_name)",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tail: "",
    };
    let row = |Kept { doc, row }: Kept| -> Result<Vec<Value>, StoreError> {
        let PastRow {
            version, published, ..
        } = row;
        let held = published.as_ref().map(|it| &it.snapshot);
        let snapshot = held.or(row.snapshot.as_ref()).map(snapshot).transpose()?;
        let note = published.as_ref().map_or("", |it| it.note.as_str());
        // Who is named in a file is nobody here.
        let author = author.filter(|_| row.author.is_none());
        Ok(vec![
            space.as_bytes().into(),
            doc.as_bytes().into(),
            signed(version.rev).into(),
            signed(row.number).into(),
            version.title.into(),
            version.hlc.at.into(),
            i64::from(version.hlc.count).into(),
            i64::from(version.hlc.node).into(),
            version.device.map(|id| id.as_bytes().to_vec()).into(),
            version.text.into(),
            version.aside.into(),
            author.map(|id| id.as_bytes().to_vec()).into(),
            note.into(),
            published.as_ref().map(|it| it.at).into(),
            snapshot.into(),
            row.author.into(),
        ])
    };
    let rows: Result<Vec<Vec<Value>>, StoreError> = kept.into_iter().map(row).collect();
    for statement in insert.statements(conn, rows?) {
        statement.execute(conn)?;
    }
    Ok(())
}

fn snapshot(held: &Snapshot) -> Result<String, StoreError> {
    serde_json::to_string(held).map_err(|error| StoreError::Fault(error.to_string()))
}

/// Makes a stored version a published one. From then on the database refuses every change of it.
///
/// # Errors
/// [`StoreError::Fault`] when there is no such draft, or the database's.
pub fn publish(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
    publication: &Publication,
) -> Result<(), StoreError> {
    let changed = Statement::new(
        "UPDATE document_version SET title = ?, note = ?, published_at = ?, snapshot = ? \
         WHERE space_id = ? AND doc_id = ? AND rev = ? AND NOT aside AND published_at IS NULL",
    )
    .bind(publication.title.as_str())
    .bind(publication.note.as_str())
    .bind(publication.at)
    .bind(snapshot(&publication.snapshot)?)
    .bind(space.as_bytes())
    .bind(doc.as_bytes())
    .bind(signed(publication.rev))
    .execute(conn)?;
    match changed {
        1 => Ok(()),
        _ => Err(StoreError::Fault(
            "a published text has no version".to_owned(),
        )),
    }
}

/// Gives a stored version what its draft held at last. A published one stays as it is, and so does a side of a conflict.
///
/// # Errors
/// The database's.
pub fn settle(conn: &mut Conn, space: SpaceId, draft: &Draft) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE document_version SET title = ?, snapshot = ? \
         WHERE space_id = ? AND doc_id = ? AND rev = ? AND NOT aside AND published_at IS NULL",
    )
    .bind(draft.title.as_str())
    .bind(snapshot(&draft.snapshot)?)
    .bind(space.as_bytes())
    .bind(draft.doc.as_bytes())
    .bind(signed(draft.rev))
    .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct OnlyText {
    #[diesel(sql_type = Text)]
    text: String,
}

/// The newest text of a document at or before a revision; `None` when no version is that old. What was kept aside never was its text.
///
/// # Errors
/// The database's.
pub fn text_at(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
    rev: u64,
) -> Result<Option<String>, StoreError> {
    let row: Option<OnlyText> = Statement::new(
        "SELECT text FROM document_version WHERE space_id = ? AND doc_id = ? AND rev <= ? AND NOT aside ORDER BY rev DESC LIMIT 1",
    )
    .bind(space.as_bytes())
    .bind(doc.as_bytes())
    .bind(signed(rev))
    .first(conn)?;
    Ok(row.map(|row| row.text))
}

/// The revision of the version with this number.
///
/// # Errors
/// The database's.
pub fn rev_of(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
    number: u64,
) -> Result<Option<u64>, StoreError> {
    #[derive(QueryableByName)]
    struct Rev {
        #[diesel(sql_type = BigInt)]
        rev: i64,
    }
    let row: Option<Rev> = Statement::new(
        "SELECT rev FROM document_version WHERE space_id = ? AND doc_id = ? AND number = ?",
    )
    .bind(space.as_bytes())
    .bind(doc.as_bytes())
    .bind(signed(number))
    .first(conn)?;
    Ok(row.map(|row| unsigned(row.rev)))
}

/// The number of the version at this revision.
///
/// # Errors
/// The database's.
pub fn number_at(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
    rev: u64,
) -> Result<Option<u64>, StoreError> {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let row: Option<Number> = Statement::new(
        "SELECT number FROM document_version WHERE space_id = ? AND doc_id = ? AND rev = ?",
    )
    .bind(space.as_bytes())
    .bind(doc.as_bytes())
    .bind(signed(rev))
    .first(conn)?;
    Ok(row.map(|row| unsigned(row.number)))
}

/// Forgets the texts of a document that is purged.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, space: SpaceId, doc: DocId) -> Result<(), StoreError> {
    Statement::new("DELETE FROM document_version WHERE space_id = ? AND doc_id = ?")
        .bind(space.as_bytes())
        .bind(doc.as_bytes())
        .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    rev: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    rev: i64,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = BigInt)]
    hlc_at: i64,
    #[diesel(sql_type = BigInt)]
    hlc_count: i64,
    #[diesel(sql_type = BigInt)]
    hlc_node: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    device_id: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Text>)]
    device_name: Option<String>,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Bool)]
    aside: bool,
    #[diesel(sql_type = Nullable<Text>)]
    author: Option<String>,
    #[diesel(sql_type = Bool)]
    imported: bool,
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    published_at: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    snapshot: Option<String>,
}

const SELECT: &str = "SELECT v.doc_id, v.rev, v.number, v.title, v.hlc_at, v.hlc_count, v.hlc_node, v.device_id, d.name AS device_name, v.text, \
                      v.aside, coalesce(a.email, nullif(v.author_name, '')) AS author, v.author_name IS NOT NULL AS imported, v.note, v.published_at, v.snapshot FROM document_version v \
                      LEFT JOIN device d ON d.id = v.device_id LEFT JOIN account a ON a.id = v.author_id \
                      WHERE v.space_id = ?";

/// Versions before a revision, newest first.
///
/// # Errors
/// The database's.
pub fn list(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
    before: u64,
    limit: i64,
) -> Result<Vec<Version>, StoreError> {
    let sql = format!("{SELECT} AND v.doc_id = ? AND v.rev < ? ORDER BY v.rev DESC LIMIT ?");
    let rows: Vec<Row> = Statement::new(&sql)
        .bind(space.as_bytes())
        .bind(doc.as_bytes())
        .bind(signed(before))
        .bind(limit)
        .load(conn)?;
    rows.into_iter().map(Row::version).collect()
}

#[derive(QueryableByName)]
struct OfDocument {
    #[diesel(sql_type = Binary)]
    doc_id: Vec<u8>,
    #[diesel(embed)]
    row: Row,
}

/// The versions of the documents whose ids are after one and not after another, by document.
///
/// # Errors
/// The database's.
pub(super) fn between(
    conn: &mut Conn,
    space: SpaceId,
    (after, last): (Option<DocId>, DocId),
    which: Histories,
) -> Result<HashMap<DocId, Vec<Version>>, StoreError> {
    let mut all: HashMap<DocId, Vec<Version>> = HashMap::new();
    if which == Histories::Nothing {
        return Ok(all);
    }
    let (only, direction) = (which.only(), which.direction());
    let sql = format!(
        "{SELECT} AND v.doc_id > ? AND v.doc_id <= ?{only} ORDER BY v.doc_id, v.rev{direction}"
    );
    let rows: Vec<OfDocument> = Statement::new(&sql)
        .bind(space.as_bytes())
        .bind(after.map_or(Vec::new(), |id| id.as_bytes().to_vec()))
        .bind(last.as_bytes())
        .load(conn)?;
    for OfDocument { doc_id: id, row } in rows {
        all.entry(doc_id(&id)?).or_default().push(row.version()?);
    }
    Ok(all)
}

/// The versions of a document whose revisions are after one and not after another.
///
/// # Errors
/// The database's.
pub(super) fn part(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
    (after, until): (u64, u64),
    which: Histories,
) -> Result<Vec<Version>, StoreError> {
    let (only, direction) = (which.only(), which.direction());
    let sql = format!(
        "{SELECT} AND v.doc_id = ? AND v.rev > ? AND v.rev <= ?{only} ORDER BY v.rev{direction}"
    );
    let rows: Vec<Row> = Statement::new(&sql)
        .bind(space.as_bytes())
        .bind(doc.as_bytes())
        .bind(signed(after))
        .bind(signed(until))
        .load(conn)?;
    rows.into_iter().map(Row::version).collect()
}

/// Number and revision of every version that is kept of a document, oldest first, sides of conflicts included.
///
/// # Errors
/// The database's.
pub fn places(conn: &mut Conn, space: SpaceId, doc: DocId) -> Result<Vec<(u64, u64)>, StoreError> {
    let rows: Vec<Place> = Statement::new(
        "SELECT number, rev FROM document_version WHERE space_id = ? AND doc_id = ? ORDER BY rev",
    )
    .bind(space.as_bytes())
    .bind(doc.as_bytes())
    .load(conn)?;
    let place = |row: Place| (unsigned(row.number), unsigned(row.rev));
    Ok(rows.into_iter().map(place).collect())
}

/// The version with this number.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn get(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
    number: u64,
) -> Result<Version, StoreError> {
    let row: Option<Row> = Statement::new(&format!("{SELECT} AND v.doc_id = ? AND v.number = ?"))
        .bind(space.as_bytes())
        .bind(doc.as_bytes())
        .bind(signed(number))
        .first(conn)?;
    row.ok_or(StoreError::NotFound).and_then(Row::version)
}

/// The version that a revision made: a text, or a side of a conflict.
///
/// # Errors
/// The database's.
pub fn at(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
    rev: u64,
) -> Result<Option<Version>, StoreError> {
    let row: Option<Row> = Statement::new(&format!("{SELECT} AND v.doc_id = ? AND v.rev = ?"))
        .bind(space.as_bytes())
        .bind(doc.as_bytes())
        .bind(signed(rev))
        .first(conn)?;
    row.map(Row::version).transpose()
}

/// Number and revision of the version that was published last.
///
/// # Errors
/// The database's.
pub fn published(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
) -> Result<Option<(u64, u64)>, StoreError> {
    let row: Option<Place> = Statement::new(
        "SELECT number, rev FROM document_version \
         WHERE space_id = ? AND doc_id = ? AND published_at IS NOT NULL ORDER BY rev DESC LIMIT 1",
    )
    .bind(space.as_bytes())
    .bind(doc.as_bytes())
    .first(conn)?;
    Ok(row.map(|row| (unsigned(row.number), unsigned(row.rev))))
}

impl Row {
    fn version(self) -> Result<Version, StoreError> {
        let unreadable = |_| StoreError::Fault("a stored version is not readable".to_owned());
        let snapshot = self.snapshot.as_deref().map(serde_json::from_str);
        Ok(Version {
            rev: unsigned(self.rev),
            number: unsigned(self.number),
            text: self.text,
            title: self.title,
            hlc: Hlc {
                at: self.hlc_at,
                count: u32::try_from(self.hlc_count).unwrap_or(0),
                node: u32::try_from(self.hlc_node).unwrap_or(0),
            },
            device: self.device_id.and_then(|id| DeviceId::from_slice(&id)),
            device_name: self.device_name,
            aside: self.aside,
            author: self.author,
            imported: self.imported,
            published_at: self.published_at,
            note: self.note,
            snapshot: snapshot.transpose().map_err(unreadable)?,
        })
    }
}
