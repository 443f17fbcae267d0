//! Answers of issuers that are not believed, and people who are not let in.

use super::{MINUTE, ada, location, server, start};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{CLIENT, Issuer, SECRET, Somebody, add, begin, through};
use serde_json::json;

#[tokio::test]
async fn an_answer_is_good_for_the_browser_the_attempt_and_the_provider_that_asked() {
    let (issuer, app) = start().await;
    let (victim, thief) = (app.anonymous(), app.anonymous());
    let asked = begin(&thief, "oidc").await;
    let answer = issuer.sign_in(&asked, &ada());
    // The answer of another's attempt signs nobody in (login CSRF).
    assert_eq!(
        location(&victim.get(&answer).await),
        "/signin#failed=foreign"
    );
    let own = begin(&victim, "oidc").await;
    assert_eq!(
        location(&victim.get(&answer).await),
        "/signin#failed=foreign"
    );
    // That attempt is spent.
    assert_eq!(
        location(&victim.get(&issuer.sign_in(&own, &ada())).await),
        "/signin#failed=foreign"
    );
    // An answer is good once.
    assert_eq!(location(&thief.get(&answer).await), "/");
    assert_eq!(
        location(&thief.get(&answer).await),
        "/signin#failed=foreign"
    );
    let late = begin(&victim, "oidc").await;
    app.advance(10 * MINUTE);
    assert_eq!(
        location(&victim.get(&issuer.sign_in(&late, &ada())).await),
        "/signin#failed=foreign"
    );
    assert_eq!(
        victim.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
}

#[tokio::test]
async fn an_answer_for_one_provider_is_not_taken_by_another() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let url = issuer.url();
    let app = server(
        &issuer,
        &[
            ("github_client_id", CLIENT),
            ("github_client_secret", SECRET),
            ("github_url", &url),
        ],
    )
    .await;
    let caller = app.anonymous();
    let asked = begin(&caller, "github").await;
    let answer = issuer.sign_in(&asked, &ada()).replace("/github/", "/oidc/");
    assert_eq!(
        location(&caller.get(&answer).await),
        "/signin#failed=foreign"
    );
    // RFC 9207: what names another issuer, and what names none where the issuer says it always does.
    let asked = begin(&caller, "oidc").await;
    let other = format!(
        "{}&iss=https%3A%2F%2Fevil.example",
        issuer.sign_in(&asked, &ada())
    );
    assert_eq!(
        location(&caller.get(&other).await),
        "/signin#failed=refused"
    );
    let strict = Issuer::start(krowoc_tests::clock::BEGIN).await;
    strict.describe(json!({"authorization_response_iss_parameter_supported": true}));
    let app = server(&strict, &[]).await;
    let caller = app.anonymous();
    let asked = begin(&caller, "oidc").await;
    assert_eq!(
        location(&caller.get(&strict.sign_in(&asked, &ada())).await),
        "/signin#failed=refused"
    );
    let asked = begin(&caller, "oidc").await;
    let named = format!(
        "{}&iss={}",
        strict.sign_in(&asked, &ada()),
        strict.url().replace(':', "%3A").replace('/', "%2F")
    );
    assert_eq!(location(&caller.get(&named).await), "/");
}

#[tokio::test]
async fn a_token_that_lies_lets_nobody_in() {
    let (issuer, app) = start().await;
    let now = app.state.now() / 1000;
    for lie in [
        json!({"nonce": "of another attempt"}),
        json!({"nonce": null}),
        json!({"aud": "somebody else"}),
        json!({"iss": "https://evil.example"}),
        json!({"exp": now - 100}),
        json!({"iat": now + 1_000}),
        json!({"sub": ""}),
        // Userinfo is of Ada, the token of somebody else.
        json!({"sub": "eve-1"}),
    ] {
        issuer.lie(lie.clone());
        let caller = app.anonymous();
        let answer = through(&caller, &issuer, "oidc", &ada()).await;
        assert_eq!(location(&answer), "/signin#failed=refused", "{lie}");
        assert_eq!(
            caller.get("/api/v1/session").await.code(),
            ErrorCode::Unauthenticated
        );
    }
}

#[tokio::test]
async fn a_new_key_of_the_issuer_is_found_but_not_asked_for_at_every_turn() {
    let (issuer, app) = start().await;
    let caller = app.anonymous();
    assert_eq!(
        location(&through(&caller, &issuer, "oidc", &ada()).await),
        "/"
    );
    issuer.rotate("two");
    // Within a minute of the last look, a token with a key that is not known is refused: whoever sends such tokens cannot make us ask.
    let soon = through(&app.anonymous(), &issuer, "oidc", &ada()).await;
    assert_eq!(location(&soon), "/signin#failed=refused");
    app.advance(MINUTE);
    issuer.advance(MINUTE);
    assert_eq!(
        location(&through(&app.anonymous(), &issuer, "oidc", &ada()).await),
        "/"
    );
    let looked = issuer
        .asked()
        .iter()
        .filter(|path| *path == "/keys")
        .count();
    assert_eq!(looked, 2);
}

#[tokio::test]
async fn an_issuer_that_names_another_or_leads_elsewhere_is_not_believed() {
    for wrong in [
        json!({"issuer": "https://evil.example"}),
        json!({"token_endpoint": "ftp://evil.example/token"}),
        json!({"jwks_uri": "not an address"}),
    ] {
        let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
        issuer.describe(wrong.clone());
        let app = server(&issuer, &[]).await;
        let answer = app.anonymous().get("/api/v1/sign-in/oidc").await;
        assert_eq!(location(&answer), "/signin#failed=away", "{wrong}");
    }
}

#[tokio::test]
async fn an_issuer_that_is_away_says_no_and_people_come_back_to_the_sign_in() {
    let (issuer, app) = start().await;
    issuer.go_down(true);
    let answer = app.anonymous().get("/api/v1/sign-in/oidc").await;
    assert_eq!(location(&answer), "/signin#failed=away");
    let alice = app.sign_up("alice@example.org").await;
    let added = add(&alice, "oidc", PASSWORD, "").await;
    assert_eq!(added.code(), ErrorCode::SignInFailed);
    issuer.go_down(false);
    let caller = app.anonymous();
    let asked = begin(&caller, "oidc").await;
    let back = issuer.sign_in(&asked, &ada());
    issuer.go_down(true);
    assert_eq!(location(&caller.get(&back).await), "/signin#failed=away");
    issuer.go_down(false);
    let asked = begin(&caller, "oidc").await;
    let (_, query) = asked.split_once("state=").unwrap();
    let state: String = query.chars().take(43).collect();
    let denied = format!("/api/v1/sign-in/oidc/callback?error=access_denied&state={state}");
    assert_eq!(
        location(&caller.get(&denied).await),
        "/signin#failed=denied"
    );
}

#[tokio::test]
async fn who_has_no_address_or_comes_to_a_closed_server_gets_no_account() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let app = server(&issuer, &[("sign_up", "closed")]).await;
    let nameless = Somebody {
        email: None,
        ..ada()
    };
    assert_eq!(
        location(&through(&app.anonymous(), &issuer, "oidc", &nameless).await),
        "/signin#failed=address"
    );
    assert_eq!(
        location(&through(&app.anonymous(), &issuer, "oidc", &ada()).await),
        "/signin#failed=closed"
    );
}
