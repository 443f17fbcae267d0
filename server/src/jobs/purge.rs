//! Purges documents that were in the trash for 90 days: the content goes, the fact of the deletion stays for other devices. Not a
//! person's delete: that only moves to the trash.

use crate::app::AppState;
use crate::store::derived::Derived;
use crate::store::library::{self, PURGED, TRASH};
use crate::store::writing::{Writing, save};
use crate::store::{Conn, Event, StoreError, Tx, publications, sync, versions};
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{DocId, Millis, SpaceId};
use krowoc_shared::library::limits;
use krowoc_shared::sync::server::purge;
use krowoc_shared::sync::wire::Hint;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A day in milliseconds.
const DAY: Millis = 86_400_000;
/// Days after its deletion until a tombstone is dropped; a device that was away for longer reads everything again.
const TOMBSTONE_DAYS: i64 = 365;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Documents purged.
    pub purged: u64,
    /// Tombstones dropped.
    pub dropped: u64,
}

/// Empties every trash of what is due now, a hundred documents a transaction.
///
/// # Errors
/// The store's; what was done before stays done.
pub async fn run(state: &AppState) -> Result<Done, StoreError> {
    let now = state.now();
    let mut done = Done::default();
    let before = |days: i64| now.saturating_sub(days.saturating_mul(DAY));
    let steps = [
        (TRASH, before(limits::TRASH_DAYS)),
        (PURGED, before(TOMBSTONE_DAYS)),
    ];
    for (shelf, until) in steps {
        loop {
            let due = state
                .store
                .read(move |conn: &mut Conn| library::deleted_until(conn, shelf, until))
                .await?;
            if due.is_empty() {
                break;
            }
            let mut spaces: BTreeMap<SpaceId, Vec<DocId>> = BTreeMap::new();
            for (space, id) in due {
                spaces.entry(space).or_default().push(id);
            }
            let mut changed = 0_u64;
            for (space, ids) in spaces {
                let count = state
                    .store
                    .write_again(move |tx: &mut Tx<'_>| empty(tx, space, &ids, shelf, until))
                    .await?;
                changed = changed.saturating_add(count);
            }
            match shelf {
                TRASH => done.purged = done.purged.saturating_add(changed),
                _ => done.dropped = done.dropped.saturating_add(changed),
            }
            if changed == 0 {
                break;
            }
        }
    }
    Ok(done)
}

fn empty(
    tx: &mut Tx<'_>,
    space: SpaceId,
    ids: &[DocId],
    shelf: i16,
    until: Millis,
) -> Result<u64, StoreError> {
    let mut stand = sync::take(tx, space)?;
    let mut changed = 0_u64;
    for stored in library::find(tx, space, ids)?.into_values() {
        // Read before the space was taken: it may have been restored meanwhile.
        let due = library::shelf(&stored.document) == shelf
            && library::deleted_at(&stored.document).is_some_and(|at| at <= until);
        if !due {
            continue;
        }
        changed = changed.saturating_add(1);
        if shelf == PURGED {
            library::drop_row(tx, stored.row_id)?;
            stand.purge_floor = stand.purge_floor.max(stored.document.rev);
            continue;
        }
        let tombstone = purge(&stored.document, stand.seq.saturating_add(1));
        let writing = Writing {
            space,
            document: &tombstone,
            derived: Cow::Owned(Derived::of(&tombstone)?),
            before: Some(&stored),
            versions: 0,
            hlc: Hlc::default(),
        };
        save(tx, &[writing])?;
        // After the document: until it is purged the database keeps what was published.
        versions::forget(tx, space, tombstone.id)?;
        publications::forget(tx, stored.row_id)?;
        stand.replace(Some(&stored.document), &tombstone);
    }
    if changed > 0 {
        sync::put(tx, &stand)?;
        tx.after_commit(Event::Hint(Hint {
            space,
            seq: stand.seq,
        }));
    }
    Ok(changed)
}
