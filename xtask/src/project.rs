//! Where the things of a working tree lie. Not what is done with them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// A working tree and the folder its builds go to.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder with the workspace's Cargo.toml.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Project {
    /// The tree this driver was started in; the target folder is `CARGO_TARGET_DIR` or `target`.
    ///
    /// # Errors
    /// When the driver's own folder has no parent, which only a moved binary can bring about.
    pub fn here() -> Result<Self> {
        let own = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own
            .parent()
            .context("the driver lies in no workspace; start it with: cargo xtask")?
            .to_path_buf();
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// A path inside the tree.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside)
    }

    /// The folder for everything that is built to be loaded: `dist`.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A cargo command in this tree with this target folder.
    pub fn cargo(&self) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        for (name, _) in std::env::vars_os() {
            // What cargo told this driver about itself must not reach the builds it starts.
            if name.to_str().is_some_and(|name| {
                name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
            }) {
                command.env_remove(name);
            }
        }
        command
    }

    /// The version of the workspace.
    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// A path as it reads from the root of the tree.
    pub fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned()
    }
}
