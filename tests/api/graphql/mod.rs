//! The door that speaks GraphQL. That its fields do what the operations of REST do is theirs to prove: here it is that they are the same.

mod coverage;
mod door;
mod events;
mod library;
mod limits;
mod proof;
mod running;
pub mod translate;

use krowoc_tests::{Answer, Caller};
use serde_json::{Value, json};

/// Where the door is.
pub const PATH: &str = "/api/graphql";

/// Asks with variables.
pub async fn ask(caller: &Caller, query: &str, variables: Value) -> Answer {
    let body = json!({"query": query, "variables": variables});
    caller.post(PATH, body).await
}

/// What was asked for, all of it.
pub async fn data(caller: &Caller, query: &str, variables: Value) -> Value {
    let answer = ask(caller, query, variables).await.ok();
    assert_eq!(
        answer.header("content-type"),
        "application/graphql-response+json"
    );
    let whole: Value = answer.json();
    assert!(whole.get("errors").is_none(), "{query}: {whole}");
    whole["data"].clone()
}

/// The first error of a request, with the code in it.
pub async fn refused(caller: &Caller, query: &str, variables: Value) -> (String, Value) {
    let answer = ask(caller, query, variables).await;
    let whole: Value = answer.json();
    let error = whole["errors"][0].clone();
    let told = error["extensions"]["correlationId"].as_str();
    assert_eq!(told, Some(answer.header("x-correlation-id")), "{whole}");
    let code = error["extensions"]["code"].as_str().unwrap_or_default();
    (code.to_owned(), error)
}
