//! The shapes of the contract as JSON Schemas that stand alone: what a program checks its files and messages with. Not the contract.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where the schemas are.
pub const PREFIX: &str = "/api/v1/schemas";
/// What an answer is.
pub const MEDIA_TYPE: &str = "application/schema+json";
/// The dialect that OpenAPI 3.1 describes shapes in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const OF_THE_CONTRACT: &str = "#/components/schemas/";

/// The schemas of a contract, ready to send.
pub struct Schemas {
    index: String,
    by_name: BTreeMap<String, String>,
}

impl Schemas {
    /// Those of an OpenAPI document.
    #[must_use]
    pub fn of(document: &Value) -> Self {
        let none = Map::new();
        let shapes = document.pointer("/components/schemas");
        let shapes = shapes.and_then(Value::as_object).unwrap_or(&none);
        let text = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
        let named = |name: &String| (name.clone(), text(&alone(shapes, name)));
        let entry = |(name, shape): (&String, &Value)| json!({"name": name, "url": address(name), "description": shape.get("description")});
        let entries: Vec<Value> = shapes.iter().map(entry).collect();
        Self {
            index: text(&json!({"schemas": entries})),
            by_name: shapes.keys().map(named).collect(),
        }
    }

    /// The names, with where each is.
    #[must_use]
    pub fn index(&self) -> &str {
        &self.index
    }

    /// The schema of a shape.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(String::as_str)
    }
}

fn address(name: &str) -> String {
    format!("{PREFIX}/{name}.json")
}

/// A shape with all that it refers to.
fn alone(shapes: &Map<String, Value>, name: &str) -> Value {
    let mut needed = BTreeSet::new();
    let mut waiting = vec![name.to_owned()];
    while let Some(next) = waiting.pop() {
        if let Some(shape) = shapes.get(&next)
            && needed.insert(next)
        {
            waiting.extend(references(shape));
        }
    }
    let defined = |it: String| {
        let shape = shapes.get(&it).map(inside).unwrap_or_default();
        (it, shape)
    };
    json!({
        "$schema": DIALECT,
        "$id": address(name),
        "title": name,
        "$ref": format!("#/$defs/{name}"),
        "$defs": needed.into_iter().map(defined).collect::<Map<String, Value>>(),
    })
}

fn references(shape: &Value) -> Vec<String> {
    match shape {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str);
            let own = own.and_then(|it| it.strip_prefix(OF_THE_CONTRACT));
            let inner = fields.values().flat_map(references);
            own.map(str::to_owned).into_iter().chain(inner).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// A shape whose references stay inside its schema.
fn inside(shape: &Value) -> Value {
    match shape {
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let target = value.as_str().filter(|_| name == "$ref");
                let target = target.and_then(|it| it.strip_prefix(OF_THE_CONTRACT));
                let value = match target {
                    Some(target) => Value::String(format!("#/$defs/{target}")),
                    None => inside(value),
                };
                (name.clone(), value)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(inside).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_holds_what_it_refers_to_and_nothing_else() {
        let document = json!({"components": {"schemas": {
            "Tree": {"description": "A tree.", "type": "object", "properties": {
                "leaf": {"$ref": "#/components/schemas/Leaf"},
                "trees": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}},
            "Leaf": {"type": "string"},
            "Stone": {"type": "integer"},
        }}});
        let schemas = Schemas::of(&document);
        let tree: Value = serde_json::from_str(schemas.get("Tree").unwrap()).unwrap();
        assert_eq!(
            tree,
            json!({
                "$schema": DIALECT,
                "$id": "/api/v1/schemas/Tree.json",
                "title": "Tree",
                "$ref": "#/$defs/Tree",
                "$defs": {
                    "Leaf": {"type": "string"},
                    "Tree": {"description": "A tree.", "type": "object", "properties": {
                        "leaf": {"$ref": "#/$defs/Leaf"},
                        "trees": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}}},
                },
            })
        );
        let index: Value = serde_json::from_str(schemas.index()).unwrap();
        assert_eq!(index["schemas"][2]["name"], "Tree");
        assert_eq!(index["schemas"][2]["url"], "/api/v1/schemas/Tree.json");
        assert!(schemas.get("Bush").is_none());
    }
}
