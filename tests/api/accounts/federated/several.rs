//! Several issuers at once: each with its own button and way back, and nobody is taken for somebody of another.

use super::{account, ada, location};
use krowoc_shared::accounts::people::{AccountView, SignInWays};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::issuer::{CLIENT, Issuer, Somebody, added, begin, remove, through};
use krowoc_tests::mail::PUBLIC;
use krowoc_tests::{Caller, Options, TestApp, logs};
use serde_json::json;
use std::sync::Arc;

/// Two issuers of the list, public clients both.
async fn two() -> (Issuer, Issuer, TestApp) {
    let begin = krowoc_tests::clock::BEGIN;
    let (main, lab) = (Issuer::start(begin).await, Issuer::start(begin).await);
    for issuer in [&main, &lab] {
        issuer.open();
    }
    let entry = |id: &str, name: &str, issuer: &Issuer| json!({"id": id, "name": name, "issuer": issuer.url(), "client_id": CLIENT, "scopes": ["openid", "email", "profile", "groups"]});
    let list = json!([
        entry("main", "Main ID", &main),
        entry("lab", "Lab ID", &lab)
    ]);
    let settings = vec![
        ("oidc_issuers", list.to_string()),
        ("public_url", PUBLIC.to_owned()),
    ];
    let app = TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await;
    (main, lab, app)
}

#[tokio::test]
async fn each_is_shown_and_the_same_subject_at_two_issuers_is_two_people() {
    let (main, lab, app) = two().await;
    let ways: SignInWays = app.anonymous().get("/api/v1/sign-in").await.ok().json();
    let shown: Vec<(&str, &str)> = ways
        .providers
        .iter()
        .map(|it| (it.id.as_str(), it.name.as_str()))
        .collect();
    assert_eq!(shown, [("main", "Main ID"), ("lab", "Lab ID")]);
    let asked = begin(&app.anonymous(), "lab").await;
    assert!(
        asked.starts_with(&lab.url()) && asked.contains("scope=openid+email+profile+groups"),
        "{asked}"
    );
    let one = app.anonymous();
    assert_eq!(location(&through(&one, &main, "main", &ada()).await), "/");
    let other = app.anonymous();
    let same = Somebody::new("ada-1", "another@example.org");
    assert_eq!(location(&through(&other, &lab, "lab", &same).await), "/");
    let (first, second): (AccountView, AccountView) = (account(&one).await, account(&other).await);
    assert_ne!(first.user, second.user);
    assert_eq!(second.identities[0].provider, "lab");
    // One account may have both, each once.
    one.adopt().await;
    // Which came first is told by the time.
    app.advance(1);
    let third = Somebody::new("ada-at-lab", "ada@lab.example.org");
    let back = added(&one, &lab, ("lab", ""), &third).await;
    assert_eq!(location(&back), "/settings/account");
    let providers: Vec<String> = account(&one)
        .await
        .identities
        .into_iter()
        .map(|it| it.provider)
        .collect();
    assert_eq!(providers, ["main", "lab"]);
}

#[tokio::test]
async fn an_answer_of_one_issuer_is_not_taken_for_the_other_s() {
    let (main, lab, app) = two().await;
    let caller = app.anonymous();
    // The way back of the other issuer.
    let asked = begin(&caller, "main").await;
    let crossed = main.sign_in(&asked, &ada()).replace("/main/", "/lab/");
    assert_eq!(
        location(&caller.get(&crossed).await),
        "/signin#failed=foreign"
    );
    // The right way back, with the name of the other issuer (RFC 9207).
    let asked = begin(&caller, "main").await;
    let named = lab.url().replace(':', "%3A").replace('/', "%2F");
    let mixed = format!("{}&iss={named}", main.sign_in(&asked, &ada()));
    assert_eq!(
        location(&caller.get(&mixed).await),
        "/signin#failed=refused"
    );
    // The state of an attempt at the other issuer.
    let at_lab = begin(&app.anonymous(), "lab").await;
    let state = |at: &str| {
        at.split_once("&state=")
            .map(|it| it.1.get(..43).unwrap().to_owned())
    };
    let asked = begin(&caller, "main").await;
    let (own, other) = (state(&asked).unwrap(), state(&at_lab).unwrap());
    let swapped = main.sign_in(&asked, &ada()).replace(&own, &other);
    assert_eq!(
        location(&caller.get(&swapped).await),
        "/signin#failed=foreign"
    );
    // A token that names the other issuer.
    main.lie(json!({"iss": lab.url()}));
    let lied = through(&caller, &main, "main", &ada()).await;
    assert_eq!(location(&lied), "/signin#failed=refused");
    assert!(caller.cookie("krowoc_access").is_none());
    assert!(!logs::text().contains("access of code"));
}

#[tokio::test]
async fn a_provider_that_is_not_set_up_any_more_is_shown_so_and_is_no_way_in() {
    let (main, lab, app) = two().await;
    let ada_s = app.anonymous();
    through(&ada_s, &main, "main", &ada()).await;
    ada_s.adopt().await;
    // Which came first is told by the time.
    app.advance(1);
    let at_lab = Somebody::new("ada-at-lab", "ada@lab.example.org");
    added(&ada_s, &lab, ("lab", ""), &at_lab).await;
    let list = |entries: &[(&str, &Issuer)]| {
        let entry = |(id, issuer): &(&str, &Issuer)| json!({"id": id, "issuer": issuer.url(), "client_id": CLIENT});
        let all: Vec<_> = entries.iter().map(entry).collect();
        json!(all).to_string()
    };
    let on = async |issuers: String| {
        let settings = vec![("oidc_issuers", issuers), ("public_url", PUBLIC.to_owned())];
        let options = Options {
            settings,
            seed: None,
        };
        let url = app.database.as_ref().unwrap().url.clone();
        let clock = Arc::clone(&app.clock);
        let app = TestApp::on(url, clock, options).await.unwrap();
        let caller = app.anonymous();
        through(&caller, &main, "main", &ada()).await;
        caller.adopt().await;
        (app, caller)
    };
    let lets_in = async |caller: &Caller| -> Vec<bool> {
        let all = account(caller).await.identities;
        all.iter().map(|it| it.lets_in).collect()
    };
    assert_eq!(lets_in(&ada_s).await, [true, true]);
    // The lab has another id here, and is the same.
    let (_renamed, caller) = on(list(&[("main", &main), ("laboratory", &lab)])).await;
    assert_eq!(lets_in(&caller).await, [true, true]);
    let (_fewer, caller) = on(list(&[("main", &main)])).await;
    assert_eq!(lets_in(&caller).await, [true, false]);
    let all = account(&caller).await.identities;
    let last = remove(&caller, all[0].id, "").await;
    assert_eq!(last.code(), ErrorCode::LastWayIn);
    // What lets nobody in may go.
    remove(&caller, all[1].id, "").await.ok();
    assert_eq!(lets_in(&caller).await, [true]);
}
