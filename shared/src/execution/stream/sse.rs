//! Server-sent events (WHATWG HTML, "Interpreting an event stream"), out of bytes in any pieces. Not reconnecting.

use super::TooLarge;
use super::lines::Lines;
use std::borrow::Cow;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent<'a> {
    /// Its `event:` field; empty when it had none.
    pub name: Cow<'a, str>,
    /// Its `data:` lines, joined with line feeds.
    pub data: Cow<'a, str>,
    /// The last `id:` of the stream so far.
    pub id: Cow<'a, str>,
}

/// Takes bytes in any pieces.
#[derive(Clone, Debug)]
pub struct SseParser {
    lines: Lines,
    event: Pending,
    retry_ms: Option<u64>,
}

/// The event whose blank line has not come.
#[derive(Clone, Debug)]
struct Pending {
    name: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    id: Vec<u8>,
    limit: usize,
}

impl SseParser {
    /// With the largest event that is taken, in bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            lines: Lines::new(limit),
            event: Pending {
                name: Vec::new(),
                data: Vec::new(),
                has_data: false,
                id: Vec::new(),
                limit,
            },
            retry_ms: None,
        }
    }

    /// Takes bytes and gives every event that they complete. Events without data are left out, comments and unknown fields too;
    /// what is not UTF-8 becomes replacement characters.
    ///
    /// # Errors
    /// When a line or an event is too large; the parser takes nothing more then.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        mut event: impl FnMut(SseEvent<'_>),
    ) -> Result<(), TooLarge> {
        let Self {
            lines,
            event: pending,
            retry_ms,
        } = self;
        lines.feed(bytes, |line| {
            if line.is_empty() {
                pending.give(&mut event);
                return Ok(());
            }
            let (field, value) = parts(line);
            match field {
                b"retry" => {
                    let number = std::str::from_utf8(value).ok();
                    // Digits only: `parse` would take a sign as well.
                    let number = number.filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
                    *retry_ms = number.and_then(|text| text.parse().ok()).or(*retry_ms);
                    Ok(())
                }
                _ => pending.take(field, value),
            }
        })
    }

    /// The bytes have ended: gives the event whose blank line never came, if any. A browser drops it; a provider's last event
    /// may still be whole, which only its content can say.
    pub fn finish(&mut self, mut event: impl FnMut(SseEvent<'_>)) {
        if let Some(rest) = self.lines.rest() {
            let (field, value) = parts(&rest);
            if self.event.take(field, value).is_err() {
                return;
            }
        }
        self.event.give(&mut event);
    }

    /// The reconnection time that the stream asked for last, in milliseconds.
    #[must_use]
    pub const fn retry_ms(&self) -> Option<u64> {
        self.retry_ms
    }
}

/// Field and value of a line; one blank after the colon belongs to neither. A comment has an empty field.
fn parts(line: &[u8]) -> (&[u8], &[u8]) {
    let colon = line.iter().position(|byte| *byte == b':');
    let Some((field, value)) = colon.and_then(|at| line.split_at_checked(at)) else {
        return (line, b"");
    };
    let value = value.get(1..).unwrap_or_default();
    (field, value.strip_prefix(b" ").unwrap_or(value))
}

impl Pending {
    fn take(&mut self, field: &[u8], value: &[u8]) -> Result<(), TooLarge> {
        match field {
            b"data" => {
                let length = self.data.len().saturating_add(value.len());
                if length >= self.limit {
                    return Err(TooLarge { limit: self.limit });
                }
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
                self.has_data = true;
            }
            b"event" => {
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            b"id" if !value.contains(&0) => {
                self.id.clear();
                self.id.extend_from_slice(value);
            }
            _ => {}
        }
        Ok(())
    }

    fn give(&mut self, event: &mut impl FnMut(SseEvent<'_>)) {
        if self.has_data {
            event(SseEvent {
                name: String::from_utf8_lossy(&self.name),
                data: String::from_utf8_lossy(&self.data),
                id: String::from_utf8_lossy(&self.id),
            });
        }
        self.name.clear();
        self.data.clear();
        self.has_data = false;
    }
}
