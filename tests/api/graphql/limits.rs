//! What one request may ask for at most.

use super::{data, refused};
use krowoc_tests::TestApp;
use serde_json::{Value, json};

async fn over(app: &TestApp, query: &str, variables: Value) -> String {
    let alice = app.sign_up("alice@example.org").await;
    let (code, error) = refused(&alice, query, variables).await;
    assert_eq!(code, "invalid_request", "{error}");
    error["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_of_everything_fits_and_many_of_them_do_not() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let page = "documents(first: 200) { total next items { id title kind tags } }";
    let two = format!("{{ a: {page} b: {page} }}");
    let found = data(&alice, &two, json!({})).await;
    assert_eq!(found["b"]["total"], 0);
    let many: String = (0..20).map(|at| format!("a{at}: {page} ")).collect();
    let (code, error) = refused(&alice, &format!("{{ {many} }}"), json!({})).await;
    assert_eq!(code, "invalid_request");
    assert!(
        error["message"].as_str().unwrap().contains("points"),
        "{error}"
    );
    let asked = "query($first: Int = 1) { a: documents(first: $first) { items { id } } }";
    data(&alice, asked, json!({"first": 200})).await;
}

#[tokio::test]
async fn one_request_calls_at_most_twenty_operations() {
    let app = TestApp::start().await;
    let many: String = (0..21).map(|at| format!("a{at}: keepEmail ")).collect();
    let why = over(&app, &format!("mutation {{ {many} }}"), json!({})).await;
    assert!(why.contains("20 things"), "{why}");
}

#[tokio::test]
async fn fragments_count_each_time_that_they_are_used() {
    let app = TestApp::start().await;
    let mut query = "{ account { ...f0 } } ".to_owned();
    for at in 0..12 {
        query.push_str(&format!(
            "fragment f{at} on AccountView {{ ...f{0} ...f{0} }} ",
            at + 1
        ));
    }
    query.push_str("fragment f12 on AccountView { email }");
    let why = over(&app, &query, json!({})).await;
    assert!(why.contains("1000 fields"), "{why}");
}

#[tokio::test]
async fn a_fragment_in_itself_is_refused() {
    let app = TestApp::start().await;
    let query = "{ account { ...f } } fragment f on AccountView { email ...f }";
    let why = over(&app, query, json!({})).await;
    assert!(why.contains("1000 fields"), "{why}");
}

#[tokio::test]
async fn brackets_without_end_are_refused_before_they_are_read() {
    let app = TestApp::start().await;
    let why = over(&app, &"{a".repeat(30_000), json!({})).await;
    assert!(why.contains("48 brackets"), "{why}");
}

#[tokio::test]
async fn a_long_query_is_refused_and_a_long_variable_is_not() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let text = "x".repeat(100_000);
    let query = format!(
        "mutation {{ createDocument(input: {{kind: SNIPPET, body: \"{text}\"}}) {{ document {{ id }} }} }}"
    );
    let (_, error) = refused(&alice, &query, json!({})).await;
    assert!(
        error["message"].as_str().unwrap().contains("64 kB"),
        "{error}"
    );
    let query = "mutation($it: CreateDocumentInput!) { createDocument(input: $it) { document { body { text } } } }";
    let made = data(
        &alice,
        query,
        json!({"it": {"kind": "SNIPPET", "body": text}}),
    )
    .await;
    assert_eq!(made["createDocument"]["document"]["body"]["text"], text);
}

#[tokio::test]
async fn the_schema_is_not_asked_for_in_circles() {
    let app = TestApp::start().await;
    let query = "{ __schema { types { fields { type { fields { name } } } } } }";
    let why = over(&app, query, json!({})).await;
    assert!(why.contains("`fields`"), "{why}");
}
