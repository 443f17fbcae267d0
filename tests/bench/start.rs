//! Measures a server's start and rest: cold start to the first answer, memory when idle. Not under load.
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods)]

use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `--server PATH` names the binary (default: the one in the target folder beside this bench), `--json` prints one object a line.
fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let json = args.iter().any(|arg| arg == "--json");
    let named = args.iter().position(|arg| arg == "--server");
    let server = match named.and_then(|at| args.get(at + 1)) {
        Some(path) => path.into(),
        None => std::env::current_exe()?
            .ancestors()
            .nth(2)
            .context("no target folder")?
            .join("krowoc"),
    };
    let mut cold = Vec::new();
    let mut rss = 0.0;
    for _ in 0..5 {
        let (ms, mb) = once(&server)?;
        cold.push(ms);
        rss = mb;
    }
    cold.sort_by(f64::total_cmp);
    print(json, "start.cold_ms", cold[cold.len() / 2], "ms");
    print(json, "start.idle_rss_mb", rss, "MB");
    Ok(())
}

fn print(json: bool, name: &str, value: f64, unit: &str) {
    if json {
        println!("{{\"name\": \"{name}\", \"value\": {value:.1}, \"unit\": \"{unit}\"}}");
    } else {
        println!("{name} {value:.1} {unit}");
    }
}

fn once(server: &std::path::Path) -> Result<(f64, f64)> {
    let folder = krowoc_tests::database::folder()?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let started = Instant::now();
    let child = Command::new(server)
        .arg("serve")
        .args(["--listen", &address.to_string()])
        .arg("--data-dir")
        .arg(&folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{} does not run", server.display()))?;
    let child = Killed(child);
    while !ready(address) {
        if started.elapsed() > Duration::from_secs(20) {
            bail!("the server did not answer in 20 s");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let cold = started.elapsed().as_secs_f64() * 1000.0;
    std::thread::sleep(Duration::from_secs(2));
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.0.id()))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    drop(child);
    let _ = std::fs::remove_dir_all(folder);
    Ok((cold, kib / 1024.0))
}

fn ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let request = "GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
