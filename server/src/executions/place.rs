//! Where a reader stands in an execution, and what comes after it. Not the stream: see `stream`.

use super::board::Live;
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

    /// Whether the store is behind what was read in the memory of a server: nothing is told of it until it has come as far.
    #[must_use]
    pub fn is_ahead_of(&self, view: &ExecutionView) -> bool {
        rank(view) < self.rank
    }

    /// Whether the text is not the one that was read: an attempt of which text was shown is followed by another one only when its server
    /// or its task ended before that text was kept.
    #[must_use]
    pub fn is_of_another(&self, view: &ExecutionView) -> bool {
        let seen = self.text > 0 || self.reasoning > 0;
        seen && view.attempts.len() > self.attempts()
    }

    /// Steps back to what an execution that has ended has: less of the same attempt was kept than was read, and nothing more comes.
    pub fn settle(&mut self, live: &Live) {
        if live.view.state.is_final() {
            self.text = self.text.min(live.output.len());
            self.reasoning = self.reasoning.min(live.reasoning.len());
        }
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
    use krowoc_shared::execution::money::NanoUsd;
    use krowoc_shared::execution::request::ModelRef;
    use krowoc_shared::execution::wire::{Attempt, Cost, ExecutionState};
    use krowoc_shared::ids::{ExecutionId, GroupId};

    fn live(state: ExecutionState, attempts: u32, output: &str) -> Live {
        let model = ModelRef::parse("openai/a").unwrap();
        let attempt = |number| Attempt {
            number,
            model: model.clone(),
            started_at: 0,
            duration_ms: None,
            failure: None,
            next_at: None,
            request_id: None,
        };
        let view = ExecutionView {
            id: ExecutionId::mint(1, [1; 10]),
            group: GroupId::mint(1, [2; 10]),
            prompt: None,
            team: None,
            title: String::new(),
            version: None,
            model: model.clone(),
            answered_by: None,
            key: None,
            state,
            failure: None,
            finish_reason: None,
            usage: None,
            cost: Cost::Pending,
            reserved: NanoUsd(0),
            price_revision: None,
            created_at: 0,
            finished_at: None,
            latency_ms: None,
            first_token_ms: None,
            attempts: (1..=attempts).map(attempt).collect(),
            rating: 0,
            correlation_id: String::new(),
        };
        Live {
            view,
            output: output.to_owned(),
            reasoning: String::new(),
            tools: Vec::new(),
            raw_usage: None,
        }
    }

    #[test]
    fn a_store_that_is_behind_is_waited_for_and_another_attempt_begins_anew() {
        let read = Place {
            text: 7,
            reasoning: 0,
            rank: 2,
        };
        let tells = |live: &Live| {
            let view = &live.view;
            (!read.is_ahead_of(view), read.is_of_another(view))
        };
        // Nothing was kept yet, less was, and all of it.
        assert!(!tells(&live(ExecutionState::Waiting, 0, "")).0);
        for text in ["ha", "half an a"] {
            let running = live(ExecutionState::Running, 1, text);
            assert_eq!(tells(&running), (true, false));
        }
        // Another attempt, whatever there is of it.
        for state in [ExecutionState::Running, ExecutionState::Completed] {
            for text in ["", "a whole answer"] {
                assert_eq!(tells(&live(state, 2, text)), (true, true));
            }
        }
        // Of which nothing was read, nothing begins anew.
        let unread = Place { text: 0, ..read };
        assert!(!unread.is_of_another(&live(ExecutionState::Running, 2, "x").view));
    }

    #[test]
    fn an_end_with_less_than_was_read_is_the_end_of_what_was_read() {
        let mut place = Place {
            text: 7,
            reasoning: 3,
            rank: 2,
        };
        place.settle(&live(ExecutionState::Running, 1, "half"));
        assert_eq!((place.text, place.reasoning), (7, 3));
        let cut = live(ExecutionState::Truncated, 1, "half");
        assert!(!place.is_of_another(&cut.view));
        place.settle(&cut);
        assert_eq!((place.text, place.reasoning), (4, 0));
        assert_eq!(rest(&cut.output, &mut place.text), None);
        // Stopped before anything was kept.
        place.settle(&live(ExecutionState::Cancelled, 0, ""));
        assert_eq!(place.text, 0);
    }

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
