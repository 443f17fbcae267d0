//! File names that every system takes, and titles from file names. Not paths: the writer joins them.

use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Longest name without its ending, in bytes: file systems take 255 for the whole.
const NAME_BYTES: usize = 160;

/// A file name, without ending, for a title: what Windows, macOS and Linux all take, Unicode kept.
#[must_use]
pub fn file_name(title: &str) -> String {
    let mut name = String::new();
    for c in title.nfc() {
        match c {
            '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => name.push('-'),
            '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' => {}
            _ if c.is_control() || c.is_whitespace() => name.push(' '),
            _ => name.push(c),
        }
    }
    let name = name
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let name = name.trim_start_matches(['.', ' ', '~']);
    let name = name
        .get(..name.floor_char_boundary(NAME_BYTES))
        .unwrap_or(name);
    let name = name.trim_end_matches(['.', ' ']);
    if name.is_empty() {
        "Untitled".to_owned()
    } else if is_reserved(name) {
        format!("_{name}")
    } else {
        name.to_owned()
    }
}

/// Names of devices on Windows, with any ending.
fn is_reserved(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or(name)
        .trim_end()
        .to_ascii_uppercase();
    let numbered = |prefix: &str| {
        let mut rest = stem.strip_prefix(prefix).unwrap_or_default().chars();
        matches!(
            (rest.next(), rest.next()),
            (Some('0'..='9' | '¹' | '²' | '³'), None)
        )
    };
    matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || numbered("COM")
        || numbered("LPT")
}

/// Gives each path once: a second `a.md` becomes `a (2).md`. Case does not tell paths apart, as on Windows and macOS.
#[derive(Debug, Default)]
pub struct UniquePaths(BTreeMap<String, u32>);

impl UniquePaths {
    /// A path in `folder` (empty, or ending in `/`) for a name made by [`file_name`].
    pub fn path(&mut self, folder: &str, name: &str, ending: &str) -> String {
        let key = |path: &str| path.to_lowercase().nfkc().collect::<String>();
        let plain = format!("{folder}{name}{ending}");
        let mut number = match self.0.get(&key(&plain)) {
            Some(number) => *number,
            None => {
                self.0.insert(key(&plain), 1);
                return plain;
            }
        };
        loop {
            number = number.saturating_add(1);
            let path = format!("{folder}{name} ({number}){ending}");
            if !self.0.contains_key(&key(&path)) {
                self.0.insert(key(&plain), number);
                self.0.insert(key(&path), 1);
                return path;
            }
        }
    }
}

/// A title for a file or folder name: `analyze_claims` → `Analyze claims`.
#[must_use]
pub fn humanise(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_made_safe_and_stay_readable() {
        let cases = [
            ("Act as a lawyer", "Act as a lawyer"),
            ("a/b\\c: \"d\"?", "a-b-c- -d--"),
            ("日本語 プロンプト", "日本語 プロンプト"),
            ("../../etc/passwd", "-..-etc-passwd"),
            (".hidden. ", "hidden"),
            ("con", "_con"),
            ("LPT1.txt", "_LPT1.txt"),
            ("COM10", "COM10"),
            ("...", "Untitled"),
            ("a\u{202E}b\n\tc", "ab c"),
        ];
        for (title, name) in cases {
            assert_eq!(file_name(title), name);
        }
        assert!(file_name(&"長".repeat(200)).len() <= NAME_BYTES);
    }

    #[test]
    fn repeated_names_are_numbered_whatever_their_case() {
        let mut paths = UniquePaths::default();
        let mut path = |name| paths.path("p/", name, ".md");
        assert_eq!(
            [path("A"), path("a"), path("A (2)"), path("A")],
            ["p/A.md", "p/a (2).md", "p/A (2) (2).md", "p/A (3).md"]
        );
    }

    #[test]
    fn titles_come_from_file_names() {
        assert_eq!(humanise("analyze_claims"), "Analyze claims");
        assert_eq!(humanise("t-check__x"), "T check x");
        assert_eq!(humanise(""), "");
    }

    proptest! {
        #[test]
        fn every_title_has_a_safe_name(title in any::<String>()) {
            let name = file_name(&title);
            prop_assert!(!name.is_empty() && name.len() <= NAME_BYTES + 1);
            prop_assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']) && !name.contains(char::is_control));
            prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']));
        }

        #[test]
        fn paths_are_never_given_twice(names in prop::collection::vec("[aA](\\([23]\\)| \\(2\\)){0,2}", 0..20)) {
            let mut paths = UniquePaths::default();
            let mut given: Vec<_> = names.iter().map(|name| paths.path("", name, ".md").to_lowercase()).collect();
            given.sort();
            given.dedup();
            prop_assert_eq!(given.len(), names.len());
        }
    }
}
