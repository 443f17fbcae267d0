//! What handlers share: the store, the clock, randomness, configuration. Not global: each server has its own.

use crate::accounts::passwords::Hasher;
use crate::aside::Aside;
use crate::config::Config;
use crate::executions::Direct;
use crate::executions::gateway::Gateway;
use crate::graphql::Door;
use crate::leaderboard::Public;
use crate::mail::Mailer;
use crate::oidc::Federation;
use crate::platform::{Clock, Random, random};
use crate::providers::Providers;
use crate::store::Store;
use crate::store::models::Models;
use crate::store::slugs::Slugs;
use crate::vault::Vault;
use crate::web::recent::Tokens;
use krowoc_shared::ids::Millis;
use std::sync::{Arc, OnceLock};
use tokio::sync::watch;

/// Versions that are compared at a time: the largest take a processor a while.
const COMPARISONS: usize = 2;

/// The state of one server; clones share it.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub store: Store,
    /// Wall time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub random: Arc<dyn Random>,
    /// The configuration.
    pub config: Arc<Config>,
    /// Passwords.
    pub hasher: Arc<Hasher>,
    /// Where versions are compared.
    pub comparing: Aside,
    /// The way of mails.
    pub mailer: Arc<Mailer>,
    /// Who else may say who somebody is.
    pub federation: Arc<Federation>,
    /// Provider keys, sealed and opened.
    pub vault: Arc<Vault>,
    /// The way to providers of models.
    pub providers: Providers,
    /// The model catalogue, as it was last read.
    pub models: Models,
    /// Personal access tokens that were read lately.
    pub tokens: Tokens,
    /// Prompts by the slugs of their titles.
    pub slugs: Slugs,
    /// What is public, as it was read a moment ago.
    pub public: Public,
    /// The schema of the GraphQL door.
    pub graphql: Arc<Door>,
    /// Who listens for live hints.
    pub live: Arc<crate::live::Hub>,
    /// Executions under way here.
    pub executions: Arc<crate::executions::Board>,
    /// The way to models.
    pub gateway: Arc<dyn Gateway>,
    instance: Arc<OnceLock<[u8; 16]>>,
    stopping: watch::Sender<bool>,
}

impl AppState {
    /// The state of a server on an open store.
    #[must_use]
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        config: Config,
        vault: Vault,
    ) -> Self {
        let (vault, models) = (Arc::new(vault), Models::default());
        let providers = Providers::new(&config, Arc::clone(&clock));
        Self {
            store,
            gateway: Arc::new(Direct::new(
                models.clone(),
                Arc::clone(&vault),
                providers.clone(),
            )),
            providers,
            clock,
            random,
            hasher: Arc::new(Hasher::new(config.hash_concurrency)),
            comparing: Aside::new(COMPARISONS),
            mailer: Arc::new(Mailer::new(&config)),
            federation: Arc::new(Federation::new(&config)),
            config: Arc::new(config),
            vault,
            models,
            tokens: Tokens::default(),
            slugs: Slugs::default(),
            public: Public::default(),
            graphql: Arc::default(),
            live: Arc::default(),
            executions: Arc::default(),
            instance: Arc::default(),
            stopping: watch::Sender::new(false),
        }
    }

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

    /// Sixteen bytes that are this server's alone: by them it holds leases.
    #[must_use]
    pub fn instance(&self) -> [u8; 16] {
        *self.instance.get_or_init(|| random(self.random.as_ref()))
    }

    /// The server takes no new work: readiness says no.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits for the end to begin: a stream that would go on for ever must end then.
    pub async fn stopping(&self) {
        let mut changes = self.stopping.subscribe();
        // The sender lives in `self`, so that this cannot fail.
        let _ = changes.wait_for(|stopping| *stopping).await;
    }

    /// Begins the end.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }
}
