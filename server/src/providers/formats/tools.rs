//! Tools and their calls between OpenAI's form, which is ours, and the others. Not running them.

use serde_json::{Value, json};

/// What `tool_choice` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Auto,
    None,
    Any,
    One(String),
}

/// Reads OpenAI's `tool_choice`; what is not understood is left to the model.
pub(super) fn choice(value: &Value) -> Choice {
    match value.as_str() {
        Some("none") => Choice::None,
        Some("required" | "any") => Choice::Any,
        Some(_) => Choice::Auto,
        None => {
            let name = value
                .pointer("/function/name")
                .or_else(|| value.get("name"));
            name.and_then(Value::as_str)
                .map_or(Choice::Auto, |name| Choice::One(name.to_owned()))
        }
    }
}

/// Name, description and schema of each function among the tools.
pub(super) fn functions(tools: &[Value]) -> impl Iterator<Item = (&Value, Option<&Value>, Value)> {
    tools.iter().filter_map(|tool| {
        let function = tool.get("function")?;
        let schema = function.get("parameters").cloned();
        Some((
            function.get("name")?,
            function.get("description"),
            schema.unwrap_or_else(|| json!({"type": "object", "properties": {}})),
        ))
    })
}

/// Arguments as an object, for formats that do not carry them as text.
pub(super) fn arguments(text: &str) -> Value {
    let parsed = serde_json::from_str::<Value>(text).ok();
    parsed.filter(Value::is_object).unwrap_or_else(|| json!({}))
}

/// Arguments as text, whichever way they came.
pub(super) fn as_text(arguments: &Value) -> String {
    match arguments {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
