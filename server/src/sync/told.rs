//! What the audit log of a team is told of a batch: versions that everybody reads from now on. Not the log itself.

use super::push::Batch;
use crate::store::team_events::{self, NewEvent};
use crate::store::{StoreError, Tx, publications};
use krowoc_shared::access::wire::Deed;
use krowoc_shared::ids::DocId;

/// Writes a line for each version that was published of a prompt which is public, or will be once it is out of the archive and the trash.
/// The space is taken already, so that lines are numbered in order.
///
/// # Errors
/// The database's.
pub(super) fn published(
    tx: &mut Tx<'_>,
    batch: &Batch,
    documents: &[DocId],
) -> Result<(), StoreError> {
    let Some(member) = batch.member else {
        return Ok(());
    };
    for document in documents {
        let public = publications::of_document(tx, batch.space, *document)?;
        let Some(public) = public.filter(|it| it.withdrawn_at.is_none()) else {
            continue;
        };
        let event = NewEvent {
            team: batch.space,
            at: batch.now,
            deed: Deed::Republished,
            by: Some(member),
            on: None,
            email: None,
            role: None,
            role_before: None,
            name: Some(public.slug),
            correlation_id: batch.correlation_id.clone(),
        };
        team_events::add(tx, &event)?;
    }
    Ok(())
}
