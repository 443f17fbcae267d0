//! Measures main-content extraction on annotated pages, and trains its model. Not a test: it needs a folder of pages.
//!
//! `cargo bench -p krowoc-tests --bench extract -- --data DIR [--json | --halves | --train FILE]`, with `DIR/html/ID.html.gz` and
//! `DIR/ground-truth/ID.json` as in the Web Content Extraction Benchmark. `--halves` trains on each half of the pages and measures
//! on the other, which is what to expect on pages never seen; `--train` writes the model that `shared/src/capture/extract` embeds.

#[path = "extract/fit.rs"]
mod fit;
#[path = "extract/pages.rs"]
mod pages;
#[path = "extract/train.rs"]
mod train;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, bail};
use krowoc_shared::capture::extract::main_text;

use pages::Page;

const USAGE: &str = "usage: extract --data DIR [--json | --halves | --train FILE]";

/// What the command line asks for.
#[derive(Default)]
struct Ask {
    data: Option<PathBuf>,
    json: bool,
    halves: bool,
    train: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let ask = read_arguments()?;
    let dir = ask.data.context(USAGE)?;
    if !dir.is_dir() {
        bail!(
            "the folder {} does not exist; give one with --data DIR",
            dir.display()
        );
    }
    let pages = pages::load(&dir)?;
    if pages.is_empty() {
        bail!("{} holds no annotated pages", dir.display());
    }
    let mut out = std::io::stdout().lock();
    if let Some(file) = ask.train {
        let model = fit::fit(&pages);
        std::fs::write(&file, &model)
            .with_context(|| format!("cannot write {}", file.display()))?;
        writeln!(
            out,
            "{}: {} bytes from {} pages",
            file.display(),
            model.len(),
            pages.len()
        )?;
        return Ok(());
    }
    if ask.halves {
        let scores = fit::cross_validate(&pages);
        return print(
            &mut out,
            &figures("extract.f1_unseen", &pages, &scores),
            ask.json,
        );
    }
    let mut scores = Vec::with_capacity(pages.len());
    let mut times = Vec::with_capacity(pages.len());
    for page in &pages {
        let (text, millis) = timed(page);
        scores.push(pages::f1(&text, &page.gold));
        times.push(millis);
    }
    times.sort_by(f64::total_cmp);
    let mut figures = figures("extract.f1", &pages, &scores);
    for (name, part) in [("extract.p50_ms", 0.50), ("extract.p95_ms", 0.95)] {
        let at = ((times.len() - 1) as f64 * part).round() as usize;
        figures.push((
            name.to_owned(),
            times.get(at).copied().unwrap_or_default(),
            "ms",
        ));
    }
    print(&mut out, &figures, ask.json)
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn timed(page: &Page) -> (String, f64) {
    let start = Instant::now();
    let text = main_text(&page.html, &page.url);
    (text, start.elapsed().as_secs_f64() * 1000.0)
}

fn read_arguments() -> anyhow::Result<Ask> {
    let mut ask = Ask::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().map(PathBuf::from).context(USAGE);
        match argument.as_str() {
            "--data" => ask.data = Some(value()?),
            "--train" => ask.train = Some(value()?),
            "--json" => ask.json = true,
            "--halves" => ask.halves = true,
            // Cargo passes this to every bench target.
            "--bench" => {}
            other => bail!("unknown argument {other}; {USAGE}"),
        }
    }
    Ok(ask)
}

/// The mean score over all pages and per page type.
fn figures(name: &str, pages: &[Page], scores: &[f64]) -> Vec<(String, f64, &'static str)> {
    let mut groups: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (page, score) in pages.iter().zip(scores) {
        groups.entry(name.to_owned()).or_default().push(*score);
        groups
            .entry(format!("{name}.{}", page.kind))
            .or_default()
            .push(*score);
    }
    let mean = |scores: Vec<f64>| scores.iter().sum::<f64>() / scores.len().max(1) as f64;
    groups
        .into_iter()
        .map(|(name, scores)| (name, mean(scores), ""))
        .collect()
}

fn print(
    out: &mut impl Write,
    figures: &[(String, f64, &'static str)],
    json: bool,
) -> anyhow::Result<()> {
    for (name, value, unit) in figures {
        if json {
            let value = (value * 10_000.0).round() / 10_000.0;
            writeln!(
                out,
                "{}",
                serde_json::json!({ "name": name, "value": value, "unit": unit })
            )?;
        } else {
            writeln!(out, "{name:32} {value:8.4} {unit}")?;
        }
    }
    Ok(())
}
