//! What a person may store as a key: its name, its address, the key itself. Not how it is stored.

use crate::providers::Providers;
use crate::store::provider_keys::StoredKey;
use crate::vault::Secret;
use crate::web::{Fault, Reply};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::request::Provider;
use url::Url;
use zeroize::Zeroizing;

/// Longest key, in bytes.
const LONGEST_KEY: usize = 4_096;
/// Longest address, in bytes.
const LONGEST_ADDRESS: usize = 1_000;

pub(super) fn field(field: &str, detail: &str) -> Fault {
    Fault::new(ErrorCode::InvalidField)
        .field(field)
        .detail(detail)
}

/// A name without white space around it; may be empty.
pub(super) fn name(text: &str) -> Reply<String> {
    let name = text.trim();
    if name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(field("/name", "Use 1 to 100 characters."));
    }
    Ok(name.to_owned())
}

/// The name of a key that none was chosen for: the provider's, with a number when that is taken.
pub(super) fn free_name(own: &[StoredKey], provider: Provider) -> String {
    let taken = |name: &str| {
        let mut keys = own.iter();
        keys.any(|key| key.provider == provider && key.name == name)
    };
    let title = provider.title().to_owned();
    let numbered = (2..=own.len().saturating_add(2)).map(|number| format!("{title} {number}"));
    let mut names = std::iter::once(title.clone()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or(title)
}

/// The key, as a header can carry it.
pub(super) fn key(text: String, provider: Provider) -> Reply<Secret> {
    let text = Zeroizing::new(text);
    let key = text.trim();
    if key.is_empty() && !provider.key_optional() {
        return Err(field("/key", "Paste the key of the provider."));
    }
    if key.len() > LONGEST_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let detail = "This is no key: a key has letters, digits and signs only, without spaces.";
        return Err(field("/key", detail));
    }
    Ok(Secret::new(key))
}

/// Where the provider listens: its usual address, or one that this server may call.
pub(super) async fn address(
    providers: &Providers,
    provider: Provider,
    text: Option<String>,
) -> Reply<String> {
    let text = text.unwrap_or_default();
    let text = text.trim().trim_end_matches('/');
    match provider.base_url() {
        Some(usual) if text.is_empty() || text == usual => return Ok(usual.to_owned()),
        None if text.is_empty() => {
            let detail = "Write where it listens, such as https://models.example.org/v1.";
            return Err(field("/base_url", detail));
        }
        _ => {}
    }
    let wrong = || {
        let detail = "Write an address such as https://models.example.org/v1, without a query.";
        field("/base_url", detail)
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    if text.len() > LONGEST_ADDRESS || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong());
    }
    providers.check_address(&url).await.map_err(|refused| {
        Fault::new(ErrorCode::AddressRefused)
            .field("/base_url")
            .detail(sentence(&refused.to_string()))
    })?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(std::iter::once('.')).collect()
}
