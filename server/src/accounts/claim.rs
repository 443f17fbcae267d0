//! What a provider says of somebody, from when it counts: once they are in, the identity is added or brought up to date. Until then it is
//! kept beside the sign-in that waits for its second step. Not whose identity it is.

use super::mailing::{Errand, Post};
use super::pictures::{self, Wanted};
use crate::store::identities::{self, Attempt, NewIdentity};
use crate::store::sessions::Hash;
use crate::store::{StoreError, Tx, profiles};
use krowoc_shared::ids::{IdentityId, Millis, UserId};
use serde::{Deserialize, Serialize};

/// Who somebody is elsewhere.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
    /// The picture that the provider names.
    #[serde(default)]
    pub picture: Option<Wanted>,
}

/// An identity by which somebody asks to be let in.
#[derive(Serialize, Deserialize)]
pub(super) struct Claim {
    pub provider: String,
    pub who: Waiting,
    /// It is added under this id; `None` when it is the account's already.
    pub new: Option<IdentityId>,
}

impl Claim {
    /// Keeps it for the sign-in between its steps that has this hash.
    ///
    /// # Errors
    /// The store's.
    pub fn hold(
        &self,
        tx: &mut Tx<'_>,
        hash: &Hash,
        user: UserId,
        (now, expires_at): (Millis, Millis),
    ) -> Result<(), StoreError> {
        let text =
            serde_json::to_string(self).map_err(|error| StoreError::Fault(error.to_string()))?;
        let held = Attempt {
            provider: self.provider.clone(),
            user: Some(user),
            session: None,
            identity: Some(text),
            expires_at,
        };
        identities::begin(tx, hash, &held, now)
    }

    /// Takes what was kept for a sign-in of an account; `None` when it came by a password alone.
    ///
    /// # Errors
    /// The store's.
    pub fn held(
        tx: &mut Tx<'_>,
        hash: &Hash,
        user: UserId,
        now: Millis,
    ) -> Result<Option<Self>, StoreError> {
        let found = identities::attempt(tx, hash, now)?.filter(|it| it.user == Some(user));
        let Some(text) = found.and_then(|it| it.identity) else {
            return Ok(None);
        };
        identities::spend(tx, hash)?;
        let claim =
            serde_json::from_str(&text).map_err(|error| StoreError::Fault(error.to_string()))?;
        Ok(Some(claim))
    }

    /// Makes it count, for whoever is let into the account in the same transaction; false when it is another's, or was removed meanwhile.
    /// A mail tells of an identity that was added.
    ///
    /// # Errors
    /// The store's.
    pub fn settle(
        &self,
        tx: &mut Tx<'_>,
        user: UserId,
        (now, post): (Millis, Post),
    ) -> Result<bool, StoreError> {
        let owner = identities::owner(tx, &self.who.issuer, &self.who.subject)?;
        match (owner, self.new) {
            (Some(owner), _) if owner == user => {
                sync(tx, (user, &self.provider), &self.who, now)?;
            }
            (None, Some(id)) => {
                add(tx, (id, user, &self.provider), &self.who, now)?;
                let email = profiles::get(tx, user)?.email;
                let provider = self.provider.clone();
                post.put(tx, Errand::WayAdded { email, provider })?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Adds an identity to an account.
pub(super) fn add(
    tx: &mut Tx<'_>,
    (id, user, provider): (IdentityId, UserId, &str),
    who: &Waiting,
    now: Millis,
) -> Result<(), StoreError> {
    let new = NewIdentity {
        id,
        user,
        provider,
        issuer: &who.issuer,
        subject: &who.subject,
        email: who.email.as_deref(),
        name: who.name.as_deref(),
        at: now,
    };
    identities::add(tx, &new)?;
    profile(tx, (user, provider), who, now)
}

/// Brings what is known of an identity of an account up to date.
pub(super) fn sync(
    tx: &mut Tx<'_>,
    (user, provider): (UserId, &str),
    who: &Waiting,
    now: Millis,
) -> Result<(), StoreError> {
    let (email, name) = (who.email.as_deref(), who.name.as_deref());
    let identity = (who.issuer.as_str(), who.subject.as_str());
    identities::used(tx, identity, provider, (email, name), now)?;
    profile(tx, (user, provider), who, now)
}

/// What the provider says of somebody becomes part of their profile: the name, that their address is theirs when it is the same, and the
/// picture, which is fetched afterwards.
fn profile(
    tx: &mut Tx<'_>,
    (user, provider): (UserId, &str),
    who: &Waiting,
    now: Millis,
) -> Result<(), StoreError> {
    if let Some(wanted) = &who.picture {
        pictures::want(tx, (user, provider), wanted, now)?;
    }
    if let Some(name) = &who.name {
        profiles::set_name(tx, user, Some(name))?;
    }
    let same = who.email.as_deref() == Some(profiles::get(tx, user)?.email.as_str());
    if same && who.email_verified {
        profiles::set_verified(tx, user, now)?;
    }
    Ok(())
}
