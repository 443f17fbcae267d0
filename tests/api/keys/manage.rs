//! Keys over HTTP.

use super::put;
use krowoc_server::store::{Tx, usage};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::Provider;
use krowoc_shared::execution::wire::{KeyTest, ProviderKeyView, UsageReport, UsageSum};
use krowoc_shared::ids::{KeyId, UserId};
use krowoc_tests::http::{HttpServer, Request, Response};
use krowoc_tests::{Caller, Options, TestApp, logs};
use reqwest::StatusCode;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/provider-keys";

async fn add(caller: &Caller, body: Value) -> ProviderKeyView {
    let answer = caller.post(PATH, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}

async fn list(caller: &Caller) -> Vec<ProviderKeyView> {
    caller.get(PATH).await.ok().json()
}

fn of(id: KeyId) -> String {
    format!("{PATH}/{id}")
}

#[tokio::test]
async fn a_key_is_shown_by_its_end_alone_and_is_nowhere_in_clear() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let planted = "sk-planted-key-0123456789-a1b2";
    let made = add(
        &alice,
        json!({"provider": "openai", "key": format!(" {planted}\n")}),
    )
    .await;
    assert_eq!(
        (made.hint.as_str(), made.name.as_str()),
        ("…a1b2", "OpenAI")
    );
    assert_eq!(made.base_url, "https://api.openai.com/v1");
    assert!(made.preferred && !made.server_held);
    assert_eq!((made.executions, made.cost), (0, NanoUsd::ZERO));
    let second = "sk-planted-second-9876543210-c3d4";
    let changed = alice.patch(&of(made.id), json!({"key": second})).await.ok();
    let view: ProviderKeyView = changed.json();
    assert_eq!(
        (view.hint.as_str(), view.rotated_at),
        ("…c3d4", Some(app.state.now()))
    );
    let bad = format!("{{\"provider\": \"openai\", \"key\": \"{planted}\", }}");
    let broken = alice.post_bytes(PATH, bad).await;
    assert_eq!(broken.code(), ErrorCode::InvalidJson);
    let misplaced = alice
        .post(PATH, json!({"provider": planted, "key": "x"}))
        .await;
    assert_eq!(misplaced.code(), ErrorCode::InvalidRequest);
    let texts = [
        alice.get(PATH).await.text(),
        changed.text(),
        broken.text(),
        misplaced.text(),
        logs::text(),
    ];
    for text in texts {
        assert!(!text.contains("sk-planted"), "{text}");
    }
}

#[tokio::test]
async fn what_is_no_key_no_name_and_no_address_is_refused_with_the_field() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let long = "k".repeat(4_097);
    for (body, at) in [
        (json!({"provider": "openai"}), "/key"),
        (json!({"provider": "openai", "key": "two words"}), "/key"),
        (json!({"provider": "openai", "key": "kłucz"}), "/key"),
        (json!({"provider": "openai", "key": long}), "/key"),
        (
            json!({"provider": "openai", "key": "k", "name": "x".repeat(101)}),
            "/name",
        ),
        (
            json!({"provider": "openai", "key": "k", "name": "a\nb"}),
            "/name",
        ),
        (json!({"provider": "ollama"}), "/base_url"),
        (
            json!({"provider": "compatible", "base_url": "models.example.org"}),
            "/base_url",
        ),
        (
            json!({"provider": "compatible", "base_url": "https://1.1.1.1/v1?key=x"}),
            "/base_url",
        ),
    ] {
        let problem = alice.post(PATH, &body).await.problem();
        assert_eq!(problem.code, ErrorCode::InvalidField, "{body}");
        assert_eq!(problem.field.as_deref(), Some(at), "{body}");
    }
    for address in [
        "http://127.0.0.1:11434",
        "http://[::ffff:10.0.0.1]/v1",
        "http://2130706433/",
        "http://169.254.169.254/latest",
        "ftp://models.example.org/v1",
        "https://name:hunter2@1.1.1.1/v1",
    ] {
        let body = json!({"provider": "compatible", "base_url": address});
        let problem = alice.post(PATH, &body).await.problem();
        assert_eq!(problem.code, ErrorCode::AddressRefused, "{address}");
        assert_eq!(problem.field.as_deref(), Some("/base_url"));
        assert!(!problem.detail.unwrap().contains("hunter2"));
    }
    let unknown = json!({"provider": "nobody", "key": "k"});
    assert_eq!(
        alice.post(PATH, unknown).await.code(),
        ErrorCode::InvalidRequest
    );
    assert!(list(&alice).await.is_empty());
}

#[tokio::test]
async fn names_are_the_persons_own_and_one_key_of_a_provider_is_preferred() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let first = add(&alice, json!({"provider": "groq", "key": "gsk-1"})).await;
    app.advance(1);
    let second = add(&alice, json!({"provider": "groq", "key": "gsk-2"})).await;
    app.advance(1);
    let other = add(
        &alice,
        json!({"provider": "openai", "key": "sk-1", "name": "Groq"}),
    )
    .await;
    assert_eq!((second.name.as_str(), second.preferred), ("Groq 2", false));
    assert!(first.preferred && other.preferred);
    let taken = json!({"provider": "groq", "key": "gsk-3", "name": "Groq"});
    let problem = alice.post(PATH, taken).await.problem();
    assert_eq!(
        (problem.code, problem.field.as_deref()),
        (ErrorCode::AlreadyExists, Some("/name"))
    );
    let problem = alice
        .patch(&of(second.id), json!({"name": "Groq"}))
        .await
        .problem();
    assert_eq!(problem.code, ErrorCode::AlreadyExists);
    let problem = alice
        .patch(&of(second.id), json!({"name": " "}))
        .await
        .problem();
    assert_eq!(problem.code, ErrorCode::InvalidField);
    let wanted = json!({"name": " Work ", "preferred": true});
    let view: ProviderKeyView = alice.patch(&of(second.id), wanted).await.ok().json();
    assert_eq!((view.name.as_str(), view.preferred), ("Work", true));
    let preferred: Vec<bool> = list(&alice).await.iter().map(|key| key.preferred).collect();
    assert_eq!(preferred, [false, true, true]);
    let view: ProviderKeyView = alice
        .patch(&of(second.id), json!({"preferred": false}))
        .await
        .ok()
        .json();
    assert!(!view.preferred);
}

#[tokio::test]
async fn a_key_of_somebody_else_is_none() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    let own = add(&alice, json!({"provider": "openai", "key": "sk-1"})).await;
    let operators = put(
        &app,
        None,
        Provider::Openai,
        "Server",
        "sk-operators-planted",
    )
    .await;
    for id in [own.id, operators] {
        let change = json!({"name": "Mine", "key": "sk-x"});
        assert_eq!(bob.patch(&of(id), change).await.code(), ErrorCode::NotFound);
        assert_eq!(bob.delete(&of(id)).await.code(), ErrorCode::NotFound);
    }
    let test = format!("/api/v1/providers/{}/test", own.id);
    assert_eq!(bob.post(&test, json!({})).await.code(), ErrorCode::NotFound);
    assert_eq!(bob.delete(&of(own.id)).await.code(), ErrorCode::NotFound);
    assert_eq!(
        bob.patch(&format!("{PATH}/nonsense"), json!({}))
            .await
            .code(),
        ErrorCode::NotFound
    );
    // The operator's is seen by everybody, without its end.
    let seen = list(&bob).await;
    assert_eq!(seen.len(), 1);
    assert!(seen[0].server_held && seen[0].hint.is_empty());
    assert_eq!(list(&alice).await.len(), 2);
    let anonymous = app.anonymous();
    assert_eq!(anonymous.get(PATH).await.code(), ErrorCode::Unauthenticated);
    let (device, _) = alice.connect_device("Laptop").await;
    device.get(PATH).await.ok();
    assert_eq!(
        device.delete(&of(own.id)).await.code(),
        ErrorCode::Forbidden
    );
}

async fn use_key(app: &TestApp, user: UserId, key: KeyId, at: i64, cost: i64) {
    app.state
        .store
        .write(move |tx: &mut Tx<'_>| {
            let used = usage::Used {
                user,
                at,
                model: "openai/gpt-4o",
                prompt: None,
                key: Some(key),
                sum: UsageSum {
                    executions: 1,
                    cost: NanoUsd(cost),
                    ..UsageSum::default()
                },
            };
            usage::add(tx, &used)
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_key_shows_what_was_used_of_it_this_month_and_its_name_outlives_it() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let user = alice.session().await.user;
    let key = add(
        &alice,
        json!({"provider": "openai", "key": "sk-1", "name": "Work"}),
    )
    .await;
    app.advance(1);
    let spare = add(&alice, json!({"provider": "openai", "key": "sk-2"})).await;
    let now = app.state.now();
    use_key(&app, user, key.id, now, 700).await;
    use_key(&app, user, key.id, now, 50).await;
    // The tests begin on 21 November: a month ago it was October.
    use_key(&app, user, key.id, now - 30 * 86_400_000, 9_000).await;
    let seen = list(&alice).await;
    assert_eq!((seen[0].executions, seen[0].cost), (2, NanoUsd(750)));
    assert_eq!((seen[1].executions, seen[1].cost), (0, NanoUsd::ZERO));
    assert_eq!(
        alice.delete(&of(key.id)).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(alice.delete(&of(key.id)).await.code(), ErrorCode::NotFound);
    let left = list(&alice).await;
    assert_eq!(
        (left.len(), left[0].id, left[0].preferred),
        (1, spare.id, true)
    );
    let report: UsageReport = alice.get("/api/v1/usage?by=key").await.ok().json();
    let row = &report.rows[0];
    assert_eq!(
        (row.key.clone(), row.label.as_str()),
        (key.id.to_string(), "Work")
    );
    // The name is free again.
    add(
        &alice,
        json!({"provider": "openai", "key": "sk-3", "name": "Work"}),
    )
    .await;
}

fn models(request: &Request) -> Response {
    match request.header("authorization") {
        "Bearer sk-right-planted-0001" => (200, json!({"data": [{"id": "a"}, {"id": "b"}]})),
        wrong => {
            let quoted = format!("Incorrect API key provided: {wrong}");
            (
                401,
                json!({"error": {"message": quoted, "type": "invalid_request_error", "code": "invalid_api_key"}}),
            )
        }
    }
}

#[tokio::test]
async fn a_test_says_what_the_provider_said_without_the_key() {
    let server = HttpServer::start(models).await;
    let settings = vec![("allowed_provider_hosts", server.address.to_string())];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let alice = app.sign_up("alice@example.org").await;
    let base = format!("{}/v1/", server.url());
    let test = async |key: &str| -> KeyTest {
        let body = json!({"provider": "compatible", "key": key, "base_url": base});
        let made = add(&alice, body).await;
        assert_eq!(format!("{}/", made.base_url), base);
        let path = format!("/api/v1/providers/{}/test", made.id);
        let answer = alice.post(&path, json!({})).await.ok();
        assert!(!answer.text().contains("planted"), "{}", answer.text());
        answer.json()
    };
    let right = test("sk-right-planted-0001").await;
    assert_eq!((right.works, right.models), (true, Some(2)));
    assert_eq!(server.asked()[0].path, "/v1/models");
    let wrong = test("sk-wrong-planted-0002").await;
    assert!(!wrong.works);
    let failure = wrong.failure.unwrap();
    assert_eq!(
        (failure.class, failure.status),
        (FailureClass::Auth, Some(401))
    );
    assert!(!logs::text().contains("sk-wrong-planted"));
}
