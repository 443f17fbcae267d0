//! Prompts by the slugs that were chosen for them, or else by those of their titles. Not the titles' own index: slugs are few, and read anew when the space has changed.

use super::statement::Statement;
use super::{Conn, StoreError, versions};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::wire::META_SLUG;
use krowoc_shared::text::slug;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

/// Spaces whose slugs are remembered.
const SPACES: u64 = 1_000;

/// The prompts of a space by slug, and the slugs by prompt.
#[derive(Debug, Default)]
pub struct Names {
    by_slug: BTreeMap<Arc<str>, DocId>,
    by_id: HashMap<DocId, Arc<str>>,
    /// Those in the archive: they are not offered, and their names still work.
    archived: HashSet<DocId>,
}

impl Names {
    fn put(&mut self, slug: String, id: DocId) {
        let slug: Arc<str> = slug.into();
        self.by_slug.insert(Arc::clone(&slug), id);
        self.by_id.insert(id, slug);
    }

    /// The prompt of a slug.
    #[must_use]
    pub fn find(&self, slug: &str) -> Option<DocId> {
        self.by_slug.get(slug).copied()
    }

    /// The slug of a prompt.
    #[must_use]
    pub fn slug_of(&self, id: DocId) -> Option<&str> {
        self.by_id.get(&id).map(AsRef::as_ref)
    }

    /// Whether a prompt lies in the archive.
    #[must_use]
    pub fn is_archived(&self, id: DocId) -> bool {
        self.archived.contains(&id)
    }

    /// The prompts after a slug, or all, in the order of the slugs.
    pub fn after(&self, slug: Option<&str>) -> impl Iterator<Item = (&str, DocId)> {
        let from = slug.map_or(Bound::Unbounded, Bound::Excluded);
        let range = self.by_slug.range::<str, _>((from, Bound::Unbounded));
        range.map(|(slug, id)| (slug.as_ref(), *id))
    }
}

/// A version of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtVersion {
    /// Which of its texts, counted from 1.
    pub number: u64,
    /// The revision of that text.
    pub rev: u64,
}

/// What a written name means: `slug`, `slug@3`, `slug@published`, or a document's id in the place of the slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A document, and the version when one was named. An id may be anybody's: the document is looked up in the space.
    Found {
        /// The document.
        id: DocId,
        /// The version.
        rev: Option<AtVersion>,
    },
    /// No prompt has this slug.
    NoPrompt,
    /// The prompt has no version of this number.
    NoVersion(u64),
    /// No version of the prompt is published.
    NotPublished,
    /// What stands after `@` is no number, and not `published` either.
    NotANumber,
}

/// What stands after a name.
enum Wanted {
    Current,
    Number(u64),
    Published,
}

impl Wanted {
    fn parse(text: Option<&str>) -> Option<Self> {
        match text {
            None => Some(Self::Current),
            Some("published") => Some(Self::Published),
            Some(number) => number.parse().ok().map(Self::Number),
        }
    }
}

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
    #[diesel(sql_type = Nullable<Text>)]
    chosen: Option<String>,
    #[diesel(sql_type = Bool)]
    archived: bool,
}

/// The prompts of a space by slug. One that was chosen goes before one that follows from a title; of those with the same one, the oldest has
/// it, the next `-2`, and so on.
fn names(conn: &mut Conn, space: SpaceId) -> Result<Names, StoreError> {
    let rows: Vec<Titled> = Statement::new(
        "SELECT d.id, d.title, m.value AS chosen, (d.status = 2) AS archived FROM document d \
         LEFT JOIN document_meta m ON m.row_id = d.row_id AND m.name = ? \
         WHERE d.space_id = ? AND d.shelf = 0 AND d.kind = 'prompt' ORDER BY (m.value IS NULL), d.created_at, d.id",
    )
    .bind(META_SLUG)
    .bind(space.as_bytes())
    .load(conn)?;
    let mut names = Names::default();
    let mut next: HashMap<String, u32> = HashMap::new();
    for row in rows {
        let Some(id) = DocId::from_slice(&row.id) else {
            continue;
        };
        let base = slug(row.chosen.as_deref().unwrap_or(&row.title));
        let count = next.entry(base.clone()).or_insert(1);
        let mut name = if *count == 1 {
            base.clone()
        } else {
            format!("{base}-{count}")
        };
        while names.find(&name).is_some() {
            *count = count.saturating_add(1);
            name = format!("{base}-{count}");
        }
        *count = count.saturating_add(1);
        names.put(name, id);
        if row.archived {
            names.archived.insert(id);
        }
    }
    Ok(names)
}

/// Whether a library has a document of this id.
///
/// # Errors
/// The database's.
pub fn holds(conn: &mut Conn, space: SpaceId, id: DocId) -> Result<bool, StoreError> {
    let found: Option<Seq> =
        Statement::new("SELECT rev AS seq FROM document WHERE space_id = ? AND id = ?")
            .bind(space.as_bytes())
            .bind(id.as_bytes())
            .first(conn)?;
    Ok(found.is_some())
}

impl Slugs {
    /// The prompts of a space.
    ///
    /// # Errors
    /// The database's.
    pub fn of(&self, conn: &mut Conn, space: SpaceId) -> Result<Arc<Names>, StoreError> {
        let seq: Option<Seq> = Statement::new("SELECT seq FROM space WHERE id = ?")
            .bind(space.as_bytes())
            .first(conn)?;
        let seq = seq.map_or(0, |row| row.seq);
        if let Some((known, names)) = self.known.get(&space)
            && known == seq
        {
            return Ok(names);
        }
        let names = Arc::new(names(conn, space)?);
        self.known.insert(space, (seq, Arc::clone(&names)));
        Ok(names)
    }

    /// What a written name means in the first of these libraries that knows it, and which one that is. So one's own prompt goes before a
    /// team's with the same slug, and an older team's before a younger one's; the id of a prompt names it in any case.
    ///
    /// # Errors
    /// The database's.
    pub fn anywhere(
        &self,
        conn: &mut Conn,
        spaces: &[SpaceId],
        text: &str,
    ) -> Result<Option<(SpaceId, Named)>, StoreError> {
        let name = text.split_once('@').map_or(text, |(name, _)| name);
        let id = name.parse::<DocId>().ok();
        for space in spaces {
            let here = match id {
                Some(id) => holds(conn, *space, id)?,
                None => true,
            };
            let named = self.named(conn, *space, text)?;
            if here && named != Named::NoPrompt {
                return Ok(Some((*space, named)));
            }
        }
        Ok(None)
    }

    /// Every prompt of these libraries that is not in the archive, with the shortest name that means it: its slug, or its id where the slug
    /// means another's.
    ///
    /// # Errors
    /// The database's.
    pub fn offered(
        &self,
        conn: &mut Conn,
        spaces: &[SpaceId],
    ) -> Result<BTreeMap<String, SpaceId>, StoreError> {
        let mut offered = BTreeMap::new();
        let mut taken: HashSet<String> = HashSet::new();
        for space in spaces {
            let names = self.of(conn, *space)?;
            for (slug, id) in names.after(None) {
                // Also one in the archive keeps its slug for itself.
                let first = taken.insert(slug.to_owned());
                if !names.is_archived(id) {
                    let name = if first {
                        slug.to_owned()
                    } else {
                        id.to_string()
                    };
                    offered.insert(name, *space);
                }
            }
        }
        Ok(offered)
    }

    /// What a written name means.
    ///
    /// # Errors
    /// The database's.
    pub fn named(&self, conn: &mut Conn, space: SpaceId, text: &str) -> Result<Named, StoreError> {
        let (name, rest) = match text.split_once('@') {
            None => (text, None),
            Some((name, rest)) => (name, Some(rest)),
        };
        let Some(wanted) = Wanted::parse(rest) else {
            return Ok(Named::NotANumber);
        };
        let id = match name.parse::<DocId>() {
            Ok(id) => Some(id),
            Err(_) => self.of(conn, space)?.find(name),
        };
        let Some(id) = id else {
            return Ok(Named::NoPrompt);
        };
        let found = |number, rev| Named::Found {
            id,
            rev: Some(AtVersion { number, rev }),
        };
        Ok(match wanted {
            Wanted::Current => Named::Found { id, rev: None },
            Wanted::Number(number) => versions::rev_of(conn, space, id, number)?
                .map_or(Named::NoVersion(number), |rev| found(number, rev)),
            Wanted::Published => versions::published(conn, space, id)?
                .map_or(Named::NotPublished, |(number, rev)| found(number, rev)),
        })
    }
}
