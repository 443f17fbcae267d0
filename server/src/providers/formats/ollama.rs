//! Ollama's chat. Its OpenAI-compatible door is a compatible address like any other.

use super::super::failures::of_event;
use super::super::sink::Sink;
use super::super::wire::join;
use super::tools::{arguments, as_text};
use super::{Format, text};
use krowoc_shared::execution::{FinishReason, Message, ModelRequest, Provider, Role, ToolCall};
use serde_json::{Map, Value, json};
use url::Url;

/// The address of an endpoint; people give the server's address with and without `/api`.
pub(in super::super) fn endpoint(base: &Url, name: &str) -> Url {
    let has_api = base.path().trim_end_matches('/').ends_with("/api");
    if has_api {
        join(base, &[name])
    } else {
        join(base, &["api", name])
    }
}

/// The body of a request.
pub(in super::super) fn body(request: &ModelRequest, streaming: bool) -> Value {
    let given = &request.parameters;
    let mut options = Map::new();
    let mut option = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            options.insert(name.to_owned(), value);
        }
    };
    option("temperature", given.temperature.map(|it| json!(it)));
    option("top_p", given.top_p.map(|it| json!(it)));
    option("num_predict", given.max_output_tokens.map(|it| json!(it)));
    option("stop", (!given.stop.is_empty()).then(|| json!(given.stop)));
    option("seed", given.seed.map(|it| json!(it)));
    let messages: Vec<Value> = request.messages.iter().map(message).collect();
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    put("model", Some(json!(request.model)));
    put("messages", Some(Value::Array(messages)));
    put("stream", Some(json!(streaming)));
    put(
        "options",
        (!options.is_empty()).then_some(Value::Object(options)),
    );
    put("format", given.json_schema.clone());
    let effort = given.reasoning_effort.as_deref();
    let effort = effort.map(|effort| if effort == "minimal" { "low" } else { effort });
    put("think", effort.map(|effort| json!(effort)));
    put(
        "tools",
        (!request.tools.is_empty()).then(|| Value::Array(request.tools.clone())),
    );
    Value::Object(body)
}

fn message(message: &Message) -> Value {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    let mut out = json!({"role": role, "content": message.text});
    if let Some(object) = out.as_object_mut() {
        if !message.tool_calls.is_empty() {
            let calls = message.tool_calls.iter().map(|call| {
                json!({"function": {"name": call.name, "arguments": arguments(&call.arguments)}})
            });
            object.insert("tool_calls".to_owned(), calls.collect());
        }
        if let Some(id) = &message.tool_call_id {
            object.insert("tool_call_id".to_owned(), json!(id));
        }
    }
    out
}

/// Reads an answer: each line has a piece, the last one `done` and the counts.
#[derive(Default)]
pub(in super::super) struct Ollama {
    calls: u32,
}

impl Ollama {
    fn line(&mut self, value: &Value, sink: &mut Sink) {
        if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
            sink.error(of_event(error));
            return;
        }
        sink.reasoning(text(value, "/message/thinking"));
        sink.text(text(value, "/message/content"));
        let calls = value
            .pointer("/message/tool_calls")
            .and_then(Value::as_array);
        for call in calls.into_iter().flatten() {
            let id = match text(call, "/id") {
                "" => format!("call_{}", self.calls),
                id => id.to_owned(),
            };
            sink.tool(ToolCall {
                index: self.calls,
                id,
                name: text(call, "/function/name").to_owned(),
                arguments: as_text(call.pointer("/function/arguments").unwrap_or(&Value::Null)),
            });
            self.calls = self.calls.saturating_add(1);
        }
        if value.get("done") != Some(&Value::Bool(true)) {
            return;
        }
        let raw = counts(value);
        if value.get("eval_count").is_some() || value.get("prompt_eval_count").is_some() {
            sink.usage(Provider::Ollama, raw);
        }
        sink.end(match text(value, "/done_reason") {
            "" | "stop" if self.calls > 0 => FinishReason::ToolCalls,
            "" | "stop" => FinishReason::Stop,
            "length" => FinishReason::Length,
            _ => FinishReason::Other,
        });
    }
}

/// The last line without its words.
fn counts(value: &Value) -> Value {
    let fields = value.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| name.ends_with("_count") || name.ends_with("_duration"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<String, Value>>()
        .into()
}

impl Format for Ollama {
    fn frame(&mut self, _name: &str, value: Value, sink: &mut Sink) {
        self.line(&value, sink);
    }

    fn whole(&mut self, value: Value, sink: &mut Sink) {
        self.line(&value, sink);
        if !sink.is_closed() {
            sink.malformed("an answer that is not done");
        }
    }
}
