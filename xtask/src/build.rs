//! Builds what a browser loads: the extension and the dashboard. Not the server, which embeds the dashboard.

use anyhow::Result;

use crate::dashboard;
use crate::extension;
use crate::process::step;
use crate::project::Project;
use crate::tools::{self, Need};
use crate::wasm::Quality;

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
    if only != Some(Part::Dashboard) {
        let compiled = step("compile the extension", || {
            extension::compile(project, quality)
        })?;
        step("lay out the extension", || {
            extension::assemble(project, quality, &compiled)
        })?;
    }
    if only != Some(Part::Extension) {
        let compiled = step("compile the dashboard", || {
            dashboard::compile(project, quality)
        })?;
        step("lay out the dashboard", || {
            dashboard::assemble(project, quality, &compiled)
        })?;
    }
    Ok(())
}
