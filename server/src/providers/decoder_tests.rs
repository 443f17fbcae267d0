//! Tests of reading OpenAI's chat completions and what speaks like them, and of what every decoder has in common. Not of what is asked
//! of a provider.
use super::*;
use crate::providers::wire::Wire;
use krowoc_shared::execution::{FinishReason, Provider, ToolCall};
use serde_json::json;

pub(super) fn decode_as(wire: Wire, streaming: bool, body: &str) -> Vec<Event> {
    let mut decoder = wire.decoder(streaming, None);
    decoder.feed(body.as_bytes());
    decoder.finish();
    let events: Vec<Event> = std::iter::from_fn(|| decoder.pop()).collect();
    let terminal = |event: &Event| matches!(event, Event::End(_) | Event::Error(_));
    let ends = events.iter().filter(|event| terminal(event)).count();
    assert_eq!(ends, 1, "{events:?}");
    assert!(events.last().is_some_and(terminal));
    events
}

fn chat(body: &str) -> Vec<Event> {
    decode_as(Wire::Chat(Provider::Openai), true, body)
}
pub(super) fn texts(events: &[Event]) -> String {
    let text = |event: &Event| match event {
        Event::Text(text) => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}
pub(super) fn thoughts(events: &[Event]) -> String {
    let text = |event: &Event| match event {
        Event::Reasoning(text) => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}
pub(super) fn calls(events: &[Event]) -> Vec<ToolCall> {
    let call = |event: &Event| match event {
        Event::Tool(call) => Some(call.clone()),
        _ => None,
    };
    events.iter().filter_map(call).collect()
}

/// The last usage as input and output.
pub(super) fn used(events: &[Event]) -> Option<(u64, u64)> {
    let mut usages = events.iter().rev();
    usages.find_map(|event| match event {
        Event::Usage { usage, .. } => Some((usage.input(), usage.output())),
        _ => None,
    })
}
pub(super) fn failed(events: &[Event]) -> Option<FailureClass> {
    match events.last() {
        Some(Event::Error(failure)) => Some(failure.class),
        _ => None,
    }
}
pub(super) fn ended(events: &[Event]) -> Option<FinishReason> {
    match events.last() {
        Some(Event::End(reason)) => Some(*reason),
        _ => None,
    }
}

const HELLO: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n\
    data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n\
    data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n";

#[test]
fn a_chat_stream_is_complete_with_its_marker_and_truncated_without() {
    let done = chat(&format!(
        "{HELLO}data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":3,\"completion_tokens\":2}}}}\n\ndata: [DONE]\n\n"
    ));
    assert_eq!(
        (texts(&done).as_str(), ended(&done), used(&done)),
        ("Hello", Some(FinishReason::Stop), Some((3, 2)))
    );
    let cut = chat(HELLO);
    assert_eq!(
        (texts(&cut).as_str(), failed(&cut)),
        ("Hello", Some(FailureClass::Truncated))
    );
    assert_eq!(failed(&chat("")), Some(FailureClass::Truncated));
    assert_eq!(ended(&chat("data: [DONE]")), Some(FinishReason::Other));
    assert_eq!(failed(&chat("data: [DON")), Some(FailureClass::Truncated));
}

#[test]
fn choices_may_be_null_and_pings_and_comments_say_nothing() {
    let body = format!(
        ": OPENROUTER PROCESSING\n\ndata: {{\"choices\":null}}\n\ndata: \n\n{HELLO}data: {{\"usage\":null}}\n\ndata: [DONE]\n\nafterwards"
    );
    assert_eq!(texts(&chat(&body)), "Hello");
}

#[test]
fn an_error_in_the_middle_ends_the_answer_and_the_text_stays() {
    for (error, class) in [
        (
            json!({"error": {"message": "m", "type": "server_error", "code": null}}),
            FailureClass::ProviderError,
        ),
        (
            json!({"error": {"code": 429, "message": "m"}, "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]}),
            FailureClass::RateLimited,
        ),
        (
            json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "error", "error": {"code": 502, "message": "m"}}]}),
            FailureClass::ProviderError,
        ),
        (
            json!({"x_groq": {"error": "over capacity"}}),
            FailureClass::ProviderError,
        ),
        (
            json!({"message": "m", "type": "too_many_requests_error", "param": "queue", "code": "queue_exceeded"}),
            FailureClass::Overloaded,
        ),
        (
            json!({"object": "error", "message": "m", "code": "rate_limited"}),
            FailureClass::RateLimited,
        ),
    ] {
        let events = chat(&format!("{HELLO}data: {error}\n\ndata: [DONE]\n\n"));
        assert_eq!(
            (texts(&events).as_str(), failed(&events)),
            ("Hello", Some(class)),
            "{error}"
        );
    }
    let named = chat("event: error\ndata: {\"message\":\"x\",\"code\":503}\n\n");
    assert_eq!(failed(&named), Some(FailureClass::Overloaded));
    assert_eq!(
        failed(&chat("data: {\"choices\"\n\n")),
        Some(FailureClass::ProviderError)
    );
}

#[test]
fn groq_reports_usage_beside_and_mistral_sends_parts() {
    let groq = chat(&format!(
        "{HELLO}data: {{\"choices\":[],\"x_groq\":{{\"id\":\"r\",\"usage\":{{\"prompt_tokens\":9,\"completion_tokens\":1}}}}}}\n\ndata: [DONE]\n\n"
    ));
    assert_eq!(used(&groq), Some((9, 1)));
    let parts = json!({"choices": [{"delta": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "yes"}]}, "finish_reason": "model_length"}]});
    let mistral = decode_as(
        Wire::Chat(Provider::Mistral),
        true,
        &format!("data: {parts}\n\ndata: [DONE]\n\n"),
    );
    assert_eq!(
        (
            thoughts(&mistral).as_str(),
            texts(&mistral).as_str(),
            ended(&mistral)
        ),
        ("hm", "yes", Some(FinishReason::Length))
    );
}

#[test]
fn pieces_of_calls_keep_their_index_and_other_choices_are_left_out() {
    let piece = |call: Value| json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}, {"index": 1, "delta": {"content": "no"}}]});
    let first = piece(json!({"index": 1, "id": "c", "function": {"name": "f", "arguments": ""}}));
    let second = piece(json!({"index": 1, "function": {"arguments": "{}"}}));
    let events = chat(&format!(
        "data: {first}\n\ndata: {second}\n\ndata: {{\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"tool_calls\"}}]}}\n\ndata: [DONE]\n\n"
    ));
    let calls = calls(&events);
    assert_eq!(
        (
            calls[0].index,
            calls[0].id.as_str(),
            calls[1].arguments.as_str()
        ),
        (1, "c", "{}")
    );
    assert_eq!(
        (texts(&events).as_str(), ended(&events)),
        ("", Some(FinishReason::ToolCalls))
    );
}

#[test]
fn a_whole_chat_answer_has_text_reasoning_calls_and_usage() {
    let body = json!({"choices": [{"index": 0, "message": {"content": "Hi", "reasoning_content": "hm", "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {"x": 1}}}]}, "finish_reason": "length"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}});
    let wire = Wire::Chat(Provider::Compatible);
    let events = decode_as(wire, false, &body.to_string());
    assert_eq!(
        (
            texts(&events).as_str(),
            thoughts(&events).as_str(),
            used(&events),
            ended(&events)
        ),
        ("Hi", "hm", Some((1, 2)), Some(FinishReason::Length))
    );
    assert_eq!(calls(&events)[0].arguments, "{\"x\":1}");
    for (body, class) in [
        ("{\"choices\":[{\"mess", FailureClass::Truncated),
        ("", FailureClass::Truncated),
        ("<html>", FailureClass::ProviderError),
        ("{\"choices\":null}", FailureClass::ProviderError),
        (
            "{\"choices\":null,\"error\":{\"code\":402,\"message\":\"m\"}}",
            FailureClass::Money,
        ),
    ] {
        assert_eq!(failed(&decode_as(wire, false, body)), Some(class), "{body}");
    }
}

#[test]
fn half_a_character_becomes_a_replacement_and_a_whole_one_stays() {
    for (data, wanted) in [
        (r#""a\ud83e""#, "a\u{fffd}"),
        (r#""\udd80b""#, "\u{fffd}b"),
        (r#""\ud83e\udd80\ud83e""#, "🦀\u{fffd}"),
        (r#""\\ud83e \ud83e""#, "\\ud83e \u{fffd}"),
        (r#""\ud83ex\n""#, "\u{fffd}x\n"),
    ] {
        assert_eq!(parse(data).unwrap(), wanted, "{data}");
    }
    for bad in [r#""\ud83e"#, r#""\"#, r#""\u""#, "{", r#"\ud83eż"#] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_fails_on_our_side_keeps_a_complete_answer_complete() {
    let mut decoder = Wire::Gemini.decoder(true, None);
    decoder.feed(b"data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n");
    decoder.fail(Failure::new(FailureClass::Timeout, "late"));
    assert_eq!(decoder.pop(), Some(Event::End(FinishReason::Stop)));
    assert_eq!(decoder.pop(), None);
}

#[test]
fn an_answer_without_end_is_stopped_at_its_limit() {
    let mut decoder = Wire::Chat(Provider::Openai).decoder(true, None);
    let comment = format!(": {}\n\n", "x".repeat(1 << 20));
    for _ in 0..65 {
        decoder.feed(comment.as_bytes());
    }
    assert!(decoder.is_closed());
    assert!(
        matches!(decoder.pop(), Some(Event::Error(failure)) if failure.class == FailureClass::ProviderError)
    );
}
