//! The suite of other people's clients: OpenAI's for Node and for Python, and the Model Context Protocol's. Its cases are in tests/sdk.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::files;
use crate::native;
use crate::process::{self, step};
use crate::project::Project;
use crate::tally::Tally;

/// Runs the cases of both clients.
///
/// # Errors
/// When the runner cannot start or dies before it counted.
pub fn run(project: &Project, server: &Path, provider: &Path) -> Result<Tally> {
    let python = python(project)?;
    let mut node = Command::new("node");
    node.current_dir(project.path("tests"))
        .arg("sdk/run.mjs")
        .env("KROWOC_SDK_SERVER_BIN", server)
        .env("KROWOC_SDK_PROVIDER_BIN", provider)
        .env("KROWOC_SDK_PYTHON", python);
    // Its own count comes as its last line; the summary of all suites takes its place.
    let (tally, ended_well) = native::watch(
        &mut node,
        |line| Tally::of_plain(line).is_none(),
        Tally::of_plain,
    )?;
    match tally {
        Some(tally) if ended_well || tally.failed > 0 => Ok(tally),
        _ => bail!("`{}` broke down", process::line(&node)),
    }
}

/// A Python that has the client, in an environment of its own under the target folder. It is made anew when the lock file or the
/// machine's Python changed.
fn python(project: &Project) -> Result<PathBuf> {
    let lock = project.path("tests/sdk/requirements.txt");
    let version = process::capture(Command::new("python3").arg("-VV"))?;
    let wanted = files::digest(&[&files::read(&lock)?, version.as_bytes()]);
    let place = project.target.join("krowoc/sdk-python");
    let (python, sign) = (place.join("bin/python"), place.join("krowoc-lock"));
    if std::fs::read_to_string(&sign).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    step("install the OpenAI client for Python", || {
        let mut venv = Command::new("python3");
        process::run(venv.args(["-m", "venv", "--clear"]).arg(&place))?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--no-input"])
            .args(["--disable-pip-version-check", "--require-hashes"])
            .args(["--only-binary", ":all:", "-r"])
            .arg(&lock);
        process::run(&mut pip).context("pip cannot install tests/sdk/requirements.txt")
    })?;
    files::write(&sign, &wanted)?;
    Ok(python)
}
