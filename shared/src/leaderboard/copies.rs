//! Which public prompts are nearly the same text as an earlier one. Not the fingerprints themselves: see `capture::fingerprint`.

use crate::capture::fingerprint::{SimHash, near};
use crate::ids::{Millis, PublicationId};
use std::collections::HashMap;

/// What a public text is recognised by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    /// Whose.
    pub id: PublicationId,
    /// Since when it has this text, or nearly this one, and is public with it.
    pub since: Millis,
    /// Equal for equal texts.
    pub exact: Vec<u8>,
    /// Close for close texts; absent for short ones.
    pub signature: Option<SimHash>,
}

impl Print {
    /// Who was first: time, then id.
    #[must_use]
    pub fn order(&self) -> (Millis, PublicationId) {
        (self.since, self.id)
    }

    /// The same text, or nearly, is kept as old as it is; another one begins now.
    #[must_use]
    pub fn after(self, before: Option<&Self>) -> Self {
        let since = before.filter(|it| it.same(&self)).map(|it| it.since);
        Self {
            since: since.unwrap_or(self.since),
            ..self
        }
    }

    /// Whether both are of nearly the same text.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let close = |(a, b)| near(a, b);
        self.exact == other.exact || self.signature.zip(other.signature).is_some_and(close)
    }
}

/// For each public text the first one that it is nearly the same as, or none. The first of a group is no copy of anything, so that
/// whoever was first is named by all.
#[must_use]
pub fn link(prints: &[Print]) -> HashMap<PublicationId, Option<PublicationId>> {
    let mut sorted: Vec<&Print> = prints.iter().collect();
    sorted.sort_by_key(|print| print.order());
    let mut firsts: Vec<&Print> = Vec::new();
    let mut exact: HashMap<&[u8], PublicationId> = HashMap::new();
    let mut linked = HashMap::with_capacity(prints.len());
    for print in sorted {
        let known = exact.get(print.exact.as_slice()).copied();
        let close = || {
            firsts
                .iter()
                .find(|first| first.same(print))
                .map(|it| it.id)
        };
        let first = known.or_else(close);
        exact
            .entry(&print.exact)
            .or_insert(first.unwrap_or(print.id));
        if first.is_none() {
            firsts.push(print);
        }
        linked.insert(print.id, first);
    }
    linked
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn print(number: u8, since: Millis, exact: u8, signature: Option<u64>) -> Print {
        Print {
            id: PublicationId::mint(1, [number; 10]),
            since,
            exact: vec![exact; 16],
            signature: signature.map(SimHash),
        }
    }

    #[test]
    fn a_copy_and_a_near_copy_name_the_first() {
        let first = print(9, 1, 1, Some(0));
        let copy = print(1, 2, 1, None);
        let near = print(2, 3, 2, Some(0b1_1111_1111));
        let other = print(3, 4, 3, Some(u64::MAX));
        let again = print(4, 5, 2, None);
        let all = [
            again.clone(),
            other.clone(),
            near.clone(),
            copy.clone(),
            first.clone(),
        ];
        let linked = link(&all);
        assert_eq!(linked[&first.id], None);
        assert_eq!(linked[&copy.id], Some(first.id));
        assert_eq!(linked[&near.id], Some(first.id));
        assert_eq!(linked[&other.id], None);
        assert_eq!(
            linked[&again.id],
            Some(first.id),
            "as the near one that it copies"
        );
    }

    #[test]
    fn a_text_is_as_old_as_it_is_alike() {
        let before = print(1, 5, 1, Some(0));
        let near = print(1, 90, 2, Some(1)).after(Some(&before));
        assert_eq!(near.since, 5, "a typing error is mended");
        let other = print(1, 90, 3, Some(u64::MAX)).after(Some(&before));
        assert_eq!(other.since, 90, "somebody else's text is taken over");
        assert_eq!(print(1, 90, 1, None).after(None).since, 90);
    }

    proptest! {
        #[test]
        fn only_a_first_is_named_and_the_order_of_reading_does_not_matter(
            all in prop::collection::vec((0..4_i64, 0..6_u8, prop::option::of(0..40_u64)), 0..40),
        ) {
            let number = |at: usize| u8::try_from(at).unwrap();
            let all: Vec<Print> = all
                .into_iter()
                .enumerate()
                .map(|(at, (since, exact, signature))| print(number(at), since, exact, signature))
                .collect();
            let linked = link(&all);
            for first in linked.values().flatten() {
                prop_assert_eq!(linked[first], None);
            }
            let turned: Vec<Print> = all.iter().rev().cloned().collect();
            prop_assert_eq!(linked, link(&turned));
        }
    }
}
