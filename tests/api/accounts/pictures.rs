//! Pictures of accounts: fetched from where a provider names them, given and removed by their owners, seen by who knows them.

use krowoc_shared::access::Role;
use krowoc_shared::access::wire::MemberView;
use krowoc_shared::accounts::people::{AccountView, PICTURE_BYTES, PictureView};
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::issuer::{Issuer, Somebody, remove, through};
use krowoc_tests::teams::Team;
use krowoc_tests::{Answer, Caller, Options, TestApp, logs};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Pictures that are texts too: of 16 by 16, and of 32 by 32 pixels.
pub(super) const SMALL: &str =
    "GIF89a\u{10}\0\u{10}\0\0\0\0,\0\0\0\0\u{10}\0\u{10}\0\0\u{2}\u{2}D\u{1}\0;";
const OTHER: &str = "GIF89a\u{20}\0\u{20}\0\0\0\0,\0\0\0\0\u{20}\0\u{20}\0\0\u{2}\u{2}D\u{1}\0;";
const DAY: i64 = 24 * 60 * 60 * 1000;

async fn start() -> (Issuer, TestApp) {
    let issuer = Issuer::start(krowoc_tests::clock::BEGIN).await;
    let app = TestApp::start_with(Options {
        settings: issuer.settings(),
        seed: None,
    })
    .await;
    (issuer, app)
}

fn ada(issuer: &Issuer) -> Somebody {
    Somebody {
        picture: Some(format!("{}/picture", issuer.url())),
        ..Somebody::new("ada-1", "ada@example.org")
    }
}

/// Signs in through the issuer, and lets jobs do what waits.
async fn come(app: &TestApp, issuer: &Issuer, who: &Somebody) -> Caller {
    let caller = app.anonymous();
    let answer = through(&caller, issuer, "oidc", who).await;
    assert_eq!(answer.header("location"), "/");
    app.work().await;
    caller.adopt().await;
    caller
}

async fn picture(caller: &Caller, of: &Caller) -> Answer {
    let user = of.session().await.user;
    caller.get(&format!("/api/v1/avatars/{user}")).await
}

async fn give(caller: &Caller, kind: &str, file: impl Into<Vec<u8>>) -> Answer {
    let request = caller.request(Method::PUT, "/api/v1/account/picture");
    let request = request.header("content-type", kind).body(file.into());
    caller.send(request).await
}

#[tokio::test]
async fn a_provider_s_picture_is_fetched_after_the_sign_in_and_served_from_here() {
    let (issuer, app) = start().await;
    issuer.paint(SMALL);
    let caller = app.anonymous();
    through(&caller, &issuer, "oidc", &ada(&issuer)).await;
    assert_eq!(
        picture(&caller, &caller).await.code(),
        ErrorCode::NotFound,
        "not yet"
    );
    app.work().await;
    let seen = picture(&caller, &caller).await.ok();
    assert_eq!(seen.text(), SMALL);
    assert_eq!(seen.header("content-type"), "image/gif");
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    assert_eq!(seen.header("cache-control"), "private, no-cache");
    assert_eq!(seen.header("cross-origin-resource-policy"), "same-origin");
    assert!(
        seen.header("content-security-policy")
            .starts_with("default-src 'none'")
    );
    let tag = seen.header("etag").to_owned();
    let session: SessionView = caller.session().await;
    assert_eq!(session.picture.as_deref(), Some(tag.trim_matches('"')));
    let path = format!("/api/v1/avatars/{}", session.user);
    let known = caller
        .request(Method::GET, &path)
        .header("if-none-match", &tag);
    let again = caller.send(known).await;
    assert_eq!(
        (again.status, again.body.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
    let asked = issuer.asked().iter().filter(|it| *it == "/picture").count();
    assert_eq!(asked, 1);
    // The same address is asked again after a day, and what changed there is shown.
    issuer.paint(OTHER);
    come(&app, &issuer, &ada(&issuer)).await;
    assert_eq!(picture(&caller, &caller).await.text(), SMALL);
    app.advance(DAY);
    issuer.advance(DAY);
    let caller = come(&app, &issuer, &ada(&issuer)).await;
    assert_eq!(picture(&caller, &caller).await.text(), OTHER);
}

#[tokio::test]
async fn a_picture_that_is_none_or_lies_where_it_may_not_is_passed_over_and_lets_people_in() {
    let (issuer, app) = start().await;
    let large = format!("{SMALL}{}", "x".repeat(PICTURE_BYTES));
    let own = format!("{}/picture", issuer.url());
    for (number, (painted, address)) in [
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", own.as_str()),
        (large.as_str(), own.as_str()),
        ("", own.as_str()),
        (SMALL, "http://127.0.0.1:1/picture"),
        (SMALL, "https://127.0.0.1:1/picture"),
        (SMALL, "https://[::1]/picture"),
        (SMALL, "https://169.254.169.254/latest"),
        (SMALL, "ftp://example.org/picture"),
        (SMALL, "not an address"),
    ]
    .into_iter()
    .enumerate()
    {
        issuer.paint(painted);
        let who = Somebody {
            picture: Some(address.to_owned()),
            ..Somebody::new(&format!("p{number}"), &format!("p{number}@example.org"))
        };
        let caller = come(&app, &issuer, &who).await;
        let none = picture(&caller, &caller).await;
        assert_eq!(none.code(), ErrorCode::NotFound, "{address}");
        let session: SessionView = caller.session().await;
        assert_eq!(session.picture, None);
    }
    assert!(
        !logs::text().contains("169.254.169.254"),
        "nobody's address in the log"
    );
}

#[tokio::test]
async fn what_its_owner_chose_stays_whatever_a_provider_says() {
    let (issuer, app) = start().await;
    issuer.paint(SMALL);
    let caller = come(&app, &issuer, &ada(&issuer)).await;
    let given: PictureView = give(&caller, "image/gif", OTHER).await.ok().json();
    let account: AccountView = caller.get("/api/v1/account").await.ok().json();
    assert_eq!(account.picture, Some(given.tag));
    app.advance(2 * DAY);
    issuer.advance(2 * DAY);
    let caller = come(&app, &issuer, &ada(&issuer)).await;
    assert_eq!(picture(&caller, &caller).await.text(), OTHER);
    let gone = caller.delete("/api/v1/account/picture").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(picture(&caller, &caller).await.code(), ErrorCode::NotFound);
    app.advance(2 * DAY);
    issuer.advance(2 * DAY);
    let caller = come(&app, &issuer, &ada(&issuer)).await;
    assert_eq!(
        picture(&caller, &caller).await.code(),
        ErrorCode::NotFound,
        "none is a choice too"
    );
}

#[tokio::test]
async fn a_file_is_a_picture_by_its_first_bytes_and_no_larger_than_it_may_be() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    for kind in ["image/png", "application/octet-stream"] {
        give(&ada, kind, SMALL).await.ok();
        let seen = picture(&ada, &ada).await;
        assert_eq!(
            seen.header("content-type"),
            "image/gif",
            "what it is, not what was said"
        );
    }
    for wrong in ["<svg/>", "", "<!doctype html><script>alert(1)</script>"] {
        let refused = give(&ada, "image/png", wrong).await;
        assert_eq!(refused.code(), ErrorCode::InvalidField, "{wrong}");
    }
    let large = format!("{SMALL}{}", "x".repeat(PICTURE_BYTES));
    assert_eq!(
        give(&ada, "image/gif", large).await.code(),
        ErrorCode::TooLarge
    );
    let json = give(&ada, "application/json", SMALL).await;
    assert_eq!(json.code(), ErrorCode::UnsupportedMediaType);
    assert_eq!(
        picture(&ada, &ada).await.text(),
        SMALL,
        "nothing of that changed it"
    );
    let nobody = give(&app.anonymous(), "image/gif", SMALL).await;
    assert_eq!(nobody.code(), ErrorCode::Unauthenticated);
    ada.set_csrf(None);
    let forged = give(&ada, "image/gif", SMALL).await;
    assert_eq!(forged.code(), ErrorCode::CsrfRejected);
}

#[tokio::test]
async fn members_of_a_team_see_each_other_and_nobody_else_does() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    give(&ada, "image/gif", SMALL).await.ok();
    assert_eq!(picture(&bob, &ada).await.code(), ErrorCode::NotFound);
    let path = format!("/api/v1/avatars/{}", ada.session().await.user);
    assert_eq!(
        app.anonymous().get(&path).await.code(),
        ErrorCode::Unauthenticated
    );
    let team = Team::of(&ada, "Ours").await;
    let user = team.enrol(&app, &bob, Role::Viewer).await;
    assert_eq!(picture(&bob, &ada).await.ok().text(), SMALL);
    let members: Vec<MemberView> = team.members(&bob).await;
    let pictures: Vec<bool> = members.iter().map(|it| it.picture.is_some()).collect();
    assert_eq!(pictures, [true, false]);
    let path = team.path(&format!("/members/{user}"));
    ada.delete(&path).await.ok();
    assert_eq!(picture(&bob, &ada).await.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_provider_that_is_removed_takes_its_picture_along_and_none_that_its_owner_gave() {
    for own in [false, true] {
        let (issuer, app) = start().await;
        issuer.paint(SMALL);
        let caller = come(&app, &issuer, &ada(&issuer)).await;
        if own {
            give(&caller, "image/gif", OTHER).await.ok();
        }
        let password = json!({"password": "", "new_password": PASSWORD});
        caller.put("/api/v1/account/password", password).await.ok();
        let view: Value = caller.get("/api/v1/account").await.ok().json();
        let id = view["identities"][0]["id"].as_str().unwrap();
        remove(&caller, id, PASSWORD).await.ok();
        let left = picture(&caller, &caller).await;
        match own {
            true => assert_eq!(left.ok().text(), OTHER),
            false => assert_eq!(left.code(), ErrorCode::NotFound),
        }
    }
}

#[tokio::test]
async fn a_picture_is_in_the_download_of_its_account_and_gone_with_it() {
    let app = TestApp::start().await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up("bob@example.org").await;
    give(&ada, "image/gif", SMALL).await.ok();
    let all: Value = ada.get("/api/v1/account/export").await.ok().json();
    assert_eq!(all["picture"]["type"], "image/gif");
    assert_eq!(
        all["picture"]["base64"],
        "R0lGODlhEAAQAAAAACwAAAAAEAAQAAACAkQBADs="
    );
    let all: Value = bob.get("/api/v1/account/export").await.ok().json();
    assert_eq!(all["picture"], Value::Null);
    let team = Team::of(&bob, "Ours").await;
    let user = team.enrol(&app, &ada, Role::Viewer).await;
    let leave = json!({"password": PASSWORD});
    ada.post("/api/v1/account/deletion", leave).await.ok();
    app.advance(7 * DAY);
    app.work().await;
    bob.refresh().await.ok();
    let gone = bob.get(&format!("/api/v1/avatars/{user}")).await;
    assert_eq!(gone.code(), ErrorCode::NotFound);
}
