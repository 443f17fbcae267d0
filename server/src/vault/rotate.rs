//! Re-sealing every stored key and authenticator under the current key-encryption key. Not how one is made.
//!
//! It may stop anywhere and be run again, and the server may go on meanwhile: a key is replaced only if it is still the one that was
//! read.

use super::{Vault, VaultError};
use crate::store::provider_keys::{self, StoredKey};
use crate::store::{Conn, Store, StoreError, Tx, factors};
use krowoc_shared::ids::{KeyId, UserId};

/// Keys read at a time.
const BATCH: i64 = 100;

/// What became of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// The key-encryption key that all are sealed under now.
    pub kek: String,
    /// How many were re-sealed.
    pub resealed: usize,
    /// Those that could not be opened, and why; they are as they were.
    pub left: Vec<(KeyId, VaultError)>,
    /// Accounts whose authenticator could not be opened, and why; they are as they were.
    pub left_authenticators: Vec<(UserId, VaultError)>,
    /// How many keys each key-encryption key still seals.
    pub by_kek: Vec<(String, i64)>,
}

impl Rotated {
    /// Whether nothing was left under another key-encryption key.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.left.is_empty() && self.left_authenticators.is_empty()
    }
}

/// Why it stopped.
#[derive(Debug)]
pub enum RotateError {
    /// The vault's own error, not one key's.
    Vault(VaultError),
    /// The store's.
    Store(StoreError),
}

impl std::fmt::Display for RotateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Vault(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RotateError {}

impl From<VaultError> for RotateError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<StoreError> for RotateError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Re-seals what is not sealed under the current key-encryption key.
///
/// # Errors
/// When there is no key-encryption key, or the store fails; what was re-sealed stays so.
pub async fn reseal(store: &Store, vault: &Vault) -> Result<Rotated, RotateError> {
    let mut done = Rotated {
        kek: vault.current().await?,
        ..Rotated::default()
    };
    let mut after: Option<KeyId> = None;
    loop {
        let kek = done.kek.clone();
        let batch: Vec<StoredKey> = store
            .read(move |conn: &mut Conn| provider_keys::sealed_otherwise(conn, &kek, after, BATCH))
            .await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id);
        for key in batch {
            match one(store, vault, &key).await {
                Ok(true) => done.resealed = done.resealed.saturating_add(1),
                // It was changed meanwhile: it is under the current one, or gone.
                Ok(false) => {}
                Err(RotateError::Vault(error)) => done.left.push((key.id, error)),
                Err(error @ RotateError::Store(_)) => return Err(error),
            }
        }
    }
    authenticators(store, vault, &mut done).await?;
    done.by_kek = store.read(provider_keys::count_by_kek).await?;
    Ok(done)
}

async fn authenticators(
    store: &Store,
    vault: &Vault,
    done: &mut Rotated,
) -> Result<(), RotateError> {
    let mut after: Option<UserId> = None;
    loop {
        let kek = done.kek.clone();
        let batch = store
            .read(move |conn: &mut Conn| factors::sealed_otherwise(conn, &kek, after, BATCH))
            .await?;
        let Some((last, _)) = batch.last() else {
            return Ok(());
        };
        after = Some(*last);
        for (user, old) in batch {
            let sealed = match vault.open_authenticator(user, &old).await {
                Ok(secret) => vault.seal_authenticator(user, &secret).await?,
                Err(error) => {
                    done.left_authenticators.push((user, error));
                    continue;
                }
            };
            let changed = store
                .write(move |tx: &mut Tx<'_>| factors::reseal(tx, user, &old, &sealed))
                .await?;
            done.resealed = done.resealed.saturating_add(usize::from(changed));
        }
    }
}

async fn one(store: &Store, vault: &Vault, key: &StoredKey) -> Result<bool, RotateError> {
    let secret = vault.open(key).await?;
    let sealed = vault.seal(key.id, key.owner, &secret).await?;
    let (id, old) = (key.id, key.sealed.bytes.clone());
    let changed = store
        .write(move |tx: &mut Tx<'_>| provider_keys::reseal(tx, id, &old, &sealed))
        .await?;
    Ok(changed)
}
