//! Requests of a signed-in person: cookies, the CSRF token, a transparent refresh. Not for devices: those carry their own tokens.

use super::error::ApiError;
use super::http::{Method, Request, send};
use super::lock;
use super::stream::Stream;
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::SpaceId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

const BASE: &str = "/api/v1";

#[derive(Default)]
struct State {
    session: Option<SessionView>,
    /// The team whose library is looked at; none for one's own.
    team: Option<SpaceId>,
    /// The refresh under way; others wait for it instead of spending the same token twice.
    refreshing: Option<js_sys::Promise>,
    last_failure: Option<ApiError>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// The library that was looked at when something began: it goes on there, whichever is looked at later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(Option<SpaceId>);

impl Place {
    /// An address of the API in that library.
    #[must_use]
    pub fn path(self, path: &str) -> String {
        match self.0 {
            Some(space) => placed(path, space),
            None => path.to_owned(),
        }
    }
}

/// The client of this page. Everyone shares one session, so a copy costs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Client;

impl Client {
    /// Who is signed in, as far as this page knows.
    #[must_use]
    pub fn session(self) -> Option<SessionView> {
        STATE.with_borrow(|state| state.session.clone())
    }

    /// Takes over a session, or forgets it.
    pub fn set_session(self, session: Option<SessionView>) {
        STATE.with_borrow_mut(|state| state.session = session);
    }

    /// Whose library requests are about from now on: a team's, or one's own.
    pub fn set_team(self, team: Option<SpaceId>) {
        STATE.with_borrow_mut(|state| state.team = team);
    }

    /// The team whose library requests are about; `None` for one's own.
    #[must_use]
    pub fn team(self) -> Option<SpaceId> {
        STATE.with_borrow(|state| state.team)
    }

    /// The library that is looked at now.
    #[must_use]
    pub fn here(self) -> Place {
        self.library(STATE.with_borrow(|state| state.team))
    }

    /// The library of a team, or one's own.
    #[must_use]
    pub fn library(self, team: Option<SpaceId>) -> Place {
        STATE.with_borrow(|state| {
            let own = state.session.as_ref().map(|session| session.space);
            Place(team.or(own))
        })
    }

    /// An address of the API with the team in it, where that is about a library or a run.
    #[must_use]
    pub fn placed(self, path: &str) -> String {
        match STATE.with_borrow(|state| state.team) {
            Some(team) => placed(path, team),
            None => path.to_owned(),
        }
    }

    /// Asks the server who is signed in, refreshing when the access cookie ran out.
    ///
    /// # Errors
    /// [`ApiError::signed_out`] when nobody is.
    pub async fn whoami(self) -> Result<SessionView, ApiError> {
        let view: SessionView = self
            .call(Method::Get, "/session", None::<&()>, None)
            .await?;
        self.set_session(Some(view.clone()));
        Ok(view)
    }

    /// Reads.
    ///
    /// # Errors
    /// Whatever the request gave.
    pub async fn get<T: DeserializeOwned>(self, path: &str) -> Result<T, ApiError> {
        self.call(Method::Get, path, None::<&()>, None).await
    }

    /// Reads, and can be called off.
    ///
    /// # Errors
    /// Whatever the request gave.
    pub async fn get_with<T: DeserializeOwned>(
        self,
        path: &str,
        signal: AbortSignal,
    ) -> Result<T, ApiError> {
        self.call(Method::Get, path, None::<&()>, Some(signal))
            .await
    }

    /// Makes or asks.
    ///
    /// # Errors
    /// Whatever the request gave.
    pub async fn post<T: DeserializeOwned>(
        self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        self.call(Method::Post, path, Some(body), None).await
    }

    /// Signs in or up: no session yet, and a refusal is final.
    ///
    /// # Errors
    /// Whatever the request gave.
    pub async fn sign_in<T: DeserializeOwned>(
        self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        let body = serde_json::to_string(body).map_err(|_| ApiError::Garbled(String::new()))?;
        let request = request(Method::Post, path, Some(body), None);
        read(&send(&request).await?.body)
    }

    /// Changes.
    ///
    /// # Errors
    /// Whatever the request gave.
    pub async fn patch<T: DeserializeOwned>(
        self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        self.call(Method::Patch, path, Some(body), None).await
    }

    /// Replaces.
    ///
    /// # Errors
    /// Whatever the request gave.
    pub async fn put<T: DeserializeOwned>(
        self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        self.call(Method::Put, path, Some(body), None).await
    }

    /// Asks for an answer in pieces. `headers` go along with what a session needs.
    ///
    /// # Errors
    /// Whatever the request gave before the first piece.
    pub async fn stream(
        self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&'static str, String)],
        signal: Option<AbortSignal>,
    ) -> Result<Stream, ApiError> {
        let mut request = request(method, path, body, signal);
        let mut renewed = false;
        loop {
            request.headers = self.csrf();
            request
                .headers
                .push(("accept", "text/event-stream".to_owned()));
            request.headers.extend_from_slice(headers);
            let error = match Stream::open(&request).await {
                Ok(stream) => return Ok(stream),
                Err(error) => error,
            };
            self.once_more(&error, &mut renewed).await?;
        }
    }

    /// Removes.
    ///
    /// # Errors
    /// Whatever the request gave.
    pub async fn delete<T: DeserializeOwned>(self, path: &str) -> Result<T, ApiError> {
        self.call(Method::Delete, path, None::<&()>, None).await
    }

    /// One call with what a session needs around it: an expired access is refreshed, a stale CSRF token is read anew, once each.
    async fn call<T: DeserializeOwned>(
        self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        signal: Option<AbortSignal>,
    ) -> Result<T, ApiError> {
        let body = body
            .map(serde_json::to_string)
            .transpose()
            .map_err(|_| ApiError::Garbled(String::new()))?;
        self.ask(request(method, path, body, signal)).await
    }

    /// Puts a file in the place of another.
    ///
    /// # Errors
    /// Whatever the request gave.
    pub async fn put_file<T: DeserializeOwned>(
        self,
        path: &str,
        file: JsValue,
    ) -> Result<T, ApiError> {
        let mut request = request(Method::Put, path, None, None);
        request.body = Some(file);
        self.ask(request).await
    }

    async fn ask<T: DeserializeOwned>(self, mut request: Request) -> Result<T, ApiError> {
        let mut renewed = false;
        loop {
            request.headers = self.csrf();
            let error = match send(&request).await {
                Ok(response) => return read(&response.body),
                Err(error) => error,
            };
            self.once_more(&error, &mut renewed).await?;
        }
    }

    /// Renews the session when that is what a request lacked, once.
    async fn once_more(self, error: &ApiError, renewed: &mut bool) -> Result<(), ApiError> {
        let expired = matches!(
            error.code(),
            Some(ErrorCode::TokenExpired | ErrorCode::Unauthenticated)
        );
        let stale = error.code() == Some(ErrorCode::CsrfRejected);
        if *renewed || !(expired || stale) {
            return Err(error.clone());
        }
        *renewed = true;
        self.renew().await
    }

    fn csrf(self) -> Vec<(&'static str, String)> {
        STATE.with_borrow(|state| {
            state
                .session
                .iter()
                .map(|session| ("x-csrf-token", session.csrf.clone()))
                .collect()
        })
    }

    /// Renews the session, once for all who wait.
    async fn renew(self) -> Result<(), ApiError> {
        let running = STATE.with_borrow(|state| state.refreshing.clone());
        let promise = running.unwrap_or_else(|| {
            let promise = wasm_bindgen_futures::future_to_promise(async move {
                let work = lock::once(self.refresh());
                let result = lock::exclusive("krowoc-session", work).await;
                STATE.with_borrow_mut(|state| state.refreshing = None);
                result
            });
            STATE.with_borrow_mut(|state| state.refreshing = Some(promise.clone()));
            promise
        });
        match JsFuture::from(promise).await {
            Ok(_) => Ok(()),
            Err(_) => Err(STATE
                .with_borrow(|state| state.last_failure.clone())
                .unwrap_or(ApiError::Offline)),
        }
    }

    /// Another tab may have refreshed while this one waited for the lock: ask before the refresh token is spent.
    async fn refresh(self) -> Result<JsValue, JsValue> {
        let known = match self.plain(Method::Get, "/session").await {
            Err(error) if error.signed_out() => self.plain(Method::Post, "/session/refresh").await,
            known => known,
        };
        match known {
            Ok(view) => {
                self.set_session(Some(view));
                Ok(JsValue::UNDEFINED)
            }
            Err(error) => {
                STATE.with_borrow_mut(|state| {
                    if error.signed_out() {
                        state.session = None;
                    }
                    state.last_failure = Some(error);
                });
                Err(JsValue::UNDEFINED)
            }
        }
    }

    async fn plain(self, method: Method, path: &str) -> Result<SessionView, ApiError> {
        let body = (method == Method::Post).then(|| "{}".to_owned());
        let mut request = request(method, path, body, None);
        request.headers = self.csrf();
        read(&send(&request).await?.body)
    }
}

/// A request of this page to its server; its headers are those of each try.
fn request(
    method: Method,
    path: &str,
    body: Option<String>,
    signal: Option<AbortSignal>,
) -> Request {
    Request {
        method,
        url: format!("{BASE}{}", Client.placed(path)),
        body: body.map(|text| JsValue::from_str(&text)),
        headers: Vec::new(),
        signal,
        cookies: true,
    }
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, ApiError> {
    let body = if body.is_empty() { "null" } else { body };
    serde_json::from_str(body).map_err(|_| ApiError::Garbled(String::new()))
}

/// Addresses that are about a space.
const OF_SPACES: [&str; 3] = ["/library", "/executions", "/live"];

fn placed(path: &str, team: SpaceId) -> String {
    let noun = |noun: &str| {
        let rest = path.strip_prefix(noun);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    if !OF_SPACES.iter().any(|it| noun(it)) {
        return path.to_owned();
    }
    let joint = match path.split_once('?') {
        // It says itself where it belongs.
        Some((_, query)) if query.split('&').any(|part| part.starts_with("space=")) => {
            return path.to_owned();
        }
        Some(_) => '&',
        None => '?',
    };
    format!("{path}{joint}space={team}")
}

/// The query string of a struct whose fields are texts, numbers, booleans or absent; with `?`, or empty.
#[must_use]
pub fn query_string(query: &impl Serialize) -> String {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(query) else {
        return String::new();
    };
    let mut out = String::new();
    for (name, value) in fields {
        let text = match value {
            serde_json::Value::Null => continue,
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        out.push(if out.is_empty() { '?' } else { '&' });
        out.push_str(&name);
        out.push('=');
        out.push_str(&crate::format::percent(&text));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::library::document::Kind;
    use krowoc_shared::library::wire::{ListQuery, Sort};

    #[test]
    fn the_team_is_named_where_a_library_is_meant_and_nowhere_else() {
        let team: SpaceId = "0190b6f2-7c1e-7000-8000-000000000000".parse().unwrap();
        let name = format!("space={team}");
        for (path, wanted) in [
            ("/library", format!("/library?{name}")),
            ("/library/x?limit=1", format!("/library/x?limit=1&{name}")),
            (
                "/executions/estimate",
                format!("/executions/estimate?{name}"),
            ),
            ("/live", format!("/live?{name}")),
            (
                "/library/x?limit=1&space=y",
                "/library/x?limit=1&space=y".to_owned(),
            ),
            ("/librarians", "/librarians".to_owned()),
            ("/teams/x/audit", "/teams/x/audit".to_owned()),
            ("/session", "/session".to_owned()),
        ] {
            assert_eq!(placed(path, team), wanted);
        }
    }

    #[test]
    fn what_began_in_one_library_goes_on_there_when_another_is_looked_at() {
        let team = |last: u8| {
            format!("0190b6f2-7c1e-7000-8000-00000000000{last}")
                .parse::<SpaceId>()
                .unwrap()
        };
        Client.set_team(Some(team(1)));
        let begun = Client.here();
        Client.set_team(Some(team(2)));
        let path = Client.placed(&begun.path("/library/x"));
        assert_eq!(path, format!("/library/x?space={}", team(1)));
        assert_eq!(
            Client.here().path("/live"),
            format!("/live?space={}", team(2))
        );
        Client.set_team(None);
    }

    #[test]
    fn a_query_carries_only_what_is_set_and_is_encoded() {
        let query = ListQuery {
            kind: Some(Kind::Prompt),
            q: Some("tag:x & ł".to_owned()),
            sort: Some(Sort::Title),
            limit: Some(100),
            ..ListQuery::default()
        };
        let text = query_string(&query);
        assert!(text.starts_with('?'), "{text}");
        let mut parts: Vec<&str> = text.trim_start_matches('?').split('&').collect();
        parts.sort_unstable();
        assert_eq!(
            parts,
            [
                "kind=prompt",
                "limit=100",
                "q=tag%3Ax%20%26%20%C5%82",
                "sort=title"
            ]
        );
        assert_eq!(query_string(&ListQuery::default()), "");
    }
}
