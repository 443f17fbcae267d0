//! `cargo xtask catalogue`: makes the embedded catalogue of models anew. The reading and writing is in shared/examples.

use std::path::Path;

use anyhow::Result;

use crate::process;
use crate::project::Project;

/// Reads the data file and our own facts, prints what changes, and writes the seed.
///
/// # Errors
/// When a file cannot be read, with every mistake in it.
pub fn catalogue(project: &Project, data: &Path) -> Result<()> {
    let folder = project.path("shared/src/execution/catalogue");
    let mut cargo = project.cargo();
    cargo.args([
        "run",
        "-q",
        "-p",
        "krowoc-shared",
        "--features",
        "catalogue",
    ]);
    cargo.args(["--example", "catalogue", "--"]);
    cargo.arg(std::path::absolute(data)?);
    cargo.arg(folder.join("facts.json"));
    cargo.arg(folder.join("seed.json"));
    process::run(&mut cargo)
}
