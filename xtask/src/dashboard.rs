//! The dashboard as the server embeds it: `dist/dashboard` with hashed names and compressed twins. Not how it is served.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::css;
use crate::files;
use crate::links;
use crate::pool;
use crate::project::Project;
use crate::size;
use crate::split::{self, Pieces};
use crate::wasm::{self, Compile, Module, Quality, Use};

/// The package of the dashboard.
pub const PACKAGE: &str = "krowoc-dashboard";
/// Its binary.
pub const BIN: &str = "dashboard";
/// What is worth compressing.
const TEXT: &[&str] = &[
    "js",
    "wasm",
    "css",
    "html",
    "svg",
    "json",
    "webmanifest",
    "txt",
];

/// Where the parts that screens load lie below `assets`: all else is loaded first.
pub const PARTS: &str = "parts";

/// Compiles the dashboard by itself: its views are erased to one type, which halves them, and the extension's may not be, since
/// the erased form can set inner HTML, which the stores refuse.
///
/// # Errors
/// When cargo refuses; it has printed why.
pub fn compile(project: &Project, quality: Quality) -> Result<PathBuf> {
    let what = Compile {
        packages: &[PACKAGE],
        bins: &[BIN],
        features: &[],
        flags: &["--cfg=erase_components", split::LINK_FLAG],
    };
    wasm::compile(project, quality, &what)
}

/// Cuts and binds the compiled module and writes `dist/dashboard`.
///
/// # Errors
/// When a source is missing or refused, when the page would refer to a file that is not there, or when what is shipped would make
/// the first load too large.
pub fn assemble(project: &Project, quality: Quality, compiled: &Path) -> Result<()> {
    let linked = files::read(&compiled.join(format!("{BIN}.wasm")))?;
    let mut pieces = split::cut(project, BIN, &linked)?;
    let main = std::mem::take(&mut pieces.main);
    let module = wasm::bind(project, quality, BIN, main, Use::Extended)?;
    pool::each(pieces.parts.iter_mut().collect(), |(name, part)| {
        *part = wasm::finish(project, quality, name, std::mem::take(part))?;
        Ok(())
    })?;
    let new = project.dist().join(".dashboard.new");
    files::remove_dir(&new)?;
    let names = lay_assets(project, &module, &pieces, &new)?;
    let page = fill(
        &files::read_text(&project.path("server/dashboard/index.html"))?,
        &names,
    )?;
    files::write(&new.join("index.html"), page)?;
    files::copy_tree(&project.path("server/dashboard/static"), &new)?;
    links::check(&new).context("the dashboard would be broken")?;
    compress_all(project, quality, &new)?;
    if quality == Quality::Shipped {
        size::hold(&new)?;
    }
    files::replace_dir(&new, &project.dist().join("dashboard"))
}

/// Writes the hashed files and gives placeholder → address.
fn lay_assets(
    project: &Project,
    module: &Module,
    pieces: &Pieces,
    out: &Path,
) -> Result<BTreeMap<&'static str, String>> {
    let assets = out.join("assets");
    let lay = |name: String, bytes: &[u8]| -> Result<String> {
        files::write(&assets.join(&name), bytes)?;
        Ok(name)
    };
    let mut addresses = BTreeMap::new();
    for (part, bytes) in &pieces.parts {
        let name = format!(
            "{PARTS}/{}-{}.wasm",
            split::plain_name(part),
            hash(&[bytes])
        );
        addresses.insert(part.clone(), format!("./{}", lay(name, bytes)?));
    }
    let sheet = css::bundle_all(&sheets(project)?)?;
    let css = lay(
        format!("{BIN}-{}.css", hash(&[sheet.as_bytes()])),
        sheet.as_bytes(),
    )?;
    let wasm = lay(
        format!("{BIN}-{}.wasm", hash(&[&module.wasm])),
        &module.wasm,
    )?;
    // The glue finds its module by name, and starts itself: the page may hold no inline script.
    let glue = self_starting(&module.js, &wasm)?;
    let loader = split::address(&pieces.loader, &addresses)?;
    // Each of the two names the other, so that one hash of both is in both names.
    let both = hash(&[glue.as_bytes(), loader.as_bytes()]);
    let glue_name = format!("{BIN}-{both}.js");
    let loader_name = format!("{BIN}-parts-{both}.js");
    let glue = rename(&glue, split::LOADER, &loader_name)?;
    let loader = rename(&loader, &format!("{BIN}.js"), &glue_name)?;
    let js = lay(glue_name, glue.as_bytes())?;
    let parts = lay(loader_name, loader.as_bytes())?;
    for (inside, script) in &module.snippets {
        lay(format!("snippets/{inside}"), script.as_bytes())?;
    }
    let named = [
        ("%CSS%", css),
        ("%WASM%", wasm),
        ("%JS%", js),
        ("%PARTS%", parts),
    ];
    Ok(named
        .map(|(placeholder, name)| (placeholder, format!("/assets/{name}")))
        .into())
}

/// What stands in a file's name, so that it may be kept for ever.
fn hash(parts: &[&[u8]]) -> String {
    let mut digest = files::digest(parts);
    digest.truncate(16);
    digest
}

/// A script that imports its neighbour under the neighbour's final name. The module goes on asking for it by the plain one.
fn rename(script: &str, plain: &str, name: &str) -> Result<String> {
    let import = format!("from \"./{plain}\"");
    if !script.contains(&import) {
        bail!("a script of the dashboard does not import ./{plain}: its parts could not be loaded");
    }
    Ok(script.replace(&import, &format!("from \"./{name}\"")))
}

/// The glue with the hashed name of its module, and the call that starts it.
fn self_starting(js: &str, wasm: &str) -> Result<String> {
    let plain = format!("{BIN}_bg.wasm");
    if !js.contains(&plain) || !js.contains("__wbg_init") {
        bail!(
            "the glue of the dashboard does not name {plain}: does wasm-bindgen-cli-support match wasm-bindgen?"
        );
    }
    Ok(js.replace(&plain, wasm) + "\n__wbg_init();\n")
}

/// The shared sheets and the dashboard's own; a dashboard sheet that imports brings the shared ones itself.
fn sheets(project: &Project) -> Result<Vec<PathBuf>> {
    let mut own = files::directly_in(&project.path("server/dashboard"), &["css"]);
    own.extend(files::directly_in(
        &project.path("server/dashboard/css"),
        &["css"],
    ));
    for sheet in &own {
        if files::read_text(sheet)?.contains("@import") {
            return Ok(vec![sheet.clone()]);
        }
    }
    let mut all = css::shared_sheets(project);
    all.append(&mut own);
    Ok(all)
}

/// Puts the addresses in the place of their placeholders.
fn fill(page: &str, names: &BTreeMap<&'static str, String>) -> Result<String> {
    for needed in ["%CSS%", "%JS%"] {
        if !page.contains(needed) {
            bail!(
                "server/dashboard/index.html has no {needed}: write it where the address of that file goes"
            );
        }
    }
    Ok(names
        .iter()
        .fold(page.to_owned(), |page, (placeholder, address)| {
            page.replace(placeholder, address)
        }))
}

/// Gives each text file a `.br` and a `.gz` twin; the same bytes are compressed once only.
fn compress_all(project: &Project, quality: Quality, dir: &Path) -> Result<()> {
    let kept = project.target.join("krowoc/compressed");
    let level = if quality == Quality::Shipped { 11 } else { 5 };
    let mut texts = files::under(dir);
    texts.retain(|file| files::has_extension(file, TEXT));
    pool::each(texts, |file| {
        let bytes = files::read(&file)?;
        let hash = files::digest(&[&bytes]);
        let small = files::cached(&kept, &format!("{hash}.{level}.br"), || {
            brotli(&bytes, level)
        })?;
        files::write(&with_suffix(&file, "br"), small)?;
        let small = files::cached(&kept, &format!("{hash}.gz"), || gzip(&bytes))?;
        files::write(&with_suffix(&file, "gz"), small)
    })
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Brotli at a quality from 0 to 11, with the window a browser accepts.
///
/// # Errors
/// None in practice: it writes to memory.
fn brotli(bytes: &[u8], quality: u32) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, quality, 22);
    writer.write_all(bytes)?;
    Ok(writer.into_inner())
}

/// Gzip at its best level, without a time stamp.
///
/// # Errors
/// None in practice: it writes to memory.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_page_gets_the_hashed_addresses_and_must_have_a_place_for_them() {
        let names = BTreeMap::from([
            ("%CSS%", "/assets/a.css".to_owned()),
            ("%JS%", "/assets/a.js".to_owned()),
        ]);
        let page = fill(
            "<link href=\"%CSS%\"><script src=\"%JS%\"></script>",
            &names,
        )
        .unwrap();
        assert_eq!(
            page,
            "<link href=\"/assets/a.css\"><script src=\"/assets/a.js\"></script>"
        );
        assert!(
            fill("<link href=\"%CSS%\">", &names)
                .unwrap_err()
                .to_string()
                .contains("%JS%")
        );
    }

    #[test]
    fn a_script_is_told_the_final_name_of_its_neighbour() {
        let glue = "import * as a from \"./parts.js\"\nreturn { \"./parts.js\": a };";
        assert_eq!(
            rename(glue, "parts.js", "b.js").unwrap(),
            "import * as a from \"./b.js\"\nreturn { \"./parts.js\": a };"
        );
        assert!(rename("import './other.js'", "parts.js", "b.js").is_err());
    }

    #[test]
    fn the_glue_starts_itself_with_the_hashed_module() {
        let glue = "async function __wbg_init() { new URL('dashboard_bg.wasm', import.meta.url) }";
        let started = self_starting(glue, "dashboard-1.wasm").unwrap();
        assert!(started.contains("'dashboard-1.wasm'") && started.ends_with("__wbg_init();\n"));
        assert!(self_starting("function other() {}", "dashboard-1.wasm").is_err());
    }

    #[test]
    fn both_compressed_twins_give_the_bytes_back() {
        let bytes = b"the same words, the same words, the same words".repeat(20);
        let mut plain = Vec::new();
        brotli::Decompressor::new(brotli(&bytes, 11).unwrap().as_slice(), 4096)
            .read_to_end(&mut plain)
            .unwrap();
        assert_eq!(plain, bytes);
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(gzip(&bytes).unwrap().as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        assert_eq!(plain, bytes);
        assert_eq!(gzip(&bytes).unwrap(), gzip(&bytes).unwrap());
    }
}
