//! The search index: folded terms of each document, in FTS5 on SQLite and a `tsvector` on PostgreSQL. Not the folding: see `shared::text`.
//!
//! Each entry also holds a scope term, which names space, shelf and kind: a search meets rows of its own space only. PostgreSQL's hold
//! the tags and the site whole as well, so that one index answers for all of them together.

use super::library::{LIBRARY, PURGED, TRASH, shelf, site};
use super::rows::Insert;
use super::statement::{Statement, Value};
use super::waiting;
use super::{Conn, StoreError};
use krowoc_shared::ids::SpaceId;
use krowoc_shared::library::document::{Document, Field, Kind};
use krowoc_shared::text::{self, SearchQuery};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The scope term of a shelf, and of one kind on it.
fn scope(space: SpaceId, shelf: i16, kind: Option<Kind>) -> String {
    let mut out = String::from("s");
    for byte in space.as_bytes() {
        let _ = write!(out, "{byte:02x}");
    }
    out.push(match shelf {
        LIBRARY => 'l',
        TRASH => 't',
        _ => 'p',
    });
    out.push_str(kind.map_or("", Kind::as_str));
    out
}

/// True when a document's terms or scope changed.
#[must_use]
pub fn differs(before: &Document, after: &Document) -> bool {
    before.body.text != after.body.text
        || shelf(before) != shelf(after)
        || before.kind != after.kind
        || [Field::Title, Field::Note, Field::Description]
            .iter()
            .any(|field| before.text(*field) != after.text(*field))
        || before.value(Field::Source) != after.value(Field::Source)
        || !before.present_tags().eq(after.present_tags())
}

/// The folded terms of a document; none when it is purged.
pub(super) fn terms(document: &Document) -> String {
    if document.purged {
        return String::new();
    }
    let note = [
        document.text(Field::Note),
        document.text(Field::Description),
    ]
    .join("\n");
    let page = document.value(Field::Source).get("title");
    let page = page.and_then(serde_json::Value::as_str).unwrap_or_default();
    let source = format!("{} {page}", site(document));
    text::search_text(
        document.title(),
        &document.body.text,
        document.present_tags(),
        &note,
        &source,
    )
}

/// Stands between the marks of an entry: no tag and no site holds it.
const BETWEEN: &str = "\u{1f}";
/// Longest text of a mark, in bytes: PostgreSQL refuses a term over 2 KiB, and a name of a site may be longer.
const MARK_BYTES: usize = 255;

/// A tag or a site as one term: whole, or its digest when it is very long.
fn mark(letter: char, text: &str) -> String {
    if text.len() <= MARK_BYTES {
        return format!("={letter}{text}");
    }
    let mut out = format!("={letter}#");
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The marks of a document: its tags and its site.
fn marks(document: &Document) -> Vec<String> {
    let tags = document.present_tags().map(|tag| mark('t', tag));
    let site = Some(site(document)).filter(|site| !site.is_empty());
    tags.chain(site.map(|site| mark('w', &site))).collect()
}

/// Tags and sites that are wanted besides words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks<'a> {
    /// All of these.
    pub tags: &'a [String],
    /// Any of these; whichever when empty.
    pub sites: &'a [String],
}

impl Marks<'_> {
    /// The terms of an entry with them, in the syntax of PostgreSQL's queries; each begins with ` & `.
    fn to_tsquery(self) -> String {
        let tags = self.tags.iter();
        let mut out: String = tags
            .map(|tag| format!(" & {}", quoted(&mark('t', tag))))
            .collect();
        let sites: Vec<String> = self.sites.iter().map(|it| quoted(&mark('w', it))).collect();
        if !sites.is_empty() {
            let _ = write!(out, " & ({})", sites.join(" | "));
        }
        out
    }
}

/// A term in the syntax of PostgreSQL's queries, whatever it holds.
fn quoted(term: &str) -> String {
    format!("'{}'", term.replace('\\', "\\\\").replace('\'', "''"))
}

/// An entry about to be written.
pub(super) struct Entry<'a> {
    /// The space.
    pub space: SpaceId,
    /// The row.
    pub row_id: i64,
    /// The row has an entry already.
    pub exists: bool,
    /// The row's document.
    pub document: &'a Document,
    /// Its [`terms`].
    pub terms: &'a str,
}

/// Most entries that SQLite puts into its index together with their rows: what a person writes by hand is found at once. More of them,
/// which only a program sends, wait. See [`waiting`].
const AT_ONCE: usize = 8;

/// Writes the entries of rows; gives how many of them wait.
///
/// # Errors
/// The database's.
pub(super) fn save(conn: &mut Conn, entries: &[Entry<'_>]) -> Result<usize, StoreError> {
    let (kept, purged): (Vec<_>, Vec<_>) = entries
        .iter()
        .partition(|entry| shelf(entry.document) != PURGED);
    // What is purged is gone at once.
    for entry in purged {
        remove(conn, entry.row_id)?;
    }
    if matches!(conn, Conn::Sqlite(_)) && kept.len() > AT_ONCE {
        let rows: Vec<_> = kept.iter().map(|entry| entry.waiting()).collect();
        waiting::put(conn, rows)?;
        return Ok(kept.len());
    }
    for entry in kept.iter().filter(|entry| entry.exists) {
        remove(conn, entry.row_id)?;
    }
    let sqlite = matches!(conn, Conn::Sqlite(_));
    let rows = kept.iter().map(|entry| {
        let scope = match sqlite {
            true => entry.scopes(),
            false => entry.marked_scopes(),
        };
        vec![entry.row_id.into(), entry.terms.into(), scope.into()]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    let insert = match conn {
        Conn::Sqlite(_) => Insert {
            head: "INSERT INTO document_search (rowid, terms, scope)",
            row: "(?, ?, ?)",
            tail: "",
        },
        Conn::Postgres(_) => Insert {
            head: "INSERT INTO document_search (row_id, terms)",
            row: "(?, to_tsvector('simple', ?) || array_to_tsvector(string_to_array(?, chr(31))))",
            tail: "",
        },
    };
    for statement in insert.statements(conn, rows) {
        statement.execute(conn)?;
    }
    Ok(0)
}

impl Entry<'_> {
    fn scopes_of(&self) -> [String; 2] {
        let on = shelf(self.document);
        [None, Some(self.document.kind)].map(|kind| scope(self.space, on, kind))
    }

    /// SQLite's: a column of its own.
    fn scopes(&self) -> String {
        self.scopes_of().join(" ")
    }

    /// PostgreSQL's, with the marks. No word begins with `=`: a document cannot write itself into another space's scope.
    fn marked_scopes(&self) -> String {
        let scopes = self.scopes_of().map(|scope| format!("={scope}"));
        let all: Vec<String> = scopes.into_iter().chain(marks(self.document)).collect();
        all.join(BETWEEN)
    }

    fn waiting(&self) -> waiting::Row {
        [
            self.row_id.into(),
            self.space.as_bytes().into(),
            self.exists.into(),
            self.scopes().into(),
            self.terms.into(),
        ]
    }
}

/// Removes the entry of a row, also when it waits.
///
/// # Errors
/// The database's.
fn remove(conn: &mut Conn, row_id: i64) -> Result<(), StoreError> {
    if matches!(conn, Conn::Sqlite(_)) {
        waiting::forget(conn, row_id)?;
    }
    let sql = match conn {
        Conn::Sqlite(_) => "DELETE FROM document_search WHERE rowid = ?",
        Conn::Postgres(_) => "DELETE FROM document_search WHERE row_id = ?",
    };
    Statement::new(sql).bind(row_id).execute(conn)?;
    Ok(())
}

/// A `SELECT row_id …` of the rows that match in any space, for SQLite, where the rows are tested for their space anyway: it skips
/// reading the scope's list, which is as long as the library. `None` when the query has no text.
#[must_use]
pub fn matching_anywhere(query: &SearchQuery) -> Option<Statement> {
    let sql = "SELECT rowid AS row_id FROM document_search WHERE document_search MATCH ?";
    Some(Statement::new(sql).bind(format!("terms : ({})", query.to_fts5()?)))
}

/// A `SELECT row_id …` of the rows that match; `None` when the query has no text. SQLite's entries have no marks: there the rows are
/// to be tested for them.
#[must_use]
pub fn matching(
    conn: &Conn,
    space: SpaceId,
    shelf: i16,
    kind: Option<Kind>,
    query: &SearchQuery,
    marks: Marks<'_>,
) -> Option<Statement> {
    Some(match conn {
        Conn::Sqlite(_) => {
            let scope = scope(space, shelf, kind);
            Statement::new(
                "SELECT rowid AS row_id FROM document_search WHERE document_search MATCH ?",
            )
            .bind(format!(
                "scope : {scope} AND terms : ({})",
                query.to_fts5()?
            ))
        }
        Conn::Postgres(_) => Statement::new("SELECT row_id FROM document_search WHERE terms @@ ")
            .then(condition(space, shelf, kind, query, marks)?),
    })
}

/// What PostgreSQL compares an entry with; `None` when the query has no text.
#[must_use]
pub(super) fn condition(
    space: SpaceId,
    shelf: i16,
    kind: Option<Kind>,
    query: &SearchQuery,
    marks: Marks<'_>,
) -> Option<Statement> {
    let scope = scope(space, shelf, kind);
    Some(
        Statement::new("(to_tsquery('simple', ?) && CAST(? AS tsquery))")
            .bind(query.to_tsquery()?)
            .bind(format!("'={scope}'{}", marks.to_tsquery())),
    )
}
