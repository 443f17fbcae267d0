//! Checks that what a built folder refers to is in it. Reads relative addresses of pages, scripts and the manifest; follows no URL.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::files;

/// Fails when a page, a script's import or the manifest names a file of the folder that is not there.
///
/// # Errors
/// One line for each dangling reference.
pub fn check(dir: &Path) -> Result<()> {
    let mut missing = Vec::new();
    for file in files::under(dir) {
        let inside = file.strip_prefix(dir).unwrap_or(&file).to_path_buf();
        let found = match files::name(&file).as_str() {
            "manifest.json" => manifest_files(&serde_json::from_str(&files::read_text(&file)?)?),
            name if name.ends_with(".html") => {
                quoted_after(&files::read_text(&file)?, &["src=", "href="])
            }
            name if name.ends_with(".js") => imports(&files::read_text(&file)?),
            _ => continue,
        };
        for reference in found.iter().filter(|found| is_local(found)) {
            if !resolve(dir, &file, reference).is_file() {
                missing.push(format!(
                    "{} refers to {reference}, which is not there",
                    inside.display()
                ));
            }
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        bail!("{}", missing.join("\n"))
    }
}

fn is_local(reference: &str) -> bool {
    !reference.is_empty()
        && !reference.contains(':')
        && !reference.starts_with('#')
        && !reference.contains('%')
}

fn resolve(dir: &Path, from: &Path, reference: &str) -> PathBuf {
    let plain = reference.split(['?', '#']).next().unwrap_or(reference);
    match plain.strip_prefix('/') {
        Some(absolute) => dir.join(absolute),
        None => from.parent().unwrap_or(dir).join(plain),
    }
}

/// What stands in quotes right after one of the markers.
fn quoted_after(text: &str, markers: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for marker in markers {
        for (at, _) in text.match_indices(marker) {
            let rest = text.get(at + marker.len()..).unwrap_or_default();
            let Some(quote) = rest
                .chars()
                .next()
                .filter(|first| ['"', '\''].contains(first))
            else {
                continue;
            };
            if let Some(value) = rest.get(1..).and_then(|rest| rest.split(quote).next()) {
                found.push(value.to_owned());
            }
        }
    }
    found
}

/// The relative modules a script imports.
fn imports(script: &str) -> Vec<String> {
    let lines = script.lines().filter(|line| {
        line.starts_with("import ") || line.starts_with("export ") || line.starts_with("} from")
    });
    lines
        .flat_map(|line| quoted_after(line, &["from ", "import "]))
        .filter(|found| found.starts_with('.'))
        .collect()
}

/// Every string of a manifest that looks like a file of the package.
fn manifest_files(manifest: &Value) -> Vec<String> {
    match manifest {
        Value::String(text) => {
            let file = [".html", ".js", ".png", ".svg"]
                .iter()
                .any(|end| text.ends_with(end))
                && !text.contains(' ');
            if file {
                vec![format!("/{}", text.trim_start_matches('/'))]
            } else {
                Vec::new()
            }
        }
        Value::Array(values) => values.iter().flat_map(manifest_files).collect(),
        Value::Object(values) => values.values().flat_map(manifest_files).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_in_pages_scripts_and_manifest() {
        assert_eq!(
            quoted_after(
                "<script src=\"../popup.js\"><link href='a.css'>",
                &["src=", "href="]
            ),
            ["../popup.js", "a.css"]
        );
        assert_eq!(
            imports(
                "import start from './wasm/popup.js';\nimport './side.js';\nconst a = 'from ./x';"
            ),
            ["./wasm/popup.js", "./side.js"]
        );
        let manifest = serde_json::json!({"action": {"default_popup": "pages/popup.html"}, "name": "__MSG_appName__"});
        assert_eq!(manifest_files(&manifest), ["/pages/popup.html"]);
    }

    #[test]
    fn a_page_that_names_a_missing_file_is_refused() {
        let dir = std::env::temp_dir().join(format!("krowoc-links-{}", std::process::id()));
        files::write(
            &dir.join("pages/popup.html"),
            "<script src=\"../popup.js\"></script><a href=\"https://example.org/\">x</a>",
        )
        .unwrap();
        let refused = check(&dir).unwrap_err().to_string();
        files::write(&dir.join("popup.js"), "").unwrap();
        let accepted = check(&dir);
        files::remove_dir(&dir).unwrap();
        assert_eq!(
            refused,
            "pages/popup.html refers to ../popup.js, which is not there"
        );
        accepted.unwrap();
    }
}
