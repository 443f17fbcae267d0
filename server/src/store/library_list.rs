//! Lists of documents: filters, search, order, keyset pages. Not the text index itself, and no offset: a page at depth costs what the first does.
//!
//! A filter that few documents pass is followed from its own index and sorted; one that many pass is tested while the index of the
//! order is walked. Which of both is decided by reading the filter's rows up to a thousand: the planner of neither database knows
//! how many they are.

use super::library::{doc_id, status, unsigned};
use super::library_filter::{Filter, among, direct, is_exact, members, one_of, set, sets, tests};
use super::statement::{Statement, Value};
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, SmallInt, Text};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::limits;
use krowoc_shared::library::wire::{Sort, Summary};

/// Rows of a filter up to which they are sorted rather than the order walked: a row costs a look into the table either way, and
/// with 100,000 documents a walk then looks at no more than a few thousand.
const SMALL: i64 = 1_000;
/// Where counting ends: a filter without words is counted from an index alone.
pub const COUNTED: i64 = limits::COUNTED_ROWS;
/// Where counting ends on a search: PostgreSQL looks at every row it counts.
const SEARCHED: i64 = limits::COUNTED_MATCHES;

/// The last row of a page: where the next one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The row's title matches; only by relevance.
    pub hit: i64,
    /// The key of the order.
    pub key: Key,
    /// The row.
    pub id: DocId,
}

/// A key of an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A time or a count.
    Number(i64),
    /// A folded title.
    Title(String),
}

#[derive(QueryableByName, Clone, Debug)]
struct Row {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    rev: i64,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    title_key: String,
    #[diesel(sql_type = Text)]
    excerpt: String,
    #[diesel(sql_type = Text)]
    tag_list: String,
    #[diesel(sql_type = Nullable<Binary>)]
    collection_id: Option<Vec<u8>>,
    #[diesel(sql_type = Bool)]
    favourite: bool,
    #[diesel(sql_type = Bool)]
    conflict: bool,
    #[diesel(sql_type = SmallInt)]
    status: i16,
    #[diesel(sql_type = Bool)]
    published: bool,
    #[diesel(sql_type = Text)]
    site: String,
    #[diesel(sql_type = BigInt)]
    uses: i64,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = BigInt)]
    updated_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    deleted_at: Option<i64>,
    #[diesel(sql_type = BigInt)]
    hit: i64,
}

const COLUMNS: &str = "id, kind, rev, title, title_key, excerpt, tag_list, collection_id, favourite, conflict, status, published, site, uses, \
                       created_at, updated_at, deleted_at";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Row {
    fn key(&self, sort: Sort) -> Key {
        match sort {
            Sort::Title => Key::Title(self.title_key.clone()),
            Sort::Created => Key::Number(self.created_at),
            Sort::Uses => Key::Number(self.uses),
            Sort::Edited | Sort::Relevance => Key::Number(self.updated_at),
        }
    }

    fn summary(self) -> Result<Summary, StoreError> {
        let fault = || StoreError::Fault("a row of a list is not readable".to_owned());
        Ok(Summary {
            id: doc_id(&self.id)?,
            kind: Kind::parse(&self.kind).ok_or_else(fault)?,
            rev: unsigned(self.rev),
            title: self.title,
            excerpt: self.excerpt,
            tags: serde_json::from_str(&self.tag_list).map_err(|_| fault())?,
            collection: self.collection_id.as_deref().and_then(DocId::from_slice),
            favourite: self.favourite,
            conflict: self.conflict,
            status: status(self.status).ok_or_else(fault)?,
            published: self.published,
            site: self.site,
            uses: self.uses,
            created_at: self.created_at,
            updated_at: self.updated_at,
            deleted_at: self.deleted_at,
        })
    }
}

/// A list prepared: its filter as SQL, and how many rows that has.
pub struct List {
    space: SpaceId,
    filter: Filter,
    /// There are filters with an index of their own: their rows are a set.
    filtered: bool,
    /// The set, when it is small enough to be sorted.
    few: Option<Vec<i64>>,
    /// The set is exactly the list: no row of another shelf or kind is in it, and nothing else is tested.
    exact: bool,
    /// Rows of the set, counted up to where counting ends, or less when no total is asked for.
    rows: Option<i64>,
    /// The same filters as a walk tests them.
    walk: Statement,
    /// What is tested on each row.
    tests: Statement,
}

impl List {
    /// Prepares a list; `first` when its total will be asked for.
    ///
    /// # Errors
    /// The database's.
    pub fn new(
        conn: &mut Conn,
        space: SpaceId,
        filter: Filter,
        first: bool,
    ) -> Result<Self, StoreError> {
        let set = set(conn, space, &filter, few)?;
        let tests = tests(space, &filter);
        let exact = tests.is_empty() && is_exact(&filter);
        let walk = match conn {
            Conn::Sqlite(_) => members(sets(space, &filter)),
            Conn::Postgres(_) => direct(conn, space, &filter),
        };
        let filtered = set.is_some();
        let (mut found, mut rows) = (None, None);
        if let Some(set) = set {
            found = few(conn, set.clone())?;
            let more = counted(&filter);
            rows = Some(match &found {
                Some(rows) => i64::try_from(rows.len()).unwrap_or(i64::MAX),
                None if first && more > SMALL => count(conn, set, more)?,
                None => SMALL.saturating_add(1),
            });
        }
        Ok(Self {
            tests,
            walk,
            space,
            filter,
            filtered,
            few: found,
            exact,
            rows,
        })
    }

    /// Rows in all, counted up to [`COUNTED`], or to [`limits::COUNTED_MATCHES`] on a search; `None` when no filter is set, and the
    /// space's own tally knows.
    ///
    /// # Errors
    /// The database's.
    pub fn total(&self, conn: &mut Conn) -> Result<Option<i64>, StoreError> {
        let plain = self.tests.is_empty();
        if !self.filtered && plain && self.filter.kinds.len() <= 1 {
            return Ok(None);
        }
        let most = counted(&self.filter);
        if self.exact && self.rows.is_some() {
            return Ok(self.rows.map(|rows| rows.min(most)));
        }
        let base = Statement::new("SELECT row_id FROM document WHERE ");
        let rows = base.then(self.condition(conn, None));
        count(conn, rows, most).map(Some)
    }

    /// The order that is used: by relevance only where the matches are few enough to be sorted.
    #[must_use]
    pub fn sort(&self, wanted: Sort) -> Sort {
        match wanted {
            Sort::Relevance if self.few.is_none() || !self.filter.query.has_text() => Sort::Edited,
            other => other,
        }
    }

    /// One page, and the place of its last row when more follow.
    ///
    /// # Errors
    /// The database's.
    pub fn page(
        &self,
        conn: &mut Conn,
        sort: Sort,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<(Vec<Summary>, Option<Place>), StoreError> {
        let mut rows: Vec<Row> = Vec::new();
        if self.few.is_some() {
            rows = self.rows(conn, None, sort, after, limit)?;
        } else {
            let all = [Kind::Prompt, Kind::Snippet, Kind::Collection];
            let kinds = match self.filter.kinds.as_slice() {
                [] => all.as_slice(),
                kinds => kinds,
            };
            for kind in kinds {
                rows.extend(self.rows(conn, Some(*kind), sort, after, limit)?);
            }
            let order = |row: &Row| (row.key(sort), row.id.clone());
            rows.sort_by_cached_key(order);
            if sort != Sort::Title {
                rows.reverse();
            }
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more);
        let place = match last {
            None => None,
            Some(row) => Some(Place {
                hit: row.hit,
                key: row.key(sort),
                id: doc_id(&row.id)?,
            }),
        };
        let items: Result<Vec<Summary>, StoreError> = rows.into_iter().map(Row::summary).collect();
        Ok((items?, place))
    }

    fn rows(
        &self,
        conn: &mut Conn,
        kind: Option<Kind>,
        sort: Sort,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let (column, index) = match sort {
            Sort::Edited | Sort::Relevance => ("updated_at", "document_edited"),
            Sort::Created => ("created_at", "document_created"),
            Sort::Title => ("title_key", "document_title"),
            Sort::Uses => ("uses", "document_uses"),
        };
        // SQLite has no statistics to choose by: the walk names its index.
        let walk = match conn {
            Conn::Sqlite(_) if self.few.is_none() => format!(" INDEXED BY {index}"),
            _ => String::new(),
        };
        let hit = match sort {
            Sort::Relevance => self.hit(conn),
            _ => Statement::new("CAST(0 AS BIGINT)"),
        };
        let mut statement =
            Statement::new(&format!("SELECT {COLUMNS}, hit FROM (SELECT {COLUMNS}, "))
                .then(hit)
                .sql(&format!(" AS hit FROM document{walk} WHERE "))
                .then(self.condition(conn, kind));
        let (than, way) = if sort == Sort::Title {
            (">", "ASC")
        } else {
            ("<", "DESC")
        };
        if let Some(place) = after.filter(|_| sort != Sort::Relevance) {
            statement = statement
                .sql(&format!(" AND ({column}, id) {than} (?, ?)"))
                .bind(place.key.clone())
                .bind(place.id.as_bytes());
        }
        statement = statement.sql(") d");
        if let Some(place) = after.filter(|_| sort == Sort::Relevance) {
            statement = statement
                .sql(" WHERE (hit, updated_at, id) < (?, ?, ?)")
                .bind(place.hit)
                .bind(place.key.clone())
                .bind(place.id.as_bytes());
        }
        let first = if sort == Sort::Relevance {
            "hit DESC, "
        } else {
            ""
        };
        let more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        // PostgreSQL plans a kept statement for no value in particular; here the value decides.
        if matches!(conn, Conn::Postgres(_)) {
            statement = statement.once();
        }
        statement
            .sql(&format!(
                " ORDER BY {first}{column} {way}, id {way} LIMIT ?"
            ))
            .bind(more)
            .load(conn)
    }

    /// 1 when every searched word stands in the title.
    fn hit(&self, conn: &Conn) -> Statement {
        let find = match conn {
            Conn::Sqlite(_) => "instr",
            Conn::Postgres(_) => "strpos",
        };
        let terms = self.filter.query.terms.iter().filter(|term| !term.excluded);
        let mut statement = Statement::new("CAST(CASE WHEN 1 = 1");
        for token in terms.flat_map(|term| &term.tokens).take(8) {
            statement = statement
                .sql(&format!(" AND {find}(title_key, ?) > 0"))
                .bind(token.as_str());
        }
        statement.sql(" THEN 1 ELSE 0 END AS BIGINT)")
    }

    /// What a row must fulfil, with the kind when one is walked.
    fn condition(&self, conn: &Conn, kind: Option<Kind>) -> Statement {
        // Where the set is to lead, the indexes by space are hidden: both planners else take one, for its order, and read all of it.
        let of_space = match conn {
            Conn::Sqlite(_) if self.few.is_some() => "+space_id",
            Conn::Postgres(_) if self.few.is_some() => "(space_id || ''::bytea)",
            _ => "space_id",
        };
        let mut statement = Statement::new(&format!("{of_space} = ? AND shelf = ?"))
            .bind(self.space.as_bytes())
            .bind(self.filter.shelf);
        match (kind, self.filter.kinds.as_slice()) {
            (Some(kind), _) => statement = statement.sql(" AND kind = ?").bind(kind.as_str()),
            (None, []) => {}
            (None, kinds) => {
                statement = one_of(statement, "kind", kinds.iter().map(|kind| kind.as_str()))
            }
        }
        let led = match &self.few {
            Some(rows) => Statement::new(" AND ").then(among(conn, rows)),
            None => self.walk.clone(),
        };
        statement.then(led).then(self.tests.clone())
    }
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Number(number) => Self::Int(number),
            Key::Title(text) => Self::Text(text),
        }
    }
}

/// Where counting ends.
fn counted(filter: &Filter) -> i64 {
    if filter.query.has_text() {
        SEARCHED
    } else {
        COUNTED
    }
}

#[derive(QueryableByName)]
struct RowId {
    #[diesel(sql_type = BigInt)]
    row_id: i64,
}

/// The rows of a set, when they are few.
fn few(conn: &mut Conn, set: Statement) -> Result<Option<Vec<i64>>, StoreError> {
    let rows: Vec<RowId> = Statement::new("SELECT row_id FROM (")
        .then(set)
        .sql(") a LIMIT ?")
        .bind(SMALL.saturating_add(1))
        .load(conn)?;
    let is_few = i64::try_from(rows.len()).is_ok_and(|count| count <= SMALL);
    Ok(is_few.then(|| rows.into_iter().map(|row| row.row_id).collect()))
}

fn count(conn: &mut Conn, rows: Statement, most: i64) -> Result<i64, StoreError> {
    let counted: Option<Number> = Statement::new("SELECT count(*) AS n FROM (SELECT 1 FROM (")
        .then(rows)
        .sql(") a LIMIT ?) b")
        .bind(most)
        .first(conn)?;
    Ok(counted.map_or(0, |row| row.n))
}
