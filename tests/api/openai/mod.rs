//! The OpenAI-compatible door, byte by byte where clients depend on it. That the official clients take it is the suite `sdk`.

mod published;
mod revoked;
mod teams;

use krowoc_shared::execution::wire::{ExecutionPage, ExecutionState};
use krowoc_tests::http::{HttpServer, Request, Response};
use krowoc_tests::{Answer, Caller, Options, TestApp, logs};
use reqwest::StatusCode;
use serde_json::{Value, json};

const PATH: &str = "/v1/chat/completions";
const KEY: &str = "sk-planted-door-0123456789";

/// A provider whose models do what their names say.
fn provider(request: &Request) -> Response {
    let body = request.json();
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        format!("data: {}\n\n", json!({"id": "x", "choices": [choice]}))
    };
    let usage = json!({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5});
    match body["model"].as_str().unwrap_or_default() {
        "refuses" => (
            401,
            json!({"error": {"message": format!("Incorrect API key provided: {KEY}"), "type": "invalid_request_error", "param": null, "code": "invalid_api_key"}}),
        ),
        "breaks" => (200, json!(chunk(json!({"content": "half"}), Value::Null))),
        _ if body["stream"] == true => {
            let last = json!({"id": "x", "choices": [], "usage": usage});
            let text = [
                chunk(json!({"role": "assistant", "content": ""}), Value::Null),
                chunk(json!({"content": "zażółć"}), Value::Null),
                chunk(json!({}), json!("stop")),
                format!("data: {last}\n\ndata: [DONE]\n\n"),
            ];
            (200, json!(text.concat()))
        }
        _ => {
            let message = json!({"role": "assistant", "content": "zażółć"});
            let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
            (
                200,
                json!({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}),
            )
        }
    }
}

struct Door {
    app: TestApp,
    provider: HttpServer,
    alice: Caller,
    program: Caller,
}

impl Door {
    async fn open() -> Self {
        let provider = HttpServer::start(provider).await;
        let settings = vec![("allowed_provider_hosts", provider.address.to_string())];
        let app = TestApp::start_with(Options {
            settings,
            seed: None,
        })
        .await;
        let alice = app.sign_up("alice@example.org").await;
        for name in ["compatible", "openai"] {
            let key =
                json!({"provider": name, "key": KEY, "base_url": format!("{}/v1", provider.url())});
            alice.post("/api/v1/provider-keys", key).await.ok();
        }
        alice
            .put("/api/v1/budget", json!({"unpriced": "allow"}))
            .await
            .ok();
        let (program, _) = alice.program(&["executions"]).await;
        Self {
            app,
            provider,
            alice,
            program,
        }
    }

    async fn chat(&self, body: Value) -> Answer {
        self.program.post(PATH, body).await
    }

    async fn prompt(&self, title: &str, text: &str, execution: Value) -> String {
        let id = krowoc_tests::ops::doc_id();
        let set = json!({"title": title, "execution": execution});
        let body = json!({"id": id, "kind": "prompt", "set": set, "body": text});
        self.alice.post("/api/v1/library", body).await.ok();
        id.to_string()
    }

    fn sent(&self) -> Value {
        self.provider.asked().last().unwrap().json()["messages"].clone()
    }

    async fn history(&self) -> ExecutionPage {
        self.alice.get("/api/v1/executions").await.ok().json()
    }
}

fn hello(model: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "Hello"}]})
}

/// The error of an answer, after checking that it is a complete one.
fn error(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(
        answer.header("x-request-id"),
        answer.header("x-correlation-id")
    );
    assert!(!answer.header("x-should-retry").is_empty());
    let error = answer.json::<Value>()["error"].clone();
    for part in ["message", "type", "param", "code"] {
        assert!(error.get(part).is_some(), "{part} in {error}");
    }
    error
}

#[tokio::test]
async fn an_answer_has_every_part_that_clients_read_and_a_record() {
    let door = Door::open().await;
    let answer = door.chat(hello("compatible/any")).await.ok();
    let whole: Value = answer.json();
    let choice = &whole["choices"][0];
    assert_eq!(whole["object"], "chat.completion");
    assert_eq!(choice["message"]["content"], "zażółć");
    assert_eq!(choice["message"]["refusal"], Value::Null);
    assert_eq!(choice["finish_reason"], "stop");
    assert_eq!(whole["usage"]["total_tokens"], 5);
    assert_eq!(whole["model"], "compatible/any");
    let page = door.history().await;
    let view = &page.executions[0];
    assert_eq!(whole["id"], format!("chatcmpl-{}", view.id));
    assert_eq!(answer.header("x-krowoc-execution"), view.id.to_string());
    assert_eq!(
        (view.state, view.title.as_str()),
        (ExecutionState::Completed, "Hello")
    );
    assert_eq!(view.correlation_id, answer.header("x-request-id"));
}

#[tokio::test]
async fn a_stream_is_chunks_then_usage_then_done() {
    let door = Door::open().await;
    let mut body = hello("compatible/any");
    body["stream"] = json!(true);
    body["stream_options"] = json!({"include_usage": true});
    let answer = door.chat(body).await.ok();
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let text = answer.text();
    let frames: Vec<&str> = text.split("\n\n").filter(|it| !it.is_empty()).collect();
    assert_eq!(*frames.last().unwrap(), "data: [DONE]");
    let chunks: Vec<Value> = frames[..frames.len() - 1]
        .iter()
        .map(|frame| serde_json::from_str(frame.strip_prefix("data: ").unwrap()).unwrap())
        .collect();
    assert!(
        chunks
            .iter()
            .all(|it| it["object"] == "chat.completion.chunk" && it["id"] == chunks[0]["id"])
    );
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let words: String = chunks
        .iter()
        .filter_map(|it| it["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(words, "zażółć");
    let last = chunks.last().unwrap();
    assert_eq!(
        (&last["choices"], &last["usage"]["total_tokens"]),
        (&json!([]), &json!(5))
    );
    assert_eq!(
        chunks[chunks.len() - 2]["choices"][0]["finish_reason"],
        "stop"
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_never_a_good_end() {
    let door = Door::open().await;
    let mut body = hello("compatible/breaks");
    body["stream"] = json!(true);
    let text = door.chat(body).await.ok().text();
    assert!(text.contains("half") && !text.contains("[DONE]"), "{text}");
    let last = text.trim_end().rsplit("\n\n").next().unwrap();
    let event: Value = serde_json::from_str(last.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(event["error"]["code"], "truncated");
}

#[tokio::test]
async fn refusals_have_the_form_and_the_status_that_clients_know() {
    let door = Door::open().await;
    let (reader, _) = door.alice.program(&["library:read"]).await;
    let none = door.app.anonymous();
    assert_eq!(
        error(&none.post(PATH, hello("gpt-4o")).await, 401)["code"],
        "invalid_api_key"
    );
    // A person's own session is another door.
    assert_eq!(
        error(&door.alice.post(PATH, hello("gpt-4o")).await, 401)["code"],
        "invalid_api_key"
    );
    assert_eq!(
        error(&reader.post(PATH, hello("gpt-4o")).await, 403)["code"],
        "missing_scope"
    );
    for (body, status, code, param) in [
        (hello("openai/none"), 404, "model_not_found", json!("model")),
        (hello("none"), 404, "model_not_found", json!("model")),
        (hello("prompt:none"), 404, "model_not_found", json!("model")),
        (
            hello("groq/llama-3.1-8b-instant"),
            400,
            "no_provider_key",
            json!("model"),
        ),
        (hello("prompt:none@x"), 400, "invalid_value", json!("model")),
        (
            json!({"model": "gpt-4o", "messages": []}),
            400,
            "invalid_value",
            json!("messages"),
        ),
        (
            json!({"model": "gpt-4o", "messages": 3}),
            400,
            "invalid_value",
            Value::Null,
        ),
    ] {
        let error = error(&door.chat(body.clone()).await, status);
        assert_eq!(
            (&error["code"], &error["param"]),
            (&json!(code), &param),
            "{body}"
        );
    }
    let broken = door.program.post_bytes(PATH, "{\"model\": ").await;
    assert_eq!(error(&broken, 400)["code"], "invalid_json");
    let unknown = door.program.post("/v1/embeddings", json!({})).await;
    assert_eq!(error(&unknown, 404)["code"], "unknown_url");
    assert!(door.history().await.executions.is_empty());
}

#[tokio::test]
async fn a_provider_that_refuses_the_key_is_told_without_it() {
    let door = Door::open().await;
    for stream in [false, true] {
        let mut body = hello("compatible/refuses");
        body["stream"] = json!(stream);
        let answer = door.chat(body).await;
        let error = error(&answer, 403);
        assert_eq!(error["type"], "permission_error");
        assert_eq!(error["code"], "provider_key_refused");
        assert_eq!(answer.header("x-should-retry"), "false");
        assert!(!answer.text().contains("planted"), "{}", answer.text());
    }
    let history = door.alice.get("/api/v1/executions").await.text();
    assert!(!history.contains(KEY) && !logs::text().contains(KEY));
}

#[tokio::test]
async fn a_prompt_is_run_by_slug_by_id_and_in_a_version() {
    let door = Door::open().await;
    let settings = json!({"model": "compatible/any", "parameters": {"temperature": 0.5}});
    let id = door
        .prompt("Zażółć (v2)", "Say {{word}}.", settings.clone())
        .await;
    let run = async |model: &str| {
        let body = json!({"model": model, "messages": [], "variables": {"word": "yes"}});
        door.chat(body).await
    };
    run("prompt:zazolc-v2").await.ok();
    assert_eq!(
        door.sent(),
        json!([{"role": "user", "content": "Say yes."}])
    );
    let view = door.history().await.executions.remove(0);
    assert_eq!(view.prompt.unwrap().to_string(), id);
    assert_eq!(view.title, "Zażółć (v2)");
    let edit = json!({"body": {"text": "Shout {{word}}.", "base_rev": view.version}});
    let answer = door
        .alice
        .patch(&format!("/api/v1/library/{id}"), edit)
        .await;
    assert!(answer.status.is_success(), "{}", answer.text());
    run(&format!("prompt:{id}")).await.ok();
    assert_eq!(
        door.sent(),
        json!([{"role": "user", "content": "Shout yes."}])
    );
    run("prompt:zazolc-v2@1").await.ok();
    assert_eq!(
        door.sent(),
        json!([{"role": "user", "content": "Say yes."}])
    );
    assert_eq!(
        error(&run("prompt:zazolc-v2@7").await, 404)["code"],
        "model_not_found"
    );
    // A second one of the name.
    door.app.advance(1);
    door.prompt("Zażółć, v2", "Whisper {{word}}.", settings)
        .await;
    run("prompt:zazolc-v2-2").await.ok();
    assert_eq!(
        door.sent(),
        json!([{"role": "user", "content": "Whisper yes."}])
    );
    let bob = door.app.sign_up("bob@example.org").await;
    let (other, _) = bob.program(&["executions"]).await;
    for name in [format!("prompt:{id}"), "prompt:zazolc-v2".to_owned()] {
        let answer = other.post(PATH, hello(&name)).await;
        assert_eq!(error(&answer, 404)["code"], "model_not_found");
    }
}

#[tokio::test]
async fn the_conversation_follows_what_the_prompt_says() {
    let door = Door::open().await;
    let settings = json!({"model": "compatible/any", "role": "system"});
    door.prompt("Critic", "Be {{tone:kind}}.", settings).await;
    let turns = json!([
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": "Two"},
        {"role": "user", "content": "Three"},
    ]);
    let body = json!({"model": "prompt:critic", "messages": turns, "metadata": {"tone": "stern"}});
    door.chat(body).await.ok();
    let mut expected = vec![json!({"role": "system", "content": "Be stern."})];
    expected.extend(turns.as_array().unwrap().clone());
    assert_eq!(door.sent(), json!(expected));
    let body = json!({"model": "prompt:critic", "messages": []});
    assert_eq!(error(&door.chat(body).await, 400)["param"], "messages");
}

#[tokio::test]
async fn a_model_that_the_prompt_does_not_allow_is_refused_with_those_that_it_does() {
    let door = Door::open().await;
    let settings =
        json!({"model": "compatible/any", "allow": ["compatible/any", "compatible/second"]});
    door.prompt("Greeting", "Say hello.", settings).await;
    let run = async |model: &str| {
        let body = json!({"model": "prompt:greeting", "messages": [], "run_model": model});
        door.chat(body).await
    };
    let whole: Value = run("compatible/second").await.ok().json();
    assert_eq!(whole["model"], "compatible/second");
    let error = error(&run("compatible/third").await, 403);
    assert_eq!(
        (&error["code"], &error["param"]),
        (&json!("model_not_allowed"), &json!("model"))
    );
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("compatible/second"), "{message}");
    let mut body = hello("compatible/any");
    body["run_model"] = json!("compatible/second");
    assert_eq!(
        self::error(&door.chat(body).await, 400)["param"],
        "run_model"
    );
}

#[tokio::test]
async fn tools_and_the_form_of_the_answer_are_passed_on() {
    let door = Door::open().await;
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": false});
    let tool = json!({"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}});
    let mut body = hello("compatible/any");
    body["tools"] = json!([tool]);
    body["tool_choice"] = json!("required");
    body["response_format"] = json!({"type": "json_schema", "json_schema": {"name": "place", "strict": true, "schema": schema}});
    body["temperature"] = json!(0.25);
    body["max_completion_tokens"] = json!(77);
    door.chat(body).await.ok();
    let sent = door.provider.asked().last().unwrap().json();
    assert_eq!(sent["tools"], json!([tool]));
    assert_eq!(sent["tool_choice"], "required");
    let format = &sent["response_format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(
        (
            &format["json_schema"]["schema"],
            &format["json_schema"]["strict"]
        ),
        (&schema, &json!(true))
    );
    assert_eq!(
        (&sent["temperature"], &sent["max_tokens"]),
        (&json!(0.25), &json!(77))
    );
}

#[tokio::test]
async fn a_repeated_request_answers_the_same_run() {
    let door = Door::open().await;
    let send = async |body: Value| {
        let request = door.program.request(reqwest::Method::POST, PATH);
        let request = request.header("idempotency-key", "one-and-the-same");
        door.program.send(request.json(&body)).await
    };
    let first = send(hello("compatible/any")).await.ok();
    let again = send(hello("compatible/any")).await.ok();
    assert_eq!(first.json::<Value>(), again.json::<Value>());
    assert_eq!(door.provider.asked().len(), 1);
    let other = send(hello("compatible/other")).await;
    assert_eq!(error(&other, 409)["code"], "idempotency_error");
}

#[tokio::test]
async fn models_are_listed_when_there_is_a_key_for_them() {
    let door = Door::open().await;
    let list: Value = door.program.get("/v1/models").await.ok().json();
    let ids: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["id"].as_str())
        .collect();
    assert!(ids.contains(&"openai/gpt-4o-mini"));
    assert!(ids.iter().all(|id| id.starts_with("openai/")), "{ids:?}");
    for path in [
        "/v1/models/openai/gpt-4o-mini",
        "/v1/models/openai%2Fgpt-4o-mini",
    ] {
        let one: Value = door.program.get(path).await.ok().json();
        assert_eq!(
            (&one["object"], &one["owned_by"]),
            (&json!("model"), &json!("openai"))
        );
    }
    let none = door
        .program
        .get("/v1/models/groq/llama-3.1-8b-instant")
        .await;
    assert_eq!(error(&none, 404)["code"], "model_not_found");
    let anonymous = door.app.anonymous().get("/v1/models").await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
}
