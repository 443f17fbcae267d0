//! An answer that nobody wants any more is not paid for: dropping it stops the upstream call.

use crate::support::{model, providers, request, target};
use futures_util::StreamExt;
use krowoc_shared::execution::Event;
use krowoc_tests::provider::{ProviderServer, Wire};

#[tokio::test]
async fn dropping_a_stream_closes_the_upstream_call() {
    for wire in Wire::all() {
        let server = ProviderServer::start();
        let providers = providers(&server);
        let target = target(&server, wire.provider());
        let asked = request(&model(wire, "gate.chunks=100"));
        let mut answer = {
            let call = providers.call(&target, &asked, true);
            let (answer, ()) = futures_util::future::join(call, async { server.open(5) }).await;
            answer.unwrap()
        };
        let mut saw_text = false;
        while let Some(event) = answer.events.next().await {
            if matches!(event, Event::Text(_)) {
                saw_text = true;
                break;
            }
        }
        assert!(saw_text, "{wire:?}");
        drop(answer);
        let seen = server
            .until(|seen| seen.iter().any(|seen| seen.closed))
            .await;
        assert!(!seen[0].finished, "{wire:?}");
    }
}

#[tokio::test]
async fn dropping_a_call_before_its_answer_closes_it_too() {
    let server = ProviderServer::start();
    let providers = providers(&server);
    let target = target(&server, krowoc_shared::execution::Provider::Openai);
    let asked = request("hang");
    tokio::select! {
        _ = providers.call(&target, &asked, true) => panic!("it never answers"),
        _ = server.until(|seen| seen.len() == 1) => {}
    }
    server.until(|seen| seen[0].closed).await;
}

#[tokio::test]
async fn a_connection_is_used_again_after_an_answer_was_read() {
    let server = ProviderServer::start();
    let providers = providers(&server);
    let target = target(&server, krowoc_shared::execution::Provider::Openai);
    for _ in 0..5 {
        let answer = providers
            .call(&target, &request("normal"), true)
            .await
            .unwrap();
        crate::support::read(answer).await;
    }
    assert!(server.seen().iter().all(|seen| seen.finished));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn connections_are_used_again_by_who_stops_reading_at_the_terminal_event() {
    let server = ProviderServer::start();
    let providers = providers(&server);
    let target = target(&server, krowoc_shared::execution::Provider::Openai);
    for calls in 1..=100 {
        let answer = providers.call(&target, &request("normal"), true).await;
        let mut events = answer.unwrap().events;
        while let Some(event) = events.next().await {
            if matches!(event, Event::End(_)) {
                break;
            }
        }
        drop(events);
        // The rest of a body is read beside the next call, which may have found no free connection yet.
        if server.connections() < calls {
            return;
        }
    }
    panic!("each call made a connection of its own");
}
