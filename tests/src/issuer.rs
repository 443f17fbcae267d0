//! A small OpenID Connect issuer of a test, over HTTP: its keys can be changed, and it can be made to lie. GitHub's answers too.

use crate::caller::{Answer, Caller, challenge};
use crate::http::{HttpServer, Request, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use krowoc_shared::accounts::people::Redirect;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// What this server is called at every issuer of a test.
pub const CLIENT: &str = "krowoc client";
/// With this secret.
pub const SECRET: &str = "planted:client+secret 42";

/// Somebody who signs in at the issuer.
#[derive(Clone, Debug)]
pub struct Somebody {
    /// What the issuer calls them.
    pub subject: String,
    /// Their address.
    pub email: Option<String>,
    /// The issuer vouches for it.
    pub verified: bool,
    /// Their name.
    pub name: String,
    /// Where the issuer says that a picture of them is.
    pub picture: Option<String>,
}

impl Somebody {
    /// With an address that the issuer vouches for.
    #[must_use]
    pub fn new(subject: &str, email: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            email: Some(email.to_owned()),
            verified: true,
            name: "Ada Lovelace".to_owned(),
            picture: None,
        }
    }
}

struct Grant {
    nonce: String,
    challenge: String,
    redirect: String,
    who: Somebody,
}

struct State {
    url: String,
    key: (String, EcdsaKeyPair),
    grants: BTreeMap<String, Grant>,
    count: u32,
    claims: Value,
    metadata: Value,
    now: i64,
    down: bool,
    /// Its client needs no secret.
    open: bool,
    picture: String,
}

/// The issuer.
pub struct Issuer {
    http: HttpServer,
    state: Arc<Mutex<State>>,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
    let document = document.expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
        .expect("a key")
}

/// The fields of a form or a query.
fn fields(text: &str) -> BTreeMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://x/?{text}")).expect("a query");
    url.query_pairs().into_owned().collect()
}

impl Issuer {
    /// Starts one whose tokens are of `now`, in milliseconds.
    pub async fn start(now: i64) -> Self {
        let state = Arc::new(Mutex::new(State {
            url: String::new(),
            key: ("one".to_owned(), new_key()),
            grants: BTreeMap::new(),
            count: 0,
            claims: json!({}),
            metadata: json!({}),
            now: now / 1000,
            down: false,
            open: false,
            picture: String::new(),
        }));
        let its = Arc::clone(&state);
        let http = HttpServer::start(move |request| its.lock().unwrap().answer(request)).await;
        state.lock().unwrap().url = http.url();
        Self { http, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Its name.
    #[must_use]
    pub fn url(&self) -> String {
        self.http.url()
    }

    /// Settings of a server that believes it.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("oidc_issuer", self.url()),
            ("oidc_client_id", CLIENT.to_owned()),
            ("oidc_client_secret", SECRET.to_owned()),
            ("oidc_name", "Example".to_owned()),
            ("public_url", crate::mail::PUBLIC.to_owned()),
        ]
    }

    /// Claims that take the place of the right ones from now on; null removes one.
    pub fn lie(&self, claims: Value) {
        self.state().claims = claims;
    }

    /// Metadata that takes the place of the right one from now on.
    pub fn describe(&self, metadata: Value) {
        self.state().metadata = metadata;
    }

    /// Signs with a new key from now on, and publishes it alone.
    pub fn rotate(&self, kid: &str) {
        self.state().key = (kid.to_owned(), new_key());
    }

    /// Moves its clock.
    pub fn advance(&self, by: i64) {
        self.state().now += by / 1000;
    }

    /// Gives this at `/picture` from now on: a file, as it is sent.
    pub fn paint(&self, file: &str) {
        file.clone_into(&mut self.state().picture);
    }

    /// Takes its client without a secret from now on.
    pub fn open(&self) {
        self.state().open = true;
    }

    /// Answers nobody any more, or again.
    pub fn go_down(&self, down: bool) {
        self.state().down = down;
    }

    /// What was asked so far, without the queries.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let asked = self.http.asked();
        asked
            .iter()
            .map(|it| it.path.split('?').next().unwrap_or_default().to_owned())
            .collect()
    }

    /// Somebody signs in at the place where a server sent their browser; gives the path on which it comes back.
    ///
    /// # Panics
    /// When the question is not as it must be.
    #[must_use]
    pub fn sign_in(&self, location: &str, who: &Somebody) -> String {
        let mut state = self.state();
        let (_, query) = location.split_once('?').expect("a query");
        let asked = fields(query);
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        state.count += 1;
        let code = format!("code-{}", state.count);
        let grant = Grant {
            nonce: asked.get("nonce").cloned().unwrap_or_default(),
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
            who: who.clone(),
        };
        // Whatever the server calls itself, the caller knows where it is.
        let redirect = reqwest::Url::parse(&grant.redirect).expect("an address");
        let path = redirect.path().to_owned();
        state.grants.insert(code.clone(), grant);
        format!("{path}?code={code}&state={}", asked["state"])
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Response {
        let path = request.path.split('?').next().unwrap_or_default();
        if self.down {
            return (503, json!({}));
        }
        match path {
            "/.well-known/openid-configuration" => (200, self.described()),
            "/keys" => {
                let point = self.key.1.public_key().as_ref();
                let key = json!({"kty": "EC", "crv": "P-256", "kid": self.key.0, "alg": "ES256", "x": encode(&point[1..33]), "y": encode(&point[33..])});
                (200, json!({"keys": [{"kty": "of the future"}, key]}))
            }
            "/token" | "/login/oauth/access_token" => self.exchange(request),
            "/me" => (200, self.person(request)),
            "/picture" if !self.picture.is_empty() => (200, json!(self.picture)),
            "/api/v3/user" => {
                let who = self.person(request);
                (
                    200,
                    json!({"id": 583_231, "login": "ada", "name": who["name"]}),
                )
            }
            "/api/v3/user/emails" => {
                let who = self.person(request);
                (
                    200,
                    json!([
                        {"email": "other@example.org", "primary": false, "verified": true},
                        {"email": who["email"], "primary": true, "verified": who["email_verified"]},
                    ]),
                )
            }
            _ => (404, json!({"error": "not_found"})),
        }
    }

    fn described(&self) -> Value {
        let url = &self.url;
        let mut all = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "jwks_uri": format!("{url}/keys"),
            "userinfo_endpoint": format!("{url}/me"),
        });
        for (name, value) in self.metadata.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        all
    }

    /// Whose access token a request carries: `access of code-1`.
    fn person(&self, request: &Request) -> Value {
        let code = request
            .header("authorization")
            .strip_prefix("Bearer access of ")
            .unwrap_or_default();
        let who = self.grants.get(code).map(|grant| &grant.who);
        who.map_or(json!({}), |who| {
            json!({"sub": who.subject, "email": who.email, "email_verified": who.verified, "name": who.name, "picture": who.picture})
        })
    }

    fn exchange(&mut self, request: &Request) -> Response {
        let form = fields(&String::from_utf8_lossy(&request.body));
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let basic = request
            .header("authorization")
            .strip_prefix("Basic ")
            .map(|text| {
                let text = STANDARD.decode(text).expect("base64");
                let text = String::from_utf8(text).expect("text");
                let (user, password) = text.split_once(':').expect("a pair");
                let pair = fields(&format!("u={user}&p={password}"));
                (pair["u"].clone(), pair["p"].clone())
            });
        let client = basic.unwrap_or_else(|| {
            (
                field("client_id").to_owned(),
                field("client_secret").to_owned(),
            )
        });
        let secret = if self.open { "" } else { SECRET };
        if client != (CLIENT.to_owned(), secret.to_owned()) {
            return (401, json!({"error": "invalid_client"}));
        }
        let (code, verifier) = (field("code").to_owned(), field("code_verifier"));
        let now = self.now;
        let Some(grant) = self.grants.get(&code) else {
            return (400, json!({"error": "invalid_grant"}));
        };
        if challenge(verifier) != grant.challenge || field("redirect_uri") != grant.redirect {
            return (400, json!({"error": "invalid_grant"}));
        }
        let mut claims = json!({"iss": self.url, "sub": grant.who.subject, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": grant.nonce});
        for (name, value) in self.claims.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let head = json!({"alg": "ES256", "kid": self.key.0});
        let signed = format!(
            "{}.{}",
            encode(head.to_string().as_bytes()),
            encode(claims.to_string().as_bytes())
        );
        let mark = self
            .key
            .1
            .sign(&SystemRandom::new(), signed.as_bytes())
            .expect("a signature");
        let token = format!("{signed}.{}", encode(mark.as_ref()));
        (
            200,
            json!({"access_token": format!("access of {code}"), "token_type": "Bearer", "id_token": token}),
        )
    }
}

/// Begins a sign-in through a provider; gives where the browser is sent.
pub async fn begin(caller: &Caller, provider: &str) -> String {
    let answer = caller.get(&format!("/api/v1/sign-in/{provider}")).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    answer.header("location").to_owned()
}

/// The whole way of somebody through a provider; gives the last answer.
pub async fn through(caller: &Caller, issuer: &Issuer, provider: &str, who: &Somebody) -> Answer {
    let location = begin(caller, provider).await;
    caller.get(&issuer.sign_in(&location, who)).await
}

/// Asks to add a provider to the account of a signed-in person.
pub async fn add(caller: &Caller, provider: &str, password: &str, code: &str) -> Answer {
    let path = format!("/api/v1/account/identities/{provider}");
    let body = json!({"password": password, "code": code});
    caller.post(&path, body).await
}

/// The whole way of adding a provider with a password alone; gives the last answer.
pub async fn added(
    caller: &Caller,
    issuer: &Issuer,
    (provider, password): (&str, &str),
    who: &Somebody,
) -> Answer {
    let to: Redirect = add(caller, provider, password, "").await.ok().json();
    caller.get(&issuer.sign_in(&to.redirect, who)).await
}

/// Asks to remove a provider from the account of a signed-in person.
pub async fn remove(caller: &Caller, id: impl std::fmt::Display, password: &str) -> Answer {
    let path = format!("/api/v1/account/identities/{id}/removal");
    caller.post(&path, json!({"password": password})).await
}
