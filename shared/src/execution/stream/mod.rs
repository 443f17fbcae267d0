//! Streams of providers taken apart: bytes in any pieces become events of SSE or lines of NDJSON. Not what they mean.

mod lines;
pub mod ndjson;
pub mod sse;

#[cfg(test)]
mod stream_tests;

pub use ndjson::NdjsonParser;
pub use sse::{SseEvent, SseParser};

use std::fmt;

/// The largest event or line that is taken, in bytes: the largest answers of providers are hundreds of kilobytes, and an event is held in memory whole.
pub const LARGEST_EVENT: usize = 8 * 1024 * 1024;

/// An event or a line was larger than allowed; the parser takes nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// What is allowed, in bytes.
    pub limit: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event is larger than {} bytes", self.limit)
    }
}
impl std::error::Error for TooLarge {}
