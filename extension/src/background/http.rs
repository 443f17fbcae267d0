//! Requests to the connected server, with tokens. Not when to send: that is the flush. Tokens are in no address, and in
//! no message but the one by which a page of this extension listens.

use super::connect::{self, Link, Stage};
use super::{Outcome, store};
use crate::browser::{self, HttpReply, HttpRequest};
use crate::messages::{Ear, Failure, FailureCode, TroubleCode};
use krowoc_shared::accounts::wire::{DeviceTokens, TokenRequest};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::DeviceId;
use krowoc_shared::sync::client::Failure as SyncFailure;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Below this Chrome would stop the worker in the middle of an answer.
const TIMEOUT: u32 = 25_000;
/// An access token that ends within this many milliseconds is not used any more.
const MARGIN: i64 = 30_000;

/// Why a request brought nothing, for the state machine and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoAnswer {
    /// What the machine is told.
    pub failure: SyncFailure,
    /// What people are told; `None` when the connection ended and they are told so instead.
    pub trouble: Option<TroubleCode>,
    /// What was said.
    pub message: String,
}

impl NoAnswer {
    fn network(trouble: TroubleCode, message: String) -> Self {
        Self {
            failure: SyncFailure::Network,
            trouble: Some(trouble),
            message,
        }
    }

    /// True when the sign-in itself was refused, so that asking again is of no use.
    pub fn is_final(&self) -> bool {
        matches!(
            self.failure,
            SyncFailure::Status {
                status: 400 | 401 | 403,
                ..
            }
        )
    }
}

/// Reads an answer: the value, or what its status means.
pub(super) fn read<T: DeserializeOwned>(reply: &HttpReply) -> Result<T, NoAnswer> {
    if (200..300).contains(&reply.status) {
        let parsed = serde_json::from_str(&reply.body);
        return parsed.map_err(|error| NoAnswer::network(TroubleCode::Protocol, error.to_string()));
    }
    let problem: Option<Problem> = serde_json::from_str(&reply.body).ok();
    let trouble = match reply.status {
        401 => None,
        429 | 503 => Some(TroubleCode::Busy),
        500.. => Some(TroubleCode::ServerError),
        _ => Some(TroubleCode::Protocol),
    };
    let said = problem.as_ref().map(|problem| {
        let detail = problem.detail.as_deref().unwrap_or(&problem.title);
        format!("{detail} ({}, {})", problem.code, problem.correlation_id)
    });
    Err(NoAnswer {
        failure: SyncFailure::Status {
            status: reply.status,
            code: problem.as_ref().map(|problem| problem.code),
            retry_after: reply
                .retry_after
                .or(problem.and_then(|problem| problem.retry_after)),
        },
        trouble,
        message: said.unwrap_or_else(|| format!("HTTP {}", reply.status)),
    })
}

async fn send(
    link: &Link,
    method: &str,
    path: &str,
    body: Option<&str>,
    bearer: Option<&str>,
) -> Result<HttpReply, NoAnswer> {
    let url = format!("{}/api/v1{path}", link.server);
    let request = HttpRequest {
        method,
        url: &url,
        body,
        bearer,
        timeout: TIMEOUT,
    };
    match browser::http(request).await {
        Ok(reply) => Ok(reply),
        Err(error) => {
            let code = if browser::has_host(&link.pattern()).await {
                TroubleCode::Unreachable
            } else {
                TroubleCode::NoPermission
            };
            Err(NoAnswer::network(code, error.0))
        }
    }
}

/// Asks for tokens: no token is needed for that.
pub(super) async fn tokens(link: &Link, request: &TokenRequest) -> Result<DeviceTokens, NoAnswer> {
    let body = json(request)?;
    read(&send(link, "POST", "/devices/token", Some(&body), None).await?)
}

fn json<T: Serialize>(value: &T) -> Result<String, NoAnswer> {
    serde_json::to_string(value)
        .map_err(|error| NoAnswer::network(TroubleCode::Protocol, error.to_string()))
}

/// What a failure of the database is to a request.
pub(super) fn storage(failure: Failure) -> NoAnswer {
    let code = match failure.code {
        FailureCode::StorageFull => TroubleCode::StorageFull,
        _ => TroubleCode::Storage,
    };
    NoAnswer::network(code, failure.message)
}

fn signed_out() -> NoAnswer {
    let failure = SyncFailure::Status {
        status: 401,
        code: Some(ErrorCode::Unauthenticated),
        retry_after: None,
    };
    NoAnswer {
        failure,
        trouble: None,
        message: String::new(),
    }
}

/// The connection, as it is stored.
async fn link() -> Outcome<Option<Link>> {
    connect::link(&*store().await?).await
}

/// A valid access token; spends the refresh token when there is none. There is one flusher, so there is one refresh at a time.
async fn access(renew: bool) -> Result<(Link, String), NoAnswer> {
    let number = connect::number();
    let Some(link) = link().await.map_err(storage)? else {
        return Err(signed_out());
    };
    let Stage::Open {
        access,
        access_until,
        refresh,
        ..
    } = &link.stage
    else {
        return Err(signed_out());
    };
    if !renew && *access_until > browser::now().saturating_add(MARGIN) {
        let token = access.clone();
        return Ok((link, token));
    }
    let request = TokenRequest::RefreshToken {
        refresh_token: refresh.clone(),
    };
    let tokens = match tokens(&link, &request).await {
        Ok(tokens) => tokens,
        // `invalid_grant` is a 400, which the machine would take for a bad request.
        Err(refused) if refused.is_final() => {
            let code = match refused.failure {
                SyncFailure::Status {
                    code: Some(code @ (ErrorCode::DeviceRevoked | ErrorCode::TokenReused)),
                    ..
                } => code,
                _ => ErrorCode::Unauthenticated,
            };
            let failure = SyncFailure::Status {
                status: 401,
                code: Some(code),
                retry_after: None,
            };
            return Err(NoAnswer {
                failure,
                trouble: None,
                ..refused
            });
        }
        Err(other) => return Err(other),
    };
    let token = tokens.access_token.clone();
    let renewed = link.with_tokens(tokens, browser::now());
    // A connection that was ended meanwhile does not come back, and takes no other's place.
    if self::link().await.map_err(storage)?.is_none() || connect::number() != number {
        return Err(signed_out());
    }
    let stored = async { connect::set_link(&*store().await?, &renewed).await };
    stored.await.map_err(storage)?;
    Ok((renewed, token))
}

/// The connection and a token that holds for a while; `None` while there is none. It is never renewed here: see [`ear`].
pub(super) async fn held() -> Outcome<Option<(Link, String)>> {
    let Some(link) = link().await? else {
        return Ok(None);
    };
    let Stage::Open {
        access,
        access_until,
        ..
    } = &link.stage
    else {
        return Ok(None);
    };
    let token = (*access_until > browser::now().saturating_add(MARGIN)).then(|| access.clone());
    Ok(token.map(|token| (link, token)))
}

/// What a page is told about a request that brought nothing.
pub(super) fn told(none: NoAnswer) -> Failure {
    let code = match none.trouble {
        None => FailureCode::NotConnected,
        Some(TroubleCode::Unreachable) => FailureCode::Unreachable,
        Some(TroubleCode::NoPermission) => FailureCode::NoPermission,
        Some(TroubleCode::StorageFull) => FailureCode::StorageFull,
        Some(TroubleCode::Storage) => FailureCode::Storage,
        Some(_) => FailureCode::Refused,
    };
    Failure::new(code, none.message)
}

/// Where a page listens; `None` while there is no connection or its token has run out. It is never renewed here: that is for the one
/// flusher, because a refresh token that is spent twice ends the connection.
pub(super) async fn ear() -> Outcome<Option<Ear>> {
    let Some((link, token)) = held().await? else {
        if link().await?.is_some() {
            super::flush::later(true);
        }
        return Ok(None);
    };
    Ok(Some(Ear {
        url: format!("{}/api/v1/live?all=true", link.server),
        token,
    }))
}

/// Takes this device off the server. True when it is gone from there, however that came.
pub(super) async fn leave(device: DeviceId) -> bool {
    let asked = async {
        let (link, token) = access(false).await?;
        let path = format!("/devices/{device}");
        send(&link, "DELETE", &path, None, Some(&token)).await
    };
    match asked.await {
        Ok(reply) => is_gone(reply.status),
        Err(none) => none.trouble.is_none(),
    }
}

/// Whether an answer to the request to be taken off means that the device is not there any more.
fn is_gone(status: u16) -> bool {
    (200..300).contains(&status) || matches!(status, 401 | 404)
}

/// Sends a request in the device's name; a token that ran out is renewed once.
pub(super) async fn call<T: DeserializeOwned>(
    method: &str,
    path: &str,
    body: Option<&str>,
) -> Result<T, NoAnswer> {
    let (link, token) = access(false).await?;
    let reply = send(&link, method, path, body, Some(&token)).await?;
    let result = read(&reply);
    let expired = |code: &Option<ErrorCode>| *code == Some(ErrorCode::TokenExpired);
    match &result {
        Err(NoAnswer {
            failure: SyncFailure::Status {
                status: 401, code, ..
            },
            ..
        }) if expired(code) => {
            let (link, token) = access(true).await?;
            read(&send(&link, method, path, body, Some(&token)).await?)
        }
        _ => result,
    }
}

/// [`call`] with a value as JSON.
pub(super) async fn post<T: DeserializeOwned>(
    path: &str,
    value: &impl Serialize,
) -> Result<T, NoAnswer> {
    let body = json(value)?;
    call("POST", path, Some(&body)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> HttpReply {
        HttpReply {
            status,
            body: body.to_owned(),
            retry_after: None,
        }
    }

    #[test]
    fn a_problem_keeps_its_code_and_its_wait() {
        let mut problem = Problem::new(ErrorCode::RateLimited);
        problem.retry_after = Some(7);
        let body = serde_json::to_string(&problem).unwrap();
        let refused = read::<u32>(&reply(429, &body)).unwrap_err();
        let expected = SyncFailure::Status {
            status: 429,
            code: Some(ErrorCode::RateLimited),
            retry_after: Some(7),
        };
        assert_eq!(
            (refused.failure, refused.trouble),
            (expected, Some(TroubleCode::Busy))
        );
    }

    #[test]
    fn a_page_of_a_proxy_is_trouble_and_not_a_crash() {
        let refused = read::<u32>(&reply(502, "<html>Bad gateway</html>")).unwrap_err();
        assert_eq!(refused.trouble, Some(TroubleCode::ServerError));
        let strange = read::<u32>(&reply(200, "<html>Hotel wifi</html>")).unwrap_err();
        assert_eq!(
            (strange.failure, strange.trouble),
            (SyncFailure::Network, Some(TroubleCode::Protocol))
        );
    }

    #[test]
    fn a_device_is_gone_when_the_server_says_so_or_knows_it_no_more() {
        assert!([200, 204, 401, 404].into_iter().all(is_gone));
        assert!(![403, 429, 500, 502, 503].into_iter().any(is_gone));
    }

    #[test]
    fn only_a_refused_sign_in_is_final() {
        let body = serde_json::to_string(&Problem::new(ErrorCode::InvalidGrant)).unwrap();
        assert!(read::<u32>(&reply(400, &body)).unwrap_err().is_final());
        assert!(!read::<u32>(&reply(503, "")).unwrap_err().is_final());
        assert_eq!(read::<u32>(&reply(200, "5")), Ok(5));
    }
}
