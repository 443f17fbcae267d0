//! Server-sent events as they trickle in, and how long to wait for the next try. Not the connection.

use crate::json;
use krowoc_shared::sync::wire::Hint;

/// Longest line that is kept: a hint has a hundred bytes.
const LONGEST: usize = 4 * 1024;

/// Reads a stream of events piece by piece.
#[derive(Debug, Default)]
pub struct Hints {
    line: Vec<u8>,
    event: String,
    hint: Option<Hint>,
}

impl Hints {
    /// Takes the next bytes; gives the hints that ended in them, of each space the one with the largest sequence number.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Hint> {
        let mut heard: Vec<Hint> = Vec::new();
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                let Some(hint) = self.end_line(&String::from_utf8_lossy(&line)) else {
                    continue;
                };
                match heard.iter_mut().find(|it| it.space == hint.space) {
                    Some(known) => known.seq = known.seq.max(hint.seq),
                    None => heard.push(hint),
                }
            } else if self.line.len() < LONGEST {
                self.line.push(*byte);
            }
        }
        heard
    }

    /// A line has ended; an empty one ends the event.
    fn end_line(&mut self, line: &str) -> Option<Hint> {
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            let hint = self.hint.take();
            return hint.filter(|_| std::mem::take(&mut self.event) == "hint");
        }
        // A line that begins with a colon is a comment: a sign of life.
        let (name, value) = line.split_once(':')?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                self.hint = json::read(value).ok();
            }
            _ => {}
        }
        None
    }
}

/// Milliseconds to wait before the next try after so many that brought nothing.
#[must_use]
pub const fn patience(failures: u32) -> u32 {
    match failures {
        0 => 1_000,
        1 => 2_000,
        2 => 5_000,
        3 => 15_000,
        _ => 60_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::ids::SpaceId;

    fn event(seq: u64) -> String {
        of(1, seq)
    }

    fn of(space: u8, seq: u64) -> String {
        let space = SpaceId::mint(1, [space; 10]);
        let data = serde_json::to_string(&Hint { space, seq }).unwrap();
        format!("event: hint\ndata: {data}\n\n")
    }

    fn heard(hints: &mut Hints, text: &[u8]) -> Vec<u64> {
        hints.read(text).into_iter().map(|hint| hint.seq).collect()
    }

    #[test]
    fn a_hint_is_heard_wherever_its_bytes_are_cut() {
        let text = format!(":\n\n{}", event(7));
        for cut in 0..text.len() {
            let mut hints = Hints::default();
            let (first, second) = text.as_bytes().split_at(cut);
            let heard = [heard(&mut hints, first), heard(&mut hints, second)];
            assert_eq!(heard.concat(), [7], "{cut}");
        }
    }

    #[test]
    fn of_many_hints_of_a_space_the_furthest_counts() {
        let text = event(7) + &of(2, 3) + &event(9) + &event(8);
        assert_eq!(heard(&mut Hints::default(), text.as_bytes()), [9, 3]);
    }

    #[test]
    fn comments_other_events_and_nonsense_are_no_hints() {
        let other = event(3).replace("event: hint", "event: other");
        for text in [
            ":\n\n",
            "\n\n\n",
            &other,
            "event: hint\ndata: {}\n\n",
            "event: hint\r\n\r\n",
        ] {
            assert_eq!(Hints::default().read(text.as_bytes()), [], "{text:?}");
        }
    }

    #[test]
    fn an_endless_line_is_not_kept() {
        let mut hints = Hints::default();
        for _ in 0..100 {
            assert_eq!(hints.read(&[b'x'; 1_000]), []);
        }
        assert!(hints.line.len() <= LONGEST);
        let text = format!("\n\n{}", event(4));
        assert_eq!(heard(&mut hints, text.as_bytes()), [4]);
    }

    #[test]
    fn waiting_grows_and_ends_at_a_minute() {
        let waits: Vec<u32> = (0..9).map(patience).collect();
        assert!(waits.is_sorted());
        assert_eq!(waits.last(), Some(&60_000));
    }
}
