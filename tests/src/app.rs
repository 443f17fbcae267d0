//! A real server on a real socket, in this process, with its own fresh database. Not a mock of anything but time and randomness.

use crate::caller::Caller;
use crate::clock::{TestClock, TestRandom};
use crate::database::{Backend, TestDatabase};
use crate::script::Script;
use anyhow::{Context, Result};
use krowoc_server::app::AppState;
use krowoc_server::config::Config;
use krowoc_server::config::layers::{Layer, Written};
use krowoc_server::config::settings::find;
use krowoc_server::executions::gateway::Gateway;
use krowoc_server::platform::{Random, SystemRandom};
use krowoc_server::serve::{self, Stopper};
use krowoc_server::store::sessions::{self, Holder};
use krowoc_server::store::{DatabaseUrl, StoreError, Tx, devices, tokens};
use krowoc_shared::ids::{Millis, UserId};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The key-encryption key of every test: 32 bytes in base64.
pub const KEY: &str = "a2V5LWVuY3J5cHRpb24ta2V5LW9mLWV2ZXJ5LXRlc3Q=";

/// How a server of a test differs from the usual one.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Settings by key, as in a file.
    pub settings: Vec<(&'static str, String)>,
    /// Makes ids and tokens the same in every run.
    pub seed: Option<u64>,
}

/// A running server; stopped and removed when it is dropped.
pub struct TestApp {
    /// Where it listens.
    pub address: SocketAddr,
    /// What its handlers share: the store among it.
    pub state: AppState,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its database.
    pub database: Option<TestDatabase>,
    stopper: Stopper,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A configuration for a test: the defaults, and what is named.
///
/// # Panics
/// When a setting does not exist or has a wrong value.
#[must_use]
pub fn config(url: &DatabaseUrl, settings: &[(&'static str, String)]) -> Config {
    let database = match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    };
    let mut all = vec![
        ("listen", "127.0.0.1:0".to_owned()),
        ("workers", "1".to_owned()),
        ("database_url", database),
        ("database_connections", "4".to_owned()),
        ("log_level", "trace".to_owned()),
        ("shutdown_timeout", "5".to_owned()),
        ("key", KEY.to_owned()),
    ];
    all.extend(settings.iter().cloned());
    let mut layer = Layer::new();
    for (key, text) in all {
        let setting = find(key).unwrap_or_else(|| panic!("`{key}` is no setting"));
        let origin = format!("{key} of the test");
        layer.insert(setting.key.to_owned(), Written { text, origin });
    }
    Config::resolve(&[layer]).unwrap_or_else(|errors| panic!("{errors:?}"))
}

impl TestApp {
    /// Starts a usual server on a fresh database.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// Starts a server on a fresh database.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn start_with(options: Options) -> Self {
        let database = TestDatabase::migrated(&Backend::of_environment()).expect("a database");
        let clock = Arc::new(TestClock::default());
        let mut app = Self::on(database.url.clone(), clock, options)
            .await
            .expect("the server starts");
        app.database = Some(database);
        app
    }

    /// Starts a server on a database that exists already: a second instance, or the same one again.
    ///
    /// # Errors
    /// Why it does not start.
    pub async fn on(url: DatabaseUrl, clock: Arc<TestClock>, options: Options) -> Result<Self> {
        Self::begin(url, clock, options, None).await
    }

    /// Starts a server on a fresh database with another way to models than the real one.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn scripted(script: &Arc<Script>) -> Self {
        Self::scripted_with(script, Options::default()).await
    }

    /// As [`TestApp::scripted`], otherwise set up.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn scripted_with(script: &Arc<Script>, options: Options) -> Self {
        let database = TestDatabase::migrated(&Backend::of_environment()).expect("a database");
        let clock = Arc::new(TestClock::default());
        let gateway: Arc<dyn Gateway> = script.clone();
        let mut app = Self::begin(database.url.clone(), clock, options, Some(gateway))
            .await
            .expect("the server starts");
        app.database = Some(database);
        app
    }

    /// As [`TestApp::scripted`], on a database that exists already.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn scripted_on(
        url: DatabaseUrl,
        clock: Arc<TestClock>,
        script: &Arc<Script>,
    ) -> Self {
        let gateway: Arc<dyn Gateway> = script.clone();
        Self::begin(url, clock, Options::default(), Some(gateway))
            .await
            .expect("the server starts")
    }

    async fn begin(
        url: DatabaseUrl,
        clock: Arc<TestClock>,
        options: Options,
        gateway: Option<Arc<dyn Gateway>>,
    ) -> Result<Self> {
        let config = config(&url, &options.settings);
        crate::logs::collect(&config);
        let random: Arc<dyn Random> = match options.seed {
            Some(seed) => Arc::new(TestRandom::new(seed)),
            None => Arc::new(SystemRandom),
        };
        let (started, starting) = oneshot::channel();
        let (end, ended) = oneshot::channel::<()>();
        let its_clock = Arc::clone(&clock);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let prepared = serve::prepare(config, its_clock, random).await;
                let running = prepared.and_then(|mut state| {
                    if let Some(gateway) = gateway {
                        state.gateway = gateway;
                    }
                    serve::listen(state)
                });
                match running {
                    Err(error) => {
                        let _ = started.send(Err(error));
                    }
                    Ok(running) => {
                        let parts = (running.address, running.state.clone(), running.stopper);
                        let _ = started.send(Ok(parts));
                        tokio::select! {
                            _ = running.server => {}
                            _ = ended => {}
                        }
                    }
                }
            });
        });
        let started = starting.await.context("the server's thread ended")?;
        let (address, state, stopper) = started.map_err(anyhow::Error::msg)?;
        Ok(Self {
            address,
            state,
            clock,
            database: None,
            stopper,
            end: Some(end),
            thread: Some(thread),
        })
    }

    /// Moves the clock by milliseconds.
    pub fn advance(&self, by: Millis) {
        self.clock.advance(by);
    }

    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Somebody without cookies or tokens.
    #[must_use]
    pub fn anonymous(&self) -> Caller {
        Caller::new(self.address)
    }

    /// A new account, signed in; its password is [`crate::caller::PASSWORD`].
    pub async fn sign_up(&self, email: &str) -> Caller {
        let caller = self.anonymous();
        caller.sign_up(email).await;
        caller
    }

    /// Ends an access as another server on the same database would: this one is not told.
    ///
    /// # Panics
    /// When there is none.
    pub async fn revoke_elsewhere(&self, user: UserId, holder: Holder) {
        let now = self.state.now();
        let write = self
            .state
            .store
            .write(move |tx: &mut Tx<'_>| -> Result<bool, StoreError> {
                match holder {
                    Holder::Session(id) => sessions::end(tx, user, id),
                    Holder::Device(id) => devices::revoke(tx, user, id, now),
                    Holder::Token(id) => tokens::revoke(tx, user, id, now),
                }
            });
        assert!(write.await.expect("the store"), "{holder:?}");
    }

    /// Does the jobs that are due, all of them; gives how many were taken.
    ///
    /// # Panics
    /// When the queue cannot be read.
    pub async fn work(&self) -> usize {
        let done = krowoc_server::jobs::work(&self.state, krowoc_server::chores::KINDS).await;
        done.expect("the queue")
    }

    /// Stops as a signal would: requests finish, writes finish.
    pub async fn stop(&self) {
        self.stopper.stop().await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
