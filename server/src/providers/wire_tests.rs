//! Tests of the bodies that are sent to each provider. Not of their answers.

use super::*;
use crate::providers::Secret;
use krowoc_shared::execution::{Message, Parameters, Role, ToolCall};
use serde_json::json;
use std::time::Duration;

fn message(role: Role, text: &str) -> Message {
    Message {
        role,
        text: text.to_owned(),
        ..Message::default()
    }
}

/// A conversation with everything in it.
fn full(model: &str) -> ModelRequest {
    let call = ToolCall {
        index: 0,
        id: "c1".to_owned(),
        name: "weather".to_owned(),
        arguments: r#"{"city":"Łódź"}"#.to_owned(),
    };
    ModelRequest {
        model: model.to_owned(),
        messages: vec![
            message(Role::System, "Be short."),
            message(Role::User, "Weather?"),
            Message {
                tool_calls: vec![call],
                ..message(Role::Assistant, "")
            },
            Message {
                tool_call_id: Some("c1".to_owned()),
                ..message(Role::Tool, "rain")
            },
        ],
        parameters: Parameters {
            temperature: Some(1.5),
            top_p: Some(0.5),
            max_output_tokens: Some(100),
            stop: vec!["END".to_owned()],
            seed: Some(7),
            reasoning_effort: None,
            json_schema: Some(json!({"type": "object", "title": "My answer"})),
        },
        tools: vec![
            json!({"type": "function", "function": {"name": "weather", "description": "d", "parameters": {"type": "object"}}}),
        ],
        tool_choice: Some(json!({"type": "function", "function": {"name": "weather"}})),
    }
}

fn written(provider: Provider, model: &str) -> Value {
    Wire::of(provider, model).body(&full(model), true)
}

#[test]
fn chat_completions_carry_everything_in_openais_own_words() {
    let body = written(Provider::Openai, "gpt-4o");
    assert_eq!(
        body,
        json!({
            "model": "gpt-4o",
            "messages": [
                {"role": "system", "content": "Be short."},
                {"role": "user", "content": "Weather?"},
                {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Łódź\"}"}}]},
                {"role": "tool", "content": "rain", "tool_call_id": "c1"},
            ],
            "stream": true,
            "stream_options": {"include_usage": true},
            "temperature": 1.5, "top_p": 0.5, "max_completion_tokens": 100, "stop": ["END"], "seed": 7,
            "response_format": {"type": "json_schema", "json_schema": {"name": "My_answer", "schema": {"type": "object", "title": "My answer"}, "strict": false}},
            "tools": [{"type": "function", "function": {"name": "weather", "description": "d", "parameters": {"type": "object"}}}],
            "tool_choice": {"type": "function", "function": {"name": "weather"}},
        })
    );
}

#[test]
fn dialects_differ_where_their_servers_do() {
    let mistral = written(Provider::Mistral, "mistral-small");
    assert_eq!(mistral.get("stream_options"), None);
    assert_eq!(
        (&mistral["random_seed"], &mistral["max_tokens"]),
        (&json!(7), &json!(100))
    );
    assert_eq!(mistral.get("seed"), None);
    let mut request = full("x");
    request.parameters.reasoning_effort = Some("low".to_owned());
    let body = |provider| Wire::of(provider, "x").body(&request, false);
    assert_eq!(
        body(Provider::Openrouter)["reasoning"],
        json!({"effort": "low"})
    );
    assert_eq!(body(Provider::Groq)["reasoning_effort"], "low");
    assert_eq!(body(Provider::Compatible)["max_tokens"], 100);
    assert_eq!(body(Provider::Cerebras)["max_completion_tokens"], 100);
    assert_eq!(body(Provider::Groq).get("stream_options"), None);
}

#[test]
fn what_is_absent_is_left_to_the_provider() {
    let request = ModelRequest {
        model: "m".to_owned(),
        messages: vec![message(Role::User, "hi")],
        ..ModelRequest::default()
    };
    let keys = |provider, model| {
        let body = Wire::of(provider, model).body(&request, false);
        let keys: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
        keys.join(" ")
    };
    assert_eq!(keys(Provider::Openai, "gpt-4o"), "messages model stream");
    assert_eq!(keys(Provider::Openai, "o3-pro"), "input model store stream");
    assert_eq!(
        keys(Provider::Anthropic, "m"),
        "max_tokens messages model stream"
    );
    assert_eq!(keys(Provider::Gemini, "m"), "contents");
    assert_eq!(keys(Provider::Ollama, "m"), "messages model stream");
}

#[test]
fn responses_are_used_for_the_models_that_need_them_and_lie_flat() {
    for model in [
        "o1-pro",
        "gpt-5-pro-2025-10-06",
        "gpt-5.1-codex-mini",
        "o4-mini-deep-research",
        "computer-use-preview",
    ] {
        assert_eq!(
            Wire::of(Provider::Openai, model),
            Wire::Responses,
            "{model}"
        );
    }
    for model in ["gpt-4o", "o3", "gpt-5-mini", "chatgpt-4o-latest"] {
        assert!(
            matches!(Wire::of(Provider::Openai, model), Wire::Chat(_)),
            "{model}"
        );
    }
    let body = written(Provider::Openai, "o3-pro");
    assert_eq!(
        body["input"][2],
        json!({"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{\"city\":\"Łódź\"}"})
    );
    assert_eq!(
        body["input"][3],
        json!({"type": "function_call_output", "call_id": "c1", "output": "rain"})
    );
    assert_eq!(body["tools"][0]["name"], "weather");
    assert_eq!(
        body["tool_choice"],
        json!({"type": "function", "name": "weather"})
    );
    assert_eq!(body["text"]["format"]["name"], "My_answer");
    assert_eq!(
        (&body["max_output_tokens"], &body["store"]),
        (&json!(100), &json!(false))
    );
}

#[test]
fn anthropic_has_its_system_apart_and_its_turns_alternate() {
    let body = written(Provider::Anthropic, "claude-sonnet-4-5");
    assert_eq!(body["system"], "Be short.");
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Łódź"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "rain"}]},
        ])
    );
    assert_eq!(
        (&body["temperature"], &body["max_tokens"]),
        (&json!(1.0), &json!(100))
    );
    assert_eq!(body["stop_sequences"], json!(["END"]));
    assert_eq!(body["tools"][0]["input_schema"], json!({"type": "object"}));
    assert_eq!(
        body["tool_choice"],
        json!({"type": "tool", "name": "weather"})
    );
    assert_eq!(body["output_config"]["format"]["type"], "json_schema");
    assert_eq!(body.get("seed"), None);
}

#[test]
fn anthropic_thinks_by_budget_or_by_effort_as_its_model_does() {
    let thinks = |model: &str, most: Option<u32>| {
        let mut request = full(model);
        request.parameters.json_schema = None;
        request.parameters.reasoning_effort = Some("medium".to_owned());
        request.parameters.max_output_tokens = most;
        Wire::Anthropic.body(&request, true)
    };
    for model in [
        "claude-3-7-sonnet-latest",
        "claude-sonnet-4-20250514",
        "claude-opus-4-1",
        "claude-haiku-4-5-20251001",
    ] {
        let body = thinks(model, None);
        assert_eq!(body["thinking"]["budget_tokens"], 4096, "{model}");
        assert_eq!(
            (&body["max_tokens"], body.get("temperature")),
            (&json!(8192), None)
        );
    }
    assert_eq!(
        thinks("claude-opus-4-1", Some(2000))["thinking"]["budget_tokens"],
        1999
    );
    assert_eq!(thinks("claude-opus-4-1", Some(500)).get("thinking"), None);
    for model in ["claude-opus-4-6", "claude-sonnet-5"] {
        let body = thinks(model, None);
        assert_eq!(
            (&body["thinking"]["type"], &body["output_config"]["effort"]),
            (&json!("adaptive"), &json!("medium")),
            "{model}"
        );
    }
}

#[test]
fn gemini_names_the_function_of_a_result_and_puts_the_model_in_the_address() {
    let body = written(Provider::Gemini, "gemini-2.5-flash");
    assert_eq!(
        body["systemInstruction"],
        json!({"parts": [{"text": "Be short."}]})
    );
    assert_eq!(
        body["contents"],
        json!([
            {"role": "user", "parts": [{"text": "Weather?"}]},
            {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": "Łódź"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"result": "rain"}}}]},
        ])
    );
    assert_eq!(
        body["generationConfig"],
        json!({"temperature": 1.5, "topP": 0.5, "maxOutputTokens": 100, "stopSequences": ["END"], "seed": 7,
            "responseMimeType": "application/json", "responseJsonSchema": {"type": "object", "title": "My answer"}})
    );
    assert_eq!(
        body["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"],
        json!(["weather"])
    );
    let base = Url::parse("https://g.example/v1beta").unwrap();
    let at = |model: &str, streaming| Wire::Gemini.endpoint(&base, model, streaming).to_string();
    assert_eq!(
        at("gemini-2.5-flash", true),
        "https://g.example/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
    );
    assert_eq!(
        at("models/x", false),
        "https://g.example/v1beta/models/x:generateContent"
    );
    assert_eq!(
        at("a/../b?c#d", false),
        "https://g.example/v1beta/models/a%2F..%2Fb%3Fc%23d:generateContent"
    );
}

#[test]
fn ollama_takes_options_and_a_schema_as_its_format() {
    let body = written(Provider::Ollama, "llama3.2");
    assert_eq!(
        body["options"],
        json!({"temperature": 1.5, "top_p": 0.5, "num_predict": 100, "stop": ["END"], "seed": 7})
    );
    assert_eq!(body["format"]["title"], "My answer");
    assert_eq!(
        body["messages"][2]["tool_calls"][0]["function"]["arguments"],
        json!({"city": "Łódź"})
    );
    let at = |base: &str| {
        Wire::Ollama
            .endpoint(&Url::parse(base).unwrap(), "m", true)
            .to_string()
    };
    for base in [
        "http://l.example:11434",
        "http://l.example:11434/",
        "http://l.example:11434/api/",
    ] {
        assert_eq!(at(base), "http://l.example:11434/api/chat", "{base}");
    }
}

#[test]
fn a_base_address_keeps_its_path_and_its_query() {
    let at = |base: &str| {
        Wire::Chat(Provider::Compatible)
            .endpoint(&Url::parse(base).unwrap(), "m", true)
            .to_string()
    };
    assert_eq!(
        at("https://a.example/x/v1/"),
        "https://a.example/x/v1/chat/completions"
    );
    assert_eq!(
        at("https://a.example/v1?api-version=1#f"),
        "https://a.example/v1/chat/completions?api-version=1"
    );
}

#[test]
fn a_key_goes_into_the_header_of_its_provider_and_is_never_shown() {
    let target = |provider, key: &str| Target {
        provider,
        base_url: Url::parse("https://a.example").unwrap(),
        key: Secret::new(key.to_owned()),
        timeout: Duration::from_secs(1),
    };
    for (provider, name, value) in [
        (Provider::Openai, "authorization", "Bearer hunter2"),
        (Provider::Anthropic, "x-api-key", "hunter2"),
        (Provider::Gemini, "x-goog-api-key", "hunter2"),
        (Provider::Ollama, "authorization", "Bearer hunter2"),
    ] {
        let target = target(provider, "hunter2");
        let headers = headers(&target).unwrap();
        assert_eq!(headers[name], value, "{provider}");
        assert!(
            !format!("{headers:?} {target:?}").contains("hunter2"),
            "{provider}"
        );
    }
    assert!(headers(&target(Provider::Ollama, "")).unwrap().is_empty());
    let bad = headers(&target(Provider::Openai, "hunter2\n")).unwrap_err();
    assert_eq!(bad.class, FailureClass::Auth);
    assert!(!bad.message.contains("hunter2"));
}
