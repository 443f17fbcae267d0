//! A second opinion: the same client against `@copilotkit/aimock`, whose authors read the providers' documents by themselves.

use crate::support::{KEY, Read, read};
use krowoc_server::platform::SystemClock;
use krowoc_server::providers::{Providers, Secret, SystemLookup, Target};
use krowoc_shared::execution::{
    Failure, FailureClass, FinishReason, Message, ModelRequest, Provider, Role,
};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Provider, model and the path before the provider's own.
const WHO: &[(Provider, &str, &str)] = &[
    (Provider::Openai, "gpt-4o", "/v1"),
    (Provider::Openai, "o3-pro", "/v1"),
    (Provider::Anthropic, "claude-sonnet-4-5", "/v1"),
    (Provider::Gemini, "gemini-2.5-flash", "/v1beta"),
    (Provider::Ollama, "llama3.2", ""),
];

struct Aimock {
    url: String,
    providers: Providers,
    _child: Child,
}

async fn start() -> Aimock {
    let mut child = Command::new("node")
        .arg("providers/aimock.mjs")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node runs");
    let out = BufReader::new(child.stdout.take().unwrap());
    let line = out.lines().next_line().await.unwrap();
    let url = line.expect("aimock starts; its package is installed by: cargo xtask test providers");
    let address = url.trim_start_matches("http://").parse().unwrap();
    let (clock, lookup) = (Arc::new(SystemClock), Arc::new(SystemLookup));
    Aimock {
        providers: Providers::with_lookup(vec![address], clock, lookup),
        url,
        _child: child,
    }
}

impl Aimock {
    async fn ask(&self, who: usize, words: &str, streaming: bool) -> Result<Read, Failure> {
        let (provider, model, path) = WHO[who];
        let target = Target {
            provider,
            base_url: format!("{}{path}", self.url).parse().unwrap(),
            key: Secret::new(KEY.to_owned()),
            timeout: Duration::from_secs(20),
        };
        let request = ModelRequest {
            model: model.to_owned(),
            messages: vec![Message {
                role: Role::User,
                text: words.to_owned(),
                ..Message::default()
            }],
            ..ModelRequest::default()
        };
        Ok(read(self.providers.call(&target, &request, streaming).await?).await)
    }
}

#[tokio::test]
async fn another_authors_servers_are_understood() {
    let aimock = start().await;
    for (who, named) in WHO.iter().enumerate() {
        for streaming in [true, false] {
            let case = format!("{named:?} streaming: {streaming}");
            let hello = aimock.ask(who, "hello", streaming).await.unwrap();
            assert_eq!(hello.text, "Cześć z drugiej strony", "{case}");
            assert_eq!(hello.reason(), Some(FinishReason::Stop), "{case}");
            assert!(hello.used.is_some(), "{case}");
            let weather = aimock.ask(who, "weather", streaming).await.unwrap();
            let arguments: String = weather
                .calls
                .iter()
                .map(|call| call.arguments.clone())
                .collect();
            assert_eq!(arguments, r#"{"city":"Łódź"}"#, "{case}");
            assert_eq!(weather.calls[0].name, "weather", "{case}");
            assert_eq!(weather.reason(), Some(FinishReason::ToolCalls), "{case}");
            let limited = aimock.ask(who, "limited", streaming).await.unwrap_err();
            assert_eq!(
                limited.class,
                FailureClass::RateLimited,
                "{case}: {limited:?}"
            );
        }
    }
}

#[tokio::test]
async fn another_authors_cut_is_a_truncated_answer() {
    let aimock = start().await;
    for (who, named) in WHO.iter().enumerate() {
        // It destroys the connection, sometimes before the first byte has left.
        let class = match aimock.ask(who, "cut", true).await {
            Ok(cut) => (cut.class(), FailureClass::Truncated),
            Err(failure) => (Some(failure.class), FailureClass::Network),
        };
        assert_eq!(class.0, Some(class.1), "{named:?}");
    }
}

#[tokio::test]
async fn half_a_character_does_not_fail_an_answer() {
    let aimock = start().await;
    for (who, named) in WHO.iter().enumerate() {
        // It cuts by UTF-16, between the halves of the crab.
        let emoji = aimock.ask(who, "emoji", true).await.unwrap();
        assert_eq!(
            emoji.reason(),
            Some(FinishReason::Stop),
            "{named:?}: {emoji:?}"
        );
        assert!(
            emoji.text.starts_with("abc") && emoji.text.ends_with(" and on"),
            "{named:?}"
        );
    }
}
