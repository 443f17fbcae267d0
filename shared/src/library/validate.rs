//! Which values a field, a tag and a body may hold. Not the merge: a value that breaks a rule never reaches it.

use super::document::{Field, Kind};
use super::limits;
use crate::error::{ErrorCode, Violation};
use crate::execution::ExecutionSettings;
use crate::ids::DocId;
use serde_json::Value;

fn violation(field: &str, message: impl Into<String>) -> Violation {
    Violation {
        code: ErrorCode::InvalidField,
        field: field.to_owned(),
        message: message.into(),
    }
}

/// Checks the value of a field. Null is allowed where the field can be unset.
pub fn field(field: Field, value: &Value) -> Result<(), Violation> {
    match field {
        Field::Title => text("/set/title", value, limits::TITLE_CHARS),
        Field::Description => text("/set/description", value, limits::NOTE_CHARS),
        Field::Note => text("/set/note", value, limits::NOTE_CHARS),
        Field::Collection => match value {
            Value::Null => Ok(()),
            Value::String(id) if id.parse::<DocId>().is_ok() => Ok(()),
            _ => Err(violation(
                "/set/collection",
                "the id of a collection, or null",
            )),
        },
        Field::Favourite => check(value.is_boolean(), "/set/favourite", "true or false"),
        Field::Source => json("/set/source", value, Value::is_object, "an object, or null"),
        Field::Variables => json(
            "/set/variables",
            value,
            Value::is_array,
            "a list of variables, or null",
        ),
        Field::Execution => {
            json(
                "/set/execution",
                value,
                Value::is_object,
                "an object, or null",
            )?;
            ExecutionSettings::check(value).map_err(|message| violation("/set/execution", message))
        }
        Field::DeletedAt => check(
            value.is_null() || is_time(value),
            "/set/deleted_at",
            "milliseconds since 1970, or null",
        ),
        Field::CreatedAt => check(is_time(value), "/set/created_at", "milliseconds since 1970"),
    }
}

/// Checks a remark that is written beside a version.
pub fn note(pointer: &str, note: &str) -> Result<(), Violation> {
    text(pointer, &Value::from(note), limits::NOTE_CHARS)
}

/// Checks the name of somebody: one line.
pub fn name(pointer: &str, name: &str) -> Result<(), Violation> {
    text(pointer, &Value::from(name), limits::AUTHOR_CHARS)?;
    let line = !name.chars().any(char::is_control);
    check(line, pointer, "a name on one line")
}

fn check(ok: bool, pointer: &str, expected: &str) -> Result<(), Violation> {
    if ok {
        Ok(())
    } else {
        Err(violation(pointer, format!("expected {expected}")))
    }
}

fn is_time(value: &Value) -> bool {
    value
        .as_i64()
        .is_some_and(|millis| (0..=253_402_300_799_999).contains(&millis))
}

fn text(pointer: &str, value: &Value, most: usize) -> Result<(), Violation> {
    let Some(text) = value.as_str() else {
        return Err(violation(pointer, "expected a text"));
    };
    if text.contains('\0') {
        return Err(violation(pointer, "remove the NUL character"));
    }
    let count = text.chars().count();
    check(
        count <= most,
        pointer,
        &format!("at most {most} characters, this has {count}"),
    )
}

fn json(
    pointer: &str,
    value: &Value,
    shape: fn(&Value) -> bool,
    expected: &str,
) -> Result<(), Violation> {
    if value.is_null() {
        return Ok(());
    }
    check(shape(value), pointer, expected)?;
    let text = value.to_string();
    // PostgreSQL's text and jsonb cannot hold U+0000, escaped or not.
    check(!text.contains("\\u0000"), pointer, "no NUL character")?;
    let size = text.len();
    check(
        size <= limits::JSON_BYTES,
        pointer,
        &format!("at most {} bytes, this has {size}", limits::JSON_BYTES),
    )
}

/// Checks a tag as it is stored: trimmed, not empty, one line.
pub fn tag(tag: &str) -> Result<(), Violation> {
    let pointer = "/tags";
    check(
        !tag.trim().is_empty(),
        pointer,
        "a tag with at least one character",
    )?;
    check(
        tag.trim() == tag,
        pointer,
        "a tag without space at its ends",
    )?;
    check(
        !tag.chars().any(char::is_control),
        pointer,
        "a tag on one line",
    )?;
    let count = tag.chars().count();
    check(
        count <= limits::TAG_CHARS,
        pointer,
        &format!(
            "a tag of at most {} characters, this has {count}",
            limits::TAG_CHARS
        ),
    )
}

/// Checks a piece of metadata: a short name, and one line of text, or null to take it away.
pub fn meta(name: &str, value: &Value) -> Result<(), Violation> {
    let pointer = "/meta";
    let bad = |c: char| c.is_control() || matches!(c, '=' | ':');
    let (named, most) = (name.chars().count(), limits::META_NAME_CHARS);
    check(
        !name.is_empty() && name.trim() == name && !name.chars().any(bad),
        pointer,
        "a name without `=`, `:` and space at its ends",
    )?;
    check(
        named <= most,
        pointer,
        &format!("a name of at most {most} characters, this has {named}"),
    )?;
    if value.is_null() {
        return Ok(());
    }
    text(pointer, value, limits::META_CHARS)?;
    let line = value.as_str().unwrap_or_default();
    check(
        !line.trim().is_empty() && line.trim() == line && !line.chars().any(char::is_control),
        pointer,
        "one line of text without space at its ends, or null",
    )
}

/// Checks a body. Any UTF-8 without NUL is allowed: a prompt with a template error is still somebody's text.
pub fn body(_kind: Kind, text: &str) -> Result<(), Violation> {
    check(!text.contains('\0'), "/body/text", "no NUL character")?;
    let size = text.len();
    check(
        size <= limits::BODY_BYTES,
        "/body/text",
        &format!("at most {} bytes, this has {size}", limits::BODY_BYTES),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_field_takes_its_own_type_only() {
        let good = [
            (Field::Title, json!("a")),
            (Field::Collection, json!(null)),
            (Field::Favourite, json!(true)),
            (Field::Source, json!({"url": "https://example.org"})),
            (Field::Variables, json!([])),
            (Field::Execution, json!({"model": "openai/gpt-4o-mini"})),
            (Field::DeletedAt, json!(null)),
            (Field::CreatedAt, json!(5)),
        ];
        for (name, value) in good {
            assert_eq!(field(name, &value), Ok(()), "{name:?}");
            assert!(field(name, &json!(1.5)).is_err(), "{name:?}");
        }
    }

    #[test]
    fn metadata_is_a_short_name_and_one_line() {
        assert_eq!(meta("task type", &json!("review")), Ok(()));
        assert_eq!(meta("persona", &json!(null)), Ok(()));
        for (name, value) in [
            ("", json!("x")),
            (" topic", json!("x")),
            ("a=b", json!("x")),
            ("topic", json!("")),
            ("topic", json!("two\nlines")),
            ("topic", json!(5)),
        ] {
            assert!(meta(name, &value).is_err(), "{name:?} {value}");
        }
        assert!(meta(&"n".repeat(41), &json!("x")).is_err());
        assert!(meta("n", &json!("x".repeat(201))).is_err());
    }

    #[test]
    fn a_title_counts_characters_not_bytes() {
        assert!(field(Field::Title, &json!("ł".repeat(limits::TITLE_CHARS))).is_ok());
        let long = field(Field::Title, &json!("ł".repeat(limits::TITLE_CHARS + 1))).unwrap_err();
        assert_eq!(long.field, "/set/title");
        assert!(long.message.contains("501"));
    }

    #[test]
    fn a_nul_is_refused_wherever_a_database_could_not_hold_it() {
        assert!(field(Field::Title, &json!("a\0b")).is_err());
        assert!(field(Field::Source, &json!({"a": "\0"})).is_err());
        assert!(body(Kind::Prompt, "a\0b").is_err());
        assert!(tag("a\0b").is_err());
    }

    #[test]
    fn a_tag_is_trimmed_and_short() {
        assert!(tag("coding").is_ok());
        for bad in ["", " ", " a", "a\nb", &"x".repeat(65)] {
            assert!(tag(bad).is_err(), "{bad:?}");
        }
    }
}
