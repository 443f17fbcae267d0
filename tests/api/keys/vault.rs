//! The vault under the keys: who gets which key, what opens, rotation.

use super::{put, resolve, sealed, store};
use krowoc_server::store::{StoreError, Tx, provider_keys};
use krowoc_server::vault::VaultError;
use krowoc_server::vault::rotate::reseal;
use krowoc_shared::execution::request::Provider;
use krowoc_tests::database::folder;
use krowoc_tests::{Options, TestApp};
use std::path::Path;

#[tokio::test]
async fn an_account_calls_with_its_own_preferred_key_before_the_operators() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await.session().await.user;
    let bob = app.sign_up("bob@example.org").await.session().await.user;
    assert!(resolve(&app, alice, Provider::Openai, None).await.is_none());
    let operators = put(&app, None, Provider::Openai, "Server", "sk-operator").await;
    let found = resolve(&app, alice, Provider::Openai, None).await.unwrap();
    assert!(found.is_server_held() && found.id == operators);
    let first = put(&app, Some(alice), Provider::Openai, "one", "sk-one").await;
    app.advance(1);
    let second = put(&app, Some(alice), Provider::Openai, "two", "sk-two").await;
    let found = resolve(&app, alice, Provider::Openai, None).await.unwrap();
    assert_eq!((found.id, found.preferred), (first, true));
    for named in [second, operators] {
        let found = resolve(&app, alice, Provider::Openai, Some(named)).await;
        assert_eq!(found.unwrap().id, named);
    }
    // A key of somebody else, or of another provider, is none.
    assert!(
        resolve(&app, bob, Provider::Openai, Some(first))
            .await
            .is_none()
    );
    assert!(
        resolve(&app, alice, Provider::Groq, Some(first))
            .await
            .is_none()
    );
    assert_eq!(
        resolve(&app, bob, Provider::Openai, None).await.unwrap().id,
        operators
    );
    let twice = sealed(&app, Some(alice), Provider::Openai, "two", "sk-x").await;
    assert_eq!(store(&app, twice).await, Err(StoreError::Conflict));
}

#[tokio::test]
async fn a_sealed_key_opens_for_its_account_only() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await.session().await.user;
    let bob = app.sign_up("bob@example.org").await.session().await.user;
    let own = sealed(
        &app,
        Some(alice),
        Provider::Openai,
        "one",
        "sk-planted-alice",
    )
    .await;
    let opened = app.state.vault.open(&own).await.unwrap();
    assert_eq!(opened.expose(), "sk-planted-alice");
    let text = String::from_utf8_lossy(&own.sealed.bytes).into_owned();
    assert!(!text.contains("planted"));
    // Somebody with the database copies the row to an account of theirs; opened keys that are remembered do not help them.
    let mut stolen = own.clone();
    stolen.owner = Some(bob);
    assert_eq!(app.state.vault.open(&stolen).await, Err(VaultError::Broken));
    stolen.owner = None;
    assert_eq!(app.state.vault.open(&stolen).await, Err(VaultError::Broken));
    let mut other = sealed(&app, Some(alice), Provider::Openai, "two", "sk-two").await;
    other.sealed = own.sealed;
    assert_eq!(app.state.vault.open(&other).await, Err(VaultError::Broken));
}

async fn with_file(path: &Path) -> TestApp {
    let settings = vec![
        ("key", String::new()),
        ("key_file", path.display().to_string()),
    ];
    TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await
}

const FILE: &str = "# The tests' key.\na2V5LWVuY3J5cHRpb24ta2V5LW9mLWV2ZXJ5LXRlc3Q=\n";

#[tokio::test]
async fn every_key_is_resealed_while_the_server_runs_and_again_does_nothing() {
    let place = folder().unwrap();
    let file = place.join("keys");
    std::fs::write(&file, FILE).unwrap();
    let app = with_file(&file).await;
    let alice = app.sign_up("alice@example.org").await.session().await.user;
    for number in 0..230 {
        let (name, key) = (format!("key {number}"), format!("sk-{number}"));
        put(&app, Some(alice), Provider::Openai, &name, &key).await;
    }
    // The operator's words run in a process of their own: another vault on the same file.
    let other = with_file(&file).await;
    let old = app.state.vault.current().await.unwrap();
    let new = other.state.vault.new_kek().await.unwrap();
    let done = reseal(&app.state.store, &other.state.vault).await.unwrap();
    assert_eq!((done.resealed, done.kek.as_str()), (230, new.as_str()));
    assert_eq!(done.by_kek, [(new.clone(), 230)]);
    assert!(done.left.is_empty() && old != new);
    let key = resolve(&app, alice, Provider::Openai, None).await.unwrap();
    assert_eq!(key.sealed.kek, new);
    assert_eq!(app.state.vault.open(&key).await.unwrap().expose(), "sk-0");
    // The running server seals under the new one from now on.
    assert_eq!(app.state.vault.current().await.unwrap(), new);
    let again = reseal(&app.state.store, &app.state.vault).await.unwrap();
    assert_eq!(again.resealed, 0);
    let _ = std::fs::remove_dir_all(place);
}

#[tokio::test]
async fn a_key_that_does_not_open_is_left_as_it_is_and_told() {
    let place = folder().unwrap();
    let file = place.join("keys");
    std::fs::write(&file, FILE).unwrap();
    let app = with_file(&file).await;
    let alice = app.sign_up("alice@example.org").await.session().await.user;
    let good = put(&app, Some(alice), Provider::Openai, "good", "sk-good").await;
    let mut bad = sealed(&app, Some(alice), Provider::Openai, "bad", "sk-bad").await;
    bad.sealed.kek = "deadbeef".to_owned();
    let id = bad.id;
    store(&app, bad).await.unwrap();
    app.state.vault.new_kek().await.unwrap();
    let done = reseal(&app.state.store, &app.state.vault).await.unwrap();
    assert_eq!(done.resealed, 1);
    let unknown = VaultError::UnknownKek("deadbeef".to_owned());
    assert_eq!(done.left, [(id, unknown)]);
    let key = resolve(&app, alice, Provider::Openai, Some(good))
        .await
        .unwrap();
    assert_eq!(
        app.state.vault.open(&key).await.unwrap().expose(),
        "sk-good"
    );
    let _ = std::fs::remove_dir_all(place);
}

#[tokio::test]
async fn a_key_that_changed_meanwhile_is_not_overwritten() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await.session().await.user;
    let id = put(&app, Some(alice), Provider::Openai, "one", "sk-old").await;
    let read = resolve(&app, alice, Provider::Openai, None).await.unwrap();
    let newer = sealed(&app, Some(alice), Provider::Openai, "one", "sk-new").await;
    let at = app.state.now();
    let changed = app
        .state
        .store
        .write(move |tx: &mut Tx<'_>| {
            provider_keys::replace(tx, id, &newer.sealed, "…", at)?;
            provider_keys::reseal(tx, id, &read.sealed.bytes, &read.sealed)
        })
        .await;
    assert_eq!(changed, Ok(false));
}
