//! What handlers share: the store, the clock, randomness. Not global: each server has its own.

use crate::platform::{Clock, Random, random};
use crate::store::Store;
use krowoc_shared::ids::Millis;
use std::sync::Arc;

/// The state of one server.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub store: Store,
    /// Wall time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub random: Arc<dyn Random>,
}

impl AppState {
    /// Now, in milliseconds.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Ten random bytes, as an id is minted from.
    #[must_use]
    pub fn entropy(&self) -> [u8; 10] {
        random(self.random.as_ref())
    }
}
