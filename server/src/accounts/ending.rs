//! Ends what lets somebody in: sessions, devices, personal access tokens, all of an account at once. Not one of them: that is each one's
//! own route.

use crate::store::{Event, StoreError, Tx, devices, identities, pending, sessions, tokens};
use krowoc_shared::ids::{Millis, SessionId, UserId};

/// Ends a session; false when there is none.
pub(super) fn session(tx: &mut Tx<'_>, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    let ended = sessions::end(tx, user, id)?;
    if ended {
        tx.after_commit(Event::Revoked(*id.as_bytes()));
    }
    Ok(ended)
}

/// Ends all sessions but one, the sign-ins whose first step is done, and the providers that are being added: what began them was another
/// time's.
pub(super) fn all_sessions(
    tx: &mut Tx<'_>,
    user: UserId,
    but: Option<SessionId>,
) -> Result<(), StoreError> {
    for id in sessions::ids(tx, user)? {
        if Some(id) != but {
            session(tx, user, id)?;
        }
    }
    identities::forget_attempts(tx, user)?;
    pending::forget(tx, user)
}

/// Disconnects all devices.
pub(super) fn all_devices(tx: &mut Tx<'_>, user: UserId, now: Millis) -> Result<(), StoreError> {
    for row in devices::list(tx, user)? {
        devices::revoke(tx, user, row.id, now)?;
        tx.after_commit(Event::Revoked(*row.id.as_bytes()));
    }
    Ok(())
}

/// Revokes all personal access tokens.
pub(super) fn all_tokens(tx: &mut Tx<'_>, user: UserId, now: Millis) -> Result<(), StoreError> {
    for view in tokens::list(tx, user)? {
        tokens::revoke(tx, user, view.id, now)?;
        tx.after_commit(Event::Revoked(*view.id.as_bytes()));
    }
    Ok(())
}
