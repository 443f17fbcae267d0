//! `cargo xtask pictures`: the README's pictures, taken anew of the product as it is built. Not what they show.

use anyhow::Result;

use crate::browsers;
use crate::build;
use crate::project::Project;
use crate::run;
use crate::tools::{self, Need};
use crate::wasm::Quality;

/// Builds everything and takes the pictures into docs/screenshots.
///
/// # Errors
/// When something cannot be built, or the product does not come to what a picture shows.
pub fn pictures(project: &Project) -> Result<()> {
    tools::ensure(project, &[Need::Native, Need::Npm, Need::Browsers])?;
    build::build(project, Quality::Shipped, None)?;
    let server = run::build_server(project, false)?;
    browsers::pictures(project, &server)
}
