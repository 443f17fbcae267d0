//! The one driver of the workspace: `cargo xtask …`. Not part of the product, and nothing of the product lives here.

mod build;
mod css;
mod dashboard;
mod extension;
mod files;
mod guard;
mod links;
mod manifest;
mod postgres;
mod process;
mod project;
mod tools;
mod wasm;

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
        Task::Build { dev, only } => build::build(
            &project,
            if dev { Quality::Dev } else { Quality::Shipped },
            only,
        ),
    }
}
