//! The wire formats, one a file: writers of requests and decoders of answers, without I/O. Not framing, and not HTTP.

pub(super) mod anthropic;
pub(super) mod gemini;
pub(super) mod ollama;
pub(super) mod openai_chat;
pub(super) mod openai_responses;
mod tools;

use super::sink::Sink;
use serde_json::Value;

/// Reads the JSON texts of one answer.
pub(super) trait Format: Send {
    /// The next text of a stream; `name` is the name of its event, which may be empty.
    fn frame(&mut self, name: &str, value: Value, sink: &mut Sink);

    /// `[DONE]` came.
    fn done(&mut self, _sink: &mut Sink) {}

    /// The only text of an answer that is not a stream.
    fn whole(&mut self, value: Value, sink: &mut Sink);

    /// The bytes have ended: for formats whose terminal marker is not their last word.
    fn ended(&mut self, _sink: &mut Sink) {}
}

/// A text of a value, empty when there is none.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Takes a part out of a value when it is there and says something.
fn take(value: &mut Value, name: &str) -> Option<Value> {
    value
        .get_mut(name)
        .map(Value::take)
        .filter(|part| !part.is_null())
}
