//! Provider keys: stored sealed, listed by hint, rotated, removed.

mod hashicorp;
mod manage;
mod operator;
mod vault;

use krowoc_server::store::provider_keys::{self, StoredKey};
use krowoc_server::store::{StoreError, Tx};
use krowoc_server::vault::Secret;
use krowoc_shared::execution::request::Provider;
use krowoc_shared::ids::{KeyId, UserId};
use krowoc_tests::TestApp;

/// A key that is sealed but not stored.
async fn sealed(
    app: &TestApp,
    owner: Option<UserId>,
    provider: Provider,
    name: &str,
    key: &str,
) -> StoredKey {
    let now = app.state.now();
    let id = KeyId::mint(now, app.state.entropy());
    let secret = Secret::new(key.to_owned());
    StoredKey {
        id,
        owner,
        provider,
        name: name.to_owned(),
        base_url: "https://api.example.org/v1".to_owned(),
        sealed: app.state.vault.seal(id, owner, &secret).await.unwrap(),
        hint: secret.hint(),
        preferred: false,
        created_at: now,
        rotated_at: None,
        used_at: None,
    }
}

async fn store(app: &TestApp, key: StoredKey) -> Result<(), StoreError> {
    app.state
        .store
        .write(move |tx: &mut Tx<'_>| provider_keys::create(tx, &key))
        .await
}

async fn put(
    app: &TestApp,
    owner: Option<UserId>,
    provider: Provider,
    name: &str,
    key: &str,
) -> KeyId {
    let stored = sealed(app, owner, provider, name, key).await;
    let id = stored.id;
    store(app, stored).await.unwrap();
    id
}

async fn resolve(
    app: &TestApp,
    user: UserId,
    provider: Provider,
    named: Option<KeyId>,
) -> Option<StoredKey> {
    let found = app
        .state
        .store
        .read(move |conn| provider_keys::resolve(conn, user, provider, named));
    found.await.unwrap()
}
