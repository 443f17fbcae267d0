//! Operations of the contract, read from the OpenAPI document: their parameters, body and answer, and the request that arguments make of
//! one. Not its sending.

use super::model::{JSON, Kind, Model, Reader, Type, text};
use super::names::{camel, pascal};
use super::table::{ARGUMENTS, ENUMS, IDS};
use super::values::wire;
use crate::web::lasting::EVENTS;
use actix_web::http::Method;
use async_graphql::dynamic::ObjectAccessor;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::sync::Arc;

/// The argument that holds a body.
pub const INPUT: &str = "input";
/// The argument that says how long a page is.
pub const FIRST: &str = "first";
/// What stays as it is in an address.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Path,
    Query,
    Header,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The argument in GraphQL.
    pub name: String,
    /// What it takes.
    pub of: Type,
    /// What it means.
    pub about: String,
    wire: String,
    place: Place,
}

/// What an operation answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Only that it was done.
    Done,
    /// A value.
    Value(Type),
    /// Events, for as long as there are any.
    Events(Type),
}

/// An operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its body.
    pub body: Option<Type>,
    /// Its answer.
    pub answer: Answer,
    /// What it does.
    pub about: String,
    id: Arc<str>,
    method: Method,
    path: String,
}

/// A request of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The operation.
    pub operation: Arc<str>,
    /// Its method.
    pub method: Method,
    /// Its address, with the query.
    pub address: String,
    /// Headers that are parameters.
    pub headers: Vec<(String, String)>,
    /// Its body, JSON.
    pub body: Option<Vec<u8>>,
}

impl Operation {
    /// The operation of this id in a document; its shapes are read into the reader's model.
    #[must_use]
    pub fn find(document: &Value, id: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let paths = document.get("paths")?.as_object()?;
        let all = paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, it)| (path, method, it))
        });
        let (path, method, it) = all
            .into_iter()
            .find(|(_, _, it)| text(it, "operationId") == id)?;
        let parameters = it.get("parameters").and_then(Value::as_array);
        let parameters = parameters.into_iter().flatten();
        Some(Self {
            parameters: parameters
                .map(|it| Parameter::read(it, id, path, reader))
                .collect(),
            body: it
                .pointer("/requestBody/content/application~1json")
                .map(|body| {
                    let schema = body.get("schema").cloned().unwrap_or_default();
                    Type {
                        null: false,
                        ..reader.read(&schema, &format!("{}Body", pascal(id)))
                    }
                }),
            answer: answer(it, id, reader),
            about: about(it),
            id: id.into(),
            method: method.to_uppercase().parse().ok()?,
            path: path.clone(),
        })
    }

    /// The request that these arguments make.
    #[must_use]
    pub fn asked(&self, model: &Model, arguments: &ObjectAccessor<'_>) -> Asked {
        let mut path = self.path.clone();
        let (mut query, mut headers) = (Vec::new(), Vec::new());
        for parameter in &self.parameters {
            let given = arguments.get(&parameter.name);
            let value = given.map(|given| wire(model, &parameter.of, given.as_value()));
            let Some(text) = value.and_then(plain) else {
                continue;
            };
            let escaped = utf8_percent_encode(&text, PLAIN).to_string();
            match parameter.place {
                Place::Path => {
                    let segment = match escaped.as_str() {
                        // Such a segment would be another address.
                        "" | "." | ".." => "%00",
                        segment => segment,
                    };
                    path = path.replace(&format!("{{{}}}", parameter.wire), segment);
                }
                Place::Query => query.push(format!("{}={escaped}", parameter.wire)),
                Place::Header => headers.push((parameter.wire.clone(), text)),
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let body = self.body.as_ref().zip(arguments.get(INPUT));
        let body = body.map(|(of, given)| wire(model, of, given.as_value()));
        Asked {
            operation: Arc::clone(&self.id),
            method: self.method.clone(),
            address: path,
            headers,
            body: body.map(|body| serde_json::to_vec(&body).unwrap_or_default()),
        }
    }
}

impl Parameter {
    fn read(it: &Value, operation: &str, path: &str, reader: &mut Reader<'_>) -> Self {
        let wire = text(it, "name").to_owned();
        let place = match text(it, "in") {
            "header" => Place::Header,
            _ if path.contains(&format!("{{{wire}}}")) => Place::Path,
            _ => Place::Query,
        };
        let schema = it.get("schema").cloned().unwrap_or_default();
        let named = ENUMS
            .iter()
            .find(|(of, name, _)| *of == operation && *name == wire);
        let nested = format!("{}{}", pascal(operation), pascal(&wire));
        let mut of = reader.read(&schema, named.map_or(&nested, |it| it.2));
        if of.kind == Kind::Scalar("String") && IDS.contains(&wire.as_str()) {
            of.kind = Kind::Scalar("ID");
        }
        let required = it.get("required").and_then(Value::as_bool) == Some(true);
        of.null = match place {
            Place::Path => false,
            _ => of.null || !required,
        };
        let renamed = ARGUMENTS.iter().find(|(from, _)| *from == wire);
        let name = renamed.map_or_else(|| camel(&wire), |(_, to)| (*to).to_owned());
        if name == FIRST {
            // No page is longer than that, whatever the contract says of the number.
            of.kind = Kind::Scalar("Int");
        }
        Self {
            name,
            of,
            about: text(it, "description").to_owned(),
            wire,
            place,
        }
    }
}

/// A value as it stands in an address or a header; nothing for null.
fn plain(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn about(it: &Value) -> String {
    let parts = [text(it, "summary"), text(it, "description")];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n\n")
}

fn answer(it: &Value, id: &str, reader: &mut Reader<'_>) -> Answer {
    let responses = it.get("responses").and_then(Value::as_object);
    let fine = responses
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'));
    let contents: Vec<&Value> = fine.filter_map(|(_, it)| it.get("content")).collect();
    let of = |kind: &str| contents.iter().find_map(|it| it.get(kind)?.get("schema"));
    let name = format!("{}Answer", pascal(id));
    match (of("application/json"), of(EVENTS)) {
        (Some(schema), _) => Answer::Value(reader.read(schema, &name)),
        (None, Some(schema)) => Answer::Events(reader.read(schema, &name)),
        (None, None) if contents.is_empty() => Answer::Done,
        (None, None) => Answer::Value(Type {
            kind: Kind::Scalar(JSON),
            null: true,
        }),
    }
}
