//! Personal access tokens that were read within the last minute: a call need not read its own again. Not whether they hold still: that is
//! asked in the transaction that acts on them, see [`super::actor::Recent`].

use super::actor::Actor;
use crate::store::sessions::Hash;
use krowoc_shared::ids::Millis;
use std::sync::Arc;

/// How many are remembered.
const MOST: u64 = 10_000;

/// Who asks with which token. Clones share it.
#[derive(Clone)]
pub struct Tokens {
    known: moka::sync::Cache<Hash, Arc<Known>>,
}

struct Known {
    actor: Actor,
    until: Millis,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            known: moka::sync::Cache::new(MOST),
        }
    }
}

impl Tokens {
    /// Who asks with this token, when it was read lately and had not run out.
    pub(super) fn find(&self, hash: &Hash, now: Millis) -> Option<Actor> {
        let known = self.known.get(hash)?;
        (now < known.until).then(|| known.actor.clone())
    }

    /// Remembers who asks with this token, until it runs out or its next use is to be noted.
    pub(super) fn remember(&self, hash: Hash, actor: &Actor, noted_until: Millis) {
        let until = noted_until.min(actor.expires_at);
        let actor = actor.clone();
        self.known.insert(hash, Arc::new(Known { actor, until }));
    }
}
