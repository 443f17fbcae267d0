//! However many runs begin at once, on however many servers, a ceiling holds.

use super::view;
use krowoc_server::store::budgets::{self, Reservation, Settlement, Tier};
use krowoc_server::store::{Store, Tx};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_tests::{Options, TestApp};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

const PERIOD: i64 = 202_611;

#[tokio::test]
async fn parallel_runs_on_two_servers_never_hold_more_than_the_ceiling() {
    let app = TestApp::start().await;
    let url = app.state.store.url().clone();
    let other = TestApp::on(url, Arc::clone(&app.clock), Options::default())
        .await
        .unwrap();
    let person = app.sign_up("a@example.org").await;
    let user = person.session().await.user;
    person
        .put("/api/v1/budget", json!({"ceiling": 1_000}))
        .await
        .ok();
    let mut runs = tokio::task::JoinSet::new();
    for number in 0..120 {
        let store: Store = if number % 2 == 0 { &app } else { &other }
            .state
            .store
            .clone();
        runs.spawn(async move {
            let held = store
                .write_again(move |tx: &mut Tx<'_>| {
                    budgets::reserve(tx, user, Tier::Own, PERIOD, NanoUsd(30))
                })
                .await
                .unwrap();
            if held != Reservation::Held {
                return 0;
            }
            // A third costs all that was held, a third something, a third nothing.
            let cost = [30, 7, 0][number % 3];
            let end = Settlement {
                tier: Tier::Own,
                period: PERIOD,
                reserved: NanoUsd(30),
                cost: NanoUsd(cost),
                unpriced: false,
                now: 1,
            };
            store
                .write_again(move |tx: &mut Tx<'_>| budgets::settle(tx, user, &end))
                .await
                .unwrap();
            cost
        });
    }
    let mut spent = 0;
    while let Some(cost) = runs.join_next().await {
        spent += cost.unwrap();
    }
    let now = view(&person).await;
    assert_eq!((now.spent, now.reserved), (NanoUsd(spent), NanoUsd::ZERO));
    assert!(spent <= 1_000 && spent > 0, "{spent}");
}

#[tokio::test]
async fn of_many_that_would_fit_alone_only_those_that_fit_together_begin() {
    let app = TestApp::start().await;
    let url = app.state.store.url().clone();
    let other = TestApp::on(url, Arc::clone(&app.clock), Options::default())
        .await
        .unwrap();
    let person = app.sign_up("a@example.org").await;
    let user = person.session().await.user;
    person
        .put("/api/v1/budget", json!({"ceiling": 1_000}))
        .await
        .ok();
    let mut runs = tokio::task::JoinSet::new();
    for number in 0..40 {
        let store: Store = if number % 2 == 0 { &app } else { &other }
            .state
            .store
            .clone();
        runs.spawn(async move {
            store
                .write_again(move |tx: &mut Tx<'_>| {
                    budgets::reserve(tx, user, Tier::Own, PERIOD, NanoUsd(99))
                })
                .await
                .unwrap()
        });
    }
    let mut held = 0;
    while let Some(one) = runs.join_next().await {
        held += i32::from(one.unwrap() == Reservation::Held);
    }
    assert_eq!(held, 10);
    assert_eq!(view(&person).await.reserved, NanoUsd(990));
}

/// A step of a life of a budget.
#[derive(Clone, Debug)]
enum Step {
    Reserve(i64),
    /// Settles the oldest reservation at this share of it, in percent.
    Settle(i64),
    Ceiling(Option<i64>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_i64..400).prop_map(Step::Reserve),
        3 => (0_i64..=100).prop_map(Step::Settle),
        1 => prop::option::of(0_i64..2_000).prop_map(Step::Ceiling),
    ];
    prop::collection::vec(step, 1..40)
}

#[test]
fn any_order_of_reserving_settling_and_releasing_keeps_the_sums_and_the_ceiling() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, person) = runtime.block_on(async {
        let app = TestApp::start().await;
        let person = app.sign_up("a@example.org").await;
        (app, person)
    });
    let user = runtime.block_on(person.session()).user;
    let period = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
    let outcome = runner.run(&steps(), |steps| {
        // A period of its own for each life.
        period.set(period.get() + 1);
        let period = period.get();
        let seen: Result<(), String> = runtime
            .block_on(app.state.store.write(move |tx: &mut Tx<'_>| {
                Ok::<_, krowoc_server::store::StoreError>(live(tx, user, period, &steps))
            }))
            .unwrap();
        prop_assert!(seen.is_ok(), "{seen:?}");
        Ok(())
    });
    outcome.unwrap();
}

/// Lives the steps against the store and against plain sums beside it.
fn live(
    tx: &mut Tx<'_>,
    user: krowoc_shared::ids::UserId,
    period: i64,
    steps: &[Step],
) -> Result<(), String> {
    let told = |error: krowoc_server::store::StoreError| error.to_string();
    let mut ceiling = budgets::settings(tx, user)
        .map_err(told)?
        .ceiling
        .map(|it| it.0);
    let (mut spent, mut open) = (0_i64, std::collections::VecDeque::new());
    for step in steps {
        match step {
            Step::Reserve(amount) => {
                let fits =
                    ceiling.is_none_or(|most| spent + open.iter().sum::<i64>() + amount <= most);
                let held = budgets::reserve(tx, user, Tier::Own, period, NanoUsd(*amount))
                    .map_err(told)?;
                if (held == Reservation::Held) != fits {
                    return Err(format!(
                        "{held:?} where it {}",
                        if fits { "fits" } else { "does not fit" }
                    ));
                }
                if fits {
                    open.push_back(*amount);
                }
            }
            Step::Settle(share) => {
                let Some(reserved) = open.pop_front() else {
                    continue;
                };
                let cost = reserved * share / 100;
                spent += cost;
                let end = Settlement {
                    tier: Tier::Own,
                    period,
                    reserved: NanoUsd(reserved),
                    cost: NanoUsd(cost),
                    unpriced: false,
                    now: 1,
                };
                budgets::settle(tx, user, &end).map_err(told)?;
            }
            Step::Ceiling(wanted) => {
                ceiling = *wanted;
                let set = krowoc_shared::execution::wire::SetBudget {
                    ceiling: wanted.map(NanoUsd),
                    run_ceiling: None,
                    unpriced: krowoc_shared::execution::wire::UnpricedPolicy::Block,
                };
                budgets::set(tx, user, &set, period).map_err(told)?;
            }
        }
        let standing = budgets::standing(tx, user, Tier::Own, period).map_err(told)?;
        let expected = (NanoUsd(spent), NanoUsd(open.iter().sum()));
        if (standing.spent, standing.reserved) != expected {
            return Err(format!("{standing:?} is not {expected:?}"));
        }
    }
    Ok(())
}
