//! Backup, restore, new epochs.

use krowoc_server::admin;
use krowoc_server::store::Conn;
use krowoc_server::store::{DatabaseUrl, StoreError, accounts};
use krowoc_shared::ids::UserId;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::clock::TestRandom;
use krowoc_tests::database::{Backend, folder};
use krowoc_tests::{Options, TestApp};
use reqwest::StatusCode;

async fn epoch(app: &TestApp, user: UserId) -> String {
    let found = app
        .state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            accounts::personal_space(conn, user)
        });
    found.await.unwrap().1
}

#[tokio::test]
async fn a_restored_copy_has_the_accounts_and_new_epochs() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    let user = alice.session().await.user;
    let before = epoch(&app, user).await;
    let url = app.database.as_ref().unwrap().url.clone();
    let random = TestRandom::new(1);
    if Backend::of_environment() != Backend::Sqlite {
        // What pg_dump and pg_restore do is theirs; the new epoch is ours.
        let refused = admin::backup(&url, "copy".as_ref()).unwrap_err();
        assert!(refused.contains("pg_dump"), "{refused}");
        assert_eq!(admin::new_epoch(&url, &random).unwrap(), 1);
        assert_ne!(epoch(&app, user).await, before);
        return;
    }
    let place = folder().unwrap();
    let copy = place.join("copy.db");
    admin::backup(&url, &copy).unwrap();
    assert!(admin::backup(&url, &copy).unwrap_err().contains("exists"));
    app.sign_up("bob@example.org").await;
    let target = DatabaseUrl::Sqlite(place.join("restored/krowoc.db"));
    admin::restore(&target, &copy, &random).unwrap();
    admin::verify(&target).unwrap();
    let restored = TestApp::on(target, app.clock.clone(), Options::default())
        .await
        .unwrap();
    assert_ne!(epoch(&restored, user).await, before);
    let caller = restored.anonymous();
    assert_eq!(
        caller.sign_in("alice@example.org", PASSWORD).await.status,
        StatusCode::OK
    );
    assert_eq!(
        caller.sign_in("bob@example.org", PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
    drop(restored);
    let _ = std::fs::remove_dir_all(place);
}

#[test]
fn what_is_no_database_is_not_restored() {
    let place = folder().unwrap();
    let junk = place.join("junk.db");
    std::fs::write(
        &junk,
        "this is no database at all, but it is long enough to look at",
    )
    .unwrap();
    let target = DatabaseUrl::Sqlite(place.join("krowoc.db"));
    assert!(admin::restore(&target, &junk, &TestRandom::new(1)).is_err());
    assert!(!place.join("krowoc.db").exists());
    assert!(admin::verify(&target).unwrap_err().contains("no database"));
    let _ = std::fs::remove_dir_all(place);
}
