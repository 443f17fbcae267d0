//! Checks the message catalogue against the code and the locales against each other. Reads files only; no browser.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

type Messages = BTreeMap<String, String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn locale(name: &str) -> Messages {
    let path = root()
        .join("manifest/_locales")
        .join(name)
        .join("messages.json");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let json: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&text).unwrap();
    json.into_iter()
        .map(|(key, value)| (key, value["message"].clone()))
        .collect()
}

fn locales() -> Vec<String> {
    let folders = std::fs::read_dir(root().join("manifest/_locales")).unwrap();
    folders
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// `$1` to `$9` in a message.
fn placeholders(message: &str) -> BTreeSet<char> {
    let after = message
        .split('$')
        .skip(1)
        .filter_map(|rest| rest.chars().next());
    after.filter(char::is_ascii_digit).collect()
}

fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, endings, found);
        } else if endings
            .iter()
            .any(|ending| path.to_string_lossy().ends_with(ending))
        {
            found.push(path);
        }
    }
}

/// All sources that name messages, as one text.
fn sources() -> String {
    let mut found = Vec::new();
    files(&root().join("extension/src"), &[".rs"], &mut found);
    files(&root().join("extension/glue"), &[".js"], &mut found);
    for name in ["base", "chrome", "firefox"] {
        found.push(root().join(format!("manifest/{name}.json")));
    }
    found
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn the_promised_locales_are_there() {
    let there: BTreeSet<String> = locales().into_iter().collect();
    for name in ["en", "de", "fr", "es", "ja", "zh_CN", "ar"] {
        assert!(there.contains(name), "{name}");
    }
}

#[test]
fn every_locale_has_every_message_with_the_same_placeholders() {
    let english = locale("en");
    for name in locales() {
        let other = locale(&name);
        let keys = |messages: &Messages| messages.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&other), keys(&english), "{name}");
        for (key, message) in &english {
            let theirs = &other[key];
            assert!(!theirs.trim().is_empty(), "{name}: {key} is empty");
            assert_eq!(placeholders(theirs), placeholders(message), "{name}: {key}");
        }
    }
}

#[test]
fn every_message_that_the_code_names_exists() {
    let english = locale("en");
    let sources = sources();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for call in ["t(\"", "t1(\"", "t2(\"", "message(\"", "__MSG_"] {
        for (at, _) in sources.match_indices(call) {
            let inside = sources[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if inside && call != "__MSG_" {
                continue;
            }
            let rest = &sources[at + call.len()..];
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            named.insert(&rest[..end]);
        }
    }
    let ours = |key: &&&str| key.len() > 2 && key.chars().all(|c| c.is_ascii_alphanumeric());
    let missing: Vec<_> = named
        .iter()
        .filter(ours)
        .filter(|key| !english.contains_key(**key))
        .collect();
    assert!(named.len() > 60, "the sources were not read");
    assert_eq!(missing, Vec::<&&str>::new());
}

#[test]
fn every_message_is_used() {
    let sources = sources();
    let used = |key: &str| {
        sources.contains(&format!("\"{key}\"")) || sources.contains(&format!("__MSG_{key}__"))
    };
    let unused: Vec<String> = locale("en").into_keys().filter(|key| !used(key)).collect();
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn words_are_short_and_calm() {
    for name in locales() {
        for (key, message) in locale(&name) {
            assert!(!message.contains(['!', '！', '¡']), "{name}: {key} shouts");
            assert!(message.chars().count() <= 200, "{name}: {key} is long");
        }
    }
    let description = locale("en")["appDescription"].chars().count();
    assert!(
        description <= 132,
        "stores take 132 characters, this has {description}"
    );
}
