//! Whether a value is of a shape of the contract, by a validator of JSON Schema. Not the shapes.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The checks of a contract, each made once.
pub struct Conform<'a> {
    document: &'a Value,
    made: HashMap<String, Validator>,
}

/// A validator that knows ids and addresses when it sees them.
pub fn validator(schema: &Value) -> Validator {
    let options = jsonschema::options().with_draft(Draft::Draft202012);
    options.should_validate_formats(true).build(schema).unwrap()
}

impl<'a> Conform<'a> {
    pub fn new(document: &'a Value) -> Self {
        Self {
            document,
            made: HashMap::new(),
        }
    }

    /// # Errors
    /// Where the value differs, and how.
    pub fn check(&mut self, schema: &Value, value: &Value) -> Result<(), String> {
        let check = self.made.entry(schema.to_string()).or_insert_with(|| {
            let mut root = schema.as_object().cloned().unwrap_or_else(Map::new);
            // References are to places of the whole document.
            root.insert("components".to_owned(), self.document["components"].clone());
            validator(&Value::Object(root))
        });
        let told =
            |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
        check.validate(value).map_err(told)
    }
}

#[test]
fn a_value_of_another_shape_is_told_where_it_differs() {
    let document = serde_json::json!({"components": {"schemas": {"Word": {"enum": ["a", "b"]}}}});
    let schema = serde_json::json!({
        "type": "object",
        "required": ["word"],
        "properties": {"word": {"$ref": "#/components/schemas/Word"}, "id": {"type": "string", "format": "uuid"}}
    });
    let mut conform = Conform::new(&document);
    let mut check = |value| conform.check(&schema, &value).unwrap_err();
    assert!(check(serde_json::json!({"word": "c"})).starts_with("/word: "));
    assert!(check(serde_json::json!({"word": "a", "id": "b"})).starts_with("/id: "));
    assert!(check(serde_json::json!({})).contains("word"));
    let fits = serde_json::json!({"word": "a", "more": 1});
    assert_eq!(conform.check(&schema, &fits), Ok(()));
}
