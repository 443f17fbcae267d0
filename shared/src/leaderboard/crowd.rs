//! Accounts that do the same from one network within an hour: the first few of them count. Not what they do, and not where from.

use super::BURST;
use super::window::HOUR;
use crate::ids::{Millis, PublicationId, UserId};
use std::collections::HashMap;

/// Who may be one and the same: what is done with one prompt from one network within an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Crowd {
    /// With which prompt.
    pub publication: PublicationId,
    /// The hash of the network.
    pub network: [u8; 16],
    /// The hour, counted from 1970.
    pub hour: i64,
}

impl Crowd {
    /// The crowd in which something was done.
    #[must_use]
    pub const fn of(publication: PublicationId, network: [u8; 16], at: Millis) -> Self {
        Self {
            publication,
            network,
            hour: at.div_euclid(HOUR),
        }
    }
}

/// Those who count of each crowd: a handful each.
#[derive(Clone, Debug, Default)]
pub struct Crowds(HashMap<Crowd, Vec<UserId>>);

impl Crowds {
    /// Whether anything of a crowd was put in or asked.
    #[must_use]
    pub fn knows(&self, crowd: &Crowd) -> bool {
        self.0.contains_key(crowd)
    }

    /// Puts in who counts of a crowd already.
    pub fn put(&mut self, crowd: Crowd, accounts: Vec<UserId>) {
        self.0.insert(crowd, accounts);
    }

    /// Whether an account counts: as one of the first [`BURST`] of the crowd, whatever it does again.
    pub fn admits(&mut self, crowd: Crowd, account: UserId) -> bool {
        let there = self.0.entry(crowd).or_default();
        if there.contains(&account) {
            return true;
        }
        let room = u64::try_from(there.len()).unwrap_or(u64::MAX) < BURST;
        if room {
            there.push(account);
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_three_of_a_crowd_count_and_go_on_counting() {
        let publication = PublicationId::mint(1, [1; 10]);
        let who = |number: u8| UserId::mint(1, [number; 10]);
        let crowd = Crowd::of(publication, [1; 16], 5 * HOUR + 7);
        let mut crowds = Crowds::default();
        assert!(!crowds.knows(&crowd));
        crowds.put(crowd, vec![who(9)]);
        assert!(crowds.knows(&crowd));
        let counted = [1, 2, 3, 1, 9, 3].map(|number| crowds.admits(crowd, who(number)));
        assert_eq!(counted, [true, true, false, true, true, false]);
        let later = Crowd::of(publication, [1; 16], 6 * HOUR);
        let elsewhere = Crowd::of(publication, [2; 16], 5 * HOUR);
        assert!(crowds.admits(later, who(3)) && crowds.admits(elsewhere, who(3)));
        assert_eq!(Crowd::of(publication, [1; 16], 6 * HOUR - 1), crowd);
    }
}
