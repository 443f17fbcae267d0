//! A file that lies at an address which somebody else named: fetched from public addresses alone, over TLS, within a limit. Not calls of
//! models, and nothing of ours is sent.

use super::Inner;
use super::address::{AddressRefused, Standing};
use reqwest::header::{ACCEPT, LOCATION};
use std::time::Duration;
use url::Url;

/// How long all of it may take.
const WAIT: Duration = Duration::from_secs(10);
/// How often an address may lead to another.
const HOPS: usize = 3;

/// Why there is no file. The text is for the log, and holds no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// It is not to be had from there.
    Refused(String),
    /// Later it may be.
    Away(String),
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Refused(why) | Self::Away(why)) = self;
        f.write_str(why)
    }
}

impl std::error::Error for FetchError {}

fn refused(why: impl Into<String>) -> FetchError {
    FetchError::Refused(why.into())
}

pub(super) async fn fetch(inner: &Inner, url: Url, most: usize) -> Result<Vec<u8>, FetchError> {
    let all = whole(url, most, |url| ask(inner, url));
    tokio::time::timeout(WAIT, all)
        .await
        .map_err(|_| FetchError::Away("it took too long".to_owned()))?
}

/// What lies at the end of the way that an address leads; each address on it is asked the same way, by `ask`.
async fn whole<A, F>(mut url: Url, most: usize, ask: A) -> Result<Vec<u8>, FetchError>
where
    A: Fn(Url) -> F,
    F: Future<Output = Result<reqwest::Response, FetchError>>,
{
    for _ in 0..=HOPS {
        let response = ask(url.clone()).await?;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get(LOCATION);
            let to = to.and_then(|it| it.to_str().ok());
            let next = to.and_then(|it| url.join(it).ok());
            url = next.ok_or_else(|| refused("it leads nowhere"))?;
            continue;
        }
        if status.is_server_error() {
            return Err(FetchError::Away(format!("HTTP {status}")));
        }
        if !status.is_success() {
            return Err(refused(format!("HTTP {status}")));
        }
        return read(response, most).await;
    }
    Err(refused("it leads on and on"))
}

/// What can be said of an address without the network. A name is judged where it is connected to.
fn may(inner: &Inner, url: &Url) -> Result<(), FetchError> {
    if url.scheme() != "https" {
        return Err(refused("the address is not https"));
    }
    let public = inner.guard.public(url);
    public.map_err(|why: AddressRefused| refused(kept_back(&why)))
}

async fn ask(inner: &Inner, url: Url) -> Result<reqwest::Response, FetchError> {
    may(inner, &url)?;
    let client = inner.clients.of(Standing::Guarded);
    let client = client.map_err(FetchError::Away)?;
    let request = client.get(url).header(ACCEPT, "image/*");
    let away = |error: reqwest::Error| FetchError::Away(error.without_url().to_string());
    request.send().await.map_err(away)
}

/// Without the host: whoever named it chose it.
fn kept_back(why: &AddressRefused) -> &'static str {
    match why {
        AddressRefused::Scheme => "the address is not https",
        AddressRefused::NoHost => "the address has no host",
        AddressRefused::UserInfo => "the address holds a user",
        AddressRefused::NotPublic { .. } => "the address is not public",
        AddressRefused::Unresolved { .. } => "the name has no address",
    }
}

/// The body of an answer, while it is no larger.
///
/// # Errors
/// When it is larger, or ends early.
pub async fn read(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let away = |error: reqwest::Error| FetchError::Away(error.without_url().to_string());
    while let Some(chunk) = response.chunk().await.map_err(away)? {
        if bytes.len().saturating_add(chunk.len()) > most {
            return Err(refused("it is too large"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
