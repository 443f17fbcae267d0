//! How fast passwords may be tried.

use krowoc_server::store::StoreError;
use krowoc_server::store::throttle::{subject, take};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::Issuer;
use krowoc_tests::{Options, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::json;

const WRONG: &str = "not the password";

#[tokio::test]
async fn after_five_wrong_passwords_each_next_one_waits_twice_as_long() {
    let app = TestApp::start().await;
    app.sign_up("alice@example.org").await;
    let caller = app.anonymous();
    for _ in 0..6 {
        assert_eq!(
            caller.sign_in("alice@example.org", WRONG).await.code(),
            ErrorCode::WrongCredentials
        );
    }
    for seconds in [2, 4, 8] {
        let blocked = caller.sign_in("alice@example.org", PASSWORD).await;
        assert_eq!(blocked.code(), ErrorCode::RateLimited);
        assert_eq!(blocked.problem().retry_after, Some(seconds));
        assert_eq!(blocked.header("retry-after"), seconds.to_string());
        app.advance(i64::from(seconds) * 1000);
        assert_eq!(
            caller.sign_in("alice@example.org", WRONG).await.code(),
            ErrorCode::WrongCredentials
        );
    }
    app.advance(16_000);
    assert_eq!(
        caller.sign_in("alice@example.org", PASSWORD).await.status,
        StatusCode::OK
    );
    assert_eq!(
        caller.sign_in("alice@example.org", WRONG).await.code(),
        ErrorCode::WrongCredentials
    );
    assert_eq!(
        caller.sign_in("alice@example.org", PASSWORD).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn an_unknown_account_is_throttled_like_a_known_one() {
    let app = TestApp::start().await;
    let caller = app.anonymous();
    for _ in 0..6 {
        assert_eq!(
            caller.sign_in("nobody@example.org", WRONG).await.code(),
            ErrorCode::WrongCredentials
        );
    }
    assert_eq!(
        caller.sign_in("nobody@example.org", WRONG).await.code(),
        ErrorCode::RateLimited
    );
}

#[tokio::test]
async fn guesses_sent_all_at_once_are_counted_one_by_one() {
    let app = TestApp::start().await;
    app.sign_up("alice@example.org").await;
    let caller = app.anonymous();
    let guesses = (0..12).map(|_| caller.sign_in("alice@example.org", WRONG));
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers
        .iter()
        .filter(|it| it.code() == ErrorCode::WrongCredentials)
        .count();
    assert_eq!(looked_at, 6);
}

#[tokio::test]
async fn one_address_that_tries_many_accounts_is_throttled() {
    let settings = vec![("trusted_proxies", "127.0.0.1".to_owned())];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let caller = app.anonymous();
    let attempt = async |number: u32, from: &str| {
        let body = krowoc_tests::caller::credentials(&format!("user{number}@example.org"), WRONG);
        let request = caller.request(Method::POST, "/api/v1/session");
        caller
            .send(request.header("x-forwarded-for", from).json(&body))
            .await
            .code()
    };
    for number in 0..31 {
        assert_eq!(
            attempt(number, "203.0.113.5").await,
            ErrorCode::WrongCredentials,
            "{number}"
        );
    }
    assert_eq!(attempt(99, "203.0.113.5").await, ErrorCode::RateLimited);
    assert_eq!(
        attempt(99, "198.51.100.7").await,
        ErrorCode::WrongCredentials
    );
    assert_eq!(
        attempt(98, "198.51.100.7, 203.0.113.5").await,
        ErrorCode::RateLimited
    );
}

#[tokio::test]
async fn a_network_begins_a_thousand_sign_ins_through_providers_in_a_quarter_of_an_hour() {
    const WINDOW: i64 = 15 * 60 * 1000;
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let mut settings = issuer.settings();
    settings.push(("trusted_proxies", "127.0.0.1".to_owned()));
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    let caller = app.anonymous();
    let begin = async |from: &str| {
        let request = caller.request(Method::GET, "/api/v1/sign-in/oidc");
        let answer = caller.send(request.header("x-forwarded-for", from));
        answer.await.status
    };
    assert_eq!(begin("203.0.113.5").await, StatusCode::SEE_OTHER);
    // All but the last of the others, without their requests.
    let (network, now) = (subject("provider-address", "203.0.113.5"), app.state.now());
    let taken = app.state.store.write(move |tx| -> Result<(), StoreError> {
        for _ in 0..998 {
            take(tx, &network, 1_000, WINDOW, now)?.unwrap();
        }
        Ok(())
    });
    taken.await.unwrap();
    assert_eq!(begin("203.0.113.5").await, StatusCode::SEE_OTHER);
    let refused = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(begin("203.0.113.5").await, refused);
    assert_eq!(begin("198.51.100.7").await, StatusCode::SEE_OTHER);
    // They come back one after the other.
    app.advance(WINDOW / 1_000);
    assert_eq!(begin("203.0.113.5").await, StatusCode::SEE_OTHER);
    assert_eq!(begin("203.0.113.5").await, refused);
    // Who adds a provider begins one, too.
    let alice = app.sign_up("alice@example.org").await;
    let request = alice.request(Method::POST, "/api/v1/account/identities/oidc");
    let request = request.header("x-forwarded-for", "203.0.113.5");
    let body = json!({"password": PASSWORD});
    let added = alice.send(request.json(&body)).await;
    assert_eq!(added.code(), ErrorCode::RateLimited);
}

#[tokio::test]
async fn a_second_instance_shares_the_count() {
    let app = TestApp::start().await;
    let url = app.database.as_ref().unwrap().url.clone();
    let second = TestApp::on(url, app.clock.clone(), Options::default())
        .await
        .unwrap();
    for _ in 0..3 {
        app.anonymous().sign_in("alice@example.org", WRONG).await;
        second.anonymous().sign_in("alice@example.org", WRONG).await;
    }
    let answer = second.anonymous().sign_in("alice@example.org", WRONG).await;
    assert_eq!(answer.code(), ErrorCode::RateLimited);
}
