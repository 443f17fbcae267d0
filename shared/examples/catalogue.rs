//! Makes the catalogue that Krowoc comes with from the data file of genai-prices and our own facts. Not part of the product: the outcome
//! is embedded.
//!
//! `catalogue DATA FACTS SEED`, as `cargo xtask catalogue` calls it: reads the first two, prints what changes, writes the third.

use krowoc_shared::execution::catalogue::{Catalogue, Mistake, differences, from_genai_prices};
use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut file = || arguments.next().ok_or("usage: catalogue DATA FACTS SEED");
    let (data, facts, seed) = (file()?, file()?, file()?);
    let read =
        |path: &str| std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"));
    let catalogue = from_genai_prices(&read(&data)?).map_err(|list| all(&data, &list))?;
    let facts_read = Catalogue::parse(&read(&facts)?).map_err(|list| all(&facts, &list))?;
    let catalogue = catalogue.with(facts_read);
    let text = catalogue.to_json()?;
    // What is written must be what is read.
    let again = Catalogue::parse(&text).map_err(|list| all("the new seed", &list))?;
    if again != catalogue {
        return Err("the new seed does not read as what was written".into());
    }
    let mut out = std::io::stdout().lock();
    match read(&seed).ok().and_then(|old| Catalogue::parse(&old).ok()) {
        Some(old) => {
            for change in differences(&old, &catalogue) {
                writeln!(out, "{change}")?;
            }
        }
        None => writeln!(out, "{seed} was no catalogue: everything is new")?,
    }
    std::fs::write(&seed, &text)?;
    let models: usize = catalogue
        .offerers
        .iter()
        .map(|offerer| offerer.models.len())
        .sum();
    writeln!(
        out,
        "{seed}: {} providers, {models} models, {} bytes",
        catalogue.offerers.len(),
        text.len()
    )?;
    Ok(())
}

fn all(file: &str, mistakes: &[Mistake]) -> String {
    let lines: Vec<_> = mistakes
        .iter()
        .map(|mistake| format!("\n  {mistake}"))
        .collect();
    format!("{file} cannot be read:{}", lines.concat())
}
