//! The reference page: the OpenAPI document as plain HTML, without scripts. Not a console.

use super::examples::{self, Example};
use super::usual::NAMED;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the examples take as given.
const HOW: &str = "The examples are for a shell: <code>$KROWOC</code> is this server's address and <code>$TOKEN</code> a personal access \
    token, made under Settings. What only a person who is signed in may do is shown with the browser's cookies in \
    <code>$COOKIES</code> and the <code>csrf</code> of the session in <code>$CSRF</code>.";

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
    html.push_str(
        "</p><p><a href=\"/api/v1/openapi.json\">OpenAPI 3.1 document</a>, \
         <a href=\"/api/v1/schemas\">JSON Schemas</a></p>",
    );
    html.push_str(&format!("<p>{HOW}</p>"));
    let examples = examples::all().unwrap_or_default();
    for (tag, operations) in by_tag(document) {
        html.push_str(&format!("<h2>{}</h2>", escape(&tag)));
        operations
            .iter()
            .for_each(|(method, path, it)| html.push_str(&operation(method, path, it, &examples)));
    }
    html.push_str(&usual(document));
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

fn operation(method: &str, path: &str, it: &Value, examples: &[Example]) -> String {
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
    let (usual, own): (Vec<_>, Vec<_>) = responses
        .into_iter()
        .flatten()
        .partition(|(_, response)| response.get("$ref").is_some());
    for (status, response) in own {
        let schema = response.pointer("/content/application~1json/schema");
        html.push_str(&format!(
            "<tr><th>{}</th><td>{} {}</td></tr>",
            escape(status),
            escape(text(response, "/description")),
            schema.map(type_of).unwrap_or_default(),
        ));
    }
    if !usual.is_empty() {
        let statuses: Vec<&str> = usual.iter().map(|(status, _)| status.as_str()).collect();
        html.push_str(&format!(
            "<tr><th>{}</th><td><a href=\"#usual\">as usual</a></td></tr>",
            escape(&statuses.join(", ")),
        ));
    }
    html.push_str("</tbody></table>");
    let named =
        |example: &&Example| it.get("operationId") == Some(&Value::from(&*example.operation));
    for example in examples.iter().filter(named) {
        let told = escape(&request(method, path, it, example));
        html.push_str(&format!("<pre tabindex=\"0\">{told}</pre>"));
        html.push_str(&format!("<p>Answers {}", example.status));
        for (name, pointer) in &example.keep {
            let (name, pointer) = (escape(name), escape(pointer));
            html.push_str(&format!(
                "; its <code>{pointer}</code> is <code>${name}</code> below"
            ));
        }
        html.push_str(".</p>");
    }
    html.push_str("</section>");
    html
}

/// The answers that many operations give.
fn usual(document: &Value) -> String {
    let mut html = String::from("<section id=\"usual\"><h2>Usual answers</h2><table><tbody>");
    let responses = document.pointer("/components/responses");
    for (name, response) in responses.and_then(Value::as_object).into_iter().flatten() {
        html.push_str(&format!(
            "<tr><th>{}</th><td>{}</td></tr>",
            escape(name.trim_start_matches(NAMED)),
            escape(text(response, "/description")),
        ));
    }
    html.push_str("</tbody></table></section>");
    html
}

/// An example as it is typed into a shell.
fn request(method: &str, path: &str, it: &Value, example: &Example) -> String {
    let usual = if example.body.is_some() {
        "post"
    } else {
        "get"
    };
    let method = match method == usual {
        true => String::new(),
        false => format!(" -X {}", method.to_uppercase()),
    };
    let proof = match proof(it) {
        Proof::None => "",
        Proof::Token => " -H \"authorization: Bearer $TOKEN\"",
        Proof::Session => " -b \"$COOKIES\" -H \"x-csrf-token: $CSRF\"",
    };
    let body = example.body.as_ref().map_or_else(String::new, |body| {
        let text = serde_json::to_string_pretty(body).unwrap_or_default();
        format!(" --json @- <<JSON\n{text}\nJSON")
    });
    let address = example.address(path);
    format!("curl{method} \"$KROWOC{address}\"{proof}{body}")
}

/// What an operation asks of its caller.
enum Proof {
    None,
    Token,
    Session,
}

fn proof(it: &Value) -> Proof {
    let ways: Vec<&Value> = it
        .get("security")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    match ways.iter().any(|way| way.get("token").is_some()) {
        true => Proof::Token,
        false if ways.is_empty() => Proof::None,
        false => Proof::Session,
    }
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

    #[test]
    fn an_example_is_a_command_with_the_proof_that_its_operation_asks_for() {
        let path = "/api/v1/library/{id}";
        let examples = examples::all().unwrap();
        let edit = examples.iter().find(|it| it.operation == "edit").unwrap();
        let it = serde_json::json!({"security": [{"session": []}, {"token": ["library:write"]}]});
        let told = request("patch", path, &it, edit);
        let begins = "curl -X PATCH \"$KROWOC/api/v1/library/$prompt\" -H \"authorization: Bearer $TOKEN\" --json @- <<JSON\n{";
        assert!(told.starts_with(begins), "{told}");
        let own = serde_json::json!({"security": [{"session": []}]});
        assert!(request("get", path, &own, edit).contains("-b \"$COOKIES\""));
        assert!(!request("get", path, &serde_json::json!({}), edit).contains("-H"));
    }
}
