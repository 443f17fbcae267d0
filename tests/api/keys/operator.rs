//! What the operator does with keys from the command line.

use super::resolve;
use krowoc_server::operator::Operator;
use krowoc_server::platform::SystemRandom;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::Provider;
use krowoc_shared::execution::wire::BudgetView;
use krowoc_tests::app::config;
use krowoc_tests::database::folder;
use krowoc_tests::{Options, TestApp};
use std::sync::Arc;

fn operator(app: &TestApp, settings: &[(&'static str, String)]) -> Operator {
    let config = config(app.state.store.url(), settings);
    Operator::new(config, app.clock.clone(), Arc::new(SystemRandom))
}

#[tokio::test]
async fn a_key_is_held_for_everybody_replaced_and_removed() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await.session().await.user;
    let operator = operator(&app, &[]);
    let set = async |key: &str| operator.set_server_key(Provider::Groq, None, key).await;
    assert!(set("gsk-first\n").await.unwrap().contains("stored"));
    let first = resolve(&app, alice, Provider::Groq, None).await.unwrap();
    assert!(first.is_server_held());
    assert_eq!(
        app.state.vault.open(&first).await.unwrap().expose(),
        "gsk-first"
    );
    assert!(set("gsk-second").await.unwrap().contains("replaced"));
    let second = resolve(&app, alice, Provider::Groq, None).await.unwrap();
    assert_eq!(second.id, first.id);
    assert_eq!(
        app.state.vault.open(&second).await.unwrap().expose(),
        "gsk-second"
    );
    assert!(set("  ").await.is_err());
    assert!(set("two words").await.is_err());
    let nowhere = operator
        .set_server_key(Provider::Compatible, None, "k")
        .await;
    assert!(nowhere.unwrap_err().contains("--base-url"));
    let url = Some("https://models.example.org/v1/");
    operator
        .set_server_key(Provider::Compatible, url, "")
        .await
        .unwrap();
    let found = resolve(&app, alice, Provider::Compatible, None)
        .await
        .unwrap();
    assert_eq!(found.base_url, "https://models.example.org/v1");
    operator.remove_server_key(Provider::Groq).await.unwrap();
    assert!(resolve(&app, alice, Provider::Groq, None).await.is_none());
    assert!(operator.remove_server_key(Provider::Groq).await.is_err());
}

#[tokio::test]
async fn keys_are_resealed_from_the_command_line_while_the_server_runs() {
    let place = folder().unwrap();
    let file = place.join("keys");
    std::fs::write(&file, krowoc_tests::app::KEY).unwrap();
    let settings = vec![
        ("key", String::new()),
        ("key_file", file.display().to_string()),
    ];
    let app = TestApp::start_with(Options {
        settings: settings.clone(),
        seed: None,
    })
    .await;
    let alice = app.sign_up("alice@example.org").await.session().await.user;
    super::put(&app, Some(alice), Provider::Openai, "one", "sk-one").await;
    let operator = operator(&app, &settings);
    let said = operator.rotate_key(true).await.unwrap();
    assert!(
        said.contains("made the key-encryption key") && said.contains("re-sealed 1 "),
        "{said}"
    );
    let key = resolve(&app, alice, Provider::Openai, None).await.unwrap();
    assert!(said.contains(&key.sealed.kek));
    assert_eq!(app.state.vault.open(&key).await.unwrap().expose(), "sk-one");
    let again = operator.rotate_key(false).await.unwrap();
    assert!(again.contains("re-sealed 0 "), "{again}");
    let _ = std::fs::remove_dir_all(place);
}

#[tokio::test]
async fn the_ceiling_of_the_operators_keys_is_known_before_their_first_use() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let seen = async || {
        let view: BudgetView = alice.get("/api/v1/budget").await.ok().json();
        view.server_held.map(|held| (held.spent, held.ceiling))
    };
    assert_eq!(seen().await, None);
    let operator = operator(&app, &[]);
    let set = operator.set_server_key(Provider::Groq, None, "gsk-first");
    set.await.unwrap();
    assert_eq!(seen().await, Some((NanoUsd::ZERO, NanoUsd::usd(1))));
}
