//! Measures the dashboard over a million executions through HTTP, and how it grows from ten thousand. Not a test: nothing fails here.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing
)]

mod support;

use krowoc_server::dashboards::rollup;
use krowoc_server::store::statement::Statement;
use krowoc_server::store::{StoreError, Tx};
use krowoc_shared::dashboards::wire::DashboardView;
use krowoc_shared::ids::{DocId, ExecutionId, GroupId, Millis, UserId};
use krowoc_tests::clock::BEGIN;
use krowoc_tests::database::Backend;
use krowoc_tests::{Caller, TestApp};
use serde_json::json;
use std::time::Instant;
use support::{Figures, Numbers, backends, cpu_seconds, load, number, percentile, server, settle};

const DAY: Millis = 86_400_000;
/// Executions are spread over so many days.
const DAYS: Millis = 180;
/// Rows of one statement.
const ROWS: usize = 50;
/// Prompts that were run, few of them often.
const PROMPTS: u64 = 200;
/// How often each question is asked.
const REPEATS: usize = 20;
/// Executions of the last two minutes, which no roll-up has yet.
const BURST: usize = 5_000;

const MODELS: [&str; 8] = [
    "openai/gpt-5-mini",
    "openai/gpt-5",
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-haiku-4-5",
    "gemini/gemini-2.5-flash",
    "groq/llama-3.3-70b-versatile",
    "mistral/mistral-large-latest",
    "ollama/qwen3:8b",
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

fn bytes(numbers: &mut Numbers) -> [u8; 10] {
    let [a, b, c, d, e, f, g, h] = numbers.next().to_be_bytes();
    let [i, j, ..] = numbers.next().to_be_bytes();
    [a, b, c, d, e, f, g, h, i, j]
}

/// A number below `end`; small ones are more frequent.
fn skewed(numbers: &mut Numbers, end: u64) -> u64 {
    let uniform = (numbers.next() >> 11) as f64 / (1_u64 << 53) as f64;
    ((end as f64).powf(uniform) - 1.0) as u64
}

/// Statements that insert executions asked for at these times.
fn statement(numbers: &mut Numbers, user: UserId, times: &[Millis], text: &str) -> Statement {
    let row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', 'bench', '{}', ?)";
    let mut insert = Statement::new(
        "INSERT INTO execution (id, account_id, group_id, place, prompt_id, title, model, tier, state, cost_state, cost, reserved, \
         period, created_at, finished_at, latency_ms, attempts, correlation_id, request, output) VALUES ",
    )
    .sql(&vec![row; times.len()].join(", "));
    for at in times {
        let prompt = skewed(numbers, PROMPTS);
        let model = MODELS[usize::try_from(skewed(numbers, 8)).unwrap_or(0)];
        let failed = numbers.next().is_multiple_of(50);
        let latency = 300 + i64::try_from(skewed(numbers, 30_000)).unwrap_or(0);
        let id = DocId::mint(1, [u8::try_from(prompt).unwrap_or(0); 10]);
        insert = insert
            .bind(ExecutionId::mint(*at, bytes(numbers)).as_bytes())
            .bind(user.as_bytes())
            .bind(GroupId::mint(*at, bytes(numbers)).as_bytes())
            .bind(0_i16)
            .bind((prompt > 0).then(|| id.as_bytes().to_vec()))
            .bind("A prompt of the bench")
            .bind(model)
            .bind(0_i16)
            .bind(if failed { "failed" } else { "completed" })
            .bind("exact")
            .bind(if failed { 0 } else { latency * 1_000 })
            .bind(0_i64)
            .bind(202_611_i64)
            .bind(*at)
            .bind(*at + latency)
            .bind(Some(latency))
            .bind(text);
    }
    insert
}

/// Stores executions, the oldest first, as they would have been.
async fn fill(app: &TestApp, user: UserId, from: Millis, to: Millis, rows: usize) {
    let mut numbers = Numbers(3);
    let text = "An answer of some length. ".repeat(12);
    let count = i64::try_from(rows).unwrap_or(1);
    let at = |n: usize| from + (to - from) * i64::try_from(n).unwrap_or(0) / count;
    let all: Vec<usize> = (0..rows).collect();
    for some in all.chunks(10_000) {
        let statements: Vec<Statement> = some
            .chunks(ROWS)
            .map(|few| {
                let times: Vec<Millis> = few.iter().map(|n| at(*n)).collect();
                statement(&mut numbers, user, &times, &text)
            })
            .collect();
        let write = move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            for statement in statements {
                statement.execute(tx)?;
            }
            Ok(())
        };
        app.state.store.write(write).await.expect("stored");
    }
}

/// Somebody whose token does not run out.
async fn person(app: &TestApp) -> (UserId, Caller) {
    let person = app.sign_up("bench@example.org").await;
    let user = person.session().await.user;
    let body = json!({"name": "bench", "scopes": ["executions"]});
    let answer = person.post("/api/v1/tokens", body).await.ok();
    let made: serde_json::Value = answer.json();
    let token = made["token"].as_str().expect("a token");
    (user, Caller::device(app.address, token))
}

/// What the dashboard asks for.
const QUESTIONS: [&str; 6] = [
    "dashboard?period=24h",
    "dashboard?period=7d",
    "dashboard?period=30d",
    "dashboard?period=90d",
    "dashboard?from=2026-07-05&to=2026-09-01",
    "dashboard/csv?period=90d",
];

/// Milliseconds of every question, asked often.
async fn ask(caller: &Caller) -> Vec<f64> {
    let verbose = std::env::args().any(|arg| arg == "--verbose");
    let mut times = Vec::new();
    for question in QUESTIONS {
        let mut own = Vec::new();
        for _ in 0..REPEATS {
            let started = Instant::now();
            caller.get(&format!("/api/v1/{question}")).await.ok();
            own.push(started.elapsed().as_secs_f64());
        }
        if verbose {
            println!("# {question} p95 {:.1} ms", percentile(own.clone(), 0.95));
        }
        times.extend(own);
    }
    times
}

/// A server with so many executions, all in its roll-ups but those of the last minutes.
async fn prepared(
    figures: &Figures,
    name: &str,
    backend: &Backend,
    rows: usize,
) -> (TestApp, UserId, Caller) {
    let app = server(backend).await;
    let (user, caller) = person(&app).await;
    let started = Instant::now();
    fill(&app, user, BEGIN - DAYS * DAY, BEGIN, rows).await;
    let filled = started.elapsed().as_secs_f64();
    settle(&app);
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let counted = rollup::run(&app.state).await.expect("rolled up");
    let (took, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let each = cpu * 1e6 / (counted.max(1) as f64);
    settle(&app);
    if rows >= 100_000 {
        figures.print(&format!("dashboard.fill_s.{name}"), filled, "s");
        figures.print(&format!("dashboard.rollup_s.{name}"), took, "s");
        figures.print(&format!("dashboard.rollup_cpu_us.{name}"), each, "µs");
    }
    (app, user, caller)
}

async fn measure(figures: &Figures, name: &str, backend: &Backend) {
    let rows = number("rows", 1_000_000);
    let (_few, _, caller) = prepared(figures, name, backend, 10_000).await;
    let small = percentile(ask(&caller).await, 0.95);
    figures.print(&format!("dashboard.query_10k_p95_ms.{name}"), small, "ms");
    let (app, user, caller) = prepared(figures, name, backend, rows).await;
    let times = ask(&caller).await;
    let large = percentile(times.clone(), 0.95);
    figures.print(&format!("dashboard.query_p95_ms.{name}"), large, "ms");
    figures.print(
        &format!("dashboard.query_p50_ms.{name}"),
        percentile(times, 0.5),
        "ms",
    );
    figures.print(&format!("dashboard.growth.{name}"), large / small, "times");
    fill(&app, user, BEGIN - 120_000, BEGIN, BURST).await;
    let answer = caller.get("/api/v1/dashboard?period=90d").await.ok();
    let view: DashboardView = answer.json();
    assert!(view.total.executions > 0 && view.before.executions > 0);
    figures.print(
        &format!("dashboard.query_burst_p95_ms.{name}"),
        percentile(ask(&caller).await, 0.95),
        "ms",
    );
    figures.print(&format!("dashboard.load.{name}"), load(), "");
}
