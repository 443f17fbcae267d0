//! OpenAI's responses as it writes them.

use super::script::{ARGUMENTS, Script};
use super::wire::{Event, quoted, reasoning, tokens};
use serde_json::{Value, json};

fn usage(script: &Script) -> Value {
    let (input, output) = tokens(script);
    if script.no_usage {
        return Value::Null;
    }
    json!({
        "input_tokens": input, "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": output, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": input + output,
    })
}

fn state(script: &Script) -> (&'static str, Value) {
    match script {
        Script { blocked: true, .. } => ("incomplete", json!({"reason": "content_filter"})),
        Script { length: true, .. } => ("incomplete", json!({"reason": "max_output_tokens"})),
        _ => ("completed", Value::Null),
    }
}

pub(super) fn events(model: &str, script: &Script) -> Vec<Event> {
    let begun =
        json!({"id": "resp_1", "object": "response", "status": "in_progress", "model": model});
    let mut events = vec![
        Event::named(
            "response.created",
            json!({"type": "response.created", "response": begun}).to_string(),
        ),
        Event::named(
            "response.in_progress",
            json!({"type": "response.in_progress", "response": begun}).to_string(),
        ),
    ];
    if let Some(text) = reasoning(script) {
        events.push(Event::named(
            "response.reasoning_summary_text.delta",
            format!(r#"{{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":{}}}"#, quoted(text)),
        ));
    }
    for text in script.pieces() {
        let data = format!(
            r#"{{"type":"response.output_text.delta","item_id":"msg_1","output_index":1,"content_index":0,"delta":{}}}"#,
            quoted(&text)
        );
        events.push(Event::named("response.output_text.delta", data).text());
    }
    if script.tools {
        let item = json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather", "arguments": ""});
        events.push(Event::named(
            "response.output_item.added",
            json!({"type": "response.output_item.added", "output_index": 2, "item": item})
                .to_string(),
        ));
        events.push(Event::named(
            "response.function_call_arguments.delta",
            json!({"type": "response.function_call_arguments.delta", "output_index": 2, "delta": ARGUMENTS}).to_string(),
        ));
    }
    let name = match state(script).0 {
        "incomplete" => "response.incomplete",
        _ => "response.completed",
    };
    events.push(Event::named(
        name,
        json!({"type": name, "response": whole(model, script)}).to_string(),
    ));
    events
}

pub(super) fn whole(model: &str, script: &Script) -> Value {
    let mut output = Vec::new();
    if let Some(text) = reasoning(script) {
        output.push(json!({"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": text}]}));
    }
    output.push(json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": script.text(), "annotations": []}]}));
    if script.tools {
        output.push(json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather", "arguments": ARGUMENTS}));
    }
    let (status, details) = state(script);
    json!({
        "id": "resp_1", "object": "response", "created_at": 1_795_219_200, "status": status, "error": null,
        "incomplete_details": details, "model": model, "output": output, "usage": usage(script),
    })
}
