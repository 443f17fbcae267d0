//! The one driver of the workspace: `cargo xtask …`. Not part of the product, and nothing of the product lives here.

mod archive;
mod arrows;
mod bench;
mod browsers;
mod build;
mod catalogue;
mod check;
mod css;
mod dashboard;
mod extension;
mod files;
mod guard;
mod http;
mod licence;
mod links;
mod manifest;
mod native;
mod nouns;
mod package;
mod pictures;
mod policy;
mod pool;
mod postgres;
mod process;
mod project;
mod run;
mod sdk;
mod size;
mod split;
mod suites;
mod tally;
mod test;
mod tidy;
mod tools;
mod wasm;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use build::Part;
use project::Project;
use wasm::Quality;

/// Runs, tests, measures, packs and checks Krowoc.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build the extension and the dashboard into dist/
    Build {
        /// Compile fast instead of small
        #[arg(long)]
        dev: bool,
        /// Build one part only
        #[arg(long, value_name = "PART")]
        only: Option<Part>,
    },
    /// Build everything, start a server and say how to use it
    Run(run::Options),
    /// Run test suites
    Test(test::Options),
    /// Run browser cases in Chromium and Firefox
    E2e {
        /// Cases to run [default: all]
        cases: Vec<String>,
    },
    /// Measure and print figures
    Bench(bench::Options),
    /// Make the catalogue of models anew from the data file of genai-prices
    Catalogue {
        /// Its data.json
        #[arg(long, value_name = "FILE")]
        data: PathBuf,
    },
    /// Take the pictures of the README anew, into docs/screenshots
    Pictures,
    /// Check formatting, lints, documentation, dependencies and the rules of the house
    Check,
    /// Pack both extension zips into dist/
    Package {
        /// Build twice, in two places, and compare
        #[arg(long)]
        verify: bool,
    },
}

fn main() -> std::process::ExitCode {
    match perform(Arguments::parse().command) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    let project = Project::here()?;
    match task {
        Task::Build { dev, only } => {
            let quality = if dev { Quality::Dev } else { Quality::Shipped };
            build::build(&project, quality, only)
        }
        Task::Run(options) => run::run(&project, &options),
        Task::Test(options) => test::test(&project, &options),
        Task::E2e { cases } => test::e2e(&project, &cases),
        Task::Bench(options) => bench::bench(&project, &options),
        Task::Catalogue { data } => catalogue::catalogue(&project, &data),
        Task::Pictures => pictures::pictures(&project),
        Task::Check => check::check(&project),
        Task::Package { verify } => package::package(&project, verify),
    }
}
