//! Providers of models over HTTP: neutral requests out, neutral events in. Not when to try again, and not what it costs.
//!
//! A wire format is one file in `formats`: a pure writer of requests and a pure decoder of answers. What differs between servers
//! that speak OpenAI's chat completions is a dialect of that one format.

pub mod address;
mod blot;
pub mod breaker;
mod call;
mod client;
pub mod decoder;
mod failures;
mod fetch;
mod formats;
pub mod limits;
mod sink;
mod test;
pub mod wire;

pub use address::{AddressRefused, Allowed, Lookup, SystemLookup};
pub use call::Call;
pub use client::install_tls;
pub use fetch::{FetchError, read as read_file};
pub use limits::{Limit, Limits};

use crate::config::Config;
use crate::platform::Clock;
pub use crate::vault::Secret;
use breaker::Breaker;
use client::Clients;
use futures_util::stream::BoxStream;
use krowoc_shared::execution::{Event, Failure, ModelRequest, Provider};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Whom a request goes to.
#[derive(Clone, Debug)]
pub struct Target {
    /// Decides the wire format.
    pub provider: Provider,
    /// Where it listens, with the path before the endpoint: `https://api.openai.com/v1`.
    pub base_url: Url,
    /// The key; empty where none is needed.
    pub key: Secret,
    /// The response window: to the headers, to the first byte, and between bytes.
    pub timeout: Duration,
}

/// An answer that has begun.
pub struct Answer {
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// The answer. It ends with exactly one `End` or `Error`; dropping it stops the call.
    pub events: BoxStream<'static, Event>,
    /// What the key has left.
    pub limits: Limits,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("request_id", &self.request_id)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The way to all providers: connections, the guard over addresses, the breaker. Clones share them.
#[derive(Clone)]
pub struct Providers {
    inner: Arc<Inner>,
}

struct Inner {
    guard: address::Guard,
    clients: Clients,
    breaker: Breaker,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Providers").finish_non_exhaustive()
    }
}

impl Providers {
    /// With the hosts that the operator allows, and names resolved as this machine does. Nothing is loaded before the first call.
    #[must_use]
    pub fn new(config: &Config, clock: Arc<dyn Clock>) -> Self {
        let allowed = config.allowed_provider_hosts.clone();
        Self::with_lookup(allowed, clock, Arc::new(SystemLookup))
    }

    /// With names resolved by another hand.
    #[must_use]
    pub fn with_lookup(
        allowed: Vec<Allowed>,
        clock: Arc<dyn Clock>,
        lookup: Arc<dyn Lookup>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                guard: address::Guard::new(allowed, Arc::clone(&lookup)),
                clients: Clients::new(lookup),
                breaker: Breaker::default(),
                clock,
            }),
        }
    }

    /// Writes a request without sending it.
    ///
    /// # Errors
    /// When it cannot be written, or its key is none.
    pub fn write(
        &self,
        target: &Target,
        request: &ModelRequest,
        streaming: bool,
    ) -> Result<Call, Failure> {
        call::write(target, request, streaming)
    }

    /// Sends what was written. The stream of the answer always ends with exactly one `End` or `Error` and can be dropped at any time, which
    /// stops the upstream call.
    ///
    /// # Errors
    /// When no answer began: the address was refused, there was no connection, the provider refused, or the breaker is open.
    pub async fn send(&self, call: Call) -> Result<Answer, Failure> {
        call::call(&self.inner, call).await
    }

    /// Writes a request and sends it, as [`Self::send`] does.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn call(
        &self,
        target: &Target,
        request: &ModelRequest,
        streaming: bool,
    ) -> Result<Answer, Failure> {
        self.send(self.write(target, request, streaming)?).await
    }

    /// The cheapest real call that proves a key: lists the models and gives how many there are.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn test(&self, target: &Target) -> Result<Option<u32>, Failure> {
        test::test(&self.inner, target).await
    }

    /// A file at a public address that somebody else named, over TLS, of at most so many bytes. Nothing of this server is sent.
    ///
    /// # Errors
    /// When it may not be asked, has nothing, or too much.
    pub async fn fetch(&self, url: Url, most: usize) -> Result<Vec<u8>, FetchError> {
        fetch::fetch(&self.inner, url, most).await
    }

    /// Checks an address as it would be at connect time.
    ///
    /// # Errors
    /// Why it is refused.
    pub async fn check_address(&self, url: &Url) -> Result<(), AddressRefused> {
        self.inner.guard.check(url).await
    }
}
