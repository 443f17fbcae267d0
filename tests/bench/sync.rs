//! Measures sync: pushes one by one and in batches through HTTP, a first pull, the client's reading. Not a test: nothing fails here.
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods, clippy::expect_used, clippy::indexing_slicing)]

mod support;

use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Document;
use krowoc_shared::sync::client::{ClientState, Env, Loaded, Local, Step, needed_by_pull, on_pull, on_spaces, plan};
use krowoc_shared::sync::wire::{PullReply, SpaceState};
use krowoc_tests::ops::Syncing;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use support::{Figures, Numbers, backends, cpu_seconds, number, server};

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let figures = Figures::of_args();
    for (name, backend) in backends() {
        runtime.block_on(measure(&figures, name, &backend));
    }
}

async fn measure(figures: &Figures, name: &str, backend: &krowoc_tests::database::Backend) {
    let app = server(backend).await;
    let device = Arc::new(Syncing::of(&app, "bench@example.org").await);
    let mut numbers = Numbers(1);
    let single = number("single", 3000);
    one_by_one(figures, name, &device, &mut numbers, single).await;
    let rows = number("rows", 100_000);
    let started = Instant::now();
    let (mut left, mut count) = (rows.saturating_sub(single), 0_i64);
    while left > 0 {
        let batch = left.min(100);
        let ops = (0..batch).map(|_| { count += 1; numbers.prompt(count) }).collect();
        device.push(ops).await;
        left -= batch;
    }
    let pushed = rows.saturating_sub(single) as f64;
    figures.print(&format!("sync.batched_ops_s.{name}"), pushed / started.elapsed().as_secs_f64(), "ops/s");
    first_pull(figures, name, &device).await;
}

async fn one_by_one(figures: &Figures, name: &str, device: &Arc<Syncing>, numbers: &mut Numbers, count: usize) {
    const LANES: usize = 8;
    let mut bodies: Vec<Vec<Vec<u8>>> = vec![Vec::new(); LANES];
    let seq = device.state().await.seq;
    for n in 0..count {
        let mut request = device.request(vec![numbers.prompt(-1 - i64::try_from(n).unwrap_or(0))]);
        // Far ahead: nothing rides along, as for a client that has much to pull.
        request.cursor = seq + 1_000_000;
        bodies[n % LANES].push(serde_json::to_vec(&request).expect("json"));
    }
    let (cpu, started) = (cpu_seconds(), Instant::now());
    let lanes: Vec<_> = bodies
        .into_iter()
        .map(|lane| {
            let device = Arc::clone(device);
            tokio::spawn(async move {
                for body in lane {
                    device.caller.post_bytes("/api/v1/sync/push", body).await.ok();
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("a lane");
    }
    let count = count as f64;
    // The measuring client's own time is in it.
    figures.print(&format!("sync.push_per_cpu_s.{name}"), count / (cpu_seconds() - cpu), "pushes/s per core");
    figures.print(&format!("sync.push_s.{name}"), count / started.elapsed().as_secs_f64(), "pushes/s");
}

async fn first_pull(figures: &Figures, name: &str, device: &Syncing) {
    let state = device.state().await;
    let started = Instant::now();
    let mut pages: Vec<PullReply> = Vec::new();
    let mut cursor = 0;
    loop {
        let page = device.pull(cursor).await;
        cursor = page.next_cursor;
        let more = page.more;
        pages.push(page);
        if !more {
            break;
        }
    }
    let rows: usize = pages.iter().map(|page| page.documents.len()).sum();
    figures.print(&format!("sync.first_pull_s.{name}"), started.elapsed().as_secs_f64(), "s");
    figures.print(&format!("sync.first_pull_rows.{name}"), rows as f64, "rows");
    if name == "sqlite" {
        figures.print("sync.client_rows_s", apply(&state, pages), "rows/s");
    }
}

/// Rows a second of the client's machine, without its storage.
fn apply(state: &SpaceState, pages: Vec<PullReply>) -> f64 {
    let mut client = ClientState::new(1);
    client.connect(None);
    let mut zero = || [0; 10];
    let mut env = Env { now: 1, random: &mut zero };
    client = on_spaces(&client, Ok(vec![state.clone()]), &mut env).state;
    let mut locals: BTreeMap<DocId, Local> = BTreeMap::new();
    let rows: usize = pages.iter().map(|page| page.documents.len()).sum();
    let started = Instant::now();
    for page in pages {
        let Step::Pull(request) = plan(&client, &[], 1) else { break };
        let reply = Ok(page);
        let ids = needed_by_pull(&reply);
        let found = ids.iter().filter_map(|id| Some((*id, locals.get(id)?.clone())));
        let loaded = Loaded { locals: found.collect(), rows: Vec::new() };
        let commit = on_pull(&client, &request, loaded, reply, &mut env);
        client = commit.state;
        for local in commit.put_locals {
            locals.insert(local.view.id, local);
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let shown: Vec<&Document> = locals.values().map(|local| &local.view).collect();
    assert_eq!(shown.len(), rows, "the client took every row");
    rows as f64 / seconds
}
