//! A server from its configuration to its end: migrate, open, listen, answer, drain. Not the process around it.

use crate::app::AppState;
use crate::config::Config;
use crate::platform::{Clock, Random};
use crate::router;
use crate::store::{Conn, Store, StoreError, StoreOptions, Tx, indexing, migrate, models};
use crate::vault::{Vault, VaultError};
use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use krowoc_shared::execution::catalogue;
use krowoc_shared::ids::Millis;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a client may take to send its headers.
const HEADERS: Duration = Duration::from_secs(10);
/// How often figures of finished requests are folded.
const UPKEEP: Duration = Duration::from_secs(5);

/// A server that listens. It answers while [`Running::server`] is polled.
pub struct Running {
    /// Where it listens: with the port that was taken.
    pub address: SocketAddr,
    /// What its handlers share.
    pub state: AppState,
    /// Polled until the end.
    pub server: Server,
    /// Stops it.
    pub stopper: Stopper,
}

/// Stops a server.
#[derive(Clone)]
pub struct Stopper {
    handle: ServerHandle,
    state: AppState,
}

impl Stopper {
    /// Says no to readiness, lets executions and requests finish within the configured time, then finishes the writes that wait.
    pub async fn stop(&self) {
        self.state.stop();
        crate::executions::recover::drain(&self.state).await;
        self.handle.stop(true).await;
        if let Err(error) = indexing::catch_up(&self.state.store, None).await {
            tracing::warn!(%error, "the search index is brought up to date at the next start");
        }
        self.state.store.close().await;
    }
}

/// Migrates and opens the database.
fn open(config: &Config, options: StoreOptions) -> Result<Store, StoreError> {
    for name in &migrate::up(&config.database)? {
        tracing::info!(%name, "migrated");
    }
    Store::open(&config.database, options)
}

/// Puts the embedded catalogue in the place of an older embedded one. It is read only then: most starts find it there.
///
/// # Errors
/// The database's.
pub async fn seed_models(store: &Store, now: Millis) -> Result<(), StoreError> {
    let mark = models::seed_mark(catalogue::SEED);
    let wanted = mark.clone();
    let wants = store.read(move |conn: &mut Conn| models::wants_seed(conn, &wanted));
    if !wants.await? {
        return Ok(());
    }
    let seeded = store.write_again(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
        // Another server that starts may have been first.
        if !models::wants_seed(tx, &mark)? {
            return Ok(());
        }
        let seed = catalogue::seed().map_err(|mistakes| {
            let first = mistakes.first().map(ToString::to_string);
            StoreError::Fault(first.unwrap_or_default())
        })?;
        models::replace(tx, &seed, Some(&mark), now)
    });
    seeded.await?;
    tracing::info!("the embedded model catalogue is in place");
    Ok(())
}

/// Migrates and opens the database, and listens.
///
/// # Errors
/// A sentence with what failed and the fix.
pub async fn start(
    config: Config,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Running, String> {
    listen(prepare(config, clock, random).await?)
}

/// Migrates and opens the database; nobody is answered yet.
///
/// # Errors
/// A sentence with what failed and the fix.
pub async fn prepare(
    config: Config,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<AppState, String> {
    crate::telemetry::recorder()?;
    let options = StoreOptions {
        connections: config.database_connections,
        ..StoreOptions::default()
    };
    let (its, source) = (config.clone(), Arc::clone(&random));
    let opened = tokio::task::spawn_blocking(move || {
        let store = open(&its, options).map_err(|error| format!("{}: {error}", its.database))?;
        // After the store: its folder is there then.
        let vault = Vault::open_configured(&its, source).map_err(|error| error.to_string())?;
        if !vault.is_ready() {
            tracing::warn!("{}", VaultError::NoKey);
        }
        Ok::<_, String>((store, vault))
    });
    let (store, vault) = opened
        .await
        .unwrap_or_else(|_| Err(StoreError::Panicked.to_string()))?;
    seed_models(&store, clock.now())
        .await
        .map_err(|error| format!("the model catalogue: {error}"))?;
    let state = AppState::new(store, clock, random, config, vault);
    if !state.mailer.is_on() {
        tracing::warn!("{}", crate::mail::OFF);
    }
    Ok(state)
}

/// Listens.
///
/// # Errors
/// A sentence with what failed and the fix.
pub fn listen(state: AppState) -> Result<Running, String> {
    let config = Arc::clone(&state.config);
    let (shared, contract) = (state.clone(), router::contract());
    let mut http = HttpServer::new(move || router::app(shared.clone(), contract.clone()))
        .client_request_timeout(HEADERS)
        // A piece of a stream leaves when it is there, not when the one before was acknowledged.
        .tcp_nodelay(true)
        .shutdown_timeout(config.shutdown_timeout.as_secs())
        .disable_signals();
    if config.workers > 0 {
        http = http.workers(config.workers);
    }
    let http = http.bind(config.listen).map_err(|error| {
        format!(
            "cannot listen on {}: {error}; choose another address with --listen",
            config.listen
        )
    })?;
    let address = http.addrs().first().copied().unwrap_or(config.listen);
    let server = http.run();
    let stopper = Stopper {
        handle: server.handle(),
        state: state.clone(),
    };
    Ok(Running {
        address,
        state,
        server,
        stopper,
    })
}

/// Runs a server until a signal stops it.
///
/// # Errors
/// A sentence with what failed.
pub async fn until_signal(running: Running) -> Result<(), String> {
    let public = match &running.state.config.public_url {
        Some(url) => url.to_string(),
        None => format!("http://{}/", running.address),
    };
    tracing::info!(address = %running.address, url = %public, database = %running.state.config.database, "listening");
    let stopper = running.stopper.clone();
    let signals = async move {
        signal().await;
        tracing::info!("stopping: requests may finish");
        stopper.stop().await;
    };
    // It ends by itself when the stop begins.
    tokio::spawn(crate::jobs::run(
        running.state.clone(),
        crate::chores::KINDS,
    ));
    let vault = Arc::clone(&running.state.vault);
    tokio::spawn(async move { vault.keep().await });
    tokio::spawn(indexing::tend(running.state.store.clone()));
    tokio::spawn(crate::executions::recover::tend(running.state.clone()));
    let upkeep = async {
        loop {
            tokio::time::sleep(UPKEEP).await;
            if let Ok(recorder) = crate::telemetry::recorder() {
                recorder.run_upkeep();
            }
        }
    };
    tokio::select! {
        // Both arms of a stop must end: the server's, and the writer's.
        (ended, ()) = futures_util::future::join(running.server, signals) => ended.map_err(|error| error.to_string()),
        () = upkeep => Ok(()),
    }
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
