//! Ceilings, spending, reports.

mod parallel;
mod report;

use krowoc_server::store::Tx;
use krowoc_server::store::budgets::{self, Reservation, Settlement, Tier};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{BudgetLevel, BudgetView, UnpricedPolicy};
use krowoc_shared::ids::UserId;
use krowoc_tests::{Caller, TestApp};
use serde_json::json;

const DAY: i64 = 86_400_000;

async fn view(caller: &Caller) -> BudgetView {
    caller.get("/api/v1/budget").await.ok().json()
}

async fn reserve(app: &TestApp, user: UserId, tier: Tier, amount: i64) -> Reservation {
    let period = budgets::period(app.state.now());
    app.state
        .store
        .write(move |tx: &mut Tx<'_>| budgets::reserve(tx, user, tier, period, NanoUsd(amount)))
        .await
        .unwrap()
}

async fn settle(app: &TestApp, user: UserId, tier: Tier, reserved: i64, cost: i64) {
    let end = Settlement {
        tier,
        period: budgets::period(app.state.now()),
        reserved: NanoUsd(reserved),
        cost: NanoUsd(cost),
        unpriced: false,
        now: app.state.now(),
    };
    app.state
        .store
        .write(move |tx: &mut Tx<'_>| budgets::settle(tx, user, &end))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_new_account_has_no_ceiling_of_its_own_and_blocks_models_without_a_price() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let view = view(&person).await;
    assert_eq!((view.ceiling, view.run_ceiling), (None, None));
    assert_eq!((view.spent, view.reserved), (NanoUsd::ZERO, NanoUsd::ZERO));
    assert_eq!(view.unpriced, UnpricedPolicy::Block);
    assert_eq!(view.level, BudgetLevel::Fine);
    assert!(view.notices.is_empty() && view.server_held.is_none());
    // The tests begin on 21 November 2026.
    assert_eq!(view.period_end - view.period_start, 30 * DAY);
}

#[tokio::test]
async fn a_ceiling_holds_what_is_spent_and_what_is_reserved() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let user = person.session().await.user;
    let wanted = json!({"ceiling": 1_000, "run_ceiling": 600, "unpriced": "allow"});
    let set: BudgetView = person.put("/api/v1/budget", wanted).await.ok().json();
    assert_eq!(
        (set.ceiling, set.run_ceiling),
        (Some(NanoUsd(1_000)), Some(NanoUsd(600)))
    );
    assert_eq!(set.unpriced, UnpricedPolicy::Allow);
    assert_eq!(reserve(&app, user, Tier::Own, 600).await, Reservation::Held);
    let over = reserve(&app, user, Tier::Own, 401).await;
    assert!(matches!(
        over,
        Reservation::Over {
            ceiling: NanoUsd(1_000),
            ..
        }
    ));
    assert_eq!(reserve(&app, user, Tier::Own, 400).await, Reservation::Held);
    let now = view(&person).await;
    assert_eq!((now.spent, now.reserved), (NanoUsd::ZERO, NanoUsd(1_000)));
    settle(&app, user, Tier::Own, 600, 100).await;
    settle(&app, user, Tier::Own, 400, 0).await;
    let now = view(&person).await;
    assert_eq!((now.spent, now.reserved), (NanoUsd(100), NanoUsd::ZERO));
    app.advance(15 * DAY);
    // Another month, another budget; the ceiling goes with it.
    let person = app.anonymous();
    person
        .sign_in("a@example.org", krowoc_tests::caller::PASSWORD)
        .await
        .ok();
    assert_eq!(view(&person).await.spent, NanoUsd::ZERO);
    assert_eq!(
        reserve(&app, user, Tier::Own, 1_000).await,
        Reservation::Held
    );
    assert!(matches!(
        reserve(&app, user, Tier::Own, 1).await,
        Reservation::Over { .. }
    ));
}

#[tokio::test]
async fn without_a_ceiling_the_largest_amounts_fit_and_never_turn_negative() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let user = person.session().await.user;
    assert_eq!(
        reserve(&app, user, Tier::Own, i64::MAX / 2).await,
        Reservation::Held
    );
    person
        .put("/api/v1/budget", json!({"ceiling": 5}))
        .await
        .ok();
    let over = reserve(&app, user, Tier::Own, i64::MAX).await;
    assert!(matches!(over, Reservation::Over { .. }));
    let wrong = person.put("/api/v1/budget", json!({"ceiling": -1})).await;
    assert_eq!(wrong.code(), ErrorCode::InvalidField);
}

#[tokio::test]
async fn the_operators_keys_have_a_ceiling_of_their_own() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let user = person.session().await.user;
    let tier = Tier::Server(app.state.config.server_key_monthly);
    assert_eq!(app.state.config.server_key_monthly, NanoUsd::usd(1));
    person
        .put("/api/v1/budget", json!({"ceiling": 5}))
        .await
        .ok();
    assert_eq!(
        reserve(&app, user, tier, NanoUsd::PER_USD).await,
        Reservation::Held
    );
    assert!(matches!(
        reserve(&app, user, tier, 1).await,
        Reservation::Over { .. }
    ));
    settle(&app, user, tier, NanoUsd::PER_USD, 900_000_000).await;
    let now = view(&person).await;
    assert_eq!(now.spent, NanoUsd::ZERO);
    let held = now.server_held.unwrap();
    assert_eq!(
        (held.spent, held.level),
        (NanoUsd(900_000_000), BudgetLevel::Near)
    );
    assert!(now.notices[0].server_held);
}

#[tokio::test]
async fn a_notice_is_given_once_at_four_fifths_and_once_at_the_whole() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let user = person.session().await.user;
    person
        .put("/api/v1/budget", json!({"ceiling": 1_000}))
        .await
        .ok();
    let mut events = app.state.store.events();
    for cost in [700, 100, 50, 150] {
        assert_eq!(
            reserve(&app, user, Tier::Own, cost).await,
            Reservation::Held
        );
        settle(&app, user, Tier::Own, cost, cost).await;
        app.advance(1_000);
    }
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let krowoc_server::store::Event::Budget(whose, notice) = event {
            assert_eq!(whose, user);
            told.push(notice);
        }
    }
    let levels: Vec<BudgetLevel> = told.iter().map(|notice| notice.level).collect();
    assert_eq!(levels, [BudgetLevel::Near, BudgetLevel::Reached]);
    let now = view(&person).await;
    assert_eq!((now.level, &now.notices), (BudgetLevel::Reached, &told));
    // A higher ceiling takes back what is true no longer.
    let raised: BudgetView = person
        .put("/api/v1/budget", json!({"ceiling": 10_000}))
        .await
        .ok()
        .json();
    assert!(raised.notices.is_empty() && raised.level == BudgetLevel::Fine);
}
