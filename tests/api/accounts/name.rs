//! What somebody is called, when no provider says it.

use krowoc_server::store::identities::{self, NewIdentity};
use krowoc_shared::accounts::people::AccountView;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::IdentityId;
use krowoc_tests::issuer::{Issuer, Somebody, through};
use krowoc_tests::{Answer, Caller, Options, TestApp};
use serde_json::{Value, json};

async fn rename(caller: &Caller, name: Value) -> Answer {
    caller.patch("/api/v1/account", json!({"name": name})).await
}

#[tokio::test]
async fn who_has_no_provider_says_what_they_are_called() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let view: AccountView = rename(&ada, json!("  Ada Lovelace ")).await.ok().json();
    assert_eq!(view.name.as_deref(), Some("Ada Lovelace"));
    for odd in [json!("x".repeat(101)), json!("two\nlines")] {
        assert_eq!(rename(&ada, odd).await.code(), ErrorCode::InvalidField);
    }
    let view: AccountView = ada.get("/api/v1/account").await.ok().json();
    assert_eq!(view.name.as_deref(), Some("Ada Lovelace"));
    let view: AccountView = rename(&ada, json!(" ")).await.ok().json();
    assert_eq!(view.name, None);
}

#[tokio::test]
async fn a_name_that_a_provider_says_is_changed_there_alone() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let app = TestApp::start_with(Options {
        settings: issuer.settings(),
        seed: None,
    })
    .await;
    let ada = app.anonymous();
    let who = Somebody::new("ada-1", "ada@example.org");
    through(&ada, &issuer, "oidc", &who).await;
    ada.adopt().await;
    let named: AccountView = ada.get("/api/v1/account").await.ok().json();
    assert!(named.name.is_some());
    let refused = rename(&ada, json!("Another")).await;
    assert_eq!(refused.code(), ErrorCode::AlreadyExists);
    let view: AccountView = ada.get("/api/v1/account").await.ok().json();
    assert_eq!(view.name, named.name);
}

#[tokio::test]
async fn a_provider_that_is_not_set_up_any_more_keeps_nobody_from_naming_themselves() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let (user, at) = (ada.session().await.user, app.state.now());
    let identity = app.state.store.write(move |tx| {
        let new = NewIdentity {
            id: IdentityId::mint(at, [5; 10]),
            user,
            provider: "oidc",
            issuer: "https://id.example.org",
            subject: "ada",
            email: None,
            name: Some("Countess"),
            at,
        };
        identities::add(tx, &new)
    });
    identity.await.unwrap();
    let view: AccountView = ada.get("/api/v1/account").await.ok().json();
    assert!(!view.identities[0].lets_in);
    let view: AccountView = rename(&ada, json!("Ada Lovelace")).await.ok().json();
    assert_eq!(view.name.as_deref(), Some("Ada Lovelace"));
}
