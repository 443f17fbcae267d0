//! OpenAI's responses, for the models that no other endpoint serves. Nothing is stored at OpenAI, and no turn is continued there.

use super::super::failures::of_event;
use super::super::sink::Sink;
use super::openai_chat::{is_strict, name};
use super::tools::functions;
use super::{Format, text};
use krowoc_shared::execution::{
    Failure, FailureClass, FinishReason, Message, ModelRequest, Provider, Role, ToolCall,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Whether a model is served by this endpoint alone.
pub(in super::super) fn is_needed(model: &str) -> bool {
    let base = model.strip_prefix("ft:").unwrap_or(model);
    let has = |part: &str| base.split(['-', ':']).any(|word| word == part);
    has("pro") || has("codex") || base.contains("deep-research") || base.contains("computer-use")
}

/// The body of a request. Stop sequences and seeds do not exist here.
pub(in super::super) fn body(request: &ModelRequest, streaming: bool) -> Value {
    let given = &request.parameters;
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    let input: Vec<Value> = request.messages.iter().flat_map(items).collect();
    put("model", Some(json!(request.model)));
    put("input", Some(Value::Array(input)));
    put("stream", Some(json!(streaming)));
    put("store", Some(json!(false)));
    put("temperature", given.temperature.map(|it| json!(it)));
    put("top_p", given.top_p.map(|it| json!(it)));
    put(
        "max_output_tokens",
        given.max_output_tokens.map(|it| json!(it)),
    );
    let effort = given.reasoning_effort.as_ref();
    put(
        "reasoning",
        effort.map(|it| json!({"effort": it, "summary": "auto"})),
    );
    let schema = given.json_schema.as_ref().map(|schema| {
        json!({"format": {"type": "json_schema", "name": name(schema), "schema": schema, "strict": is_strict(schema)}})
    });
    put("text", schema);
    if !request.tools.is_empty() {
        put("tools", Some(tools(&request.tools)));
        put("tool_choice", request.tool_choice.as_ref().map(choice));
    }
    Value::Object(body)
}

/// Functions lie flat here; other tools are this endpoint's own and pass as they are.
fn tools(tools: &[Value]) -> Value {
    let flat = functions(tools).map(|(name, description, schema)| {
        json!({"type": "function", "name": name, "description": description, "parameters": schema, "strict": false})
    });
    let own = tools.iter().filter(|tool| tool.get("function").is_none());
    flat.chain(own.cloned()).collect()
}

fn choice(choice: &Value) -> Value {
    match choice.pointer("/function/name") {
        Some(name) => json!({"type": "function", "name": name}),
        None => choice.clone(),
    }
}

fn items(message: &Message) -> Vec<Value> {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => {
            let id = message.tool_call_id.as_deref().unwrap_or_default();
            return vec![
                json!({"type": "function_call_output", "call_id": id, "output": message.text}),
            ];
        }
    };
    let mut items = Vec::new();
    if !message.text.is_empty() || message.tool_calls.is_empty() {
        items.push(json!({"role": role, "content": message.text}));
    }
    items.extend(message.tool_calls.iter().map(|call| {
        json!({"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments})
    }));
    items
}

/// Reads an answer.
#[derive(Default)]
pub(in super::super) struct Responses {
    /// The place of a call among the calls, by its place among all items.
    calls: BTreeMap<u64, u32>,
}

impl Responses {
    fn index(&mut self, event: &Value) -> u32 {
        let at = event.get("output_index").and_then(Value::as_u64);
        let next = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        *self.calls.entry(at.unwrap_or_default()).or_insert(next)
    }

    /// The end, with the whole response.
    fn end(&self, response: &Value, sink: &mut Sink) {
        if let Some(raw) = response.get("usage").filter(|usage| !usage.is_null()) {
            sink.usage(Provider::Openai, raw.clone());
        }
        let error = response.get("error").filter(|error| !error.is_null());
        match text(response, "/status") {
            "completed" if self.calls.is_empty() => sink.end(FinishReason::Stop),
            "completed" => sink.end(FinishReason::ToolCalls),
            "incomplete" => sink.end(match text(response, "/incomplete_details/reason") {
                "max_output_tokens" => FinishReason::Length,
                "content_filter" => FinishReason::ContentFilter,
                _ => FinishReason::Other,
            }),
            "failed" => sink.error(of_event(error.unwrap_or(&Value::Null))),
            "cancelled" => sink.error(Failure::new(
                FailureClass::ProviderError,
                "The provider cancelled the answer.",
            )),
            _ => match error {
                Some(error) => sink.error(of_event(error)),
                None => sink.malformed("a response without a state"),
            },
        }
    }
}

impl Format for Responses {
    fn frame(&mut self, name: &str, value: Value, sink: &mut Sink) {
        let kind = match text(&value, "/type") {
            "" => name,
            kind => kind,
        };
        match kind {
            "response.output_text.delta" | "response.refusal.delta" => {
                sink.text(text(&value, "/delta"));
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                sink.reasoning(text(&value, "/delta"));
            }
            "response.output_item.added" if text(&value, "/item/type") == "function_call" => {
                let index = self.index(&value);
                sink.tool(ToolCall {
                    index,
                    id: text(&value, "/item/call_id").to_owned(),
                    name: text(&value, "/item/name").to_owned(),
                    arguments: String::new(),
                });
            }
            "response.function_call_arguments.delta" => {
                let index = self.index(&value);
                sink.tool(ToolCall {
                    index,
                    arguments: text(&value, "/delta").to_owned(),
                    ..ToolCall::default()
                });
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.end(value.get("response").unwrap_or(&Value::Null), sink);
            }
            "error" => sink.error(of_event(&value)),
            _ if value.get("error").is_some_and(Value::is_object) => sink.error(of_event(&value)),
            _ => {}
        }
    }

    fn whole(&mut self, value: Value, sink: &mut Sink) {
        let items = value.get("output").and_then(Value::as_array);
        for (at, item) in items.into_iter().flatten().enumerate() {
            let parts = |name: &str| {
                let parts = item.get(name).and_then(Value::as_array);
                parts.into_iter().flatten()
            };
            match text(item, "/type") {
                "message" => {
                    for part in parts("content") {
                        sink.text(text(part, "/text"));
                        sink.text(text(part, "/refusal"));
                    }
                }
                "reasoning" => {
                    for part in parts("summary").chain(parts("content")) {
                        sink.reasoning(text(part, "/text"));
                    }
                }
                "function_call" => {
                    let index = self.index(&json!({"output_index": at}));
                    sink.tool(ToolCall {
                        index,
                        id: text(item, "/call_id").to_owned(),
                        name: text(item, "/name").to_owned(),
                        arguments: text(item, "/arguments").to_owned(),
                    });
                }
                _ => {}
            }
        }
        self.end(&value, sink);
    }
}
