//! `cargo xtask run`: builds everything, starts a server of one's own and says how to use it. Not a deployment.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::build;
use crate::http;
use crate::process::{self, step};
use crate::project::Project;
use crate::tools::{self, Need};
use crate::wasm::Quality;

/// How long a server may take to become ready: migrations of a large library included.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// What a person can choose.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8787")]
    listen: String,
    /// Where files and the SQLite database go [default: data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Another database: postgres://… or sqlite:…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Build the server for speed
    #[arg(long)]
    release: bool,
}

/// Builds, starts, tells, and waits for the server's end. Ctrl-C ends the server cleanly.
///
/// # Errors
/// When something cannot be built or the server does not become ready or ends with an error.
pub fn run(project: &Project, options: &Options) -> Result<()> {
    let address = http::reachable(&options.listen)?;
    tools::ensure(project, &[Need::Native])?;
    build::build(project, Quality::Shipped, None)?;
    let binary = build_server(project, options.release)?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))
            .context("signals cannot be handled")?;
    }
    let mut server = start(project, options, &binary)?;
    let begun = Instant::now();
    while !http::is_ok(address, "/health/ready") {
        if let Some(status) = server.try_wait()? {
            bail!("the server ended with {status}; its message is above");
        }
        if stop.load(Ordering::Relaxed) {
            return end(&mut server).map(drop);
        }
        if begun.elapsed() > READY_WITHIN {
            end(&mut server)?;
            bail!(
                "the server was not ready within {} s; its messages are above",
                READY_WITHIN.as_secs()
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    announce(project, &address.to_string());
    let status = loop {
        if let Some(status) = server.try_wait()? {
            break status;
        }
        if stop.load(Ordering::Relaxed) {
            break end(&mut server)?;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    if status.success() {
        Ok(())
    } else {
        bail!("the server ended with {status}")
    }
}

/// Builds the server and gives its program.
///
/// # Errors
/// When cargo refuses; it has printed why.
pub fn build_server(project: &Project, release: bool) -> Result<PathBuf> {
    program(project, "the server", "krowoc-server", "krowoc", release)
}

/// Builds the provider server of the tests and gives its program.
///
/// # Errors
/// When cargo refuses; it has printed why.
pub fn build_provider(project: &Project, release: bool) -> Result<PathBuf> {
    let binary = "krowoc-provider";
    program(
        project,
        "the provider server",
        "krowoc-tests",
        binary,
        release,
    )
}

fn program(
    project: &Project,
    what: &str,
    package: &str,
    binary: &str,
    release: bool,
) -> Result<PathBuf> {
    step(&format!("build {what}"), || {
        let mut cargo = project.cargo();
        cargo.args(["build", "-p", package, "--bin", binary]);
        if release {
            cargo.arg("--release");
        }
        process::run(&mut cargo)
    })?;
    Ok(project
        .target
        .join(if release { "release" } else { "debug" })
        .join(binary))
}

fn start(project: &Project, options: &Options, binary: &PathBuf) -> Result<Child> {
    use std::os::unix::process::CommandExt;
    let data = options
        .data_dir
        .clone()
        .unwrap_or_else(|| project.path("data"));
    let mut command = Command::new(binary);
    command
        .args(["serve", "--listen", &options.listen, "--data-dir"])
        .arg(data);
    if let Some(url) = &options.database_url {
        command.args(["--database-url", url]);
    }
    // A group of its own: Ctrl-C reaches the driver alone, which passes it on once.
    command.stdin(Stdio::null()).process_group(0);
    command
        .spawn()
        .with_context(|| format!("{} cannot be started", binary.display()))
}

/// Asks the server to end and waits: it drains what is under way within its own limit.
fn end(server: &mut Child) -> Result<ExitStatus> {
    process::run(Command::new("kill").args(["-TERM", &server.id().to_string()]))?;
    server.wait().context("the server's end cannot be awaited")
}

fn announce(project: &Project, address: &str) {
    let dist = project.dist();
    println!();
    println!("Krowoc is ready: http://{address}/");
    println!();
    println!(
        "Chrome:  open chrome://extensions, turn on Developer mode, press Load unpacked and choose"
    );
    println!("         {}", dist.join("chrome").display());
    println!(
        "Firefox: open about:debugging#/runtime/this-firefox, press Load Temporary Add-on and choose"
    );
    println!("         {}", dist.join("firefox/manifest.json").display());
    println!(
        "Then sign up at the address above, open the extension's options and connect it to the same address."
    );
    println!("Ctrl-C ends the server.");
    println!();
}
