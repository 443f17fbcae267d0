//! The vault: provider keys sealed at rest, opened only to be sent; secrets of authenticators too. Not who may use which key.
//!
//! A key is sealed under a key-encryption key and bound to its id and its account: a row that is copied to another account does not
//! open. Opened keys are remembered for a minute, so that a call does not pay for opening.

#[cfg(feature = "hashicorp-vault")]
pub mod hashicorp;
pub mod ring;
pub mod rotate;
mod seal;
mod secret;

pub use secret::Secret;

use crate::config::Config;
use crate::platform::Random;
use crate::store::provider_keys::{Sealed, StoredKey};
use crate::web::Fault;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{KeyId, UserId};
use ring::Ring;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long an opened key is remembered.
const REMEMBERED: Duration = Duration::from_secs(60);
/// How many are remembered.
const MOST: u64 = 4_096;

/// Why a key was not sealed or opened. Never a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultError {
    /// No key-encryption key is configured.
    NoKey,
    /// The setting `key` is wrong.
    Setting(String),
    /// The key file is wrong, or cannot be read or written.
    File(PathBuf, String),
    /// It was sealed under a key-encryption key that is not configured any more.
    UnknownKek(String),
    /// It does not open: it was changed, or belongs elsewhere.
    Broken,
    /// The HashiCorp Vault did not do as it was asked.
    #[cfg(feature = "hashicorp-vault")]
    Remote(hashicorp::RemoteError),
}

impl VaultError {
    /// Whether it may be gone by itself in a moment: the key may be good.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            #[cfg(feature = "hashicorp-vault")]
            Self::Remote(error) => error.may_pass(),
            _ => false,
        }
    }
}

#[cfg(feature = "hashicorp-vault")]
impl From<hashicorp::RemoteError> for VaultError {
    fn from(error: hashicorp::RemoteError) -> Self {
        Self::Remote(error)
    }
}

impl std::fmt::Display for VaultError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoKey => f.write_str(
                "provider keys and authenticators cannot be stored: no key-encryption key is set; set KROWOC_KEY or --key-file to a key of `openssl rand -base64 32`",
            ),
            Self::Setting(why) => write!(f, "the setting `key`: {why}"),
            Self::File(path, why) => write!(f, "the key file {}: {why}", path.display()),
            Self::UnknownKek(id) => write!(
                f,
                "a stored secret was sealed under the key-encryption key {id}, which is not configured: put it back after the others"
            ),
            #[cfg(feature = "hashicorp-vault")]
            Self::Remote(error) => write!(f, "the HashiCorp Vault: {error}"),
            Self::Broken => f.write_str("a stored secret does not open: it was changed, or belongs to another account"),
        }
    }
}

impl std::error::Error for VaultError {}

/// The operator reads why in the log; a person learns that they cannot mend it.
impl From<VaultError> for Fault {
    fn from(error: VaultError) -> Self {
        tracing::error!(%error, "the vault failed");
        Self::new(ErrorCode::VaultUnavailable)
    }
}

/// Seals and opens.
pub struct Vault {
    #[cfg(feature = "hashicorp-vault")]
    remote: Option<hashicorp::Hashicorp>,
    ring: Option<Arc<Ring>>,
    random: Arc<dyn Random>,
    opened: moka::sync::Cache<Vec<u8>, Secret>,
}

/// What a sealed key is bound to: its id and whose it is.
fn context(id: KeyId, owner: Option<UserId>) -> Vec<u8> {
    let mut bytes = b"krowoc/provider-key/1".to_vec();
    bytes.extend_from_slice(id.as_bytes());
    match owner {
        None => bytes.push(0),
        Some(user) => {
            bytes.push(1);
            bytes.extend_from_slice(user.as_bytes());
        }
    }
    bytes
}

/// What the sealed secret of an authenticator is bound to: the account.
fn authenticator(user: UserId) -> Vec<u8> {
    [b"krowoc/authenticator/1".as_slice(), user.as_bytes()].concat()
}

impl Vault {
    /// The vault of a configuration: a HashiCorp Vault seals when one is set; else the setting `key`, else the file `key_file`, else a
    /// file beside the SQLite database that is made once, else none. Blocking.
    ///
    /// # Errors
    /// What is wrong with the keys.
    pub fn open_configured(config: &Config, random: Arc<dyn Random>) -> Result<Self, VaultError> {
        let settings = &config.vault;
        let beside = ring::beside(&config.database);
        let ring = match (&settings.keys, &settings.key_file, beside) {
            (Some(text), _, _) => Some(Ring::of_text(text)?),
            (None, Some(path), _) => Some(Ring::of_file(path)?),
            // A file is not made where another vault seals, but what it sealed before still opens.
            (None, None, Some(path)) if settings.hashicorp.is_some() => {
                path.exists().then(|| Ring::of_file(&path)).transpose()?
            }
            (None, None, Some(path)) => Some(Ring::of_file_or_new(&path, random.as_ref())?),
            (None, None, None) => None,
        };
        #[cfg(feature = "hashicorp-vault")]
        let remote = settings.hashicorp.clone().map(hashicorp::Hashicorp::new);
        Ok(Self {
            #[cfg(feature = "hashicorp-vault")]
            remote: remote.transpose()?,
            ring: ring.map(Arc::new),
            random,
            opened: moka::sync::Cache::builder()
                .max_capacity(MOST)
                .time_to_live(REMEMBERED)
                .build(),
        })
    }

    fn ring(&self) -> Result<Arc<Ring>, VaultError> {
        self.ring.clone().ok_or(VaultError::NoKey)
    }

    /// Whether keys can be stored.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        #[cfg(feature = "hashicorp-vault")]
        if self.remote.is_some() {
            return true;
        }
        self.ring.is_some()
    }

    /// Seals a key for an account, or for the operator.
    ///
    /// # Errors
    /// [`VaultError`], when there is no key-encryption key.
    pub async fn seal(
        &self,
        id: KeyId,
        owner: Option<UserId>,
        secret: &Secret,
    ) -> Result<Sealed, VaultError> {
        self.seal_for(context(id, owner), secret).await
    }

    /// Seals the secret of an account's authenticator.
    ///
    /// # Errors
    /// As [`Vault::seal`].
    pub async fn seal_authenticator(
        &self,
        user: UserId,
        secret: &Secret,
    ) -> Result<Sealed, VaultError> {
        self.seal_for(authenticator(user), secret).await
    }

    /// Opens the secret of an account's authenticator. It is not remembered.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub async fn open_authenticator(
        &self,
        user: UserId,
        sealed: &Sealed,
    ) -> Result<Secret, VaultError> {
        self.open_now(sealed, &authenticator(user)).await
    }

    async fn seal_for(&self, context: Vec<u8>, secret: &Secret) -> Result<Sealed, VaultError> {
        #[cfg(feature = "hashicorp-vault")]
        if let Some(remote) = &self.remote {
            let (bytes, kek) = remote.seal(secret, &context).await?;
            return Ok(Sealed { bytes, kek });
        }
        let (ring, random, secret) = (self.ring()?, Arc::clone(&self.random), secret.clone());
        blocking(move || {
            let kek = ring.current()?;
            let plain = secret.expose().as_bytes();
            let bytes = kek
                .seal(plain, &context, random.as_ref())
                .ok_or(VaultError::Broken)?;
            Ok(Sealed {
                bytes,
                kek: kek.id().to_owned(),
            })
        })
        .await
    }

    /// Opens a stored key.
    ///
    /// # Errors
    /// [`VaultError`], when it cannot be opened.
    pub async fn open(&self, key: &StoredKey) -> Result<Secret, VaultError> {
        let context = context(key.id, key.owner);
        let known = [context.as_slice(), key.sealed.bytes.as_slice()].concat();
        if let Some(secret) = self.opened.get(&known) {
            return Ok(secret);
        }
        let secret = self.open_now(&key.sealed, &context).await?;
        self.opened.insert(known, secret.clone());
        Ok(secret)
    }

    async fn open_now(&self, sealed: &Sealed, context: &[u8]) -> Result<Secret, VaultError> {
        #[cfg(feature = "hashicorp-vault")]
        if hashicorp::Hashicorp::is_of_vault(&sealed.kek) {
            let remote = self.remote.as_ref();
            let remote = remote.ok_or_else(|| VaultError::UnknownKek(sealed.kek.clone()))?;
            return remote.open(&sealed.bytes, context).await;
        }
        let ring = self.ring()?;
        let kek = match ring.known(&sealed.kek) {
            Some(kek) => kek,
            None => {
                let id = sealed.kek.clone();
                blocking(move || ring.find(&id)).await?
            }
        };
        let plain = kek.open(&sealed.bytes, context);
        let plain = plain.ok_or(VaultError::Broken)?;
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Broken)?;
        Ok(Secret::new(text))
    }

    /// The id of the key-encryption key that seals now.
    ///
    /// # Errors
    /// As [`Vault::seal`].
    pub async fn current(&self) -> Result<String, VaultError> {
        #[cfg(feature = "hashicorp-vault")]
        if let Some(remote) = &self.remote {
            return remote.current().await;
        }
        let ring = self.ring()?;
        blocking(move || ring.current().map(|kek| kek.id().to_owned())).await
    }

    /// Makes a new key-encryption key that seals from now on; gives its id.
    ///
    /// # Errors
    /// [`VaultError::Setting`] when keys are not kept in a file, or the file's.
    pub async fn new_kek(&self) -> Result<String, VaultError> {
        #[cfg(feature = "hashicorp-vault")]
        if let Some(remote) = &self.remote {
            return remote.rotate().await;
        }
        let (ring, random) = (self.ring()?, Arc::clone(&self.random));
        blocking(move || ring.add_new(random.as_ref())).await
    }

    /// Keeps what the vault needs alive, such as its token, for as long as it is polled; it does not end.
    pub async fn keep(&self) {
        #[cfg(feature = "hashicorp-vault")]
        if let Some(remote) = &self.remote {
            remote.keep_token().await;
        }
        std::future::pending().await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(VaultError::Broken))
}
