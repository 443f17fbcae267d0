//! Tests of reading the formats that differ from chat completions: responses, Anthropic, Gemini, Ollama.

use super::tests::{calls, decode_as, ended, failed, texts, thoughts, used};
use super::*;
use crate::providers::wire::Wire;
use krowoc_shared::execution::FinishReason;
use serde_json::json;

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
