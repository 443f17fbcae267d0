//! Where a reader stands in an execution, and what comes after it. Not the stream: see `stream`.

use krowoc_shared::execution::wire::ExecutionView;

/// Most bytes of events that are sent at once: a slow reader holds no more.
pub const CHUNK: usize = 256 * 1024;

/// Where a reader stands in an execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Bytes of text.
    pub text: usize,
    /// Bytes of reasoning.
    pub reasoning: usize,
    /// How far it was.
    pub rank: u32,
}

impl Place {
    /// How many attempts had begun; more than there can be once it has ended.
    #[must_use]
    pub fn attempts(&self) -> usize {
        usize::try_from(self.rank / 2).unwrap_or(usize::MAX)
    }
}

/// The rank of an execution that has ended.
pub const ENDED: u32 = u32::MAX;

/// How far an execution is, in steps that only grow.
#[must_use]
pub fn rank(view: &ExecutionView) -> u32 {
    if view.state.is_final() {
        return ENDED;
    }
    steps(view)
}

/// How many of its attempts have begun and ended, whether or not it has ended itself.
#[must_use]
pub fn steps(view: &ExecutionView) -> u32 {
    let begun = u32::try_from(view.attempts.len()).unwrap_or(0);
    let waits = view.attempts.last().is_some_and(|it| it.failure.is_some());
    begun.saturating_mul(2).saturating_add(u32::from(waits))
}

/// Reads `Last-Event-ID`; what is none is the beginning.
#[must_use]
pub fn places(id: &str) -> Vec<Place> {
    let place = |text: &str| {
        let mut parts = text.split('.');
        let mut number = || parts.next()?.parse::<usize>().ok();
        let (text, reasoning, rank) = (number()?, number()?, number()?);
        Some(Place {
            text,
            reasoning,
            rank: u32::try_from(rank).unwrap_or(0),
        })
    };
    let read: Option<Vec<Place>> = id.split('-').map(place).collect();
    read.unwrap_or_default()
}

/// What comes after a place of a text, at most one chunk of it; the place moves behind it.
#[must_use]
pub fn rest<'a>(text: &'a str, place: &mut usize) -> Option<&'a str> {
    let from = text.floor_char_boundary(*place);
    let until = text.floor_char_boundary(from.saturating_add(CHUNK));
    let piece = text.get(from..until).filter(|piece| !piece.is_empty())?;
    *place = until;
    Some(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_none_is_the_beginning() {
        assert_eq!(places(""), []);
        assert_eq!(places("12"), []);
        assert_eq!(places("1.2.x"), []);
        let read = places("10.0.2-7.3.4294967295");
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].text, read[0].rank), (10, 2));
        assert_eq!((read[1].reasoning, read[1].rank), (3, ENDED));
    }

    #[test]
    fn a_place_inside_a_character_begins_at_the_character() {
        let mut place = 1;
        assert_eq!(rest("äb", &mut place), Some("äb"));
        assert_eq!(place, 3);
        assert_eq!(rest("äb", &mut place), None);
    }
}
