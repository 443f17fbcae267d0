//! The order of a flush over several libraries: which is asked next, which rests until the next flush, and when that is. Not the asking.

use krowoc_shared::ids::{Millis, SpaceId};
use std::collections::BTreeSet;

/// A team's library, or one's own.
pub type Library = Option<SpaceId>;

/// How long a library that cannot be read or written is left alone, in milliseconds.
pub const BROKEN_PAUSE: Millis = 60_000;
/// When those are asked that had no turn because another one got no answer, in milliseconds.
pub const SOON: Millis = 1_000;

/// What was asked of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To take operations.
    Push,
    /// What there is.
    Read,
}

/// What a library's turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A step was made.
    Made,
    /// Nothing before this time.
    Until(Millis),
    /// Nothing at all.
    Rests,
    /// The server refused, and is not asked that again before this time.
    Failed(Asked, Millis),
    /// Nothing came back: the next library would only wait as long. It is asked again at this time.
    Unanswered(Millis),
    /// The library cannot be read or written.
    Broken,
    /// The server takes the tokens no more, or there is another connection now.
    Over,
}

/// A flush, turn by turn.
#[derive(Debug, Default)]
pub struct Rounds {
    silent: BTreeSet<Library>,
    resting: BTreeSet<Library>,
    later: Option<Millis>,
    next: Option<Millis>,
    made: bool,
    over: bool,
}

impl Rounds {
    /// A round begins: each library has one turn in it.
    pub fn begin(&mut self) {
        self.made = false;
        self.next = None;
    }

    /// Whether a library has a turn; false in it when its push failed already, and it may only read.
    #[must_use]
    pub fn asks(&self, library: Library) -> Option<bool> {
        let pushes = !self.silent.contains(&library);
        (!self.over && !self.resting.contains(&library)).then_some(pushes)
    }

    /// Notes a turn. `last`: no other library comes after it in this round.
    pub fn note(&mut self, library: Library, turn: Turn, now: Millis, last: bool) {
        match turn {
            Turn::Made => self.made = true,
            Turn::Until(at) => sooner(&mut self.next, at),
            Turn::Rests => {}
            Turn::Failed(Asked::Push, at) => {
                // What is new can still be read.
                self.made = true;
                self.silent.insert(library);
                sooner(&mut self.later, at);
            }
            Turn::Failed(Asked::Read, at) => {
                self.resting.insert(library);
                sooner(&mut self.later, at);
            }
            Turn::Unanswered(at) => {
                let kept_waiting = self.made || !last;
                let soon = now.saturating_add(SOON);
                let at = if kept_waiting { at.min(soon) } else { at };
                sooner(&mut self.later, at);
                self.over = true;
            }
            Turn::Broken => {
                self.resting.insert(library);
                sooner(&mut self.later, now.saturating_add(BROKEN_PAUSE));
            }
            Turn::Over => {
                self.next = None;
                self.later = None;
                self.over = true;
            }
        }
    }

    /// Whether there is another round.
    #[must_use]
    pub fn go_on(&self) -> bool {
        self.made && !self.over
    }

    /// When the next flush has something to do; `None` when only an event brings that.
    #[must_use]
    pub fn next(&self) -> Option<Millis> {
        [self.next, self.later].into_iter().flatten().min()
    }
}

fn sooner(at: &mut Option<Millis>, other: Millis) {
    *at = Some(at.map_or(other, |at| at.min(other)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn team(number: u8) -> Library {
        Some(SpaceId::mint(1, [number; 10]))
    }

    /// Runs a flush in which each library's turn is what `turn` says; gives who had one, and the flush after it.
    fn flush(
        libraries: &[Library],
        mut turn: impl FnMut(Library, bool) -> Turn,
    ) -> (Vec<Library>, Rounds) {
        let (mut rounds, mut asked) = (Rounds::default(), Vec::new());
        for _ in 0..1_000 {
            rounds.begin();
            for (at, library) in libraries.iter().enumerate() {
                if let Some(pushes) = rounds.asks(*library) {
                    asked.push(*library);
                    let last = at + 1 == libraries.len();
                    rounds.note(*library, turn(*library, pushes), 100, last);
                }
            }
            if !rounds.go_on() {
                return (asked, rounds);
            }
        }
        panic!("it does not end: {rounds:?}")
    }

    #[test]
    fn a_library_with_much_to_read_keeps_no_other_waiting() {
        let mut left = BTreeMap::from([(None, 3), (team(1), 1)]);
        let (asked, rounds) = flush(&[None, team(1)], |library, _| {
            let left = left.get_mut(&library).unwrap();
            *left -= 1;
            if *left < 0 {
                Turn::Until(500)
            } else {
                Turn::Made
            }
        });
        assert_eq!(asked[..4], [None, team(1), None, team(1)]);
        assert_eq!(rounds.next(), Some(500));
    }

    #[test]
    fn a_library_that_is_broken_stops_no_other_and_is_looked_at_again() {
        let mut steps = 5;
        let (asked, rounds) = flush(&[None, team(1), team(2)], |library, _| {
            if library == team(1) {
                return Turn::Broken;
            }
            steps -= 1;
            if steps < 0 {
                Turn::Until(900_000)
            } else {
                Turn::Made
            }
        });
        let turns = |library| asked.iter().filter(|it| **it == library).count();
        assert_eq!(turns(team(1)), 1);
        assert!(turns(team(2)) > 2 && turns(None) > 2);
        assert_eq!(rounds.next(), Some(100 + BROKEN_PAUSE));
    }

    #[test]
    fn a_server_that_refuses_every_library_again_and_again_ends_the_flush() {
        // Each time it is asked its pause is over already.
        let libraries = [None, team(1), team(2)];
        let (asked, rounds) = flush(&libraries, |_, _| Turn::Failed(Asked::Read, 90));
        assert_eq!(asked, libraries);
        assert_eq!(rounds.next(), Some(90));
    }

    #[test]
    fn a_library_whose_push_failed_still_reads_and_pushes_no_more() {
        let mut pages = 3;
        let (asked, rounds) = flush(&[None], |_, pushes| {
            if pushes {
                return Turn::Failed(Asked::Push, 400);
            }
            pages -= 1;
            if pages < 0 {
                Turn::Until(900)
            } else {
                Turn::Made
            }
        });
        assert_eq!(asked.len(), 5);
        assert_eq!(rounds.next(), Some(400));
    }

    #[test]
    fn a_server_that_does_not_answer_is_waited_for_once_in_a_flush() {
        let (asked, rounds) = flush(&[None, team(1)], |_, _| Turn::Unanswered(60_000));
        assert_eq!(asked, [None]);
        assert_eq!(rounds.next(), Some(100 + SOON), "the team had no turn");
        // In the next one the first waits, and the second has its turn.
        let (asked, rounds) = flush(&[None, team(1)], |library, _| match library {
            None => Turn::Until(60_000),
            Some(_) => Turn::Unanswered(70_000),
        });
        assert_eq!(asked, [None, team(1)]);
        assert_eq!(rounds.next(), Some(60_000));
    }

    #[test]
    fn the_end_of_the_sign_in_ends_the_flush_and_sets_nothing_for_later() {
        let (asked, rounds) = flush(&[None, team(1), team(2)], |library, _| match library {
            None => Turn::Until(500),
            Some(_) => Turn::Over,
        });
        assert_eq!(asked, [None, team(1)]);
        assert_eq!(rounds.next(), None);
    }
}
