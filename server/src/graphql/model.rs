//! The shapes of the contract as GraphQL has them: objects, enums, scalars. Made from the OpenAPI document, so that no shape is described
//! twice. Not the schema of the library that executes queries.
//!
//! A shape with a tag (`oneOf` objects) is one object: the tag is an enum, and what only some cases have may be null. A map, and what
//! may be anything, is the scalar `JSON`.

use super::names::{camel, constant, pascal};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scalar of this name.
    Scalar(&'static str),
    /// An enum.
    Enum(String),
    /// An object; as an input it is another type with the same fields.
    Object(String),
    /// A list.
    List(Box<Type>),
}

/// A kind, or null as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// What it is.
    pub kind: Kind,
    /// Whether it may be null.
    pub null: bool,
}

/// A field of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in GraphQL.
    pub name: String,
    /// Its name in JSON.
    pub wire: String,
    /// What it is; null as well when it may be absent.
    pub of: Type,
    /// What it means.
    pub about: String,
}

/// An object.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// What it is.
    pub about: String,
    /// Its fields: part by part, each in the order of names.
    pub fields: Vec<Field>,
}

/// An enum: its values as GraphQL and JSON name them.
#[derive(Clone, Debug, Default)]
pub struct Enum {
    /// What it is.
    pub about: String,
    /// `(GraphQL, JSON)`.
    pub values: Vec<(String, String)>,
}

/// Whole numbers of 64 bits; times are milliseconds since 1970 UTC, amounts nano-dollars.
pub const LONG: &str = "Long";
/// Anything that JSON can say.
pub const JSON: &str = "JSON";

/// Every shape that was asked for.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The objects by name.
    pub objects: BTreeMap<String, Object>,
    /// The enums by name.
    pub enums: BTreeMap<String, Enum>,
}

/// Reads shapes of a document into a model.
pub struct Reader<'a> {
    schemas: Option<&'a Map<String, Value>>,
    /// What was read.
    pub model: Model,
}

/// A property of an object as the document has it.
struct Property {
    wire: String,
    schema: Value,
    required: bool,
}

impl<'a> Reader<'a> {
    /// Of an OpenAPI document.
    #[must_use]
    pub fn new(document: &'a Value) -> Self {
        Self {
            schemas: document
                .pointer("/components/schemas")
                .and_then(Value::as_object),
            model: Model::default(),
        }
    }

    /// What a shape of the document is; one without a name gets this one.
    pub fn read(&mut self, schema: &Value, name: &str) -> Type {
        if let Some(target) = reference(schema) {
            let found = self.schemas.and_then(|schemas| schemas.get(target));
            let found = found.cloned().unwrap_or_default();
            return self.read(&found, target);
        }
        let (cases, null) = cases(schema);
        match cases.as_slice() {
            [] => {}
            [only] => {
                let of = self.read(only, name);
                return Type {
                    null: null || of.null,
                    ..of
                };
            }
            _ => return self.object(schema, name, null),
        }
        if schema.get("allOf").is_some() {
            return self.object(schema, name, false);
        }
        let (kind, null) = kind(schema);
        let kind = match kind {
            _ if schema.get("enum").is_some() => self.enumeration(schema, name),
            "string" if text(schema, "format") == "uuid" => Kind::Scalar("ID"),
            "string" => Kind::Scalar("String"),
            "boolean" => Kind::Scalar("Boolean"),
            "number" => Kind::Scalar("Float"),
            "integer" if text(schema, "format") == "int32" => Kind::Scalar("Int"),
            "integer" => Kind::Scalar(LONG),
            "array" => {
                let items = schema.get("items").cloned().unwrap_or_default();
                Kind::List(Box::new(self.read(&items, name)))
            }
            "object" => return self.object(schema, name, null),
            _ => {
                return Type {
                    kind: Kind::Scalar(JSON),
                    null: true,
                };
            }
        };
        Type { kind, null }
    }

    fn object(&mut self, schema: &Value, name: &str, null: bool) -> Type {
        let of = |kind| Type { kind, null };
        let Some(properties) = self.properties(schema, name).filter(|all| !all.is_empty()) else {
            return of(Kind::Scalar(JSON));
        };
        let name = pascal(name);
        if !self.model.objects.contains_key(&name) {
            // Known before its fields are read: one of them may be of its own kind.
            self.model.objects.insert(name.clone(), Object::default());
            let fields = self.fields(&properties, &name);
            let about = text(schema, "description").to_owned();
            let whole = Object { about, fields };
            self.model.objects.insert(name.clone(), whole);
        }
        of(Kind::Object(name))
    }

    fn fields(&mut self, properties: &[Property], owner: &str) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::with_capacity(properties.len());
        for property in properties {
            let nested = format!("{owner}{}", pascal(&property.wire));
            let mut of = self.read(&property.schema, &nested);
            of.null |= !property.required;
            let mut name = camel(&property.wire);
            if fields.iter().any(|field| field.name == name) {
                // Cases have different things under one name: the later one is named by what it is.
                name = camel(reference(&property.schema).unwrap_or(&nested));
            }
            fields.push(Field {
                name,
                wire: property.wire.clone(),
                of,
                about: about(&property.schema).to_owned(),
            });
        }
        fields
    }

    /// The properties of an object, of all its parts and cases; none when it is no object with known ones.
    fn properties(&self, schema: &Value, name: &str) -> Option<Vec<Property>> {
        if let Some(target) = reference(schema) {
            let found = self.schemas.and_then(|schemas| schemas.get(target))?;
            return self.properties(found, target);
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let mut all = Vec::new();
            for part in parts {
                all.extend(self.properties(part, name)?);
            }
            return Some(all);
        }
        let (cases, _) = cases(schema);
        if !cases.is_empty() {
            return self.of_cases(&cases, name);
        }
        let properties = schema.get("properties")?.as_object()?;
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let one = |(wire, schema): (&String, &Value)| Property {
            wire: wire.clone(),
            schema: schema.clone(),
            required: required.contains(&wire.as_str()),
        };
        Some(properties.iter().map(one).collect())
    }

    fn of_cases(&self, cases: &[&Value], name: &str) -> Option<Vec<Property>> {
        let mut all: Vec<(Property, usize)> = Vec::new();
        for case in cases {
            for property in self.properties(case, name)? {
                let there = all
                    .iter_mut()
                    .find(|(it, _)| it.wire == property.wire && same(&it.schema, &property.schema));
                match there {
                    Some((it, count)) => {
                        join(&mut it.schema, &property.schema);
                        it.required &= property.required;
                        *count = count.saturating_add(1);
                    }
                    None => all.push((property, 1)),
                }
            }
        }
        let everywhere = |(mut property, count): (Property, usize)| {
            property.required &= count == cases.len();
            property
        };
        Some(all.into_iter().map(everywhere).collect())
    }

    fn enumeration(&mut self, schema: &Value, name: &str) -> Kind {
        let values = schema.get("enum").and_then(Value::as_array);
        let values = values.into_iter().flatten().filter_map(Value::as_str);
        let values: Vec<_> = values
            .map(|wire| (constant(wire), wire.to_owned()))
            .collect();
        let known = (self.model.enums.iter()).find(|(_, known)| known.values == values);
        if let Some((name, _)) = known {
            return Kind::Enum(name.clone());
        }
        let named = self.schemas.into_iter().flatten();
        let mut named = named.filter(|(_, it)| it.get("enum") == schema.get("enum"));
        // One that is written where it is used may be a known shape all the same.
        let name = pascal(named.next().map_or(name, |(name, _)| name));
        let about = text(schema, "description").to_owned();
        let made = Enum { about, values };
        self.model.enums.insert(name.clone(), made);
        Kind::Enum(name)
    }
}

/// The name of the shape that is referred to.
pub fn reference(schema: &Value) -> Option<&str> {
    let target = schema.get("$ref")?.as_str()?;
    target.rsplit('/').next()
}

/// A text of a schema; empty when it has none.
pub fn text<'a>(schema: &'a Value, key: &str) -> &'a str {
    schema.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What a schema means; of one that may be null, what it means when it is not.
fn about(schema: &Value) -> &str {
    match text(schema, "description") {
        "" => {
            let (cases, _) = cases(schema);
            cases.first().map_or("", |case| text(case, "description"))
        }
        own => own,
    }
}

/// The cases of a shape without null, and whether null is one.
fn cases(schema: &Value) -> (Vec<&Value>, bool) {
    let all = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key));
    let all = all.and_then(Value::as_array).into_iter().flatten();
    let (null, cases): (Vec<&Value>, Vec<&Value>) = all.partition(|it| text(it, "type") == "null");
    (cases, !null.is_empty())
}

/// The type that a schema names, and whether null is one as well.
fn kind(schema: &Value) -> (&str, bool) {
    match schema.get("type") {
        Some(Value::String(name)) => (name, false),
        Some(Value::Array(names)) => {
            let names = || names.iter().filter_map(Value::as_str);
            let null = names().any(|name| name == "null");
            (
                names().find(|name| *name != "null").unwrap_or_default(),
                null,
            )
        }
        _ => ("", true),
    }
}

/// Whether two cases have the same thing under a name: tags are, whatever their values.
fn same(one: &Value, other: &Value) -> bool {
    let tag = |it: &Value| it.get("enum").is_some();
    let bare = |it: &Value| {
        let mut it = it.clone();
        if let Some(fields) = it.as_object_mut() {
            fields.remove("description");
        }
        it
    };
    (tag(one) && tag(other)) || bare(one) == bare(other)
}

/// Adds the values of a tag to those of another case.
fn join(into: &mut Value, other: &Value) {
    let more = other.get("enum").and_then(Value::as_array);
    let values = into.get_mut("enum").and_then(Value::as_array_mut);
    if let (Some(values), Some(more)) = (values, more) {
        for value in more {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
