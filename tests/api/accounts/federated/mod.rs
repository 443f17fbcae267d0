//! Signing in through an OpenID Connect issuer and through GitHub.

mod refused;
mod settings;
mod several;

use krowoc_shared::accounts::people::{AccountView, SignInWays};
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{CLIENT, Issuer, SECRET, Somebody, through};
use krowoc_tests::mail::PUBLIC;
use krowoc_tests::{Answer, Caller, Options, TestApp, logs};
use reqwest::StatusCode;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

async fn server(issuer: &Issuer, more: &[(&'static str, &str)]) -> TestApp {
    let mut settings = issuer.settings();
    settings.extend(more.iter().map(|(key, text)| (*key, (*text).to_owned())));
    TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await
}

async fn start() -> (Issuer, TestApp) {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let app = server(&issuer, &[]).await;
    (issuer, app)
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

async fn account(caller: &Caller) -> AccountView {
    caller.get("/api/v1/account").await.ok().json()
}

fn ada() -> Somebody {
    Somebody::new("ada-1", "ada@example.org")
}

#[tokio::test]
async fn only_what_is_configured_is_offered() {
    let (_issuer, app) = start().await;
    let ways: SignInWays = app.anonymous().get("/api/v1/sign-in").await.ok().json();
    let shown: Vec<(&str, &str)> = ways
        .providers
        .iter()
        .map(|it| (it.id.as_str(), it.name.as_str()))
        .collect();
    assert_eq!(shown, [("oidc", "Example")]);
    let unknown = app.anonymous().get("/api/v1/sign-in/google").await;
    assert_eq!(unknown.code(), ErrorCode::NotFound);
    let usual = TestApp::start().await;
    let ways: SignInWays = usual.anonymous().get("/api/v1/sign-in").await.ok().json();
    assert_eq!(ways.providers, []);
}

#[tokio::test]
async fn somebody_new_gets_an_account_with_what_the_issuer_says_and_comes_back_to_it() {
    let (issuer, app) = start().await;
    let caller = app.anonymous();
    let answer = through(&caller, &issuer, "oidc", &ada()).await;
    assert_eq!(location(&answer), "/");
    let session: SessionView = caller.session().await;
    assert_eq!(session.email, "ada@example.org");
    let view = account(&caller).await;
    assert!(view.email_verified && !view.has_password);
    assert_eq!(view.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(view.identities[0].provider, "oidc");
    let again = app.anonymous();
    let renamed = Somebody {
        name: "Countess".to_owned(),
        email: Some("new@example.org".to_owned()),
        ..ada()
    };
    assert_eq!(
        location(&through(&again, &issuer, "oidc", &renamed).await),
        "/"
    );
    let view = account(&again).await;
    assert_eq!(
        view.user, session.user,
        "the subject is who it is, not the address"
    );
    assert_eq!(view.name.as_deref(), Some("Countess"));
    assert_eq!(view.email, "ada@example.org");
    assert_eq!(view.identities[0].email.as_deref(), Some("new@example.org"));
    let refused = app.anonymous().sign_in("ada@example.org", "").await;
    assert_eq!(refused.code(), ErrorCode::WrongCredentials);
    assert!(!logs::text().contains(SECRET) && !logs::text().contains("access of code"));
}

#[tokio::test]
async fn an_address_alone_opens_no_account_its_password_does() {
    let (issuer, app) = start().await;
    app.sign_up("ada@example.org").await;
    let caller = app.anonymous();
    let answer = through(&caller, &issuer, "oidc", &ada()).await;
    assert_eq!(
        location(&answer),
        "/signin#link=oidc&email=ada%40example.org"
    );
    assert_eq!(
        caller.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    let link = async |password: &str| {
        caller
            .post("/api/v1/sign-in/link", json!({"password": password}))
            .await
    };
    assert_eq!(
        link("not the password").await.code(),
        ErrorCode::WrongCredentials
    );
    let stranger = app
        .anonymous()
        .post("/api/v1/sign-in/link", json!({"password": PASSWORD}))
        .await;
    assert_eq!(stranger.code(), ErrorCode::LinkExpired);
    link(PASSWORD).await.ok();
    let view = account(&caller).await;
    assert!(view.has_password);
    assert_eq!(view.identities.len(), 1);
    assert_eq!(link(PASSWORD).await.code(), ErrorCode::LinkExpired);
    let again = app.anonymous();
    assert_eq!(
        location(&through(&again, &issuer, "oidc", &ada()).await),
        "/"
    );
    assert_eq!(account(&again).await.user, view.user);
}

#[tokio::test]
async fn an_account_that_is_being_erased_opens_neither_by_its_provider_nor_by_a_proof() {
    let (issuer, app) = start().await;
    let owner = app.sign_up("ada@example.org").await;
    let caller = app.anonymous();
    through(&caller, &issuer, "oidc", &ada()).await;
    let body = json!({"password": PASSWORD});
    caller.post("/api/v1/sign-in/link", body.clone()).await.ok();
    owner
        .post("/api/v1/account/deletion", body.clone())
        .await
        .ok();
    let days = 7 * 24 * 60 * MINUTE;
    app.advance(days);
    issuer.advance(days);
    let known = app.anonymous();
    assert_eq!(
        location(&through(&known, &issuer, "oidc", &ada()).await),
        "/signin#failed=refused"
    );
    let other = Somebody::new("ada-2", "ada@example.org");
    let proving = app.anonymous();
    through(&proving, &issuer, "oidc", &other).await;
    let refused = proving.post("/api/v1/sign-in/link", body.clone()).await;
    assert_eq!(refused.code(), ErrorCode::WrongCredentials);
    assert_eq!(proving.cookie("krowoc_access"), None);
}

#[tokio::test]
async fn a_proof_must_come_within_ten_minutes_and_is_tried_as_slowly_as_at_the_door() {
    let (issuer, app) = start().await;
    app.sign_up("ada@example.org").await;
    let caller = app.anonymous();
    through(&caller, &issuer, "oidc", &ada()).await;
    let link = async |password: &str| {
        caller
            .post("/api/v1/sign-in/link", json!({"password": password}))
            .await
    };
    for _ in 0..6 {
        assert_eq!(
            link("not the password").await.code(),
            ErrorCode::WrongCredentials
        );
    }
    assert_eq!(link(PASSWORD).await.code(), ErrorCode::RateLimited);
    app.advance(10 * MINUTE);
    assert_eq!(link(PASSWORD).await.code(), ErrorCode::LinkExpired);
}

#[tokio::test]
async fn a_reset_that_takes_everything_away_takes_the_providers_along() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let inbox = krowoc_tests::mail::Inbox::default();
    let folder = inbox.path().display().to_string();
    let app = server(&issuer, &[("mail_folder", &folder)]).await;
    let caller = app.anonymous();
    through(&caller, &issuer, "oidc", &ada()).await;
    for (everything, left) in [(false, 1), (true, 0)] {
        app.work().await;
        let _ = inbox.take();
        let forgot = json!({"email": "ada@example.org"});
        let anonymous = app.anonymous();
        anonymous.post("/api/v1/password/forgot", forgot).await.ok();
        let token = inbox.only(&app).await.token();
        let password = "correct horse battery";
        let body = json!({"token": token, "password": password, "everything": everything});
        anonymous.post("/api/v1/password/reset", body).await.ok();
        anonymous.sign_in("ada@example.org", password).await.ok();
        assert_eq!(account(&anonymous).await.identities.len(), left);
    }
}

#[tokio::test]
async fn without_a_password_what_needs_one_needs_a_sign_in_of_a_moment_ago() {
    let (issuer, app) = start().await;
    let ada_s = app.anonymous();
    through(&ada_s, &issuer, "oidc", &ada()).await;
    ada_s.adopt().await;
    app.advance(10 * MINUTE + 1);
    let body = json!({"password": "", "new_password": "correct horse battery"});
    assert_eq!(
        ada_s.put("/api/v1/account/password", &body).await.code(),
        ErrorCode::StaleSignIn
    );
    let leave = ada_s
        .post("/api/v1/account/deletion", json!({"password": ""}))
        .await;
    assert_eq!(leave.code(), ErrorCode::StaleSignIn);
    issuer.advance(10 * MINUTE);
    through(&ada_s, &issuer, "oidc", &ada()).await;
    ada_s.adopt().await;
    ada_s
        .post("/api/v1/account/deletion", json!({"password": ""}))
        .await
        .ok();
}

#[tokio::test]
async fn an_address_that_nobody_vouches_for_stays_unconfirmed_and_a_reset_shuts_its_maker_out() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let inbox = krowoc_tests::mail::Inbox::default();
    let folder = inbox.path().display().to_string();
    let app = server(&issuer, &[("mail_folder", &folder)]).await;
    let eve = app.anonymous();
    let liar = Somebody {
        verified: false,
        ..ada()
    };
    assert_eq!(location(&through(&eve, &issuer, "oidc", &liar).await), "/");
    assert!(!account(&eve).await.email_verified);
    app.work().await;
    let _ = inbox.take();
    app.anonymous()
        .post(
            "/api/v1/password/forgot",
            json!({"email": "ada@example.org"}),
        )
        .await
        .ok();
    let token = inbox.only(&app).await.token();
    let body = json!({"token": token, "password": "correct horse battery"});
    app.anonymous()
        .post("/api/v1/password/reset", body)
        .await
        .ok();
    assert_eq!(
        eve.get("/api/v1/session").await.code(),
        ErrorCode::Unauthenticated
    );
    let again = through(&eve, &issuer, "oidc", &liar).await;
    assert!(
        location(&again).starts_with("/signin#link="),
        "the password is asked for now"
    );
}

#[tokio::test]
async fn github_is_asked_its_own_way_for_the_primary_address() {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let url = issuer.url();
    let more = [
        ("github_client_id", CLIENT),
        ("github_client_secret", SECRET),
        ("github_url", url.as_str()),
    ];
    let app = server(&issuer, &more).await;
    let caller = app.anonymous();
    let answer = through(&caller, &issuer, "github", &ada()).await;
    assert_eq!(location(&answer), "/");
    let view = account(&caller).await;
    assert_eq!(
        (view.email.as_str(), view.email_verified),
        ("ada@example.org", true)
    );
    assert_eq!(view.identities[0].provider, "github");
    let again = app.anonymous();
    through(
        &again,
        &issuer,
        "github",
        &Somebody::new("x", "changed@example.org"),
    )
    .await;
    assert_eq!(account(&again).await.user, view.user);
    assert!(issuer.asked().contains(&"/api/v3/user/emails".to_owned()));
}

#[tokio::test]
async fn cookies_of_an_attempt_are_out_of_reach_of_scripts_and_hold_nothing_that_the_address_holds()
{
    let (_issuer, app) = start().await;
    let caller = app.anonymous();
    let answer = caller.get("/api/v1/sign-in/oidc").await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(
        cookie.contains("HttpOnly; SameSite=Lax; Path=/api/v1/sign-in;"),
        "{cookie}"
    );
    let secret = caller.cookie("krowoc_attempt").unwrap();
    let to = location(&answer);
    assert!(!to.contains(&secret) && to.contains("code_challenge="));
    assert!(to.contains(&format!(
        "redirect_uri={}",
        PUBLIC.replace(':', "%3A").replace('/', "%2F")
    )));
    assert!(!logs::text().contains(&secret));
    let whole: Value = json!(to);
    assert!(!whole.to_string().contains("client_secret"));
}
