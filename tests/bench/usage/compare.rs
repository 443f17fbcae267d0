//! One body after the other beside what the file says of it. Not the reading and pricing itself.

use krowoc_shared::execution::catalogue::{Catalogue, Offerer};
use krowoc_shared::execution::extract::Extracted;
use krowoc_shared::execution::price::{Costed, Exact, cost};
use krowoc_shared::ids::Millis;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The time whose prices the file states: 2025-11-06 12:00 UTC, as genai-prices writes its own file.
const AT: Millis = 1_762_430_400_000;

/// A body with what is said of it.
#[derive(Deserialize)]
pub struct Row {
    /// What a provider answered.
    body: Value,
    /// What is read from it.
    extracted: Vec<Group>,
    /// The model that it names.
    #[serde(default)]
    model: Option<String>,
}

/// Extractors that read the same usage.
#[derive(Deserialize)]
struct Group {
    usage: Map<String, Value>,
    extractors: Vec<Reading>,
}

#[derive(Deserialize)]
struct Reading {
    provider_id: String,
    api_flavor: String,
    #[serde(default)]
    input_price: Option<String>,
    #[serde(default)]
    output_price: Option<String>,
    #[serde(default)]
    total_price: Option<String>,
}

/// What came out.
#[derive(Default)]
pub struct Outcome {
    /// Bodies of which everything is as stated.
    pub matched: usize,
    /// Readings stated.
    pub readings: usize,
    /// Readings that are as stated.
    pub readings_matched: usize,
    /// Readings for which prices are stated.
    pub prices: usize,
    /// What differs, a line each.
    pub differences: Vec<String>,
    /// What we read and the file does not state.
    pub unlisted: Vec<String>,
}

/// Compares all bodies.
pub fn compare(catalogue: &Catalogue, rows: &[Row]) -> Outcome {
    let mut outcome = Outcome::default();
    for (at, row) in rows.iter().enumerate() {
        let mut whole = true;
        for group in &row.extracted {
            for reading in &group.extractors {
                outcome.readings += 1;
                outcome.prices += usize::from(reading.input_price.is_some());
                match differs(catalogue, row, group, reading) {
                    None => outcome.readings_matched += 1,
                    Some(why) => {
                        whole = false;
                        let Reading {
                            provider_id,
                            api_flavor,
                            ..
                        } = reading;
                        outcome.differences.push(format!(
                            "{}, {provider_id}, {api_flavor}: {why}",
                            place(at, row)
                        ));
                    }
                }
            }
        }
        outcome.matched += usize::from(whole);
        unlisted(catalogue, at, row, &mut outcome);
    }
    outcome
}

fn place(at: usize, row: &Row) -> String {
    let file = row
        .body
        .get("file")
        .and_then(Value::as_str)
        .unwrap_or_default();
    format!("body {at} {file}")
}

/// Why a reading is not as stated.
fn differs(catalogue: &Catalogue, row: &Row, group: &Group, reading: &Reading) -> Option<String> {
    let read = match catalogue.extract(&reading.provider_id, &reading.api_flavor, &row.body) {
        Ok(read) => read,
        Err(error) => return Some(format!("not read: {error}")),
    };
    if read.model != row.model {
        return Some(format!("model {:?} instead of {:?}", read.model, row.model));
    }
    usage_differs(&read, &group.usage).or_else(|| price_differs(catalogue, &read, reading))
}

fn usage_differs(read: &Extracted, stated: &Map<String, Value>) -> Option<String> {
    let ours: Vec<(&str, u64)> = read
        .usage
        .parts
        .iter()
        .map(|(unit, amount)| (unit.as_str(), *amount))
        .collect();
    let same = |(name, amount): &(&str, u64)| {
        stated
            .get(*name)
            .is_some_and(|value| is_amount(value, *amount))
    };
    let equal = ours.len() == stated.len() && ours.iter().all(same);
    (!equal).then(|| {
        format!(
            "usage {ours:?} instead of {}",
            Value::Object(stated.clone())
        )
    })
}

/// Whether a JSON number, whole or not, is the amount.
fn is_amount(value: &Value, amount: u64) -> bool {
    value.as_u64() == Some(amount) || value.as_f64() == amount.to_string().parse().ok()
}

fn price_differs(catalogue: &Catalogue, read: &Extracted, reading: &Reading) -> Option<String> {
    let model = read.model.as_deref()?;
    let offerer = catalogue.offerer(&reading.provider_id)?;
    let prices = catalogue.find_in(offerer, model).prices;
    let (Some(prices), Some(input), Some(output)) =
        (prices, &reading.input_price, &reading.output_price)
    else {
        let agree =
            prices.is_none() && reading.input_price.is_none() && reading.output_price.is_none();
        let ours = if prices.is_some() {
            "priced"
        } else {
            "unpriced"
        };
        return (!agree).then(|| format!("{model} is {ours}, unlike stated"));
    };
    let costed = match cost(prices, AT, &read.usage) {
        Ok(costed) => costed,
        Err(error) => return Some(format!("{model} cannot be priced: {error}")),
    };
    let mut why = Vec::new();
    let mut compare = |name: &str, ours: Exact, stated: &str| {
        if !ours.is(stated) {
            why.push(format!("{name} {ours} instead of {stated}"));
        }
    };
    compare("input", costed.input, input);
    compare("output", costed.output, output);
    match &reading.total_price {
        Some(total) => compare("total", costed.exact, total),
        // Only a total that is not the sum of both is stated.
        None if !is_sum(&costed) => why.push(format!(
            "total {} is more than input and output",
            costed.exact
        )),
        None => {}
    }
    (!why.is_empty()).then(|| format!("{model}: {}", why.join(", ")))
}

fn is_sum(costed: &Costed) -> bool {
    costed.input.plus(costed.output) == Some(costed.exact)
}

/// Lists the extractors that read a body although the file does not say so.
fn unlisted(catalogue: &Catalogue, at: usize, row: &Row, outcome: &mut Outcome) {
    let stated = |offerer: &Offerer, flavour: &str| {
        let mut readings = row.extracted.iter().flat_map(|group| &group.extractors);
        readings.any(|reading| reading.provider_id == offerer.id && reading.api_flavor == flavour)
    };
    for offerer in &catalogue.offerers {
        for (flavour, extractor) in &offerer.extractors {
            if !stated(offerer, flavour) && extractor.extract(&row.body).is_ok() {
                outcome.unlisted.push(format!(
                    "{}, {}, {flavour}: read, and not stated",
                    place(at, row),
                    offerer.id
                ));
            }
        }
    }
}
