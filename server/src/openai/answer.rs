//! Answers in OpenAI's form: one object, or chunks. Not the events that they are made of.

use krowoc_shared::execution::event::{Event, FinishReason, ToolCall};
use krowoc_shared::execution::usage::{Unit, Usage};
use krowoc_shared::ids::{ExecutionId, Millis};
use serde_json::{Map, Value, json};

/// What every answer and every chunk of it begins with.
#[derive(Clone, Debug)]
pub struct Head {
    id: String,
    created: Millis,
    model: String,
    chunk: String,
}

fn text(value: &str) -> String {
    // A text is always JSON.
    serde_json::to_string(value).unwrap_or_default()
}

fn reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Stop | FinishReason::Other => "stop",
    }
}

fn usage_value(usage: &Usage) -> Value {
    json!({
        "prompt_tokens": usage.input(),
        "completion_tokens": usage.output(),
        "total_tokens": usage.input().saturating_add(usage.output()),
        "prompt_tokens_details": {"cached_tokens": usage.get(Unit::CacheReadTokens)},
        "completion_tokens_details": {"reasoning_tokens": usage.get(Unit::OutputReasoningTokens)},
    })
}

impl Head {
    /// Of an execution of a model.
    #[must_use]
    pub fn new(execution: ExecutionId, created_at: Millis, model: &str) -> Self {
        let id = format!("chatcmpl-{execution}");
        let created = created_at.div_euclid(1_000);
        Self {
            chunk: format!(
                "data: {{\"id\":{},\"object\":\"chat.completion.chunk\",\"created\":{created},\"model\":{},\"system_fingerprint\":null,",
                text(&id),
                text(model)
            ),
            id,
            created,
            model: model.to_owned(),
        }
    }

    /// A chunk with a change of the one answer. With usage asked for, each says that it has none yet.
    fn change(&self, delta: &str, finish: Option<FinishReason>, with_usage: bool) -> String {
        let finish = finish.map_or("null".to_owned(), |it| text(reason(it)));
        let usage = if with_usage { ",\"usage\":null" } else { "" };
        format!(
            "{}\"choices\":[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}]{usage}}}\n\n",
            self.chunk
        )
    }

    /// The first chunk: whose words follow.
    #[must_use]
    pub fn begin(&self, with_usage: bool) -> String {
        self.change(
            "{\"role\":\"assistant\",\"content\":\"\"}",
            None,
            with_usage,
        )
    }

    /// The chunk of an event; empty for one that is not told.
    #[must_use]
    pub fn event(&self, event: &Event, with_usage: bool) -> String {
        match event {
            Event::Text(piece) => self.change(
                &format!("{{\"content\":{}}}", text(piece)),
                None,
                with_usage,
            ),
            Event::Reasoning(piece) => {
                let delta = format!("{{\"reasoning_content\":{}}}", text(piece));
                self.change(&delta, None, with_usage)
            }
            Event::Tool(piece) => {
                let delta = json!({"tool_calls": [tool_piece(piece)]});
                self.change(&delta.to_string(), None, with_usage)
            }
            Event::End(reason) => self.change("{}", Some(*reason), with_usage),
            Event::Usage { .. } | Event::Error(_) => String::new(),
        }
    }

    /// The chunk with the usage, without a choice.
    #[must_use]
    pub fn usage(&self, usage: &Usage) -> String {
        format!(
            "{}\"choices\":[],\"usage\":{}}}\n\n",
            self.chunk,
            usage_value(usage)
        )
    }

    /// The whole answer.
    #[must_use]
    pub fn whole(&self, whole: &Whole) -> Value {
        let mut message = json!({
            "role": "assistant",
            "content": if whole.text.is_empty() && !whole.tools.is_empty() { Value::Null } else { json!(whole.text) },
            "refusal": null,
        });
        if let Some(fields) = message.as_object_mut() {
            if !whole.reasoning.is_empty() {
                fields.insert("reasoning_content".to_owned(), json!(whole.reasoning));
            }
            if !whole.tools.is_empty() {
                let calls: Vec<Value> = whole.tools.iter().map(tool_call).collect();
                fields.insert("tool_calls".to_owned(), json!(calls));
            }
        }
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "system_fingerprint": null,
            "choices": [{
                "index": 0,
                "message": message,
                "logprobs": null,
                "finish_reason": reason(whole.reason),
            }],
            "usage": whole.usage.as_ref().map(usage_value),
        })
    }
}

/// The first piece of a call says what is called, later ones add to its arguments.
fn tool_piece(piece: &ToolCall) -> Value {
    let (mut call, mut function) = (Map::new(), Map::new());
    call.insert("index".to_owned(), json!(piece.index));
    if !piece.id.is_empty() {
        call.insert("id".to_owned(), json!(piece.id));
    }
    if !piece.name.is_empty() {
        call.insert("type".to_owned(), json!("function"));
        function.insert("name".to_owned(), json!(piece.name));
    }
    function.insert("arguments".to_owned(), json!(piece.arguments));
    call.insert("function".to_owned(), Value::Object(function));
    Value::Object(call)
}

fn tool_call(call: &ToolCall) -> Value {
    json!({
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    })
}

/// An answer that is complete.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The answer.
    pub text: String,
    /// The reasoning.
    pub reasoning: String,
    /// The tool calls.
    pub tools: Vec<ToolCall>,
    /// What was used; absent when the provider did not say.
    pub usage: Option<Usage>,
    /// Why it ended.
    pub reason: FinishReason,
}

impl Default for Whole {
    fn default() -> Self {
        Self {
            text: String::new(),
            reasoning: String::new(),
            tools: Vec::new(),
            usage: None,
            reason: FinishReason::Stop,
        }
    }
}

impl Whole {
    /// Adds an event.
    pub fn add(&mut self, event: Event) {
        match event {
            Event::Text(piece) => self.text.push_str(&piece),
            Event::Reasoning(piece) => self.reasoning.push_str(&piece),
            Event::Tool(piece) => match self.tools.iter_mut().find(|it| it.index == piece.index) {
                Some(call) => {
                    call.id.push_str(&piece.id);
                    call.name.push_str(&piece.name);
                    call.arguments.push_str(&piece.arguments);
                }
                None => self.tools.push(piece),
            },
            Event::Usage { usage, .. } => self.usage = Some(usage),
            Event::End(reason) => self.reason = reason,
            Event::Error(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::ids::ExecutionId;

    fn head() -> Head {
        Head::new(ExecutionId::mint(5_000, [7; 10]), 5_500, "openai/gpt-4o")
    }

    fn chunk(text: &str) -> Value {
        let data = text
            .strip_prefix("data: ")
            .and_then(|it| it.strip_suffix("\n\n"));
        serde_json::from_str(data.unwrap()).unwrap()
    }

    #[test]
    fn a_chunk_is_json_whatever_the_text_holds() {
        let piece = "a \"quoted\"\nline\u{2028}\u{0} ą";
        let read = chunk(&head().event(&Event::Text(piece.to_owned()), true));
        assert_eq!(read["choices"][0]["delta"]["content"], piece);
        assert_eq!(
            (&read["usage"], &read["created"]),
            (&Value::Null, &json!(5))
        );
        assert!(read["id"].as_str().unwrap().starts_with("chatcmpl-"));
        let end = chunk(&head().event(&Event::End(FinishReason::Length), false));
        assert_eq!(end["choices"][0]["finish_reason"], "length");
        assert!(end.get("usage").is_none());
    }

    #[test]
    fn tool_calls_stream_in_pieces_and_are_joined_whole() {
        let pieces = [
            ToolCall {
                index: 0,
                id: "call_1".to_owned(),
                name: "weather".to_owned(),
                arguments: String::new(),
            },
            ToolCall {
                arguments: "{\"city\":".to_owned(),
                ..ToolCall::default()
            },
            ToolCall {
                arguments: "\"Kraków\"}".to_owned(),
                ..ToolCall::default()
            },
        ];
        let first = chunk(&head().event(&Event::Tool(pieces[0].clone()), false));
        let call = &first["choices"][0]["delta"]["tool_calls"][0];
        assert_eq!(
            (&call["id"], &call["type"]),
            (&json!("call_1"), &json!("function"))
        );
        let second = chunk(&head().event(&Event::Tool(pieces[1].clone()), false));
        assert!(
            second["choices"][0]["delta"]["tool_calls"][0]
                .get("id")
                .is_none()
        );
        let mut whole = Whole::default();
        pieces
            .into_iter()
            .for_each(|piece| whole.add(Event::Tool(piece)));
        whole.add(Event::End(FinishReason::ToolCalls));
        let answer = head().whole(&whole);
        let message = &answer["choices"][0]["message"];
        assert_eq!(message["content"], Value::Null);
        assert_eq!(
            message["tool_calls"][0]["function"]["arguments"],
            "{\"city\":\"Kraków\"}"
        );
        assert_eq!(answer["choices"][0]["finish_reason"], "tool_calls");
    }

    #[test]
    fn usage_comes_last_and_without_a_choice() {
        let mut usage = Usage::tokens(14, 65);
        usage.add(Unit::CacheReadTokens, 3);
        let read = chunk(&head().usage(&usage));
        assert_eq!(read["choices"], json!([]));
        assert_eq!(read["usage"]["total_tokens"], 79);
        assert_eq!(read["usage"]["prompt_tokens_details"]["cached_tokens"], 3);
    }
}
