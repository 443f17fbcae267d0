//! Whoever calls the server: a browser with cookies and a CSRF token, or a device with a bearer token. Not the extension.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use krowoc_shared::accounts::wire::{AuthorizedDevice, DeviceTokens, SessionView};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::wire::{CreatedToken, TokenView};
use krowoc_shared::ids::SpaceId;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;

/// The password of every test account.
pub const PASSWORD: &str = "correct horse battery";
/// The verifier of every test device.
pub const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-x";

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as a value.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text; empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|it| it.to_str().ok()).unwrap_or_default()
    }

    /// The problem that it is, after checking that it is a complete one.
    ///
    /// # Panics
    /// When it is no problem.
    #[must_use]
    pub fn problem(&self) -> Problem {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.status, problem.code.status());
        assert_eq!(problem.kind, format!("urn:krowoc:error:{}", problem.code));
        assert_eq!(problem.correlation_id, self.header("x-correlation-id"));
        problem
    }

    /// The code of the problem that it is.
    ///
    /// # Panics
    /// When it is no problem.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.problem().code
    }

    /// Itself, when it succeeded.
    ///
    /// # Panics
    /// When it did not.
    #[allow(clippy::must_use_candidate)] // Often called for the panic alone.
    pub fn ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        self
    }
}

/// A caller. Cookies that are set are kept and sent.
pub struct Caller {
    address: SocketAddr,
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
    csrf: Mutex<Option<String>>,
    bearer: Mutex<Option<String>>,
}

impl Caller {
    /// Without cookies or tokens.
    ///
    /// # Panics
    /// When there is no HTTP client.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        krowoc_server::providers::install_tls();
        Self {
            address,
            http: reqwest::Client::builder()
                .no_proxy()
                // Where one is sent is for the tests to see.
                .redirect(reqwest::redirect::Policy::none())
                .tls_certs_only([])
                .build()
                .expect("a client"),
            cookies: Mutex::default(),
            csrf: Mutex::default(),
            bearer: Mutex::default(),
        }
    }

    /// Another caller with the same cookies and tokens as now.
    #[must_use]
    pub fn again(&self) -> Self {
        let again = Self::new(self.address);
        *again.cookies.lock().unwrap() = self.cookies.lock().unwrap().clone();
        *again.csrf.lock().unwrap() = self.csrf();
        *again.bearer.lock().unwrap() = self.bearer.lock().unwrap().clone();
        again
    }

    /// A device's caller.
    #[must_use]
    pub fn device(address: SocketAddr, access_token: &str) -> Self {
        let caller = Self::new(address);
        caller.set_bearer(access_token);
        caller
    }

    /// A program of this person: the holder of a new personal access token with these scopes, and how the token is listed.
    ///
    /// # Panics
    /// When the token is refused.
    pub async fn program(&self, scopes: &[&str]) -> (Self, TokenView) {
        let wanted = json!({"name": "Program", "scopes": scopes});
        let made: CreatedToken = self.post("/api/v1/tokens", wanted).await.ok().json();
        (Self::device(self.address, &made.token), made.view)
    }

    /// A value of a cookie, as it would be sent.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Sets a cookie by hand.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Sets the CSRF token, or takes it away.
    pub fn set_csrf(&self, csrf: Option<&str>) {
        *self.csrf.lock().unwrap() = csrf.map(str::to_owned);
    }

    /// The CSRF token.
    #[must_use]
    pub fn csrf(&self) -> Option<String> {
        self.csrf.lock().unwrap().clone()
    }

    /// Sets the bearer token.
    pub fn set_bearer(&self, token: &str) {
        *self.bearer.lock().unwrap() = Some(token.to_owned());
    }

    /// A request with this caller's cookies and tokens.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.address);
        let mut request = self.http.request(method.clone(), url);
        let cookies: Vec<String> = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "krowoc_refresh" || path.starts_with("/api/v1/session"))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(csrf) = self.csrf().filter(|_| method != Method::GET) {
            request = request.header("x-csrf-token", csrf);
        }
        if let Some(token) = self.bearer.lock().unwrap().as_deref() {
            request = request.bearer_auth(token);
        }
        request
    }

    /// Sends a request and keeps the cookies of its answer.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        for value in response.headers().get_all("set-cookie") {
            let text = value.to_str().expect("a cookie is ASCII");
            let (name, rest) = text.split_once('=').expect("a cookie has a name");
            let value = rest.split(';').next().unwrap_or_default();
            let mut cookies = self.cookies.lock().unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await.expect("a body").to_vec(),
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: impl serde::Serialize) -> Answer {
        self.send(self.request(Method::POST, path).json(&body))
            .await
    }

    /// PUT of JSON.
    pub async fn put(&self, path: &str, body: impl serde::Serialize) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// PATCH of JSON.
    pub async fn patch(&self, path: &str, body: impl serde::Serialize) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body))
            .await
    }

    /// POST of bytes that claim to be JSON.
    pub async fn post_bytes(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        let request = self.request(Method::POST, path);
        let request = request.header("content-type", "application/json");
        self.send(request.body(body.into())).await
    }

    /// Makes an account and signs in.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn sign_up(&self, email: &str) -> SessionView {
        let answer = self
            .post("/api/v1/accounts", credentials(email, PASSWORD))
            .await;
        self.signed_in(&answer.ok())
    }

    /// Signs in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let answer = self
            .post("/api/v1/session", credentials(email, password))
            .await;
        if answer.status.is_success() {
            self.signed_in(&answer);
        }
        answer
    }

    /// Refreshes the session's cookies.
    pub async fn refresh(&self) -> Answer {
        let request = self.request(Method::POST, "/api/v1/session/refresh");
        let answer = self.send(request).await;
        if answer.status.is_success() {
            self.signed_in(&answer);
        }
        answer
    }

    fn signed_in(&self, answer: &Answer) -> SessionView {
        let view: SessionView = answer.json();
        self.set_csrf(Some(&view.csrf));
        view
    }

    /// Who is signed in.
    pub async fn session(&self) -> SessionView {
        self.get("/api/v1/session").await.ok().json()
    }

    /// Takes over the CSRF token of a session that came by a redirect.
    pub async fn adopt(&self) {
        let csrf = self.session().await.csrf;
        self.set_csrf(Some(&csrf));
    }

    /// The personal space.
    pub async fn space(&self) -> SpaceId {
        self.session().await.space
    }

    /// Allows a device with [`VERIFIER`]; gives the code.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn authorize_device(&self, name: &str) -> String {
        let body =
            json!({"code_challenge": challenge(VERIFIER), "state": "some-state", "name": name});
        let answer = self.post("/api/v1/devices/authorize", body).await.ok();
        let allowed: AuthorizedDevice = answer.json();
        let fragment = allowed
            .redirect
            .strip_prefix("/connect/done#code=")
            .expect("a code");
        let (code, state) = fragment.split_once('&').expect("a state");
        assert_eq!(state, "state=some-state");
        code.to_owned()
    }

    /// Connects a device: its caller and its tokens.
    pub async fn connect_device(&self, name: &str) -> (Self, DeviceTokens) {
        let code = self.authorize_device(name).await;
        let device = Self::new(self.address);
        let tokens: DeviceTokens = device.grant(&code, VERIFIER).await.ok().json();
        device.set_bearer(&tokens.access_token);
        (device, tokens)
    }

    /// Exchanges a code for tokens.
    pub async fn grant(&self, code: &str, verifier: &str) -> Answer {
        let body =
            json!({"grant_type": "authorization_code", "code": code, "code_verifier": verifier});
        self.post("/api/v1/devices/token", body).await
    }

    /// Exchanges a device's refresh token for the next pair.
    pub async fn renew(&self, refresh_token: &str) -> Answer {
        let body = json!({"grant_type": "refresh_token", "refresh_token": refresh_token});
        self.post("/api/v1/devices/token", body).await
    }
}

/// The body of signing up and in.
#[must_use]
pub fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

/// BASE64URL(SHA-256(verifier)).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}
