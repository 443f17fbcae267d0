//! What is sent, and what is refused before anything is.

use super::{MODEL, detail, page, run, stage, start, text};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::estimate::largest_input;
use krowoc_shared::execution::event::FinishReason;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::Role;
use krowoc_shared::execution::wire::{Cost, Estimate, ExecutionState};
use krowoc_shared::ids::DocId;
use krowoc_tests::ops::prompt;
use krowoc_tests::script::{answer, key};
use krowoc_tests::{Caller, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

/// Makes a prompt with settings; gives its id and the revision of its text.
async fn saved(person: &Caller, title: &str, body: &str, execution: Value) -> (DocId, u64) {
    let op = prompt(title, body);
    let wanted = json!({
        "id": op.doc_id, "kind": "prompt", "set": {"title": title, "execution": execution}, "body": body
    });
    let made: Value = person.post("/api/v1/library", wanted).await.ok().json();
    let rev = made["document"]["body"]["rev"].as_u64().unwrap();
    (op.doc_id, rev)
}

#[tokio::test]
async fn a_text_runs_and_its_record_says_what_became_of_it() {
    let stage = stage().await;
    stage.script.say(MODEL, answer("Hello.", 5, 7));
    let read = run(&stage.person, text("Say hello.")).await;
    assert_eq!(read.started[0].state, ExecutionState::Waiting);
    let (done, text) = read.only();
    assert_eq!(text, "Hello.");
    assert_eq!(done.state, ExecutionState::Completed);
    assert_eq!(done.finish_reason, Some(FinishReason::Stop));
    assert_eq!(done.cost, Cost::Exact(NanoUsd(5 * 10 + 7 * 100)));
    assert_eq!(done.price_revision.as_ref().unwrap().len(), 12);
    assert_eq!((done.key, done.title.as_str()), (Some(key()), "Say hello."));
    assert_eq!(done.attempts.len(), 1);
    assert_eq!(done.attempts[0].request_id.as_deref(), Some("req-1"));
    assert!(!done.correlation_id.is_empty());
    let whole = detail(&stage.person, done.id).await;
    assert_eq!(whole.view, done);
    assert_eq!(whole.output, "Hello.");
    assert_eq!(whole.messages[0].text, "Say hello.");
    assert_eq!(whole.raw_usage.unwrap()["completion_tokens"], 7);
    let call = &stage.script.calls()[0];
    assert_eq!(call.request.model, "a");
    assert!(call.streaming && call.timeout == Duration::from_secs(30));
}

#[tokio::test]
async fn a_prompt_runs_with_its_variables_its_settings_and_its_version() {
    let stage = stage().await;
    let settings = json!({
        "model": MODEL, "system": "Answer in {{language:English}}.", "timeout_ms": 60_000,
        "parameters": {"temperature": 0.5, "max_output_tokens": 50}
    });
    let (id, rev) = saved(&stage.person, "Greeting", "Greet {{name}}.", settings).await;
    stage.script.say(MODEL, answer("one", 1, 1));
    let request =
        json!({"prompt": id, "variables": {"name": "Ada"}, "parameters": {"temperature": 1.0}});
    let (done, _) = run(&stage.person, request).await.only();
    assert_eq!((done.prompt, done.version), (Some(id), Some(rev)));
    assert_eq!(done.title, "Greeting");
    let call = stage.script.calls().remove(0);
    let said: Vec<(Role, &str)> = call
        .request
        .messages
        .iter()
        .map(|it| (it.role, it.text.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Role::System, "Answer in English."),
            (Role::User, "Greet Ada.")
        ]
    );
    assert_eq!(call.timeout, Duration::from_secs(60));
    assert_eq!(call.request.parameters.temperature, Some(1.0));
    assert_eq!(call.request.parameters.max_output_tokens, Some(50));
    // The text changes; the version that was run is still to be had.
    let path = format!("/api/v1/library/{id}");
    let edit = json!({"body": {"base_rev": rev, "text": "Dear {{name}}!"}});
    stage.person.patch(&path, edit).await.ok();
    for (version, expected) in [(Some(rev), "Greet Bo."), (None, "Dear Bo!")] {
        stage.script.say(MODEL, answer("two", 1, 1));
        let request = json!({"prompt": id, "version": version, "variables": {"name": "Bo"}});
        run(&stage.person, request).await;
        assert_eq!(
            stage.script.calls().pop().unwrap().request.messages[1].text,
            expected
        );
    }
    // A text that no version has is a run of none; one that is as it was saved is one of it.
    for (draft, expected) in [("Dear {{name}}!", true), ("Dearest {{name}}!", false)] {
        stage.script.say(MODEL, answer("two", 1, 1));
        let request = json!({"prompt": id, "text": draft, "variables": {"name": "Bo"}});
        let (done, _) = run(&stage.person, request).await.only();
        assert_eq!((done.prompt, done.version.is_some()), (Some(id), expected));
    }
    let wrong = json!({"prompt": id, "version": rev + 77, "variables": {"name": "Bo"}});
    let answer = stage.person.post("/api/v1/executions", wrong).await;
    assert_eq!(answer.code(), ErrorCode::UnknownRevision);
    // A value is put in as it is: what looks like a variable in it is none.
    stage
        .script
        .say(MODEL, krowoc_tests::script::answer("three", 1, 1));
    run(
        &stage.person,
        json!({"prompt": id, "variables": {"name": "{{language}}"}}),
    )
    .await;
    assert_eq!(
        stage.script.calls().pop().unwrap().request.messages[1].text,
        "Dear {{language}}!"
    );
}

#[tokio::test]
async fn instructions_work_on_an_input() {
    let stage = stage().await;
    let settings = json!({"model": MODEL, "role": "system"});
    let (id, _) = saved(&stage.person, "Translate", "Translate to German.", settings).await;
    stage.script.say(MODEL, answer("Hallo", 1, 1));
    run(&stage.person, json!({"prompt": id, "input": "Hello"})).await;
    let call = stage.script.calls().remove(0);
    let said: Vec<(Role, &str)> = call
        .request
        .messages
        .iter()
        .map(|it| (it.role, it.text.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Role::System, "Translate to German."),
            (Role::User, "Hello")
        ]
    );
    let missing = stage
        .person
        .post("/api/v1/executions", json!({"prompt": id}))
        .await
        .problem();
    assert_eq!(missing.field.as_deref(), Some("/input"));
}

#[tokio::test]
async fn what_cannot_run_is_refused_with_its_reason_and_leaves_nothing() {
    let stage = stage().await;
    let settings = json!({"model": MODEL, "allow": [MODEL, "openai/b"]});
    let (id, _) = saved(&stage.person, "t", "{{a}} {{b:2}}", settings).await;
    let (other, _) = saved(
        &stage.app.sign_up("b@example.org").await,
        "t",
        "x",
        Value::Null,
    )
    .await;
    let unknown = DocId::mint(1, [9; 10]);
    let refused = [
        (
            json!({"prompt": id, "models": ["openai/c"], "variables": {"a": "1"}}),
            ErrorCode::ModelNotAllowed,
            "/models/0",
        ),
        (
            json!({"prompt": id}),
            ErrorCode::InvalidVariables,
            "/variables/a",
        ),
        (json!({"prompt": unknown}), ErrorCode::NotFound, ""),
        (
            json!({"prompt": other, "models": [MODEL]}),
            ErrorCode::NotFound,
            "",
        ),
        (
            json!({"text": "{{a", "models": [MODEL]}),
            ErrorCode::InvalidTemplate,
            "/text",
        ),
        (
            json!({"text": " ", "models": [MODEL]}),
            ErrorCode::InvalidField,
            "/text",
        ),
        (json!({"text": "x"}), ErrorCode::InvalidField, "/models"),
        (
            json!({"text": "x", "models": [MODEL, MODEL, MODEL, MODEL, MODEL]}),
            ErrorCode::InvalidField,
            "/models",
        ),
        (
            json!({"text": "x", "models": ["openai/unknown"]}),
            ErrorCode::UnknownModel,
            "/models",
        ),
        (
            json!({"text": "x", "models": ["cerebras/a"]}),
            ErrorCode::NoProviderKey,
            "/models",
        ),
        (
            json!({"text": "x", "models": [MODEL], "parameters": {"temperature": 9}}),
            ErrorCode::InvalidField,
            "/parameters/temperature",
        ),
        (
            json!({"text": "x", "models": [MODEL], "input": "y"}),
            ErrorCode::InvalidField,
            "/input",
        ),
        (
            json!({"text": "x", "models": [MODEL], "role": "tool"}),
            ErrorCode::InvalidField,
            "/role",
        ),
        (
            json!({"text": "x", "models": [MODEL, "openai/unpriced"]}),
            ErrorCode::Unpriced,
            "/models",
        ),
    ];
    for (request, code, field) in refused {
        let problem = stage
            .person
            .post("/api/v1/executions", request.clone())
            .await
            .problem();
        assert_eq!(problem.code, code, "{request}");
        assert_eq!(problem.field.unwrap_or_default(), field, "{request}");
    }
    let reason = stage
        .person
        .post(
            "/api/v1/executions",
            json!({"prompt": id, "models": ["openai/c"], "variables": {"a": "1"}}),
        )
        .await
        .problem();
    assert!(reason.detail.unwrap().contains("openai/b"));
    assert!(page(&stage.person, "").await.executions.is_empty());
    assert!(stage.script.calls().is_empty());
    let budget: Value = stage.person.get("/api/v1/budget").await.ok().json();
    assert_eq!(budget["reserved"], 0);
}

#[tokio::test]
async fn models_run_side_by_side() {
    let stage = stage().await;
    let models = ["openai/a", "openai/b", "mistral/c", "groq/d"];
    for (number, model) in models.iter().enumerate() {
        stage
            .script
            .say(model, answer(&format!("{model} says"), 1, number as u64));
    }
    let read = run(&stage.person, json!({"text": "x", "models": models})).await;
    let started: Vec<String> = read.started.iter().map(|it| it.model.to_string()).collect();
    assert_eq!(started, models);
    assert_eq!(read.done.len(), 4);
    for done in &read.done {
        assert_eq!(read.text[&done.id], format!("{} says", done.model));
        assert_eq!(done.group, read.started[0].group);
    }
    let listed = page(&stage.person, &format!("group={}", read.started[0].group)).await;
    let order: Vec<String> = listed
        .executions
        .iter()
        .map(|it| it.model.to_string())
        .collect();
    assert_eq!(order, models);
}

#[tokio::test]
async fn an_estimate_says_what_a_run_would_take_and_sends_nothing() {
    let stage = stage().await;
    let request = json!({"text": "one two three", "models": [MODEL, "openai/unpriced"], "parameters": {"max_output_tokens": 20}});
    let estimates: Vec<Estimate> = stage
        .person
        .post("/api/v1/executions/estimate", request)
        .await
        .ok()
        .json();
    assert_eq!(estimates[0].output_tokens, 20);
    let input = estimates[0].input_tokens;
    assert!((3..20).contains(&input), "{input}");
    let nano = |input: u64| i64::try_from(input * 10).unwrap();
    assert_eq!(estimates[0].least, Some(NanoUsd(nano(input))));
    let most = NanoUsd(nano(largest_input(input)) + 2_000);
    assert_eq!(estimates[0].most, Some(most));
    assert_eq!((estimates[1].least, estimates[1].most), (None, None));
    assert!(stage.script.calls().is_empty());
}

#[tokio::test]
async fn a_repeated_request_with_a_key_answers_the_same_run() {
    let stage = stage().await;
    let send = |body: Value, key: &'static str| {
        let request = stage
            .person
            .request(reqwest::Method::POST, "/api/v1/executions");
        stage
            .person
            .send(request.header("idempotency-key", key).json(&body))
    };
    let hold = stage.script.live(MODEL);
    let first: Value = send(text("x"), "k-1").await.ok().json();
    let again: Value = send(text("x"), "k-1").await.ok().json();
    assert_eq!(first["group"], again["group"]);
    assert_eq!(
        send(text("y"), "k-1").await.code(),
        ErrorCode::AlreadyExists
    );
    assert_eq!(send(text("y"), "").await.code(), ErrorCode::InvalidRequest);
    // Somebody else's keys are their own.
    let other = stage.app.sign_up("b@example.org").await;
    stage.script.say(MODEL, answer("z", 1, 1));
    let request = other.request(reqwest::Method::POST, "/api/v1/executions");
    let theirs: Value = other
        .send(request.header("idempotency-key", "k-1").json(&text("x")))
        .await
        .ok()
        .json();
    assert_ne!(theirs["group"], first["group"]);
    drop(hold);
    stage.script.called(2).await;
    assert_eq!(page(&stage.person, "").await.executions.len(), 1);
}

#[tokio::test]
async fn requests_with_one_key_at_once_make_one_run() {
    let stage = stage().await;
    stage.script.say(MODEL, answer("once", 1, 1));
    let requests = (0..8).map(|_| {
        let request = stage
            .person
            .request(reqwest::Method::POST, "/api/v1/executions");
        stage
            .person
            .send(request.header("idempotency-key", "same").json(&text("x")))
    });
    let answers = futures_util::future::join_all(requests).await;
    let groups: std::collections::BTreeSet<String> = answers
        .into_iter()
        .map(|answer| {
            answer.ok().json::<Value>()["group"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(groups.len(), 1);
    stage.script.called(1).await;
}

#[tokio::test]
async fn prompts_answers_and_keys_are_in_no_log_line() {
    let stage = stage().await;
    stage.script.say(MODEL, answer("planted-answer-8812", 1, 1));
    let failure = krowoc_shared::execution::failure::Failure::new(
        krowoc_shared::execution::failure::FailureClass::Blocked,
        "refused",
    );
    stage.script.refuse("openai/b", failure);
    let request = json!({"text": "planted-prompt-8812 {{v}}", "variables": {"v": "planted-value-8812"}, "models": [MODEL, "openai/b"]});
    let read = run(&stage.person, request).await;
    assert_eq!(read.done.len(), 2);
    let logs = krowoc_tests::logs::text();
    for planted in ["planted-prompt", "planted-answer", "planted-value"] {
        assert!(
            !logs.contains(planted),
            "a text of a person was logged: {planted}"
        );
    }
    assert!(logs.contains(&read.done[0].correlation_id));
}

#[tokio::test]
async fn a_server_that_stops_lets_a_run_finish_and_takes_no_other() {
    let stage = stage().await;
    let hold = stage.script.live(MODEL);
    let started = start(&stage.person, text("x")).await;
    stage.script.called(1).await;
    let app: &TestApp = &stage.app;
    let (late, ()) = futures_util::future::join(
        async {
            while !app.state.is_stopping() {
                tokio::task::yield_now().await;
            }
            let late = stage.person.post("/api/v1/executions", text("y")).await;
            for event in answer("to the end", 1, 1) {
                hold.send(event).unwrap();
            }
            late
        },
        app.stop(),
    )
    .await;
    assert_eq!(late.code(), ErrorCode::Unavailable);
    let id = started.executions[0].id;
    let (_again, person) = super::second(&stage).await;
    let whole = detail(&person, id).await;
    assert_eq!(
        (whole.view.state, whole.output.as_str()),
        (ExecutionState::Completed, "to the end")
    );
}
