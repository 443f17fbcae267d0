//! What the benches of the gateway share: a provider, a server before it, a peer beside it, readers, CPU time and memory. Not figures.
#![allow(dead_code, missing_docs, clippy::disallowed_methods)]

pub mod http;
pub mod process;

use anyhow::{Context, Result, bail};
use http::{Endpoint, Reader, Taken};
use krowoc_tests::Caller;
use process::Program;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Models that the bench asks for; the provider answers each as it is told here. Their names are real, so that a peer that knows
/// prices knows them.
pub const CALL: &str = "gpt-4o-mini";
pub const STREAM: &str = "gpt-4o";
pub const SLOW: &str = "gpt-4.1-mini";
pub const SOON: &str = "gpt-4o-2024-08-06";
/// Models of a grid's cells.
pub const GRID: [&str; 4] = ["gpt-4.1", "gpt-4.1-nano", "gpt-4-turbo", "gpt-4"];
const SCRIPTS: &[(&str, &str)] = &[
    (CALL, "chunks=20"),
    (STREAM, "chunks=49"),
    // A provider thinks before its first word: fifty readers do not make a machine of two cores queue. And it does not say all at once:
    // on a machine of two cores its own burst would hold up whoever is to pass the first word on.
    (SLOW, "chunks=49.delay=200.pause=2.held"),
    (SOON, "chunks=49.delay=5.pause=2.held"),
    ("gpt-4.1", "chunks=20.delay=200"),
    ("gpt-4.1-nano", "chunks=20.delay=200"),
    ("gpt-4-turbo", "chunks=20.delay=200"),
    ("gpt-4", "chunks=20.delay=200"),
];

/// The options of a bench.
pub struct Options {
    pub json: bool,
    pub server: PathBuf,
    pub provider: PathBuf,
    pub provider_listen: String,
    pub peer: Option<String>,
    pub peer_pid: Option<u32>,
    pub peer_key: String,
    pub peer_prefix: String,
    pub seconds: u64,
    pub soak: Option<u64>,
}

impl Options {
    /// Of the command line; programs lie in the target folder beside the bench.
    pub fn of_args() -> Result<Self> {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let after = |name: &str| {
            let at = args.iter().position(|arg| arg == name)?;
            args.get(at + 1).cloned()
        };
        let number = |name: &str| -> Result<Option<u64>> {
            let text = after(name);
            let read = text.map(|text| text.parse().with_context(|| format!("{name} {text}")));
            read.transpose()
        };
        let own = std::env::current_exe()?;
        let target = own.ancestors().nth(2).context("no target folder")?;
        Ok(Self {
            json: args.iter().any(|arg| arg == "--json"),
            server: after("--server").map_or_else(|| target.join("krowoc"), PathBuf::from),
            provider: target.join("krowoc-provider"),
            provider_listen: after("--provider").unwrap_or_else(|| "127.0.0.1:7499".to_owned()),
            peer: after("--peer"),
            peer_pid: number("--peer-pid")?.and_then(|pid| u32::try_from(pid).ok()),
            peer_key: after("--peer-key").unwrap_or_else(|| "sk-peer".to_owned()),
            peer_prefix: after("--peer-prefix").unwrap_or_default(),
            seconds: number("--seconds")?.unwrap_or(8),
            soak: number("--soak")?,
        })
    }

    pub fn print(&self, name: &str, value: f64, unit: &str) {
        if self.json {
            println!("{{\"name\": \"{name}\", \"value\": {value:.3}, \"unit\": \"{unit}\"}}");
        } else {
            println!("{name} {value:.3} {unit}");
        }
    }
}

/// Who is measured: where it is asked, and whose CPU time counts.
pub struct Subject {
    /// What its figures end with: nothing for ours.
    pub suffix: &'static str,
    pub endpoint: Endpoint,
    pub pid: Option<u32>,
    /// What stands before a model's name.
    pub prefix: String,
}

/// Everything that runs.
pub struct Stage {
    /// The provider itself, for what it adds by itself.
    pub direct: Subject,
    pub subjects: Vec<Subject>,
    folder: PathBuf,
    _programs: Vec<Program>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Starts the provider and our server on a fresh SQLite database, and makes an account with a key and a token.
pub async fn stage(options: &Options) -> Result<Stage> {
    let provider = Program::start(&options.provider, &["--listen", &options.provider_listen])?;
    let provider_address: SocketAddr = options.provider_listen.parse()?;
    process::ready(provider_address).await?;
    let direct = Subject {
        suffix: ".direct",
        endpoint: Endpoint::new(provider_address, "/openai/v1/chat/completions", "sk-bench"),
        pid: None,
        prefix: String::new(),
    };
    for (model, script) in SCRIPTS {
        let body = json!({"model": model, "script": script});
        let endpoint = Endpoint::new(provider_address, "/control/script", "");
        Reader::connect(&endpoint)
            .await?
            .post(&endpoint.request(&body))
            .await?;
    }
    let folder = krowoc_tests::database::folder()?;
    let address = process::free()?;
    let data = folder.display().to_string();
    let server = Program::start(
        &options.server,
        &[
            "serve",
            "--listen",
            &address.to_string(),
            "--data-dir",
            &data,
            "--log-level",
            "warn",
            "--allowed-provider-hosts",
            &options.provider_listen,
        ],
    )?;
    process::ready(address).await?;
    let token = account(address, &options.provider_listen).await?;
    let mut subjects = vec![Subject {
        suffix: "",
        endpoint: Endpoint::new(address, "/v1/chat/completions", &token),
        pid: Some(server.id()),
        prefix: "openai/".to_owned(),
    }];
    if let Some(peer) = &options.peer {
        subjects.push(Subject {
            suffix: ".peer",
            endpoint: Endpoint::of_url(peer, &options.peer_key)?,
            pid: options.peer_pid,
            prefix: options.peer_prefix.clone(),
        });
    }
    Ok(Stage {
        direct,
        subjects,
        folder,
        _programs: vec![provider, server],
    })
}

/// An account with a provider key and a token that may run models.
async fn account(address: SocketAddr, provider: &str) -> Result<String> {
    let caller = Caller::new(address);
    caller.sign_up("bench@krowoc.example").await;
    let key = json!({"provider": "openai", "key": "sk-bench-0123456789", "base_url": format!("http://{provider}/openai/v1")});
    caller.post("/api/v1/provider-keys", key).await.ok();
    let token = json!({"name": "bench", "scopes": ["executions"]});
    let made: Value = caller.post("/api/v1/tokens", token).await.ok().json();
    let token = made["token"].as_str().context("a token")?;
    Ok(token.to_owned())
}

/// A request for a model.
pub fn body(subject: &Subject, model: &str, streaming: bool) -> Value {
    let mut body = json!({
        "model": format!("{}{model}", subject.prefix),
        "messages": [{"role": "user", "content": "Say something about the weather in Łódź."}],
        "max_tokens": 100,
        "stream": streaming,
    });
    if streaming {
        body["stream_options"] = json!({"include_usage": true});
    }
    body
}

/// Readers that ask again as soon as they were answered, for some time.
pub async fn load(
    subject: &Subject,
    model: &str,
    streaming: bool,
    readers: usize,
    time: Duration,
) -> Result<Vec<Taken>> {
    let request = Arc::new(subject.endpoint.request(&body(subject, model, streaming)));
    let until = Instant::now() + time;
    let failed = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for _ in 0..readers {
        let (endpoint, request) = (subject.endpoint.clone(), Arc::clone(&request));
        let failed = Arc::clone(&failed);
        tasks.push(tokio::spawn(async move {
            let mut taken = Vec::new();
            let mut reader = Reader::connect(&endpoint).await?;
            while Instant::now() < until {
                let one = reader.post(&request).await?;
                if !one.complete(streaming) {
                    failed.fetch_add(1, Ordering::SeqCst);
                    bail!("an answer was not complete: {}", one.beginning());
                }
                taken.push(one);
            }
            Ok(taken)
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    Ok(all)
}

/// Warms up, then measures: the answers, and CPU milliseconds of the subject for each.
pub async fn measured(
    subject: &Subject,
    model: &str,
    streaming: bool,
    readers: usize,
    seconds: u64,
) -> Result<(Vec<Taken>, Option<f64>)> {
    load(subject, model, streaming, readers, Duration::from_secs(2)).await?;
    let before = subject.pid.map(process::cpu_ms).transpose()?;
    let taken = load(
        subject,
        model,
        streaming,
        readers,
        Duration::from_secs(seconds),
    )
    .await?;
    let after = subject.pid.map(process::cpu_ms).transpose()?;
    let each = before
        .zip(after)
        .map(|(before, after)| (after - before) / taken.len() as f64);
    Ok((taken, each))
}

/// The median in milliseconds.
pub fn median(taken: &[Taken], of: impl Fn(&Taken) -> Duration) -> f64 {
    let mut times: Vec<f64> = taken
        .iter()
        .map(|one| of(one).as_secs_f64() * 1000.0)
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Runs a bench on two threads.
pub fn block_on(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(work)
}
