//! Measures the board of public prompts: counting a million runs anew, how that grows from ten thousand, and its front page under load.
//! Not a test: no figure fails here, only a world in which nothing would be counted.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing
)]

#[path = "leaderboard/world.rs"]
mod world;

mod support;

use krowoc_server::leaderboard::recompute;
use krowoc_shared::leaderboard::wire::BoardView;
use krowoc_tests::TestApp;
use krowoc_tests::database::Backend;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use support::{Figures, backends, cpu_seconds, load, number, percentile, settle};
use world::World;

/// Prompts that are made public.
const PROMPTS: usize = 1_529;
/// Copies that are run, at most, and the runs of one when there are fewer.
const COPIES: usize = 10_000;
const RUNS_OF_A_COPY: usize = 100;
/// How often it is counted.
const REPEATS: usize = 5;
/// Connections that read the front page.
const READERS: usize = 8;
/// What they read, one after the other.
const PAGES: [&str; 4] = [
    "/leaderboard",
    "/leaderboard?window=7d",
    "/leaderboard?window=all",
    "/api/v1/leaderboard",
];

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

/// Seconds of each counting, and CPU seconds of all.
async fn counted(app: &TestApp) -> (Vec<f64>, f64) {
    let cpu = cpu_seconds();
    let mut times = Vec::new();
    for _ in 0..REPEATS {
        let started = Instant::now();
        recompute::run(&app.state).await.expect("counted");
        times.push(started.elapsed().as_secs_f64());
    }
    (times, cpu_seconds() - cpu)
}

async fn prepared(figures: &Figures, name: &str, backend: &Backend, rows: usize) -> World {
    let started = Instant::now();
    let copies = (rows / RUNS_OF_A_COPY).min(COPIES);
    let world = World::new(backend, number("prompts", PROMPTS), copies).await;
    world.fill(rows).await;
    let counted = world.counted().await;
    // One in twenty fails, and counts for nothing.
    assert!(
        usize::try_from(counted).is_ok_and(|it| it > rows * 9 / 10),
        "{counted} of {rows} runs count"
    );
    settle(&world.app);
    if rows >= 100_000 {
        let took = started.elapsed().as_secs_f64();
        figures.print(&format!("leaderboard.fill_s.{name}"), took, "s");
    }
    world
}

async fn measure(figures: &Figures, name: &str, backend: &Backend) {
    let rows = number("rows", 1_000_000);
    let few = prepared(figures, name, backend, rows.min(10_000)).await;
    recompute::run(&few.app.state).await.expect("counted");
    let (times, _) = counted(&few.app).await;
    let small = percentile(times, 0.5) / 1_000.0;
    figures.print(&format!("leaderboard.recompute_10k_s.{name}"), small, "s");
    drop(few);

    let world = prepared(figures, name, backend, rows).await;
    let started = Instant::now();
    let done = recompute::run(&world.app.state).await.expect("counted");
    let first = started.elapsed().as_secs_f64();
    assert!(done.rows > 0);
    figures.print(&format!("leaderboard.recompute_first_s.{name}"), first, "s");
    let (times, cpu) = counted(&world.app).await;
    let large = percentile(times, 0.5) / 1_000.0;
    figures.print(&format!("leaderboard.recompute_s.{name}"), large, "s");
    figures.print(
        &format!("leaderboard.recompute_cpu_s.{name}"),
        cpu / REPEATS as f64,
        "s",
    );
    figures.print(
        &format!("leaderboard.growth.{name}"),
        large / small,
        "times",
    );
    front(figures, name, &world.app).await;
    figures.print(&format!("leaderboard.load.{name}"), load(), "");
}

/// The front page: read anew, and from memory by several at once.
async fn front(figures: &Figures, name: &str, app: &TestApp) {
    let caller = app.anonymous();
    let mut cold = Vec::new();
    for _ in 0..REPEATS {
        app.state.public.forget();
        let started = Instant::now();
        caller.get("/leaderboard").await.ok();
        cold.push(started.elapsed().as_secs_f64());
    }
    figures.print(
        &format!("leaderboard.front_cold_ms.{name}"),
        percentile(cold, 0.5),
        "ms",
    );
    let view: BoardView = caller.get("/api/v1/leaderboard").await.ok().json();
    assert_eq!(view.entries.len(), 50);
    let seconds = u64::try_from(number("seconds", 8)).unwrap_or(8);
    let address = app.address;
    let readers: Vec<_> = (0..READERS)
        .map(|_| std::thread::spawn(move || read(address, Duration::from_secs(seconds))))
        .collect();
    let times: Vec<f64> = readers
        .into_iter()
        .flat_map(|reader| reader.join().expect("a reader"))
        .collect();
    let each_second = times.len() as f64 / seconds as f64;
    figures.print(&format!("leaderboard.front_rps.{name}"), each_second, "1/s");
    figures.print(
        &format!("leaderboard.front_p50_ms.{name}"),
        percentile(times.clone(), 0.5),
        "ms",
    );
    figures.print(
        &format!("leaderboard.front_p95_ms.{name}"),
        percentile(times, 0.95),
        "ms",
    );
}

/// Seconds of each answer on one connection.
fn read(address: SocketAddr, long: Duration) -> Vec<f64> {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let requests: Vec<Vec<u8>> = PAGES
        .iter()
        .map(|page| {
            format!("GET {page} HTTP/1.1\r\nhost: {address}\r\naccept-encoding: br\r\n\r\n")
                .into_bytes()
        })
        .collect();
    let (begun, mut times) = (Instant::now(), Vec::new());
    let mut answer = Vec::with_capacity(64 * 1024);
    for request in requests.iter().cycle() {
        if begun.elapsed() >= long {
            break;
        }
        let started = Instant::now();
        stream.write_all(request).expect("sent");
        whole(&mut stream, &mut answer);
        times.push(started.elapsed().as_secs_f64());
    }
    times
}

/// Reads one answer to its end.
fn whole(stream: &mut TcpStream, answer: &mut Vec<u8>) {
    answer.clear();
    let mut piece = [0; 16 * 1024];
    let mut end = None;
    loop {
        let count = stream.read(&mut piece).expect("an answer");
        assert!(count > 0, "the connection was closed");
        answer.extend_from_slice(&piece[..count]);
        if end.is_none() {
            let head = answer.windows(4).position(|it| it == b"\r\n\r\n");
            end = head.map(|at| at + 4 + length(&answer[..at]));
        }
        if end.is_some_and(|end| answer.len() >= end) {
            return;
        }
    }
}

fn length(head: &[u8]) -> usize {
    let text = String::from_utf8_lossy(head).to_lowercase();
    assert!(text.starts_with("http/1.1 200"), "{text}");
    let mut lines = text.split("\r\n");
    let length = lines.find_map(|line| line.strip_prefix("content-length:"));
    length
        .and_then(|it| it.trim().parse().ok())
        .expect("a length")
}
