//! Where provider keys are sealed: settings of key-encryption keys and of a HashiCorp Vault. Not the sealing.

use super::Take;
use crate::vault::Secret;
use std::path::PathBuf;
use url::Url;

/// How the token of a HashiCorp Vault is come by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultToken {
    /// As it was given.
    Text(Secret),
    /// From a file that is read again when the vault refuses the token.
    File(PathBuf),
}

/// A transit key of a HashiCorp Vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashicorpSettings {
    /// Where the vault listens.
    pub url: Url,
    /// Where its transit engine is mounted.
    pub mount: String,
    /// The name of the transit key.
    pub key: String,
    /// The namespace; empty for none.
    pub namespace: String,
    /// The token.
    pub token: VaultToken,
}

/// Settings of the vault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VaultSettings {
    /// Key-encryption keys; the first seals.
    pub keys: Option<Secret>,
    /// A file of key-encryption keys.
    pub key_file: Option<PathBuf>,
    /// A HashiCorp Vault that seals instead.
    pub hashicorp: Option<HashicorpSettings>,
}

/// A name in an address: no slash at its ends, nothing that would have to be escaped.
fn name(text: &str) -> Option<String> {
    let sane = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let text = text.trim_matches('/');
    (!text.is_empty() && text.chars().all(sane) && !text.contains("..")).then(|| text.to_owned())
}

fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
    });
    let url = url.ok_or("expected https://HOST:8200")?;
    if cfg!(feature = "hashicorp-vault") {
        Ok(url)
    } else {
        Err("this krowoc was built without the feature hashicorp-vault".to_owned())
    }
}

/// Takes them.
pub(super) fn take(take: &mut Take<'_>) -> Result<VaultSettings, Vec<String>> {
    let path = |text: &str| Ok(PathBuf::from(text));
    let secret = |text: &str| Ok(Secret::new(text.trim()));
    let keys = take.optional("key", secret)?;
    let key_file = take.optional("key_file", path)?;
    let url = take.optional("vault_url", url)?;
    let mount = take.parsed("vault_mount", name)?;
    let key = take.parsed("vault_key", name)?;
    let namespace = take
        .optional("vault_namespace", |text| {
            name(text).ok_or("expected NAME".to_owned())
        })?
        .unwrap_or_default();
    let text = take.optional("vault_token", secret)?;
    let file = take.optional("vault_token_file", path)?;
    let hashicorp = match (url, text, file) {
        (None, _, _) => None,
        (Some(url), Some(text), _) => Some((url, VaultToken::Text(text))),
        (Some(url), None, Some(file)) => Some((url, VaultToken::File(file))),
        (Some(_), None, None) => {
            let error = "vault_url needs a token: set KROWOC_VAULT_TOKEN or --vault-token-file";
            take.errors.push(error.to_owned());
            None
        }
    };
    Ok(VaultSettings {
        keys,
        key_file,
        hashicorp: hashicorp.map(|(url, token)| HashicorpSettings {
            url,
            mount,
            key,
            namespace,
            token,
        }),
    })
}
