//! Connections to providers: TLS, pools, names resolved under the guard. Not what is sent over them.

use super::address::{Lookup, Standing, resolve};
use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

/// How long a connection may take to be made; the response window may be shorter.
const CONNECT: Duration = Duration::from_secs(10);
/// Less than the minute after which load balancers close what is idle: a request on a closed connection fails.
const IDLE: Duration = Duration::from_secs(45);
/// Idle connections kept to one host.
const IDLE_PER_HOST: usize = 64;

/// For each thread that calls, one client for guarded addresses and one for what the operator allows: a connection is driven by the
/// thread that made it, and one that another thread drives would wake both for every piece of an answer. Made when they are first needed,
/// for loading the system's certificates takes time and memory.
pub(super) struct Clients {
    lookup: Arc<dyn Lookup>,
    made: Mutex<HashMap<(ThreadId, Standing), Made>>,
}

type Made = Result<Client, String>;

impl Clients {
    pub(super) fn new(lookup: Arc<dyn Lookup>) -> Self {
        Self {
            lookup,
            made: Mutex::default(),
        }
    }

    /// This thread's client for an address, or why there is none.
    pub(super) fn of(&self, standing: Standing) -> Made {
        let key = (std::thread::current().id(), standing);
        let lock = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = lock().get(&key) {
            return made.clone();
        }
        let made = client(Names {
            lookup: Arc::clone(&self.lookup),
            is_guarded: standing == Standing::Guarded,
        });
        lock().insert(key, made.clone());
        made
    }
}

/// Says which cryptography TLS uses in this process; every HTTP client needs it said before it is made. Later calls change nothing.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn client(names: Names) -> Result<Client, String> {
    install_tls();
    let names = Arc::new(names);
    let base = || {
        Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .tcp_keepalive(Duration::from_secs(30))
            .user_agent(concat!("krowoc/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::clone(&names))
    };
    base().build().or_else(|error| {
        // A machine without certificates can still reach what needs none, such as Ollama beside it.
        tracing::warn!(%error, "this system has no root certificates: https addresses of providers cannot be called");
        base()
            .tls_certs_only([])
            .build()
            .map_err(|error| format!("there is no HTTP client: {error}"))
    })
}

/// Resolves at connect time: what it gives is what is connected to.
struct Names {
    lookup: Arc<dyn Lookup>,
    is_guarded: bool,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, is_guarded) = (Arc::clone(&self.lookup), self.is_guarded);
        Box::pin(async move {
            let found = if is_guarded {
                resolve(lookup.as_ref(), name.as_str()).await?
            } else {
                lookup.lookup(name.as_str()).await?
            };
            // The client puts the address's own port in place of 0.
            let addresses = found.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
