//! The order of a board. Not the scores.

use super::formula::{Counts, Formula, Part, Pool, score};
use crate::ids::{Millis, PublicationId};

/// What is ranked: a public prompt with its counts in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub id: PublicationId,
    /// When it was first public.
    pub first_at: Millis,
    /// Its counts.
    pub counts: Counts,
}

/// A place on a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// Which.
    pub id: PublicationId,
    /// Its score, in millionths.
    pub score: u32,
    /// What it is made of.
    pub parts: Vec<Part>,
}

/// All candidates in their order: the higher score first, then who was public first, then the smaller id. So the order is the same
/// whatever order they came in.
#[must_use]
pub fn rank(formula: Formula, candidates: &[Candidate]) -> Vec<Ranked> {
    let pool = Pool::of(candidates.iter().map(|it| it.counts));
    let mut scored: Vec<(u32, &Candidate, Vec<Part>)> = candidates
        .iter()
        .map(|it| {
            let parts = formula.parts(&it.counts, &pool);
            (score(&parts), it, parts)
        })
        .collect();
    scored.sort_by_key(|(score, it, _)| (std::cmp::Reverse(*score), it.first_at, it.id));
    let ranked = scored.into_iter().map(|(score, it, parts)| Ranked {
        id: it.id,
        score,
        parts,
    });
    ranked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidate(number: u8, first_at: Millis, counts: Counts) -> Candidate {
        Candidate {
            id: PublicationId::mint(1, [number; 10]),
            first_at,
            counts,
        }
    }

    fn counts() -> impl Strategy<Value = Counts> {
        let numbers = (0..5_000_u64, 0..500_u64, 0..300_u64, 0..300_u64);
        numbers.prop_map(|(runs, executors, up, down)| Counts {
            runs,
            executors,
            fresh: executors * 700_000,
            up,
            down,
        })
    }

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        let one = (0..5_i64, counts());
        prop::collection::vec(one, 1..80).prop_map(|all| {
            let number = |at: usize| u8::try_from(at).unwrap();
            let made = all.into_iter().enumerate();
            made.map(|(at, (first_at, counts))| candidate(number(at), first_at, counts))
                .collect()
        })
    }

    #[test]
    fn of_equal_scores_the_one_that_was_public_first_is_first_and_then_the_smaller_id() {
        let none = Counts::default();
        let all = [
            candidate(3, 9, none),
            candidate(2, 5, none),
            candidate(1, 9, none),
        ];
        for formula in Formula::ALL {
            let order: Vec<_> = rank(formula, &all).into_iter().map(|it| it.id).collect();
            assert_eq!(order, [all[1].id, all[2].id, all[0].id]);
        }
    }

    proptest! {
        #[test]
        fn the_order_does_not_depend_on_the_order_they_came_in(all in candidates(), formula in 0..3_usize) {
            let formula = Formula::ALL[formula];
            let mut turned = all.clone();
            turned.reverse();
            prop_assert_eq!(rank(formula, &all), rank(formula, &turned));
        }

        #[test]
        fn another_vote_for_a_prompt_never_takes_it_down(all in candidates(), which in any::<prop::sample::Index>()) {
            let which = which.index(all.len());
            let mut more = all.clone();
            more[which].counts.up += 1;
            for formula in Formula::ALL {
                let place = |all: &[Candidate]| {
                    let ranked = rank(formula, all);
                    ranked.iter().position(|it| it.id == more[which].id).unwrap()
                };
                // A vote may bring others into the classic pool or push them out: the maxima only matter to others' shares.
                if formula != Formula::Classic {
                    prop_assert!(place(&more) <= place(&all));
                }
            }
        }

        #[test]
        fn a_score_is_the_sum_of_its_parts_and_each_within_its_share(all in candidates()) {
            for formula in Formula::ALL {
                for it in rank(formula, &all) {
                    prop_assert!(it.parts.iter().all(|part| part.points <= part.of));
                    prop_assert_eq!(it.parts.iter().map(|part| part.of).sum::<u32>(), 1_000_000);
                    prop_assert_eq!(it.parts.iter().map(|part| part.points).sum::<u32>(), it.score);
                }
            }
        }
    }
}
