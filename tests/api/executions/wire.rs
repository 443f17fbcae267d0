//! The engine over real HTTP, with a server that speaks as every provider does, byte for byte. What reaches a reader is what was sent,
//! and only what the provider ended is a success.

use super::{detail, follow, reread, run, start};
use krowoc_server::chores::KINDS;
use krowoc_server::jobs::work;
use krowoc_shared::execution::Provider;
use krowoc_shared::execution::event::FinishReason;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{
    BudgetView, Cost, DeadLetterPage, ExecutionState, ExecutionView, StreamEvent,
};
use krowoc_tests::events::{Events, Read};
use krowoc_tests::provider::script::{INPUT_TOKENS, REASONING};
use krowoc_tests::provider::wire::stream;
use krowoc_tests::provider::{ProviderServer, Script, Wire};
use krowoc_tests::{Caller, Options, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// The key of every provider; must never be seen again.
const PLANTED: &str = "sk-planted-4471-in-the-engine";

struct Wired {
    provider: ProviderServer,
    app: TestApp,
    person: Caller,
}

/// A server whose person has keys for every provider, all of which are one server of this test.
async fn wired() -> Wired {
    let provider = ProviderServer::start();
    let settings = vec![("allowed_provider_hosts", provider.allowed())];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let person = app.sign_up("a@example.org").await;
    for of in Provider::ALL {
        let key = json!({"provider": of, "key": PLANTED, "base_url": provider.base_url(*of)});
        person.post("/api/v1/provider-keys", key).await.ok();
    }
    let allow = json!({"unpriced": "allow"});
    person.put("/api/v1/budget", allow).await.ok();
    Wired {
        provider,
        app,
        person,
    }
}

/// A model of the catalogue that is called in a wire format.
fn model(wire: Wire) -> &'static str {
    match wire {
        Wire::Chat(Provider::Openai) => "openai/gpt-4o-mini",
        Wire::Chat(Provider::Groq) => "groq/llama-3.3-70b-versatile",
        Wire::Chat(Provider::Cerebras) => "cerebras/gpt-oss-120b",
        Wire::Chat(Provider::Mistral) => "mistral/mistral-large",
        Wire::Chat(Provider::Openrouter) => "openrouter/anthropic/claude-sonnet-4.5",
        Wire::Chat(_) => "compatible/of-ones-own",
        Wire::Responses => "openai/gpt-5-pro",
        Wire::Anthropic => "anthropic/claude-sonnet-4-5",
        Wire::Gemini => "gemini/gemini-2.5-flash",
        Wire::Ollama => "ollama/llama3.2",
    }
}

/// The provider's own name of a model.
fn name(wire: Wire) -> &'static str {
    model(wire).split_once('/').unwrap().1
}

fn text(wire: Wire) -> Value {
    json!({"text": "Cześć", "models": [model(wire)]})
}

impl Wired {
    /// Runs a text; the provider does what the words say.
    async fn run(&self, wire: Wire, words: &str) -> (ExecutionView, String) {
        self.provider.script(name(wire), words);
        let read: Read = run(&self.person, text(wire)).await;
        read.only()
    }
}

fn classes(view: &ExecutionView) -> Vec<Option<FailureClass>> {
    let attempts = view.attempts.iter();
    attempts
        .map(|it| it.failure.as_ref().map(|failure| failure.class))
        .collect()
}

#[tokio::test]
async fn every_providers_answer_is_read_kept_and_charged() {
    let wired = wired().await;
    for wire in Wire::all() {
        let (done, text) = wired
            .run(wire, "reasoning.crlf.comments.pings.unknown")
            .await;
        let script = Script::default();
        assert_eq!(done.state, ExecutionState::Completed, "{wire:?} {done:?}");
        assert_eq!(text, script.text(), "{wire:?}");
        assert_eq!(done.finish_reason, Some(FinishReason::Stop), "{wire:?}");
        let usage = done.usage.clone().unwrap();
        assert_eq!(usage.input(), INPUT_TOKENS as u64, "{wire:?}");
        assert!(usage.output() >= script.output_tokens() as u64, "{wire:?}");
        let whole = detail(&wired.person, done.id).await;
        assert_eq!(whole.output, script.text(), "{wire:?}");
        assert!(whole.raw_usage.is_some(), "{wire:?}");
        if !whole.reasoning.is_empty() {
            assert_eq!(whole.reasoning, REASONING, "{wire:?}");
        }
        match done.cost {
            Cost::Exact(cost) if wire == Wire::Ollama => assert_eq!(cost, NanoUsd::ZERO),
            Cost::Exact(cost) => {
                assert!(
                    cost > NanoUsd::ZERO && cost <= done.reserved,
                    "{wire:?} {done:?}"
                );
            }
            Cost::Unpriced => assert_eq!(wire, Wire::Chat(Provider::Compatible)),
            other => panic!("{wire:?} {other:?}"),
        }
    }
    let budget: BudgetView = wired.person.get("/api/v1/budget").await.ok().json();
    assert_eq!(budget.reserved, NanoUsd::ZERO);
    assert_eq!(budget.unpriced_executions, 1);
}

#[tokio::test]
async fn an_answer_that_is_cut_is_complete_only_behind_the_providers_last_word() {
    let wired = wired().await;
    for wire in Wire::all() {
        let script = Script::default();
        let sent = stream(wire, name(wire), &script);
        let marker = sent.marker.unwrap();
        for cut in [marker - 1, marker] {
            let (done, text) = wired.run(wire, &format!("short={cut}")).await;
            let complete = cut >= marker;
            let state = if complete {
                ExecutionState::Completed
            } else {
                ExecutionState::Truncated
            };
            assert_eq!(done.state, state, "{wire:?} cut at {cut}: {done:?}");
            assert_eq!(text, script.text(), "{wire:?} cut at {cut}");
            assert_eq!(done.finish_reason.is_some(), complete);
            assert_eq!(
                done.attempts.len(),
                1,
                "nothing that was shown is begun again"
            );
        }
    }
    let letters: DeadLetterPage = wired.person.get("/api/v1/dead-letters").await.ok().json();
    assert_eq!(letters.letters.len(), Wire::all().len());
    assert!(
        letters
            .letters
            .iter()
            .all(|letter| letter.class == FailureClass::Truncated)
    );
}

/// Models of one's own may have any name, which is the script: many cuts at once.
#[tokio::test]
async fn wherever_an_answer_is_cut_it_is_a_success_only_behind_the_providers_last_word() {
    let wired = wired().await;
    let mut runs = Vec::new();
    for (wire, provider) in [
        (Wire::Chat(Provider::Compatible), "compatible"),
        (Wire::Ollama, "ollama"),
    ] {
        let length = stream(wire, "short=00000", &Script::default())
            .bytes()
            .len();
        for cut in (0..=length).step_by(53).chain([length]) {
            // A name that is as long for each cut: it stands in every frame.
            let name = format!("short={cut:05}");
            let script = Script::parse(&name);
            let marker = stream(wire, &name, &script).marker.unwrap();
            let request = json!({"text": "x", "models": [format!("{provider}/{name}")]});
            let read = run(&wired.person, request);
            runs.push(async move { (wire, cut, marker, read.await.only()) });
        }
    }
    let mut complete = 0;
    for (wire, cut, marker, (done, text)) in futures_util::future::join_all(runs).await {
        let place = format!("{wire:?} cut at {cut} of {marker}");
        let is_complete = done.state == ExecutionState::Completed;
        assert_eq!(is_complete, cut >= marker, "{place}: {done:?}");
        assert!(Script::default().text().starts_with(&text), "{place}");
        if !is_complete {
            let class = done.failure.as_ref().map(|failure| failure.class);
            assert_eq!(class, Some(FailureClass::Truncated), "{place}");
            assert_eq!(
                done.state == ExecutionState::Truncated,
                !text.is_empty(),
                "{place}"
            );
            assert_eq!(
                done.attempts.len(),
                if text.is_empty() { 3 } else { 1 },
                "{place}"
            );
        }
        complete += usize::from(is_complete);
    }
    assert!(complete >= 2, "both wires complete at their end");
}

#[tokio::test]
async fn an_error_in_the_middle_keeps_the_text_and_is_no_success() {
    let wired = wired().await;
    for wire in Wire::all() {
        let (done, text) = wired.run(wire, "fail=2").await;
        assert_eq!(text, "słowo0 słowo1 ", "{wire:?}");
        assert_ne!(done.state, ExecutionState::Completed, "{wire:?}");
        assert_eq!(done.attempts.len(), 1, "{wire:?}");
        if wire != Wire::Chat(Provider::Compatible) {
            assert!(
                matches!(done.cost, Cost::Estimated(_) | Cost::Exact(_)),
                "{wire:?} {done:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_answer_without_usage_is_charged_by_an_estimate_below_what_was_reserved() {
    let wired = wired().await;
    let wire = Wire::Chat(Provider::Openai);
    let (done, _) = wired.run(wire, "nousage.chunks=40").await;
    assert_eq!(done.state, ExecutionState::Completed);
    assert!(
        matches!(done.cost, Cost::Estimated(cost) if cost > NanoUsd::ZERO && cost <= done.reserved),
        "{done:?}"
    );
}

#[tokio::test]
async fn a_limit_is_waited_for_as_the_provider_says() {
    let wired = wired().await;
    let wire = Wire::Anthropic;
    let (done, _) = wired.run(wire, "status=429.times=1.retry=0").await;
    assert_eq!(classes(&done), [Some(FailureClass::RateLimited), None]);
    assert_eq!(done.attempts[0].failure.as_ref().unwrap().status, Some(429));
    // Longer than is waited for in memory: a durable job, at the time that was asked for.
    wired
        .provider
        .script(name(Wire::Gemini), "status=429.times=1.retry=30");
    let started = start(&wired.person, text(Wire::Gemini)).await;
    let id = started.executions[0].id;
    wired.app.state.executions.idle().await;
    let parked = detail(&wired.person, id).await.view;
    assert_eq!(parked.state, ExecutionState::Waiting);
    let next = parked.attempts[0].next_at;
    assert_eq!(next, Some(wired.app.state.now() + 30_000));
    wired.app.advance(30_000);
    assert_eq!(work(&wired.app.state, KINDS).await.unwrap(), 1);
    let (done, text) = reread(&wired.person, &started, "")
        .await
        .rest()
        .await
        .only();
    assert_eq!(done.state, ExecutionState::Completed);
    assert_eq!(text, Script::default().text());
}

#[tokio::test]
async fn a_reader_that_comes_back_over_http_gets_the_rest_and_the_provider_is_asked_once() {
    let wired = wired().await;
    let wire = Wire::Chat(Provider::Openai);
    wired.provider.script(name(wire), "gate.chunks=8");
    let mut events = follow(&wired.person, text(wire)).await;
    let Some(StreamEvent::Started(started)) = events.next().await else {
        panic!("the first event");
    };
    let mut before = String::new();
    wired.provider.open(4);
    while before.len() < "słowo0 słowo1 ".len() {
        if let Some(StreamEvent::Text { text, .. }) = events.next().await {
            before.push_str(&text);
        }
    }
    let last = events.id.clone();
    drop(events);
    // Nobody reads, and the run goes on.
    wired.provider.open(100);
    wired.app.state.executions.idle().await;
    let read = reread(&wired.person, &started, &last).await.rest().await;
    assert!(read.started.is_empty(), "the reader knows what runs");
    let (done, after) = read.only();
    assert_eq!(done.state, ExecutionState::Completed);
    let whole = Script {
        chunks: 8,
        ..Script::default()
    };
    assert_eq!(before + &after, whole.text());
    assert_eq!(wired.provider.seen().len(), 1);
}

#[tokio::test]
async fn stopping_a_run_closes_the_call_to_the_provider() {
    let wired = wired().await;
    let wire = Wire::Ollama;
    wired.provider.script(name(wire), "gate");
    let mut events = follow(&wired.person, text(wire)).await;
    wired.provider.open(1);
    let id = loop {
        if let Some(StreamEvent::Text { execution, .. }) = events.next().await {
            break execution;
        }
    };
    let path = format!("/api/v1/executions/{id}/cancel");
    wired.person.post(&path, ()).await.ok();
    let seen = wired.provider.until(|seen| seen[0].closed).await;
    assert!(!seen[0].finished);
    let (done, _) = events.rest().await.only();
    assert_eq!(done.state, ExecutionState::Cancelled);
    let whole = detail(&wired.person, id).await;
    assert_eq!(whole.output, "słowo0 ");
}

#[tokio::test]
async fn a_repeated_request_asks_the_provider_once() {
    let wired = wired().await;
    let wire = Wire::Chat(Provider::Groq);
    let send = || {
        let request = wired
            .person
            .request(Method::POST, "/api/v1/executions")
            .header("idempotency-key", "the-same")
            .json(&text(wire));
        async {
            let request = request.header("accept", "text/event-stream");
            Events::of(request.send().await.unwrap()).rest().await
        }
    };
    let (one, two) = futures_util::future::join(send(), send()).await;
    let (one, two) = (one.only(), two.only());
    assert_eq!((&one.0.id, &one.1), (&two.0.id, &two.1));
    assert_eq!(one.0.state, ExecutionState::Completed);
    assert_eq!(wired.provider.seen().len(), 1);
}

#[tokio::test]
async fn a_key_is_in_no_answer_no_failure_and_no_log_line() {
    let wired = wired().await;
    let mut said = String::new();
    for wire in [
        Wire::Chat(Provider::Openai),
        Wire::Anthropic,
        Wire::Gemini,
        Wire::Ollama,
    ] {
        for words in [
            "status=400",
            "status=401",
            "quota",
            "malformed",
            "fail=0",
            "chunks=2",
        ] {
            // Once: what may be tried again is refused twice more and waited for.
            let words = format!("{words}.times=1");
            let (done, _) = wired.run(wire, &words).await;
            let whole = wired
                .person
                .get(&format!("/api/v1/executions/{}", done.id))
                .await;
            said.push_str(&whole.text());
        }
    }
    for path in [
        "/api/v1/executions",
        "/api/v1/dead-letters",
        "/api/v1/provider-keys",
        "/api/v1/usage?by=key",
        "/api/v1/budget",
        "/metrics",
    ] {
        said.push_str(&wired.person.get(path).await.text());
    }
    let keys: Value = wired.person.get("/api/v1/provider-keys").await.ok().json();
    for key in keys.as_array().unwrap() {
        let path = format!("/api/v1/providers/{}/test", key["id"].as_str().unwrap());
        said.push_str(&wired.person.post(&path, ()).await.text());
    }
    assert!(!said.contains(PLANTED), "a key was answered");
    let logs = krowoc_tests::logs::text();
    assert!(!logs.contains(PLANTED), "a key was logged");
    // It was sent, and that is all: each call had it in its header.
    let seen = wired.provider.seen();
    assert!(
        seen.iter()
            .all(|it| it.headers.values().any(|value| value.contains(PLANTED)))
    );
}
