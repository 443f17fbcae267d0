//! The formulas against values worked out elsewhere, and what holds for any counts.

use super::*;
use proptest::prelude::*;

fn counts(runs: u64, fresh: u64, up: u64, down: u64) -> Counts {
    Counts {
        runs,
        executors: fresh,
        fresh: fresh * u64::from(ONE),
        up,
        down,
    }
}

fn points(formula: Formula, counts: &Counts, pool: &Pool) -> u32 {
    score(&formula.parts(counts, pool))
}

/// By a program of its own, from the formula in the paper, with z = 1.96.
#[test]
fn the_lower_bound_is_that_of_the_paper() {
    for (up, down, expected) in [
        (0, 0, 0.0),
        (1, 0, 0.206_543),
        (0, 1, 0.0),
        (1, 1, 0.094_529),
        (2, 0, 0.342_372),
        (9, 1, 0.595_844),
        (10, 0, 0.722_460),
        (10, 1, 0.622_635),
        (90, 10, 0.825_633),
        (100, 10, 0.840_702),
        (600, 400, 0.569_309),
        (5_500, 4_500, 0.540_232),
    ] {
        let found = wilson(up, down);
        assert!((found - expected).abs() < 5e-7, "{up} {down}: {found}");
    }
}

#[test]
fn one_vote_is_less_sure_than_ninety_of_a_hundred() {
    assert!(wilson(1, 0) < wilson(90, 10));
}

#[test]
fn each_doubling_of_people_adds_as_much_and_a_thousand_fill_it() {
    for (people, expected) in [
        (0, 0.0),
        (1, 0.1),
        (3, 0.2),
        (7, 0.3),
        (1_023, 1.0),
        (9_000, 1.0),
    ] {
        let found = reach(people * u64::from(ONE));
        assert!((found - expected).abs() < 1e-9, "{people}: {found}");
    }
}

#[test]
fn somebody_weighs_half_after_the_half_life_of_the_window() {
    for (window, hours) in [(Window::Day, 12), (Window::Week, 84), (Window::All, 720)] {
        assert_eq!(weight(window, 0), 1_000_000);
        assert_eq!(weight(window, -5), 1_000_000, "a clock that runs ahead");
        assert_eq!(weight(window, hours), 500_000);
        assert_eq!(weight(window, 2 * hours), 250_000);
    }
    assert_eq!(weight(Window::Day, 1), 943_874);
}

#[test]
fn the_usual_formula_is_six_tenths_reach_and_four_tenths_approval() {
    let pool = Pool::default();
    let none = Counts::default();
    assert_eq!(points(Formula::Krowoc, &none, &pool), 0);
    // 7 people: 0.3 of the reach. 10 votes for it, none against: 0.722460.
    assert_eq!(
        points(Formula::Krowoc, &counts(40, 7, 10, 0), &pool),
        180_000 + 288_984
    );
    assert_eq!(
        points(Formula::Wilson, &counts(40, 7, 1, 0), &pool),
        206_543
    );
}

#[test]
fn the_classic_formula_compares_with_the_most_of_the_pool() {
    let all = [
        counts(200, 9, 30, 10),
        counts(50, 9, 41, 1),
        counts(0, 0, 0, 7),
    ];
    let pool = Pool::of(all);
    assert_eq!((pool.runs, pool.votes), (200, 40));
    let found = all.map(|it| points(Formula::Classic, &it, &pool));
    assert_eq!(found, [600_000 + 200_000, 150_000 + 400_000, 0]);
    assert_eq!(points(Formula::Classic, &all[0], &Pool::default()), 0);
}

#[test]
fn only_the_fifty_with_the_most_runs_and_votes_are_the_pool() {
    let mut all = vec![counts(10, 1, 0, 0); PLACES];
    all.push(counts(0, 0, 9, 0));
    assert_eq!(Pool::of(all.iter().copied()), Pool { runs: 10, votes: 0 });
    all.push(counts(2, 0, 9, 0));
    assert_eq!(Pool::of(all), Pool { runs: 10, votes: 9 });
}

#[test]
fn each_formula_is_known_by_its_name_and_its_version_is_pinned() {
    for formula in Formula::ALL {
        assert_eq!(Formula::parse(formula.as_str()), Some(formula));
        assert_eq!(serde_json::to_value(formula).unwrap(), formula.as_str());
        assert_eq!(formula.version(), format!("{}-1", formula.as_str()));
    }
    assert_eq!(Formula::default(), Formula::Krowoc);
}

proptest! {
    #[test]
    fn the_bound_lies_below_the_share_and_grows_with_votes_for_it(up in 0..100_000_u64, down in 0..100_000_u64) {
        let bound = wilson(up, down);
        prop_assert!((0.0..=1.0).contains(&bound));
        if up + down > 0 {
            prop_assert!(bound <= up as f64 / (up + down) as f64 + 1e-12);
        }
        prop_assert!(wilson(up + 1, down) > bound);
        prop_assert!(wilson(up, down + 1) <= bound);
    }

    #[test]
    fn more_of_anything_good_never_lowers_a_score(
        runs in 0..10_000_u64, fresh in 0..5_000_u64, up in 0..2_000_u64, down in 0..2_000_u64,
    ) {
        let before = counts(runs, fresh, up, down);
        let pool = Pool { runs: 10_000, votes: 2_000 };
        for formula in Formula::ALL {
            let points = |it: &Counts| points(formula, it, &pool);
            let old = points(&before);
            prop_assert!(old <= ONE);
            let (up, runs, down) = (
                Counts { up: up + 1, ..before },
                Counts { runs: runs + 1, fresh: before.fresh + 1, ..before },
                Counts { down: down + 1, ..before },
            );
            prop_assert!(points(&up) >= old);
            prop_assert!(points(&runs) >= old);
            prop_assert!(points(&down) <= old);
        }
    }
}
