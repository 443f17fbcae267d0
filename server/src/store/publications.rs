//! Prompts that their owners made public: rows, what is shown of them now, and which is a copy of which. Not votes and runs.
//!
//! Shown is the version that was published last, and nothing else of the document; in the archive and in the trash it is not shown.

use super::library::{fault, unsigned};
use super::statement::Statement;
use super::{Conn, StoreError, accounts, based};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::ids::{DocId, Millis, PublicationId, SpaceId, UserId};
use krowoc_shared::leaderboard::wire::PublicationView;
use krowoc_shared::library::lifecycle::Snapshot;

/// Every publication `p` with its document `d`.
pub(super) const ALL: &str = " FROM publication p JOIN document d ON d.row_id = p.row_id";
/// Who made it: what a person calls themselves, or the team, as it is called now.
pub(super) const AUTHOR: &str = "(SELECT CASE WHEN s.kind = 'team' THEN s.name ELSE p.author END FROM space s WHERE s.id = d.space_id) AS author";
/// The version `v` that was published last.
pub(super) const LAST: &str = " JOIN document_version v ON v.space_id = d.space_id AND v.doc_id = d.id AND v.rev = (SELECT max(w.rev) \
                    FROM document_version w WHERE w.space_id = d.space_id AND w.doc_id = d.id AND w.published_at IS NOT NULL)";
/// The publication `f` that had nearly the same text before, unless nobody can read it.
const FIRST: &str = " LEFT JOIN publication f ON f.id = p.first_of AND f.withdrawn_at IS NULL AND f.hidden_at IS NULL";
/// Everybody can read it.
pub(super) const SHOWN: &str = "p.withdrawn_at IS NULL AND p.hidden_at IS NULL AND d.shelf = 0 AND d.published AND d.status <> 2";

/// Sixteen bytes of the database as an id.
pub(super) fn publication(bytes: &[u8]) -> Result<PublicationId, StoreError> {
    PublicationId::from_slice(bytes).ok_or_else(|| fault("publication"))
}

/// Tags as they are stored.
pub(super) fn tags(text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|_| fault("tags"))
}

#[derive(QueryableByName)]
struct OwnRow {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    author: String,
    #[diesel(sql_type = Text)]
    tags: String,
    #[diesel(sql_type = BigInt)]
    first_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    withdrawn_at: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    hidden_at: Option<i64>,
    #[diesel(sql_type = BigInt)]
    shown: i64,
    #[diesel(sql_type = Nullable<Text>)]
    first: Option<String>,
}

impl OwnRow {
    fn view(self) -> Result<PublicationView, StoreError> {
        Ok(PublicationView {
            id: publication(&self.id)?,
            slug: self.slug,
            author: self.author,
            tags: tags(&self.tags)?,
            first_at: self.first_at,
            withdrawn_at: self.withdrawn_at,
            hidden: self.hidden_at.is_some(),
            shown: self.shown == 1,
            first: self.first,
            based: None,
        })
    }
}

/// Publications of a space, to be narrowed.
fn own(space: SpaceId) -> Statement {
    Statement::new(
        "SELECT p.id, p.slug, p.tags, p.first_at, p.withdrawn_at, p.hidden_at, f.slug AS first, ",
    )
    .sql(AUTHOR)
    .sql(", CAST(CASE WHEN ")
    .sql(SHOWN)
    .sql(" THEN 1 ELSE 0 END AS BIGINT) AS shown")
    .sql(ALL)
    .sql(FIRST)
    .sql(" WHERE d.space_id = ?")
    .bind(space.as_bytes())
}

/// The publication of a document, as its owner sees it.
///
/// # Errors
/// The database's.
pub fn of_document(
    conn: &mut Conn,
    space: SpaceId,
    doc: DocId,
) -> Result<Option<PublicationView>, StoreError> {
    let one = own(space).sql(" AND d.id = ?").bind(doc.as_bytes());
    let Some(row) = one.first::<OwnRow>(conn)? else {
        return Ok(None);
    };
    let mut view = row.view()?;
    view.based = based::on(conn, view.id)?;
    Ok(Some(view))
}

/// All that is public of a space, or was, the oldest first.
///
/// # Errors
/// The database's.
pub fn of_space(conn: &mut Conn, space: SpaceId) -> Result<Vec<PublicationView>, StoreError> {
    let rows: Vec<OwnRow> = own(space).sql(" ORDER BY p.first_at, p.id").load(conn)?;
    rows.into_iter().map(OwnRow::view).collect()
}

/// Holds the list of publications until the end of the transaction: who comes next sees what was added.
///
/// # Errors
/// The database's.
pub fn lock(conn: &mut Conn) -> Result<(), StoreError> {
    // An update that changes nothing takes the row's lock on PostgreSQL.
    Statement::new("UPDATE standing_state SET turns = turns WHERE id = 1").execute(conn)?;
    Ok(())
}

/// A slug that nobody has: the wished one, or it with the number after the highest that is taken.
///
/// # Errors
/// The database's.
pub fn free_slug(conn: &mut Conn, wished: &str) -> Result<String, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let taken = |conn: &mut Conn, slug: &str| -> Result<bool, StoreError> {
        let row: Option<Row> =
            Statement::new("SELECT count(*) AS n FROM publication WHERE slug = ?")
                .bind(slug)
                .first(conn)?;
        Ok(row.is_some_and(|row| row.n > 0))
    };
    if !taken(conn, wished)? {
        return Ok(wished.to_owned());
    }
    // Doubled until one is free, then halved: a thousand of one name are found in twenty steps. Gaps may stay.
    let named = |number: u64| format!("{wished}-{number}");
    let (mut last, mut free) = (1_u64, 2_u64);
    while taken(conn, &named(free))? {
        last = free;
        free = free.saturating_mul(2);
    }
    while free.saturating_sub(last) > 1 {
        let middle = last.midpoint(free);
        if taken(conn, &named(middle))? {
            last = middle;
        } else {
            free = middle;
        }
    }
    Ok(named(free))
}

/// A new publication.
#[derive(Clone, Debug)]
pub struct NewPublication {
    /// Its id.
    pub id: PublicationId,
    /// The row of its document.
    pub row_id: i64,
    /// Its slug, a free one.
    pub slug: String,
    /// Who made it.
    pub author: String,
    /// Its tags, as JSON.
    pub tags: String,
    /// Now.
    pub at: Millis,
}

/// Adds a publication; what its text is recognised by is set afterwards.
///
/// # Errors
/// The database's.
pub fn add(conn: &mut Conn, new: &NewPublication) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO publication (id, row_id, slug, author, tags, first_at, rev, exact) VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
    )
    .bind(new.id.as_bytes())
    .bind(new.row_id)
    .bind(new.slug.as_str())
    .bind(new.author.as_str())
    .bind(new.tags.as_str())
    .bind(new.at)
    .bind(Vec::new())
    .execute(conn)?;
    Ok(())
}

/// Makes it public, again or still, under this name and with these tags.
///
/// # Errors
/// The database's.
pub fn show(
    conn: &mut Conn,
    id: PublicationId,
    author: &str,
    tags: &str,
) -> Result<(), StoreError> {
    Statement::new("UPDATE publication SET author = ?, tags = ?, withdrawn_at = NULL WHERE id = ?")
        .bind(author)
        .bind(tags)
        .bind(id.as_bytes())
        .execute(conn)?;
    Ok(())
}

/// Takes it back; what named it as the first of nearly the same text does so no more.
///
/// # Errors
/// The database's.
pub fn withdraw(conn: &mut Conn, id: PublicationId, now: Millis) -> Result<(), StoreError> {
    Statement::new("UPDATE publication SET withdrawn_at = ?, first_of = NULL WHERE id = ? AND withdrawn_at IS NULL")
        .bind(now)
        .bind(id.as_bytes())
        .execute(conn)?;
    unname(conn, id)
}

/// Takes back all that is public of a space: nobody is left who could.
///
/// # Errors
/// The database's.
pub fn withdraw_all(conn: &mut Conn, space: SpaceId, now: Millis) -> Result<(), StoreError> {
    for view in of_space(conn, space)? {
        withdraw(conn, view.id, now)?;
    }
    Ok(())
}

/// Nothing names it as the first of nearly the same text any more; who was next is found with the next counting.
fn unname(conn: &mut Conn, id: PublicationId) -> Result<(), StoreError> {
    Statement::new("UPDATE publication SET first_of = NULL WHERE first_of = ?")
        .bind(id.as_bytes())
        .execute(conn)?;
    Ok(())
}

/// Hides it from everybody, or takes that back; what named a hidden one as the first of nearly the same text does so no more.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn hide(conn: &mut Conn, id: PublicationId, at: Option<Millis>) -> Result<(), StoreError> {
    let changed = Statement::new("UPDATE publication SET hidden_at = ? WHERE id = ?")
        .bind(at)
        .bind(id.as_bytes())
        .execute(conn)?;
    if changed != 1 {
        return Err(StoreError::NotFound);
    }
    if at.is_some() {
        unname(conn, id)?;
    }
    Ok(())
}

/// That there is a publication, whoever can read it.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn exists(conn: &mut Conn, id: PublicationId) -> Result<(), StoreError> {
    // Held until the end of the transaction: what is decided about it stays true.
    let there = Statement::new("UPDATE publication SET slug = slug WHERE id = ?")
        .bind(id.as_bytes())
        .execute(conn)?;
    (there == 1).then_some(()).ok_or(StoreError::NotFound)
}

/// Forgets the publication of a document that is purged, with its votes, runs and reports.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, row_id: i64) -> Result<(), StoreError> {
    for table in ["publication", "fork"] {
        Statement::new(&format!("DELETE FROM {table} WHERE row_id = ?"))
            .bind(row_id)
            .execute(conn)?;
    }
    Ok(())
}

/// A public prompt as lists have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: PublicationId,
    /// Its slug.
    pub slug: String,
    /// The title of the version that was published last.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was first public.
    pub first_at: Millis,
    /// When that version was published.
    pub published_at: Millis,
    /// The slug of the prompt that had nearly the same text before.
    pub first: Option<String>,
}

/// All public prompts, the oldest first.
///
/// # Errors
/// The database's.
pub fn shown(conn: &mut Conn) -> Result<Vec<Listed>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = Text)]
        title: String,
        #[diesel(sql_type = Text)]
        author: String,
        #[diesel(sql_type = Text)]
        tags: String,
        #[diesel(sql_type = BigInt)]
        first_at: i64,
        #[diesel(sql_type = BigInt)]
        published_at: i64,
        #[diesel(sql_type = Nullable<Text>)]
        first: Option<String>,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT p.id, p.slug, v.title, p.tags, p.first_at, v.published_at, f.slug AS first, ",
    )
    .sql(AUTHOR)
    .sql(ALL)
    .sql(LAST)
    .sql(FIRST)
    .sql(" WHERE ")
    .sql(SHOWN)
    .sql(" ORDER BY p.first_at, p.id")
    .load(conn)?;
    let listed = |row: Row| {
        Ok(Listed {
            id: publication(&row.id)?,
            slug: row.slug,
            title: row.title,
            author: row.author,
            tags: tags(&row.tags)?,
            first_at: row.first_at,
            published_at: row.published_at,
            first: row.first,
        })
    };
    rows.into_iter().map(listed).collect()
}

/// A public prompt whole, as it was published last.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// Its id.
    pub id: PublicationId,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// What else the version holds.
    pub snapshot: Snapshot,
    /// Who made it.
    pub author: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The number of the version.
    pub number: u64,
    /// When that was published.
    pub published_at: Millis,
    /// When it was first public.
    pub first_at: Millis,
    /// The slug of the prompt that had nearly the same text before.
    pub first: Option<String>,
}

#[derive(QueryableByName)]
struct WholeRow {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Nullable<Text>)]
    snapshot: Option<String>,
    #[diesel(sql_type = Text)]
    author: String,
    #[diesel(sql_type = Text)]
    tags: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    published_at: i64,
    #[diesel(sql_type = BigInt)]
    first_at: i64,
    #[diesel(sql_type = Nullable<Text>)]
    first: Option<String>,
}

/// The public prompt of a slug.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none that everybody can read, or the database's.
pub fn by_slug(conn: &mut Conn, slug: &str) -> Result<Whole, StoreError> {
    // PostgreSQL has no text with a zero character, so that there is no such slug.
    if slug.contains('\0') {
        return Err(StoreError::NotFound);
    }
    let row: Option<WholeRow> = Statement::new(
        "SELECT p.id, v.title, v.text, v.snapshot, p.tags, v.number, v.published_at, p.first_at, f.slug AS first, ",
    )
    .sql(AUTHOR)
    .sql(ALL)
    .sql(LAST)
    .sql(FIRST)
    .sql(" WHERE p.slug = ? AND ")
    .sql(SHOWN)
    .bind(slug)
    .first(conn)?;
    let row = row.ok_or(StoreError::NotFound)?;
    let snapshot = row.snapshot.as_deref().map(serde_json::from_str);
    Ok(Whole {
        id: publication(&row.id)?,
        title: row.title,
        text: row.text,
        snapshot: snapshot
            .transpose()
            .map_err(|_| fault("snapshot"))?
            .unwrap_or_default(),
        author: row.author,
        tags: tags(&row.tags)?,
        number: unsigned(row.number),
        published_at: row.published_at,
        first_at: row.first_at,
        first: row.first,
    })
}

/// Whether the address of an account is confirmed.
///
/// # Errors
/// The database's.
pub fn is_confirmed(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    Ok(super::profiles::get(conn, user)?
        .email_verified_at
        .is_some())
}

/// An account of the database.
pub(super) fn account(bytes: &[u8]) -> Result<UserId, StoreError> {
    accounts::user(bytes)
}
