//! Counts beside the navigation, and the texts that are there already. Not lists.

use super::library::{LIBRARY, doc_id};
use super::statement::Statement;
use super::sync::Stand;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::quota::{Quota, Tier};
use krowoc_shared::library::wire::{Count, MetaCount, Overview};

/// Most tags of an overview.
const TAGS: i64 = 200;
/// Most categories of an overview, and most other pieces of metadata beside them.
const META: i64 = 200;
/// Most sites of an overview.
const SITES: i64 = 50;

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn counts(conn: &mut Conn, sql: &str, space: SpaceId, most: i64) -> Result<Vec<Count>, StoreError> {
    let rows: Vec<CountRow> = Statement::new(sql)
        .bind(space.as_bytes())
        .bind(LIBRARY)
        .bind(most)
        .load(conn)?;
    let count = |row: CountRow| Count {
        name: row.name,
        count: unsigned(row.n),
    };
    Ok(rows.into_iter().map(count).collect())
}

#[derive(QueryableByName)]
struct MetaRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    value: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Categories apart from the rest: in a library where every prompt has a topic of its own, a rare category is among them still.
fn metadata(conn: &mut Conn, space: SpaceId) -> Result<Vec<MetaCount>, StoreError> {
    let mut rows: Vec<MetaRow> = Vec::new();
    for of_name in ["name = 'category'", "name <> 'category'"] {
        let sql = format!(
            "SELECT name, value, count(*) AS n FROM document_meta WHERE space_id = ? AND shelf = ? AND {of_name} \
             GROUP BY name, value ORDER BY n DESC, name, value LIMIT ?"
        );
        let found: Vec<MetaRow> = Statement::new(&sql)
            .bind(space.as_bytes())
            .bind(LIBRARY)
            .bind(META)
            .load(conn)?;
        rows.extend(found);
    }
    rows.sort_by(|a, b| {
        b.n.cmp(&a.n)
            .then_with(|| (&a.name, &a.value).cmp(&(&b.name, &b.value)))
    });
    let count = |row: MetaRow| MetaCount {
        name: row.name,
        value: row.value,
        count: unsigned(row.n),
    };
    Ok(rows.into_iter().map(count).collect())
}

/// The numbers of a space, tags and sites counted from their indexes. `tier` holds where none was set.
///
/// # Errors
/// The database's.
pub fn overview(conn: &mut Conn, stand: &Stand, tier: Tier) -> Result<Overview, StoreError> {
    let (space, tally) = (stand.space, &stand.tally);
    let prompts = tier.prompts();
    Ok(Overview {
        quota: Quota { tier, prompts },
        prompts: unsigned(tally.prompts),
        snippets: unsigned(tally.snippets),
        collections: unsigned(tally.collections),
        trash: unsigned(tally.trash),
        conflicts: unsigned(tally.conflicts),
        tags: counts(
            conn,
            "SELECT tag AS name, count(*) AS n FROM document_tag WHERE space_id = ? AND shelf = ? \
             GROUP BY tag ORDER BY n DESC, tag LIMIT ?",
            space,
            TAGS,
        )?,
        meta: metadata(conn, space)?,
        sites: counts(
            conn,
            "SELECT site AS name, count(*) AS n FROM document WHERE space_id = ? AND shelf = ? AND site <> '' \
             GROUP BY site ORDER BY n DESC, site LIMIT ?",
            space,
            SITES,
        )?,
    })
}

#[derive(QueryableByName)]
struct PrintRow {
    #[diesel(sql_type = Binary)]
    fingerprint: Vec<u8>,
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
}

/// Documents of the library that have one of these fingerprints.
///
/// # Errors
/// The database's.
pub fn with_fingerprints(
    conn: &mut Conn,
    space: SpaceId,
    prints: &[Vec<u8>],
) -> Result<Vec<(Vec<u8>, DocId)>, StoreError> {
    let mut found = Vec::new();
    for chunk in prints.chunks(100) {
        let places = vec!["?"; chunk.len()].join(", ");
        let sql = format!(
            "SELECT fingerprint, id FROM document WHERE space_id = ? AND shelf = ? AND fingerprint IN ({places})"
        );
        let mut statement = Statement::new(&sql)
            .once()
            .bind(space.as_bytes())
            .bind(LIBRARY);
        for print in chunk {
            statement = statement.bind(print.clone());
        }
        let rows: Vec<PrintRow> = statement.load(conn)?;
        for row in rows {
            found.push((row.fingerprint, doc_id(&row.id)?));
        }
    }
    Ok(found)
}
