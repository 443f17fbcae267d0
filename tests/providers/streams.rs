//! Answers that complete, however they are dressed and cut, and streams that fail on their way.

use crate::support::{expected, run};
use krowoc_shared::execution::FailureClass;
use krowoc_tests::provider::script::{ARGUMENTS, REASONING};
use krowoc_tests::provider::{ProviderServer, Script, Wire};

/// Whatever a provider may do and still complete.
const COMPLETE: &[&str] = &[
    "normal",
    "chunks=53",
    "bytes",
    "comments",
    "pings",
    "unknown",
    "crlf",
    "bom",
    "nousage",
    "nullchoices",
    "large",
    "length",
    "bytes.crlf.bom.comments.pings.unknown.nullchoices",
];

#[tokio::test]
async fn every_dress_of_a_stream_gives_the_same_answer() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        for name in COMPLETE {
            let read = run(&server, wire, name, true).await.unwrap();
            let wanted = expected(wire, &Script::parse(name));
            assert_eq!(read, wanted, "{wire:?} {name}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_no_stream_gives_the_same() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        for name in ["normal", "bom", "nousage", "large", "length"] {
            let read = run(&server, wire, name, false).await.unwrap();
            let wanted = expected(wire, &Script::parse(name));
            assert_eq!(read, wanted, "{wire:?} {name}");
        }
    }
}

#[tokio::test]
async fn reasoning_and_calls_come_through_beside_the_text() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        for streaming in [true, false] {
            let mut read = run(&server, wire, "reasoning.tools", streaming)
                .await
                .unwrap();
            let case = format!("{wire:?} {streaming}");
            assert_eq!(read.reasoning, REASONING, "{case}");
            assert!(read.calls.iter().all(|call| call.index == 0), "{case}");
            assert_eq!(read.calls[0].name, "weather", "{case}");
            assert!(!read.calls[0].id.is_empty(), "{case}");
            let arguments: String = read
                .calls
                .iter()
                .map(|call| call.arguments.clone())
                .collect();
            assert_eq!(arguments, ARGUMENTS, "{case}");
            (read.reasoning, read.calls) = (String::new(), Vec::new());
            // Chat completions say why they ended by themselves; Ollama and Gemini call it a stop.
            assert_eq!(read, expected(wire, &Script::parse("tools")), "{case}");
        }
    }
}

#[tokio::test]
async fn a_prompt_that_is_refused_for_its_content_is_not_a_success() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        for streaming in [true, false] {
            let read = run(&server, wire, "blocked", streaming).await.unwrap();
            match wire {
                // It has no filter.
                Wire::Ollama => assert!(read.reason().is_some()),
                Wire::Gemini => assert_eq!(read.class(), Some(FailureClass::Blocked)),
                _ => assert_eq!(read, expected(wire, &Script::parse("blocked")), "{wire:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_error_in_the_middle_keeps_the_text_and_has_its_class() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        let read = run(&server, wire, "fail=2", true).await.unwrap();
        let wanted = match wire {
            Wire::Anthropic | Wire::Gemini => FailureClass::Overloaded,
            Wire::Chat(krowoc_shared::execution::Provider::Cerebras) => FailureClass::Overloaded,
            _ => FailureClass::ProviderError,
        };
        assert_eq!(read.class(), Some(wanted), "{wire:?}");
        assert_eq!(read.text, "słowo0 słowo1 ", "{wire:?}");
    }
}

#[tokio::test]
async fn what_is_no_json_ends_the_answer_as_the_providers_fault() {
    let server = ProviderServer::start();
    for wire in Wire::all() {
        let read = run(&server, wire, "malformed", true).await.unwrap();
        assert_eq!(read.class(), Some(FailureClass::ProviderError), "{wire:?}");
        assert_eq!(read.text, "słowo0 ", "{wire:?}");
    }
}
