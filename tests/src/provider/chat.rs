//! Chat completions as OpenAI, Groq, Cerebras, Mistral and OpenRouter write them. Not their requests.

use super::script::Script;
use super::wire::{Event, call, quoted, reasoning, tokens};
use krowoc_shared::execution::Provider;
use serde_json::{Value, json};

fn chunk(provider: Provider, model: &str, choices: &str, rest: &str) -> String {
    let model = quoted(model);
    match provider {
        Provider::Openrouter => format!(
            r#"{{"id":"gen-1795219200-a","provider":"DeepInfra","model":{model},"object":"chat.completion.chunk","created":1795219200,"choices":{choices}{rest}}}"#
        ),
        Provider::Mistral => format!(
            r#"{{"id":"cmpl-1","object":"chat.completion.chunk","created":1795219200,"model":{model},"choices":{choices}{rest}}}"#
        ),
        _ => format!(
            r#"{{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795219200,"model":{model},"service_tier":"default","system_fingerprint":"fp_1","choices":{choices}{rest}}}"#
        ),
    }
}

fn choice(delta: &str, finish: &str) -> String {
    format!(r#"[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{finish}}}]"#)
}

pub(super) fn usage(provider: Provider, script: &Script) -> Value {
    let (input, output) = tokens(script);
    let mut usage = json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output});
    if provider != Provider::Mistral {
        usage["prompt_tokens_details"] = json!({"cached_tokens": 0});
        usage["completion_tokens_details"] = json!({"reasoning_tokens": 0});
    }
    if provider == Provider::Openrouter {
        usage["cost"] = json!(0.0001);
    }
    usage
}

fn thoughts(provider: Provider, text: &str) -> String {
    let text = quoted(text);
    match provider {
        Provider::Mistral => format!(
            r#"{{"content":[{{"type":"thinking","thinking":[{{"type":"text","text":{text}}}]}}]}}"#
        ),
        Provider::Groq | Provider::Openrouter | Provider::Cerebras => {
            format!(r#"{{"reasoning":{text}}}"#)
        }
        _ => format!(r#"{{"reasoning_content":{text}}}"#),
    }
}

fn finish(script: &Script) -> &'static str {
    match script {
        Script { blocked: true, .. } => "content_filter",
        Script { length: true, .. } => "length",
        Script { tools: true, .. } => "tool_calls",
        _ => "stop",
    }
}

pub(super) fn events(provider: Provider, model: &str, script: &Script) -> Vec<Event> {
    let piece = |choices: &str, rest: &str| Event::of(chunk(provider, model, choices, rest));
    let first = choice(r#"{"role":"assistant","content":""}"#, "null");
    let hello = match provider {
        Provider::Groq => r#","x_groq":{"id":"req_1"}"#,
        _ => "",
    };
    let mut events = vec![piece(&first, hello)];
    if let Some(text) = reasoning(script) {
        events.push(piece(&choice(&thoughts(provider, text), "null"), ""));
    }
    for text in script.pieces() {
        let delta = format!(r#"{{"content":{}}}"#, quoted(&text));
        events.push(piece(&choice(&delta, "null"), "").text());
    }
    if script.tools {
        let delta = json!({"tool_calls": [call()]}).to_string();
        events.push(piece(&choice(&delta, "null"), ""));
    }
    let reason = quoted(finish(script));
    let used = (!script.no_usage).then(|| usage(provider, script).to_string());
    let nothing = if script.null_choices { "null" } else { "[]" };
    match (provider, used) {
        // On the last chunk itself.
        (Provider::Mistral, Some(used)) => {
            events.push(piece(&choice(r#"{"content":""}"#, &reason), &format!(r#","usage":{used}"#)));
        }
        (Provider::Groq, Some(used)) => events.push(piece(
            &choice("{}", &reason),
            &format!(r#","x_groq":{{"id":"req_1","usage":{used}}}"#),
        )),
        (Provider::Cerebras, Some(used)) => events.push(piece(
            &choice("{}", &reason),
            &format!(r#","usage":{used},"time_info":{{"queue_time":0.0001,"total_time":0.01,"created":1795219200.5}}"#),
        )),
        (_, used) => {
            events.push(piece(&choice("{}", &reason), ""));
            if let Some(used) = used {
                events.push(piece(nothing, &format!(r#","usage":{used}"#)));
            }
        }
    }
    events.push(Event::of("[DONE]"));
    events
}

pub(super) fn whole(provider: Provider, model: &str, script: &Script) -> Value {
    let mut message = json!({"role": "assistant", "content": script.text(), "refusal": null});
    if let Some(text) = reasoning(script) {
        if provider == Provider::Mistral {
            message["content"] = json!([{"type": "thinking", "thinking": [{"type": "text", "text": text}]}, {"type": "text", "text": script.text()}]);
        } else {
            message["reasoning"] = json!(text);
        }
    }
    if script.tools {
        message["tool_calls"] = json!([call()]);
    }
    let mut body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_219_200, "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish(script)}],
    });
    if !script.no_usage {
        body["usage"] = usage(provider, script);
    }
    body
}
