//! OpenAI's chat completions and its dialects: Groq, Cerebras, Mistral, OpenRouter, and whatever else speaks them.

use super::super::failures::of_event;
use super::super::sink::Sink;
use super::tools::as_text;
use super::{Format, take, text};
use krowoc_shared::execution::{
    Failure, FinishReason, Message, ModelRequest, Parameters, Provider, Role, ToolCall,
};
use serde_json::{Map, Value, json};

/// The body of a request in the dialect of a provider.
pub(in super::super) fn body(provider: Provider, request: &ModelRequest, streaming: bool) -> Value {
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(request.model));
    let messages: Vec<Value> = request.messages.iter().map(message).collect();
    body.insert("messages".to_owned(), Value::Array(messages));
    body.insert("stream".to_owned(), json!(streaming));
    // Mistral refuses what it does not know, and sends usage unasked.
    if streaming && provider != Provider::Mistral {
        body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    parameters(provider, &request.parameters, &mut body);
    if !request.tools.is_empty() {
        body.insert("tools".to_owned(), Value::Array(request.tools.clone()));
        if let Some(choice) = &request.tool_choice {
            body.insert("tool_choice".to_owned(), choice.clone());
        }
    }
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
    if !message.tool_calls.is_empty() {
        let calls = message.tool_calls.iter().map(|call| {
            json!({
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            })
        });
        put(&mut out, "tool_calls", calls.collect());
        if message.text.is_empty() {
            put(&mut out, "content", Value::Null);
        }
    }
    if let Some(id) = &message.tool_call_id {
        put(&mut out, "tool_call_id", json!(id));
    }
    out
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

fn parameters(provider: Provider, given: &Parameters, body: &mut Map<String, Value>) {
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    put("temperature", given.temperature.map(|it| json!(it)));
    put("top_p", given.top_p.map(|it| json!(it)));
    let most = match provider {
        Provider::Openai | Provider::Groq | Provider::Cerebras => "max_completion_tokens",
        _ => "max_tokens",
    };
    put(most, given.max_output_tokens.map(|it| json!(it)));
    put("stop", (!given.stop.is_empty()).then(|| json!(given.stop)));
    let seed = if provider == Provider::Mistral {
        "random_seed"
    } else {
        "seed"
    };
    put(seed, given.seed.map(|it| json!(it)));
    let effort = given.reasoning_effort.as_ref();
    if provider == Provider::Openrouter {
        put("reasoning", effort.map(|it| json!({"effort": it})));
    } else {
        put("reasoning_effort", effort.map(|it| json!(it)));
    }
    let schema = given.json_schema.as_ref().map(|schema| {
        json!({"type": "json_schema", "json_schema": {"name": name(schema), "schema": schema, "strict": is_strict(schema)}})
    });
    put("response_format", schema);
}

/// A schema's title as a name, which OpenAI demands.
pub(super) fn name(schema: &Value) -> String {
    let title = text(schema, "/title");
    let kept = title
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(64);
    let name: String = kept.collect();
    if name.is_empty() {
        "answer".to_owned()
    } else {
        name
    }
}

/// Only a schema that allows nothing more can be kept to strictly; others are refused when strictness is asked for.
pub(super) fn is_strict(schema: &Value) -> bool {
    schema.get("additionalProperties") == Some(&Value::Bool(false))
}

/// Reads an answer.
pub(in super::super) struct Chat {
    provider: Provider,
    reason: Option<FinishReason>,
    /// The choice says that it failed; why stands in it or beside it.
    failed: Option<Failure>,
}

impl Chat {
    pub(in super::super) const fn new(provider: Provider) -> Self {
        Self {
            provider,
            reason: None,
            failed: None,
        }
    }

    /// Usage and errors, which stand beside the choices; true when the answer ended with it.
    fn beside(&mut self, value: &mut Value, sink: &mut Sink) -> bool {
        let groq = take(value, "x_groq");
        let groq = |name: &str| groq.as_ref()?.get(name).filter(|it| !it.is_null()).cloned();
        if let Some(raw) = take(value, "usage").or_else(|| groq("usage")) {
            sink.usage(self.provider, raw);
        }
        let error = take(value, "error").or_else(|| groq("error"));
        let is_flat = value.get("choices").is_none()
            && (text(value, "/object") == "error" || value.get("message").is_some());
        let error = error.or_else(|| is_flat.then(|| value.clone()));
        match error.map(|error| of_event(&error)).or(self.failed.take()) {
            Some(failure) => sink.error(failure),
            None => return false,
        }
        true
    }

    /// The one choice, in a stream's `delta` or a whole `message`.
    fn choice(&mut self, choice: &Value, part: &str, sink: &mut Sink) {
        if let Some(message) = choice.get(part) {
            for name in ["reasoning_content", "reasoning"] {
                let reasoning = message.get(name).and_then(Value::as_str);
                if let Some(reasoning) = reasoning.filter(|text| !text.is_empty()) {
                    sink.reasoning(reasoning);
                    break;
                }
            }
            content(message.get("content"), sink);
            sink.text(text(message, "/refusal"));
            let calls = message.get("tool_calls").and_then(Value::as_array);
            for (at, call) in calls.into_iter().flatten().enumerate() {
                sink.tool(tool(at, call));
            }
        }
        match text(choice, "/finish_reason") {
            "" => {}
            "error" => self.failed = Some(of_event(choice)),
            reason => self.reason = Some(finish(reason)),
        }
    }
}

/// A text, or Mistral's parts of one.
fn content(content: Option<&Value>, sink: &mut Sink) {
    match content {
        Some(Value::String(text)) => sink.text(text),
        Some(Value::Array(parts)) => {
            for part in parts {
                if text(part, "/type") == "thinking" {
                    let thoughts = part.get("thinking");
                    if let Some(thoughts) = thoughts.and_then(Value::as_str) {
                        sink.reasoning(thoughts);
                    }
                    let inner = thoughts.and_then(Value::as_array);
                    for thought in inner.into_iter().flatten() {
                        sink.reasoning(text(thought, "/text"));
                    }
                } else {
                    sink.text(text(part, "/text"));
                }
            }
        }
        _ => {}
    }
}

fn tool(at: usize, call: &Value) -> ToolCall {
    let index = call.get("index").and_then(Value::as_u64);
    let index = index.and_then(|index| u32::try_from(index).ok());
    let arguments = call.pointer("/function/arguments");
    ToolCall {
        index: index.unwrap_or(u32::try_from(at).unwrap_or(u32::MAX)),
        id: text(call, "/id").to_owned(),
        name: text(call, "/function/name").to_owned(),
        arguments: as_text(arguments.unwrap_or(&Value::Null)),
    }
}

fn finish(reason: &str) -> FinishReason {
    match reason {
        "stop" | "eos" => FinishReason::Stop,
        "length" | "model_length" | "max_tokens" => FinishReason::Length,
        "tool_calls" | "function_call" => FinishReason::ToolCalls,
        "content_filter" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}

/// The first choice; servers send `[]` and `null` as well.
fn first(value: &Value) -> Option<&Value> {
    let choices = value.get("choices")?.as_array()?;
    let is_first = |choice: &&Value| {
        choice
            .get("index")
            .and_then(Value::as_u64)
            .is_none_or(|index| index == 0)
    };
    choices.iter().find(is_first)
}

impl Format for Chat {
    fn frame(&mut self, name: &str, mut value: Value, sink: &mut Sink) {
        if name == "error" {
            sink.error(of_event(&value));
            return;
        }
        let choice = first(&value).cloned();
        if let Some(choice) = choice {
            self.choice(&choice, "delta", sink);
        }
        self.beside(&mut value, sink);
    }

    fn done(&mut self, sink: &mut Sink) {
        sink.end(self.reason.unwrap_or(FinishReason::Other));
    }

    fn whole(&mut self, mut value: Value, sink: &mut Sink) {
        let choice = first(&value).cloned();
        if let Some(choice) = &choice {
            self.choice(choice, "message", sink);
        }
        if self.beside(&mut value, sink) {
            return;
        }
        if choice.is_some() {
            sink.end(self.reason.unwrap_or(FinishReason::Other));
        } else {
            sink.malformed("an answer without choices");
        }
    }
}
