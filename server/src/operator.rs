//! What the operator does from the command line beside the database: keys held for everybody, re-sealing. Not for a browser: whoever
//! can run this owns the machine.

use crate::config::Config;
use crate::platform::{Clock, Random, random};
use crate::store::models;
use crate::store::provider_keys::{self, StoredKey};
use crate::store::{Conn, Store, StoreError, StoreOptions, Tx, accounts, migrate, tiers};
use crate::vault::rotate::{Rotated, reseal};
use crate::vault::{Secret, Vault};
use crate::web::email;
use krowoc_shared::execution::catalogue::{Catalogue, differences};
use krowoc_shared::execution::request::Provider;
use krowoc_shared::ids::KeyId;
use krowoc_shared::library::quota::Tier;
use std::path::Path;
use std::sync::Arc;
use url::Url;

/// The store and the vault of a configuration, without a server.
pub struct Operator {
    config: Config,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Operator {
    /// With the machine's clock and randomness, or a test's.
    #[must_use]
    pub fn new(config: Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            config,
            clock,
            random,
        }
    }

    /// Opens the store; its schema must be this binary's.
    pub(crate) fn store(&self) -> Result<Store, String> {
        let url = &self.config.database;
        let steps = migrate::status(url).map_err(said)?;
        if steps.iter().any(|step| !step.applied) {
            return Err(format!(
                "{url}: the schema is older than this krowoc; run `krowoc migrate up` first"
            ));
        }
        let options = StoreOptions {
            connections: 1,
            ..StoreOptions::default()
        };
        Store::open(url, options).map_err(said)
    }

    fn vault(&self) -> Result<Vault, String> {
        Vault::open_configured(&self.config, Arc::clone(&self.random)).map_err(said)
    }

    /// Re-seals every stored key under the current key-encryption key, after making a new one when that is wished. It may be stopped
    /// and run again, also while servers run.
    ///
    /// # Errors
    /// A sentence with what failed; what was re-sealed stays so.
    pub async fn rotate_key(&self, new: bool) -> Result<String, String> {
        let (store, vault) = (self.store()?, self.vault()?);
        let mut text = String::new();
        if new {
            let id = vault.new_kek().await.map_err(said)?;
            text = format!("made the key-encryption key {id}\n");
        }
        let done = reseal(&store, &vault).await;
        store.close().await;
        let done = done.map_err(said)?;
        let told = told(&done);
        if done.is_whole() {
            Ok(text + &told)
        } else {
            Err(text + &told)
        }
    }

    /// Stores the key that a provider is called with for everybody who has none of their own, or replaces it.
    ///
    /// # Errors
    /// A sentence with what is wrong.
    pub async fn set_server_key(
        &self,
        provider: Provider,
        base_url: Option<&str>,
        key: &str,
    ) -> Result<String, String> {
        let key = key.trim();
        if key.is_empty() && !provider.key_optional() {
            return Err("no key came on the standard input".to_owned());
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("what came on the standard input is no key: it holds spaces or signs that no key has".to_owned());
        }
        let base_url = match base_url.or(provider.base_url()) {
            None => {
                return Err(format!(
                    "{} has no usual address: add --base-url",
                    provider.title()
                ));
            }
            Some(text) => Url::parse(text).map_err(|_| format!("`{text}` is no address"))?,
        };
        let secret = Secret::new(key);
        let (store, vault) = (self.store()?, self.vault()?);
        let old = store.read(move |conn: &mut Conn| provider_keys::of_operator(conn, provider));
        let old = old.await.map_err(said)?;
        let now = self.clock.now();
        let id = old.as_ref().map_or_else(
            || KeyId::mint(now, random(self.random.as_ref())),
            |key| key.id,
        );
        let row = StoredKey {
            id,
            owner: None,
            provider,
            name: "Server".to_owned(),
            base_url: base_url.as_str().trim_end_matches('/').to_owned(),
            sealed: vault.seal(id, None, &secret).await.map_err(said)?,
            hint: secret.hint(),
            preferred: false,
            created_at: now,
            rotated_at: None,
            used_at: None,
        };
        let replaced = old.is_some();
        let written = store.write(move |tx: &mut Tx<'_>| {
            if replaced {
                provider_keys::replace(tx, id, &row.sealed, &row.hint, now)?;
                provider_keys::set_address(tx, id, &row.base_url)
            } else {
                provider_keys::create(tx, &row)
            }
        });
        written.await.map_err(said)?;
        store.close().await;
        let verb = if replaced { "replaced" } else { "stored" };
        Ok(format!(
            "{verb} the server's key for {}\n",
            provider.title()
        ))
    }

    /// Sets what an account may hold.
    ///
    /// # Errors
    /// A sentence with what is wrong.
    pub async fn set_tier(&self, address: &str, tier: Tier) -> Result<String, String> {
        let wanted = email::normalise(address);
        let wanted = wanted.map_err(|_| format!("`{address}` is no e-mail address"))?;
        let store = self.store()?;
        let found = store.write(
            move |tx: &mut Tx<'_>| match accounts::by_email(tx, &wanted)? {
                None => Ok(false),
                Some(account) => {
                    tiers::set(tx, account.id, tier)?;
                    Ok(true)
                }
            },
        );
        let found: bool = found.await.map_err(|error: StoreError| said(error))?;
        store.close().await;
        if found {
            Ok(format!("{address} has the tier {}\n", tier.as_str()))
        } else {
            Err(format!("there is no account with the address {address}"))
        }
    }

    /// Shows what a catalogue file would change, and puts it in place when that is wished.
    ///
    /// # Errors
    /// The mistakes of the file, or a sentence with what failed.
    pub async fn models(&self, file: &Path, apply: bool) -> Result<String, String> {
        let text = std::fs::read_to_string(file);
        let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
        let wanted = Catalogue::parse(&text).map_err(|mistakes| {
            let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            format!("{}:\n{}", file.display(), lines.join("\n"))
        })?;
        let store = self.store()?;
        let current = store.read(models::current).await.map_err(said)?;
        let changes = differences(&current, &wanted);
        let mut text: String = changes.iter().map(|change| format!("{change}\n")).collect();
        if !apply {
            text.push_str(&format!("{} changes; nothing was changed\n", changes.len()));
        } else {
            let now = self.clock.now();
            let replaced =
                store.write(move |tx: &mut Tx<'_>| models::replace(tx, &wanted, None, now));
            replaced.await.map_err(said)?;
            text.push_str(&format!(
                "{} changes; the catalogue was replaced\n",
                changes.len()
            ));
        }
        store.close().await;
        Ok(text)
    }

    /// Removes the key that a provider is called with for everybody.
    ///
    /// # Errors
    /// A sentence with what is wrong.
    pub async fn remove_server_key(&self, provider: Provider) -> Result<String, String> {
        let store = self.store()?;
        let now = self.clock.now();
        let removed =
            store.write(
                move |tx: &mut Tx<'_>| match provider_keys::of_operator(tx, provider)? {
                    Some(key) => provider_keys::remove(tx, &key, now).map(|()| true),
                    None => Ok(false),
                },
            );
        let removed: bool = removed
            .await
            .map_err(|error: crate::store::StoreError| said(error))?;
        store.close().await;
        if removed {
            Ok(format!(
                "removed the server's key for {}\n",
                provider.title()
            ))
        } else {
            Err(format!("the server holds no key for {}", provider.title()))
        }
    }
}

/// What re-sealing came to, with what the operator may do next.
fn told(done: &Rotated) -> String {
    let mut text = format!(
        "re-sealed {} provider keys under {}\n",
        done.resealed, done.kek
    );
    for (id, error) in &done.left {
        text.push_str(&format!("left {id} as it is: {error}\n"));
    }
    for (user, error) in &done.left_authenticators {
        text.push_str(&format!(
            "left the authenticator of {user} as it is: {error}\n"
        ));
    }
    for (kek, count) in &done.by_kek {
        text.push_str(&format!("{kek} seals {count}\n"));
    }
    if done.is_whole() {
        text.push_str("a key-encryption key that is not listed seals nothing: it may be taken away once every server has been restarted\n");
    }
    text
}
