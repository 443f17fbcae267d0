//! How long the provider held a request, told in its first word: a bench takes it off, and what is left lies before and behind the
//! provider. Its own waits are never exact on a machine that sleeps in between. Not part of any provider's format.

use std::time::Duration;

const MARK: &str = "held=";
/// Microseconds up to a quarter of an hour.
const DIGITS: usize = 9;

/// The word, before anything is known.
#[must_use]
pub fn word() -> String {
    format!("{MARK}{:0>DIGITS$} ", 0)
}

fn find(bytes: &[u8]) -> Option<usize> {
    let mark = MARK.as_bytes();
    let at = bytes.windows(mark.len()).position(|it| it == mark)?;
    Some(at + mark.len())
}

/// A piece of an answer that says how long its request was held; `None` for one without the word.
pub(super) fn stamped(piece: &[u8], held: Duration) -> Option<Vec<u8>> {
    let digits = format!("{:0>DIGITS$}", held.as_micros());
    let at = find(piece)?;
    let mut piece = piece.to_vec();
    let place = piece.get_mut(at..at + DIGITS)?;
    (digits.len() == DIGITS).then(|| place.copy_from_slice(digits.as_bytes()))?;
    Some(piece)
}

/// How long a request was held, as its answer says.
#[must_use]
pub fn told(answer: &[u8]) -> Option<Duration> {
    let at = find(answer)?;
    let digits = answer.get(at..at + DIGITS)?;
    let micros = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stamped_is_told_and_no_length_changes() {
        let piece = format!("data: {{\"text\":\"{}\"}}", word()).into_bytes();
        assert_eq!(told(&piece), Some(Duration::ZERO));
        let held = Duration::from_micros(200_113);
        let stamped_piece = stamped(&piece, held).unwrap();
        assert_eq!(
            (told(&stamped_piece), stamped_piece.len()),
            (Some(held), piece.len())
        );
        assert_eq!(
            (stamped(b"data: [DONE]", held), told(b"data: [DONE]")),
            (None, None)
        );
    }
}
