//! Any bytes in any pieces give the same events as in one piece, and never a panic. Run by libFuzzer, and on every test run with bytes
//! of proptest's.

use krowoc_shared::execution::stream::{NdjsonParser, SseParser};

const LIMIT: usize = 4096;

fn sse(pieces: &[&[u8]]) -> Vec<(String, String)> {
    let mut parser = SseParser::new(LIMIT);
    let mut events = Vec::new();
    let mut keep = |name: &str, data: &str| events.push((name.to_owned(), data.to_owned()));
    for piece in pieces {
        if parser
            .feed(piece, |event| keep(&event.name, &event.data))
            .is_err()
        {
            return events;
        }
    }
    parser.finish(|event| keep(&event.name, &event.data));
    events
}

fn lines(pieces: &[&[u8]]) -> Vec<String> {
    let mut parser = NdjsonParser::new(LIMIT);
    let mut lines = Vec::new();
    for piece in pieces {
        if parser
            .feed(piece, |line| lines.push(line.to_owned()))
            .is_err()
        {
            return lines;
        }
    }
    parser.finish(|line| lines.push(line.to_owned()));
    lines
}

/// One case; the first byte says where the cuts are.
///
/// # Panics
/// When pieces make a difference.
pub fn stream(input: &[u8]) {
    let Some((size, bytes)) = input.split_first() else {
        return;
    };
    let pieces: Vec<&[u8]> = bytes.chunks(usize::from(*size).max(1)).collect();
    assert_eq!(sse(&pieces), sse(&[bytes]));
    assert_eq!(lines(&pieces), lines(&[bytes]));
}
