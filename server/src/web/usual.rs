//! Answers that operations give because of what they are: one that asks for a proof, takes a body, names a thing in its address. They are
//! written into the document of the API here, once. Not the answers of one operation: those stand with its handler.

use serde_json::{Map, Value, json};

/// An answer that many operations give.
struct Usual {
    status: &'static str,
    description: &'static str,
    /// Whether an operation of this method may give it.
    comes: fn(method: &str, operation: &Value) -> bool,
}

impl Usual {
    /// Its name among the document's responses.
    fn name(&self) -> String {
        format!("{NAMED}{}", self.status)
    }
}

/// How their names among the document's responses begin; the status follows.
pub const NAMED: &str = "Usual";

const USUAL: [Usual; 6] = [
    Usual {
        status: "400",
        description: "invalid_json, invalid_request: the body or the query cannot be read",
        comes: |_, it| takes_body(it) || has_parameter(it, "query"),
    },
    Usual {
        status: "401",
        description: "unauthenticated, token_expired, device_revoked: no proof of who asks, or one that is not good any more",
        comes: |_, it| asks_proof(it),
    },
    Usual {
        status: "403",
        description: "csrf_rejected, forbidden, missing_scope: not from this page, or not with this proof",
        // Without a proof, only the page that it comes from is looked at; a form of OAuth comes from no page.
        comes: |method, it| asks_proof(it) || (method != "get" && body_of(it, FORM).is_none()),
    },
    Usual {
        status: "404",
        description: "not_found: there is no such thing, or it is somebody else's",
        comes: |_, it| has_parameter(it, "path") || names_space(it),
    },
    Usual {
        status: "413",
        description: "too_large: the body",
        comes: |_, it| takes_body(it),
    },
    Usual {
        status: "415",
        description: "unsupported_media_type: of the body",
        comes: |_, it| takes_body(it),
    },
];

const FORM: &str = "application/x-www-form-urlencoded";

fn body_of<'a>(operation: &'a Value, media: &str) -> Option<&'a Value> {
    operation.get("requestBody")?.get("content")?.get(media)
}

fn takes_body(operation: &Value) -> bool {
    operation.get("requestBody").is_some()
}

fn parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    let all = operation.get("parameters").and_then(Value::as_array);
    all.into_iter().flatten()
}

fn has_parameter(operation: &Value, place: &str) -> bool {
    parameters(operation).any(|it| it.get("in").and_then(Value::as_str) == Some(place))
}

/// A space in the query may be another's.
fn names_space(operation: &Value) -> bool {
    parameters(operation).any(|it| it.get("name").and_then(Value::as_str) == Some("space"))
}

fn asks_proof(operation: &Value) -> bool {
    let ways = operation.get("security").and_then(Value::as_array);
    ways.is_some_and(|ways| !ways.is_empty())
}

fn response(description: &str) -> Value {
    let problem = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
    json!({"description": description, "content": {"application/problem+json": problem}})
}

/// Writes them into a document: each once, and a reference where it may come. What an operation says of a status itself stays.
pub fn add(document: &mut Value) {
    let all = USUAL.iter().map(|it| (it.name(), response(it.description)));
    let all: Map<String, Value> = all.collect();
    if let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    {
        components.insert("responses".to_owned(), Value::Object(all));
    }
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(Map::values_mut);
    let operations = items.filter_map(Value::as_object_mut).flatten();
    for (method, operation) in operations {
        let come: Vec<&Usual> = USUAL
            .iter()
            .filter(|it| (it.comes)(method, operation))
            .collect();
        let responses = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut);
        let Some(responses) = responses else {
            continue;
        };
        for it in come {
            let reference = json!({"$ref": format!("#/components/responses/{}", it.name())});
            responses.entry(it.status).or_insert(reference);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_has_the_answers_of_what_it_is_and_keeps_its_own() {
        let mut document = json!({"components": {"schemas": {}}, "paths": {
            "/a/{id}": {"put": {
                "security": [{"session": []}],
                "parameters": [{"in": "path", "name": "id"}],
                "requestBody": {"content": {"application/json": {}}},
                "responses": {"200": {}, "404": {"description": "own"}}
            }},
            "/b": {"get": {"responses": {"200": {}}}},
            "/c": {"post": {"requestBody": {"content": {FORM: {}}}, "responses": {}}}
        }});
        add(&mut document);
        let of = |pointer: &str| -> Vec<String> {
            let responses = document.pointer(pointer).unwrap().as_object().unwrap();
            responses.keys().cloned().collect()
        };
        assert_eq!(
            of("/paths/~1a~1{id}/put/responses"),
            ["200", "400", "401", "403", "404", "413", "415"]
        );
        let own = &document["paths"]["/a/{id}"]["put"]["responses"]["404"];
        assert_eq!(own["description"], "own");
        assert_eq!(of("/paths/~1b/get/responses"), ["200"]);
        assert_eq!(of("/paths/~1c/post/responses"), ["400", "413", "415"]);
        let referred = &document["paths"]["/c"]["post"]["responses"]["413"]["$ref"];
        let place = referred.as_str().unwrap().trim_start_matches('#');
        assert!(document.pointer(place).unwrap()["description"].is_string());
    }
}
