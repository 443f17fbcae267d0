//! The list of further OpenID Connect issuers: what each entry must say, and where its secret stands. Not the providers that are known by
//! name, and not the protocol.

use super::Take;
use super::federation::{Protocol, ProviderSettings, SCOPES, issuer};
use crate::vault::Secret;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The setting.
const KEY: &str = "oidc_issuers";
/// Longest id.
const ID_CHARS: usize = 32;
/// Longest name for people.
const NAME_CHARS: usize = 60;
/// What an entry may say.
const FIELDS: &[&str] = &[
    "id",
    "name",
    "issuer",
    "client_id",
    "client_secret_file",
    "scopes",
];
/// Ids that are something else in addresses, or have a meaning of their own.
const RESERVED: &[&str] = &["google", "microsoft", "github", "oidc", "link"];

/// Whether a key holds the secret of an issuer of the list; gives the issuer's id.
pub(super) fn secret_of(key: &str) -> Option<String> {
    let id = key.strip_prefix("oidc_")?.strip_suffix("_client_secret")?;
    let id = id.replace('_', "-");
    is_id(&id).then_some(id)
}

/// The key that holds the secret of an issuer of the list.
fn secret_key(id: &str) -> String {
    format!("oidc_{}_client_secret", id.replace('-', "_"))
}

fn is_id(id: &str) -> bool {
    let sane = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=ID_CHARS).contains(&id.len())
        && id.chars().all(sane)
        && id.starts_with(ends)
        && id.ends_with(ends)
}

/// Takes the list, in its order. What is wrong is noted with the place of the entry, and never with what it says.
pub(super) fn take(take: &mut Take<'_>) -> Vec<ProviderSettings> {
    let (text, origin) = match take.written(KEY).filter(|it| !it.text.is_empty()) {
        Some(written) => (written.text.clone(), written.origin.clone()),
        None => ("[]".to_owned(), KEY.to_owned()),
    };
    let Ok(entries) = serde_json::from_str::<Vec<Map<String, Value>>>(&text) else {
        take.errors.push(format!(
            "{origin}: expected a list of issuers, each with id, issuer and client_id"
        ));
        return Vec::new();
    };
    let mut found: Vec<ProviderSettings> = Vec::new();
    for (number, entry) in (1..).zip(&entries) {
        match one(take, entry) {
            Ok(settings) => found.push(settings),
            Err(why) => take
                .errors
                .push(format!("{origin}, issuer {number}: {why}")),
        }
    }
    let known: BTreeSet<&str> = entries.iter().filter_map(|it| text_of(it, "id")).collect();
    for layer in take.layers {
        let secrets = layer
            .iter()
            .filter_map(|(key, it)| Some((secret_of(key)?, it)));
        for (id, written) in secrets {
            if !known.contains(id.as_str()) {
                take.errors.push(format!(
                    "{} is set and {KEY} names no issuer with the id {id}",
                    written.origin
                ));
            }
        }
    }
    found
}

fn text_of<'a>(entry: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    let text = entry.get(field)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

fn one(take: &Take<'_>, entry: &Map<String, Value>) -> Result<ProviderSettings, String> {
    if entry.contains_key("client_secret") {
        return Err("the secret stands in a variable, KROWOC_OIDC_<ID>_CLIENT_SECRET, or in a file that client_secret_file names".to_owned());
    }
    if let Some(field) = entry.keys().find(|it| !FIELDS.contains(&it.as_str())) {
        return Err(format!(
            "`{field}` is nothing that an issuer has; there are {}",
            FIELDS.join(", ")
        ));
    }
    let needed = |field: &str| text_of(entry, field).ok_or_else(|| format!("{field} is missing"));
    let id = needed("id")?;
    if !is_id(id) {
        return Err(format!(
            "expected an id of up to {ID_CHARS} small letters, digits and hyphens: it stands in the address that people come back to"
        ));
    }
    if RESERVED.contains(&id) {
        return Err(format!("the id {id} is taken; choose another"));
    }
    let name = text_of(entry, "name").unwrap_or(id);
    if name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        return Err(format!(
            "expected a name of up to {NAME_CHARS} characters on one line"
        ));
    }
    Ok(ProviderSettings {
        id: id.to_owned(),
        name: name.to_owned(),
        protocol: Protocol::Oidc,
        issuer: issuer(needed("issuer")?).map_err(|why| format!("issuer: {why}"))?,
        client_id: needed("client_id")?.to_owned(),
        client_secret: secret(take, entry, id)?,
        scopes: scopes(entry.get("scopes"))?,
    })
}

/// The secret of an issuer: from its variable, or from the file that the entry names; empty for a public client.
fn secret(take: &Take<'_>, entry: &Map<String, Value>, id: &str) -> Result<Secret, String> {
    let written = take
        .written(&secret_key(id))
        .filter(|it| !it.text.trim().is_empty());
    let file = text_of(entry, "client_secret_file");
    if entry.contains_key("client_secret_file") && file.is_none() {
        return Err("client_secret_file: expected the name of a file".to_owned());
    }
    match (written, file) {
        (Some(written), Some(_)) => Err(format!(
            "{} and client_secret_file are both set: keep one",
            written.origin
        )),
        (Some(written), None) => Ok(Secret::new(written.text.trim())),
        (None, None) => Ok(Secret::new("")),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| format!("client_secret_file {file} cannot be read: {error}"))?;
            match text.trim() {
                "" => Err(format!("client_secret_file {file} is empty")),
                secret => Ok(Secret::new(secret)),
            }
        }
    }
}

/// What is asked of the issuer, as it is sent; always who it is.
fn scopes(given: Option<&Value>) -> Result<String, String> {
    let wrong = "scopes: expected a list such as [\"openid\", \"email\", \"profile\"]";
    let scopes: Vec<&str> = match given {
        None => return Ok(SCOPES.to_owned()),
        Some(Value::Array(items)) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            texts.ok_or(wrong)?
        }
        Some(Value::String(text)) => text.split_whitespace().collect(),
        Some(_) => return Err(wrong.to_owned()),
    };
    // RFC 6749, section 3.3.
    let sane = |scope: &&str| {
        let good = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        !scope.is_empty() && scope.bytes().all(good)
    };
    if !scopes.iter().all(sane) {
        return Err(wrong.to_owned());
    }
    if !scopes.contains(&"openid") {
        return Err(
            "scopes: openid must be among them, or the issuer does not say who somebody is"
                .to_owned(),
        );
    }
    Ok(scopes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_variable_holds_the_secret_of_the_issuer_that_it_names() {
        assert_eq!(
            secret_of("oidc_main_client_secret").as_deref(),
            Some("main")
        );
        let long = secret_of(&secret_key("my-lab-2"));
        assert_eq!(long.as_deref(), Some("my-lab-2"));
        for other in [
            "oidc_client_secret",
            "oidc__client_secret",
            "oidc_main_client_id",
            "google_client_secret",
        ] {
            assert_eq!(secret_of(other), None, "{other}");
        }
    }

    #[test]
    fn an_id_is_small_and_can_stand_in_an_address() {
        for good in ["a", "main", "lab-2", "7"] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "Main", "a b", "-a", "a-", "a/b", "ä", &"a".repeat(33)] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn who_it_is_is_always_asked_for() {
        assert_eq!(scopes(None).as_deref(), Ok(SCOPES));
        let given = json!(["openid", "groups"]);
        assert_eq!(scopes(Some(&given)).as_deref(), Ok("openid groups"));
        assert_eq!(
            scopes(Some(&json!("openid  email"))).as_deref(),
            Ok("openid email")
        );
        for wrong in [
            json!(["email"]),
            json!([]),
            json!([1]),
            json!({}),
            json!(["openid", "a b"]),
            json!(["openid", ""]),
        ] {
            assert!(scopes(Some(&wrong)).is_err(), "{wrong}");
        }
    }
}
