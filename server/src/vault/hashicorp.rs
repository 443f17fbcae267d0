//! A HashiCorp Vault that seals and opens with its transit engine: the key-encryption key never leaves it. Not our own sealing.
//!
//! What is sealed is the vault's own text, `vault:v3:…`; its version is part of the id that a key is known to be sealed under. The
//! token is renewed before it runs out, and read again from its file when the vault refuses it: an agent may have put a new one there.

use super::Secret;
use super::VaultError;
use crate::config::vault::{HashicorpSettings, VaultToken};
use crate::providers::install_tls;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// How long the vault may take.
const WINDOW: Duration = Duration::from_secs(10);
/// The shortest wait before a token is renewed, and the one after a renewal that failed.
const SOON: Duration = Duration::from_secs(1);
/// The longest: also how often a token that does not run out is looked at, for it may be replaced.
const LATE: Duration = Duration::from_secs(3_600);
/// The largest answer that is read.
const LARGEST: usize = 64 * 1024;

/// Why a vault did not do as it was asked. Never a token, never what was to be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteError {
    /// It is sealed.
    Sealed,
    /// It refuses the token, or the token lacks the permission.
    Denied,
    /// It cannot be reached.
    Unreachable(String),
    /// It gave another answer.
    Refused(u16, String),
    /// The token's file cannot be read.
    Token(String),
}

impl RemoteError {
    /// Whether it may be gone by itself in a moment.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Sealed | Self::Unreachable(_) => true,
            Self::Refused(status, _) => *status == 429 || *status >= 500,
            Self::Denied | Self::Token(_) => false,
        }
    }
}

impl std::fmt::Display for RemoteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sealed => f.write_str("it is sealed: unseal it"),
            Self::Denied => f.write_str(
                "it refuses the token: it has run out, or its policy lacks encrypt, decrypt and read on the transit key",
            ),
            Self::Unreachable(why) => write!(f, "it cannot be reached: {why}"),
            Self::Refused(status, why) => write!(f, "it answered {status}: {why}"),
            Self::Token(why) => write!(f, "its token: {why}"),
        }
    }
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize)]
struct Encrypted {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Decrypted {
    plaintext: String,
}

#[derive(Deserialize)]
struct TransitKey {
    latest_version: u64,
}

#[derive(Deserialize)]
struct Token {
    ttl: u64,
    #[serde(default)]
    renewable: bool,
}

#[derive(Deserialize)]
struct Renewed {
    auth: Lease,
}

#[derive(Deserialize)]
struct Lease {
    lease_duration: u64,
}

/// A vault that is talked to.
pub struct Hashicorp {
    settings: HashicorpSettings,
    client: Client,
    token: Mutex<Secret>,
}

impl std::fmt::Debug for Hashicorp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hashicorp({})", self.settings.url)
    }
}

fn read_token(source: &VaultToken) -> Result<Secret, VaultError> {
    match source {
        VaultToken::Text(token) => Ok(token.clone()),
        VaultToken::File(path) => {
            let text = std::fs::read_to_string(path).map(Zeroizing::new);
            let text = text.map_err(|error| {
                RemoteError::Token(format!("{} cannot be read: {error}", path.display()))
            })?;
            Ok(Secret::new(text.trim()))
        }
    }
}

/// The version in a sealed text.
fn version(ciphertext: &str) -> Option<u64> {
    let rest = ciphertext.strip_prefix("vault:v")?;
    rest.split(':').next()?.parse().ok()
}

/// Of a lease, the time after which it is renewed.
fn renew_after(seconds: u64) -> Duration {
    let lease = Duration::from_secs(seconds);
    (lease / 2).clamp(SOON, LATE)
}

impl Hashicorp {
    /// The vault of settings; nothing is sent yet. Blocking: it may read the token's file.
    ///
    /// # Errors
    /// [`RemoteError::Token`], or when there is no HTTP client.
    pub fn new(settings: HashicorpSettings) -> Result<Self, VaultError> {
        install_tls();
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .timeout(WINDOW)
            .build()
            .map_err(|error| RemoteError::Unreachable(error.to_string()))?;
        Ok(Self {
            token: Mutex::new(read_token(&settings.token)?),
            settings,
            client,
        })
    }

    fn id(&self, version: u64) -> String {
        let (mount, key) = (&self.settings.mount, &self.settings.key);
        format!("vault:{mount}/{key}:v{version}")
    }

    /// Whether a key of this id was sealed by a vault.
    #[must_use]
    pub fn is_of_vault(kek: &str) -> bool {
        kek.starts_with("vault:")
    }

    fn transit(&self, what: &str) -> String {
        format!("{}/{what}/{}", self.settings.mount, self.settings.key)
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, VaultError> {
        let base = self.settings.url.as_str().trim_end_matches('/');
        let token = self
            .token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut request = self
            .client
            .request(method.clone(), format!("{base}/v1/{path}"))
            .header("x-vault-token", token.expose())
            .header("x-vault-request", "true");
        if !self.settings.namespace.is_empty() {
            request = request.header("x-vault-namespace", &self.settings.namespace);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let sent = request.send().await;
        Ok(sent.map_err(|error| RemoteError::Unreachable(causes(&error)))?)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, VaultError> {
        let mut response = self.once(&method, path, body.as_ref()).await?;
        if response.status() == StatusCode::FORBIDDEN && self.refresh_token().await? {
            response = self.once(&method, path, body.as_ref()).await?;
        }
        let status = response.status();
        let bytes = Zeroizing::new(read(response).await?);
        if !status.is_success() {
            return Err(refusal(status, &bytes).into());
        }
        serde_json::from_slice(&bytes).map_err(|_| {
            let why = "not what a vault answers; check vault_url and vault_mount";
            RemoteError::Refused(status.as_u16(), why.to_owned()).into()
        })
    }

    /// Reads the token's file again; true when it holds another one.
    async fn refresh_token(&self) -> Result<bool, VaultError> {
        let source = self.settings.token.clone();
        let fresh = super::blocking(move || read_token(&source)).await?;
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *token != fresh;
        *token = fresh;
        Ok(changed)
    }

    /// Seals a text; gives the vault's own text and what it is sealed under.
    ///
    /// # Errors
    /// [`VaultError::Remote`].
    pub async fn seal(
        &self,
        plain: &Secret,
        context: &[u8],
    ) -> Result<(Vec<u8>, String), VaultError> {
        let body = json!({
            "plaintext": STANDARD.encode(plain.expose()),
            "associated_data": STANDARD.encode(context),
        });
        let path = self.transit("encrypt");
        let sealed: Data<Encrypted> = self.call(Method::POST, &path, Some(body)).await?;
        let text = sealed.data.ciphertext;
        let version = version(&text).ok_or(VaultError::Broken)?;
        Ok((text.into_bytes(), self.id(version)))
    }

    /// Opens what it sealed.
    ///
    /// # Errors
    /// [`VaultError::Broken`] when it belongs elsewhere or was changed, or [`VaultError::Remote`].
    pub async fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Secret, VaultError> {
        let text = std::str::from_utf8(sealed).map_err(|_| VaultError::Broken)?;
        let body = json!({"ciphertext": text, "associated_data": STANDARD.encode(context)});
        let path = self.transit("decrypt");
        let opened: Result<Data<Decrypted>, _> = self.call(Method::POST, &path, Some(body)).await;
        let opened = opened.map_err(|error| match error {
            // A vault tells what does not open from what it does not understand by words alone.
            VaultError::Remote(RemoteError::Refused(400, why))
                if why.contains("authentication failed") || why.contains("invalid ciphertext") =>
            {
                VaultError::Broken
            }
            other => other,
        })?;
        let plain = Zeroizing::new(opened.data.plaintext);
        let bytes = STANDARD.decode(plain.as_bytes());
        let bytes = bytes.map_err(|_| VaultError::Broken)?;
        let text = String::from_utf8(bytes).map_err(|_| VaultError::Broken)?;
        Ok(Secret::new(text))
    }

    /// What is sealed under now: the newest version of the transit key.
    ///
    /// # Errors
    /// [`VaultError::Remote`].
    pub async fn current(&self) -> Result<String, VaultError> {
        let path = self.transit("keys");
        let key: Data<TransitKey> = self.call(Method::GET, &path, None).await?;
        Ok(self.id(key.data.latest_version))
    }

    /// Makes the transit key's next version; gives what is sealed under from now on.
    ///
    /// # Errors
    /// [`VaultError::Remote`].
    pub async fn rotate(&self) -> Result<String, VaultError> {
        let path = format!("{}/rotate", self.transit("keys"));
        let mut response = self.once(&Method::POST, &path, None).await?;
        if response.status() == StatusCode::FORBIDDEN && self.refresh_token().await? {
            response = self.once(&Method::POST, &path, None).await?;
        }
        let status = response.status();
        let bytes = read(response).await?;
        if status.is_success() {
            self.current().await
        } else {
            Err(refusal(status, &bytes).into())
        }
    }

    /// Renews the token for as long as it is polled; it does not end.
    pub async fn keep_token(&self) {
        loop {
            let wait = match self.renew().await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(%error, "the token of the vault was not renewed");
                    SOON.saturating_mul(30)
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Renews the token when it can be; gives the wait before the next time.
    async fn renew(&self) -> Result<Duration, VaultError> {
        let token: Data<Token> = self
            .call(Method::GET, "auth/token/lookup-self", None)
            .await?;
        if !token.data.renewable || token.data.ttl == 0 {
            return Ok(LATE);
        }
        let body = Some(json!({}));
        let renewed: Renewed = self
            .call(Method::POST, "auth/token/renew-self", body)
            .await?;
        Ok(renew_after(renewed.auth.lease_duration))
    }
}

/// The causes of a failed request, without its address.
fn causes(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    if error.is_timeout() || text.is_empty() {
        "it did not answer in time".clone_into(&mut text);
    }
    text
}

async fn read(mut response: Response) -> Result<Vec<u8>, VaultError> {
    let mut bytes = Vec::new();
    loop {
        let chunk = response.chunk().await;
        match chunk.map_err(|error| RemoteError::Unreachable(causes(&error)))? {
            Some(chunk) if bytes.len().saturating_add(chunk.len()) <= LARGEST => {
                bytes.extend_from_slice(&chunk);
            }
            Some(_) => {
                let why = "more than a vault answers".to_owned();
                return Err(RemoteError::Refused(response.status().as_u16(), why).into());
            }
            None => return Ok(bytes),
        }
    }
}

fn refusal(status: StatusCode, body: &[u8]) -> RemoteError {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = value.get("errors").and_then(Value::as_array);
    let texts: Vec<&str> = errors
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let text: String = texts.join("; ").chars().take(300).collect();
    match status {
        StatusCode::FORBIDDEN => RemoteError::Denied,
        StatusCode::SERVICE_UNAVAILABLE if text.contains("sealed") => RemoteError::Sealed,
        _ => RemoteError::Refused(status.as_u16(), text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_was_sealed() {
        assert_eq!(version("vault:v3:abc="), Some(3));
        assert_eq!(version("vault:v12:"), Some(12));
        for bad in ["", "vault:abc", "vault:vx:abc", "other:v1:abc"] {
            assert_eq!(version(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_lease_is_renewed_at_its_half_within_bounds() {
        assert_eq!(renew_after(3_600), Duration::from_secs(1_800));
        assert_eq!(renew_after(1), SOON);
        assert_eq!(renew_after(u64::from(u32::MAX)), LATE);
    }

    #[test]
    fn refusals_are_told_apart() {
        let sealed = br#"{"errors":["Vault is sealed"]}"#;
        assert_eq!(
            refusal(StatusCode::SERVICE_UNAVAILABLE, sealed),
            RemoteError::Sealed
        );
        let denied = br#"{"errors":["1 error occurred:\n\t* permission denied\n\n"]}"#;
        assert_eq!(refusal(StatusCode::FORBIDDEN, denied), RemoteError::Denied);
        assert_eq!(
            refusal(StatusCode::BAD_GATEWAY, b"<html>"),
            RemoteError::Refused(502, String::new())
        );
    }
}
