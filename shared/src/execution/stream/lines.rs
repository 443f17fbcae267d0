//! Bytes in any pieces become whole lines. Not text: a character may be cut at any byte until its line is whole.

use super::TooLarge;

/// Collects lines that end with LF, CR or CRLF.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// The beginning of a line whose end has not come.
    held: Vec<u8>,
    /// The last byte was a CR: an LF that follows belongs to it.
    after_cr: bool,
    /// Nothing was taken yet: a byte order mark may come.
    at_start: bool,
    limit: usize,
    failed: bool,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl Lines {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            held: Vec::new(),
            after_cr: false,
            at_start: true,
            limit,
            failed: false,
        }
    }

    /// Takes bytes and gives every line that they complete, without its end.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        mut line: impl FnMut(&[u8]) -> Result<(), TooLarge>,
    ) -> Result<(), TooLarge> {
        if self.failed {
            return Err(self.too_large());
        }
        while !bytes.is_empty() {
            if self.after_cr {
                self.after_cr = false;
                if let Some(rest) = bytes.strip_prefix(b"\n") {
                    bytes = rest;
                    continue;
                }
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let Some((head, rest)) = end.and_then(|at| bytes.split_at_checked(at)) else {
                self.hold(bytes)?;
                break;
            };
            let taken = if self.held.is_empty() {
                self.check(head.len())
                    .and_then(|()| line(unmarked(self.at_start, head)))
            } else {
                let whole = self.hold(head);
                let taken = whole.and_then(|()| line(unmarked(self.at_start, &self.held)));
                self.held.clear();
                taken
            };
            self.at_start = false;
            if let Err(error) = taken {
                self.failed = true;
                return Err(error);
            }
            self.after_cr = rest.first() == Some(&b'\r');
            bytes = rest.get(1..).unwrap_or_default();
        }
        Ok(())
    }

    /// The line whose end never came, when there is one.
    pub(super) fn rest(&mut self) -> Option<Vec<u8>> {
        let mut held = std::mem::take(&mut self.held);
        if self.at_start && held.starts_with(BOM) {
            held.drain(..BOM.len());
        }
        self.at_start = false;
        (!held.is_empty() && !self.failed).then_some(held)
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        self.check(self.held.len().saturating_add(bytes.len()))?;
        self.held.extend_from_slice(bytes);
        Ok(())
    }

    fn check(&mut self, length: usize) -> Result<(), TooLarge> {
        if length > self.limit {
            self.failed = true;
            self.held = Vec::new();
            return Err(self.too_large());
        }
        Ok(())
    }

    const fn too_large(&self) -> TooLarge {
        TooLarge { limit: self.limit }
    }
}

/// The first line without its byte order mark.
fn unmarked(first: bool, line: &[u8]) -> &[u8] {
    if first {
        line.strip_prefix(BOM).unwrap_or(line)
    } else {
        line
    }
}
