//! What one request may ask for at most.

use super::{PATH, ask, data, refused};
use krowoc_shared::error::ErrorCode;
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

/// Short requests that would be long work, or the end of the process, from nobody in particular.
#[tokio::test]
async fn what_hostile_requests_ask_for_is_refused_at_once() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let held = "x".repeat(50_000);
    let uses = |from: usize| {
        let each = (0..from).map(|at| format!("a{at}: estimates(input: $v) {{ __typename }} "));
        each.collect::<String>()
    };
    let same = "input: $v, ".repeat(5_000);
    let nested = "$v, ".repeat(100);
    for (query, why) in [
        (
            "query($v: [Nope] = [1]) { __typename }".to_owned(),
            "`Nope`",
        ),
        (
            format!("query($v: RunRequestInput!) {{ estimates({same}) {{ __typename }} }}"),
            "32 arguments",
        ),
        (
            format!(
                "query($v: JSON) {{ estimates(input: {{variables: {{a: [{nested}]}}}}) {{ __typename }} }}"
            ),
            "4 MiB",
        ),
        (
            format!("query($v: RunRequestInput!) {{ {} }}", uses(21)),
            "20 things",
        ),
        (
            "{ signInWays { __typename } signInWays { __typename } }".to_owned(),
            "twice",
        ),
        (
            "subscription { ...f } fragment f on Subscription { syncHints { seq } }".to_owned(),
            "in a fragment",
        ),
    ] {
        let variables = json!({"v": {"variables": {"a": held}}});
        let (code, error) = refused(&nobody, &query, variables).await;
        assert_eq!(code, "invalid_request", "{error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(why), "{why}: {message}");
    }
}

#[tokio::test]
async fn of_many_errors_the_first_twenty_are_told() {
    let app = TestApp::start().await;
    let many: String = (0..300).map(|at| format!("nothing{at} ")).collect();
    let query = format!("{{ signInWays {{ {many} }} }}");
    let whole: Value = ask(&app.anonymous(), &query, json!({})).await.json();
    assert_eq!(whole["errors"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn only_the_operation_that_is_asked_for_is_looked_at() {
    let app = TestApp::start().await;
    let query = "query A { __typename } query B { ...f } fragment f on Query { nothing }";
    let nobody = app.anonymous();
    let named = |name: &str| json!({"query": query, "operationName": name});
    let whole: Value = nobody.post(PATH, named("A")).await.ok().json();
    assert_eq!(whole, json!({"data": {"__typename": "Query"}}));
    for name in ["B", "nope"] {
        let whole: Value = nobody.post(PATH, named(name)).await.json();
        assert_eq!(whole["errors"][0]["extensions"]["code"], "invalid_request");
    }
}

#[tokio::test]
async fn who_is_not_signed_in_sends_small_requests() {
    let app = TestApp::start().await;
    let body = json!({"query": "{ signInWays { __typename } }", "variables": {"a": "x".repeat(128 * 1024)}});
    let refused = app.anonymous().post(PATH, &body).await;
    assert_eq!(refused.code(), ErrorCode::TooLarge);
    app.sign_up("alice@example.org")
        .await
        .post(PATH, &body)
        .await
        .ok();
}

#[tokio::test]
async fn an_answer_is_no_larger_than_there_is_room_for() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let make =
        "mutation($it: CreateDocumentInput!) { createDocument(input: $it) { document { id } } }";
    let input = json!({"kind": "SNIPPET", "body": "x".repeat(100_000)});
    let made = data(&alice, make, json!({"it": input})).await;
    let id = &made["createDocument"]["document"]["id"];
    let read = |times: usize| {
        let texts: String = (0..times).map(|at| format!("a{at}: text ")).collect();
        format!("query($id: ID!) {{ document(id: $id) {{ document {{ body {{ {texts} }} }} }} }}")
    };
    let fits = data(&alice, &read(20), json!({"id": id})).await;
    let texts = &fits["document"]["document"]["body"];
    assert_eq!(texts.as_object().unwrap().len(), 20);
    let answer = ask(&alice, &read(500), json!({"id": id})).await.ok();
    let whole: Value = answer.json();
    // A part of it would be taken for the whole.
    assert_eq!(whole["data"], Value::Null);
    let errors = whole["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["extensions"]["code"], "too_large");
    assert_eq!(errors[0].get("path"), None);
}
