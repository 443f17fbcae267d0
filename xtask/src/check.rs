//! `cargo xtask check`: everything that must hold before tests are worth running. Runs all of it, then says what failed.

use anyhow::{Result, bail};

use crate::arrows;
use crate::nouns;
use crate::policy;
use crate::process::{self, step};
use crate::project::Project;
use crate::tally::Tally;
use crate::tidy;
use crate::tools::{self, Need};

/// A rule: its name, and what checks it.
pub type Step = (&'static str, fn(&Project) -> Result<()>);

/// The rules that are about the tree as a whole.
pub const ARCHITECTURE: &[Step] = &[
    ("tidy", tidy::check),
    ("dependency policy", policy::check),
    ("architecture arrows", arrows::check),
    ("nouns of the server", nouns::check),
];
/// The rules that are about the code, the cheap ones first.
const CODE: &[Step] = &[
    ("formatting", format),
    ("clippy", clippy),
    ("clippy for the browser", clippy_wasm),
    ("documentation", documentation),
];

/// Runs every step.
///
/// # Errors
/// When a step fails; what failed has been printed.
pub fn check(project: &Project) -> Result<()> {
    tools::ensure(project, &[Need::Lints, Need::WasmTarget, Need::Native])?;
    let mut tally = Tally::default();
    for (name, work) in ARCHITECTURE.iter().chain(CODE) {
        match step(name, || work(project)) {
            Ok(()) => tally += Tally::ONE,
            Err(error) => {
                println!("{error:#}");
                tally.failed += 1;
            }
        }
    }
    println!("{tally}");
    if tally.failed > 0 {
        bail!(
            "{} of {} checks failed",
            tally.failed,
            tally.passed + tally.failed
        )
    } else {
        Ok(())
    }
}

fn format(project: &Project) -> Result<()> {
    let mut cargo = project.cargo();
    process::run(cargo.args(["fmt", "--all", "--check"]))
}

fn clippy(project: &Project) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]);
    process::run(&mut cargo)
}

fn clippy_wasm(project: &Project) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.args([
        "clippy",
        "--target",
        "wasm32-unknown-unknown",
        "--all-features",
        "--quiet",
    ]);
    cargo.args([
        "-p",
        "krowoc-shared",
        "-p",
        "krowoc-ui",
        "-p",
        "krowoc-extension",
        "-p",
        "krowoc-dashboard",
    ]);
    process::run(cargo.args(["--", "-D", "warnings"]))
}

fn documentation(project: &Project) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    process::run(cargo.args([
        "doc",
        "--workspace",
        "--no-deps",
        "--all-features",
        "--quiet",
    ]))
}
