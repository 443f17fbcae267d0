//! Google Gemini's generateContent. Not Vertex AI, whose addresses and keys are others.

use super::super::failures::of_event;
use super::super::sink::Sink;
use super::super::wire::join;
use super::tools::{Choice, arguments, choice, functions};
use super::{Format, take, text};
use krowoc_shared::execution::{
    Failure, FailureClass, FinishReason, Message, ModelRequest, Parameters, Provider, Role,
    ToolCall,
};
use serde_json::{Map, Value, json};
use url::Url;

/// The address of a request; the model stands in it.
pub(in super::super) fn endpoint(base: &Url, model: &str, streaming: bool) -> Url {
    let verb = if streaming {
        "streamGenerateContent"
    } else {
        "generateContent"
    };
    let (kind, model) = match model.split_once('/') {
        Some((kind @ ("models" | "tunedModels"), model)) => (kind, model),
        _ => ("models", model),
    };
    let mut url = join(base, &[kind, &format!("{model}:{verb}")]);
    if streaming {
        url.query_pairs_mut().append_pair("alt", "sse");
    }
    url
}

/// The body of a request.
pub(in super::super) fn body(request: &ModelRequest) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    let system = request.messages.iter().filter(|it| it.role == Role::System);
    let system: Vec<Value> = system.map(|it| json!({"text": it.text})).collect();
    put("contents", Some(contents(&request.messages)));
    put(
        "systemInstruction",
        (!system.is_empty()).then(|| json!({"parts": system})),
    );
    let config = config(&request.model, &request.parameters);
    put(
        "generationConfig",
        (!config.is_empty()).then_some(Value::Object(config)),
    );
    if !request.tools.is_empty() {
        put("tools", Some(tools(&request.tools)));
        put("toolConfig", request.tool_choice.as_ref().map(tool_config));
    }
    Value::Object(body)
}

fn config(model: &str, given: &Parameters) -> Map<String, Value> {
    let mut config = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            config.insert(name.to_owned(), value);
        }
    };
    put("temperature", given.temperature.map(|it| json!(it)));
    put("topP", given.top_p.map(|it| json!(it)));
    put(
        "maxOutputTokens",
        given.max_output_tokens.map(|it| json!(it)),
    );
    put(
        "stopSequences",
        (!given.stop.is_empty()).then(|| json!(given.stop)),
    );
    put("seed", given.seed.map(|it| json!(it)));
    if let Some(schema) = &given.json_schema {
        put("responseMimeType", Some(json!("application/json")));
        put("responseJsonSchema", Some(schema.clone()));
    }
    let effort = given.reasoning_effort.as_deref();
    put(
        "thinkingConfig",
        effort.map(|effort| thinking(model, effort)),
    );
    config
}

/// Gemini 2.5 thinks within a budget of tokens, later ones by level. The budgets are those of Google's own OpenAI-compatible door.
fn thinking(model: &str, effort: &str) -> Value {
    if model.contains("gemini-2") {
        let budget = match effort {
            "high" => 24_576,
            "medium" => 8192,
            _ => 1024,
        };
        json!({"includeThoughts": true, "thinkingBudget": budget})
    } else {
        json!({"includeThoughts": true, "thinkingLevel": effort})
    }
}

fn tools(tools: &[Value]) -> Value {
    let declared: Vec<Value> = functions(tools)
        .map(|(name, description, schema)| {
            json!({"name": name, "description": description, "parametersJsonSchema": schema})
        })
        .collect();
    let own = tools.iter().filter(|tool| tool.get("function").is_none());
    let ours = (!declared.is_empty()).then(|| json!({"functionDeclarations": declared}));
    ours.into_iter().chain(own.cloned()).collect()
}

fn tool_config(value: &Value) -> Value {
    let mode = |mode: &str| json!({"functionCallingConfig": {"mode": mode}});
    match choice(value) {
        Choice::Auto => mode("AUTO"),
        Choice::None => mode("NONE"),
        Choice::Any => mode("ANY"),
        Choice::One(name) => {
            json!({"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [name]}})
        }
    }
}

/// Turns; a result of a tool names its function, which only the call before it knows.
fn contents(messages: &[Message]) -> Value {
    let mut names: Vec<(&str, &str)> = Vec::new();
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let (side, parts) = match message.role {
            Role::System => continue,
            Role::User => ("user", vec![json!({"text": message.text})]),
            Role::Assistant => {
                let mut parts = Vec::new();
                if !message.text.is_empty() {
                    parts.push(json!({"text": message.text}));
                }
                for call in &message.tool_calls {
                    names.push((&call.id, &call.name));
                    parts.push(json!({"functionCall": {"name": call.name, "args": arguments(&call.arguments)}}));
                }
                ("model", parts)
            }
            Role::Tool => {
                let id = message.tool_call_id.as_deref().unwrap_or_default();
                let found = names.iter().rev().find(|(known, _)| *known == id);
                let name = found.map_or(id, |(_, name)| *name);
                let given = serde_json::from_str::<Value>(&message.text).ok();
                let response = given
                    .filter(Value::is_object)
                    .unwrap_or_else(|| json!({"result": message.text}));
                (
                    "user",
                    vec![json!({"functionResponse": {"name": name, "response": response}})],
                )
            }
        };
        match turns.last_mut() {
            Some((last, content)) if *last == side => content.extend(parts),
            _ => turns.push((side, parts)),
        }
    }
    let turns = turns.into_iter().filter(|(_, parts)| !parts.is_empty());
    turns
        .map(|(role, parts)| json!({"role": role, "parts": parts}))
        .collect()
}

/// Reads an answer. It is complete once a finish reason was seen; usage may still follow, so that the end is told at the end.
#[derive(Default)]
pub(in super::super) struct Gemini {
    reason: Option<FinishReason>,
    calls: u32,
}

impl Gemini {
    fn chunk(&mut self, mut value: Value, sink: &mut Sink) {
        if value.get("error").is_some_and(|error| !error.is_null()) {
            sink.error(of_event(&value));
            return;
        }
        if let Some(raw) = take(&mut value, "usageMetadata") {
            sink.usage(Provider::Gemini, raw);
        }
        let blocked = text(&value, "/promptFeedback/blockReason");
        if !blocked.is_empty() {
            sink.error(Failure {
                code: Some(blocked.to_owned()),
                ..Failure::new(
                    FailureClass::Blocked,
                    format!("The provider refused the prompt: {blocked}."),
                )
            });
            return;
        }
        let Some(candidate) = value.pointer("/candidates/0") else {
            return;
        };
        let parts = candidate
            .pointer("/content/parts")
            .and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            self.part(part, sink);
        }
        self.reason = match text(candidate, "/finishReason") {
            "" | "FINISH_REASON_UNSPECIFIED" => self.reason,
            "STOP" => Some(FinishReason::Stop),
            "MAX_TOKENS" => Some(FinishReason::Length),
            "FUNCTION_CALL" => Some(FinishReason::ToolCalls),
            "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE"
            | "IMAGE_SAFETY" => Some(FinishReason::ContentFilter),
            _ => Some(FinishReason::Other),
        };
    }

    fn part(&mut self, part: &Value, sink: &mut Sink) {
        let words = text(part, "/text");
        if part.get("thought") == Some(&Value::Bool(true)) {
            sink.reasoning(words);
        } else {
            sink.text(words);
        }
        let Some(call) = part.get("functionCall") else {
            return;
        };
        let id = match text(call, "/id") {
            // Its results are told apart by name and order; OpenAI's form needs an id.
            "" => format!("call_{}", self.calls),
            id => id.to_owned(),
        };
        sink.tool(ToolCall {
            index: self.calls,
            id,
            name: text(call, "/name").to_owned(),
            arguments: call
                .get("args")
                .map_or_else(|| "{}".to_owned(), Value::to_string),
        });
        self.calls = self.calls.saturating_add(1);
    }
}

impl Format for Gemini {
    fn frame(&mut self, _name: &str, value: Value, sink: &mut Sink) {
        self.whole_or_list(value, sink);
    }

    fn whole(&mut self, value: Value, sink: &mut Sink) {
        self.whole_or_list(value, sink);
        self.ended(sink);
        if !sink.is_closed() {
            sink.malformed("an answer without a finish reason");
        }
    }

    fn ended(&mut self, sink: &mut Sink) {
        match self.reason {
            Some(FinishReason::Stop) if self.calls > 0 => sink.end(FinishReason::ToolCalls),
            Some(reason) => sink.end(reason),
            None => {}
        }
    }
}

impl Gemini {
    /// Without `alt=sse` a stream is one JSON list.
    fn whole_or_list(&mut self, value: Value, sink: &mut Sink) {
        match value {
            Value::Array(chunks) => {
                for chunk in chunks {
                    self.chunk(chunk, sink);
                }
            }
            one => self.chunk(one, sink),
        }
    }
}
