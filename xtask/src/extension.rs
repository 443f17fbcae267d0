//! The unpacked extension of each browser in `dist`. Not the zip, and not what the scripts do.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::css;
use crate::dashboard::gzip;
use crate::files;
use crate::links;
use crate::manifest;
use crate::pool;
use crate::project::Project;
use crate::wasm::{self, Compile, Module, Quality, Use};

/// The package that holds all modules of the extension.
pub const PACKAGE: &str = "krowoc-extension";
/// The modules that are compiled together.
pub const BINS: [&str; 4] = ["background", "popup", "options", "run"];
/// The module that alone carries page extraction: large, and never in the popup's path.
pub const EXTRACTOR: &str = "extractor";
/// Bytes that a module may have when it is shipped, compressed: what a person waits for, what the extractor may grow to, and for the
/// background, which starts anew for each event and holds the libraries of teams, little more than the 608 kB that it has.
const LIMITS: [(&str, usize); 3] = [
    ("popup", 150_000),
    (EXTRACTOR, 500_000),
    ("background", 620_000),
];

/// Compiles the modules: the extraction apart, so that its feature does not reach the others.
///
/// # Errors
/// When cargo refuses; it has printed why.
pub fn compile(project: &Project, quality: Quality) -> Result<PathBuf> {
    let mut what = Compile {
        packages: &[PACKAGE],
        bins: &BINS,
        features: &[],
        flags: &[],
    };
    wasm::compile(project, quality, &what)?;
    what.bins = &[EXTRACTOR];
    what.features = &["krowoc-extension/extract"];
    wasm::compile(project, quality, &what)
}

/// Binds the compiled modules and writes `dist/chrome` and `dist/firefox`.
///
/// # Errors
/// When a source is missing or refused, or when a page would refer to a file that is not there.
pub fn assemble(project: &Project, quality: Quality, compiled: &Path) -> Result<()> {
    let names = BINS.into_iter().chain([EXTRACTOR]).collect();
    let modules = pool::map(names, |name| {
        let compiled = files::read(&compiled.join(format!("{name}.wasm")))?;
        let module = wasm::bind(project, quality, name, compiled, Use::Restarted)?;
        Ok((name, module))
    })?;
    if quality == Quality::Shipped {
        for (name, module) in &modules {
            within_limit(name, gzip(&module.wasm)?.len())?;
        }
    }
    for browser in manifest::BROWSERS {
        let place = project.dist().join(browser);
        let new = project.dist().join(format!(".{browser}.new"));
        files::remove_dir(&new)?;
        lay(project, browser, &modules, &new)?;
        links::check(&new)
            .with_context(|| format!("the extension for {browser} would be broken"))?;
        files::replace_dir(&new, &place)?;
    }
    Ok(())
}

/// Refuses a module that has grown beyond its limit.
fn within_limit(name: &str, size: usize) -> Result<()> {
    let limit = LIMITS.iter().find(|(limited, _)| *limited == name);
    match limit {
        Some((_, most)) if size > *most => bail!(
            "the {name} has {size} B gzip and may have {most}: find what it gained and take it out; `cargo xtask bench size` measures"
        ),
        _ => Ok(()),
    }
}

fn lay(project: &Project, browser: &str, modules: &[(&str, Module)], out: &Path) -> Result<()> {
    let manifest = serde_json::to_string_pretty(&manifest::build(project, browser)?)?;
    files::write(&out.join("manifest.json"), manifest + "\n")?;
    for (name, module) in modules {
        files::write(&out.join(format!("wasm/{name}.js")), &module.js)?;
        files::write(&out.join(format!("wasm/{name}_bg.wasm")), &module.wasm)?;
        for (inside, script) in &module.snippets {
            files::write(&out.join("wasm/snippets").join(inside), script)?;
        }
    }
    for file in files::directly_in(&project.path("extension/glue"), &["js"]) {
        let script = files::read_text(&file)?;
        // Modules lie at the root, beside wasm/. A classic script is injected into pages and keeps its folder.
        let place = if is_module(&script) {
            out.to_path_buf()
        } else {
            out.join("glue")
        };
        files::write(&place.join(files::name(&file)), script)?;
    }
    lay_pages(project, &out.join("pages"))?;
    files::copy_tree(&project.path("manifest/icons"), &out.join("icons"))?;
    files::copy_tree(&project.path("manifest/_locales"), &out.join("_locales"))
}

fn lay_pages(project: &Project, out: &Path) -> Result<()> {
    let pages = project.path("extension/pages");
    for file in files::directly_in(&pages, &["html", "svg", "png", "woff2"]) {
        files::write(&out.join(files::name(&file)), files::read(&file)?)?;
    }
    for sheet in files::directly_in(&pages, &["css"]) {
        files::write(&out.join(files::name(&sheet)), css::bundle(&sheet)?)?;
    }
    let shared = css::shared_sheets(project);
    if !shared.is_empty() {
        files::write(&out.join("ui.css"), css::bundle_all(&shared)?)?;
    }
    Ok(())
}

fn is_module(script: &str) -> bool {
    script
        .lines()
        .any(|line| line.starts_with("import ") || line.starts_with("export "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_has_grown_too_large_is_refused_and_named() {
        for (name, most) in LIMITS {
            assert!(within_limit(name, most).is_ok());
            let refused = within_limit(name, most + 1).unwrap_err().to_string();
            assert!(
                refused.contains(name) && refused.contains(&most.to_string()),
                "{refused}"
            );
        }
        assert!(within_limit("options", usize::MAX).is_ok());
    }

    #[test]
    fn a_script_is_a_module_only_when_it_imports_or_exports() {
        assert!(is_module(
            "// entry\nimport start from './wasm/popup.js';\n"
        ));
        assert!(is_module("export const open = 1;\n"));
        assert!(!is_module("(() => { const important = 'import x'; })();\n"));
    }
}
