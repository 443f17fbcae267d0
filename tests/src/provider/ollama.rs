//! Ollama's chat as it writes it.

use super::script::Script;
use super::wire::{Event, quoted, reasoning, tokens};
use serde_json::{Value, json};

fn line(model: &str, message: &str) -> Event {
    Event::of(format!(
        r#"{{"model":{},"created_at":"2026-11-21T00:00:00.000000000Z","message":{message},"done":false}}"#,
        quoted(model)
    ))
}

fn last(script: &Script, message: Value, model: &str) -> Value {
    let (input, output) = tokens(script);
    let reason = if script.length { "length" } else { "stop" };
    let mut body = json!({
        "model": model, "created_at": "2026-11-21T00:00:01.000000000Z", "message": message,
        "done_reason": reason, "done": true, "total_duration": 1_000_000, "load_duration": 1000,
    });
    if !script.no_usage {
        body["prompt_eval_count"] = json!(input);
        body["eval_count"] = json!(output);
        body["eval_duration"] = json!(900_000);
    }
    body
}

fn calls() -> Value {
    json!([{"function": {"name": "weather", "arguments": {"city": "Łódź"}}}])
}

pub(super) fn events(model: &str, script: &Script) -> Vec<Event> {
    let mut events = Vec::new();
    if let Some(text) = reasoning(script) {
        let message = format!(
            r#"{{"role":"assistant","content":"","thinking":{}}}"#,
            quoted(text)
        );
        events.push(line(model, &message));
    }
    for text in script.pieces() {
        let message = format!(r#"{{"role":"assistant","content":{}}}"#, quoted(&text));
        events.push(line(model, &message).text());
    }
    if script.tools {
        let message = json!({"role": "assistant", "content": "", "tool_calls": calls()});
        events.push(line(model, &message.to_string()));
    }
    let message = json!({"role": "assistant", "content": ""});
    events.push(Event::of(last(script, message, model).to_string()));
    events
}

pub(super) fn whole(model: &str, script: &Script) -> Value {
    let mut message = json!({"role": "assistant", "content": script.text()});
    if let Some(text) = reasoning(script) {
        message["thinking"] = json!(text);
    }
    if script.tools {
        message["tool_calls"] = calls();
    }
    last(script, message, model)
}
