//! Rules of the house that no compiler checks: what a file opens with, how long it is, what tests may not do. Not formatting.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::files;
use crate::process;
use crate::project::Project;

/// Lines after which a file is too long to be read at once.
const LONGEST: usize = 500;
/// Endings of files that are read for the rules on all text.
const TEXT: &[&str] = &[
    "rs", "toml", "md", "json", "mjs", "js", "css", "html", "sql", "yml", "lock",
];
/// Parts of the tree whose files are other people's words: pages to clip and their expected results.
const QUOTED: &[&str] = &["fixtures/", "golden/", "snapshots/"];
/// What no test may do, and why. In two halves, so that this file does not break its own rule.
const IN_TESTS: &[(&str, &str, &str)] = &[
    (
        "thread::",
        "sleep",
        "waits for time to pass instead of for a thing to happen",
    ),
    ("#[ign", "ore", "a test that does not run proves nothing"),
];

/// Checks every file that git knows or would take.
///
/// # Errors
/// One line for each broken rule, with its file and line.
pub fn check(project: &Project) -> Result<()> {
    let mut list = Command::new("git");
    list.current_dir(&project.root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let names = process::capture(&mut list).context("run this in a git working tree")?;
    let mut broken = Vec::new();
    for name in names.split_terminator('\0') {
        let path = project.path(name);
        if !files::has_extension(&path, TEXT) || !path.is_file() {
            continue;
        }
        // A fixture may be in any encoding.
        let text = String::from_utf8_lossy(&files::read(&path)?).into_owned();
        broken.extend(
            file(name, &text)
                .into_iter()
                .map(|rule| format!("{name}{rule}")),
        );
    }
    broken.extend(lock_files(project)?);
    if broken.is_empty() {
        Ok(())
    } else {
        bail!("{}", broken.join("\n"))
    }
}

/// What is wrong with one file.
fn file(name: &str, text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if QUOTED.iter().any(|part| name.contains(part)) {
        return broken;
    }
    if !name.ends_with(".lock") && !name.ends_with("-lock.json") {
        broken.extend(
            places(text, is_somebodys_path)
                .map(|line| format!(":{line}: names a folder of one machine")),
        );
    }
    if !name.ends_with(".rs") {
        return broken;
    }
    if !opens_with_its_purpose(text) {
        let what = if is_test_module(name) { "tests" } else { "is" };
        broken.push(format!(
            ":1: does not open with `//!` and what the module {what}"
        ));
    }
    let lines = text.lines().count();
    if lines > LONGEST {
        broken.push(format!(": {lines} lines; the limit is {LONGEST}"));
    }
    for (head, tail, reason) in IN_TESTS {
        let banned = format!("{head}{tail}");
        for line in places(test_part(name, text), |line| line.contains(&banned)) {
            broken.push(format!(
                ":{}: `{banned}` in a test: {reason}",
                line + text.lines().count() - test_part(name, text).lines().count()
            ));
        }
    }
    broken
}

/// Lock files name no host: whoever installs chooses where from.
fn lock_files(project: &Project) -> Result<Vec<String>> {
    let npm = files::read_text(&project.path("tests/package-lock.json"))?;
    let named = places(&npm, |line| line.trim_start().starts_with("\"resolved\":"));
    Ok(named.map(|line| format!("tests/package-lock.json:{line}: names a host; run: npm install --prefix tests --omit-lockfile-registry-resolved")).collect())
}

/// The numbers of the lines that fit.
fn places<'a>(text: &'a str, fits: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = usize> + 'a {
    text.lines()
        .enumerate()
        .filter(move |(_, line)| fits(line))
        .map(|(at, _)| at + 1)
}

/// The first line that is no attribute and not empty is the module's own documentation.
fn opens_with_its_purpose(text: &str) -> bool {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
    first.is_some_and(|line| line.starts_with("//! "))
}

/// The part of a file that is only compiled for tests; helpers and benches beside the tests are none.
fn test_part<'a>(name: &str, text: &'a str) -> &'a str {
    let whole = name.starts_with("tests/")
        && !name.starts_with("tests/src/")
        && !name.starts_with("tests/bench/");
    if whole || is_test_module(name) {
        return text;
    }
    text.find("#[cfg(test)]")
        .and_then(|at| text.get(at..))
        .unwrap_or_default()
}

fn is_test_module(name: &str) -> bool {
    let file = files::name(Path::new(name));
    file == "tests.rs" || file.ends_with("_tests.rs")
}

/// An absolute path that only one machine has, outside an address.
fn is_somebodys_path(line: &str) -> bool {
    [concat!("/ro", "ot/"), concat!("/wo", "rk/")]
        .iter()
        .any(|path| {
            line.match_indices(path).any(|(at, _)| {
                let before = line.get(..at).and_then(|before| before.chars().next_back());
                before.is_none_or(|before| !before.is_alphanumeric() && !"./-_}".contains(before))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_says_what_it_is_passes() {
        let good = "#![allow(dead_code)]\n\n//! Counts sheep. Not goats.\n\nfn main() {}\n";
        assert_eq!(file("server/src/sheep.rs", good), [] as [&str; 0]);
        assert_eq!(file("server/src/sheep.rs", "fn main() {}\n").len(), 1);
        assert_eq!(file("server/src/sheep.rs", "").len(), 1);
        assert_eq!(
            file("server/src/sheep_tests.rs", "use super::*;\n"),
            [":1: does not open with `//!` and what the module tests"]
        );
        let tests = "//! Tests of counting sheep.\n\nuse super::*;\n";
        assert_eq!(file("server/src/sheep_tests.rs", tests), [] as [&str; 0]);
    }

    #[test]
    fn a_long_file_is_named_with_its_length() {
        let long = format!("//! Long.\n{}", "x\n".repeat(LONGEST));
        assert_eq!(file("a.rs", &long), [": 501 lines; the limit is 500"]);
        assert_eq!(file("a.rs", &long[..long.len() - 2]), [] as [&str; 0]);
    }

    #[test]
    fn waiting_is_banned_in_tests_and_nowhere_else() {
        let wait = concat!("std::thread::", "sleep(x);");
        let source =
            format!("//! A.\nfn poll() {{ {wait} }}\n#[cfg(test)]\nmod tests {{\n{wait}\n}}\n");
        let broken = file("server/src/a.rs", &source);
        assert_eq!(broken.len(), 1);
        assert!(broken[0].starts_with(":5:"), "{broken:?}");
        let helper = format!("//! A.\nfn poll() {{ {wait} }}\n");
        assert_eq!(file("tests/src/a.rs", &helper), [] as [&str; 0]);
        assert_eq!(file("tests/api/a.rs", &helper).len(), 1);
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_an_address_is_not() {
        assert!(is_somebodys_path(concat!("see /wo", "rk/notes.md")));
        assert!(is_somebodys_path(concat!("\"/ro", "ot/.cargo\"")));
        assert!(!is_somebodys_path(concat!(
            "https://example.org/wo",
            "rk/notes"
        )));
        assert!(!is_somebodys_path(concat!("a/framewo", "rk/x")));
    }
}
