//! A library page by page, each document with its versions, as downloads take it: so many documents and so many bytes at a time, however
//! long a history is. Not the lists that people see.
//!
//! What a page holds is measured before any of it is read, and then read with as many queries for a hundred documents as for one. About twice
//! as many documents are measured as the page before took: where a page holds but one, a hundred are not measured for each.

use super::library::{self, Stored, doc_id, signed, unsigned};
use super::statement::Statement;
use super::versions;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::wire::Version;

/// What a version takes beside its texts, in bytes: a library of a great many short ones has a bound as well.
const BESIDE: u64 = 256;
/// Which versions of documents a download takes, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Histories {
    /// None.
    Nothing,
    /// Every text, oldest first; without sides of conflicts.
    Texts,
    /// All that is kept, newest first, sides of conflicts included.
    All,
}

impl Histories {
    /// The condition of those that are read, of versions `v`.
    pub(super) const fn only(self) -> &'static str {
        match self {
            Self::Texts => " AND NOT v.aside",
            Self::Nothing | Self::All => "",
        }
    }

    /// The direction in which revisions are read.
    pub(super) const fn direction(self) -> &'static str {
        match self {
            Self::All => " DESC",
            Self::Nothing | Self::Texts => "",
        }
    }
}

/// How large a page is at most.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Documents.
    pub documents: i64,
    /// Bytes of what documents and their versions hold. What is larger by itself is a page of its own: a document without its versions,
    /// or one version.
    pub bytes: u64,
    /// Versions of one document that are measured at a time.
    pub measured: i64,
}

impl Room {
    /// What one may be after one that took so many documents.
    fn after(self, took: i64) -> Self {
        Self {
            documents: took.saturating_mul(2).min(self.documents),
            ..self
        }
    }
}

/// How far a walk through a library is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Nothing was read.
    #[default]
    Begin,
    /// This document was read, and all before it.
    Behind {
        /// The document.
        doc: DocId,
        /// How many documents the page before took, one at least.
        took: i64,
    },
    /// This document was read, and not yet all of its versions.
    Inside {
        /// The document.
        doc: DocId,
        /// Those after this revision are left,
        after: u64,
        /// and not after this one.
        until: u64,
        /// Some were read.
        begun: bool,
    },
}

/// A document, or more of a history.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The document; `None` where a history goes on.
    pub document: Option<Stored>,
    /// Whether versions of the document are in pieces before.
    pub begun: bool,
    /// Its versions, or the next of them.
    pub versions: Vec<Version>,
    /// Whether no versions of the document follow.
    pub whole: bool,
}

/// A page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What is on it. Purged documents are not.
    pub pieces: Vec<Piece>,
    /// Where the next begins; `None` at the end.
    pub next: Option<Mark>,
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    own: i64,
    #[diesel(sql_type = BigInt)]
    held: i64,
}

impl Size {
    fn bytes(&self) -> u64 {
        unsigned(self.own).saturating_add(unsigned(self.held))
    }
}

#[derive(QueryableByName)]
struct VersionSize {
    #[diesel(sql_type = BigInt)]
    rev: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// The bytes of a version `v`. Both databases know lengths without reading what is long.
fn of_version() -> String {
    format!(
        "octet_length(v.text) + octet_length(v.title) + octet_length(v.note) + coalesce(octet_length(v.snapshot), 0) + {BESIDE}"
    )
}

/// How many of these fit together, one at least.
fn fitting(sizes: impl Iterator<Item = u64>, room: u64) -> usize {
    let mut sum = 0_u64;
    let fits = |(index, size): &(usize, u64)| {
        sum = sum.saturating_add(*size);
        *index == 0 || sum <= room
    };
    sizes.enumerate().take_while(fits).count()
}

/// The page at a mark.
///
/// # Errors
/// The database's.
pub fn read(
    conn: &mut Conn,
    space: SpaceId,
    mark: Mark,
    which: Histories,
    room: Room,
) -> Result<Page, StoreError> {
    match mark {
        Mark::Begin => documents(conn, space, None, which, room),
        Mark::Behind { doc, took } => documents(conn, space, Some(doc), which, room.after(took)),
        Mark::Inside {
            doc,
            after,
            until,
            begun,
        } => inside(conn, space, (doc, begun), (after, until), (which, room)),
    }
}

/// Documents after one, with their versions. One that is too large with its versions comes alone, and they follow in parts.
fn documents(
    conn: &mut Conn,
    space: SpaceId,
    after: Option<DocId>,
    which: Histories,
    room: Room,
) -> Result<Page, StoreError> {
    let sizes = sizes(conn, space, after, which, room.documents)?;
    let count = fitting(sizes.iter().map(Size::bytes), room.bytes);
    let taken = sizes.get(..count).unwrap_or_default();
    let Some(end) = taken.last() else {
        return Ok(Page::default());
    };
    let last = doc_id(&end.id)?;
    let apart = count == 1 && end.held > 0 && end.bytes() > room.bytes;
    let limit = i64::try_from(count).unwrap_or(room.documents);
    let stored = library::by_id(conn, space, after, limit)?;
    let mut histories = match apart {
        true => Default::default(),
        false => versions::between(conn, space, (after, last), which)?,
    };
    let living = stored.into_iter().filter(|it| !it.document.purged);
    let pieces: Vec<Piece> = living
        .map(|stored| Piece {
            versions: histories.remove(&stored.document.id).unwrap_or_default(),
            begun: false,
            whole: !apart,
            document: Some(stored),
        })
        .collect();
    let first = pieces.first().and_then(|piece| piece.document.as_ref());
    let next = match first {
        // Versions that are made meanwhile are not of the document as it was read.
        Some(stored) if apart => Mark::Inside {
            doc: last,
            after: 0,
            until: stored.document.rev,
            begun: false,
        },
        _ => Mark::Behind {
            doc: last,
            took: limit,
        },
    };
    Ok(Page {
        pieces,
        next: Some(next),
    })
}

/// What documents after one hold, and what those of their versions hold that are wanted.
fn sizes(
    conn: &mut Conn,
    space: SpaceId,
    after: Option<DocId>,
    which: Histories,
    limit: i64,
) -> Result<Vec<Size>, StoreError> {
    let held = match which {
        Histories::Nothing => "0".to_owned(),
        Histories::Texts | Histories::All => format!(
            "coalesce((SELECT sum({}) FROM document_version v WHERE v.space_id = d.space_id AND v.doc_id = d.id{}), 0)",
            of_version(),
            which.only()
        ),
    };
    Statement::new(&format!(
        "SELECT d.id, CAST(octet_length(d.body) + octet_length(d.state) AS BIGINT) AS own, CAST({held} AS BIGINT) AS held \
         FROM document d WHERE d.space_id = ? AND d.id > ? ORDER BY d.id LIMIT ?"
    ))
    .bind(space.as_bytes())
    .bind(after.map_or(Vec::new(), |id| id.as_bytes().to_vec()))
    .bind(limit)
    .load(conn)
}

/// The next part of a history.
fn inside(
    conn: &mut Conn,
    space: SpaceId,
    (doc, begun): (DocId, bool),
    (after, until): (u64, u64),
    (which, room): (Histories, Room),
) -> Result<Page, StoreError> {
    let (only, direction) = (which.only(), which.direction());
    let sizes: Vec<VersionSize> = Statement::new(&format!(
        "SELECT v.rev, CAST({} AS BIGINT) AS bytes FROM document_version v \
         WHERE v.space_id = ? AND v.doc_id = ? AND v.rev > ? AND v.rev <= ?{only} ORDER BY v.rev{direction} LIMIT ?",
        of_version()
    ))
    .bind(space.as_bytes())
    .bind(doc.as_bytes())
    .bind(signed(after))
    .bind(signed(until))
    .bind(room.measured)
    .load(conn)?;
    let count = fitting(sizes.iter().map(|it| unsigned(it.bytes)), room.bytes);
    let all = i64::try_from(sizes.len()).is_ok_and(|measured| measured < room.measured);
    let whole = all && count == sizes.len();
    let last = sizes.get(..count).and_then(<[_]>::last);
    let last = last.map(|it| unsigned(it.rev));
    let (taken, left) = match (last, which) {
        (None, _) => ((until, until), (until, until)),
        (Some(rev), Histories::All) => {
            let below = rev.saturating_sub(1);
            ((below, until), (after, below))
        }
        (Some(rev), _) => ((after, rev), (rev, until)),
    };
    let piece = Piece {
        document: None,
        begun,
        versions: versions::part(conn, space, doc, taken, which)?,
        whole,
    };
    let next = match whole {
        true => Mark::Behind { doc, took: 1 },
        false => Mark::Inside {
            doc,
            after: left.0,
            until: left.1,
            begun: true,
        },
    };
    Ok(Page {
        pieces: vec![piece],
        next: Some(next),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_taken_and_one_whatever_its_size() {
        let fit = |sizes: &[u64]| fitting(sizes.iter().copied(), 10);
        assert_eq!(fit(&[]), 0);
        assert_eq!(fit(&[11, 0]), 1);
        assert_eq!(fit(&[0, 11]), 1);
        assert_eq!(fit(&[4, 6, 1]), 2);
        assert_eq!(fit(&[u64::MAX, u64::MAX]), 1);
    }
}
