//! Filters of lists as SQL: as sets of rows from their own indexes, and as conditions of a row. Not the choice between both.

use super::library::status_number;
use super::search::{self, Marks};
use super::statement::Statement;
use super::{Conn, StoreError};
use krowoc_shared::ids::{DocId, Millis, SpaceId};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::text::SearchQuery;

/// Which documents.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The shelf: library or trash.
    pub shelf: i16,
    /// Any of these kinds; all when empty.
    pub kinds: Vec<Kind>,
    /// Words.
    pub query: SearchQuery,
    /// All of these tags.
    pub tags: Vec<String>,
    /// All of this metadata, by name and value.
    pub meta: Vec<(String, String)>,
    /// Of this collection.
    pub collection: Option<DocId>,
    /// From any of these sites; from anywhere when empty.
    pub sites: Vec<String>,
    /// Marked as a favourite, or not.
    pub favourite: Option<bool>,
    /// With an unresolved conflict, or without.
    pub conflict: Option<bool>,
    /// Standing there: few are published or archived, most are drafts.
    pub status: Option<Status>,
    /// Edited at or after.
    pub since: Option<Millis>,
}

/// A column with any of these values.
pub(super) fn one_of<'a>(
    statement: Statement,
    column: &str,
    values: impl ExactSizeIterator<Item = &'a str>,
) -> Statement {
    let places = vec!["?"; values.len()].join(", ");
    let statement = statement.sql(&format!(" AND {column} IN ({places})"));
    values.fold(statement, |statement, value| statement.bind(value))
}

/// True when the filters' own indexes hold rows of this shelf and these kinds only.
pub(super) fn is_exact(filter: &Filter) -> bool {
    let scoped = filter.query.has_text() && filter.kinds.len() <= 1;
    let tagged = !filter.tags.is_empty() && filter.kinds.is_empty();
    scoped || tagged
}

/// SQLite's walk: each set is read once, and each row looked up in it. The plus keeps it from leading with the set.
pub(super) fn members(sets: Vec<Statement>) -> Statement {
    sets.into_iter().fold(Statement::default(), |all, set| {
        all.sql(" AND +row_id IN (").then(set).sql(")")
    })
}

/// PostgreSQL's walk: the filters as conditions of the row itself.
pub(super) fn direct(conn: &Conn, space: SpaceId, filter: &Filter) -> Statement {
    let mut statement = Statement::default();
    if let Some(set) = search::matching(
        conn,
        space,
        filter.shelf,
        None,
        &filter.query,
        Marks::default(),
    ) {
        statement = statement
            .sql(" AND EXISTS (")
            .then(set)
            .sql(" AND document_search.row_id = document.row_id)");
    }
    statement.then(direct_others(space, filter))
}

/// The same without the words.
fn direct_others(space: SpaceId, filter: &Filter) -> Statement {
    let mut statement = Statement::default();
    for tag in &filter.tags {
        statement = statement
            .sql(" AND EXISTS (SELECT 1 FROM document_tag t WHERE t.space_id = ? AND t.shelf = ? AND t.tag = ? AND t.row_id = document.row_id)")
            .bind(space.as_bytes())
            .bind(filter.shelf)
            .bind(tag.as_str());
    }
    if !filter.sites.is_empty() {
        statement = one_of(statement, "site", filter.sites.iter().map(String::as_str));
    }
    statement.then(direct_unmarked(space, filter))
}

/// The same without words, tags and sites.
fn direct_unmarked(space: SpaceId, filter: &Filter) -> Statement {
    let mut statement = Statement::default();
    if let Some(id) = filter.collection {
        statement = statement.sql(" AND collection_id = ?").bind(id.as_bytes());
    }
    for (name, value) in &filter.meta {
        statement = statement
            .sql(" AND EXISTS (SELECT 1 FROM document_meta m WHERE m.space_id = ? AND m.shelf = ? AND m.name = ? AND m.value = ? AND m.row_id = document.row_id)")
            .bind(space.as_bytes())
            .bind(filter.shelf)
            .bind(name.as_str())
            .bind(value.as_str());
    }
    if filter.favourite == Some(true) {
        statement = statement.sql(" AND favourite");
    }
    if filter.conflict == Some(true) {
        statement = statement.sql(" AND conflict");
    }
    if let Some(status) = filter.status.filter(|it| *it != Status::Draft) {
        statement = statement
            .sql(" AND status = ? AND status <> 0")
            .bind(status_number(status));
    }
    statement
}

/// The one kind that is wanted, when it is one.
fn kind(filter: &Filter) -> Option<Kind> {
    match filter.kinds.as_slice() {
        [kind] => Some(*kind),
        _ => None,
    }
}

/// The words, and the tags and the site as words too, for SQLite: they stand in each document's entry.
fn narrowed(filter: &Filter) -> SearchQuery {
    let site = match filter.sites.as_slice() {
        [site] => Some(site),
        _ => None,
    };
    let texts = filter.tags.iter().chain(site).map(String::as_str);
    filter.query.clone().with_phrases(texts)
}

/// The rows that pass every filter with an index of its own: of this shelf, and of the kind when there is one, as far as words
/// and tags go. `None` without such a filter. `few` gives the rows of a set when they are few.
///
/// # Errors
/// What `few` fails with.
pub(super) fn set(
    conn: &mut Conn,
    space: SpaceId,
    filter: &Filter,
    few: impl FnOnce(&mut Conn, Statement) -> Result<Option<Vec<i64>>, StoreError>,
) -> Result<Option<Statement>, StoreError> {
    let intersect = |sets: Vec<Statement>| {
        let join = |all: Statement, next| all.sql(" INTERSECT ").then(next);
        sets.into_iter().reduce(join)
    };
    if !filter.query.has_text() {
        return Ok(intersect(others(space, filter)));
    }
    let (shelf, kind) = (filter.shelf, kind(filter));
    if matches!(conn, Conn::Sqlite(_)) {
        let words = narrowed(filter);
        let words = search::matching(conn, space, shelf, kind, &words, Marks::default());
        let all = words.into_iter().chain(others(space, filter));
        return Ok(intersect(all.collect()));
    }
    let marks = Marks {
        tags: &filter.tags,
        sites: &filter.sites,
    };
    let words = search::matching(conn, space, shelf, kind, &filter.query, marks);
    let (Some(words), Some(others)) = (words.clone(), intersect(unmarked(space, filter))) else {
        return Ok(words);
    };
    // To intersect, PostgreSQL reads both sets whole. The smaller leads instead, and its rows are tested.
    Ok(Some(match few(conn, words)? {
        Some(rows) => Statement::new("SELECT row_id FROM document WHERE ")
            .then(among(conn, &rows))
            .then(direct_unmarked(space, filter)),
        None => {
            let query = search::condition(space, shelf, kind, &filter.query, marks);
            Statement::new("SELECT a.row_id FROM (")
                .then(others)
                .sql(") a WHERE (SELECT s.terms FROM document_search s WHERE s.row_id = a.row_id) @@ ")
                .then(query.unwrap_or_default())
        }
    }))
}

/// A condition: the row is one of these. One value, however many they are: the statement stays the same.
pub(super) fn among(conn: &Conn, rows: &[i64]) -> Statement {
    let rows: Vec<String> = rows.iter().map(i64::to_string).collect();
    let rows = rows.join(",");
    match conn {
        Conn::Sqlite(_) => {
            Statement::new("row_id IN (SELECT value FROM json_each(?))").bind(format!("[{rows}]"))
        }
        Conn::Postgres(_) => {
            Statement::new("row_id = ANY(CAST(? AS BIGINT[]))").bind(format!("{{{rows}}}"))
        }
    }
}

/// SQLite's walk: the rows of every filter with an index of its own, each in a set. The words are of any space: the walk is not.
pub(super) fn sets(space: SpaceId, filter: &Filter) -> Vec<Statement> {
    let words = search::matching_anywhere(&filter.query);
    words.into_iter().chain(others(space, filter)).collect()
}

fn others(space: SpaceId, filter: &Filter) -> Vec<Statement> {
    let mut sets = marked(space, filter);
    sets.extend(unmarked(space, filter));
    sets
}

/// The rows with each tag, and with any of the sites.
fn marked(space: SpaceId, filter: &Filter) -> Vec<Statement> {
    let of = |sql: &str| Statement::new(sql).bind(space.as_bytes());
    let mut sets: Vec<Statement> = Vec::new();
    for tag in &filter.tags {
        let tagged = "SELECT row_id FROM document_tag WHERE space_id = ? AND shelf = ? AND tag = ?";
        sets.push(of(tagged).bind(filter.shelf).bind(tag.as_str()));
    }
    if !filter.sites.is_empty() {
        let from = "SELECT row_id FROM document WHERE space_id = ? AND site <> '' AND shelf = ?";
        let statement = of(from).bind(filter.shelf);
        sets.push(one_of(
            statement,
            "site",
            filter.sites.iter().map(String::as_str),
        ));
    }
    sets
}

/// The rows of the other filters that have an index of their own.
fn unmarked(space: SpaceId, filter: &Filter) -> Vec<Statement> {
    let of = |sql: &str| Statement::new(sql).bind(space.as_bytes());
    let mut sets: Vec<Statement> = Vec::new();
    if let Some(id) = filter.collection {
        let inside = "SELECT row_id FROM document WHERE space_id = ? AND collection_id = ?";
        sets.push(of(inside).bind(id.as_bytes()));
    }
    for (name, value) in &filter.meta {
        let with = "SELECT row_id FROM document_meta WHERE space_id = ? AND shelf = ? AND name = ? AND value = ?";
        let set = of(with).bind(filter.shelf);
        sets.push(set.bind(name.as_str()).bind(value.as_str()));
    }
    if filter.favourite == Some(true) {
        sets.push(of(
            "SELECT row_id FROM document WHERE space_id = ? AND favourite",
        ));
    }
    if filter.conflict == Some(true) {
        sets.push(of(
            "SELECT row_id FROM document WHERE space_id = ? AND conflict",
        ));
    }
    if let Some(status) = filter.status.filter(|it| *it != Status::Draft) {
        let there = "SELECT row_id FROM document WHERE space_id = ? AND status = ? AND status <> 0";
        sets.push(of(there).bind(status_number(status)));
    }
    sets
}

/// What has no index of its own and is tested on each row.
pub(super) fn tests(space: SpaceId, filter: &Filter) -> Statement {
    let mut statement = Statement::default();
    if filter.favourite == Some(false) {
        statement = statement.sql(" AND NOT favourite");
    }
    if filter.conflict == Some(false) {
        statement = statement.sql(" AND NOT conflict");
    }
    if filter.status == Some(Status::Draft) {
        statement = statement.sql(" AND status = 0");
    }
    if let Some(since) = filter.since {
        statement = statement.sql(" AND updated_at >= ?").bind(since);
    }
    for tag in &filter.query.excluded_tags {
        statement = statement
            .sql(" AND row_id NOT IN (SELECT row_id FROM document_tag WHERE space_id = ? AND shelf = ? AND tag = ?)")
            .bind(space.as_bytes())
            .bind(filter.shelf)
            .bind(tag.as_str());
    }
    statement
}
