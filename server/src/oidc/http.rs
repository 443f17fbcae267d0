//! Requests to providers of identities: small JSON, short waits, no redirects. The operator chose whom to ask, so that their addresses
//! are not guarded.

use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::sync::OnceLock;
use std::time::Duration;

/// How long an answer may take.
const WAIT: Duration = Duration::from_secs(10);
/// Largest answer, in bytes.
const LARGEST: usize = 512 * 1024;

/// Why somebody was not let in through a provider. The text is for the log, never with a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederationError {
    /// The provider could not be asked; later it may.
    pub away: bool,
    /// What happened.
    pub why: String,
}

impl FederationError {
    pub(super) fn away(why: impl Display) -> Self {
        Self {
            away: true,
            why: why.to_string(),
        }
    }

    pub(super) fn wrong(why: impl Display) -> Self {
        Self {
            away: false,
            why: why.to_string(),
        }
    }
}

impl Display for FederationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for FederationError {}

/// The way there; the system's certificates are loaded when it is first needed.
#[derive(Default)]
pub(super) struct Http(OnceLock<Result<Client, String>>);

fn open() -> Result<Client, String> {
    crate::providers::install_tls();
    let base = || {
        Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .timeout(WAIT)
            // A connection is driven by the thread that made it: none is kept for another.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("krowoc/", env!("CARGO_PKG_VERSION")))
    };
    // A machine without certificates can still reach an issuer beside it.
    let made = base()
        .build()
        .or_else(|_| base().tls_certs_only([]).build());
    made.map_err(|error| error.to_string())
}

impl Http {
    pub(super) fn client(&self) -> Result<&Client, FederationError> {
        let client = self.0.get_or_init(open).as_ref();
        client.map_err(FederationError::away)
    }
}

/// Puts a form into a request.
pub(super) fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

/// Sends a request and reads its JSON.
pub(super) async fn json<T: DeserializeOwned>(
    what: &str,
    request: RequestBuilder,
) -> Result<T, FederationError> {
    let failed =
        |error: reqwest::Error| FederationError::away(format!("{what}: {}", error.without_url()));
    let mut response = request
        .header("accept", "application/json")
        .send()
        .await
        .map_err(failed)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len().saturating_add(chunk.len()) > LARGEST {
            return Err(FederationError::wrong(format!(
                "{what}: the answer is too large"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_server_error() {
        return Err(FederationError::away(format!("{what}: HTTP {status}")));
    }
    if !status.is_success() {
        // An OAuth error is a word of a closed list; anything else may quote what was sent.
        let said = serde_json::from_slice::<Refusal>(&body).ok();
        let word = said
            .map(|it| it.error)
            .filter(|it| it.len() < 50 && it.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        return Err(FederationError::wrong(format!(
            "{what}: HTTP {status} {}",
            word.unwrap_or_default()
        )));
    }
    serde_json::from_slice(&body)
        .map_err(|_| FederationError::wrong(format!("{what}: the answer is not as expected")))
}

#[derive(serde::Deserialize)]
struct Refusal {
    error: String,
}
