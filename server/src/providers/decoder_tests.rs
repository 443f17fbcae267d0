//! Tests of reading streams of events as providers send them. Not of what is asked of a provider.
use super::*;
use crate::providers::wire::Wire;
use krowoc_shared::execution::{FinishReason, Provider, ToolCall};
use serde_json::json;

fn decode_as(wire: Wire, streaming: bool, body: &str) -> Vec<Event> {
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
fn texts(events: &[Event]) -> String {
    let text = |event: &Event| match event {
        Event::Text(text) => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}
fn thoughts(events: &[Event]) -> String {
    let text = |event: &Event| match event {
        Event::Reasoning(text) => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}
fn calls(events: &[Event]) -> Vec<ToolCall> {
    let call = |event: &Event| match event {
        Event::Tool(call) => Some(call.clone()),
        _ => None,
    };
    events.iter().filter_map(call).collect()
}

/// The last usage as input and output.
fn used(events: &[Event]) -> Option<(u64, u64)> {
    let mut usages = events.iter().rev();
    usages.find_map(|event| match event {
        Event::Usage { usage, .. } => Some((usage.input(), usage.output())),
        _ => None,
    })
}
fn failed(events: &[Event]) -> Option<FailureClass> {
    match events.last() {
        Some(Event::Error(failure)) => Some(failure.class),
        _ => None,
    }
}
fn ended(events: &[Event]) -> Option<FinishReason> {
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
fn responses_end_on_their_own_events() {
    let stream = |last: Value| {
        let events = [
            json!({"type": "response.created", "response": {"status": "in_progress"}}),
            json!({"type": "response.reasoning_summary_text.delta", "delta": "hm"}),
            json!({"type": "response.output_text.delta", "output_index": 1, "delta": "Hi"}),
            json!({"type": "response.output_item.added", "output_index": 2, "item": {"type": "function_call", "call_id": "c", "name": "f"}}),
            json!({"type": "response.function_call_arguments.delta", "output_index": 2, "delta": "{}"}),
            json!({"type": "response.something.new"}),
            last,
        ];
        let body: String = events
            .iter()
            .map(|event| {
                format!(
                    "event: {}\ndata: {event}\n\n",
                    event["type"].as_str().unwrap()
                )
            })
            .collect();
        decode_as(Wire::Responses, true, &body)
    };
    let usage = json!({"input_tokens": 5, "output_tokens": 6, "input_tokens_details": {"cached_tokens": 1}});
    let done = stream(
        json!({"type": "response.completed", "response": {"status": "completed", "usage": usage}}),
    );
    assert_eq!(
        (
            texts(&done).as_str(),
            thoughts(&done).as_str(),
            used(&done),
            ended(&done)
        ),
        ("Hi", "hm", Some((5, 6)), Some(FinishReason::ToolCalls))
    );
    assert_eq!(
        calls(&done)
            .iter()
            .map(|call| call.index)
            .collect::<Vec<_>>(),
        [0, 0]
    );
    let cut = stream(
        json!({"type": "response.incomplete", "response": {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}}),
    );
    assert_eq!(ended(&cut), Some(FinishReason::Length));
    let bad = stream(
        json!({"type": "response.failed", "response": {"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "m"}}}),
    );
    assert_eq!(failed(&bad), Some(FailureClass::RateLimited));
    let error = stream(json!({"type": "error", "code": "server_error", "message": "m"}));
    assert_eq!(failed(&error), Some(FailureClass::ProviderError));
    assert_eq!(
        failed(&stream(json!({"type": "response.output_text.done"}))),
        Some(FailureClass::Truncated)
    );
    let whole = json!({"status": "completed", "output": [{"type": "reasoning", "summary": [{"text": "hm"}]}, {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}], "usage": usage});
    let whole = decode_as(Wire::Responses, false, &whole.to_string());
    assert_eq!(
        (texts(&whole).as_str(), ended(&whole)),
        ("Hi", Some(FinishReason::Stop))
    );
}

#[test]
fn anthropic_merges_its_usage_and_ends_with_message_stop() {
    let events = [
        json!({"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1}}}),
        json!({"type": "ping"}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "x"}}),
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Hi"}}),
        json!({"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {}}}),
        json!({"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{\"a\":1}"}}),
        json!({"type": "brand_new_event"}),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 20, "input_tokens": null}}),
        json!({"type": "message_stop"}),
    ];
    let lines: Vec<String> = events
        .iter()
        .map(|event| {
            format!(
                "event: {}\ndata: {event}\n\n",
                event["type"].as_str().unwrap()
            )
        })
        .collect();
    let done = decode_as(Wire::Anthropic, true, &lines.concat());
    assert_eq!(
        (
            texts(&done).as_str(),
            thoughts(&done).as_str(),
            used(&done),
            ended(&done)
        ),
        ("Hi", "hm", Some((15, 20)), Some(FinishReason::ToolCalls))
    );
    let joined: String = calls(&done)
        .iter()
        .map(|call| call.arguments.clone())
        .collect();
    assert_eq!(
        (joined.as_str(), calls(&done)[0].name.as_str()),
        ("{\"a\":1}", "f")
    );
    let cut = decode_as(Wire::Anthropic, true, &lines[..11].concat());
    assert_eq!(failed(&cut), Some(FailureClass::Truncated));
    let over = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    let broken = decode_as(
        Wire::Anthropic,
        true,
        &format!("{}{over}", lines[..7].concat()),
    );
    assert_eq!(
        (texts(&broken).as_str(), failed(&broken)),
        ("Hi", Some(FailureClass::Overloaded))
    );
    let whole = json!({"type": "message", "content": [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}], "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 2}});
    let whole = decode_as(Wire::Anthropic, false, &whole.to_string());
    assert_eq!(
        (
            texts(&whole).as_str(),
            ended(&whole),
            calls(&whole)[0].arguments.as_str()
        ),
        ("Hi", Some(FinishReason::Stop), "{\"a\":1}")
    );
}

#[test]
fn gemini_is_complete_once_its_finish_reason_was_seen() {
    let piece = |text: &str, reason: Option<&str>| json!({"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": reason}], "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2, "thoughtsTokenCount": 3}});
    let sse = |values: &[Value]| {
        values
            .iter()
            .map(|value| format!("data: {value}\r\n\r\n"))
            .collect::<String>()
    };
    let done = decode_as(
        Wire::Gemini,
        true,
        &sse(&[piece("He", None), piece("y", Some("STOP"))]),
    );
    assert_eq!(
        (texts(&done).as_str(), used(&done), ended(&done)),
        ("Hey", Some((4, 5)), Some(FinishReason::Stop))
    );
    let cut = decode_as(Wire::Gemini, true, &sse(&[piece("He", None)]));
    assert_eq!(
        (texts(&cut).as_str(), failed(&cut)),
        ("He", Some(FailureClass::Truncated))
    );
    let list = json!([piece("He", None), piece("y", Some("MAX_TOKENS"))]).to_string();
    assert_eq!(
        ended(&decode_as(Wire::Gemini, false, &list)),
        Some(FinishReason::Length)
    );
    let typed = {
        let mut decoder = Wire::Gemini.decoder(true, Some("application/json; charset=UTF-8"));
        decoder.feed(list.as_bytes());
        decoder.finish();
        std::iter::from_fn(|| decoder.pop()).collect::<Vec<_>>()
    };
    assert_eq!(
        (texts(&typed).as_str(), ended(&typed)),
        ("Hey", Some(FinishReason::Length))
    );
    let blocked = decode_as(
        Wire::Gemini,
        true,
        &sse(&[
            json!({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 4}}),
        ]),
    );
    assert_eq!(
        (failed(&blocked), used(&blocked)),
        (Some(FailureClass::Blocked), Some((4, 0)))
    );
    let error = decode_as(
        Wire::Gemini,
        true,
        &sse(&[
            piece("He", None),
            json!({"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}),
        ]),
    );
    assert_eq!(failed(&error), Some(FailureClass::Overloaded));
    let tool = json!({"candidates": [{"content": {"parts": [{"text": "hm", "thought": true}, {"functionCall": {"name": "f", "args": {"a": 1}}}]}, "finishReason": "STOP"}]});
    let tool = decode_as(Wire::Gemini, true, &sse(&[tool]));
    assert_eq!(
        (
            thoughts(&tool).as_str(),
            ended(&tool),
            calls(&tool)[0].arguments.as_str()
        ),
        ("hm", Some(FinishReason::ToolCalls), "{\"a\":1}")
    );
}

#[test]
fn ollama_ends_with_its_last_line_and_errors_come_bare() {
    let line = |text: &str| json!({"model": "m", "message": {"role": "assistant", "content": text}, "done": false});
    let last = json!({"message": {"content": ""}, "done": true, "done_reason": "stop", "prompt_eval_count": 7, "eval_count": 2, "total_duration": 5});
    let ollama = |lines: &[Value]| {
        decode_as(
            Wire::Ollama,
            true,
            &lines
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>(),
        )
    };
    let done = ollama(&[line("He"), line("y"), last.clone()]);
    assert_eq!(
        (texts(&done).as_str(), used(&done), ended(&done)),
        ("Hey", Some((7, 2)), Some(FinishReason::Stop))
    );
    assert!(
        done.iter()
            .any(|event| matches!(event, Event::Usage { raw, .. } if raw["total_duration"] == 5))
    );
    let cut = ollama(&[line("He")]);
    assert_eq!(
        (texts(&cut).as_str(), failed(&cut)),
        ("He", Some(FailureClass::Truncated))
    );
    let error = ollama(&[
        line("He"),
        json!({"error": "model runner has unexpectedly stopped"}),
        last,
    ]);
    assert_eq!(
        (texts(&error).as_str(), failed(&error)),
        ("He", Some(FailureClass::ProviderError))
    );
    let tool = json!({"message": {"content": "", "thinking": "hm", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}, "done": true});
    let tool = decode_as(Wire::Ollama, false, &tool.to_string());
    assert_eq!(
        (
            thoughts(&tool).as_str(),
            ended(&tool),
            calls(&tool)[0].id.as_str()
        ),
        ("hm", Some(FinishReason::ToolCalls), "call_0")
    );
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
