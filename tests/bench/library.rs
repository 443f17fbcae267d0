//! Measures lists and search over 100,000 prompts through HTTP. Not a test: nothing fails here.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing
)]

mod support;

use krowoc_server::store::Tx;
use krowoc_server::sync::push::{Batch, apply};
use krowoc_server::web::Reply;
use krowoc_shared::library::wire::Page;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::{Caller, TestApp};
use std::time::Instant;
use support::{Figures, Numbers, backends, number, percentile, server, settle, word};

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

async fn fill(app: &TestApp, caller: &Caller, rows: usize) {
    let space = caller.space().await;
    let mut numbers = Numbers(1);
    let mut count = 0;
    for _ in 0..rows.div_ceil(500) {
        let ops = (0..500)
            .map(|_| {
                count += 1;
                numbers.prompt(count)
            })
            .collect();
        let batch = Batch {
            space,
            epoch: None,
            device: None,
            now: BEGIN,
            restamp: false,
            create_only: false,
            ops,
        };
        let work = move |tx: &mut Tx<'_>| -> Reply<()> { apply(tx, &batch).map(|_| ()) };
        app.state.store.write(work).await.expect("written");
    }
}

async fn timed(caller: &Caller, query: &str) -> (f64, Page) {
    let started = Instant::now();
    let answer = caller.get(&format!("/api/v1/library?{query}")).await.ok();
    (started.elapsed().as_secs_f64(), answer.json())
}

async fn measure(figures: &Figures, name: &str, backend: &krowoc_tests::database::Backend) {
    let app = server(backend).await;
    let caller = app.sign_up("bench@example.org").await;
    let rows = number("rows", 100_000);
    let started = Instant::now();
    fill(&app, &caller, rows).await;
    figures.print(
        &format!("library.fill_s.{name}"),
        started.elapsed().as_secs_f64(),
        "s",
    );
    settle(&app);
    let verbose = std::env::args().any(|arg| arg == "--verbose");
    let mut pages = Vec::new();
    for filter in [
        "&kind=prompt",
        "",
        "&favourite=true",
        &format!("&tag={}", word(7)),
    ] {
        for sort in ["edited", "created", "title", "uses"] {
            let mut cursor = String::new();
            for _ in 0..25 {
                let (time, page) = timed(&caller, &format!("sort={sort}{filter}{cursor}")).await;
                if verbose && time > 0.015 {
                    println!(
                        "# page {sort}{filter} {:.1} ms, total {}",
                        time * 1000.0,
                        page.total
                    );
                }
                pages.push(time);
                let Some(next) = page.next else { break };
                cursor = format!("&cursor={next}");
            }
        }
    }
    figures.print(
        &format!("library.page_p95_ms.{name}"),
        percentile(pages, 0.95),
        "ms",
    );
    let mut numbers = Numbers(77);
    let mut searches = Vec::new();
    for n in 0..300_usize {
        let words = numbers.words(1 + n % 3);
        // Half of the searches are of somebody still typing.
        let q = if n % 2 == 0 {
            words.clone()
        } else {
            words
                .chars()
                .take(words.chars().count().saturating_sub(1).max(3))
                .collect()
        };
        let sort = ["", "&sort=edited", "&sort=title"][n % 3];
        let q = q.replace(' ', "%20");
        let (time, page) = timed(&caller, &format!("kind=prompt&q={q}{sort}")).await;
        if verbose && time > 0.03 {
            println!(
                "# search {q}{sort} {:.1} ms, total {}",
                time * 1000.0,
                page.total
            );
        }
        searches.push(time);
    }
    figures.print(
        &format!("library.search_p95_ms.{name}"),
        percentile(searches.clone(), 0.95),
        "ms",
    );
    figures.print(
        &format!("library.search_p50_ms.{name}"),
        percentile(searches, 0.5),
        "ms",
    );
    let started = Instant::now();
    caller.get("/api/v1/library/overview").await.ok();
    figures.print(
        &format!("library.overview_ms.{name}"),
        started.elapsed().as_secs_f64() * 1000.0,
        "ms",
    );
}
