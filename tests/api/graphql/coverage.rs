//! That nothing of REST is forgotten, and that the schema changes only on purpose.

use super::translate::{Asked, Translator};
use super::{ask, data};
use krowoc_server::graphql::table::{MUTATIONS, QUERIES, REST_ONLY, SUBSCRIPTIONS};
use krowoc_tests::TestApp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(|(method, it)| (method.to_uppercase(), path.clone(), it.clone()))
    });
    all.collect()
}

/// After a wanted change: `INSTA_UPDATE=always cargo test -p krowoc-tests --test api graphql::coverage`, and read the diff.
#[tokio::test]
async fn the_schema_changes_only_on_purpose() {
    let app = TestApp::start().await;
    let answer = app.anonymous().get("/api/schema.graphql").await.ok();
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    insta::assert_snapshot!("schema", answer.text());
}

#[tokio::test]
async fn every_operation_of_rest_is_a_field_or_has_a_reason_why_not() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/v1/openapi.json").await.ok();
    let document: Value = document.json();
    let known: BTreeSet<&str> = [QUERIES, MUTATIONS, REST_ONLY]
        .into_iter()
        .flatten()
        .map(|it| it.0)
        .chain(SUBSCRIPTIONS.iter().map(|it| it.operation))
        .collect();
    let mut there = BTreeSet::new();
    for (method, path, it) in operations(&document) {
        let id = it["operationId"].as_str().unwrap().to_owned();
        assert!(
            known.contains(id.as_str()),
            "say in server/src/graphql/table.rs which field {id} ({method} {path}) is, or why it is none"
        );
        if method != "GET" && Translator::field(&it).is_some_and(|(_, changes)| !changes) {
            // A question with a body; everything else that is no GET changes something.
            let asks = ["duplicates", "estimate_run", "look_at_invitation"];
            assert!(asks.contains(&id.as_str()), "{id} is no question");
        }
        let changes = Translator::field(&it).is_some_and(|(_, changes)| changes);
        assert!(!(method == "GET" && changes), "{id} changes nothing");
        there.insert(id);
    }
    for operation in known {
        assert!(there.contains(operation), "{operation} is no operation");
    }
}

#[tokio::test]
async fn nothing_of_ones_own_is_answered_to_nobody() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/v1/openapi.json").await.ok();
    let document: Value = document.json();
    let translator = Translator::new(&document);
    let nobody = app.anonymous();
    let mut asked = 0;
    for (_, _, it) in operations(&document) {
        let parameters = it["parameters"].as_array().into_iter().flatten();
        let wanted = parameters.filter(|it| it["in"] == "path" && it["name"] != "space");
        let id = || json!(krowoc_tests::ops::doc_id());
        let value = |it: &Value| match it["schema"]["type"] == "integer" {
            true => json!(1),
            false => id(),
        };
        let mut parameters: BTreeMap<String, Value> = wanted
            .map(|it| (it["name"].as_str().unwrap().to_owned(), value(it)))
            .collect();
        if it["operationId"] == "pull_documents" {
            parameters.insert("space".to_owned(), id());
            parameters.insert("epoch".to_owned(), json!("x"));
            parameters.insert("cursor".to_owned(), json!(0));
        }
        let schema = &it["requestBody"]["content"]["application/json"]["schema"];
        let body = schema.is_object().then(|| translator.least(schema));
        let request = Asked {
            operation: &it,
            parameters,
            body,
        };
        let own = it["security"].as_array().is_some_and(|it| !it.is_empty());
        let Some(query) = translator.query(&request, "{ __typename }").filter(|_| own) else {
            continue;
        };
        let answer = ask(&nobody, &query, json!({})).await;
        let whole: Value = answer.json();
        assert_eq!(
            whole["errors"][0]["extensions"]["code"], "unauthenticated",
            "{query}: {whole}"
        );
        assert_eq!(whole["data"], json!({"it": null}));
        asked += 1;
    }
    assert!(asked > 80, "{asked}");
}

#[tokio::test]
async fn who_is_signed_in_may_ask_for_the_schema() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let found = data(&alice, INTROSPECTION, json!({})).await;
    let types = found["__schema"]["types"].as_array().unwrap();
    let named = |name: &str| types.iter().find(|it| it["name"] == name).unwrap();
    let document = named("Query")["fields"].as_array().unwrap();
    assert_eq!(document.len(), QUERIES.len());
    assert_eq!(named("Kind")["kind"], "ENUM");
    for part in [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Kind\") { name } }",
    ] {
        let (code, error) = super::refused(&app.anonymous(), part, json!({})).await;
        assert_eq!(code, "unauthenticated");
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("/api/schema.graphql")
        );
    }
}

/// As tools ask for a schema.
const INTROSPECTION: &str = "query IntrospectionQuery {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types { ...FullType }
    directives { name description locations args { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description
  fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type {
  kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } }
}";
