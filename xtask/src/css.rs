//! Style sheets: bundled along their `@import`s and minified. No preprocessor language.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};

use crate::files;
use crate::project::Project;

/// One style sheet with everything it imports.
///
/// # Errors
/// When a file is missing or is no CSS; the message names the place.
pub fn bundle(entry: &Path) -> Result<String> {
    let provider = FileProvider::new();
    let mut bundler = Bundler::new(&provider, None, ParserOptions::default());
    let refused = |error: &dyn std::fmt::Display| anyhow!("{}: {error}", entry.display());
    let mut sheet = bundler.bundle(entry).map_err(|error| refused(&error))?;
    sheet
        .minify(MinifyOptions::default())
        .map_err(|error| refused(&error))?;
    let options = PrinterOptions {
        minify: true,
        ..PrinterOptions::default()
    };
    Ok(sheet.to_css(options).map_err(|error| refused(&error))?.code)
}

/// Several style sheets one after the other.
///
/// # Errors
/// As [`bundle`].
pub fn bundle_all(entries: &[PathBuf]) -> Result<String> {
    let mut all = String::new();
    for entry in entries {
        all.push_str(&bundle(entry)?);
        all.push('\n');
    }
    Ok(all)
}

/// The sheets that extension and dashboard share, in the order they apply: `index.css` alone when there is one,
/// otherwise the tokens, the components, and the rest by name.
pub fn shared_sheets(project: &Project) -> Vec<PathBuf> {
    let dir = project.path("ui/css");
    let index = dir.join("index.css");
    if index.is_file() {
        return vec![index];
    }
    let rank = |path: &PathBuf| match files::name(path).as_str() {
        "tokens.css" => 0,
        "components.css" => 1,
        _ => 2,
    };
    let mut sheets = files::directly_in(&dir, &["css"]);
    sheets.sort_by_key(rank);
    sheets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_holds_what_its_entry_imports_and_is_minified() {
        let dir = std::env::temp_dir().join(format!("krowoc-css-{}", std::process::id()));
        files::write(&dir.join("tokens.css"), ":root {\n  --ink: #112233;\n}\n").unwrap();
        files::write(
            &dir.join("entry.css"),
            "@import \"./tokens.css\";\np {\n  color: var(--ink);\n}\n",
        )
        .unwrap();
        let css = bundle(&dir.join("entry.css")).unwrap();
        let missing = bundle(&dir.join("absent.css")).unwrap_err();
        files::remove_dir(&dir).unwrap();
        assert_eq!(css.trim(), ":root{--ink:#123}p{color:var(--ink)}");
        assert!(missing.to_string().contains("absent.css"), "{missing}");
    }
}
