//! Where settings come from: flags, environment, a TOML file. Each gives texts with a name for its origin; not their meaning.

use super::issuers;
use super::settings::{SETTINGS, find, nearest};
use std::collections::BTreeMap;

/// Variables of the tests, not of the server.
const TEST_PREFIX: &str = "KROWOC_TEST_";

/// A text and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// `--listen`, `KROWOC_LISTEN` or `listen in krowoc.toml`.
    pub origin: String,
}

/// Settings of one source, by key.
pub type Layer = BTreeMap<String, Written>;

/// The settings among environment variables.
///
/// # Errors
/// One sentence a variable that starts with `KROWOC_` and is none.
pub fn environment(vars: impl Iterator<Item = (String, String)>) -> Result<Layer, Vec<String>> {
    let mut layer = Layer::new();
    let mut errors = Vec::new();
    for (name, text) in vars {
        let Some(rest) = name.strip_prefix("KROWOC_") else {
            continue;
        };
        if rest == "CONFIG" || name.starts_with(TEST_PREFIX) {
            continue;
        }
        let key = rest.to_lowercase();
        match find(&key) {
            Some(setting) => {
                layer.insert(setting.key.to_owned(), Written { text, origin: name });
            }
            None if issuers::secret_of(&key).is_some() => {
                layer.insert(key, Written { text, origin: name });
            }
            None => errors.push(unknown(&format!("the variable {name}"), &key, |near| {
                format!("KROWOC_{}", near.to_uppercase())
            })),
        }
    }
    if errors.is_empty() {
        Ok(layer)
    } else {
        Err(errors)
    }
}

/// The settings of a TOML file; `name` is how messages call it.
///
/// # Errors
/// Where the file is not TOML, and one sentence a key that is no setting.
pub fn file(name: &str, text: &str) -> Result<Layer, Vec<String>> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        // The message alone: the parser's full text would quote the line, which may hold a password.
        let line = error.span().map_or(0, |span| {
            let before = text.get(..span.start).unwrap_or_default();
            before.matches('\n').count().saturating_add(1)
        });
        vec![format!("{name}, line {line}: {}", error.message())]
    })?;
    let mut layer = Layer::new();
    let mut errors = Vec::new();
    for (key, value) in table {
        let origin = format!("{key} in {name}");
        let Some(setting) = find(&key) else {
            errors.push(unknown(&format!("`{key}` in {name}"), &key, |near| {
                format!("`{near}`")
            }));
            continue;
        };
        match plain(&value) {
            Some(text) => {
                layer.insert(setting.key.to_owned(), Written { text, origin });
            }
            None => errors.push(format!("{origin}: expected {}", setting.value)),
        }
    }
    if errors.is_empty() {
        Ok(layer)
    } else {
        Err(errors)
    }
}

fn unknown(what: &str, key: &str, name: impl Fn(&str) -> String) -> String {
    match nearest(key) {
        Some(near) => format!("{what} is no setting; did you mean {}?", name(near)),
        None => {
            let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
            format!("{what} is no setting; there are {}", known.join(", "))
        }
    }
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) if items.iter().any(toml::Value::is_table) => {
            serde_json::to_string(items).ok()
        }
        toml::Value::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(plain).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}
