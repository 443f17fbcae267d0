//! Gemini's generateContent as it writes it.

use super::script::Script;
use super::wire::{Event, reasoning, tokens};
use serde_json::{Value, json};

fn chunk(model: &str, parts: &[Value], last: Option<&str>, script: &Script) -> Value {
    let (input, output) = tokens(script);
    let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
    if let Some(reason) = last {
        candidate["finishReason"] = json!(reason);
    }
    let mut body = json!({"candidates": [candidate], "modelVersion": model, "responseId": "r1"});
    if !script.no_usage {
        let output = if last.is_some() { output } else { 1 };
        body["usageMetadata"] = json!({"promptTokenCount": input, "candidatesTokenCount": output, "totalTokenCount": input + output});
    }
    body
}

fn refused(model: &str) -> Value {
    json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 11, "totalTokenCount": 11}, "modelVersion": model})
}

fn reason(script: &Script) -> &'static str {
    if script.length { "MAX_TOKENS" } else { "STOP" }
}

fn extras(script: &Script) -> (Vec<Value>, Vec<Value>) {
    let thoughts = reasoning(script).map(|text| json!({"text": text, "thought": true}));
    let call = json!({"functionCall": {"name": "weather", "args": {"city": "Łódź"}}});
    (
        thoughts.into_iter().collect(),
        script.tools.then_some(call).into_iter().collect(),
    )
}

pub(super) fn events(model: &str, script: &Script) -> Vec<Event> {
    if script.blocked {
        return vec![Event::of(refused(model).to_string())];
    }
    let (thoughts, calls) = extras(script);
    let mut events = Vec::new();
    if !thoughts.is_empty() {
        events.push(Event::of(chunk(model, &thoughts, None, script).to_string()));
    }
    for text in script.pieces() {
        let body = chunk(model, &[json!({"text": text})], None, script);
        events.push(Event::of(body.to_string()).text());
    }
    let last = if calls.is_empty() {
        vec![json!({"text": ""})]
    } else {
        calls
    };
    events.push(Event::of(
        chunk(model, &last, Some(reason(script)), script).to_string(),
    ));
    events
}

pub(super) fn whole(model: &str, script: &Script) -> Value {
    if script.blocked {
        return refused(model);
    }
    let (mut parts, calls) = extras(script);
    parts.push(json!({"text": script.text()}));
    parts.extend(calls);
    chunk(model, &parts, Some(reason(script)), script)
}
