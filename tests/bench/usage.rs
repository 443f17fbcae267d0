//! Compares what we read from providers' bodies, and what we say it costs, with what genai-prices says. Not a test: it needs a file.
//!
//! `cargo bench -p krowoc-shared --features catalogue --bench usage -- --data FILE [--json]`, with a list of bodies in the shape of
//! `tests/dataset/usages.json` of genai-prices: each body with the usage and the prices that each extractor gives. A body matches when
//! every usage and price stated for it is ours to the last digit, and where no price is stated we have none either. Differences are
//! listed; with `--json` on the other channel. Readings of ours that the file does not state are counted apart.

#[path = "usage/compare.rs"]
mod compare;

use krowoc_shared::execution::catalogue::seed;
use std::error::Error;
use std::io::Write;

const USAGE: &str = "usage: usage --data FILE [--json]";

fn main() -> Result<(), Box<dyn Error>> {
    let (mut data, mut json) = (None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--data" => data = arguments.next(),
            "--json" => json = true,
            // Cargo passes this to every bench target.
            "--bench" => {}
            other => return Err(format!("unknown argument {other}; {USAGE}").into()),
        }
    }
    let file = data.ok_or(USAGE)?;
    let text = std::fs::read_to_string(&file)
        .map_err(|error| format!("{file}: {error}; give a file with --data FILE"))?;
    let rows: Vec<compare::Row> = serde_json::from_str(&text)
        .map_err(|error| format!("{file} is not a list of bodies: {error}"))?;
    let catalogue =
        seed().map_err(|mistakes| format!("the seed has {} mistakes", mistakes.len()))?;
    let outcome = compare::compare(&catalogue, &rows);
    let mut out = std::io::stdout().lock();
    for line in outcome.differences.iter().chain(&outcome.unlisted) {
        if json {
            writeln!(std::io::stderr(), "{line}")?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    for (name, value) in [
        ("usage.matched", outcome.matched),
        ("usage.total", rows.len()),
        ("usage.readings.matched", outcome.readings_matched),
        ("usage.readings.total", outcome.readings),
        ("usage.prices.total", outcome.prices),
        ("usage.unlisted", outcome.unlisted.len()),
    ] {
        if json {
            writeln!(
                out,
                "{}",
                serde_json::json!({"name": name, "value": value, "unit": ""})
            )?;
        } else {
            writeln!(out, "{name:32} {value:8}")?;
        }
    }
    Ok(())
}
