//! What counts as a try at the second step, and whom many wrong ones are told to.

use super::{EMAIL, MINUTE, asked, finish, turn_on};
use krowoc_shared::error::ErrorCode;
use krowoc_tests::mail::Inbox;
use krowoc_tests::{Options, TestApp};
use std::sync::Arc;

const OTHER_KEY: &str = "bmV3LWtleS1lbmNyeXB0aW9uLWtleS0wMTIzNDU2Nzg=";

#[tokio::test]
async fn a_try_that_is_put_off_is_none_of_the_five() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    let guesser = asked(&app).await;
    for _ in 0..5 {
        assert_eq!(
            finish(&guesser, "000000").await.code(),
            ErrorCode::WrongCode
        );
    }
    let browser = asked(&app).await;
    assert_eq!(
        finish(&browser, "000000").await.code(),
        ErrorCode::WrongCode
    );
    for _ in 0..6 {
        let put_off = finish(&browser, &owner.code(&app)).await;
        assert_eq!(put_off.code(), ErrorCode::RateLimited);
        assert_eq!(put_off.problem().retry_after, Some(2));
    }
    app.advance(2_000);
    finish(&browser, &owner.code(&app)).await.ok();
}

#[tokio::test]
async fn a_try_that_the_server_cannot_look_at_is_none_of_the_five() {
    let app = TestApp::start().await;
    let alice = app.sign_up(EMAIL).await;
    let owner = turn_on(&app, &alice).await;
    let options = Options {
        settings: vec![("key", OTHER_KEY.to_owned())],
        seed: None,
    };
    let url = app.database.as_ref().unwrap().url.clone();
    let without = TestApp::on(url, Arc::clone(&app.clock), options)
        .await
        .unwrap();
    let browser = asked(&app).await;
    let there = without.anonymous();
    there.set_cookie("krowoc_pending", &browser.cookie("krowoc_pending").unwrap());
    for _ in 0..5 {
        let answer = finish(&there, &owner.code(&app)).await;
        assert_eq!(answer.code(), ErrorCode::VaultUnavailable);
    }
    finish(&browser, &owner.code(&app)).await.ok();
}

#[tokio::test]
async fn the_owner_is_told_of_ten_wrong_codes_once() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let alice = app.sign_up(EMAIL).await;
    turn_on(&app, &alice).await;
    app.work().await;
    let _ = inbox.take();
    for count in 1..=12 {
        let guesser = asked(&app).await;
        assert_eq!(
            finish(&guesser, "000000").await.code(),
            ErrorCode::WrongCode
        );
        app.work().await;
        let told = inbox.take();
        assert_eq!(told.len(), usize::from(count == 10), "{count}: {told:?}");
        for mail in told {
            assert_eq!(mail.to, EMAIL);
            assert!(mail.subject.contains("Wrong codes"), "{mail:?}");
            assert!(mail.text.contains("http://krowoc.test/forgot"), "{mail:?}");
        }
        app.advance(15 * MINUTE);
    }
}
