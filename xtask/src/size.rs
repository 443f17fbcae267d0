//! How many bytes reach a browser: the `size` figures. Measures what `build` laid out; sets no limits.

use std::path::Path;

use anyhow::{Context, Result};

use crate::build;
use crate::dashboard::{brotli, gzip};
use crate::files;
use crate::project::Project;
use crate::wasm::Quality;

/// One measured figure.
#[derive(Debug, serde::Serialize)]
struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
}

/// Builds what is shipped and prints its sizes, one JSON object a line with `json`.
///
/// # Errors
/// When the build is refused.
pub fn size(project: &Project, json: bool) -> Result<()> {
    if json {
        // The build's progress must not stand between the figures.
        crate::process::quiet();
    }
    build::build(project, Quality::Shipped, None)?;
    for figure in figures(project)? {
        if json {
            println!("{}", serde_json::to_string(&figure)?);
        } else {
            println!("{:<42} {:>9.0} {}", figure.name, figure.value, figure.unit);
        }
    }
    Ok(())
}

fn figures(project: &Project) -> Result<Vec<Figure>> {
    let module = |name: &str| -> Result<f64> {
        let file = project.dist().join(format!("chrome/wasm/{name}_bg.wasm"));
        bytes(gzip(&files::read(&file)?)?.len())
    };
    let figure = |name, value| Figure {
        name,
        value,
        unit: "B",
    };
    Ok(vec![
        figure("size.popup_wasm_gzip_bytes", module("popup")?),
        figure("size.background_wasm_gzip_bytes", module("background")?),
        figure("size.extractor_wasm_gzip_bytes", module("extractor")?),
        figure(
            "size.dashboard_first_load_brotli_bytes",
            first_load(&project.dist().join("dashboard"))?,
        ),
    ])
}

/// The page and everything under assets: all of it is fetched before the first screen is drawn.
fn first_load(dashboard: &Path) -> Result<f64> {
    let mut total = brotli(&files::read(&dashboard.join("index.html"))?, 11)?.len();
    for file in files::under(&dashboard.join("assets")) {
        if !files::has_extension(&file, &["br", "gz"]) {
            let twin = file.with_file_name(format!("{}.br", files::name(&file)));
            total += files::read(&twin).or_else(|_| files::read(&file))?.len();
        }
    }
    bytes(total)
}

fn bytes(count: usize) -> Result<f64> {
    Ok(f64::from(u32::try_from(count).context("more than 4 GB")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_load_counts_the_page_and_the_compressed_twin_of_each_asset_once() {
        let dir = std::env::temp_dir().join(format!("krowoc-size-{}", std::process::id()));
        files::write(&dir.join("index.html"), "<!doctype html>").unwrap();
        files::write(&dir.join("assets/a.js"), vec![b'a'; 1000]).unwrap();
        files::write(&dir.join("assets/a.js.br"), vec![0; 10]).unwrap();
        files::write(&dir.join("assets/a.js.gz"), vec![0; 20]).unwrap();
        let page = brotli(b"<!doctype html>", 11).unwrap().len();
        let total = first_load(&dir).unwrap();
        files::remove_dir(&dir).unwrap();
        assert_eq!(total, f64::from(u32::try_from(page + 10).unwrap()));
    }
}
