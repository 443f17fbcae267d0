//! Server-sent events as they trickle in, and how long to wait for the next try. Not the connection.

use krowoc_shared::sync::wire::Hint;

/// Longest line that is kept: a hint has a hundred bytes.
const LONGEST: usize = 4 * 1024;

/// Reads a stream of events piece by piece.
#[derive(Debug, Default)]
pub struct Hints {
    line: Vec<u8>,
    event: String,
    seq: Option<u64>,
}

impl Hints {
    /// Takes the next bytes; gives the largest sequence number of the hints that ended in them.
    pub fn read(&mut self, bytes: &[u8]) -> Option<u64> {
        let mut heard = None;
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                heard = heard.max(self.end_line(&String::from_utf8_lossy(&line)));
            } else if self.line.len() < LONGEST {
                self.line.push(*byte);
            }
        }
        heard
    }

    /// A line has ended; an empty one ends the event.
    fn end_line(&mut self, line: &str) -> Option<u64> {
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            let seq = self.seq.take();
            return (std::mem::take(&mut self.event) == "hint")
                .then_some(seq)
                .flatten();
        }
        // A line that begins with a colon is a comment: a sign of life.
        let (name, value) = line.split_once(':')?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                let hint = serde_json::from_str::<Hint>(value);
                self.seq = hint.ok().map(|hint| hint.seq);
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
        let space = SpaceId::mint(1, [1; 10]);
        let data = serde_json::to_string(&Hint { space, seq }).unwrap();
        format!("event: hint\ndata: {data}\n\n")
    }

    #[test]
    fn a_hint_is_heard_wherever_its_bytes_are_cut() {
        let text = format!(":\n\n{}", event(7));
        for cut in 0..text.len() {
            let mut hints = Hints::default();
            let (first, second) = text.as_bytes().split_at(cut);
            let heard = [hints.read(first), hints.read(second)];
            assert_eq!(
                heard.into_iter().flatten().collect::<Vec<_>>(),
                [7],
                "{cut}"
            );
        }
    }

    #[test]
    fn of_many_hints_the_furthest_counts() {
        let text = event(7) + &event(9) + &event(8);
        assert_eq!(Hints::default().read(text.as_bytes()), Some(9));
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
            assert_eq!(Hints::default().read(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn an_endless_line_is_not_kept() {
        let mut hints = Hints::default();
        for _ in 0..100 {
            assert_eq!(hints.read(&[b'x'; 1_000]), None);
        }
        assert!(hints.line.len() <= LONGEST);
        assert_eq!(hints.read(format!("\n\n{}", event(4)).as_bytes()), Some(4));
    }

    #[test]
    fn waiting_grows_and_ends_at_a_minute() {
        let waits: Vec<u32> = (0..9).map(patience).collect();
        assert!(waits.is_sorted());
        assert_eq!(waits.last(), Some(&60_000));
    }
}
