//! Signing up.

use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::{PASSWORD, credentials};
use krowoc_tests::{Options, TestApp};
use reqwest::StatusCode;

#[tokio::test]
async fn a_new_account_is_signed_in_and_owns_a_personal_space() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let answer = caller
        .post(
            "/api/v1/accounts",
            credentials(" Alice@Example.ORG ", PASSWORD),
        )
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let view: SessionView = answer.json();
    assert_eq!(view.email, "alice@example.org");
    assert_eq!(caller.session().await, view);
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_of_other_sites() {
    let app = TestApp::start().await;
    let answer = app
        .anonymous()
        .post("/api/v1/accounts", credentials("a@example.org", PASSWORD))
        .await
        .ok();
    let cookies: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    assert_eq!(cookies.len(), 2);
    assert!(cookies[0].starts_with("krowoc_access="));
    assert!(
        cookies[0].contains("HttpOnly; SameSite=Lax; Path=/;"),
        "{}",
        cookies[0]
    );
    assert!(cookies[1].starts_with("krowoc_refresh="));
    assert!(
        cookies[1].contains("HttpOnly; SameSite=Strict; Path=/api/v1/session;"),
        "{}",
        cookies[1]
    );
    assert!(!cookies[0].contains("Secure"));
}

#[tokio::test]
async fn cookies_are_secure_when_the_public_address_is_https() {
    let settings = vec![("public_url", "https://krowoc.example.org".to_owned())];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let answer = app
        .anonymous()
        .post("/api/v1/accounts", credentials("a@example.org", PASSWORD))
        .await
        .ok();
    for value in answer.headers.get_all("set-cookie") {
        assert!(value.to_str().unwrap().contains("; Secure"));
    }
}

#[tokio::test]
async fn an_address_has_one_account_however_it_is_spelt() {
    let app = TestApp::start().await;
    app.sign_up("alice@example.org").await;
    let again = app
        .anonymous()
        .post(
            "/api/v1/accounts",
            credentials("ALICE@example.org", "another password"),
        )
        .await;
    assert_eq!(again.code(), ErrorCode::EmailTaken);
    assert!(again.headers.get("set-cookie").is_none());
    let signed_in = app.anonymous().sign_in("alice@example.org", PASSWORD).await;
    assert_eq!(signed_in.status, StatusCode::OK);
}

#[tokio::test]
async fn weak_passwords_and_impossible_addresses_are_refused_with_their_field() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    let weak = caller
        .post(
            "/api/v1/accounts",
            credentials("a@example.org", "too short"),
        )
        .await;
    assert_eq!(weak.code(), ErrorCode::WeakPassword);
    assert_eq!(weak.problem().field.as_deref(), Some("/password"));
    let email = caller
        .post("/api/v1/accounts", credentials("nobody", PASSWORD))
        .await;
    assert_eq!(email.code(), ErrorCode::InvalidField);
    assert_eq!(email.problem().field.as_deref(), Some("/email"));
}

#[tokio::test]
async fn a_closed_server_takes_no_accounts() {
    let settings = vec![("sign_up", "closed".to_owned())];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let answer = app
        .anonymous()
        .post("/api/v1/accounts", credentials("a@example.org", PASSWORD))
        .await;
    assert_eq!(answer.code(), ErrorCode::Forbidden);
}
