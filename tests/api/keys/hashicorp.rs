//! Keys sealed by a HashiCorp Vault: a server that behaves as its transit engine and its token store are documented to.

use super::{put, resolve, sealed};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use krowoc_server::vault::VaultError;
use krowoc_server::vault::hashicorp::RemoteError;
use krowoc_server::vault::rotate::reseal;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::request::Provider;
use krowoc_tests::database::folder;
use krowoc_tests::http::{HttpServer, Request, Response};
use krowoc_tests::{Options, TestApp};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

const TOKEN: &str = "hvs.planted-vault-token";

/// What a vault holds.
struct Inside {
    tokens: Vec<String>,
    sealed: bool,
    version: u64,
    secrets: Vec<(String, String, String)>,
}

/// A vault with one transit key `krowoc` and a token that lives two seconds unless it is renewed.
struct FakeVault {
    inside: Arc<Mutex<Inside>>,
    server: HttpServer,
    renewals: watch::Receiver<u32>,
}

fn errors(status: u16, text: &str) -> Response {
    (status, json!({"errors": [text]}))
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field].as_str().unwrap_or_default()
}

fn answer(inside: &Mutex<Inside>, renewed: &watch::Sender<u32>, request: &Request) -> Response {
    let mut inside = inside.lock().unwrap();
    if inside.sealed {
        return errors(503, "Vault is sealed");
    }
    if !inside
        .tokens
        .iter()
        .any(|it| it == request.header("x-vault-token"))
    {
        return errors(403, "permission denied");
    }
    let body = request.json();
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/auth/token/lookup-self") => {
            (200, json!({"data": {"ttl": 2, "renewable": true}}))
        }
        ("POST", "/v1/auth/token/renew-self") => {
            renewed.send_modify(|count| *count += 1);
            (
                200,
                json!({"auth": {"lease_duration": 2, "renewable": true}}),
            )
        }
        ("GET", "/v1/transit/keys/krowoc") => (
            200,
            json!({"data": {"latest_version": inside.version, "type": "aes256-gcm96"}}),
        ),
        ("POST", "/v1/transit/keys/krowoc/rotate") => {
            inside.version += 1;
            (200, json!({"data": {"latest_version": inside.version}}))
        }
        ("POST", "/v1/transit/encrypt/krowoc") => {
            let plain = text(&body, "plaintext").to_owned();
            if STANDARD.decode(&plain).is_err() {
                return errors(400, "failed to base64-decode plaintext");
            }
            let place = STANDARD.encode(inside.secrets.len().to_be_bytes());
            let sealed = format!("vault:v{}:{place}", inside.version);
            let context = text(&body, "associated_data").to_owned();
            inside.secrets.push((sealed.clone(), context, plain));
            (
                200,
                json!({"data": {"ciphertext": sealed, "key_version": inside.version}}),
            )
        }
        ("POST", "/v1/transit/decrypt/krowoc") => {
            let wanted = text(&body, "ciphertext");
            let found = inside.secrets.iter().find(|(sealed, ..)| sealed == wanted);
            match found {
                Some((_, context, plain)) if context == text(&body, "associated_data") => {
                    (200, json!({"data": {"plaintext": plain}}))
                }
                Some(_) => errors(400, "cipher: message authentication failed"),
                None => errors(400, "invalid ciphertext: no prefix"),
            }
        }
        _ => (404, json!({"errors": []})),
    }
}

impl FakeVault {
    async fn start() -> Self {
        let inside = Arc::new(Mutex::new(Inside {
            tokens: vec![TOKEN.to_owned()],
            sealed: false,
            version: 1,
            secrets: Vec::new(),
        }));
        let (sender, renewals) = watch::channel(0);
        let its = Arc::clone(&inside);
        let server = HttpServer::start(move |request| answer(&its, &sender, request)).await;
        Self {
            inside,
            server,
            renewals,
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("vault_url", self.server.url()),
            ("vault_token", TOKEN.to_owned()),
        ]
    }
}

async fn start(settings: Vec<(&'static str, String)>) -> TestApp {
    TestApp::start_with(Options {
        settings,
        seed: None,
    })
    .await
}

fn remote(error: RemoteError) -> VaultError {
    VaultError::Remote(error)
}

#[tokio::test]
async fn a_key_is_sealed_and_opened_by_the_vault_for_its_account_only() {
    let vault = FakeVault::start().await;
    let app = start(vault.settings()).await;
    let alice = app.sign_up("alice@example.org").await.session().await.user;
    let bob = app.sign_up("bob@example.org").await.session().await.user;
    put(
        &app,
        Some(alice),
        Provider::Openai,
        "one",
        "sk-planted-vault",
    )
    .await;
    let key = resolve(&app, alice, Provider::Openai, None).await.unwrap();
    assert_eq!(key.sealed.kek, "vault:transit/krowoc:v1");
    assert!(key.sealed.bytes.starts_with(b"vault:v1:"));
    assert_eq!(
        app.state.vault.open(&key).await.unwrap().expose(),
        "sk-planted-vault"
    );
    // The second time it is remembered.
    let asked = vault.server.asked().len();
    app.state.vault.open(&key).await.unwrap();
    assert_eq!(vault.server.asked().len(), asked);
    let mut stolen = key;
    stolen.owner = Some(bob);
    assert_eq!(app.state.vault.open(&stolen).await, Err(VaultError::Broken));
    let log = krowoc_tests::logs::text();
    assert!(!log.contains("sk-planted-vault") && !log.contains(TOKEN));
}

#[tokio::test]
async fn keys_move_from_our_own_sealing_into_the_vault_and_to_its_next_version() {
    let vault = FakeVault::start().await;
    let local = TestApp::start().await;
    let app = start(vault.settings()).await;
    let alice = app.sign_up("alice@example.org").await.session().await.user;
    // Sealed before the vault was configured, under the key that is still set.
    let old = sealed(&local, Some(alice), Provider::Groq, "old", "sk-old").await;
    super::store(&app, old).await.unwrap();
    put(&app, Some(alice), Provider::Openai, "new", "sk-new").await;
    let done = reseal(&app.state.store, &app.state.vault).await.unwrap();
    assert_eq!((done.resealed, done.left.len()), (1, 0));
    assert_eq!(done.by_kek, [("vault:transit/krowoc:v1".to_owned(), 2)]);
    assert_eq!(
        app.state.vault.new_kek().await.unwrap(),
        "vault:transit/krowoc:v2"
    );
    let done = reseal(&app.state.store, &app.state.vault).await.unwrap();
    assert_eq!(done.resealed, 2);
    for (provider, plain) in [(Provider::Groq, "sk-old"), (Provider::Openai, "sk-new")] {
        let key = resolve(&app, alice, provider, None).await.unwrap();
        assert!(key.sealed.bytes.starts_with(b"vault:v2:"));
        assert_eq!(app.state.vault.open(&key).await.unwrap().expose(), plain);
    }
}

#[tokio::test]
async fn a_sealed_vault_a_refused_token_and_no_vault_are_told_apart() {
    let vault = FakeVault::start().await;
    let app = start(vault.settings()).await;
    let alice = app.sign_up("alice@example.org").await;
    let user = alice.session().await.user;
    put(&app, Some(user), Provider::Openai, "one", "sk-one").await;
    let key = resolve(&app, user, Provider::Openai, None).await.unwrap();
    vault.inside.lock().unwrap().sealed = true;
    assert_eq!(
        app.state.vault.open(&key).await,
        Err(remote(RemoteError::Sealed))
    );
    // A person is told that it is not theirs to mend, and nothing of the vault.
    let wanted = json!({"provider": "openai", "key": "sk-another-long-key"});
    let problem = alice.post("/api/v1/provider-keys", wanted).await.problem();
    assert_eq!(problem.code, ErrorCode::VaultUnavailable);
    assert!(!format!("{problem:?}").contains("127.0.0.1"));
    vault.inside.lock().unwrap().sealed = false;
    vault.inside.lock().unwrap().tokens.clear();
    assert_eq!(
        app.state.vault.open(&key).await,
        Err(remote(RemoteError::Denied))
    );
    drop(vault);
    let error = app.state.vault.open(&key).await.unwrap_err();
    assert!(
        matches!(error, VaultError::Remote(RemoteError::Unreachable(_))),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_of_a_file_is_read_again_when_the_vault_refuses_it() {
    let vault = FakeVault::start().await;
    let place = folder().unwrap();
    let file = place.join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let settings = vec![
        ("vault_url", vault.server.url()),
        ("vault_token_file", file.display().to_string()),
    ];
    let app = start(settings).await;
    assert_eq!(
        app.state.vault.current().await.unwrap(),
        "vault:transit/krowoc:v1"
    );
    vault.inside.lock().unwrap().tokens = vec!["hvs.next".to_owned()];
    let refused = app.state.vault.current().await;
    assert_eq!(refused, Err(remote(RemoteError::Denied)));
    std::fs::write(&file, "hvs.next\n").unwrap();
    assert_eq!(
        app.state.vault.current().await.unwrap(),
        "vault:transit/krowoc:v1"
    );
    let _ = std::fs::remove_dir_all(place);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_runs_out() {
    let mut vault = FakeVault::start().await;
    let app = start(vault.settings()).await;
    let kept = app.state.vault.keep();
    let twice = vault.renewals.wait_for(|count| *count >= 2);
    tokio::select! {
        () = kept => panic!("it ends"),
        seen = twice => assert!(seen.is_ok()),
    }
}
