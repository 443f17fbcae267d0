//! How often the door asks who it is, and when. That what is proven holds for all fields is `door`'s.

use super::{PATH, ask};
use futures_util::stream;
use krowoc_server::store::{Conn, StoreError};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::queries::Queries;
use krowoc_tests::{Caller, Options, TestApp};
use reqwest::{Body, Method};
use serde_json::json;
use tokio::sync::oneshot;

/// What only the query has that finds a session or a device by its access token.
const PROOF: &str = "access_hash";

/// A server that reads with one connection, a person, and what that connection is asked.
async fn stage() -> (TestApp, Caller, Queries) {
    let app = TestApp::start_with(Options {
        settings: vec![("database_connections", "1".to_owned())],
        seed: None,
    })
    .await;
    let person = app.sign_up("a@example.org").await;
    let listen = app
        .state
        .store
        .read(|conn: &mut Conn| -> Result<_, StoreError> { Ok(Queries::of(conn)) });
    let queries = listen.await.unwrap();
    (app, person, queries)
}

#[tokio::test]
async fn fields_of_a_query_ask_nothing_about_who_asks_and_those_of_a_mutation_do() {
    let (_app, person, queries) = stage().await;
    let proofs = async |query: &str| {
        queries.forget();
        ask(&person, query, json!({})).await.ok();
        queries.with(PROOF)
    };
    // Before the body, and after it.
    assert_eq!(proofs("{ teams { id } }").await, 2);
    let many = "{ teams { id } account { email } budget { level } tokens { id } documents { total } executions { next } }";
    assert_eq!(proofs(many).await, 2);
    let two = "mutation { createTeam(input: {name: \"Ours\"}) { id } endSessions(others: true) }";
    assert_eq!(proofs(two).await, 3);
}

#[tokio::test]
async fn a_query_that_comes_after_the_access_has_ended_is_refused_though_it_began_before() {
    let (_app, person, queries) = stage().await;
    let (device, tokens) = person.connect_device("Laptop").await;
    let (body, comes) = oneshot::channel::<String>();
    let request = device
        .request(Method::POST, PATH)
        .header("content-type", "application/json")
        .body(Body::wrap_stream(stream::once(comes)));
    queries.forget();
    let meanwhile = async {
        queries.until(PROOF).await;
        let path = format!("/api/v1/devices/{}", tokens.device);
        person.delete(&path).await.ok();
        let query = json!({"query": "{ spaces { space } }"});
        body.send(query.to_string()).unwrap();
    };
    let (answer, ()) = tokio::join!(device.send(request), meanwhile);
    assert_eq!(answer.code(), ErrorCode::DeviceRevoked);
}
