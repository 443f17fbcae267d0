//! Answers that never begin: refusals with their class and pause, silence, breakers, addresses where nobody listens.

use crate::support::{KEY, expected, providers, read, request, run, target};
use krowoc_server::providers::breaker::THRESHOLD;
use krowoc_shared::execution::retry::{Progress, pause};
use krowoc_shared::execution::{FailureClass, Provider};
use krowoc_tests::provider::{ProviderServer, Script, Wire};
use std::time::Duration;

#[tokio::test]
async fn every_refusal_has_its_class_for_every_provider() {
    use FailureClass as Class;
    let server = ProviderServer::start();
    for wire in Wire::all() {
        for (name, class) in [
            ("status=400", Class::InvalidRequest),
            ("status=401", Class::Auth),
            ("status=402", Class::Money),
            ("quota", Class::Money),
            ("status=403", Class::Auth),
            ("status=404", Class::InvalidRequest),
            ("status=413", Class::InvalidRequest),
            ("status=429", Class::RateLimited),
            ("status=498", Class::Overloaded),
            ("status=500", Class::ProviderError),
            ("status=503", Class::Overloaded),
            ("status=529", Class::Overloaded),
        ] {
            let class = match (wire, name) {
                // Money has no name of its own there: its 429 is a limit.
                (Wire::Ollama, "quota") => Class::RateLimited,
                _ => class,
            };
            for streaming in [true, false] {
                let failure = run(&server, wire, name, streaming).await.unwrap_err();
                assert_eq!(failure.class, class, "{wire:?} {name}: {failure:?}");
                assert!(
                    failure.status.is_some() && failure.message.contains("status"),
                    "{failure:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_told() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        let failure = run(&server, wire, "status=429.retry=7", true)
            .await
            .unwrap_err();
        assert_eq!(failure.retry_after_ms, Some(7000), "{wire:?}");
        assert_eq!(pause(&failure, Progress::default(), 0.5), Some(7000));
    }
}

#[tokio::test]
async fn a_failure_that_passes_is_followed_by_an_answer() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        let name = format!("status=500.times=1.{wire:?}").replace(['(', ')'], "");
        let failure = run(&server, wire, &name, true).await.unwrap_err();
        assert!(pause(&failure, Progress::default(), 0.0).is_some());
        let read = run(&server, wire, &name, true).await.unwrap();
        assert_eq!(read, expected(wire, &Script::default()), "{wire:?}");
    }
}

#[tokio::test]
async fn silence_is_a_timeout_before_the_headers_and_between_bytes() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        let mut target = target(&server, wire.provider());
        target.timeout = Duration::from_millis(80);
        let ask = |name: &str| request(&crate::support::model(wire, name));
        let hang = providers(&server).call(&target, &ask("hang"), true).await;
        assert_eq!(hang.unwrap_err().class, FailureClass::Timeout, "{wire:?}");
        let answer = providers(&server)
            .call(&target, &ask("stall=2"), true)
            .await;
        let stalled = read(answer.unwrap()).await;
        assert_eq!(stalled.class(), Some(FailureClass::Timeout), "{wire:?}");
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_a_network_failure_that_names_the_host_alone() {
    let server = ProviderServer::start();
    let providers = providers(&server);
    let mut target = target(&server, Provider::Compatible);
    let query = "?token=hunter2";
    target.base_url = format!("{}{query}", target.base_url).parse().unwrap();
    drop(server);
    let failure = providers
        .call(&target, &request("m"), true)
        .await
        .unwrap_err();
    assert_eq!(failure.class, FailureClass::Network);
    let text = format!("{failure:?}");
    assert!(text.contains("127.0.0.1"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains(KEY), "{text}");
}

#[tokio::test]
async fn a_server_that_keeps_failing_is_left_alone() {
    let server = ProviderServer::start();
    let providers = providers(&server);
    let target = target(&server, Provider::Openai);
    for _ in 0..THRESHOLD {
        let failure = providers
            .call(&target, &request("status=500"), true)
            .await
            .unwrap_err();
        assert_eq!(failure.class, FailureClass::ProviderError);
    }
    let failure = providers
        .call(&target, &request("normal"), true)
        .await
        .unwrap_err();
    assert_eq!(failure.class, FailureClass::Overloaded);
    assert_eq!(failure.code.as_deref(), Some("circuit_open"));
    assert!(failure.retry_after_ms.is_some_and(|ms| ms > 0));
    assert_eq!(server.seen().len(), THRESHOLD as usize);
    let other = crate::support::target(&server, Provider::Groq);
    assert!(
        providers
            .call(&other, &request("normal"), true)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn refusals_of_one_persons_request_open_no_breaker() {
    let server = ProviderServer::start();
    let providers = providers(&server);
    let target = target(&server, Provider::Anthropic);
    for name in ["status=429", "status=401", "status=400"] {
        for _ in 0..THRESHOLD {
            assert!(providers.call(&target, &request(name), true).await.is_err());
        }
    }
    assert!(
        providers
            .call(&target, &request("normal"), true)
            .await
            .is_ok()
    );
}
