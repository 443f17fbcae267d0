//! A server that speaks as every provider does, byte for byte, and does what the model's name says. Not a model.
//!
//! `POST /openai/v1/chat/completions` with the model `crlf.chunks=3.cut=120` streams three chunks with CRLF and breaks after 120
//! bytes; the words are those of [`Script`]. Other names get the usual answer, or the one that `POST /control/script` gave them.

mod anthropic;
mod chat;
mod gemini;
pub mod held;
pub mod http;
mod ollama;
pub mod refusal;
mod responses;
pub mod script;
mod serve;
pub mod wire;

pub use script::Script;
pub use wire::Wire;

use krowoc_shared::execution::Provider;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, oneshot};

/// Requests that are remembered.
const REMEMBERED: usize = 10_000;

/// A request as it came, and what became of its answer.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// By name in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body; null when it is not JSON.
    pub body: Value,
    /// The answer was sent to its end.
    pub finished: bool,
    /// The client went away before.
    pub closed: bool,
}

/// What all connections share.
pub(crate) struct Shared {
    gate: Semaphore,
    seen: Mutex<Vec<Seen>>,
    changed: Notify,
    scripts: Mutex<HashMap<String, String>>,
    counts: Mutex<HashMap<String, usize>>,
    answers: Mutex<HashMap<(Wire, String, bool), Arc<serve::Ready>>>,
    /// Connections that were made.
    connections: AtomicUsize,
    /// Requests are kept; a bench has no use for them.
    records: bool,
}

impl Shared {
    fn new(records: bool) -> Arc<Self> {
        Arc::new(Self {
            gate: Semaphore::new(0),
            seen: Mutex::default(),
            changed: Notify::new(),
            scripts: Mutex::default(),
            counts: Mutex::default(),
            answers: Mutex::default(),
            connections: AtomicUsize::new(0),
            records,
        })
    }
}

impl Shared {
    /// What a model's name does from now on; what was counted and made for it before is forgotten.
    pub(crate) fn script(&self, model: &str, script: &str) {
        lock(&self.scripts).insert(model.to_owned(), script.to_owned());
        lock(&self.counts).remove(model);
        lock(&self.answers).clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running server; stopped when it is dropped.
pub struct ProviderServer {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The path before a provider's own.
#[must_use]
pub fn base_path(provider: Provider) -> String {
    match provider {
        Provider::Gemini => "/gemini/v1beta".to_owned(),
        Provider::Ollama => "/ollama".to_owned(),
        other => format!("/{other}/v1"),
    }
}

/// Serves on a listener for ever.
pub async fn serve_on(listener: TcpListener, records: bool) {
    serve::accept(listener, Shared::new(records)).await;
}

impl ProviderServer {
    /// Starts one on a free port of the loopback, on a thread of its own.
    ///
    /// # Panics
    /// When there is no port.
    #[must_use]
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let shared = Shared::new(true);
        let (end, ended) = oneshot::channel::<()>();
        let its = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener");
                tokio::select! {
                    () = serve::accept(listener, its) => {}
                    _ = ended => {}
                }
            });
        });
        Self {
            address,
            shared,
            end: Some(end),
            thread: Some(thread),
        }
    }

    /// The base address of a provider.
    #[must_use]
    pub fn base_url(&self, provider: Provider) -> String {
        format!("http://{}{}", self.address, base_path(provider))
    }

    /// What the setting `allowed_provider_hosts` must hold for this server to be called.
    #[must_use]
    pub fn allowed(&self) -> String {
        self.address.to_string()
    }

    /// Lets frames of gated answers through.
    pub fn open(&self, frames: usize) {
        self.shared.gate.add_permits(frames);
    }

    /// What a model's name does from now on.
    pub fn script(&self, model: &str, script: &str) {
        self.shared.script(model, script);
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    /// How many connections were made so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Waits until what was seen is as wanted.
    pub async fn until(&self, wanted: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let seen = self.seen();
            if wanted(&seen) {
                return seen;
            }
            changed.await;
        }
    }
}

impl Drop for ProviderServer {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
