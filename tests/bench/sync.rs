//! Measures sync: pushes one by one and in batches through HTTP, a first pull, the client's reading. Not a test: nothing fails here.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing
)]

mod support;

use krowoc_server::store::indexing;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Document;
use krowoc_shared::sync::client::{
    ClientState, Env, Loaded, Local, Step, needed_by_pull, on_pull, on_spaces, plan,
};
use krowoc_shared::sync::wire::{PullReply, SpaceState};
use krowoc_tests::ops::Syncing;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use support::{Figures, Numbers, backends, cpu_seconds, load, number, server, thread_seconds};

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let figures = Figures::of_args();
    for (name, backend) in backends() {
        runtime.block_on(measure(&figures, name, &backend));
    }
}

async fn measure(figures: &Figures, name: &str, backend: &krowoc_tests::database::Backend) {
    let app = server(backend).await;
    // As a server does for as long as it runs.
    let tending = tokio::spawn(indexing::tend(app.state.store.clone()));
    let device = Arc::new(Syncing::of(&app, "bench@example.org").await);
    let mut numbers = Numbers(1);
    let single = number("single", 3000);
    one_by_one(figures, name, &device, &mut numbers, single).await;
    batched(
        figures,
        name,
        &device,
        &mut numbers,
        number("rows", 100_000).saturating_sub(single),
    )
    .await;
    first_pull(figures, name, &device).await;
    tending.abort();
}

/// Requests for lanes that push side by side, made before the clock runs.
async fn requests(
    device: &Syncing,
    numbers: &mut Numbers,
    first: i64,
    count: usize,
    batch: usize,
) -> Vec<Vec<Vec<u8>>> {
    const LANES: usize = 8;
    let seq = device.state().await.seq;
    let mut lanes = vec![Vec::new(); LANES];
    let mut number = first;
    for (lane, _) in (0..LANES).cycle().zip(0..count.div_ceil(batch)) {
        let ops = (0..batch).map(|_| {
            number += 1;
            numbers.prompt(number)
        });
        let mut request = device.request(ops.collect());
        // Far ahead: nothing rides along, as for a client that has much to pull.
        request.cursor = seq + 1_000_000;
        lanes[lane].push(serde_json::to_vec(&request).expect("json"));
    }
    lanes
}

/// Pushes all lanes; gives seconds of the clock and of the processor.
async fn push(device: &Arc<Syncing>, lanes: Vec<Vec<Vec<u8>>>) -> (f64, f64) {
    let (cpu, started) = (cpu_seconds(), Instant::now());
    let lanes = lanes.into_iter().map(|lane| {
        let device = Arc::clone(device);
        tokio::spawn(async move {
            for body in lane {
                device
                    .caller
                    .post_bytes("/api/v1/sync/push", body)
                    .await
                    .ok();
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.expect("a lane");
    }
    (started.elapsed().as_secs_f64(), cpu_seconds() - cpu)
}

async fn one_by_one(
    figures: &Figures,
    name: &str,
    device: &Arc<Syncing>,
    numbers: &mut Numbers,
    count: usize,
) {
    let lanes = requests(device, numbers, -1_000_000, count, 1).await;
    let (clock, cpu) = push(device, lanes).await;
    // The measuring client's own time is in it.
    figures.print(
        &format!("sync.push_per_cpu_s.{name}"),
        count as f64 / cpu,
        "pushes/s per core",
    );
    figures.print(
        &format!("sync.push_s.{name}"),
        count as f64 / clock,
        "pushes/s",
    );
}

async fn batched(
    figures: &Figures,
    name: &str,
    device: &Arc<Syncing>,
    numbers: &mut Numbers,
    count: usize,
) {
    let lanes = requests(device, numbers, 0, count, 100).await;
    let before = thread_seconds("sqlite-writer");
    let (clock, cpu) = push(device, lanes).await;
    let writer = thread_seconds("sqlite-writer") - before;
    if name == "sqlite" {
        // The first search after an import: it waits for what the index lacks.
        let started = Instant::now();
        device.caller.get("/api/v1/library?q=kawi").await.ok();
        let search = started.elapsed().as_secs_f64();
        figures.print("sync.first_search_s.sqlite", search, "s");
        figures.print(
            "sync.batched_and_indexed_ops_s.sqlite",
            count as f64 / (clock + search),
            "ops/s until all of them are found",
        );
    }
    figures.print(
        &format!("sync.batched_ops_s.{name}"),
        count as f64 / clock,
        "ops/s",
    );
    figures.print(
        &format!("sync.batched_per_cpu_s.{name}"),
        count as f64 / cpu,
        "ops/s per core",
    );
    if name == "sqlite" {
        // What its one writer could take if nothing else had to be done.
        figures.print(
            "sync.batched_per_writer_s.sqlite",
            count as f64 / writer,
            "ops/s per core of the writer",
        );
    }
    figures.print(&format!("sync.load.{name}"), load(), "");
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
    figures.print(
        &format!("sync.first_pull_s.{name}"),
        started.elapsed().as_secs_f64(),
        "s",
    );
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
    let mut env = Env {
        now: 1,
        random: &mut zero,
    };
    client = on_spaces(&client, Ok(vec![state.clone()]), &mut env).state;
    let mut locals: BTreeMap<DocId, Local> = BTreeMap::new();
    let rows: usize = pages.iter().map(|page| page.documents.len()).sum();
    let started = Instant::now();
    for page in pages {
        let Step::Pull(request) = plan(&client, &[], 1) else {
            break;
        };
        let reply = Ok(page);
        let ids = needed_by_pull(&reply);
        let found = ids
            .iter()
            .filter_map(|id| Some((*id, locals.get(id)?.clone())));
        let loaded = Loaded {
            locals: found.collect(),
            rows: Vec::new(),
        };
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
