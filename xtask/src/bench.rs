//! `cargo xtask bench NAME`: prepares what a bench needs and starts it. The measuring itself is in tests/bench.

use std::path::PathBuf;

use anyhow::Result;

use crate::browsers;
use crate::build;
use crate::postgres::Cluster;
use crate::process;
use crate::project::Project;
use crate::run;
use crate::size;
use crate::tools::{self, Need};
use crate::wasm::Quality;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Bench {
    /// Word-F1 and time of the page extraction
    Extract,
    /// Pushes, pulls and client applies a second
    Sync,
    /// Figures over 1,000,000 executions
    Dashboard,
    /// Public prompts: counting 1,000,000 runs, the front page under load
    Leaderboard,
    /// Search and pages at 100,000 documents
    Library,
    /// From save to durable, and to visible
    Clip,
    /// Cold start and idle memory
    Start,
    /// Bytes that reach a browser
    Size,
    /// Usage and prices of providers' bodies, beside those of genai-prices
    Usage,
    /// Calls through the OpenAI-compatible door: CPU, added latency
    Gateway,
    /// Durable cells: executions of four models, 64 under way
    Grid,
    /// Frames of the run page while four models stream
    Render,
    /// Streams through the OpenAI-compatible door: CPU, added first byte, memory
    Stream,
}

/// What a person can choose.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// What to measure
    name: Bench,
    /// For extract a folder with html/ID.html.gz and ground-truth/ID.json, for usage a file of bodies, for leaderboard a file of prompts
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// One JSON object a figure
    #[arg(long)]
    json: bool,
    /// One database only: sqlite or postgres
    #[arg(long, value_name = "NAME")]
    backend: Option<String>,
    /// How many documents or executions [default: 100000 or 1000000]
    #[arg(long, value_name = "N")]
    rows: Option<usize>,
    /// What measures a gateway beside ours
    #[command(flatten)]
    beside: Beside,
}

/// Options of the gateway's benches, passed on as they are.
#[derive(Debug, clap::Args)]
struct Beside {
    /// Measures this server as well, such as http://127.0.0.1:4000/v1
    #[arg(long, value_name = "URL")]
    peer: Option<String>,
    /// Its process, whose CPU and memory count
    #[arg(long, value_name = "PID")]
    peer_pid: Option<String>,
    /// Its key
    #[arg(long, value_name = "KEY")]
    peer_key: Option<String>,
    /// What it wants before a model's name
    #[arg(long, value_name = "TEXT")]
    peer_prefix: Option<String>,
    /// Where the provider of the bench listens [default: 127.0.0.1:7499]
    #[arg(long, value_name = "IP:PORT")]
    provider: Option<String>,
    /// How long each figure is measured [default: 8]
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<String>,
    /// Streams for so long and looks at the memory
    #[arg(long, value_name = "SECONDS")]
    soak: Option<String>,
}

impl Beside {
    fn arguments(&self) -> Vec<&str> {
        let options = [
            ("--peer", &self.peer),
            ("--peer-pid", &self.peer_pid),
            ("--peer-key", &self.peer_key),
            ("--peer-prefix", &self.peer_prefix),
            ("--provider", &self.provider),
            ("--seconds", &self.seconds),
            ("--soak", &self.soak),
        ];
        options
            .into_iter()
            .filter_map(|(name, value)| Some([name, value.as_deref()?]))
            .flatten()
            .collect()
    }
}

/// Runs one bench.
///
/// # Errors
/// When something cannot be built or the bench fails.
pub fn bench(project: &Project, options: &Options) -> Result<()> {
    let name = match options.name {
        Bench::Size => return size::size(project, options.json),
        Bench::Extract => "extract",
        Bench::Sync => "sync",
        Bench::Dashboard => "dashboard",
        Bench::Leaderboard => "leaderboard",
        Bench::Library => "library",
        Bench::Clip => return in_browser(project, "clip", options.json),
        Bench::Render => return in_browser(project, "render", options.json),
        Bench::Start => "start",
        Bench::Usage => return usage(project, options),
        Bench::Gateway => "gateway",
        Bench::Grid => "grid",
        Bench::Stream => "stream",
    };
    if options.json {
        process::quiet();
    }
    tools::ensure(project, &[Need::Native])?;
    let mut cargo = project.cargo();
    cargo.args(["bench", "-q", "-p", "krowoc-tests", "--bench", name, "--"]);
    if let Some(data) = &options.data {
        // The bench runs in the folder of its crate.
        cargo.arg("--data").arg(std::path::absolute(data)?);
    }
    if options.json {
        cargo.arg("--json");
    }
    cargo.args(options.beside.arguments());
    if let Some(backend) = &options.backend {
        cargo.args(["--backend", backend]);
    }
    if let Some(rows) = options.rows {
        cargo.args(["--rows", &rows.to_string()]);
    }
    let databases = matches!(
        options.name,
        Bench::Sync | Bench::Library | Bench::Dashboard | Bench::Leaderboard
    ) && options.backend.as_deref() != Some("sqlite");
    let cluster = databases
        .then(|| tools::ensure(project, &[Need::Postgres]).and_then(|()| Cluster::start()));
    let cluster = cluster.transpose()?;
    if let Some(cluster) = &cluster {
        cargo.env("KROWOC_TEST_POSTGRES_URL", cluster.url());
    }
    if options.name == Bench::Start {
        // It finds the server beside itself in the target folder.
        build::build(project, Quality::Shipped, Some(build::Part::Dashboard))?;
        run::build_server(project, true)?;
    }
    if matches!(options.name, Bench::Gateway | Bench::Grid | Bench::Stream) {
        gateway_programs(project)?;
    }
    process::run(&mut cargo)
}

/// The server and the provider server, which the benches of the gateway find beside themselves in the target folder. Built together, so
/// that they and the bench share one compilation.
fn gateway_programs(project: &Project) -> Result<()> {
    process::step("build the server and the provider server", || {
        let mut cargo = project.cargo();
        cargo.args(["build", "-q", "--release", "-p", "krowoc-server"]);
        cargo.args(["--bin", "krowoc", "-p", "krowoc-tests"]);
        process::run(cargo.args(["--bin", "krowoc-provider"]))
    })
}

/// Needs the pure core alone, and measures no time: neither a server nor fast code is compiled for it.
fn usage(project: &Project, options: &Options) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.args(["bench", "-q", "--profile", "dev", "-p", "krowoc-shared"]);
    cargo.args(["--features", "catalogue", "--bench", "usage", "--"]);
    if let Some(data) = &options.data {
        // The bench runs in the folder of its crate.
        cargo.arg("--data").arg(std::path::absolute(data)?);
    }
    if options.json {
        process::quiet();
        cargo.arg("--json");
    }
    process::run(&mut cargo)
}

/// Clips and answers are measured where a person waits: in a real browser, with what is shipped and a release server.
fn in_browser(project: &Project, name: &str, json: bool) -> Result<()> {
    if json {
        process::quiet();
    }
    tools::ensure(project, &[Need::Native, Need::Npm, Need::Browsers])?;
    build::build(project, Quality::Shipped, None)?;
    let server = run::build_server(project, true)?;
    browsers::bench(project, name, &server, json)
}
