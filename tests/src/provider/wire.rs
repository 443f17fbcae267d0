//! Each provider's answers, byte for byte as it writes them: frames of a stream, and a body that is whole. Not when they are sent.

use super::script::{ARGUMENTS, INPUT_TOKENS, REASONING, Script};
use krowoc_shared::execution::Provider;
use serde_json::{Value, json};

/// A wire format as this server serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wire {
    /// Chat completions of a provider.
    Chat(Provider),
    /// OpenAI's responses.
    Responses,
    /// Anthropic's messages.
    Anthropic,
    /// Gemini's generateContent.
    Gemini,
    /// Ollama's chat.
    Ollama,
}

impl Wire {
    /// Every wire format, each dialect for itself.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let chat = [
            Provider::Openai,
            Provider::Groq,
            Provider::Cerebras,
            Provider::Mistral,
            Provider::Openrouter,
            Provider::Compatible,
        ];
        let mut all: Vec<Self> = chat.into_iter().map(Self::Chat).collect();
        all.extend([Self::Responses, Self::Anthropic, Self::Gemini, Self::Ollama]);
        all
    }

    /// Whose it is.
    #[must_use]
    pub fn provider(self) -> Provider {
        match self {
            Self::Chat(provider) => provider,
            Self::Responses => Provider::Openai,
            Self::Anthropic => Provider::Anthropic,
            Self::Gemini => Provider::Gemini,
            Self::Ollama => Provider::Ollama,
        }
    }

    /// The content type of a stream.
    #[must_use]
    pub fn stream_type(self) -> &'static str {
        match self {
            Self::Ollama => "application/x-ndjson",
            Self::Chat(_) | Self::Responses | Self::Anthropic | Self::Gemini => {
                "text/event-stream; charset=utf-8"
            }
        }
    }
}

/// A stream in frames: each is a complete event or line, with its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// In order.
    pub frames: Vec<Vec<u8>>,
    /// Bytes after which the terminal marker is there; `None` when it never comes.
    pub marker: Option<usize>,
}

impl Stream {
    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.frames.concat()
    }
}

/// The stream of a script.
#[must_use]
pub fn stream(wire: Wire, model: &str, script: &Script) -> Stream {
    let mut frames = Vec::new();
    let mut ends = true;
    let events = events(wire, model, script);
    let texts_before = events.iter().position(|event| event.is_text).unwrap_or(0);
    for (at, event) in events.iter().enumerate() {
        if script.fail.is_some_and(|after| at == texts_before + after) {
            frames.push(frame(wire, &error_event(wire), script));
            ends = false;
            break;
        }
        frames.push(frame(wire, event, script));
        if at == texts_before && script.malformed {
            let broken = match wire {
                Wire::Ollama => "{\"model\": oops\n".to_owned(),
                _ => "data: {\"choices\": [oops\n\n".to_owned(),
            };
            frames.push(lines(broken, script));
        }
        for filler in fillers(wire, script) {
            frames.push(lines(filler, script));
        }
    }
    if script.bom
        && let Some(first) = frames.first_mut()
    {
        first.splice(0..0, *b"\xef\xbb\xbf");
    }
    Stream {
        marker: (ends && !script.malformed).then(|| marker(&frames, &events, wire, script)),
        frames,
    }
}

/// One event before it is framed.
pub(super) struct Event {
    pub(super) name: Option<&'static str>,
    pub(super) data: String,
    pub(super) is_text: bool,
}

impl Event {
    pub(super) fn of(data: impl Into<String>) -> Self {
        Self {
            name: None,
            data: data.into(),
            is_text: false,
        }
    }

    pub(super) fn named(name: &'static str, data: impl Into<String>) -> Self {
        Self {
            name: Some(name),
            ..Self::of(data)
        }
    }

    pub(super) fn text(self) -> Self {
        Self {
            is_text: true,
            ..self
        }
    }
}

fn events(wire: Wire, model: &str, script: &Script) -> Vec<Event> {
    match wire {
        Wire::Chat(provider) => super::chat::events(provider, model, script),
        Wire::Responses => super::responses::events(model, script),
        Wire::Anthropic => super::anthropic::events(model, script),
        Wire::Gemini => super::gemini::events(model, script),
        Wire::Ollama => super::ollama::events(model, script),
    }
}

fn frame(wire: Wire, event: &Event, script: &Script) -> Vec<u8> {
    let data = &event.data;
    let text = match (wire, event.name) {
        (Wire::Ollama, _) => format!("{data}\n"),
        (_, Some(name)) => format!("event: {name}\ndata: {data}\n\n"),
        (_, None) => format!("data: {data}\n\n"),
    };
    lines(text, script)
}

fn lines(text: String, script: &Script) -> Vec<u8> {
    if script.crlf {
        text.replace('\n', "\r\n").into_bytes()
    } else {
        text.into_bytes()
    }
}

/// What stands between two frames.
fn fillers(wire: Wire, script: &Script) -> Vec<String> {
    let mut fillers = Vec::new();
    if script.comments {
        fillers.push(match wire {
            Wire::Ollama => "\n".to_owned(),
            _ => ": OPENROUTER PROCESSING\n\n".to_owned(),
        });
    }
    if script.pings {
        fillers.push(match wire {
            Wire::Anthropic => "event: ping\ndata: {\"type\": \"ping\"}\n\n".to_owned(),
            Wire::Ollama => " \n".to_owned(),
            _ => "data: {}\n\n".to_owned(),
        });
    }
    if script.unknown {
        fillers.push(match wire {
            Wire::Ollama => "{\"weather\":\"fine\"}\n".to_owned(),
            _ => "event: brand.new\ndata: {\"type\":\"brand.new\",\"weather\":\"fine\"}\n\n"
                .to_owned(),
        });
    }
    fillers
}

/// The end of the last frame that matters, without its line ends.
fn marker(frames: &[Vec<u8>], events: &[Event], wire: Wire, script: &Script) -> usize {
    let fillers = fillers(wire, script).len();
    let last = (events.len() - 1) * (1 + fillers);
    let before: usize = frames.iter().take(last).map(Vec::len).sum();
    let frame = &frames[last];
    let ends = frame
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    before + frame.len() - ends.count()
}

/// The error in the middle of a stream.
fn error_event(wire: Wire) -> Event {
    match wire {
        Wire::Chat(Provider::Groq) => Event::of(
            r#"{"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[],"x_groq":{"id":"req_1","error":"over capacity"}}"#,
        ),
        Wire::Chat(Provider::Cerebras) => Event::of(
            r#"{"message":"We're experiencing high traffic right now!","type":"too_many_requests_error","param":"queue","code":"queue_exceeded"}"#,
        ),
        Wire::Chat(Provider::Openrouter) => Event::of(
            r#"{"id":"gen-1","object":"chat.completion.chunk","provider":"P","error":{"code":502,"message":"Provider disconnected"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#,
        ),
        Wire::Chat(_) => Event::of(
            r#"{"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}"#,
        ),
        Wire::Responses => Event::named(
            "error",
            r#"{"type":"error","sequence_number":9,"code":"server_error","message":"The server had an error.","param":null}"#,
        ),
        Wire::Anthropic => Event::named(
            "error",
            r#"{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}"#,
        ),
        Wire::Gemini => Event::of(
            r#"{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}"#,
        ),
        Wire::Ollama => Event::of(r#"{"error":"model runner has unexpectedly stopped"}"#),
    }
}

/// The body of an answer that is whole.
#[must_use]
pub fn whole(wire: Wire, model: &str, script: &Script) -> Vec<u8> {
    let body = match wire {
        Wire::Chat(provider) => super::chat::whole(provider, model, script),
        Wire::Responses => super::responses::whole(model, script),
        Wire::Anthropic => super::anthropic::whole(model, script),
        Wire::Gemini => super::gemini::whole(model, script),
        Wire::Ollama => super::ollama::whole(model, script),
    };
    let mut bytes = Vec::new();
    if script.bom {
        bytes.extend_from_slice(b"\xef\xbb\xbf");
    }
    bytes.extend(body.to_string().into_bytes());
    bytes
}

/// The list of models that proves a key.
#[must_use]
pub fn models(wire: Wire) -> Value {
    match wire {
        Wire::Gemini => {
            json!({"models": [{"name": "models/gemini-2.5-flash"}, {"name": "models/imagen-3.0-generate-002"}]})
        }
        Wire::Ollama => json!({"models": [{"name": "llama3.2:latest"}, {"name": "qwen3:8b"}]}),
        _ => {
            json!({"object": "list", "data": [{"id": "a", "object": "model"}, {"id": "b", "object": "model"}]})
        }
    }
}

/// The one call of a tool, in OpenAI's form.
pub(super) fn call() -> Value {
    json!({"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ARGUMENTS}})
}

/// The reasoning, when the script has one.
pub(super) fn reasoning(script: &Script) -> Option<&'static str> {
    script.reasoning.then_some(REASONING)
}

/// Tokens in and out.
pub(super) fn tokens(script: &Script) -> (usize, usize) {
    (INPUT_TOKENS, script.output_tokens())
}

/// A text as JSON writes it.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
