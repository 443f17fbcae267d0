//! Whether a value is of a shape of the contract: as much of JSON Schema as the contract uses. Not a general validator.

use serde_json::Value;

/// # Errors
/// Where the value differs, and how.
pub fn conforms(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/components/schemas/");
        return conforms(document, &document["components"]["schemas"][name], value)
            .map_err(|why| format!("{name}: {why}"));
    }
    of_choice(document, schema, value)?;
    if let Some(all) = schema["enum"].as_array()
        && !all.contains(value)
    {
        return Err(format!("{value} is none of {all:?}"));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return Err(format!("{value} is not {}", schema["const"]));
    }
    of_type(&schema["type"], value)?;
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        return Err(format!("{number} is less than {least}"));
    }
    if let Some(items) = value.as_array() {
        for (at, item) in items.iter().enumerate() {
            conforms(document, &schema["items"], item).map_err(|why| format!("[{at}] {why}"))?;
        }
    }
    of_fields(document, schema, value)
}

fn of_choice(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        conforms(document, part, value)?;
    }
    for choice in ["oneOf", "anyOf"] {
        let Some(choices) = schema[choice].as_array() else {
            continue;
        };
        let tried: Vec<_> = choices
            .iter()
            .map(|one| conforms(document, one, value))
            .collect();
        if tried.iter().all(Result::is_err) {
            return Err(format!("{value} fits no choice: {tried:?}"));
        }
    }
    Ok(())
}

fn of_type(kind: &Value, value: &Value) -> Result<(), String> {
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        _ => true,
    };
    let fits = match kind {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
        Value::String(kind) => is(kind),
        _ => true,
    };
    fits.then_some(())
        .ok_or_else(|| format!("{value} is no {kind}"))
}

fn of_fields(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let Some(fields) = value.as_object() else {
        return Ok(());
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if !fields.contains_key(name) {
            return Err(format!("{name} is absent"));
        }
    }
    for (name, field) in fields {
        let described = schema["properties"].get(name);
        let shape = described.unwrap_or(&schema["additionalProperties"]);
        conforms(document, shape, field).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! The checks that the fuzzing rests on.
    use super::conforms;
    use serde_json::json;

    #[test]
    fn a_value_of_another_shape_is_told_where_it_differs() {
        let document = json!({"components": {"schemas": {"Word": {"enum": ["a", "b"]}}}});
        let schema = json!({
            "type": "object",
            "required": ["word"],
            "properties": {
                "word": {"$ref": "#/components/schemas/Word"},
                "counts": {"type": "array", "items": {"type": ["integer", "null"], "minimum": 0}},
                "either": {"oneOf": [{"type": "boolean"}, {"type": "string"}]}
            }
        });
        let check = |value| conforms(&document, &schema, &value);
        let fits = json!({"word": "a", "counts": [1, null], "either": "x", "more": {}});
        assert_eq!(check(fits), Ok(()));
        for (value, where_) in [
            (json!({}), "word is absent"),
            (json!({"word": "c"}), "word: Word:"),
            (json!({"word": "a", "counts": [1, -1]}), "counts: [1]"),
            (json!({"word": "a", "counts": {}}), "counts:"),
            (json!({"word": "a", "either": 1}), "either:"),
            (json!([]), "is no"),
        ] {
            let why = check(value.clone()).unwrap_err();
            assert!(why.contains(where_), "{value}: {why}");
        }
    }
}
