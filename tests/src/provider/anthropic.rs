//! Anthropic's messages as it writes them.

use super::script::{ARGUMENTS, Script};
use super::wire::{Event, quoted, reasoning, tokens};
use serde_json::{Value, json};

fn reason(script: &Script) -> &'static str {
    match script {
        Script { blocked: true, .. } => "refusal",
        Script { length: true, .. } => "max_tokens",
        Script { tools: true, .. } => "tool_use",
        _ => "end_turn",
    }
}

pub(super) fn events(model: &str, script: &Script) -> Vec<Event> {
    let (input, output) = tokens(script);
    let model = quoted(model);
    let begun = if script.no_usage {
        String::new()
    } else {
        format!(
            r#", "usage": {{"input_tokens": {input}, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 1}}"#
        )
    };
    let mut events = vec![Event::named(
        "message_start",
        format!(
            r#"{{"type": "message_start", "message": {{"id": "msg_1", "type": "message", "role": "assistant", "model": {model}, "content": [], "stop_reason": null, "stop_sequence": null{begun}}}}}"#
        ),
    )];
    let mut block = 0;
    let mut open = |events: &mut Vec<Event>, kind: &str, deltas: Vec<(String, bool)>| {
        events.push(Event::named(
            "content_block_start",
            format!(
                r#"{{"type": "content_block_start", "index": {block}, "content_block": {kind}}}"#
            ),
        ));
        for (delta, is_text) in deltas {
            let data =
                format!(r#"{{"type": "content_block_delta", "index": {block}, "delta": {delta}}}"#);
            let event = Event::named("content_block_delta", data);
            events.push(if is_text { event.text() } else { event });
        }
        events.push(Event::named(
            "content_block_stop",
            format!(r#"{{"type": "content_block_stop", "index": {block}}}"#),
        ));
        block += 1;
    };
    if let Some(text) = reasoning(script) {
        let thought = format!(
            r#"{{"type": "thinking_delta", "thinking": {}}}"#,
            quoted(text)
        );
        let signature = r#"{"type": "signature_delta", "signature": "EqQB"}"#.to_owned();
        let kind = r#"{"type": "thinking", "thinking": "", "signature": ""}"#;
        open(
            &mut events,
            kind,
            vec![(thought, false), (signature, false)],
        );
    }
    let pieces = script.pieces();
    let deltas = pieces.iter().map(|text| {
        (
            format!(r#"{{"type": "text_delta", "text": {}}}"#, quoted(text)),
            true,
        )
    });
    open(
        &mut events,
        r#"{"type": "text", "text": ""}"#,
        deltas.collect(),
    );
    if script.tools {
        let delta = format!(
            r#"{{"type": "input_json_delta", "partial_json": {}}}"#,
            quoted(ARGUMENTS)
        );
        let kind = r#"{"type": "tool_use", "id": "call_1", "name": "weather", "input": {}}"#;
        open(&mut events, kind, vec![(delta, false)]);
    }
    let used = if script.no_usage {
        String::new()
    } else {
        format!(r#", "usage": {{"output_tokens": {output}}}"#)
    };
    events.push(Event::named(
        "message_delta",
        format!(
            r#"{{"type": "message_delta", "delta": {{"stop_reason": "{}", "stop_sequence":null}}{used}}}"#,
            reason(script)
        ),
    ));
    events.push(Event::named("message_stop", r#"{"type": "message_stop"}"#));
    events
}

pub(super) fn whole(model: &str, script: &Script) -> Value {
    let (input, output) = tokens(script);
    let mut content = Vec::new();
    if let Some(text) = reasoning(script) {
        content.push(json!({"type": "thinking", "thinking": text, "signature": "EqQB"}));
    }
    content.push(json!({"type": "text", "text": script.text()}));
    if script.tools {
        content.push(json!({"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Łódź"}}));
    }
    let mut body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": content,
        "stop_reason": reason(script), "stop_sequence": null,
    });
    if !script.no_usage {
        body["usage"] = json!({"input_tokens": input, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": output});
    }
    body
}
