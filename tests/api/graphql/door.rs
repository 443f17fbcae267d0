//! The door itself: who comes in, how it answers, and what errors look like.

use super::{PATH, ask, data, refused};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::{Caller, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn one_request_answers_from_several_nouns_with_their_own_errors() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let none = krowoc_tests::ops::doc_id();
    let query =
        "query($id: ID!) { account { email } budget { level } document(id: $id) { versions } }";
    let answer = ask(&alice, query, json!({"id": none})).await;
    assert_eq!(answer.status, StatusCode::OK);
    let whole: Value = answer.json();
    let expected = json!({"account": {"email": "alice@example.org"}, "budget": {"level": "FINE"}, "document": null});
    assert_eq!(whole["data"], expected);
    let errors = whole["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["path"], json!(["document"]));
    assert_eq!(errors[0]["message"], ErrorCode::NotFound.title());
    assert_eq!(
        errors[0]["extensions"],
        json!({"code": "not_found", "title": ErrorCode::NotFound.title(), "correlationId": answer.header("x-correlation-id")})
    );
}

#[tokio::test]
async fn what_everybody_may_read_needs_no_sign_in_and_all_else_does() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let query = "{ leaderboard(window: ALL) { entries { slug } } signInWays { __typename } publicPrompts { total } }";
    let found = data(&nobody, query, json!({})).await;
    assert_eq!(found["leaderboard"]["entries"], json!([]));
    assert_eq!(found["publicPrompts"]["total"], 0);
    let (code, error) = refused(&nobody, "{ account { email } }", json!({})).await;
    assert_eq!(code, "unauthenticated");
    assert_eq!(error["path"], json!(["account"]));
}

#[tokio::test]
async fn a_cookie_needs_its_csrf_token_for_queries_too() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let csrf = alice.csrf();
    for wrong in [None, Some("wrong")] {
        alice.set_csrf(wrong);
        for query in [
            "{ account { email } }",
            "mutation { createTeam(input: {name: \"x\"}) { id } }",
        ] {
            let answer = ask(&alice, query, json!({})).await;
            assert_eq!(answer.code(), ErrorCode::CsrfRejected);
        }
    }
    alice.set_csrf(csrf.as_deref());
    assert_eq!(
        data(&alice, "{ teams { id } }", json!({})).await,
        json!({"teams": []})
    );
    let request = alice
        .request(Method::POST, PATH)
        .header("origin", "https://elsewhere.example");
    let answer = alice
        .send(request.json(&json!({"query": "{ teams { id } }"})))
        .await;
    assert_eq!(answer.code(), ErrorCode::CsrfRejected);
}

#[tokio::test]
async fn a_proof_that_does_not_hold_is_refused_whatever_is_asked_for() {
    let app = TestApp::start().await;
    let stranger = Caller::device(app.address, "no-token");
    let answer = ask(&stranger, "{ leaderboard { entries { slug } } }", json!({})).await;
    assert_eq!(answer.code(), ErrorCode::Unauthenticated);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let (reader, _) = alice.program(&["library:read"]).await;
    let found = data(&reader, "{ documents { total } }", json!({})).await;
    assert_eq!(found["documents"]["total"], 0);
    let make =
        "mutation { createDocument(input: {kind: PROMPT, body: \"x\"}) { document { id } } }";
    for (query, code) in [
        (make, "missing_scope"),
        ("{ executions { next } }", "missing_scope"),
        ("{ account { email } }", "forbidden"),
    ] {
        assert_eq!(refused(&reader, query, json!({})).await.0, code, "{query}");
    }
}

#[tokio::test]
async fn the_answer_has_the_type_that_is_asked_for() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let new = "application/graphql-response+json";
    let wrong = json!({"query": "{ nothing }"});
    for (accept, kind, status) in [
        ("*/*", new, StatusCode::BAD_REQUEST),
        (new, new, StatusCode::BAD_REQUEST),
        ("application/json", "application/json", StatusCode::OK),
        (
            "application/graphql-response+json; charset=utf-8, application/json; q=0.9",
            new,
            StatusCode::BAD_REQUEST,
        ),
    ] {
        let request = alice.request(Method::POST, PATH).header("accept", accept);
        let answer = alice.send(request.json(&wrong)).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, kind),
            "{accept}"
        );
        let whole: Value = answer.json();
        assert!(whole["data"].is_null());
        assert_eq!(whole["errors"][0]["extensions"]["code"], "invalid_request");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn what_is_no_request_is_told_as_everywhere() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let batch = json!([{"query": "{ teams { id } }"}]);
    assert_eq!(
        alice.post(PATH, batch).await.code(),
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        alice.post(PATH, json!({})).await.code(),
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        alice.post_bytes(PATH, "{\"query\"").await.code(),
        ErrorCode::InvalidJson
    );
    let request = alice
        .request(Method::POST, PATH)
        .header("content-type", "application/graphql");
    let answer = alice.send(request.body("{ teams { id } }")).await;
    assert_eq!(answer.code(), ErrorCode::UnsupportedMediaType);
    let long = "x".repeat(2 * 1024 * 1024 + 1);
    let answer = alice
        .post(
            PATH,
            json!({"query": "{ teams { id } }", "variables": {"a": long}}),
        )
        .await;
    assert_eq!(answer.code(), ErrorCode::TooLarge);
}

#[tokio::test]
async fn nothing_is_changed_or_asked_by_get() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let address = format!("{PATH}?query=mutation%20%7B%20keepEmail%20%7D");
    let answer = alice.get(&address).await;
    assert_eq!(answer.code(), ErrorCode::MethodNotAllowed);
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn one_of_several_operations_is_executed_by_its_name() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let query =
        "query A { account { email } } mutation B { createTeam(input: {name: \"x\"}) { id } }";
    let body = json!({"query": query, "operationName": "A", "extensions": {"known": "none"}});
    let whole: Value = alice.post(PATH, body).await.ok().json();
    assert_eq!(whole["data"]["account"]["email"], "alice@example.org");
    for name in [json!("C"), Value::Null] {
        let answer = alice
            .post(PATH, json!({"query": query, "operationName": name}))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    }
    assert_eq!(
        data(&alice, "{ teams { id } }", json!({})).await,
        json!({"teams": []})
    );
}

#[tokio::test]
async fn signing_out_takes_the_cookies_along() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    assert_eq!(
        data(&alice, "mutation { signOut }", json!({})).await,
        json!({"signOut": true})
    );
    assert_eq!(alice.cookie("krowoc_access"), None);
}

#[tokio::test]
async fn a_mutation_that_ends_the_access_ends_it_for_the_fields_after_it() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let both = "mutation { signOut createTeam(input: {name: \"Later\"}) { id } }";
    let answer: Value = ask(&alice, both, json!({})).await.json();
    assert_eq!(answer["data"]["signOut"], true, "{answer}");
    assert_eq!(answer["errors"][0]["path"], json!(["createTeam"]));
    let again = app.anonymous();
    again
        .sign_in("alice@example.org", krowoc_tests::caller::PASSWORD)
        .await
        .ok();
    assert_eq!(
        data(&again, "{ teams { id } }", json!({})).await,
        json!({"teams": []})
    );
}

#[tokio::test]
async fn fields_of_a_query_know_who_asks_and_what_they_may_do() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let team = krowoc_tests::teams::Team::of(&alice, "Ours").await;
    let query = "query($team: ID!) { account { email } libraryOverview(space: $team) { __typename } executions { __typename } tokens { __typename } }";
    let (program, _) = alice.program(&["library:read"]).await;
    let answer = ask(&program, query, json!({"team": team.id})).await;
    let answer: Value = answer.json();
    let mut refused: Vec<String> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            format!(
                "{}: {}",
                error["path"][0].as_str().unwrap(),
                error["extensions"]["code"].as_str().unwrap()
            )
        })
        .collect();
    refused.sort();
    assert_eq!(
        refused,
        [
            "account: forbidden",
            "executions: missing_scope",
            "tokens: forbidden"
        ],
        "{answer}"
    );
    assert!(answer["data"]["libraryOverview"].is_object(), "{answer}");
    let bob = app.sign_up("bob@example.org").await;
    let (code, error) = self::refused(&bob, query, json!({"team": team.id})).await;
    assert_eq!(
        (code.as_str(), &error["path"]),
        ("not_found", &json!(["libraryOverview"]))
    );
}

#[tokio::test]
async fn each_operation_is_counted_by_what_became_of_it() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    data(&alice, "{ account { email } }", json!({})).await;
    refused(&app.anonymous(), "{ account { email } }", json!({})).await;
    let text = alice.get("/metrics").await.text();
    for code in ["ok", "unauthenticated"] {
        let counted = |line: &str| {
            line.starts_with("krowoc_graphql_operations_total")
                && line.contains("operation=\"read_account\"")
                && line.contains(&format!("code=\"{code}\""))
        };
        assert!(text.lines().any(counted), "{code}: {text}");
    }
}
