//! A chat request in OpenAI's form, read into ours. What we cannot do is refused by name: nothing is dropped in silence that changes the
//! answer. Not the sending.

use super::error::ApiError;
use krowoc_shared::execution::event::ToolCall;
use krowoc_shared::execution::request::{Message, Parameters, Role};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Body {
    model: Option<String>,
    messages: Option<Vec<Said>>,
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
    #[serde(default)]
    temperature: Option<f64>,
    #[serde(default)]
    top_p: Option<f64>,
    #[serde(default)]
    max_tokens: Option<u32>,
    #[serde(default)]
    max_completion_tokens: Option<u32>,
    #[serde(default)]
    stop: Option<Stop>,
    #[serde(default)]
    seed: Option<i64>,
    #[serde(default)]
    reasoning_effort: Option<String>,
    #[serde(default)]
    response_format: Option<Format>,
    #[serde(default)]
    tools: Option<Vec<Value>>,
    #[serde(default)]
    tool_choice: Option<Value>,
    #[serde(default)]
    n: Option<u64>,
    #[serde(default)]
    logprobs: Option<bool>,
    #[serde(default)]
    functions: Option<Value>,
    #[serde(default)]
    audio: Option<Value>,
    #[serde(default)]
    modalities: Option<Vec<String>>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
    #[serde(default)]
    variables: Option<BTreeMap<String, String>>,
    #[serde(default)]
    run_model: Option<String>,
}

#[derive(Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stop {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Format {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    json_schema: Option<Value>,
}

#[derive(Deserialize)]
struct Said {
    role: String,
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    tool_calls: Option<Vec<Called>>,
    #[serde(default)]
    tool_call_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
struct Called {
    #[serde(default)]
    id: String,
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    arguments: String,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// As the client named it: a model, or `prompt:<slug>[@version]`.
    pub model: String,
    /// The conversation.
    pub messages: Vec<Message>,
    /// Whether the answer is to stream.
    pub stream: bool,
    /// Whether a stream ends with the usage.
    pub include_usage: bool,
    /// How to answer.
    pub parameters: Parameters,
    /// Tools, passed through.
    pub tools: Vec<Value>,
    /// Which of them, passed through.
    pub tool_choice: Option<Value>,
    /// Values of a prompt's variables: `variables` before `metadata`.
    pub variables: BTreeMap<String, String>,
    /// The model that a prompt is to be run with, instead of its own.
    pub run_model: Option<String>,
}

impl Ask {
    /// Reads a request.
    ///
    /// # Errors
    /// What is missing, wrong, or beyond this server.
    pub fn of(value: Value) -> Result<Self, ApiError> {
        let body: Body = serde_json::from_value(value).map_err(|error| {
            // Serde's own words, but for those that repeat what was sent.
            let text = error.to_string();
            let safe = text.strip_prefix("missing field").is_some();
            let text = if safe {
                text
            } else {
                "A field is not of its type; see OpenAI's reference of chat completions".to_owned()
            };
            ApiError::invalid("", format!("{text}."))
        })?;
        refuse(&body)?;
        let model = body.model.unwrap_or_default();
        if model.is_empty() {
            return Err(ApiError::invalid(
                "model",
                "Name a model, such as openai/gpt-4o-mini or prompt:my-prompt.",
            ));
        }
        let messages = body.messages.unwrap_or_default().into_iter().enumerate();
        let messages: Result<Vec<Message>, ApiError> =
            messages.map(|(at, said)| message(at, said)).collect();
        let parameters = Parameters {
            temperature: body.temperature,
            top_p: body.top_p,
            max_output_tokens: body.max_completion_tokens.or(body.max_tokens),
            stop: match body.stop {
                None => Vec::new(),
                Some(Stop::One(stop)) => vec![stop],
                Some(Stop::Many(stops)) => stops,
            },
            seed: body.seed,
            reasoning_effort: body.reasoning_effort,
            json_schema: body.response_format.map(schema).transpose()?.flatten(),
        };
        parameters.check().map_err(|(field, right)| {
            let field = match field {
                "max_output_tokens" => "max_tokens",
                "json_schema" => "response_format",
                other => other,
            };
            ApiError::invalid(field, format!("{field}: expected {right}."))
        })?;
        let mut variables = body.metadata.unwrap_or_default();
        variables.extend(body.variables.unwrap_or_default());
        Ok(Self {
            model,
            messages: messages?,
            stream: body.stream.unwrap_or(false),
            include_usage: body.stream_options.is_some_and(|it| it.include_usage),
            parameters,
            tools: body.tools.unwrap_or_default(),
            tool_choice: body.tool_choice,
            variables,
            run_model: body.run_model,
        })
    }
}

fn refuse(body: &Body) -> Result<(), ApiError> {
    let text_only = |list: &Vec<String>| list.iter().all(|it| it == "text");
    let refused = [
        (
            "n",
            body.n.is_some_and(|n| n != 1),
            "Only one answer at a time.",
        ),
        (
            "logprobs",
            body.logprobs == Some(true),
            "Probabilities of tokens are not passed through.",
        ),
        (
            "functions",
            body.functions.is_some(),
            "Functions were replaced by tools; send tools.",
        ),
        ("audio", body.audio.is_some(), "Only text is answered."),
        (
            "modalities",
            !body.modalities.as_ref().is_none_or(text_only),
            "Only text is answered.",
        ),
    ];
    match refused.into_iter().find(|(_, wrong, _)| *wrong) {
        Some((param, _, why)) => Err(ApiError::invalid(param, why)),
        None => Ok(()),
    }
}

fn schema(format: Format) -> Result<Option<Value>, ApiError> {
    let wrong = |why: &str| ApiError::invalid("response_format", why);
    match format.kind.as_str() {
        "text" => Ok(None),
        "json_object" => Ok(Some(json!({"type": "object"}))),
        "json_schema" => {
            let schema = format.json_schema.as_ref().and_then(|it| it.get("schema"));
            let schema = schema.cloned();
            schema
                .map(Some)
                .ok_or_else(|| wrong("A json_schema holds its schema in the field schema."))
        }
        _ => Err(wrong("Send the type text, json_object or json_schema.")),
    }
}

fn message(at: usize, said: Said) -> Result<Message, ApiError> {
    let wrong = |what: &str, why: &str| ApiError::invalid(format!("messages[{at}].{what}"), why);
    let role = match said.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool,
        _ => {
            return Err(wrong(
                "role",
                "Write system, developer, user, assistant or tool.",
            ));
        }
    };
    let text = match said.content {
        None => String::new(),
        Some(Content::Text(text)) => text,
        Some(Content::Parts(parts)) => {
            let mut texts = Vec::with_capacity(parts.len());
            for part in parts {
                match (part.kind.as_str(), part.text) {
                    ("text", Some(text)) => texts.push(text),
                    ("refusal", _) => {}
                    _ => {
                        return Err(wrong(
                            "content",
                            "Only parts of type text are passed on; images and audio are not.",
                        ));
                    }
                }
            }
            texts.join("\n")
        }
    };
    let calls = said.tool_calls.unwrap_or_default();
    if text.is_empty() && calls.is_empty() && role != Role::Tool {
        return Err(wrong("content", "The message is empty."));
    }
    if role == Role::Tool && said.tool_call_id.is_none() {
        return Err(wrong(
            "tool_call_id",
            "A tool's result names the call that it answers.",
        ));
    }
    let calls = (0_u32..).zip(calls).map(|(index, call)| ToolCall {
        index,
        id: call.id,
        name: call.function.name,
        arguments: call.function.arguments,
    });
    Ok(Message {
        role,
        text,
        tool_calls: calls.collect(),
        tool_call_id: said.tool_call_id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: Value) -> Value {
        let error = Ask::of(body).unwrap_err();
        serde_json::from_str(error.event().trim_start_matches("data: ")).unwrap()
    }

    #[test]
    fn a_whole_request_is_read() {
        let ask = Ask::of(json!({
            "model": "openai/gpt-4o", "stream": true, "stream_options": {"include_usage": true},
            "messages": [
                {"role": "developer", "content": "Be short."},
                {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
                {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": "c1", "content": "42"},
            ],
            "max_completion_tokens": 9, "max_tokens": 7, "stop": "END", "user": "somebody", "parallel_tool_calls": true,
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
            "metadata": {"name": "Ada", "tone": "dry"}, "variables": {"tone": "warm"},
        }))
        .unwrap();
        assert!(ask.stream && ask.include_usage);
        assert_eq!(ask.messages[0].role, Role::System);
        assert_eq!(ask.messages[1].text, "a\nb");
        assert_eq!(ask.messages[2].tool_calls[0].name, "f");
        assert_eq!(ask.messages[3].tool_call_id.as_deref(), Some("c1"));
        assert_eq!(ask.parameters.max_output_tokens, Some(9));
        assert_eq!(ask.parameters.stop, ["END"]);
        assert_eq!(ask.parameters.json_schema, Some(json!({"type": "object"})));
        assert_eq!(ask.variables["tone"], "warm");
        assert_eq!(ask.variables["name"], "Ada");
    }

    #[test]
    fn what_would_change_the_answer_is_refused_by_name() {
        let with = |name: &str, value: Value| {
            let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
            body[name] = value;
            refused(body)["error"]["param"].clone()
        };
        assert_eq!(with("n", json!(2)), "n");
        assert_eq!(with("logprobs", json!(true)), "logprobs");
        assert_eq!(with("temperature", json!(3)), "temperature");
        assert_eq!(with("max_tokens", json!(0)), "max_tokens");
        assert_eq!(with("modalities", json!(["text", "audio"])), "modalities");
        assert_eq!(
            with("response_format", json!({"type": "xml"})),
            "response_format"
        );
        let image = json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]);
        assert_eq!(with("messages", image), "messages[0].content");
        assert_eq!(
            with("messages", json!([{"role": "user", "content": ""}])),
            "messages[0].content"
        );
        assert_eq!(
            with("messages", json!([{"role": "tool", "content": "x"}])),
            "messages[0].tool_call_id"
        );
        assert_eq!(
            with("messages", json!([{"role": "wizard", "content": "x"}])),
            "messages[0].role"
        );
        assert_eq!(refused(json!({"messages": []}))["error"]["param"], "model");
    }

    #[test]
    fn what_was_sent_is_not_repeated_in_an_error() {
        let error = refused(json!({"model": "m", "temperature": "planted-in-a-field"}));
        assert!(!error.to_string().contains("planted"), "{error}");
    }
}
