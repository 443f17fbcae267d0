//! The catalogue: seeded, listed, replaced by who looks after the server, its history kept.

use krowoc_server::operator::Operator;
use krowoc_server::platform::SystemRandom;
use krowoc_server::store::{StoreError, models};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::catalogue::{Catalogue, seed};
use krowoc_shared::execution::request::{ModelRef, Provider};
use krowoc_shared::execution::wire::{ModelPage, ModelView};
use krowoc_tests::app::config;
use krowoc_tests::clock::TestClock;
use krowoc_tests::database::{Backend, TestDatabase, folder};
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::{Value, json};
use std::sync::Arc;

async fn page(caller: &Caller, query: &str) -> ModelPage {
    let path = format!("/api/v1/models?{query}");
    caller.get(&path).await.ok().json()
}

async fn model(caller: &Caller, name: &str) -> Option<ModelView> {
    let found = page(caller, "limit=1000").await.models.into_iter();
    found
        .into_iter()
        .find(|view| view.model.to_string() == name)
}

async fn admin() -> (TestApp, Caller) {
    let settings = vec![(
        "admin_emails",
        "Boss@Example.org, other@example.org".to_owned(),
    )];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let boss = app.sign_up("boss@example.org").await;
    (app, boss)
}

/// A catalogue with two models of OpenAI; the first costs so many dollars for a million input tokens.
fn file(usd: &str) -> Value {
    json!({
        "format": 1,
        "source": "The tests.",
        "providers": [{
            "id": "openai",
            "name": "OpenAI",
            "models": [
                {"id": "gpt-4o", "name": "GPT-4o", "context": 1000, "max_output": 100, "capabilities": ["text"],
                 "prices": {"input_mtok": usd, "output_mtok": "10"}},
                {"id": "free", "capabilities": ["text"]},
            ],
        }],
    })
}

#[tokio::test]
async fn a_new_server_has_the_embedded_catalogue() {
    let database = TestDatabase::empty(&Backend::of_environment()).unwrap();
    let (clock, options) = (Arc::new(TestClock::default()), Options::default());
    let app = TestApp::on(database.url.clone(), clock, options)
        .await
        .unwrap();
    let alice = app.sign_up("alice@example.org").await;
    for name in [
        "openai/gpt-4o-mini",
        "gemini/gemini-2.5-flash",
        "gemini/imagen-3.0-generate-002",
    ] {
        let view = model(&alice, name).await.unwrap();
        assert!(view.active && !view.usable, "{name}");
    }
    let flash = model(&alice, "gemini/gemini-2.5-flash").await.unwrap();
    let price = flash.price.unwrap();
    assert!(price.input_mtok.unwrap() < price.output_mtok.unwrap());
    assert_eq!(flash.price_revision.unwrap().len(), 12);
    let anonymous = app.anonymous();
    let answer = anonymous.get("/api/v1/models").await;
    assert_eq!(answer.code(), ErrorCode::Unauthenticated);
}

#[tokio::test]
async fn usable_models_come_first_and_pages_join_without_a_gap() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let all = page(&alice, "limit=1000").await;
    assert_eq!(all.models.len() as u64, all.total);
    assert!(all.next.is_none() && all.models.iter().all(|view| !view.usable));
    let key = json!({"provider": "mistral", "key": "k-1"});
    alice.post("/api/v1/provider-keys", key).await.ok();
    let first = page(&alice, "limit=7").await;
    assert!(first.models.iter().all(|view| view.usable));
    assert!(
        first
            .models
            .iter()
            .all(|view| view.model.provider == Provider::Mistral)
    );
    let (mut joined, mut next) = (first.models, first.next);
    while let Some(cursor) = next {
        let more = page(&alice, &format!("limit=90&cursor={cursor}")).await;
        joined.extend(more.models);
        next = more.next;
    }
    assert_eq!(joined, page(&alice, "limit=1000").await.models);
    let usable = page(&alice, "usable=true&limit=1000").await;
    assert!(usable.total > 0 && usable.models.iter().all(|view| view.usable));
    let rest = page(&alice, "usable=false").await;
    assert_eq!(usable.total + rest.total, all.total);
}

#[tokio::test]
async fn a_search_takes_every_word_and_folds_them() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let found = page(&alice, "q=GPT-4o%20MINI&provider=openai").await;
    assert!(
        found
            .models
            .iter()
            .any(|view| view.model.model == "gpt-4o-mini")
    );
    assert!(
        found
            .models
            .iter()
            .all(|view| view.model.model.contains("mini"))
    );
    assert_eq!(page(&alice, "q=no-such-model").await.total, 0);
    for wrong in ["limit=0", "limit=1001", "provider=nobody", "cursor=x"] {
        let answer = alice.get(&format!("/api/v1/models?{wrong}")).await;
        assert_eq!(answer.code(), ErrorCode::InvalidField, "{wrong}");
    }
}

#[tokio::test]
async fn only_who_looks_after_the_server_replaces_the_catalogue() {
    let (app, boss) = admin().await;
    let alice = app.sign_up("alice@example.org").await;
    let path = "/api/v1/admin/models";
    assert_eq!(
        alice.post(path, file("2.5")).await.code(),
        ErrorCode::Forbidden
    );
    let (device, _) = boss.connect_device("Laptop").await;
    assert_eq!(
        device.post(path, file("2.5")).await.code(),
        ErrorCode::Forbidden
    );
    let wanted = json!({"name": "All", "scopes": ["executions", "library:read", "library:write"]});
    let token: Value = boss.post("/api/v1/tokens", wanted).await.ok().json();
    let program = Caller::device(app.address, token["token"].as_str().unwrap());
    assert_eq!(
        program.post(path, file("2.5")).await.code(),
        ErrorCode::Forbidden
    );
    let report: Value = boss
        .post("/api/v1/admin/models?dry_run=true", file("2.5"))
        .await
        .ok()
        .json();
    assert_eq!(report["applied"], false);
    let changes = report["changes"].as_array().unwrap();
    assert!(changes.iter().any(|it| it["change"] == "provider_removed"));
    assert!(model(&alice, "gemini/gemini-2.5-flash").await.is_some());
    let report: Value = boss.post(path, file("2.5")).await.ok().json();
    assert_eq!(report["applied"], true);
    let listed = page(&alice, "").await;
    assert_eq!(listed.total, 2);
    let again: Value = boss.post(path, file("2.5")).await.ok().json();
    assert_eq!(again["changes"], json!([]));
    let mut broken = file("2.5");
    broken["providers"][0]["models"][0]["prices"]["input_mtok"] = json!("a lot");
    let problem = boss.post(path, broken).await.problem();
    assert_eq!(problem.code, ErrorCode::InvalidField);
    assert!(problem.detail.unwrap().contains("openai/gpt-4o: prices"));
    assert_eq!(page(&alice, "").await.total, 2);
}

#[tokio::test]
async fn prices_become_a_new_revision_and_none_is_ever_rewritten() {
    let (app, boss) = admin().await;
    let path = "/api/v1/admin/models";
    for usd in ["2.5", "3", "3", "2.5"] {
        app.advance(1_000);
        boss.post(path, file(usd)).await.ok();
    }
    let model = ModelRef::parse("openai/gpt-4o").unwrap();
    let history = app
        .state
        .store
        .read(move |conn| models::history(conn, &model))
        .await
        .unwrap();
    // The embedded price of gpt-4o is 2.5 and 10 as well, with one for cached input.
    let numbers: Vec<i64> = history.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(history[1].revision, history[3].revision);
    assert_ne!(history[1].revision, history[2].revision);
    assert!(history.windows(2).all(|pair| pair[0].since < pair[1].since));
    assert!(history[2].prices.contains("\"3\""), "{}", history[2].prices);
}

#[tokio::test]
async fn prices_are_found_by_their_revision_after_the_catalogue_has_others() {
    let (app, boss) = admin().await;
    let path = "/api/v1/admin/models";
    boss.post(path, file("3")).await.ok();
    let view = model(&boss, "openai/gpt-4o").await.unwrap();
    let revision = view.price_revision.unwrap();
    let known = async || {
        let (models, wanted) = (app.state.models.clone(), revision.clone());
        let found = app.state.store.read(move |conn| -> Result<_, StoreError> {
            let now = models.at(conn)?.prices_of(&wanted).cloned();
            let before = models::past_prices(conn, Provider::Openai, &wanted)?;
            Ok((now, before))
        });
        found.await.unwrap()
    };
    let (now, before) = known().await;
    let set = now.unwrap();
    assert_eq!(
        (set.revision(), before),
        (revision.clone(), Some(set.clone()))
    );
    boss.post(path, file("4")).await.ok();
    let (now, before) = known().await;
    assert_eq!((now, before), (None, Some(set)));
}

#[tokio::test]
async fn what_is_known_about_a_model_follows_the_catalogue_at_once() {
    let (app, boss) = admin().await;
    let facts = async |name: &str, base: &str| {
        let (models, model) = (app.state.models.clone(), ModelRef::parse(name).unwrap());
        let base = base.to_owned();
        let found = app.state.store.read(move |conn| -> Result<_, StoreError> {
            Ok(models.at(conn)?.facts(&model, &base))
        });
        found.await.unwrap()
    };
    let mini = facts("openai/gpt-4o-mini", "").await;
    assert!(mini.known && mini.prices.is_some());
    assert!(facts("openai/gpt-4o-mini-2024-07-18", "").await.known);
    let none = facts("openai/none", "").await;
    assert!(!none.known && !none.callable(Provider::Openai));
    assert!(none.callable(Provider::Ollama) && none.callable(Provider::Compatible));
    boss.post("/api/v1/admin/models", file("2.5")).await.ok();
    assert!(!facts("openai/gpt-4o-mini", "").await.known);
    let now = facts("openai/gpt-4o", "").await;
    assert_eq!((now.context, now.max_output), (Some(1_000), Some(100)));
    assert!(facts("openai/free", "").await.prices.is_none());
}

#[tokio::test]
async fn a_catalogue_of_the_operators_outlives_a_restart_and_the_embedded_one_does_not_come_back() {
    let mut app = TestApp::start().await;
    let clock = app.clock.clone();
    let database = app.database.take().unwrap();
    let place = folder().unwrap();
    let path = place.join("models.json");
    std::fs::write(&path, file("2.5").to_string()).unwrap();
    let operator = Operator::new(
        config(&database.url, &[]),
        clock.clone(),
        Arc::new(SystemRandom),
    );
    let said = operator.models(&path, false).await.unwrap();
    assert!(
        said.contains("gpt-4o-mini is gone") && said.contains("nothing was changed"),
        "{said}"
    );
    let said = operator.models(&path, true).await.unwrap();
    assert!(said.contains("the catalogue was replaced"), "{said}");
    std::fs::write(&path, "{\"format\": 1, \"providers\": 3}").unwrap();
    assert!(operator.models(&path, true).await.is_err());
    drop(app);
    let app = TestApp::on(database.url.clone(), clock, Options::default())
        .await
        .unwrap();
    let alice = app.sign_up("alice@example.org").await;
    assert_eq!(page(&alice, "").await.total, 2);
    let _ = std::fs::remove_dir_all(place);
}

#[test]
fn the_embedded_catalogue_survives_its_text() {
    let seed = seed().unwrap();
    assert_eq!(Catalogue::parse(&seed.to_json().unwrap()).unwrap(), seed);
}
