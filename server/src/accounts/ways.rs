//! What lets an owner in on this server as it is set up: their password, providers that it believes, passkeys of its name. Not the doors.

use super::passkeys::party;
use super::passwords;
use crate::app::AppState;
use crate::oidc::Federation;
use crate::store::identities::{self, Identity};
use crate::store::passkeys::{self, Kept};
use crate::store::profiles::Profile;
use crate::store::{Conn, StoreError};
use krowoc_shared::accounts::passkeys::PasskeyView;
use krowoc_shared::accounts::people::IdentityView;
use krowoc_shared::ids::UserId;
use std::sync::Arc;

/// This server, as far as ways in depend on it.
#[derive(Clone)]
pub(super) struct Here {
    /// The name that passkeys are bound to; `None` where none can be taken.
    name: Option<String>,
    federation: Arc<Federation>,
}

/// Whether a password lets the owner in.
pub(super) fn has_password(profile: &Profile) -> bool {
    passwords::is_set(&profile.password_hash)
}

impl Here {
    /// As it is set up.
    pub fn of(state: &AppState) -> Self {
        Self {
            name: party(&state.config).map(|party| party.id),
            federation: Arc::clone(&state.federation),
        }
    }

    /// Whether it can take passkeys.
    pub const fn takes_passkeys(&self) -> bool {
        self.name.is_some()
    }

    /// Whether a passkey is of this name. One that was made before names were kept may be.
    fn own(&self, rp_id: &str) -> bool {
        rp_id.is_empty() || self.name.as_deref() == Some(rp_id)
    }

    /// A passkey as its owner sees it.
    pub fn passkey(&self, kept: Kept) -> PasskeyView {
        let foreign = !self.own(&kept.rp_id);
        PasskeyView {
            id: kept.id,
            name: kept.name,
            created_at: kept.created_at,
            used_at: kept.used_at,
            made_for: foreign.then_some(kept.rp_id),
        }
    }

    /// An identity as its owner sees it.
    pub fn identity(&self, it: Identity) -> IdentityView {
        IdentityView {
            lets_in: self.federation.believes(&it.issuer),
            id: it.id,
            provider: it.provider,
            email: it.email,
            name: it.name,
            created_at: it.created_at,
            used_at: it.used_at,
        }
    }

    /// How many ways in an account has.
    ///
    /// # Errors
    /// The store's.
    pub fn ways_in(
        &self,
        conn: &mut Conn,
        user: UserId,
        profile: &Profile,
    ) -> Result<usize, StoreError> {
        let identities = identities::list(conn, user)?.into_iter();
        let providers = identities.filter(|it| self.federation.believes(&it.issuer));
        let ways = usize::from(has_password(profile)).saturating_add(providers.count());
        Ok(ways.saturating_add(self.still_in(conn, user)?.len()))
    }

    /// What the passkeys of an account are called that sign in here: another password leaves them, so that its mail names them.
    ///
    /// # Errors
    /// The store's.
    pub fn still_in(&self, conn: &mut Conn, user: UserId) -> Result<Vec<String>, StoreError> {
        if !self.takes_passkeys() {
            return Ok(Vec::new());
        }
        let all = passkeys::list(conn, user)?.into_iter();
        let own = all.filter(|it| self.own(&it.rp_id));
        Ok(own.map(|it| it.name).collect())
    }
}
