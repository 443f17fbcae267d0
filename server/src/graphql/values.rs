//! Values between JSON, as the API has it, and GraphQL: names and enums are translated, nothing else.

use super::model::{JSON, Kind, Model, Type};
use super::refusal;
use crate::web::Fault;
use async_graphql::dynamic::FieldValue;
use async_graphql::{Error, Name, Value};
use krowoc_shared::error::ErrorCode;
use serde_json::Value as Json;

/// What a caller gave, as the API takes it.
#[must_use]
pub fn wire(model: &Model, of: &Type, given: &Value) -> Json {
    match (&of.kind, given) {
        (_, Value::Null) => Json::Null,
        (Kind::List(items), Value::List(list)) => {
            list.iter().map(|it| wire(model, items, it)).collect()
        }
        // One is a list of one.
        (Kind::List(items), one) => Json::Array(vec![wire(model, items, one)]),
        (Kind::Scalar("ID"), Value::Number(number)) => number.to_string().into(),
        (Kind::Enum(name), Value::Enum(value)) => of_enum(model, name, value.as_str()),
        (Kind::Enum(name), Value::String(value)) => of_enum(model, name, value),
        (Kind::Object(name), Value::Object(fields)) => {
            let known = model.objects.get(name);
            let known = |key: &str| known?.fields.iter().find(|field| field.name == key);
            let one = |(key, value): (&Name, &Value)| {
                let field = known(key.as_str())?;
                // A variable that was left out comes as null. The API takes a field that is absent wherever it may be null, and null not
                // everywhere.
                let there = *value != Value::Null;
                there.then(|| (field.wire.clone(), wire(model, &field.of, value)))
            };
            Json::Object(fields.iter().filter_map(one).collect())
        }
        (_, other) => other.clone().into_json().unwrap_or_default(),
    }
}

fn of_enum(model: &Model, name: &str, value: &str) -> Json {
    let values = model.enums.get(name).map(|it| it.values.as_slice());
    let mut values = values.unwrap_or_default().iter();
    let found = values.find(|(known, _)| known == value);
    found.map_or(value, |(_, wire)| wire).into()
}

type Shown<'a> = Result<Option<FieldValue<'a>>, Error>;

/// An answer that is not of the shape that the contract names.
#[must_use]
pub fn unlike() -> Error {
    tracing::error!("an answer is not of the schema");
    refusal::of(&Fault::new(ErrorCode::Internal).problem())
}

/// What the API answered, as GraphQL shows it; its own for as long as the answer lasts.
///
/// # Errors
/// When it is not of the shape that the contract names.
pub fn owned(model: &Model, of: &Type, value: Json) -> Shown<'static> {
    match (&of.kind, value) {
        (_, Json::Null) => none(of),
        (Kind::Object(_), value @ Json::Object(_)) => Ok(Some(FieldValue::owned_any(value))),
        (Kind::List(items), Json::Array(list)) => {
            let one = |it| Ok(owned(model, items, it)?.unwrap_or(FieldValue::NULL));
            let list: Result<Vec<_>, Error> = list.into_iter().map(one).collect();
            list.map(|list| Some(FieldValue::list(list)))
        }
        (_, value) => scalar(model, of, &value),
    }
}

/// As [`owned`], for a part of an answer.
///
/// # Errors
/// When it is not of the shape that the contract names.
pub fn shown<'a>(model: &Model, of: &Type, value: Option<&'a Json>) -> Shown<'a> {
    match (&of.kind, value) {
        (_, None | Some(Json::Null)) => none(of),
        (Kind::Object(_), Some(value @ Json::Object(_))) => {
            Ok(Some(FieldValue::borrowed_any(value)))
        }
        (Kind::List(items), Some(Json::Array(list))) => {
            let one = |it| Ok(shown(model, items, Some(it))?.unwrap_or(FieldValue::NULL));
            let list: Result<Vec<_>, Error> = list.iter().map(one).collect();
            list.map(|list| Some(FieldValue::list(list)))
        }
        (_, Some(value)) => scalar(model, of, value),
    }
}

fn none<'a>(of: &Type) -> Shown<'a> {
    match of.null {
        true => Ok(None),
        false => Err(unlike()),
    }
}

fn scalar<'a>(model: &Model, of: &Type, value: &Json) -> Shown<'a> {
    let fits = match (&of.kind, value) {
        (Kind::Scalar(JSON), _) => true,
        (Kind::Scalar("String" | "ID") | Kind::Enum(_), value) => value.is_string(),
        (Kind::Scalar("Boolean"), value) => value.is_boolean(),
        (Kind::Scalar(_), value) => value.is_number(),
        (Kind::Object(_) | Kind::List(_), _) => false,
    };
    if !fits {
        // A field of another case of the shape, which has another thing under this name.
        return none(of);
    }
    let value = match &of.kind {
        Kind::Enum(name) => {
            let values = model.enums.get(name).map(|it| it.values.as_slice());
            let mut values = values.unwrap_or_default().iter();
            let found = values.find(|(_, wire)| value == wire).ok_or_else(unlike)?;
            Value::Enum(Name::new(&found.0))
        }
        _ => Value::from_json(value.clone()).map_err(|_| unlike())?,
    };
    Ok(Some(FieldValue::value(value)))
}

#[cfg(test)]
mod tests {
    use super::super::model::{Field, Object};
    use super::*;
    use async_graphql::value;
    use serde_json::json;

    #[test]
    fn what_was_left_out_is_not_sent_as_null_and_what_is_in_json_is() {
        let of = |kind| Type { kind, null: true };
        let field = |name: &str, wire: &str, kind| Field {
            name: name.to_owned(),
            wire: wire.to_owned(),
            of: of(kind),
            about: String::new(),
        };
        let mut model = Model::default();
        let fields = vec![
            field("runCeiling", "run_ceiling", Kind::Scalar("Int")),
            field("meta", "meta", Kind::Scalar(JSON)),
            field("inner", "inner", Kind::Object("It".to_owned())),
        ];
        let object = Object {
            about: String::new(),
            fields,
        };
        model.objects.insert("It".to_owned(), object);
        let given = value!({
            "runCeiling": null,
            "meta": {"gone": null},
            "inner": {"runCeiling": 3, "meta": null},
        });
        let sent = wire(&model, &of(Kind::Object("It".to_owned())), &given);
        assert_eq!(
            sent,
            json!({"meta": {"gone": null}, "inner": {"run_ceiling": 3}})
        );
    }
}
