//! Home: what waits, what ran last, what this month used, devices.

use super::{DAY, HOUR};
use krowoc_server::store::Tx;
use krowoc_server::store::usage::{self, Used};
use krowoc_shared::dashboards::wire::{Attention, DeviceStanding, HomeView};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::Provider;
use krowoc_shared::execution::wire::{BudgetLevel, ExecutionState, UsageSum};
use krowoc_shared::ids::{KeyId, UserId};
use krowoc_tests::ops::{Syncing, prompt};
use krowoc_tests::script::{Script, answer, passing};
use krowoc_tests::{Caller, TestApp};
use serde_json::json;

async fn home(caller: &Caller) -> HomeView {
    caller.get("/api/v1/home").await.ok().json()
}

#[tokio::test]
async fn a_new_person_finds_nothing_that_waits() {
    let app = TestApp::start().await;
    let view = home(&app.sign_up("ada@example.org").await).await;
    assert!(view.attention.is_empty() && view.recent.is_empty() && view.devices.is_empty());
    assert!(view.providers.is_empty());
    assert_eq!((view.prompts, view.week.executions), (0, 0));
    assert_eq!(view.month, krowoc_tests::clock::BEGIN - 20 * DAY);
}

#[tokio::test]
async fn what_ran_what_failed_and_what_was_spent_is_there_at_once() {
    let script = Script::new();
    let app = TestApp::scripted(&script).await;
    let ada = app.sign_up("ada@example.org").await;
    let run = async |text: &str| {
        let request = json!({"text": text, "models": ["openai/a"]});
        let request = ada
            .request(reqwest::Method::POST, "/api/v1/executions")
            .header("accept", "text/event-stream")
            .json(&request);
        krowoc_tests::events::Events::of(request.send().await.unwrap())
            .rest()
            .await
    };
    for number in 0..6 {
        script.say("openai/a", answer("x", 10, 100));
        run(&format!("number {number}")).await;
        app.advance(1_000);
    }
    script.refuse("openai/a", passing(FailureClass::Auth));
    run("the last one").await;
    let view = home(&ada).await;
    let titles: Vec<&str> = view.recent.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "the last one",
            "number 5",
            "number 4",
            "number 3",
            "number 2"
        ]
    );
    assert_eq!(view.recent[0].state, ExecutionState::Failed);
    let letters = Attention::DeadLetters {
        count: 1,
        title: "the last one".to_owned(),
        class: FailureClass::Auth,
    };
    assert_eq!(view.attention, [letters]);
    assert_eq!(
        (view.week.executions, view.week.success()),
        (7, Some(8_571))
    );
    assert_eq!((view.used.executions, view.used.failed), (7, 1));
    assert_eq!((view.used.input_tokens, view.used.output_tokens), (60, 600));
    assert_eq!(view.providers[0].provider, Provider::Openai);
    assert_eq!(view.providers[0].sum, view.used);
    // 6 × (10 × 10 + 100 × 100) nano-dollars.
    assert_eq!(view.used.cost, NanoUsd(60_600));
    let ceiling = |amount: i64| ada.put("/api/v1/budget", json!({"ceiling": amount}));
    ceiling(70_000).await.ok();
    let near = |level, ceiling| Attention::Budget {
        level,
        server_held: false,
        spent: NanoUsd(60_600),
        ceiling: NanoUsd(ceiling),
    };
    assert_eq!(
        home(&ada).await.attention[1],
        near(BudgetLevel::Near, 70_000)
    );
    ceiling(60_000).await.ok();
    assert_eq!(
        home(&ada).await.attention[1],
        near(BudgetLevel::Reached, 60_000)
    );
    ceiling(100_000).await.ok();
    assert_eq!(home(&ada).await.attention.len(), 1);
    let stranger = app.sign_up("eve@example.org").await;
    let other = home(&stranger).await;
    assert!(other.attention.is_empty() && other.recent.is_empty() && other.providers.is_empty());
}

async fn used(
    app: &TestApp,
    user: UserId,
    back: i64,
    model: &'static str,
    key: Option<KeyId>,
    cost: i64,
) {
    let at = app.state.now() - back;
    let sum = UsageSum {
        executions: 1,
        cost: NanoUsd(cost),
        ..UsageSum::default()
    };
    let added = app.state.store.write(move |tx: &mut Tx<'_>| {
        let used = Used {
            user,
            at,
            model,
            prompt: None,
            key,
            sum,
        };
        usage::add(tx, &used)
    });
    added.await.unwrap();
}

#[tokio::test]
async fn usage_counts_for_the_provider_whose_key_was_called_with_in_this_month() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let user = ada.session().await.user;
    let key = json!({"provider": "openrouter", "name": "Mine", "key": "sk-or-1"});
    let made: serde_json::Value = ada.post("/api/v1/provider-keys", key).await.ok().json();
    let key: KeyId = made["id"].as_str().unwrap().parse().unwrap();
    used(&app, user, 0, "openai/a", Some(key), 5).await;
    used(&app, user, DAY, "openai/b", Some(key), 7).await;
    used(&app, user, DAY, "openai/b", None, 20).await;
    used(&app, user, 30 * DAY, "openai/b", None, 1_000).await;
    let view = home(&ada).await;
    let shown: Vec<_> = view
        .providers
        .iter()
        .map(|it| (it.provider, it.sum.cost.0))
        .collect();
    assert_eq!(shown, [(Provider::Openai, 20), (Provider::Openrouter, 12)]);
    assert_eq!((view.used.cost.0, view.used.executions), (32, 3));
}

#[tokio::test]
async fn devices_are_behind_after_a_change_that_they_have_not_seen() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let (laptop, tokens) = ada.connect_device("Laptop").await;
    let laptop = Syncing::device(laptop, &tokens);
    ada.connect_device("Phone").await;
    let standing = |view: &HomeView, name: &str| {
        view.devices
            .iter()
            .find(|it| it.name == name)
            .unwrap()
            .standing
    };
    let view = home(&ada).await;
    assert_eq!(standing(&view, "Phone"), DeviceStanding::Synced);
    app.advance(HOUR / 12);
    laptop.push(vec![prompt("Weekly report", "text")]).await;
    let view = home(&ada).await;
    assert_eq!((view.prompts, view.devices.len()), (1, 2));
    assert_eq!(standing(&view, "Laptop"), DeviceStanding::Synced);
    assert_eq!(standing(&view, "Phone"), DeviceStanding::Behind);
}

#[tokio::test]
async fn home_is_for_people_in_a_browser() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let (device, _) = ada.connect_device("Laptop").await;
    assert_eq!(
        device.get("/api/v1/home").await.code(),
        ErrorCode::Forbidden
    );
    assert_eq!(
        app.anonymous().get("/api/v1/home").await.code(),
        ErrorCode::Unauthenticated
    );
}
