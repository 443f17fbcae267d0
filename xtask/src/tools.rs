//! What the driver needs from the machine: looked for, installed when missing, otherwise named with the command that installs it.
//! Not the browsers or databases themselves.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::files;
use crate::process::{self, step, which};
use crate::project::Project;

/// Something a command cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The compiler's WebAssembly target.
    WasmTarget,
    /// rustfmt and clippy.
    Lints,
    /// A C compiler and libpq: what the server links.
    Native,
    /// PostgreSQL's server programs.
    Postgres,
    /// Both browsers, and fonts for the scripts that the test pages use.
    Browsers,
    /// Node and the packages of tests/package.json.
    Npm,
    /// Python that can make environments of its own.
    Python,
}

/// A Debian package and the sign that it, or its like from elsewhere, is there.
struct Package {
    name: &'static str,
    there: fn() -> bool,
}

const NATIVE: &[Package] = &[
    Package {
        name: "build-essential",
        there: || which("cc").is_some(),
    },
    Package {
        name: "pkg-config",
        there: || which("pkg-config").is_some(),
    },
    Package {
        name: "libpq-dev",
        there: || {
            which("pg_config").is_some_and(|_| {
                process::succeeds(Command::new("pkg-config").args(["--exists", "libpq"]))
            }) || any_file("/usr/lib", "libpq.so", 2)
        },
    },
];
const POSTGRES: &[Package] = &[Package {
    name: "postgresql",
    there: || crate::postgres::programs().is_some() && which("psql").is_some(),
}];
const PYTHON: &[Package] = &[Package {
    name: "python3-venv",
    there: || process::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])),
}];
const BROWSERS: &[Package] = &[
    Package {
        name: "chromium",
        there: || browser("CHROMIUM", "chromium").is_some(),
    },
    Package {
        name: "firefox-esr",
        there: || browser("FIREFOX", "firefox-esr").is_some(),
    },
    Package {
        name: "fonts-noto-core",
        there: || any_file("/usr/share/fonts", "NotoSansHebrew-Regular.ttf", 4),
    },
    Package {
        name: "fonts-noto-cjk",
        there: || any_file("/usr/share/fonts", "NotoSansCJK-Regular.ttc", 4),
    },
];

/// Makes sure that all of it is there.
///
/// # Errors
/// When something is missing and cannot be installed from here; the message is the command to type.
pub fn ensure(project: &Project, needs: &[Need]) -> Result<()> {
    let mut missing = Vec::new();
    for need in needs {
        let packages = match need {
            Need::Native => NATIVE,
            Need::Postgres => POSTGRES,
            Need::Browsers => BROWSERS,
            Need::Python => PYTHON,
            Need::WasmTarget | Need::Lints | Need::Npm => &[],
        };
        missing.extend(
            packages
                .iter()
                .filter(|package| !(package.there)())
                .map(|package| package.name),
        );
    }
    if !missing.is_empty() {
        step(&format!("install {}", missing.join(" ")), || apt(&missing))?;
    }
    for need in needs {
        match need {
            Need::WasmTarget => rustup(project, "target", "wasm32-unknown-unknown")?,
            Need::Lints => {
                rustup(project, "component", "rustfmt")?;
                rustup(project, "component", "clippy")?;
            }
            Need::Npm => npm(project)?,
            Need::Native | Need::Postgres | Need::Browsers | Need::Python => {}
        }
    }
    Ok(())
}

/// The browser's program: what the variable says, or what is on the PATH.
pub fn browser(variable: &str, program: &str) -> Option<std::path::PathBuf> {
    std::env::var_os(variable)
        .map(std::path::PathBuf::from)
        .or_else(|| which(program))
}

fn any_file(dir: &str, name: &str, depth: usize) -> bool {
    let entries = walkdir::WalkDir::new(dir)
        .max_depth(depth)
        .into_iter()
        .filter_map(Result::ok);
    entries.into_iter().any(|entry| entry.file_name() == name)
}

fn apt(packages: &[&str]) -> Result<()> {
    let by_hand = format!(
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    );
    if which("apt-get").is_none() {
        bail!(
            "this machine has no apt-get; install the like of these Debian packages: {}",
            packages.join(" ")
        );
    }
    let root = process::capture(Command::new("id").arg("-u"))?.trim() == "0";
    if !root && !process::succeeds(Command::new("sudo").args(["-n", "true"])) {
        bail!("packages are missing and sudo asks for a password; run: {by_hand}");
    }
    let apt = |arguments: &[&str]| {
        let mut command = if root {
            Command::new("env")
        } else {
            Command::new("sudo")
        };
        if !root {
            command.args(["-n", "env"]);
        }
        command
            .args([
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "-qq",
                "-o",
                "Dpkg::Use-Pty=0",
            ])
            .args(arguments);
        process::run(&mut command)
    };
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(packages);
    // Lists may be fresh already, or unreachable while the packages are in the cache: only installing decides.
    let updated = apt(&["update"]);
    apt(&install).with_context(|| match updated {
        Ok(()) => format!("packages cannot be installed; run: {by_hand}"),
        Err(error) => format!("packages cannot be installed ({error}); run: {by_hand}"),
    })
}

fn rustup(project: &Project, kind: &str, name: &str) -> Result<()> {
    if which("rustup").is_none() {
        bail!(
            "rustup is missing; install it from https://rustup.rs, then run: rustup {kind} add {name}"
        );
    }
    let mut list = Command::new("rustup");
    let installed =
        process::capture(
            list.current_dir(&project.root)
                .args([kind, "list", "--installed"]),
        )?;
    if installed.lines().any(|line| line.starts_with(name)) {
        return Ok(());
    }
    step(&format!("rustup {kind} add {name}"), || {
        process::run(
            Command::new("rustup")
                .current_dir(&project.root)
                .args([kind, "add", name]),
        )
        .with_context(|| format!("run: rustup {kind} add {name}"))
    })
}

/// Installs the packages of tests/package.json when they are not there or the lock file changed.
fn npm(project: &Project) -> Result<()> {
    let tests = project.path("tests");
    let lock = files::digest(&[&files::read(&tests.join("package-lock.json"))?]);
    let sign = tests.join("node_modules/.krowoc-lock");
    if fs::read_to_string(&sign).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    node()?;
    step("npm ci", || {
        let mut ci = Command::new("npm");
        ci.current_dir(&tests).args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--no-progress",
            "--loglevel=error",
        ]);
        process::run(&mut ci).context("run: npm ci --prefix tests")
    })?;
    files::write(Path::new(&sign), lock)
}

fn node() -> Result<()> {
    let Some(_) = which("node").and_then(|_| which("npm")) else {
        bail!(
            "Node 20 or later is missing; install it from https://nodejs.org or run: sudo apt-get install -y nodejs npm"
        );
    };
    let version = process::capture(Command::new("node").arg("--version"))?;
    match major(&version) {
        Some(major) if major >= 20 => Ok(()),
        _ => bail!(
            "Node {} is too old; install Node 20 or later from https://nodejs.org",
            version.trim()
        ),
    }
}

fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("what"), None);
    }

    #[test]
    fn a_file_is_found_only_where_it_lies() {
        assert!(any_file(env!("CARGO_MANIFEST_DIR"), "Cargo.toml", 1));
        assert!(!any_file(env!("CARGO_MANIFEST_DIR"), "no-such-file", 3));
    }
}
