//! Reads the data file of genai-prices as a catalogue, every digit of its prices kept. Not its program: the semantics are our own code.

use super::{Catalogue, Matching, Mistake, Model, Offerer, SEED_SOURCE};
use crate::execution::extract::{Extractor, Path, Source, Step};
use crate::execution::price::{
    PriceKey, PriceSet, Prices, Rate, Tariff, Tier, TimeOfDay, Timed, When,
};
use crate::execution::usage::Unit;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct RawProvider<'a> {
    id: String,
    name: String,
    #[serde(default)]
    api_pattern: Option<String>,
    #[serde(default)]
    provider_match: Option<Value>,
    #[serde(default)]
    model_match: Option<Value>,
    #[serde(default)]
    fallback_model_providers: Option<Vec<String>>,
    #[serde(default)]
    extractors: Option<Vec<RawExtractor>>,
    #[serde(borrow)]
    models: Vec<RawModel<'a>>,
}

#[derive(Deserialize)]
struct RawExtractor {
    #[serde(default = "default_flavour")]
    api_flavor: String,
    root: Value,
    #[serde(default = "default_model_path")]
    model_path: Value,
    mappings: Vec<RawMapping>,
}

fn default_flavour() -> String {
    "default".to_owned()
}

fn default_model_path() -> Value {
    "model".into()
}

#[derive(Deserialize)]
struct RawMapping {
    path: Value,
    dest: String,
    #[serde(default = "always")]
    required: bool,
}

const fn always() -> bool {
    true
}

#[derive(Deserialize)]
struct RawModel<'a> {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(rename = "match")]
    matching: Value,
    #[serde(default)]
    context_window: Option<u64>,
    #[serde(default)]
    deprecated: Option<bool>,
    // Numbers are taken as they are written: JSON numbers would be rounded.
    #[serde(borrow, default)]
    prices: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawTiered<'a> {
    #[serde(borrow)]
    base: &'a RawValue,
    #[serde(borrow)]
    tiers: Vec<RawTier<'a>>,
}

#[derive(Deserialize)]
struct RawTier<'a> {
    start: u64,
    #[serde(borrow)]
    price: &'a RawValue,
}

#[derive(Deserialize)]
struct RawTimed<'a> {
    #[serde(default)]
    constraint: Option<BTreeMap<String, String>>,
    #[serde(borrow)]
    prices: BTreeMap<String, Option<&'a RawValue>>,
}

/// Reads `data.json` or `data_slim.json` of genai-prices.
///
/// # Errors
/// Every mistake with its place; also what it may say and a catalogue of ours cannot.
pub fn from_genai_prices(text: &str) -> Result<Catalogue, Vec<Mistake>> {
    let mistake = |place: &str, message: String| Mistake {
        place: place.to_owned(),
        message,
    };
    let raw: Vec<RawProvider<'_>> = serde_json::from_str(text).map_err(|error| {
        vec![mistake(
            "the file",
            format!("not a file of genai-prices: {error}"),
        )]
    })?;
    let mut mistakes = Vec::new();
    let mut offerers = Vec::new();
    for provider in raw {
        let id = provider.id.clone();
        let mut models = Vec::new();
        for raw in &provider.models {
            match model(raw) {
                Ok(model) => models.push(model),
                Err(message) => mistakes.push(mistake(&format!("{id}/{}", raw.id), message)),
            }
        }
        match offerer(provider, models) {
            Ok(offerer) => offerers.push(offerer),
            Err(message) => mistakes.push(mistake(&id, message)),
        }
    }
    if mistakes.is_empty() {
        Ok(Catalogue {
            source: SEED_SOURCE.to_owned(),
            offerers,
        })
    } else {
        Err(mistakes)
    }
}

fn offerer(raw: RawProvider<'_>, models: Vec<Model>) -> Result<Offerer, String> {
    let rule = |value: &Option<Value>| value.as_ref().map(Matching::read).transpose();
    let api = raw
        .api_pattern
        .map(|pattern| Matching::regex(&format!("^(?:{pattern})")));
    let mut extractors = BTreeMap::new();
    for raw in raw.extractors.unwrap_or_default() {
        let flavour = raw.api_flavor.clone();
        if extractors
            .insert(flavour.clone(), extractor(raw)?)
            .is_some()
        {
            return Err(format!("two extractors for {flavour}"));
        }
    }
    Ok(Offerer {
        ids: rule(&raw.provider_match)?,
        models_match: rule(&raw.model_match)?,
        api: api.transpose()?,
        fallbacks: raw.fallback_model_providers.unwrap_or_default(),
        extractors,
        other_prices: None,
        models,
        id: raw.id,
        name: raw.name,
    })
}

fn extractor(raw: RawExtractor) -> Result<Extractor, String> {
    let mut parts: BTreeMap<Unit, Vec<Source>> = BTreeMap::new();
    for mapping in raw.mappings {
        let unit = Unit::deserialize(Value::from(mapping.dest.as_str()))
            .map_err(|_| format!("{} is not a part of usage that is known", mapping.dest))?;
        parts.entry(unit).or_default().push(Source {
            path: path(&mapping.path)?,
            required: mapping.required,
        });
    }
    Ok(Extractor {
        root: path(&raw.root)?,
        model: path(&raw.model_path)?,
        parts,
    })
}

fn path(value: &Value) -> Result<Path, String> {
    let steps = match value {
        Value::Array(steps) => steps.iter().map(step).collect(),
        single => step(single).map(|step| vec![step]),
    };
    Path::new(steps?)
}

fn step(value: &Value) -> Result<Step, String> {
    if let Some(field) = value.as_str() {
        return Ok(Step::Field(field.to_owned()));
    }
    let text = |pointer: &str| {
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    match (text("/field"), text("/match/equals")) {
        (Some(field), Some(says)) => Ok(Step::Item { field, says }),
        _ => Err(format!(
            "{value} is a step that paths do not have: only a field that equals a text"
        )),
    }
}

fn model(raw: &RawModel<'_>) -> Result<Model, String> {
    let matching = Matching::read(&raw.matching)?;
    Ok(Model {
        matching: (matching != Matching::exactly(&raw.id)).then_some(matching),
        id: raw.id.clone(),
        name: raw.name.clone(),
        context: raw.context_window,
        max_output: None,
        capabilities: Vec::new(),
        released: None,
        deprecated: raw.deprecated.unwrap_or_default(),
        prices: raw.prices.map_or(Ok(None), |raw| prices(raw.get()))?,
    })
}

fn prices(text: &str) -> Result<Option<Prices>, String> {
    let wrong = |error: serde_json::Error| format!("prices: {error}");
    if !text.trim_start().starts_with('[') {
        let raw = serde_json::from_str(text).map_err(wrong)?;
        return Ok(price_set(&raw)?.map(Prices::always));
    }
    let list: Vec<RawTimed<'_>> = serde_json::from_str(text).map_err(wrong)?;
    let mut timed = Vec::new();
    for raw in list {
        let prices = price_set(&raw.prices)?;
        timed.push(Timed {
            when: when(raw.constraint.unwrap_or_default())?,
            prices: prices.ok_or("prices: no rates at one of several times")?,
        });
    }
    Ok(if timed.is_empty() {
        None
    } else {
        Some(Prices::timed(timed)?)
    })
}

fn when(constraint: BTreeMap<String, String>) -> Result<When, String> {
    let get = |key: &str| constraint.get(key).map(String::as_str);
    match (get("start_date"), get("start_time"), get("end_time")) {
        (Some(day), None, None) => Ok(When::From(day.parse()?)),
        (None, Some(start), Some(end)) => {
            let time = |text: &str| text.parse::<TimeOfDay>();
            Ok(When::Daily(time(start)?, time(end)?))
        }
        (None, None, None) if constraint.is_empty() => Ok(When::Always),
        _ => Err(format!(
            "{constraint:?} is a condition that prices do not have"
        )),
    }
}

/// The rates of a model; `None` when there are none. The file writes both what is free and what nobody has looked up in this way, so that
/// it says nothing: what is free is among our own facts.
fn price_set(raw: &BTreeMap<String, Option<&RawValue>>) -> Result<Option<PriceSet>, String> {
    let mut tariffs = BTreeMap::new();
    for (key, value) in raw {
        let Some(value) = value else {
            continue;
        };
        let known =
            PriceKey::parse(key).ok_or_else(|| format!("{key} is not a price that is known"))?;
        tariffs.insert(
            known,
            tariff(value.get()).map_err(|error| format!("{key}: {error}"))?,
        );
    }
    if tariffs.is_empty() {
        return Ok(None);
    }
    PriceSet::new(tariffs).map(Some)
}

fn tariff(text: &str) -> Result<Tariff, String> {
    if !text.starts_with('{') {
        return rate(text).map(Tariff::Flat);
    }
    let raw: RawTiered<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let tiers = raw.tiers.iter().map(|tier| {
        Ok(Tier {
            above: tier.start,
            rate: rate(tier.price.get())?,
        })
    });
    Ok(Tariff::tiered(
        rate(raw.base.get())?,
        tiers.collect::<Result<_, String>>()?,
    ))
}

/// A rate as it stands in the file: a number, or a text.
fn rate(text: &str) -> Result<Rate, String> {
    text.trim_matches('"')
        .parse::<Rate>()
        .map_err(|error| error.to_string())
}
