//! What is sent: to the right place, with the key in the right header, and nowhere else.

use crate::support::{KEY, model, providers, request, run, target};
use krowoc_server::providers::{Limit, Secret};
use krowoc_shared::execution::{FailureClass, Provider};
use krowoc_tests::provider::{ProviderServer, Wire};

#[tokio::test]
async fn every_provider_is_asked_at_its_address_with_its_key_in_a_header() {
    for wire in Wire::all() {
        let server = ProviderServer::start();
        let name = model(wire, "normal");
        run(&server, wire, "normal", true).await.unwrap();
        run(&server, wire, "normal", false).await.unwrap();
        let seen = server
            .until(|seen| seen.len() == 2 && seen.iter().all(|seen| seen.finished))
            .await;
        for (seen, streaming) in seen.iter().zip([true, false]) {
            let path = match (wire, streaming) {
                (Wire::Chat(provider), _) => format!("/{provider}/v1/chat/completions"),
                (Wire::Responses, _) => "/openai/v1/responses".to_owned(),
                (Wire::Anthropic, _) => "/anthropic/v1/messages".to_owned(),
                (Wire::Gemini, true) => {
                    format!("/gemini/v1beta/models/{name}:streamGenerateContent?alt=sse")
                }
                (Wire::Gemini, false) => format!("/gemini/v1beta/models/{name}:generateContent"),
                (Wire::Ollama, _) => "/ollama/api/chat".to_owned(),
            };
            assert_eq!(seen.path, path, "{wire:?}");
            let (header, value) = match wire {
                Wire::Anthropic => ("x-api-key", KEY.to_owned()),
                Wire::Gemini => ("x-goog-api-key", KEY.to_owned()),
                _ => ("authorization", format!("Bearer {KEY}")),
            };
            assert_eq!(seen.headers.get(header), Some(&value), "{wire:?}");
            assert!(!seen.path.contains(KEY) && !seen.body.to_string().contains(KEY));
            assert_eq!(
                seen.headers.get("accept-encoding"),
                None,
                "no answer may be packed"
            );
            assert!(seen.body.to_string().contains("Cześć"), "{wire:?}");
            if wire != Wire::Gemini {
                assert_eq!(seen.body["stream"], streaming, "{wire:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_key_is_proved_by_the_list_of_models() {
    let server = ProviderServer::start();
    let providers = providers(&server);
    for provider in Provider::ALL {
        let mut target = target(&server, *provider);
        assert_eq!(providers.test(&target).await, Ok(Some(2)), "{provider}");
        target.key = Secret::new("sk-planted-and-wrong".to_owned());
        let failure = providers.test(&target).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Auth, "{provider}");
    }
    let mut target = target(&server, Provider::Compatible);
    target.base_url = format!("http://{}/nowhere", server.address)
        .parse()
        .unwrap();
    target.base_url.set_path("/nowhere/at/all");
    let failure = providers.test(&target).await;
    assert_eq!(failure, Ok(Some(2)), "the list is found below any path");
}

#[tokio::test]
async fn the_id_and_the_limits_of_an_answer_are_read() {
    let server = ProviderServer::start();
    let target = target(&server, Provider::Openai);
    let answer = providers(&server)
        .call(&target, &request("normal"), true)
        .await
        .unwrap();
    assert_eq!(answer.request_id.as_deref(), Some("req_1"));
    let limit = Limit {
        limit: Some(60),
        remaining: Some(59),
        reset_ms: Some(1000),
    };
    assert_eq!(answer.limits.requests, Some(limit));
}

#[tokio::test]
async fn a_key_that_a_provider_quotes_is_not_handed_on() {
    let server = ProviderServer::start();
    let providers = providers(&server);
    let mut target = target(&server, Provider::Openai);
    // The refusal names its status: here that is the key.
    target.key = Secret::new("status 401".to_owned());
    let failure = providers
        .call(&target, &request("status=401"), true)
        .await
        .unwrap_err();
    assert_eq!(failure.class, FailureClass::Auth);
    target.key = Secret::new(KEY.to_owned());
    let failure = providers
        .call(&target, &request("status=401"), true)
        .await
        .unwrap_err();
    assert!(!format!("{failure:?} {target:?} {providers:?}").contains(KEY));
}
