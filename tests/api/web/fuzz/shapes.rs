//! Values of the contract's shapes, well-formed or broken somewhere. Not checks: see `conform`.

use krowoc_tests::rng::Rng;
use serde_json::{Map, Number, Value, json};
use std::collections::BTreeMap;

/// Texts that mean something to some field.
const WORDS: [&str; 16] = [
    "prompt",
    "Say {{what}}",
    "a@example.org",
    "correct horse battery",
    "https://example.org/a?b=c",
    "work",
    "gpt-4o-mini",
    "openai/gpt-4o-mini",
    "library:read",
    "application/json",
    "json",
    "zażółć gęślą jaźń",
    "مرحبا",
    "1",
    "true",
    "2026-11-21",
];
/// Texts that break what is not ready for them.
const JUNK: [&str; 12] = [
    "",
    " ",
    "\u{0}",
    "%_'\";--",
    "\u{202e}\u{feff}",
    "{{",
    "{{a}}{{/a",
    "NaN",
    "-1",
    "9223372036854775808",
    "../../etc/passwd",
    "👩‍👩‍👧‍👦",
];

/// A maker of values.
pub struct Shapes<'a> {
    document: &'a Value,
    /// Chance.
    pub rng: Rng,
    /// Whether values are broken somewhere.
    pub broken: bool,
    /// What answers named: texts by the name of their field, ids by the resource they came from too.
    known: BTreeMap<String, Vec<String>>,
    /// The resource that is asked for.
    pub resource: String,
    base_url: String,
}

/// Most texts that are remembered of one name.
const REMEMBERED: usize = 40;

impl<'a> Shapes<'a> {
    pub fn new(document: &'a Value, rng: Rng, base_url: String) -> Self {
        Self {
            document,
            rng,
            broken: false,
            known: BTreeMap::new(),
            resource: String::new(),
            base_url,
        }
    }

    /// Remembers what an answer names.
    pub fn learn(&mut self, body: &[u8]) {
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            let resource = self.resource.clone();
            self.note(&value, &resource);
        }
    }

    fn note(&mut self, value: &Value, name: &str) {
        match value {
            Value::String(text) if text.len() < 100 => {
                self.remember(name, text);
                if is_id(text) {
                    let resource = self.resource.clone();
                    self.remember(&resource, text);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.note(item, name)),
            Value::Object(fields) => fields
                .iter()
                .for_each(|(name, field)| self.note(field, name)),
            _ => {}
        }
    }

    fn remember(&mut self, name: &str, text: &str) {
        let known = self.known.entry(name.to_owned()).or_default();
        if known.iter().any(|it| it == text) {
            return;
        }
        if known.len() == REMEMBERED {
            known.remove(0);
        }
        known.push(text.to_owned());
    }

    /// Something that was named before: for a field of this name, or for one of a list of them.
    fn named(&mut self, name: &str) -> Option<String> {
        let one = name.trim_end_matches('s');
        let known = [name, one].into_iter().find_map(|it| self.known.get(it));
        self.rng.pick(known?).cloned()
    }

    /// A value of a shape, for a field of this name.
    pub fn value(&mut self, schema: &Value, name: &str) -> Value {
        self.deep(schema, name, 0)
    }

    fn deep(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        if name == "base_url" {
            // No request leaves this machine.
            return json!(self.base_url);
        }
        if self.broken && self.rng.chance(8) {
            return self.junk();
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let name_of_shape = reference.trim_start_matches("#/components/schemas/");
            let shape = &self.document["components"]["schemas"][name_of_shape];
            return self.deep(shape, name, depth + 1);
        }
        if let Some(one) = schema["enum"].as_array().and_then(|all| self.rng.pick(all)) {
            return one.clone();
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(one) = schema[choice].as_array().and_then(|all| self.rng.pick(all)) {
                let one = one.clone();
                let value = self.deep(&one, name, depth + 1);
                return merged(value, self.object(schema, depth));
            }
        }
        if let Some(all) = schema["allOf"].as_array() {
            let parts = all.iter().fold(Value::Null, |value, part| {
                merged(value, self.deep(part, name, depth + 1))
            });
            return merged(parts, self.object(schema, depth));
        }
        self.of_type(schema, name, depth)
    }

    fn of_type(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let kind = match &schema["type"] {
            Value::Array(all) => self.rng.pick(all).cloned().unwrap_or_default(),
            other => other.clone(),
        };
        match kind.as_str().unwrap_or_default() {
            "object" => self.object(schema, depth),
            "array" => {
                let most = if depth > 6 { 0 } else { 3 };
                let count = self.rng.below(most + 1);
                (0..count)
                    .map(|_| self.deep(&schema["items"], name, depth + 1))
                    .collect()
            }
            "boolean" => json!(self.rng.chance(50)),
            "integer" => self.integer(schema),
            "number" => json!(self.rng.between(0, 2000) as f64 / 1000.0),
            "string" if schema["format"] == "uuid" => json!(self.id(name)),
            "string" => json!(self.text(name)),
            "null" => Value::Null,
            // A shape that says nothing takes anything.
            _ => json!({"any": self.rng.between(0, 9)}),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut made = Map::new();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, shape) in schema["properties"].as_object().into_iter().flatten() {
            let needed = required.contains(&json!(name));
            let left_out = match needed {
                true => self.broken && self.rng.chance(4),
                false => depth > 6 || self.rng.chance(50),
            };
            if !left_out {
                made.insert(name.clone(), self.deep(shape, name, depth + 1));
            }
        }
        if let Some(shape) = schema
            .get("additionalProperties")
            .filter(|it| it.is_object())
        {
            for _ in 0..self.rng.below(3) {
                let name = match schema["propertyNames"].is_object() {
                    true => self.deep(&schema["propertyNames"], "", depth + 1),
                    false => json!(self.text("")),
                };
                if let Some(name) = name.as_str() {
                    made.insert(name.to_owned(), self.deep(shape, name, depth + 1));
                }
            }
        }
        Value::Object(made)
    }

    fn integer(&mut self, schema: &Value) -> Value {
        let least = schema["minimum"].as_i64().unwrap_or(0);
        match self.broken && self.rng.chance(30) {
            true => {
                let odd = [i64::MIN, -1, 0, i64::from(i32::MAX) + 1, i64::MAX];
                json!(self.rng.pick(&odd))
            }
            false => json!(self.rng.between(least, least + 120)),
        }
    }

    fn id(&mut self, name: &str) -> String {
        let resource = self.resource.clone();
        // `id` is of whatever is asked for; other names say of what.
        let known = match name {
            "id" | "ids" | "" => self.named(&resource),
            _ => self.named(name).or_else(|| self.named(&resource)),
        };
        match known {
            Some(known) if !self.rng.chance(15) => known,
            _ => krowoc_shared::ids::DocId::mint(1_795_219_200_000, self.rng.bytes()).to_string(),
        }
    }

    fn text(&mut self, name: &str) -> String {
        if !self.rng.chance(20)
            && let Some(known) = self.named(name).filter(|_| !name.is_empty())
        {
            return known;
        }
        if name == "id" || name == "ids" {
            return self.id(name);
        }
        if self.broken && self.rng.chance(30) {
            return match self.rng.chance(10) {
                true => "long ".repeat(20_000),
                false => (*self.rng.pick(&JUNK).unwrap_or(&"")).to_owned(),
            };
        }
        let word = self.rng.pick(&WORDS).copied().unwrap_or_default();
        match self.rng.chance(50) {
            true => word.to_owned(),
            false => format!("{word} {}", self.rng.below(1000)),
        }
    }

    /// A file: a small picture, or something else that says it is one.
    pub fn file(&mut self) -> (&'static str, Vec<u8>) {
        let kinds = ["image/gif", "image/png", "application/octet-stream"];
        let kind = self.rng.pick(&kinds).copied().unwrap_or("image/gif");
        // Of 16 by 16 pixels.
        let mut bytes = b"GIF89a\x10\0\x10\0\0\0\0,\0\0\0\0\x10\0\x10\0\0\x02\x02D\x01\0;".to_vec();
        if self.broken && self.rng.chance(50) {
            let at = usize::try_from(self.rng.below(16)).unwrap_or(0);
            bytes[at] ^= 0xff;
        }
        if self.broken && self.rng.chance(10) {
            bytes.resize(300_000, 0);
        }
        (kind, bytes)
    }

    fn junk(&mut self) -> Value {
        match self.rng.below(8) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!([]),
            3 => json!({}),
            4 => json!(-1),
            5 => json!(1e300),
            6 => Value::Number(Number::from(u64::MAX)),
            _ => json!(self.rng.pick(&JUNK)),
        }
    }
}

fn is_id(text: &str) -> bool {
    text.parse::<krowoc_shared::ids::DocId>().is_ok()
}

/// Two objects as one; else the one that is something.
fn merged(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Object(mut first), Value::Object(second)) => {
            first.extend(second);
            Value::Object(first)
        }
        (Value::Null, second) => second,
        (first, _) => first,
    }
}
