//! A request of REST as the same request in GraphQL, by the contract and the table of fields. Not how the server does it: this writes text.

use krowoc_server::graphql::table::{ARGUMENTS, MUTATIONS, QUERIES};
use krowoc_server::graphql::{camel, constant};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_tests::Answer;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An operation of REST, and what it is asked with.
pub struct Asked<'a> {
    /// As the contract describes it.
    pub operation: &'a Value,
    /// Values of its parameters, by name.
    pub parameters: BTreeMap<String, Value>,
    /// Its body.
    pub body: Option<Value>,
}

/// A contract, by which requests are translated.
pub struct Translator<'a> {
    schemas: &'a Value,
}

impl<'a> Translator<'a> {
    pub fn new(document: &'a Value) -> Self {
        Self {
            schemas: &document["components"]["schemas"],
        }
    }

    /// The field that an operation is, and whether it changes something; none for what is in REST alone.
    pub fn field(operation: &Value) -> Option<(&'static str, bool)> {
        let id = operation["operationId"].as_str().unwrap();
        let of = |table: &'static [(&str, &'static str)]| {
            let found = table.iter().find(|it| it.0 == id);
            found.map(|it| it.1)
        };
        let query = of(QUERIES).map(|field| (field, false));
        query.or_else(|| of(MUTATIONS).map(|field| (field, true)))
    }

    /// The same request, with this selection of an answer that is an object.
    pub fn query(&self, asked: &Asked<'_>, selection: &str) -> Option<String> {
        let (field, changes) = Self::field(asked.operation)?;
        let kind = if changes { "mutation" } else { "query" };
        let parameters = asked.operation["parameters"].as_array();
        let mut arguments = Vec::new();
        for it in parameters.into_iter().flatten() {
            let name = it["name"].as_str().unwrap();
            if let Some(value) = asked.parameters.get(name) {
                let renamed = ARGUMENTS.iter().find(|(from, _)| *from == name);
                let argument = renamed.map_or_else(|| camel(name), |(_, to)| (*to).to_owned());
                let value = self.literal(&it["schema"], value);
                arguments.push(format!("{argument}: {value}"));
            }
        }
        if let Some(body) = &asked.body {
            let schema = &asked.operation["requestBody"]["content"]["application/json"]["schema"];
            arguments.push(format!("input: {}", self.literal(schema, body)));
        }
        let arguments = match arguments.as_slice() {
            [] => String::new(),
            all => format!("({})", all.join(", ")),
        };
        let selection = match self.is_object(&answer(asked.operation)) {
            true => selection,
            false => "",
        };
        Some(format!("{kind} {{ it: {field}{arguments} {selection} }}"))
    }

    fn resolved(&self, schema: &Value) -> Value {
        if let Some(target) = schema["$ref"].as_str() {
            let name = target.rsplit('/').next().unwrap();
            return self.resolved(&self.schemas[name]);
        }
        let cases = schema["oneOf"].as_array().into_iter().flatten();
        let cases: Vec<&Value> = cases.filter(|it| it["type"] != "null").collect();
        match cases.as_slice() {
            [only] => self.resolved(only),
            _ => schema.clone(),
        }
    }

    fn is_object(&self, schema: &Value) -> bool {
        let schema = self.resolved(schema);
        if schema["items"].is_object() {
            return self.is_object(&schema["items"]);
        }
        let some = schema["properties"].as_object();
        some.is_some_and(|it| !it.is_empty()) || schema["allOf"].is_array()
    }

    /// A value as it is written in a query.
    fn literal(&self, schema: &Value, value: &Value) -> String {
        let schema = self.resolved(schema);
        match value {
            Value::String(text) if schema["enum"].is_array() => constant(text),
            Value::Array(items) => {
                let items = items.iter().map(|it| self.literal(&schema["items"], it));
                format!("[{}]", items.collect::<Vec<_>>().join(", "))
            }
            Value::Object(fields) => {
                let known = self.properties(&schema);
                let field = |(name, it): (&String, &Value)| match known.get(name) {
                    Some(schema) => format!("{}: {}", camel(name), self.literal(schema, it)),
                    None => format!("{name}: {}", self.literal(&Value::Null, it)),
                };
                let fields = fields.iter().map(field).collect::<Vec<_>>();
                format!("{{{}}}", fields.join(", "))
            }
            other => other.to_string(),
        }
    }

    /// A value of a shape that holds no more than it must.
    pub fn least(&self, schema: &Value) -> Value {
        let schema = self.resolved(schema);
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if schema["format"] == "uuid" {
            return json!(krowoc_tests::ops::doc_id());
        }
        match schema["type"].as_str() {
            Some("string") => json!("x"),
            Some("integer" | "number") => json!(1),
            Some("boolean") => json!(true),
            Some("array") => json!([]),
            _ => {
                let known = self.properties(&schema);
                let required = schema["required"].as_array().into_iter().flatten();
                let required = required.filter_map(Value::as_str);
                let one = |name: &str| (name.to_owned(), self.least(&known[name]));
                Value::Object(required.map(one).collect())
            }
        }
    }

    fn properties(&self, schema: &Value) -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        let parts = ["allOf", "oneOf"].map(|key| schema[key].as_array());
        for part in parts.into_iter().flatten().flatten() {
            all.extend(self.properties(&self.resolved(part)));
        }
        let own = schema["properties"].as_object().into_iter().flatten();
        all.extend(own.map(|(name, it)| (name.clone(), it.clone())));
        all
    }
}

/// The shape of an answer in JSON; null when there is none.
pub fn answer(operation: &Value) -> Value {
    let responses = operation["responses"].as_object().unwrap().iter();
    let mut fine = responses.filter(|(status, _)| status.starts_with('2'));
    let found = fine.find_map(|(_, it)| it["content"]["application/json"].get("schema"));
    found.cloned().unwrap_or_default()
}

/// An answer in GraphQL to one field as REST would give it: a failed one as its problem.
pub fn back(answer: Answer) -> Answer {
    let whole: Value = answer.json();
    let Some(error) = whole["errors"].get(0) else {
        return answer;
    };
    let code: ErrorCode = serde_json::from_value(error["extensions"]["code"].clone())
        .unwrap_or_else(|_| panic!("an error without a code: {whole}"));
    let mut problem = Problem::new(code);
    problem.detail = error["message"].as_str().map(str::to_owned);
    problem.correlation_id = error["extensions"]["correlationId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let mut headers = answer.headers;
    headers.insert("content-type", "application/problem+json".parse().unwrap());
    Answer {
        status: StatusCode::from_u16(problem.status).unwrap(),
        headers,
        body: serde_json::to_vec(&problem).unwrap(),
    }
}
