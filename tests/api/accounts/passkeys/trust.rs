//! What is believed of an answer: for one question, once, and all refusals alike.

use super::{
    EMAIL, MINUTE, ORIGIN, PARTY, added, asked, begun, enter, put, security, server, shown,
};
use krowoc_shared::accounts::passkeys::RequestOptions;
use krowoc_shared::error::ErrorCode;
use krowoc_tests::authenticator::{Authenticator, USUAL};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_challenge_is_good_once_for_five_minutes_and_for_what_it_was_given() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let bob = app.sign_up("bob@example.org").await;
    let mut key = Authenticator::new(PARTY, ORIGIN);
    // Of another account, of signing in, late, and a second time.
    let of_bob = key.create(&begun(&bob).await);
    assert_eq!(
        put(&alice, "A", &of_bob).await.code(),
        ErrorCode::LinkExpired
    );
    let question: RequestOptions = asked(&alice, false).await.ok().json();
    let mut options = begun(&alice).await;
    options.challenge.clone_from(&question.challenge);
    let made = key.create(&options);
    assert_eq!(put(&alice, "A", &made).await.code(), ErrorCode::LinkExpired);
    let late = key.create(&begun(&alice).await);
    app.advance(5 * MINUTE);
    assert_eq!(put(&alice, "A", &late).await.code(), ErrorCode::LinkExpired);
    let made = key.create(&begun(&alice).await);
    put(&alice, "A", &made).await.ok();
    assert_eq!(put(&alice, "A", &made).await.code(), ErrorCode::LinkExpired);
    let known = key.create(&begun(&alice).await);
    let twice = put(&alice, "A", &known).await;
    assert_eq!(twice.code(), ErrorCode::AlreadyExists);
    // An answer that was heard on its way is not taken a second time, also not by two at once.
    let browser = app.anonymous();
    let options: RequestOptions = asked(&browser, false).await.ok().json();
    let signed = key.get(&options);
    let (one, two) = (app.anonymous(), app.anonymous());
    let (one, two) = futures_util::future::join(shown(&one, &signed), shown(&two, &signed)).await;
    let entered = [&one, &two]
        .iter()
        .filter(|it| it.status.is_success())
        .count();
    assert_eq!(entered, 1, "{} {}", one.text(), two.text());
    let options: RequestOptions = asked(&browser, false).await.ok().json();
    let late = key.get(&options);
    app.advance(5 * MINUTE);
    assert_eq!(
        shown(&browser, &late).await.code(),
        ErrorCode::PasskeyRefused
    );
    let own = begun(&alice).await;
    let swapped = RequestOptions {
        challenge: own.challenge,
        ..options
    };
    let refused = shown(&browser, &key.get(&swapped)).await;
    assert_eq!(refused.code(), ErrorCode::PasskeyRefused);
}

#[tokio::test]
async fn what_lies_lets_nobody_in_and_all_refusals_are_alike() {
    let app = server(Vec::new()).await;
    let alice = app.sign_up(EMAIL).await;
    let (mut key, _) = added(&alice, "Laptop").await;
    type Lie = fn(&mut Authenticator);
    let lies: [(&str, Lie); 6] = [
        ("origin", |it| {
            it.origin = "https://krowoc.test.evil.example".to_owned()
        }),
        ("site", |it| it.party = "evil.example".to_owned()),
        ("unverified", |it| it.flags = 0b001),
        ("absent", |it| it.flags = 0b100),
        ("another account", |it| it.be("AAECAwQFBgcICQoLDA0ODw")),
        ("copied", |it| it.count = 0),
    ];
    let honest = key.get(&asked(&alice, false).await.ok().json());
    let user = honest["response"]["userHandle"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut told = Vec::new();
    for (what, lie) in lies {
        let before = key.count;
        lie(&mut key);
        let answer = enter(&app.anonymous(), &mut key).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
        told.push(answer.problem());
        key.origin = ORIGIN.to_owned();
        key.party = PARTY.to_owned();
        key.flags = USUAL;
        key.be(&user);
        key.count = before;
    }
    let mut stranger = Authenticator::new(PARTY, ORIGIN);
    told.push(enter(&app.anonymous(), &mut stranger).await.problem());
    let mut garbled = key.get(&asked(&alice, false).await.ok().json());
    garbled["response"]["signature"] = json!("!");
    told.push(shown(&app.anonymous(), &garbled).await.problem());
    for problem in told {
        assert_eq!(
            (problem.code, problem.detail),
            (ErrorCode::PasskeyRefused, None)
        );
    }
    enter(&app.anonymous(), &mut key).await.ok();
    // Nor is a new one added that lies.
    let mut liar = Authenticator::new(PARTY, "https://evil.example");
    let made = liar.create(&begun(&alice).await);
    let refused = put(&alice, "Liar", &made).await.problem();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (ErrorCode::InvalidField, Some("/credential"))
    );
    assert_eq!(security(&alice).await.passkeys.len(), 1);
}
