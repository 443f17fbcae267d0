//! The file of a catalogue: read with every mistake named by its place, and written so that a line is a model. `docs/money.md` describes
//! it.

use super::{Catalogue, Matching, Model, Offerer};
use crate::execution::extract::Extractor;
use crate::execution::price::Prices;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

/// The version of the format.
pub const FORMAT: u64 = 1;

/// How many mistakes are named at most.
const MOST_MISTAKES: usize = 50;

/// A mistake in a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where, such as `openai/gpt-4o: prices`.
    pub place: String,
    /// What is wrong, with the fix.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
impl std::error::Error for Mistake {}

/// Reads fields and gathers what is wrong with them.
#[derive(Default)]
struct Reader {
    mistakes: Vec<Mistake>,
}

/// An object with its place; fields are taken out, so that what is left was not known.
struct Fields {
    place: String,
    fields: Map<String, Value>,
}

impl Reader {
    fn wrong(&mut self, place: impl Into<String>, message: impl Into<String>) {
        if self.mistakes.len() < MOST_MISTAKES {
            self.mistakes.push(Mistake {
                place: place.into(),
                message: message.into(),
            });
        }
    }

    fn object(&mut self, place: impl Into<String>, value: Value) -> Fields {
        let place = place.into();
        let fields = match value {
            Value::Object(fields) => fields,
            _ => {
                self.wrong(&place, "expected an object");
                Map::new()
            }
        };
        Fields { place, fields }
    }

    /// A field by a reading of its own.
    fn read<T>(
        &mut self,
        from: &mut Fields,
        key: &str,
        read: impl FnOnce(Value) -> Result<T, String>,
    ) -> Option<T> {
        let value = from.fields.remove(key).filter(|value| !value.is_null())?;
        match read(value) {
            Ok(value) => Some(value),
            Err(message) => {
                self.wrong(format!("{}: {key}", from.place), message);
                None
            }
        }
    }

    fn take<T: DeserializeOwned>(&mut self, from: &mut Fields, key: &str) -> Option<T> {
        self.read(from, key, |value| {
            T::deserialize(value).map_err(|error| error.to_string())
        })
    }

    fn matching(&mut self, from: &mut Fields, key: &str) -> Option<Matching> {
        self.read(from, key, |value| Matching::read(&value))
    }

    fn needed(&mut self, from: &mut Fields, key: &str) -> String {
        let usable = |text: &String| {
            !text.is_empty()
                && text.len() <= 200
                && text.trim() == text
                && !text.chars().any(char::is_control)
        };
        match self.take::<String>(from, key) {
            Some(text) if usable(&text) => text,
            Some(_) => {
                self.wrong(
                    format!("{}: {key}", from.place),
                    "expected 1 to 200 characters without blanks around them",
                );
                String::new()
            }
            None => {
                self.wrong(&from.place, format!("{key} is missing, or no text"));
                String::new()
            }
        }
    }

    fn nothing_else(&mut self, from: &Fields, known: &str) {
        for key in from.fields.keys() {
            self.wrong(&from.place, format!("{key} is not known: expected {known}"));
        }
    }

    fn model(&mut self, offerer: &str, at: usize, value: Value) -> Model {
        let mut from = self.object(format!("{offerer}/models[{at}]"), value);
        let id = self.needed(&mut from, "id");
        from.place = format!("{offerer}/{id}");
        let count = |value: Value| {
            let tokens = value
                .as_u64()
                .filter(|tokens| (1..=1_000_000_000).contains(tokens));
            tokens.ok_or_else(|| "expected a number of tokens from 1 up".to_owned())
        };
        let model = Model {
            name: self.take(&mut from, "name"),
            matching: self.matching(&mut from, "match"),
            context: self.read(&mut from, "context", count),
            max_output: self.read(&mut from, "max_output", count),
            capabilities: self.take(&mut from, "capabilities").unwrap_or_default(),
            released: self.take(&mut from, "released"),
            deprecated: self.take(&mut from, "deprecated").unwrap_or_default(),
            prices: self.take::<Prices>(&mut from, "prices"),
            id,
        };
        self.nothing_else(
            &from,
            "id, name, match, context, max_output, capabilities, released, deprecated, prices",
        );
        model
    }

    fn offerer(
        &mut self,
        at: usize,
        value: Value,
        extractors: &BTreeMap<String, Extractor>,
    ) -> Offerer {
        let mut from = self.object(format!("providers[{at}]"), value);
        let id = self.needed(&mut from, "id");
        from.place.clone_from(&id);
        if id.to_lowercase() != id {
            self.wrong(&id, "the id of a provider is written in lower case");
        }
        let api = self.read(&mut from, "api", |value| match value.as_str() {
            // An address is recognised by its beginning.
            Some(pattern) => Matching::regex(&format!("^(?:{pattern})")),
            None => Err("expected a pattern".to_owned()),
        });
        let by_name: BTreeMap<String, String> =
            self.take(&mut from, "extractors").unwrap_or_default();
        let mut own = BTreeMap::new();
        for (flavour, name) in by_name {
            match extractors.get(&name) {
                Some(extractor) => {
                    own.insert(flavour, extractor.clone());
                }
                None => self.wrong(
                    format!("{id}: extractors"),
                    format!("{name} is not among the file's extractors"),
                ),
            }
        }
        let list: Vec<Value> = self.take(&mut from, "models").unwrap_or_default();
        let models = list.into_iter().enumerate();
        let offerer = Offerer {
            name: self.take(&mut from, "name").unwrap_or_else(|| id.clone()),
            api,
            ids: self.matching(&mut from, "ids"),
            models_match: self.matching(&mut from, "models_match"),
            fallbacks: self.take(&mut from, "fallbacks").unwrap_or_default(),
            extractors: own,
            other_prices: self.take(&mut from, "other_prices"),
            models: models
                .map(|(at, model)| self.model(&id, at, model))
                .collect(),
            id,
        };
        self.nothing_else(
            &from,
            "id, name, api, ids, models_match, fallbacks, extractors, other_prices, models",
        );
        offerer
    }

    fn check(&mut self, catalogue: &Catalogue) {
        let ids: BTreeSet<_> = catalogue
            .offerers
            .iter()
            .map(|offerer| offerer.id.as_str())
            .collect();
        let mut seen = BTreeSet::new();
        for offerer in &catalogue.offerers {
            if !seen.insert(&offerer.id) {
                self.wrong(&offerer.id, "the provider is there twice: join the two");
            }
            for other in offerer
                .fallbacks
                .iter()
                .filter(|other| !ids.contains(other.as_str()))
            {
                self.wrong(
                    format!("{}: fallbacks", offerer.id),
                    format!("{other} is not among the providers"),
                );
            }
            let mut seen = BTreeSet::new();
            for model in &offerer.models {
                if !seen.insert(&model.id) {
                    self.wrong(
                        format!("{}/{}", offerer.id, model.id),
                        "the model is there twice: leave one out",
                    );
                }
            }
        }
    }
}

impl Catalogue {
    /// Reads a file.
    ///
    /// # Errors
    /// Every mistake, up to fifty, with its place and the fix.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        let mut reader = Reader::default();
        let value: Value = serde_json::from_str(text).map_err(|error| {
            reader.wrong(
                format!("line {}", error.line()),
                format!("not JSON: {error}"),
            );
            std::mem::take(&mut reader.mistakes)
        })?;
        let mut from = reader.object("the file", value);
        if reader.take::<u64>(&mut from, "format") != Some(FORMAT) {
            reader.wrong(
                "the file",
                format!("expected \"format\": {FORMAT}, a catalogue of Krowoc"),
            );
            return Err(reader.mistakes);
        }
        let source = reader.take(&mut from, "source").unwrap_or_default();
        let mut extractors = BTreeMap::new();
        let values: BTreeMap<String, Value> =
            reader.take(&mut from, "extractors").unwrap_or_default();
        for (name, value) in values {
            match Extractor::deserialize(value) {
                Ok(extractor) => {
                    extractors.insert(name, extractor);
                }
                Err(error) => reader.wrong(format!("extractors: {name}"), error.to_string()),
            }
        }
        let list: Vec<Value> = reader.take(&mut from, "providers").unwrap_or_default();
        if list.is_empty() {
            reader.wrong("the file", "no providers: a catalogue holds at least one");
        }
        let list = list.into_iter().enumerate();
        let offerers = list
            .map(|(at, value)| reader.offerer(at, value, &extractors))
            .collect();
        reader.nothing_else(&from, "format, source, extractors, providers");
        let catalogue = Self { source, offerers };
        reader.check(&catalogue);
        if reader.mistakes.is_empty() {
            Ok(catalogue)
        } else {
            Err(reader.mistakes)
        }
    }

    /// Writes the file: an extractor, a provider or a model a line. The same catalogue is always the same text.
    ///
    /// # Errors
    /// None that is known: everything in a catalogue can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut names: Vec<(String, &Extractor)> = Vec::new();
        for offerer in &self.offerers {
            for (flavour, extractor) in &offerer.extractors {
                if !names.iter().any(|(_, known)| *known == extractor) {
                    names.push((format!("{}/{flavour}", offerer.id), extractor));
                }
            }
        }
        let mut out = format!(
            "{{\n\"format\": {FORMAT},\n\"source\": {},\n\"extractors\": {{",
            serde_json::to_string(&self.source)?
        );
        for (at, (name, extractor)) in names.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let (name, extractor) = (
                serde_json::to_string(name)?,
                serde_json::to_string(extractor)?,
            );
            line(&mut out, &format!("{comma}\n{name}: {extractor}"));
        }
        line(&mut out, "\n},\n\"providers\": [");
        for (at, offerer) in self.offerers.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let mut head = head_of(offerer, &names)?;
            head.pop();
            line(&mut out, &format!("{comma}\n{head},\"models\":["));
            for (at, model) in offerer.models.iter().enumerate() {
                let comma = if at == 0 { "" } else { "," };
                let model = serde_json::to_string(&model_value(model)?)?;
                line(&mut out, &format!("{comma}\n{model}"));
            }
            line(&mut out, "\n]}");
        }
        line(&mut out, "\n]\n}\n");
        Ok(out)
    }
}

fn line(out: &mut String, text: &str) {
    // Writing into a text cannot fail.
    let _ = out.write_str(text);
}

/// A provider without its models.
fn head_of(offerer: &Offerer, names: &[(String, &Extractor)]) -> Result<String, serde_json::Error> {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| {
        if !matches!(&value, Value::Null | Value::Bool(false)) {
            fields.insert(key.to_owned(), value);
        }
    };
    put("id", offerer.id.clone().into());
    put("name", offerer.name.clone().into());
    let api = offerer.api.as_ref().and_then(|api| match api {
        Matching::Regex(pattern) => pattern.as_str().strip_prefix("^(?:")?.strip_suffix(')'),
        _ => None,
    });
    put("api", api.into());
    put("ids", serde_json::to_value(&offerer.ids)?);
    put("models_match", serde_json::to_value(&offerer.models_match)?);
    if !offerer.fallbacks.is_empty() {
        put("fallbacks", offerer.fallbacks.clone().into());
    }
    let extractors = offerer
        .extractors
        .iter()
        .filter_map(|(flavour, extractor)| {
            let (name, _) = names.iter().find(|(_, known)| *known == extractor)?;
            Some((flavour.clone(), Value::from(name.as_str())))
        });
    let extractors: Map<_, _> = extractors.collect();
    if !extractors.is_empty() {
        put("extractors", Value::Object(extractors));
    }
    put("other_prices", serde_json::to_value(&offerer.other_prices)?);
    serde_json::to_string(&fields)
}

fn model_value(model: &Model) -> Result<Value, serde_json::Error> {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| {
        if !matches!(&value, Value::Null | Value::Bool(false)) {
            fields.insert(key.to_owned(), value);
        }
    };
    put("id", model.id.clone().into());
    put("name", model.name.clone().into());
    put("match", serde_json::to_value(&model.matching)?);
    put("context", model.context.into());
    put("max_output", model.max_output.into());
    if !model.capabilities.is_empty() {
        put("capabilities", model.capabilities.clone().into());
    }
    put("released", serde_json::to_value(model.released)?);
    put("deprecated", model.deprecated.into());
    put("prices", serde_json::to_value(&model.prices)?);
    Ok(Value::Object(fields))
}
