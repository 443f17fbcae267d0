//! Forgets what operations came to once no device can repeat them: an operation that is not known and older than
//! [`server::REPEAT_DAYS`] is refused. Not the documents' own history.

use crate::app::AppState;
use crate::store::{Conn, StoreError, Tx, results};
use krowoc_shared::ids::{Millis, SpaceId};
use krowoc_shared::sync::server;

/// A day in milliseconds.
const DAY: Millis = 86_400_000;

/// Forgets the results of all spaces that are due now, a thousand a transaction; gives how many.
///
/// # Errors
/// The store's; what was done before stays done.
pub async fn run(state: &AppState) -> Result<u64, StoreError> {
    let until = state
        .now()
        .saturating_sub(server::RESULT_DAYS.saturating_mul(DAY));
    let mut forgotten = 0_u64;
    let mut after = None;
    loop {
        let spaces = state
            .store
            .read(move |conn: &mut Conn| results::spaces(conn, after))
            .await?;
        let Some(last) = spaces.last().copied() else {
            return Ok(forgotten);
        };
        after = Some(last);
        for space in spaces {
            forgotten = forgotten.saturating_add(of_space(state, space, until).await?);
        }
    }
}

async fn of_space(state: &AppState, space: SpaceId, until: Millis) -> Result<u64, StoreError> {
    let mut forgotten = 0_u64;
    loop {
        let due = state
            .store
            .read(move |conn: &mut Conn| results::is_due(conn, space, until))
            .await?;
        if !due {
            return Ok(forgotten);
        }
        let count = state
            .store
            .write_again(move |tx: &mut Tx<'_>| results::forget(tx, space, until))
            .await?;
        if count == 0 {
            return Ok(forgotten);
        }
        forgotten = forgotten.saturating_add(u64::try_from(count).unwrap_or(0));
    }
}
