//! Passkeys: added, signed in with, named, removed; and all that lets nobody in.

mod door;
mod names;
mod settings;
mod trust;

use krowoc_server::store::StoreError;
use krowoc_server::store::passkeys::{self, NewPasskey};
use krowoc_shared::accounts::factors::SecurityView;
use krowoc_shared::accounts::passkeys::{CreationOptions, PasskeyView, RequestOptions};
use krowoc_shared::ids::{PasskeyId, UserId};
use krowoc_tests::authenticator::Authenticator;
use krowoc_tests::caller::PASSWORD;
use krowoc_tests::{Answer, Caller, Options, TestApp};
use serde_json::{Value, json};

const EMAIL: &str = "alice@example.org";
const PARTY: &str = "krowoc.test";
const ORIGIN: &str = "https://krowoc.test";
const MINUTE: i64 = 60_000;

async fn server(more: Vec<(&'static str, String)>) -> TestApp {
    let mut settings: Vec<_> = more
        .into_iter()
        .filter(|(key, _)| *key != "public_url")
        .collect();
    settings.push(("public_url", ORIGIN.to_owned()));
    TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await
}

async fn begin(caller: &Caller, password: &str, code: &str) -> Answer {
    let body = json!({"password": password, "code": code});
    caller.post("/api/v1/account/passkeys/options", body).await
}

async fn begun(caller: &Caller) -> CreationOptions {
    begin(caller, PASSWORD, "").await.ok().json()
}

async fn put(caller: &Caller, name: &str, credential: &Value) -> Answer {
    let body = json!({"name": name, "credential": credential});
    caller.post("/api/v1/account/passkeys", body).await
}

/// A passkey that is added.
async fn added(caller: &Caller, name: &str) -> (Authenticator, PasskeyView) {
    let mut key = Authenticator::new(PARTY, ORIGIN);
    let made = key.create(&begun(caller).await);
    let view = put(caller, name, &made).await.ok().json();
    (key, view)
}

async fn removed(caller: &Caller, id: PasskeyId, password: &str) -> Answer {
    let path = format!("/api/v1/account/passkeys/{id}/removal");
    caller.post(&path, json!({"password": password})).await
}

/// Passkeys that no authenticator here has, put into the store.
async fn stored(app: &TestApp, user: UserId, many: usize) {
    let at = app.state.now();
    let new = (0..many).map(|n| NewPasskey {
        id: PasskeyId::mint(at, app.state.entropy()),
        user,
        credential: [n.to_be_bytes().as_slice(), user.as_bytes()].concat(),
        public_key: vec![2; 77],
        sign_count: 0,
        transports: "internal".to_owned(),
        rp_id: String::new(),
        name: format!("Key {n}"),
        at,
    });
    let new: Vec<NewPasskey> = new.collect();
    let put = app.state.store.write(move |tx| -> Result<(), StoreError> {
        new.iter().try_for_each(|it| passkeys::add(tx, it))
    });
    put.await.unwrap();
}

async fn asked(caller: &Caller, step: bool) -> Answer {
    let body = json!({"step": step});
    caller.post("/api/v1/session/passkey/options", body).await
}

async fn shown(caller: &Caller, credential: &Value) -> Answer {
    let body = json!({"credential": credential});
    caller.post("/api/v1/session/passkey", body).await
}

/// A sign-in with a passkey from a browser.
async fn enter(caller: &Caller, key: &mut Authenticator) -> Answer {
    let options: RequestOptions = asked(caller, false).await.ok().json();
    shown(caller, &key.get(&options)).await
}

async fn security(caller: &Caller) -> SecurityView {
    caller.get("/api/v1/account/security").await.ok().json()
}
