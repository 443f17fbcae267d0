//! Prompts by the slugs of their titles. Not the titles' own index: slugs are few, and read anew when the space has changed.

use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::text::slug;
use std::collections::HashMap;
use std::sync::Arc;

/// Spaces whose slugs are remembered.
const SPACES: u64 = 1_000;

type Names = HashMap<String, DocId>;

/// The slugs of spaces, as this process remembers them. Clones share them.
#[derive(Clone)]
pub struct Slugs {
    known: moka::sync::Cache<SpaceId, (i64, Arc<Names>)>,
}

impl Default for Slugs {
    fn default() -> Self {
        Self {
            known: moka::sync::Cache::new(SPACES),
        }
    }
}

#[derive(QueryableByName)]
struct Seq {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

#[derive(QueryableByName)]
struct Titled {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    title: String,
}

/// The prompts of a space by slug. Of those with the same one, the oldest has it, the next `-2`, and so on.
fn names(conn: &mut Conn, space: SpaceId) -> Result<Names, StoreError> {
    let rows: Vec<Titled> = Statement::new(
        "SELECT id, title FROM document WHERE space_id = ? AND shelf = 0 AND kind = 'prompt' ORDER BY created_at, id",
    )
    .bind(space.as_bytes())
    .load(conn)?;
    let mut names = Names::with_capacity(rows.len());
    let mut next: HashMap<String, u32> = HashMap::new();
    for row in rows {
        let Some(id) = DocId::from_slice(&row.id) else {
            continue;
        };
        let base = slug(&row.title);
        let count = next.entry(base.clone()).or_insert(1);
        let mut name = if *count == 1 {
            base.clone()
        } else {
            format!("{base}-{count}")
        };
        while names.contains_key(&name) {
            *count = count.saturating_add(1);
            name = format!("{base}-{count}");
        }
        *count = count.saturating_add(1);
        names.insert(name, id);
    }
    Ok(names)
}

impl Slugs {
    /// The prompt of a slug.
    ///
    /// # Errors
    /// The database's.
    pub fn find(
        &self,
        conn: &mut Conn,
        space: SpaceId,
        slug: &str,
    ) -> Result<Option<DocId>, StoreError> {
        let seq: Option<Seq> = Statement::new("SELECT seq FROM space WHERE id = ?")
            .bind(space.as_bytes())
            .first(conn)?;
        let seq = seq.map_or(0, |row| row.seq);
        if let Some((known, names)) = self.known.get(&space)
            && known == seq
        {
            return Ok(names.get(slug).copied());
        }
        let names = Arc::new(names(conn, space)?);
        let found = names.get(slug).copied();
        self.known.insert(space, (seq, names));
        Ok(found)
    }
}
