//! Measures lists and search over 100,000 prompts through HTTP. Not a test: nothing fails here.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing
)]

mod support;

use krowoc_server::store::{Tx, indexing};
use krowoc_server::sync::push::{Batch, Way, apply};
use krowoc_server::web::Reply;
use krowoc_shared::library::wire::Page;
use krowoc_shared::sync::wire::Op;
use krowoc_tests::clock::BEGIN;
use krowoc_tests::{Caller, TestApp};
use std::time::Instant;
use support::{Figures, Numbers, backends, load, number, percentile, server, settle, site, word};

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

/// Writes the library; gives thirty phrases that stand in it.
async fn fill(app: &TestApp, caller: &Caller, rows: usize) -> Vec<String> {
    let space = caller.space().await;
    let mut numbers = Numbers(1);
    let mut count = 0;
    let mut phrases = Vec::new();
    for _ in 0..rows.div_ceil(500) {
        let ops: Vec<Op> = (0..500)
            .map(|_| {
                count += 1;
                numbers.prompt(count)
            })
            .collect();
        if phrases.len() < 30 {
            phrases.extend(ops.iter().take(30).filter_map(phrase));
        }
        let batch = Batch {
            space,
            epoch: None,
            device: None,
            author: None,
            member: None,
            correlation_id: String::new(),
            tier: Default::default(),
            now: BEGIN,
            restamp: false,
            create_only: false,
            way: Way::Each,
            ops,
        };
        let work = move |tx: &mut Tx<'_>| -> Reply<()> { apply(tx, &batch).map(|_| ()) };
        app.state.store.write(work).await.expect("written");
    }
    let indexed = indexing::catch_up(&app.state.store, None).await;
    indexed.expect("indexed");
    phrases.truncate(30);
    phrases
}

/// Two words that stand next to each other in a document.
fn phrase(op: &Op) -> Option<String> {
    let words: Vec<&str> = op.body.as_ref()?.text.split(' ').skip(7).take(2).collect();
    (words.len() == 2).then(|| words.join(" "))
}

async fn timed(caller: &Caller, query: &str) -> (f64, Page) {
    let started = Instant::now();
    let answer = caller.get(&format!("/api/v1/library?{query}")).await.ok();
    (started.elapsed().as_secs_f64(), answer.json())
}

/// Sorts of searches.
const QUERIES: usize = 10;
/// Times that a search is made again, for what it costs when nothing else wants the processor.
const REPEATS: usize = 4;

/// What people search for: words of any frequency, finished and unfinished, phrases that exist, exclusions, filters, Chinese.
fn queries(phrases: &[String]) -> Vec<(&'static str, String)> {
    let mut numbers = Numbers(77);
    // Somebody is still typing: the last letter is missing.
    let typed = |words: String| {
        let most = words.chars().count().saturating_sub(1).max(3);
        words.chars().take(most).collect::<String>()
    };
    let rounds = phrases.iter().flat_map(|phrase| {
        let tag = word(numbers.next() % 50);
        let site = site(numbers.next() % 60);
        [
            ("a word", numbers.words(1)),
            ("two words", numbers.words(2)),
            ("three words", numbers.words(3)),
            ("a word typed", typed(numbers.words(1))),
            ("two words typed", typed(numbers.words(2))),
            ("a phrase", format!("\"{phrase}\"")),
            (
                "an exclusion",
                format!("{} -{}", numbers.word(), numbers.word()),
            ),
            ("a word of a tag", format!("{} tag:{tag}", numbers.word())),
            (
                "a word of a site",
                format!("{} site:{site}", numbers.word()),
            ),
            ("chinese", numbers.sentence(3)),
        ]
    });
    rounds.collect()
}

async fn measure(figures: &Figures, name: &str, backend: &krowoc_tests::database::Backend) {
    let app = server(backend).await;
    let caller = app.sign_up("bench@example.org").await;
    let rows = number("rows", 100_000);
    let started = Instant::now();
    let phrases = fill(&app, &caller, rows).await;
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
    let (mut searches, mut bests) = (Vec::new(), Vec::new());
    for (what, q) in queries(&phrases) {
        let sort = ["", "&sort=edited", "&sort=title"][searches.len() / QUERIES % 3];
        let encoded = q.replace(' ', "%20").replace('"', "%22");
        let address = format!("kind=prompt&q={encoded}{sort}");
        let (time, page) = timed(&caller, &address).await;
        if verbose && time > 0.03 {
            println!(
                "# search {what}: {q}{sort} {:.1} ms, total {}",
                time * 1000.0,
                page.total
            );
        }
        let mut best = time;
        for _ in 0..REPEATS {
            best = best.min(timed(&caller, &address).await.0);
        }
        bests.push(best);
        searches.push((what, time));
    }
    if verbose {
        for (what, _) in searches.iter().take(QUERIES) {
            let own = searches.iter().filter(|(other, _)| other == what);
            let p95 = percentile(own.map(|(_, time)| *time).collect(), 0.95);
            println!("# p95 of {what} {p95:.1} ms");
        }
    }
    let searches: Vec<f64> = searches.into_iter().map(|(_, time)| time).collect();
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
    figures.print(
        &format!("library.search_best_p95_ms.{name}"),
        percentile(bests, 0.95),
        "ms",
    );
    figures.print(&format!("library.load.{name}"), load(), "");
    let started = Instant::now();
    caller.get("/api/v1/library/overview").await.ok();
    figures.print(
        &format!("library.overview_ms.{name}"),
        started.elapsed().as_secs_f64() * 1000.0,
        "ms",
    );
}
