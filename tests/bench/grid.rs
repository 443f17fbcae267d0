//! Measures durable cells: 3,000 executions of four models by sixteen clients, so that 64 are under way, at a provider that thinks for
//! 200 ms. Each is stored, reserved, carried out, settled and kept. The ideal is 9.4 s.
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods)]

mod load;

use anyhow::{Result, bail};
use load::http::{Endpoint, Reader};
use load::{GRID, Options, Stage, process, stage};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Runs of all models.
const RUNS: usize = 750;
/// Clients that wait for a run each.
const CLIENTS: usize = 16;
/// Runs before the measured ones.
const WARM: usize = 64;

fn main() -> Result<()> {
    let options = Options::of_args()?;
    load::block_on(async {
        let stage = stage(&options).await?;
        let Some(subject) = stage.subjects.first() else {
            bail!("there is no server");
        };
        runs(&stage, WARM).await?;
        let before = subject.pid.map(process::cpu_ms).transpose()?;
        let took = runs(&stage, RUNS).await?;
        let after = subject.pid.map(process::cpu_ms).transpose()?;
        let cells = RUNS * GRID.len();
        if let Some((before, after)) = before.zip(after) {
            let each = (after - before) / cells as f64;
            options.print("grid.cpu_ms_per_cell", each, "ms");
        }
        options.print("grid.s_per_3000_cells", took.as_secs_f64(), "s");
        Ok(())
    })
}

/// So many runs, each of every model, read to the end of its stream.
async fn runs(stage: &Stage, count: usize) -> Result<Duration> {
    let Some(subject) = stage.subjects.first() else {
        bail!("there is no server");
    };
    let models: Vec<String> = GRID.iter().map(|name| format!("openai/{name}")).collect();
    let body = json!({
        "text": "Say something about the weather in Łódź.",
        "models": models,
        "parameters": {"max_output_tokens": 100},
    });
    let endpoint = Endpoint {
        path: "/api/v1/executions".to_owned(),
        accept: "text/event-stream",
        marker: b"event: end",
        keep: usize::MAX,
        ..subject.endpoint.clone()
    };
    let request = Arc::new(endpoint.request(&body));
    let begun = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let (endpoint, request, begun) =
            (endpoint.clone(), Arc::clone(&request), Arc::clone(&begun));
        clients.push(tokio::spawn(async move {
            let mut reader = Reader::connect(&endpoint).await?;
            while begun.fetch_add(1, Ordering::SeqCst) < count {
                let one = reader.post(&request).await?;
                if !one.complete(true) || one.count(b"\"state\":\"completed\"") != GRID.len() {
                    bail!("a run was not complete: {}", one.beginning());
                }
            }
            Ok(())
        }));
    }
    for client in clients {
        client.await??;
    }
    Ok(started.elapsed())
}
