//! Which crate may reach which: the arrows of the architecture, held against `cargo tree`. Not the modules inside a crate.

use anyhow::{Result, bail};

use crate::process;
use crate::project::Project;

/// A crate and what must not be under it.
struct Arrow {
    from: &'static str,
    tree: &'static [&'static str],
    never: &'static [&'static str],
}

/// Servers, databases and browsers stay out of the pure core; a browser never carries the server, nor the server a browser's parts.
const ARROWS: &[Arrow] = &[
    Arrow {
        from: "krowoc-shared",
        tree: &["--all-features"],
        never: &[
            "diesel",
            "tokio",
            "actix-web",
            "wasm-bindgen",
            "web-sys",
            "reqwest",
        ],
    },
    // The zip reader of `exchange` brings the browser's randomness when it is compiled for one; nothing else does.
    Arrow {
        from: "krowoc-shared",
        tree: &["--features", "extract", "--target", "all"],
        never: &[
            "diesel",
            "tokio",
            "actix-web",
            "wasm-bindgen",
            "web-sys",
            "reqwest",
        ],
    },
    Arrow {
        from: "krowoc-ui",
        tree: &["--target", "all"],
        never: &[
            "krowoc-server",
            "krowoc-extension",
            "krowoc-dashboard",
            "diesel",
            "actix-web",
        ],
    },
    Arrow {
        from: "krowoc-extension",
        tree: &["--all-features", "--target", "all"],
        never: &["krowoc-server", "krowoc-dashboard", "diesel", "actix-web"],
    },
    Arrow {
        from: "krowoc-extension",
        tree: &["--target", "all"],
        never: &["dom_smoothie", "dom_query", "htmd"],
    },
    Arrow {
        from: "krowoc-dashboard",
        tree: &["--target", "all"],
        never: &["krowoc-server", "krowoc-extension", "diesel", "actix-web"],
    },
    Arrow {
        from: "krowoc-server",
        tree: &["--all-features"],
        never: &[
            "krowoc-ui",
            "krowoc-extension",
            "krowoc-dashboard",
            "leptos",
            "wasm-bindgen",
        ],
    },
];

/// Checks every arrow.
///
/// # Errors
/// One line for each crate that is reached and must not be.
pub fn check(project: &Project) -> Result<()> {
    let mut broken = Vec::new();
    for arrow in ARROWS {
        let mut cargo = project.cargo();
        cargo
            .args([
                "tree", "-p", arrow.from, "-e", "normal", "--prefix", "none", "--format", "{p}",
            ])
            .args(arrow.tree);
        let tree = process::capture(&mut cargo)?;
        for found in reached(&tree, arrow.never) {
            let how = arrow.tree.join(" ");
            broken.push(format!(
                "{} must not reach {found}; see: cargo tree -p {} -e normal {how} -i {found}",
                arrow.from, arrow.from
            ));
        }
    }
    if broken.is_empty() {
        Ok(())
    } else {
        bail!("{}", broken.join("\n"))
    }
}

/// Those of the names that are in the tree.
fn reached<'a>(tree: &str, never: &[&'a str]) -> Vec<&'a str> {
    let names: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    never
        .iter()
        .copied()
        .filter(|name| names.contains(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_count_as_reached() {
        let tree = "krowoc-shared v0.1.0 (/k/shared)\nserde v1.0.0\ntokio-util v0.7.0\ndiesel v2.3.0 (*)\n";
        assert_eq!(reached(tree, &["tokio", "diesel"]), ["diesel"]);
    }
}
