//! Cuts the dashboard's linked module into what every page loads and the parts that a screen loads when it opens.
//! Not which screens those are: they say so themselves, with `#[wasm_split]`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};
use wasm_split_cli_support::{Options, transform};

use crate::files;
use crate::project::Project;

/// What the linker must be told: the cut follows the relocations that it usually drops.
pub const LINK_FLAG: &str = "-Clink-arg=--emit-relocs";
/// The script that loads parts, as the glue imports it.
pub const LOADER: &str = "parts.js";
/// How the cutter names what only one screen needs, and what several share.
const PREFIXES: [(&str, &str); 2] = [("split_", ""), ("chunk_", "shared-")];

/// A module in pieces.
#[derive(Debug)]
pub struct Pieces {
    /// What is loaded first; wasm-bindgen binds it.
    pub main: Vec<u8>,
    /// The script that loads the parts; it imports the glue, and the glue imports it as `./parts.js`.
    pub loader: String,
    /// The parts by the name under which the loader knows them, with the extension.
    pub parts: BTreeMap<String, Vec<u8>>,
}

/// Cuts a module that was linked with [`LINK_FLAG`]; `name` is that of its glue, `NAME.js`.
///
/// # Errors
/// When the module cannot be read, or when nothing in it was marked as a part.
pub fn cut(project: &Project, name: &str, linked: &[u8]) -> Result<Pieces> {
    let out = project.target.join("krowoc/split").join(name);
    files::remove_dir(&out)?;
    let main_out = out.join("main.wasm");
    let glue = format!("./{name}.js");
    let loader = format!("./{LOADER}");
    let mut options = Options::new(linked);
    options.output_dir = &out;
    options.main_out_path = &main_out;
    options.main_module = &glue;
    options.link_name = &loader;
    options.emit_dwarf = false;
    // The folder must be there before the main module is written.
    files::write(&out.join(LOADER), "")?;
    let done = transform(options)
        .map_err(|error| anyhow!("{error:#}"))
        .with_context(|| format!("{name} cannot be cut into parts"))?;
    let mut parts = BTreeMap::new();
    for file in done.split_modules {
        parts.insert(files::name(&file), without_names(&files::read(&file)?)?);
    }
    if parts.is_empty() {
        bail!("no part was found in {name}: is it linked with {LINK_FLAG}?");
    }
    Ok(Pieces {
        main: files::read(&main_out)?,
        loader: files::read_text(&out.join(LOADER))?,
        parts,
    })
}

/// A module without the section of names: wasm-opt would warn of what the cutter writes there, and wasm-bindgen drops the main
/// module's too.
fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    const HEADER: usize = 8;
    let mut kept = module.get(..HEADER).context("a part is empty")?.to_vec();
    let mut rest = module.get(HEADER..).unwrap_or_default();
    while let Some((id, after)) = rest.split_first() {
        let (size, after) = number(after).context("a part has a broken section")?;
        let content = after.get(..size).context("a part ends in a section")?;
        let names = *id == 0 && content.starts_with(b"\x04name");
        let next = after.get(size..).unwrap_or_default();
        if !names {
            let section = rest.len().saturating_sub(next.len());
            kept.extend_from_slice(rest.get(..section).unwrap_or_default());
        }
        rest = next;
    }
    Ok(kept)
}

/// A number in LEB128 and what comes behind it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

/// A part's name for people: `split_import.wasm` is `import`, `chunk_3.wasm` is `shared-3`.
pub fn plain_name(part: &str) -> String {
    let stem = part.trim_end_matches(".wasm");
    PREFIXES
        .into_iter()
        .find_map(|(prefix, kind)| {
            stem.strip_prefix(prefix)
                .map(|rest| format!("{kind}{rest}"))
        })
        .unwrap_or_else(|| stem.to_owned())
}

/// The loader with each part under the address it is served at.
///
/// # Errors
/// When the loader does not name a part, which then could never be loaded.
pub fn address(loader: &str, addresses: &BTreeMap<String, String>) -> Result<String> {
    let mut text = loader.to_owned();
    for (part, address) in addresses {
        let plain = format!("\"./{part}\"");
        if !text.contains(&plain) {
            bail!("the loader of the dashboard's parts does not name {part}");
        }
        text = text.replace(&plain, &format!("\"{address}\""));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_a_name_that_can_be_read() {
        assert_eq!(plain_name("split_import.wasm"), "import");
        assert_eq!(plain_name("chunk_3.wasm"), "shared-3");
        assert_eq!(plain_name("other.wasm"), "other");
    }

    #[test]
    fn the_names_go_and_every_other_section_stays() {
        let module = |sections: &[(u8, &[u8])]| {
            let mut bytes = b"\0asm\x01\0\0\0".to_vec();
            for (id, content) in sections {
                bytes.push(*id);
                // Two bytes for the size, as linkers write them.
                let size = u8::try_from(content.len()).unwrap();
                bytes.extend([size | 0x80, 0]);
                bytes.extend_from_slice(content);
            }
            bytes
        };
        let (types, names, other) = (
            (1, &b"\0"[..]),
            (0, &b"\x04name\0"[..]),
            (0, &b"\x04more"[..]),
        );
        assert_eq!(
            without_names(&module(&[types, names, other])).unwrap(),
            module(&[types, other])
        );
        let mut broken = module(&[types]);
        broken.pop();
        assert!(without_names(&broken).is_err());
        assert!(without_names(b"").is_err());
    }

    #[test]
    fn the_loader_gets_the_address_of_each_part_and_must_know_them_all() {
        let addresses = BTreeMap::from([(
            "split_import.wasm".to_owned(),
            "./parts/import-1.wasm".to_owned(),
        )]);
        assert_eq!(
            address(
                "fetch(new URL(\"./split_import.wasm\", import.meta.url))",
                &addresses
            )
            .unwrap(),
            "fetch(new URL(\"./parts/import-1.wasm\", import.meta.url))"
        );
        let refused = address("", &addresses).unwrap_err().to_string();
        assert!(refused.contains("split_import.wasm"), "{refused}");
    }
}
