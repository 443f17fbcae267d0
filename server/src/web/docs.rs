//! The reference page: the OpenAPI document as plain HTML, without scripts. Not a console.

use serde_json::Value;
use std::collections::BTreeMap;

/// Draws the document.
#[must_use]
pub fn page(document: &Value) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Krowoc API</title><link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><main>",
    );
    html.push_str("<h1>Krowoc API</h1><p>");
    html.push_str(&escape(text(document, "/info/description")));
    html.push_str("</p><p><a href=\"/api/v1/openapi.json\">OpenAPI 3.1 document</a></p>");
    for (tag, operations) in by_tag(document) {
        html.push_str(&format!("<h2>{}</h2>", escape(&tag)));
        operations
            .iter()
            .for_each(|(method, path, it)| html.push_str(&operation(method, path, it)));
    }
    html.push_str("<h2>Shapes</h2>");
    let schemas = document.pointer("/components/schemas");
    for (name, schema) in schemas.and_then(Value::as_object).into_iter().flatten() {
        html.push_str(&shape(name, schema));
    }
    html.push_str("</main></body></html>");
    html
}

type Operation<'a> = (&'a str, &'a str, &'a Value);

fn by_tag(document: &Value) -> BTreeMap<String, Vec<Operation<'_>>> {
    let mut tags: BTreeMap<String, Vec<Operation<'_>>> = BTreeMap::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (method, it) in item.as_object().into_iter().flatten() {
            let tag = text(it, "/tags/0");
            let operations = tags.entry(tag.to_owned()).or_default();
            operations.push((method, path, it));
        }
    }
    tags
}

fn operation(method: &str, path: &str, it: &Value) -> String {
    let mut html = format!(
        "<section><h3><b>{}</b> {}</h3><p>{} {}</p>",
        escape(&method.to_uppercase()),
        escape(path),
        escape(text(it, "/summary")),
        escape(text(it, "/description")),
    );
    let body = it.pointer("/requestBody/content/application~1json/schema");
    if let Some(schema) = body {
        html.push_str(&format!("<p>Body: {}</p>", type_of(schema)));
    }
    html.push_str("<table><tbody>");
    let parameters = it.get("parameters").and_then(Value::as_array);
    for parameter in parameters.into_iter().flatten() {
        html.push_str(&format!(
            "<tr><th>{} <code>{}</code></th><td>{}</td></tr>",
            escape(text(parameter, "/in")),
            escape(text(parameter, "/name")),
            escape(text(parameter, "/description")),
        ));
    }
    let responses = it.get("responses").and_then(Value::as_object);
    for (status, response) in responses.into_iter().flatten() {
        let schema = response.pointer("/content/application~1json/schema");
        html.push_str(&format!(
            "<tr><th>{}</th><td>{} {}</td></tr>",
            escape(status),
            escape(text(response, "/description")),
            schema.map(type_of).unwrap_or_default(),
        ));
    }
    html.push_str("</tbody></table></section>");
    html
}

fn shape(name: &str, schema: &Value) -> String {
    let mut html = format!(
        "<section id=\"{0}\"><h3>{0}</h3><p>{1}</p><table><tbody>",
        escape(name),
        escape(text(schema, "/description")),
    );
    let properties = schema.get("properties").and_then(Value::as_object);
    for (field, it) in properties.into_iter().flatten() {
        html.push_str(&format!(
            "<tr><th><code>{}</code></th><td>{}</td><td>{}</td></tr>",
            escape(field),
            type_of(it),
            escape(text(it, "/description")),
        ));
    }
    let values = schema.get("enum").and_then(Value::as_array);
    for value in values.into_iter().flatten().filter_map(Value::as_str) {
        html.push_str(&format!("<tr><td><code>{}</code></td></tr>", escape(value)));
    }
    html.push_str("</tbody></table></section>");
    html
}

/// A short name of a schema, linked when it is one of the shapes.
fn type_of(schema: &Value) -> String {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let name = escape(target.rsplit('/').next().unwrap_or(target));
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(items) = schema.get("items") {
        return format!("list of {}", type_of(items));
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(options) = schema.get(key).and_then(Value::as_array) {
            let names: Vec<String> = options.iter().map(type_of).collect();
            return names.join(" or ");
        }
    }
    match schema.get("type") {
        Some(Value::String(name)) => escape(name),
        Some(Value::Array(names)) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            escape(&names.join(" or "))
        }
        _ => "any".to_owned(),
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_escapes_what_it_draws() {
        let document = serde_json::json!({"info": {"description": "<script>"}, "paths": {
            "/a": {"get": {"tags": ["x"], "summary": "a \"b\" <i>"}}}});
        let html = page(&document);
        assert!(!html.contains("<script>") && !html.contains("<i>"));
        assert!(html.contains("&lt;script&gt;"));
    }
}
