//! Which module of the server may use which: nouns meet in `shared`, in `store` or through `jobs`. Not the crates: those are `arrows`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

use crate::files;
use crate::project::Project;

/// What every noun stands on; none of these knows a noun.
const GROUND: &[&str] = &[
    "config",
    "jobs",
    "mail",
    "oidc",
    "providers",
    "store",
    "vault",
    "web",
];
/// Nouns that use another one's service, and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    (
        "library",
        "sync",
        "an edit on the dashboard is an operation: there is one way to write",
    ),
    (
        "executions",
        "sync",
        "an output that is kept becomes a document by an operation",
    ),
    (
        "leaderboard",
        "sync",
        "a copy of a public prompt is made by an operation",
    ),
    (
        "mcp",
        "library",
        "an agent's search is the library's, in another wire format",
    ),
    (
        "openai",
        "executions",
        "a second door to the same service, in another wire format",
    ),
];

/// Checks every file under the server's modules.
///
/// # Errors
/// One line for each use that is not allowed, with its file and line.
pub fn check(project: &Project) -> Result<()> {
    let root = project.path("server/src");
    let nouns = nouns(&root)?;
    let mut broken = Vec::new();
    for entry in WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.context("read the server's modules")?;
        let path = entry.path();
        if !entry.file_type().is_file() || !files::has_extension(path, &["rs"]) {
            continue;
        }
        let inside = path.strip_prefix(&root).unwrap_or(path);
        let Some(module) = module(inside) else {
            continue;
        };
        for (line, used) in uses(&module, &files::read_text(path)?, &nouns) {
            broken.push(format!(
                "server/src/{}:{line}: {module} must not use {used}: let them meet in shared, in store or through jobs",
                inside.display()
            ));
        }
    }
    if broken.is_empty() {
        Ok(())
    } else {
        bail!("{}", broken.join("\n"))
    }
}

/// The folders that are no ground are nouns.
fn nouns(root: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in WalkDir::new(root).min_depth(1).max_depth(1) {
        let entry = entry.context("read the server's modules")?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_dir() && !GROUND.contains(&name.as_str()) {
            names.insert(name);
        }
    }
    Ok(names)
}

/// The folder a file belongs to; `None` for the files that wire everything together.
fn module(inside: &Path) -> Option<String> {
    let mut parts = inside.iter();
    let first = parts.next()?.to_string_lossy().into_owned();
    parts.next().map(|_| first)
}

/// Lines on which a module uses a noun that it must not.
fn uses(module: &str, text: &str, nouns: &BTreeSet<String>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for (place, _) in line.match_indices("crate::") {
            let rest = line.get(place + "crate::".len()..).unwrap_or_default();
            let used: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let allowed = ALLOWED
                .iter()
                .any(|(from, to, _)| *from == module && *to == used);
            if used != module && nouns.contains(&used) && !allowed {
                found.push((at + 1, used));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> BTreeSet<String> {
        ["accounts", "library", "sync"].map(str::to_owned).into()
    }

    #[test]
    fn a_noun_uses_itself_and_the_ground() {
        let text =
            "use crate::accounts::tokens;\nuse crate::store::Conn;\nuse crate::web::Reply;\n";
        assert_eq!(uses("accounts", text, &names()), []);
    }

    #[test]
    fn a_noun_that_uses_another_is_named_with_its_line() {
        let text = "//! A.\nuse crate::library::edit;\nfn f() { crate::sync::push::apply() }\n";
        let found = uses("accounts", text, &names());
        assert_eq!(found, [(2, "library".to_owned()), (3, "sync".to_owned())]);
        assert_eq!(uses("library", text, &names()), []);
    }

    #[test]
    fn the_ground_knows_no_noun() {
        let found = uses("store", "use crate::sync::push;\n", &names());
        assert_eq!(found, [(1, "sync".to_owned())]);
    }

    #[test]
    fn files_that_wire_everything_are_free() {
        assert_eq!(module(Path::new("router.rs")), None);
        assert_eq!(module(Path::new("sync/push.rs")).as_deref(), Some("sync"));
    }
}
