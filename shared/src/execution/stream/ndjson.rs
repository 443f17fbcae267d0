//! One JSON text a line, as Ollama streams. Not JSON itself: a line is handed on as text.

use super::TooLarge;
use super::lines::Lines;

/// Takes bytes in any pieces.
#[derive(Clone, Debug)]
pub struct NdjsonParser {
    lines: Lines,
}

impl NdjsonParser {
    /// With the largest line that is taken, in bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            lines: Lines::new(limit),
        }
    }

    /// Takes bytes and gives every line that they complete; empty ones are left out. What is not UTF-8 becomes replacement characters.
    ///
    /// # Errors
    /// When a line is too large; the parser takes nothing more then.
    pub fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(&str)) -> Result<(), TooLarge> {
        self.lines.feed(bytes, |whole| {
            give(whole, &mut line);
            Ok(())
        })
    }

    /// The bytes have ended: gives the last line when it had no end. Whether it is whole, only its JSON can say.
    pub fn finish(&mut self, mut line: impl FnMut(&str)) {
        if let Some(rest) = self.lines.rest() {
            give(&rest, &mut line);
        }
    }
}

fn give(bytes: &[u8], line: &mut impl FnMut(&str)) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_matches([' ', '\t']);
    if !text.is_empty() {
        line(text);
    }
}
