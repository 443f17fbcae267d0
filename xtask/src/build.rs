//! Builds what a browser loads: the extension and the dashboard. Not the server, which embeds the dashboard.

use anyhow::Result;

use crate::dashboard;
use crate::extension;
use crate::process::step;
use crate::project::Project;
use crate::tools::{self, Need};
use crate::wasm::{self, Compile, Quality};

/// Which parts to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// dist/chrome and dist/firefox
    Extension,
    /// dist/dashboard
    Dashboard,
}

/// Builds the parts asked for, or both.
///
/// # Errors
/// When a tool is missing and cannot be installed, or a build is refused; the message names the fix.
pub fn build(project: &Project, quality: Quality, only: Option<Part>) -> Result<()> {
    tools::ensure(
        project,
        if quality == Quality::Shipped {
            &[Need::WasmTarget, Need::Npm]
        } else {
            &[Need::WasmTarget]
        },
    )?;
    let extension = only != Some(Part::Dashboard);
    let dashboard = only != Some(Part::Extension);
    // One cargo call for both: what they share is compiled once.
    let mut packages = Vec::new();
    let mut bins = Vec::new();
    if extension {
        packages.push(extension::PACKAGE);
        bins.extend(extension::BINS);
    }
    if dashboard {
        packages.push(dashboard::PACKAGE);
        bins.push(dashboard::BIN);
    }
    let compile = Compile {
        packages: &packages,
        bins: &bins,
        features: &[],
    };
    let compiled = step("compile for the browser", || {
        wasm::compile(project, quality, &compile)
    })?;
    if extension {
        step("compile the extractor", || {
            extension::compile_extractor(project, quality, &packages)
        })?;
        step("lay out the extension", || {
            extension::assemble(project, quality, &compiled)
        })?;
    }
    if dashboard {
        step("lay out the dashboard", || {
            dashboard::assemble(project, quality, &compiled)
        })?;
    }
    Ok(())
}
