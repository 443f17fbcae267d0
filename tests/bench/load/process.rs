//! Programs that a bench starts, and what /proc says of any. Not the programs' own counters.

use anyhow::{Context, Result, bail};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// A program; ended when it is dropped.
pub struct Program(Child);

impl Program {
    pub fn start(path: &Path, args: &[&str]) -> Result<Self> {
        let child = Command::new(path)
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| {
                format!(
                    "{} does not run; start this through cargo xtask bench",
                    path.display()
                )
            })?;
        Ok(Self(child))
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that is free now.
pub fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Waits until somebody listens.
pub async fn ready(address: SocketAddr) -> Result<()> {
    let started = Instant::now();
    while TcpStream::connect(address).await.is_err() {
        if started.elapsed() > Duration::from_secs(20) {
            bail!("nobody listens on {address} after 20 s");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// A process and all below it: a peer may have workers.
fn tree(pid: u32) -> Vec<u32> {
    let mut all = vec![pid];
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids: Vec<u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    let mut at = 0;
    while let Some(parent) = all.get(at).copied() {
        let children = pids
            .iter()
            .filter(|pid| field(**pid, 1).is_some_and(|found| found == f64::from(parent)));
        all.extend(children.copied().collect::<Vec<_>>());
        at += 1;
    }
    all
}

/// A field of /proc/PID/stat, counted from after the name: 1 is the parent, 11 and 12 are user and system time in hundredths of a second.
fn field(pid: u32, at: usize) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    rest.split_whitespace().nth(at)?.parse().ok()
}

/// CPU milliseconds of a process and all below it, all threads.
pub fn cpu_ms(pid: u32) -> Result<f64> {
    if field(pid, 1).is_none() {
        bail!("there is no process {pid}");
    }
    let ticks = |pid: &u32| field(*pid, 11).unwrap_or(0.0) + field(*pid, 12).unwrap_or(0.0);
    Ok(tree(pid).iter().map(ticks).sum::<f64>() * 10.0)
}

/// Megabytes of memory of a process and all below it.
pub fn rss_mb(pid: u32) -> f64 {
    let rss = |pid: &u32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim()
            .trim_end_matches("kB")
            .trim()
            .parse::<f64>()
            .ok()
    };
    tree(pid).iter().filter_map(rss).sum::<f64>() / 1024.0
}
