//! How many bytes reach a browser: the `size` figures, and the limit of what the dashboard loads first. Measures what `build` laid out.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::build;
use crate::dashboard::{PARTS, gzip};
use crate::files;
use crate::project::Project;
use crate::wasm::Quality;

/// What a browser may load before the first page of the dashboard is drawn: bytes, compressed with brotli.
const FIRST_LOAD_LIMIT: usize = 400_000;

/// One measured figure.
#[derive(Debug, serde::Serialize)]
struct Figure {
    name: String,
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
    let mut figures = Vec::new();
    let mut say = |name: String, count: usize| -> Result<()> {
        figures.push(Figure {
            name: format!("size.{name}_bytes"),
            value: f64::from(u32::try_from(count).context("more than 4 GB")?),
            unit: "B",
        });
        Ok(())
    };
    for name in ["popup", "background", "run", "extractor"] {
        let file = project.dist().join(format!("chrome/wasm/{name}_bg.wasm"));
        say(
            format!("{name}_wasm_gzip"),
            gzip(&files::read(&file)?)?.len(),
        )?;
    }
    let dashboard = project.dist().join("dashboard");
    say(
        "dashboard_first_load_brotli".to_owned(),
        first_load(&dashboard)?,
    )?;
    for part in plain_files(&parts(&dashboard)) {
        let name = files::name(&part);
        let name = name
            .rsplit_once('-')
            .map_or(name.as_str(), |(name, _)| name);
        let name = name.replace('-', "_");
        say(format!("dashboard_part_{name}_brotli"), on_the_wire(&part)?)?;
    }
    Ok(figures)
}

/// Refuses a dashboard that would take too long to show anything.
///
/// # Errors
/// When its first load is over the limit; the message names what it is made of and where to look.
pub fn hold(dashboard: &Path) -> Result<()> {
    hold_to(dashboard, FIRST_LOAD_LIMIT)
}

fn hold_to(dashboard: &Path, limit: usize) -> Result<()> {
    let total = first_load(dashboard)?;
    if total <= limit {
        return Ok(());
    }
    let mut made_of = Vec::new();
    for file in first_files(dashboard) {
        made_of.push(format!("{} {}", files::name(&file), on_the_wire(&file)?));
    }
    bail!(
        "the dashboard's first load is {total} bytes, {limit} are allowed ({}); move a screen into a part of its own: \
         docs/architecture.md, How to add a screen",
        made_of.join(", ")
    )
}

fn parts(dashboard: &Path) -> PathBuf {
    dashboard.join("assets").join(PARTS)
}

/// The page and everything beside the parts: all of it is fetched before the first screen is drawn.
fn first_load(dashboard: &Path) -> Result<usize> {
    first_files(dashboard)
        .iter()
        .map(|file| on_the_wire(file))
        .sum()
}

fn first_files(dashboard: &Path) -> Vec<PathBuf> {
    let parts = parts(dashboard);
    let mut files = plain_files(dashboard);
    files.retain(|file| !file.starts_with(&parts));
    files
}

/// Files without their compressed twins.
fn plain_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = files::under(dir);
    found.retain(|file| !files::has_extension(file, &["br", "gz"]));
    found
}

/// What is sent for a file: its brotli twin where there is one.
fn on_the_wire(file: &Path) -> Result<usize> {
    let twin = file.with_file_name(format!("{}.br", files::name(file)));
    Ok(files::read(&twin).or_else(|_| files::read(file))?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_load_counts_the_twin_of_each_file_once_and_no_part() {
        let dir = std::env::temp_dir().join(format!("krowoc-size-{}", std::process::id()));
        let lay =
            |name: &str, bytes: usize| files::write(&dir.join(name), vec![b'a'; bytes]).unwrap();
        lay("index.html", 100);
        lay("favicon.svg", 7);
        lay("assets/a.js", 1000);
        lay("assets/a.js.br", 10);
        lay("assets/a.js.gz", 20);
        lay("assets/parts/import-1.wasm", 5000);
        let total = first_load(&dir).unwrap();
        let held = hold_to(&dir, 117);
        let refused = hold_to(&dir, 116);
        files::remove_dir(&dir).unwrap();
        assert_eq!(total, 117);
        held.unwrap();
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains("117 bytes, 116 are allowed") && refused.contains("a.js 10"),
            "{refused}"
        );
    }
}
