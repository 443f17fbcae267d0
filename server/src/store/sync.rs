//! Where a space stands, and its past epochs. Not the decisions about operations: those are in `shared::sync`.

use super::library::{LIBRARY, TRASH, shelf, signed, unsigned};
use super::statement::Statement;
use super::{Conn, StoreError};
use crate::both;
use crate::store::members::Membership;
use crate::store::schema::library::space_stand;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::ids::SpaceId;
use krowoc_shared::library::document::{Document, Kind};
use krowoc_shared::library::quota::Tier;
use krowoc_shared::sync::checksum::Checksum;
use krowoc_shared::sync::wire::{PastEpoch, SpaceState};

/// The row of a space that every write of its documents moves: taken first, it puts writers in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The space.
    pub space: SpaceId,
    /// Its name.
    pub name: String,
    /// Its epoch.
    pub epoch: String,
    /// Its sequence number.
    pub seq: u64,
    /// Cursors below it must read everything again.
    pub purge_floor: u64,
    /// Rolling checksum of its documents.
    pub checksum: Checksum,
    /// Prompts, snippets and collections in the library, documents in the trash, documents with a conflict.
    pub tally: Tally,
    /// The tier that an operator set; of a team it says nothing: see [`tier`].
    pub tier: Option<Tier>,
}

/// How many documents a space has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Prompts in the library.
    pub prompts: i64,
    /// Snippets in the library.
    pub snippets: i64,
    /// Collections in the library.
    pub collections: i64,
    /// Documents in the trash.
    pub trash: i64,
    /// Documents in the library with a conflict.
    pub conflicts: i64,
}

impl Tally {
    /// Counts a document in (`by` = 1) or out (`by` = -1).
    pub fn count(&mut self, document: &Document, by: i64) {
        let place = match (shelf(document), document.kind) {
            (LIBRARY, Kind::Prompt) => &mut self.prompts,
            (LIBRARY, Kind::Snippet) => &mut self.snippets,
            (LIBRARY, Kind::Collection) => &mut self.collections,
            (TRASH, _) => &mut self.trash,
            _ => return,
        };
        *place = place.saturating_add(by);
        if shelf(document) == LIBRARY && !document.conflicts.is_empty() {
            self.conflicts = self.conflicts.saturating_add(by);
        }
    }

    /// Documents of a list without filters; `None` when it is not counted here.
    #[must_use]
    pub fn total(&self, shelf: i16, kind: Option<Kind>) -> Option<i64> {
        match (shelf, kind) {
            (LIBRARY, Some(Kind::Prompt)) => Some(self.prompts),
            (LIBRARY, Some(Kind::Snippet)) => Some(self.snippets),
            (LIBRARY, Some(Kind::Collection)) => Some(self.collections),
            (LIBRARY, None) => Some(
                self.prompts
                    .saturating_add(self.snippets)
                    .saturating_add(self.collections),
            ),
            (TRASH, None) => Some(self.trash),
            _ => None,
        }
    }
}

impl Stand {
    /// Replaces a document by what became of it.
    pub fn replace(&mut self, before: Option<&Document>, after: &Document) {
        if let Some(before) = before {
            self.tally.count(before, -1);
            self.checksum = self.checksum.without(before);
        }
        self.tally.count(after, 1);
        self.checksum = self.checksum.with(after);
        self.seq = self.seq.max(after.rev);
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = space_stand)]
struct Row {
    id: Vec<u8>,
    name: String,
    epoch: String,
    seq: i64,
    purge_floor: i64,
    checksum: String,
    prompts: i64,
    snippets: i64,
    collections: i64,
    trash: i64,
    conflicts: i64,
    tier: Option<String>,
}

impl Row {
    fn stand(self) -> Result<Stand, StoreError> {
        let fault =
            |what: &str| StoreError::Fault(format!("a stored space is not readable: {what}"));
        let checksum = match self.checksum.as_str() {
            "" => Checksum::default(),
            text => text.parse().map_err(|_| fault("checksum"))?,
        };
        Ok(Stand {
            space: SpaceId::from_slice(&self.id).ok_or_else(|| fault("id"))?,
            name: self.name,
            epoch: self.epoch,
            seq: unsigned(self.seq),
            purge_floor: unsigned(self.purge_floor),
            checksum,
            tally: Tally {
                prompts: self.prompts,
                snippets: self.snippets,
                collections: self.collections,
                trash: self.trash,
                conflicts: self.conflicts,
            },
            tier: self.tier.as_deref().and_then(Tier::parse),
        })
    }
}

/// Where a space stands.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn stand(conn: &mut Conn, space: SpaceId) -> Result<Stand, StoreError> {
    both!(conn, |c| space_stand::table
        .filter(space_stand::id.eq(space.as_bytes().as_slice()))
        .select(Row::as_select())
        .first(c))?
    .stand()
}

/// Takes the space's row for this transaction: other writers of the space wait until its end. On SQLite there is one writer.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn take(conn: &mut Conn, space: SpaceId) -> Result<Stand, StoreError> {
    match conn {
        Conn::Sqlite(_) => stand(conn, space),
        Conn::Postgres(c) => space_stand::table
            .filter(space_stand::id.eq(space.as_bytes().as_slice()))
            .for_update()
            .select(Row::as_select())
            .first(c)
            .map_err(StoreError::from)
            .and_then(Row::stand),
    }
}

/// Writes where a taken space stands now.
///
/// # Errors
/// The database's.
pub fn put(conn: &mut Conn, stand: &Stand) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE space SET seq = ?, purge_floor = ?, checksum = ?, prompts = ?, snippets = ?, collections = ?, \
         trash = ?, conflicts = ? WHERE id = ?",
    )
    .bind(signed(stand.seq))
    .bind(signed(stand.purge_floor))
    .bind(stand.checksum.to_string())
    .bind(stand.tally.prompts)
    .bind(stand.tally.snippets)
    .bind(stand.tally.collections)
    .bind(stand.tally.trash)
    .bind(stand.tally.conflicts)
    .bind(stand.space.as_bytes())
    .execute(conn)?;
    Ok(())
}

/// Sets the tier of an account, by its own space.
///
/// # Errors
/// The database's.
pub fn set_tier(conn: &mut Conn, space: SpaceId, tier: Tier) -> Result<(), StoreError> {
    Statement::new("UPDATE space SET tier = ? WHERE id = ?")
        .bind(tier.as_str())
        .bind(space.as_bytes())
        .execute(conn)?;
    Ok(())
}

/// The tier of a space; `usual` holds where none was given.
///
/// # Errors
/// The database's.
pub fn tier(conn: &mut Conn, stand: &Stand, team: bool, usual: Tier) -> Result<Tier, StoreError> {
    match team {
        true => team_tier(conn, stand.space, usual),
        false => Ok(stand.tier.unwrap_or(usual)),
    }
}

/// The tier of a team: the highest of its owners', of whom one that was given none has the usual one.
fn team_tier(conn: &mut Conn, team: SpaceId, usual: Tier) -> Result<Tier, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        tier: Option<String>,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT s.tier FROM space_member m JOIN space_member o ON o.account_id = m.account_id \
         JOIN space s ON s.id = o.space_id AND s.kind = 'personal' WHERE m.space_id = ? AND m.role = 'owner'",
    )
    .bind(team.as_bytes())
    .load(conn)?;
    let tier = |row: &Row| row.tier.as_deref().and_then(Tier::parse).unwrap_or(usual);
    Ok(rows.iter().map(tier).max().unwrap_or(usual))
}

#[derive(QueryableByName)]
struct PastRow {
    #[diesel(sql_type = Text)]
    epoch: String,
    #[diesel(sql_type = BigInt)]
    until: i64,
}

/// A space as this member sees it. `usual` is the tier where none was given.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn state(
    conn: &mut Conn,
    membership: Membership,
    usual: Tier,
) -> Result<SpaceState, StoreError> {
    let space = membership.space;
    let stand = stand(conn, space)?;
    let tier = tier(conn, &stand, membership.team, usual)?;
    let past: Vec<PastRow> = Statement::new(
        "SELECT epoch, until FROM space_epoch WHERE space_id = ? ORDER BY until, epoch",
    )
    .bind(space.as_bytes())
    .load(conn)?;
    let past = past.into_iter().map(|row| PastEpoch {
        epoch: row.epoch,
        until: unsigned(row.until),
    });
    Ok(SpaceState {
        space,
        name: stand.name,
        team: membership.team,
        role: membership.role,
        epoch: stand.epoch,
        seq: stand.seq,
        prompt_limit: tier.prompts(),
        past: past.collect(),
    })
}

/// Ends the present epoch of every space, before a new one is given: revisions up to here stay known by its name.
///
/// # Errors
/// The database's.
pub fn end_epochs(conn: &mut Conn) -> Result<(), StoreError> {
    let sql = [
        "UPDATE space_epoch SET until = (SELECT seq FROM space WHERE space.id = space_epoch.space_id) \
         WHERE until > (SELECT seq FROM space WHERE space.id = space_epoch.space_id)",
        "INSERT INTO space_epoch (space_id, epoch, until) SELECT id, epoch, seq FROM space",
    ];
    for sql in sql {
        Statement::new(sql).execute(conn)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct SeqRow {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// The sequence numbers of these spaces; unknown ones are left out.
///
/// # Errors
/// The database's.
pub fn seqs(conn: &mut Conn, spaces: &[SpaceId]) -> Result<Vec<(SpaceId, u64)>, StoreError> {
    let mut found = Vec::new();
    for chunk in spaces.chunks(100) {
        let places = vec!["?"; chunk.len()].join(", ");
        let mut statement =
            Statement::new(&format!("SELECT id, seq FROM space WHERE id IN ({places})")).once();
        for space in chunk {
            statement = statement.bind(space.as_bytes());
        }
        let rows: Vec<SeqRow> = statement.load(conn)?;
        let pair = |row: SeqRow| Some((SpaceId::from_slice(&row.id)?, unsigned(row.seq)));
        found.extend(rows.into_iter().filter_map(pair));
    }
    Ok(found)
}
