//! Anthropic's messages. Not its older text completions.

use super::super::failures::of_event;
use super::super::sink::Sink;
use super::tools::{Choice, arguments, choice, functions};
use super::{Format, take, text};
use krowoc_shared::execution::{FinishReason, Message, ModelRequest, Provider, Role, ToolCall};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The limit when none is given, for one must be: every model answers this much.
const USUAL_MOST: u32 = 4096;

/// The body of a request. Seeds do not exist here.
pub(in super::super) fn body(request: &ModelRequest, streaming: bool) -> Value {
    let given = &request.parameters;
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    let system: Vec<&str> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::System)
        .map(|message| message.text.as_str())
        .collect();
    put("model", Some(json!(request.model)));
    put(
        "system",
        (!system.is_empty()).then(|| json!(system.join("\n\n"))),
    );
    put("messages", Some(messages(&request.messages)));
    put("stream", Some(json!(streaming)));
    let effort = given.reasoning_effort.as_deref();
    let by_budget = is_budgeted(&request.model);
    let budget = effort.filter(|_| by_budget).map(budget);
    // A budget for thoughts is part of the limit and must be below it.
    let most = given
        .max_output_tokens
        .unwrap_or(USUAL_MOST.saturating_add(budget.unwrap_or(0)));
    put("max_tokens", Some(json!(most)));
    let budget = budget.map(|budget| budget.min(most.saturating_sub(1)));
    let budget = budget.filter(|budget| *budget >= 1024);
    put(
        "thinking",
        budget.map(|budget| json!({"type": "enabled", "budget_tokens": budget})),
    );
    if effort.is_some() && !by_budget {
        put("thinking", Some(json!({"type": "adaptive"})));
    }
    let mut output = Map::new();
    if let Some(effort) = effort.filter(|_| !by_budget) {
        let effort = if effort == "minimal" { "low" } else { effort };
        output.insert("effort".to_owned(), json!(effort));
    }
    if let Some(schema) = &given.json_schema {
        output.insert(
            "format".to_owned(),
            json!({"type": "json_schema", "schema": schema}),
        );
    }
    put(
        "output_config",
        (!output.is_empty()).then_some(Value::Object(output)),
    );
    // With thoughts only the usual temperature is taken.
    if budget.is_none() {
        put(
            "temperature",
            given.temperature.map(|it| json!(it.min(1.0))),
        );
    }
    put("top_p", given.top_p.map(|it| json!(it)));
    put(
        "stop_sequences",
        (!given.stop.is_empty()).then(|| json!(given.stop)),
    );
    if !request.tools.is_empty() {
        put("tools", Some(tools(&request.tools)));
        put("tool_choice", request.tool_choice.as_ref().map(tool_choice));
    }
    Value::Object(body)
}

/// Models before Claude 4.6 think within a budget of tokens; later ones by effort.
fn is_budgeted(model: &str) -> bool {
    let words: Vec<&str> = model.split('-').collect();
    match words.as_slice() {
        ["claude", "3", ..] => true,
        ["claude", _, "4", rest @ ..] => {
            match rest.first().map(|word| (word.len(), word.parse::<u32>())) {
                // `claude-opus-4-1`, `claude-sonnet-4-20250514`, `claude-sonnet-4`.
                Some((1 | 2, Ok(minor))) => minor < 6,
                _ => true,
            }
        }
        _ => false,
    }
}

fn budget(effort: &str) -> u32 {
    match effort {
        "high" => 16_384,
        "medium" => 4096,
        _ => 1024,
    }
}

fn tools(tools: &[Value]) -> Value {
    let own = tools.iter().filter(|tool| tool.get("function").is_none());
    let ours = functions(tools).map(|(name, description, schema)| {
        let mut tool = json!({"name": name, "input_schema": schema});
        if let (Some(tool), Some(description)) = (tool.as_object_mut(), description) {
            tool.insert("description".to_owned(), description.clone());
        }
        tool
    });
    ours.chain(own.cloned()).collect()
}

fn tool_choice(value: &Value) -> Value {
    match choice(value) {
        Choice::Auto => json!({"type": "auto"}),
        Choice::None => json!({"type": "none"}),
        Choice::Any => json!({"type": "any"}),
        Choice::One(name) => json!({"type": "tool", "name": name}),
    }
}

/// Turns must alternate: neighbours of the same side become one.
fn messages(messages: &[Message]) -> Value {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let (side, blocks) = match message.role {
            Role::System => continue,
            Role::User => ("user", plain(&message.text)),
            Role::Assistant => {
                let mut blocks = plain(&message.text);
                blocks.extend(message.tool_calls.iter().map(|call| {
                    json!({"type": "tool_use", "id": call.id, "name": call.name, "input": arguments(&call.arguments)})
                }));
                ("assistant", blocks)
            }
            Role::Tool => {
                let id = message.tool_call_id.as_deref().unwrap_or_default();
                let result =
                    json!({"type": "tool_result", "tool_use_id": id, "content": message.text});
                ("user", vec![result])
            }
        };
        match turns.last_mut() {
            Some((last, content)) if *last == side => content.extend(blocks),
            _ => turns.push((side, blocks)),
        }
    }
    let turns = turns.into_iter().filter(|(_, blocks)| !blocks.is_empty());
    turns
        .map(|(role, content)| json!({"role": role, "content": content}))
        .collect()
}

/// A text block; an empty one is refused there.
fn plain(text: &str) -> Vec<Value> {
    if text.is_empty() {
        Vec::new()
    } else {
        vec![json!({"type": "text", "text": text})]
    }
}

/// Reads an answer.
#[derive(Default)]
pub(in super::super) struct Messages {
    usage: Map<String, Value>,
    reason: Option<FinishReason>,
    /// The place of a call among the calls, by its place among all blocks.
    calls: BTreeMap<u64, u32>,
}

impl Messages {
    /// Later numbers replace earlier ones; a key that is left out or null keeps its number.
    fn usage(&mut self, raw: Option<Value>, sink: &mut Sink) {
        let Some(Value::Object(raw)) = raw else {
            return;
        };
        let said = raw.into_iter().filter(|(_, value)| !value.is_null());
        self.usage.extend(said);
        let raw = Value::Object(self.usage.clone());
        sink.usage(Provider::Anthropic, raw);
    }

    fn block(&mut self, at: u64, block: &Value, sink: &mut Sink, is_whole: bool) {
        match text(block, "/type") {
            "text" => sink.text(text(block, "/text")),
            "thinking" => sink.reasoning(text(block, "/thinking")),
            "tool_use" => {
                let next = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
                let index = *self.calls.entry(at).or_insert(next);
                let input = block.get("input").filter(|_| is_whole);
                sink.tool(ToolCall {
                    index,
                    id: text(block, "/id").to_owned(),
                    name: text(block, "/name").to_owned(),
                    arguments: input.map(Value::to_string).unwrap_or_default(),
                });
            }
            _ => {}
        }
    }

    fn delta(&self, at: u64, delta: &Value, sink: &mut Sink) {
        match text(delta, "/type") {
            "text_delta" => sink.text(text(delta, "/text")),
            "thinking_delta" => sink.reasoning(text(delta, "/thinking")),
            "input_json_delta" => {
                // Pieces of calls that the provider runs itself belong to no call of ours.
                if let Some(index) = self.calls.get(&at) {
                    sink.tool(ToolCall {
                        index: *index,
                        arguments: text(delta, "/partial_json").to_owned(),
                        ..ToolCall::default()
                    });
                }
            }
            _ => {}
        }
    }

    fn stopped(&mut self, value: &Value, pointer: &str) {
        self.reason = match text(value, pointer) {
            "" => self.reason,
            "end_turn" | "stop_sequence" => Some(FinishReason::Stop),
            "max_tokens" | "model_context_window_exceeded" => Some(FinishReason::Length),
            "tool_use" => Some(FinishReason::ToolCalls),
            "refusal" => Some(FinishReason::ContentFilter),
            _ => Some(FinishReason::Other),
        };
    }
}

impl Format for Messages {
    fn frame(&mut self, name: &str, mut value: Value, sink: &mut Sink) {
        let kind = match text(&value, "/type") {
            "" => name,
            kind => kind,
        };
        let at = value.get("index").and_then(Value::as_u64).unwrap_or(0);
        match kind {
            "message_start" => {
                let raw = value.get_mut("message").and_then(|it| take(it, "usage"));
                self.usage(raw, sink);
            }
            "content_block_start" => {
                self.block(
                    at,
                    value.get("content_block").unwrap_or(&Value::Null),
                    sink,
                    false,
                );
            }
            "content_block_delta" => {
                self.delta(at, value.get("delta").unwrap_or(&Value::Null), sink);
            }
            "message_delta" => {
                self.stopped(&value, "/delta/stop_reason");
                let raw = take(&mut value, "usage");
                self.usage(raw, sink);
            }
            "message_stop" => sink.end(self.reason.unwrap_or(FinishReason::Other)),
            "error" => sink.error(of_event(&value)),
            _ => {}
        }
    }

    fn whole(&mut self, mut value: Value, sink: &mut Sink) {
        if text(&value, "/type") == "error" {
            sink.error(of_event(&value));
            return;
        }
        let Some(Value::Array(blocks)) = take(&mut value, "content") else {
            sink.malformed("an answer without content");
            return;
        };
        for (at, block) in (0..).zip(&blocks) {
            self.block(at, block, sink, true);
        }
        let raw = take(&mut value, "usage");
        self.usage(raw, sink);
        self.stopped(&value, "/stop_reason");
        sink.end(self.reason.unwrap_or(FinishReason::Other));
    }
}
