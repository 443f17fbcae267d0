//! What was used, by day, model, prompt and key.

use krowoc_server::store::Tx;
use krowoc_server::store::usage::{self, Used};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{UsageReport, UsageSum};
use krowoc_shared::ids::{DocId, KeyId, UserId};
use krowoc_tests::clock::BEGIN;
use krowoc_tests::ops::{Syncing, prompt};
use krowoc_tests::{Caller, TestApp};

const DAY: i64 = 86_400_000;

async fn add(
    app: &TestApp,
    user: UserId,
    day: i64,
    model: &'static str,
    of: (Option<DocId>, Option<KeyId>),
    cost: i64,
) {
    let sum = UsageSum {
        executions: 1,
        failed: u64::from(cost == 0),
        input_tokens: 10,
        output_tokens: 20,
        cost: NanoUsd(cost),
        unpriced: 0,
    };
    app.state
        .store
        .write(move |tx: &mut Tx<'_>| {
            let used = Used {
                user,
                at: BEGIN + day * DAY,
                model,
                prompt: of.0,
                key: of.1,
                sum,
            };
            usage::add(tx, &used)
        })
        .await
        .unwrap();
}

async fn report(caller: &Caller, query: &str) -> UsageReport {
    caller
        .get(&format!("/api/v1/usage?{query}"))
        .await
        .ok()
        .json()
}

#[tokio::test]
async fn a_report_sums_days_models_prompts_and_keys_and_is_nobody_elses() {
    let app = TestApp::start().await;
    let person = app.sign_up("a@example.org").await;
    let (device, tokens) = person.connect_device("Laptop").await;
    let device = Syncing::device(device, &tokens);
    let user = person.session().await.user;
    let made = prompt("Weekly report", "text");
    device.push(vec![made.clone()]).await;
    let key = KeyId::mint(1, [4; 10]);
    add(&app, user, 0, "openai/a", (Some(made.doc_id), Some(key)), 5).await;
    add(&app, user, 0, "openai/a", (Some(made.doc_id), Some(key)), 7).await;
    add(&app, user, 1, "groq/b", (None, None), 100).await;
    add(&app, user, 1, "openai/a", (None, Some(key)), 0).await;
    add(&app, user, -40, "openai/a", (None, None), 1_000).await;
    app.advance(DAY);
    let caller = app.anonymous();
    caller
        .sign_in("a@example.org", krowoc_tests::caller::PASSWORD)
        .await
        .ok();
    let days = report(&caller, "").await;
    assert_eq!(
        (days.from.as_str(), days.to.as_str()),
        ("2026-10-24", "2026-11-22")
    );
    let seen: Vec<_> = days
        .rows
        .iter()
        .map(|row| (row.key.as_str(), row.sum.cost.0, row.sum.executions))
        .collect();
    assert_eq!(seen, [("2026-11-21", 12, 2), ("2026-11-22", 100, 2)]);
    assert_eq!((days.total.cost.0, days.total.failed), (112, 1));
    assert_eq!(
        (days.total.input_tokens, days.total.output_tokens),
        (40, 80)
    );
    let models = report(&caller, "by=model").await;
    let seen: Vec<_> = models
        .rows
        .iter()
        .map(|row| (row.label.as_str(), row.sum.cost.0))
        .collect();
    assert_eq!(seen, [("groq/b", 100), ("openai/a", 12)]);
    let prompts = report(&caller, "by=prompt").await;
    let seen: Vec<_> = prompts
        .rows
        .iter()
        .map(|row| (row.key.clone(), row.label.as_str(), row.sum.cost.0))
        .collect();
    let id = made.doc_id.to_string();
    assert_eq!(seen, [(String::new(), "", 100), (id, "Weekly report", 12)]);
    let keys = report(&caller, "by=key&from=2026-11-21&to=2026-11-21").await;
    assert_eq!(
        (keys.rows.len(), keys.rows[0].key.clone()),
        (1, key.to_string())
    );
    let other = app.sign_up("b@example.org").await;
    assert_eq!(report(&other, "").await.total, UsageSum::default());
}

#[tokio::test]
async fn days_that_are_none_or_too_many_are_refused() {
    let app = TestApp::start().await;
    let caller = app.sign_up("a@example.org").await;
    for query in [
        "from=yesterday",
        "to=2026-13-01",
        "from=2026-11-22&to=2026-11-21",
        "from=2020-01-01",
    ] {
        let answer = caller.get(&format!("/api/v1/usage?{query}")).await;
        assert_eq!(answer.code(), ErrorCode::InvalidField, "{query}");
    }
}
