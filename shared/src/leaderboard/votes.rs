//! From the log of votes to counts: the last word of each account, and not too many of one network within an hour. Not who may vote.

use super::crowd::{Crowd, Crowds};
use super::window::Window;
use crate::ids::{Millis, PublicationId, UserId};
use std::collections::{BTreeMap, HashMap};

/// A line of the log: what an account said of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast {
    /// Of which prompt.
    pub publication: PublicationId,
    /// Who.
    pub account: UserId,
    /// 1 for it, -1 against it, 0 taken back.
    pub value: i16,
    /// The hash of the network it came from.
    pub network: [u8; 16],
    /// When.
    pub at: Millis,
}

/// Votes for a prompt and against it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    /// For it.
    pub up: u64,
    /// Against it.
    pub down: u64,
}

/// Counts the log of some prompts, in its order, as it stood at a time. Of the accounts that vote for one prompt from one network within an hour, the
/// first [`super::BURST`] count. An account counts in the windows that hold its last word.
#[must_use]
pub fn tally(log: &[Cast], until: Millis) -> BTreeMap<(Window, PublicationId), Votes> {
    let mut crowds = Crowds::default();
    let mut last: HashMap<(PublicationId, UserId), (i16, Millis)> = HashMap::new();
    for cast in log.iter().filter(|cast| cast.at <= until) {
        let crowd = Crowd::of(cast.publication, cast.network, cast.at);
        let counts = crowds.admits(crowd, cast.account);
        let value = if counts { cast.value } else { 0 };
        last.insert((cast.publication, cast.account), (value, cast.at));
    }
    let mut all: BTreeMap<(Window, PublicationId), Votes> = BTreeMap::new();
    for ((publication, _), (value, at)) in last {
        for window in Window::ALL {
            if value == 0 || !window.contains(at, until) {
                continue;
            }
            let votes = all.entry((window, publication)).or_default();
            let count = if value > 0 {
                &mut votes.up
            } else {
                &mut votes.down
            };
            *count = count.saturating_add(1);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leaderboard::window::{DAY, HOUR};
    use proptest::prelude::*;

    const NOW: Millis = 1_000 * DAY;

    fn id(number: u8) -> PublicationId {
        PublicationId::mint(1, [number; 10])
    }

    fn cast(account: u8, value: i16, network: u8, at: Millis) -> Cast {
        Cast {
            publication: id(1),
            account: UserId::mint(1, [account; 10]),
            value,
            network: [network; 16],
            at,
        }
    }

    fn counted(log: &[Cast], window: Window) -> (u64, u64) {
        let votes = tally(log, NOW).remove(&(window, id(1))).unwrap_or_default();
        (votes.up, votes.down)
    }

    #[test]
    fn an_account_has_one_vote_and_its_last_word_counts() {
        let log = [
            cast(1, 1, 1, NOW - 3),
            cast(2, 1, 2, NOW - 2),
            cast(1, -1, 1, NOW - 1),
        ];
        assert_eq!(counted(&log, Window::All), (1, 1));
        let back = [log[0], log[1], log[2], cast(2, 0, 2, NOW)];
        assert_eq!(counted(&back, Window::All), (0, 1));
    }

    #[test]
    fn a_vote_counts_in_the_windows_that_hold_it() {
        let log = [
            cast(1, 1, 1, NOW - 2 * DAY),
            cast(2, 1, 2, NOW - 8 * DAY),
            cast(3, 1, 3, NOW),
        ];
        assert_eq!(counted(&log, Window::Day), (1, 0));
        assert_eq!(counted(&log, Window::Week), (2, 0));
        assert_eq!(counted(&log, Window::All), (3, 0));
        assert_eq!(counted(&[cast(1, 1, 1, NOW + 1)], Window::All), (0, 0));
    }

    #[test]
    fn of_one_network_three_accounts_an_hour_count() {
        let log: Vec<Cast> = (1..=9).map(|account| cast(account, 1, 1, NOW)).collect();
        assert_eq!(counted(&log, Window::Day), (3, 0));
        // Whoever is among them may change their mind; another hour has room again.
        let mut log = log;
        log.push(cast(1, -1, 1, NOW));
        assert_eq!(counted(&log, Window::Day), (2, 1));
        log.insert(0, cast(7, 1, 1, NOW - HOUR));
        assert_eq!(
            counted(&log, Window::Day),
            (2, 1),
            "its last word came in the crowd"
        );
        log.push(cast(8, 1, 2, NOW));
        assert_eq!(
            counted(&log, Window::Day),
            (3, 1),
            "from elsewhere it counts"
        );
    }

    proptest! {
        #[test]
        fn one_more_account_for_it_never_makes_it_fewer(
            log in prop::collection::vec((0..20_u8, -1..=1_i16, 0..4_u8, 0..5_i64), 0..120),
            network in 0..4_u8,
        ) {
            let mut log: Vec<Cast> = log
                .into_iter()
                .map(|(account, value, network, hours)| cast(account, value, network, NOW - hours * HOUR))
                .collect();
            log.sort_by_key(|cast| cast.at);
            let (up, down) = counted(&log, Window::All);
            prop_assert!(up + down <= 20);
            log.push(cast(99, 1, network, NOW));
            let (more, same) = counted(&log, Window::All);
            prop_assert!(more == up || more == up + 1);
            prop_assert_eq!(same, down);
        }
    }
}
