//! Passkeys of a server that has another name by now: listed, and neither offered nor counted.

use super::super::second::turn_on;
use super::{
    EMAIL, ORIGIN, PARTY, added, asked, begun, enter, put, removed, security, server, stored,
};
use diesel::prelude::*;
use krowoc_server::store::{Conn, Role, open};
use krowoc_shared::accounts::passkeys::RequestOptions;
use krowoc_shared::accounts::people::AccountView;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::authenticator::Authenticator;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{Issuer, Somebody, remove, through};
use krowoc_tests::mail::Inbox;
use krowoc_tests::{Caller, Options, TestApp};
use serde_json::json;
use std::sync::Arc;

const NEW: &str = "https://new.krowoc.test";

/// Another server on the same database, by this name.
async fn named(app: &TestApp, origin: &str, more: Vec<(&'static str, String)>) -> TestApp {
    let mut settings = more;
    settings.retain(|(key, _)| *key != "public_url");
    settings.push(("public_url", origin.to_owned()));
    let url = app.database.as_ref().unwrap().url.clone();
    let options = Options {
        settings,
        seed: None,
    };
    TestApp::on(url, Arc::clone(&app.clock), options)
        .await
        .unwrap()
}

async fn signed_in(app: &TestApp) -> Caller {
    let caller = app.anonymous();
    caller.sign_in(EMAIL, PASSWORD).await.ok();
    caller.adopt().await;
    caller
}

#[tokio::test]
async fn a_passkey_of_another_name_is_listed_with_it_and_offered_nowhere() {
    let old = server(Vec::new()).await;
    let alice = old.sign_up(EMAIL).await;
    let (mut key, view) = added(&alice, "Laptop").await;
    assert_eq!(view.made_for, None);
    let new = named(&old, NEW, Vec::new()).await;
    let alice = signed_in(&new).await;
    // Which came first is told by the time.
    new.advance(1);
    let listed = security(&alice).await.passkeys;
    assert_eq!(listed[0].made_for.as_deref(), Some(PARTY));
    // Its authenticator may make another one, for this name.
    let options = begun(&alice).await;
    assert!(options.exclude_credentials.is_empty());
    let mut second = Authenticator::new("new.krowoc.test", NEW);
    put(&alice, "Here", &second.create(&options)).await.ok();
    let listed = security(&alice).await.passkeys;
    assert_eq!(listed[1].made_for, None);
    let refused = enter(&new.anonymous(), &mut key).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
    enter(&new.anonymous(), &mut second).await.ok();
    // Nor is it offered as the second step.
    turn_on(&new, &alice).await;
    let step = new.anonymous();
    let answer = step.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.code(), ErrorCode::SecondStepRequired);
    let options: RequestOptions = asked(&step, true).await.ok().json();
    let offered: Vec<&str> = options
        .allow_credentials
        .iter()
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(offered, [second.id()]);
    // Under the old name it signs in as before.
    enter(&old.anonymous(), &mut key).await.ok();
    removed(&alice, listed[0].id, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_passkey_of_another_name_is_no_way_in_and_no_mail_names_it() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let inbox = Inbox::default();
    let settings: Vec<_> = issuer
        .settings()
        .into_iter()
        .chain(inbox.settings())
        .collect();
    let old = server(settings.clone()).await;
    let ada = old.anonymous();
    let who = Somebody::new("a", EMAIL);
    through(&ada, &issuer, "oidc", &who).await;
    ada.adopt().await;
    added(&ada, "Laptop").await;
    let new = named(&old, NEW, settings).await;
    let ada = new.anonymous();
    through(&ada, &issuer, "oidc", &who).await;
    ada.adopt().await;
    let account: AccountView = ada.get("/api/v1/account").await.ok().json();
    let last = remove(&ada, account.identities[0].id, "").await;
    assert_eq!(last.code(), ErrorCode::LastWayIn);
    new.work().await;
    let _ = inbox.take();
    let body = json!({"password": "", "new_password": PASSWORD});
    ada.put("/api/v1/account/password", body).await.ok();
    let told = inbox.only(&new).await.text;
    assert!(!told.contains("Laptop"), "{told}");
}

#[tokio::test]
async fn one_from_before_names_were_kept_counts_here_and_its_name_is_learned() {
    let old = server(Vec::new()).await;
    let alice = old.sign_up(EMAIL).await;
    let (mut key, _) = added(&alice, "Laptop").await;
    // Which came first is told by the time.
    old.advance(1);
    stored(&old, alice.session().await.user, 1).await;
    let mut conn: Conn = open(old.state.store.url(), Role::Writer).unwrap();
    diesel::sql_query("UPDATE passkey SET rp_id = ''")
        .execute(&mut conn)
        .unwrap();
    let new = named(&old, NEW, Vec::new()).await;
    for app in [&old, &new] {
        let alice = signed_in(app).await;
        let listed = security(&alice).await.passkeys;
        assert!(listed.iter().all(|it| it.made_for.is_none()));
        assert_eq!(begun(&alice).await.exclude_credentials.len(), 2);
    }
    key.origin = ORIGIN.to_owned();
    enter(&old.anonymous(), &mut key).await.ok();
    let alice = signed_in(&new).await;
    let listed = security(&alice).await.passkeys;
    let names: Vec<_> = listed.iter().map(|it| it.made_for.as_deref()).collect();
    assert_eq!(names, [Some(PARTY), None]);
}
