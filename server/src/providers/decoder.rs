//! The bytes of an answer become neutral events. No I/O: bytes come in any pieces, and the end is told.

use super::formats::Format;
use super::sink::Sink;
use krowoc_shared::execution::stream::{LARGEST_EVENT, NdjsonParser, SseParser, TooLarge};
use krowoc_shared::execution::{Event, Failure, FailureClass};
use serde_json::Value;
use std::fmt;

/// The largest answer that is taken, in bytes, as a whole or as a stream.
pub const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// How an answer is cut into JSON texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events.
    Sse,
    /// One text a line.
    Ndjson,
    /// The whole body is one text.
    Whole,
}

enum Frames {
    Sse(SseParser),
    Ndjson(NdjsonParser),
    Whole(Vec<u8>),
}

/// Decodes one answer. After [`Self::finish`] its events end with exactly one `End` or `Error`.
pub struct Decoder {
    frames: Frames,
    format: Box<dyn Format>,
    sink: Sink,
    taken: usize,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("sink", &self.sink)
            .finish_non_exhaustive()
    }
}

impl Decoder {
    pub(super) fn new(framing: Framing, format: Box<dyn Format>) -> Self {
        let frames = match framing {
            Framing::Sse => Frames::Sse(SseParser::new(LARGEST_EVENT)),
            Framing::Ndjson => Frames::Ndjson(NdjsonParser::new(LARGEST_EVENT)),
            Framing::Whole => Frames::Whole(Vec::new()),
        };
        Self {
            frames,
            format,
            sink: Sink::default(),
            taken: 0,
        }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.sink.is_closed() {
            return;
        }
        self.taken = self.taken.saturating_add(bytes.len());
        if self.taken > LARGEST_ANSWER {
            self.sink.malformed("an answer that is larger than 64 MiB");
            return;
        }
        let Self {
            frames,
            format,
            sink,
            ..
        } = self;
        let fed = match frames {
            Frames::Sse(parser) => parser.feed(bytes, |event| {
                frame(format.as_mut(), sink, &event.name, &event.data);
            }),
            Frames::Ndjson(parser) => parser.feed(bytes, |line| {
                frame(format.as_mut(), sink, "", line);
            }),
            Frames::Whole(body) => {
                body.extend_from_slice(bytes);
                Ok(())
            }
        };
        if let Err(TooLarge { limit }) = fed {
            sink.malformed(&format!("an event that is larger than {limit} bytes"));
        }
    }

    /// The bytes have ended, as they should or because the connection broke. An answer without its terminal marker is truncated.
    pub fn finish(&mut self) {
        let Self {
            frames,
            format,
            sink,
            ..
        } = self;
        if !sink.is_closed() {
            match frames {
                Frames::Sse(parser) => parser.finish(|event| {
                    last(format.as_mut(), sink, &event.name, &event.data);
                }),
                Frames::Ndjson(parser) => {
                    parser.finish(|line| last(format.as_mut(), sink, "", line));
                }
                Frames::Whole(body) => whole(format.as_mut(), sink, body),
            }
        }
        if !sink.is_closed() {
            format.ended(sink);
        }
        if !sink.is_closed() {
            sink.truncated();
        }
    }

    /// The answer cannot be read to its end for a reason of ours. A format whose marker has come already is complete all the same.
    pub fn fail(&mut self, failure: Failure) {
        if !self.sink.is_closed() {
            self.format.ended(&mut self.sink);
        }
        self.sink.error(failure);
    }

    /// The next event.
    pub fn pop(&mut self) -> Option<Event> {
        self.sink.pop()
    }

    /// The terminal event was decoded: further bytes change nothing.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.sink.is_closed()
    }
}

fn frame(format: &mut dyn Format, sink: &mut Sink, name: &str, data: &str) {
    if sink.is_closed() {
        return;
    }
    if data.trim_ascii() == "[DONE]" {
        format.done(sink);
        return;
    }
    match parse(data) {
        Ok(value) => format.frame(name, value, sink),
        // A keep-alive of some servers.
        Err(_) if data.trim_ascii().is_empty() => {}
        Err(_) => sink.malformed("an event that is not JSON"),
    }
}

/// Servers that cut texts by UTF-16 send halves of characters as escapes, which is no text: they become replacement characters.
fn parse(data: &str) -> serde_json::Result<Value> {
    serde_json::from_str(data).or_else(|error| match mended(data) {
        Some(mended) => serde_json::from_str(&mended),
        None => Err(error),
    })
}

/// The data with `\ufffd` for each half of a character that stands alone; `None` when there is none.
fn mended(data: &str) -> Option<String> {
    let half = |at: usize| {
        let digits = data.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(data.len());
    let mut rest = data;
    let mut found = false;
    while let Some((before, _)) = rest.split_once('\\') {
        out.push_str(before);
        let at = data.len() - rest.len() + before.len();
        let (length, alone) = match (half(at), half(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (12, false),
            (Some(0xd800..=0xdfff), _) => (6, true),
            // Two at once, so that an escaped backslash does not begin an escape.
            _ => (2, false),
        };
        found |= alone;
        let escape = data.get(at..at + length)?;
        out.push_str(if alone { "\\ufffd" } else { escape });
        rest = data.get(at + length..)?;
    }
    out.push_str(rest);
    found.then_some(out)
}

/// The last event, whose end never came: it counts when it is whole.
fn last(format: &mut dyn Format, sink: &mut Sink, name: &str, data: &str) {
    let is_whole = data.trim_ascii() == "[DONE]" || parse(data).is_ok();
    if is_whole {
        frame(format, sink, name, data);
    }
}

fn whole(format: &mut dyn Format, sink: &mut Sink, body: &[u8]) {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => format.whole(value, sink),
        Err(error) if error.is_eof() => sink.truncated(),
        Err(_) => sink.error(Failure::new(
            FailureClass::ProviderError,
            "The provider's answer is not JSON; check the base URL.",
        )),
    }
}

#[cfg(test)]
#[path = "decoder_formats_tests.rs"]
mod formats_tests;
#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
