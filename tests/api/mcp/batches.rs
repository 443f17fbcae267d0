//! Several messages in one request: the version that has them, and those that have not.

use super::Agent;
use krowoc_tests::Answer;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn send(agent: &Agent, version: Option<&str>, body: &Value) -> Answer {
    let mut request = agent.program.request(Method::POST, "/mcp").json(body);
    if let Some(version) = version {
        request = request.header("mcp-protocol-version", version);
    }
    agent.program.send(request).await
}

fn call(id: u64, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

#[tokio::test]
async fn a_batch_of_the_version_that_has_them_is_answered_message_by_message() {
    let agent = Agent::connect().await;
    agent.prompt("Release notes", "Write them").await;
    let find = json!({"name": "search_prompts", "arguments": {"query": "release"}});
    let batch = json!([
        call(1, "ping", json!({})),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        call(2, "tools/call", find),
        call(3, "none", json!({})),
        {"jsonrpc": "2.0", "id": 4},
        call(5, "initialize", json!({"protocolVersion": "2025-03-26"})),
        7,
    ]);
    for version in [None, Some("2025-03-26")] {
        let answers: Vec<Value> = send(&agent, version, &batch).await.ok().json();
        let ids: Vec<&Value> = answers.iter().map(|it| &it["id"]).collect();
        assert_eq!(
            ids,
            [
                &json!(1),
                &json!(2),
                &json!(3),
                &json!(4),
                &json!(5),
                &json!(null)
            ]
        );
        assert_eq!(answers[0]["result"], json!({}));
        assert!(answers[1].to_string().contains("release-notes"));
        let codes: Vec<&Value> = answers[2..].iter().map(|it| &it["error"]["code"]).collect();
        let (no_method, invalid) = (json!(-32601), json!(-32600));
        assert_eq!(codes, [&no_method, &invalid, &invalid, &invalid]);
    }
}

#[tokio::test]
async fn a_batch_that_wants_no_answer_is_accepted() {
    let agent = Agent::connect().await;
    let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let answer = send(&agent, None, &json!([note, note])).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn a_batch_of_a_later_version_and_one_of_nothing_or_too_much_is_refused() {
    let agent = Agent::connect().await;
    let ping = call(1, "ping", json!({}));
    let long = json!(vec![&ping; 51]);
    let refused = [
        (Some("2025-06-18"), json!([ping])),
        (Some("2025-11-25"), json!([ping])),
        (Some(super::MODERN), json!([ping])),
        (None, json!([])),
        (None, long),
    ];
    for (version, batch) in refused {
        let answer = send(&agent, version, &batch).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{version:?}");
        assert_eq!(answer.json::<Value>()["error"]["code"], -32600);
    }
    let fifty = json!(vec![&ping; 50]);
    let answers: Vec<Value> = send(&agent, None, &fifty).await.ok().json();
    assert_eq!(answers.len(), 50);
}
