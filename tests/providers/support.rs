//! A client, a target and an answer that was read to its end. Not tests.

use futures_util::StreamExt;
use krowoc_server::platform::SystemClock;
use krowoc_server::providers::{Answer, Providers, Secret, SystemLookup, Target};
use krowoc_shared::execution::{
    Event, Failure, FailureClass, FinishReason, Message, ModelRequest, Provider, Role, ToolCall,
};
use krowoc_tests::provider::script::INPUT_TOKENS;
use krowoc_tests::provider::{ProviderServer, Script, Wire};
use std::sync::Arc;
use std::time::Duration;

/// The key of every target; must never be seen.
pub const KEY: &str = "sk-planted-in-providers";

/// A client that may call the server of the test.
pub fn providers(server: &ProviderServer) -> Providers {
    Providers::with_lookup(
        vec![server.allowed().parse().expect("a host")],
        Arc::new(SystemClock),
        Arc::new(SystemLookup),
    )
}

pub fn target(server: &ProviderServer, provider: Provider) -> Target {
    Target {
        provider,
        base_url: server.base_url(provider).parse().expect("an address"),
        key: Secret::new(KEY.to_owned()),
        timeout: Duration::from_secs(30),
    }
}

pub fn request(model: &str) -> ModelRequest {
    ModelRequest {
        model: model.to_owned(),
        messages: vec![Message {
            role: Role::User,
            text: "Cześć".to_owned(),
            ..Message::default()
        }],
        ..ModelRequest::default()
    }
}

/// The name of a model that a wire format is used for.
pub fn model(wire: Wire, script: &str) -> String {
    match wire {
        Wire::Responses => format!("{script}-pro"),
        _ => script.to_owned(),
    }
}

/// What came of one answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    pub text: String,
    pub reasoning: String,
    pub calls: Vec<ToolCall>,
    /// Tokens in and out, as reported last.
    pub used: Option<(u64, u64)>,
    pub end: Option<Result<FinishReason, Failure>>,
}

impl Read {
    pub fn of(events: impl IntoIterator<Item = Event>) -> Self {
        let mut read = Self::default();
        for event in events {
            assert!(read.end.is_none(), "{event:?} after the end");
            match event {
                Event::Text(text) => read.text += &text,
                Event::Reasoning(text) => read.reasoning += &text,
                Event::Tool(call) => read.calls.push(call),
                Event::Usage { usage, .. } => read.used = Some((usage.input(), usage.output())),
                Event::End(reason) => read.end = Some(Ok(reason)),
                Event::Error(failure) => read.end = Some(Err(failure)),
            }
        }
        assert!(read.end.is_some(), "no end: {read:?}");
        read
    }

    pub fn class(&self) -> Option<FailureClass> {
        self.end
            .as_ref()?
            .as_ref()
            .err()
            .map(|failure| failure.class)
    }

    pub fn reason(&self) -> Option<FinishReason> {
        self.end.as_ref()?.as_ref().ok().copied()
    }
}

pub async fn read(answer: Answer) -> Read {
    Read::of(answer.events.collect::<Vec<_>>().await)
}

/// Calls and reads to the end.
pub async fn run(
    server: &ProviderServer,
    wire: Wire,
    script: &str,
    streaming: bool,
) -> Result<Read, Failure> {
    let request = request(&model(wire, script));
    let target = target(server, wire.provider());
    Ok(read(providers(server).call(&target, &request, streaming).await?).await)
}

/// What a script that completes must give.
pub fn expected(wire: Wire, script: &Script) -> Read {
    let mut read = Read {
        text: script.text(),
        used: (!script.no_usage).then_some((INPUT_TOKENS as u64, script.output_tokens() as u64)),
        ..Read::default()
    };
    read.end = Some(Ok(match script {
        Script { blocked: true, .. } if wire != Wire::Ollama => FinishReason::ContentFilter,
        Script { length: true, .. } => FinishReason::Length,
        Script { tools: true, .. } => FinishReason::ToolCalls,
        _ => FinishReason::Stop,
    }));
    read
}
