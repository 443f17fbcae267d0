//! Leaving: the wish, and what is left after it. Not what is taken along.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use krowoc_server::store::passkeys::{self, NewPasskey, Purpose};
use krowoc_server::store::{Conn, DatabaseUrl, Role, StoreError, open};
use krowoc_shared::accounts::people::{AccountDeletion, AccountView};
use krowoc_shared::accounts::wire::DeviceTokens;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{DocId, PasskeyId};
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::mail::Inbox;
use krowoc_tests::{Answer, Caller, TestApp, ops};
use reqwest::StatusCode;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

async fn leave(caller: &Caller, password: &str) -> Answer {
    let body = json!({"password": password});
    caller.post("/api/v1/account/deletion", body).await
}

/// A published prompt with a tag.
pub(super) async fn prompt(caller: &Caller, text: &str) -> DocId {
    let id = ops::doc_id();
    let body = json!({"id": id, "kind": "prompt", "set": {"title": "Mine"}, "tags": ["kept"], "body": text});
    let made: Value = caller.post("/api/v1/library", body).await.ok().json();
    // What never changes goes with the account all the same.
    let publish = json!({"body_rev": made["document"]["body"]["rev"]});
    let path = format!("/api/v1/library/{id}/publish");
    caller.post(&path, publish).await.ok();
    id
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Rows of every table that holds what belongs to somebody.
pub(super) fn rows(app: &TestApp) -> Vec<(String, i64)> {
    let mut conn: Conn = open(app.state.store.url(), Role::Writer).unwrap();
    let tables = match app.state.store.url() {
        DatabaseUrl::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'document\\_search\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'"
        }
        DatabaseUrl::Postgres(_) => {
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'"
        }
    };
    let names: Vec<Name> = diesel::sql_query(tables).load(&mut conn).unwrap();
    // The catalogue and the queue are the server's; attempts are counted by hashes, for a day.
    let own = [
        "__diesel_schema_migrations",
        "model",
        "model_price",
        "model_catalogue",
        "job",
        "throttle",
    ];
    let mut counts: Vec<(String, i64)> = names
        .into_iter()
        .filter(|it| !own.contains(&it.name.as_str()))
        .map(|it| {
            let query = format!("SELECT count(*) AS n FROM {}", it.name);
            let count: Count = diesel::sql_query(query).get_result(&mut conn).unwrap();
            (it.name, count.n)
        })
        .collect();
    counts.sort();
    counts
}

/// A passkey, and a challenge for another. This server has no name to bind one to, so that they are put into the store.
pub(super) async fn passkey(app: &TestApp, caller: &Caller) {
    let (user, at) = (caller.session().await.user, app.state.now());
    let new = NewPasskey {
        id: PasskeyId::mint(at, [7; 10]),
        user,
        credential: vec![1; 16],
        public_key: vec![2; 77],
        sign_count: 0,
        transports: "internal".to_owned(),
        rp_id: String::new(),
        name: "Laptop".to_owned(),
        at,
    };
    let put = app.state.store.write(move |tx| -> Result<(), StoreError> {
        passkeys::ask(tx, &[3; 32], (Purpose::Add, Some(user)), (at, i64::MAX))?;
        passkeys::add(tx, &new)
    });
    put.await.unwrap();
}

#[tokio::test]
async fn after_seven_days_nothing_of_an_account_is_left_and_nobody_elses_is_touched() {
    let inbox = Inbox::default();
    let app = inbox.server().await;
    let bob = app.sign_up("bob@example.org").await;
    prompt(&bob, "Of Bob").await;
    app.work().await;
    let _ = inbox.take();
    let before = rows(&app);
    let alice = app.sign_up("alice@example.org").await;
    for number in 0..3 {
        prompt(&alice, &format!("Of Alice {number}")).await;
    }
    let (device, tokens) = alice.connect_device("Extension").await;
    let next: DeviceTokens = device.renew(&tokens.refresh_token).await.ok().json();
    device.set_bearer(&next.access_token);
    alice
        .post(
            "/api/v1/tokens",
            json!({"name": "CI", "scopes": ["library:read"]}),
        )
        .await
        .ok();
    let key = json!({"provider": "openai", "name": "Main", "key": "sk-planted-00a7"});
    alice.post("/api/v1/provider-keys", key).await.ok();
    alice
        .put(
            "/api/v1/budget",
            json!({"ceiling": 1_000, "unpriced": "block"}),
        )
        .await;
    passkey(&app, &alice).await;
    // A second step, and a sign-in that waits for it.
    super::second::turn_on(&app, &alice).await;
    app.anonymous().sign_in("alice@example.org", PASSWORD).await;
    app.work().await;
    let _ = inbox.take();

    assert_eq!(
        leave(&alice, "not the password").await.code(),
        ErrorCode::WrongCredentials
    );
    let answer = leave(&alice, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(
        answer.json::<AccountDeletion>().delete_at,
        app.state.now() + 7 * DAY
    );
    assert_eq!(alice.cookie("krowoc_access"), None);
    assert_eq!(
        device.get("/api/v1/sync/spaces").await.code(),
        ErrorCode::DeviceRevoked
    );
    let told = inbox.only(&app).await;
    assert!(told.text.contains("7 days"), "{}", told.text);

    app.advance(7 * DAY - 1);
    app.work().await;
    assert_ne!(rows(&app), before, "not before its time");
    app.advance(1);
    app.work().await;
    assert_eq!(rows(&app), before);
    app.work().await;
    assert!(inbox.take()[0].text.contains("was erased"));
    let gone = app.anonymous().sign_in("alice@example.org", PASSWORD).await;
    assert_eq!(gone.code(), ErrorCode::WrongCredentials);
    bob.refresh().await.ok();
    let list: Value = bob.get("/api/v1/library").await.ok().json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let hits: Value = bob.get("/api/v1/library?q=bob").await.ok().json();
    assert_eq!(hits["items"].as_array().unwrap().len(), 1);
    app.sign_up("alice@example.org").await;
}

#[tokio::test]
async fn who_signs_in_again_in_time_can_keep_the_account() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    prompt(&alice, "Kept").await;
    leave(&alice, PASSWORD).await.ok();
    app.advance(6 * DAY);
    alice.sign_in("alice@example.org", PASSWORD).await.ok();
    let view: AccountView = alice.get("/api/v1/account").await.ok().json();
    assert_eq!(view.delete_at, Some(app.state.now() + DAY));
    let kept = alice.delete("/api/v1/account/deletion").await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT);
    app.advance(2 * DAY);
    app.work().await;
    alice.refresh().await.ok();
    let view: AccountView = alice.get("/api/v1/account").await.ok().json();
    assert_eq!(view.delete_at, None);
    let list: Value = alice.get("/api/v1/library").await.ok().json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_wish_that_was_taken_back_and_made_again_counts_from_the_second_time() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    leave(&alice, PASSWORD).await.ok();
    app.advance(DAY);
    alice.sign_in("alice@example.org", PASSWORD).await.ok();
    alice.delete("/api/v1/account/deletion").await.ok();
    leave(&alice, PASSWORD).await.ok();
    app.advance(6 * DAY);
    app.work().await;
    alice.sign_in("alice@example.org", PASSWORD).await.ok();
    app.advance(DAY);
    app.work().await;
    let gone = alice.sign_in("alice@example.org", PASSWORD).await;
    assert_eq!(gone.code(), ErrorCode::WrongCredentials);
}

#[tokio::test]
async fn at_its_time_the_account_is_closed_even_before_the_job_comes() {
    let app = TestApp::start().await;
    let alice = app.sign_up("alice@example.org").await;
    leave(&alice, PASSWORD).await.ok();
    app.advance(7 * DAY - 1);
    alice.sign_in("alice@example.org", PASSWORD).await.ok();
    app.advance(1);
    let late = alice.delete("/api/v1/account/deletion").await;
    assert_eq!(late.code(), ErrorCode::Forbidden);
    let door = app.anonymous().sign_in("alice@example.org", PASSWORD).await;
    assert_eq!(door.code(), ErrorCode::WrongCredentials);
}
