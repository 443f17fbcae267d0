//! Refusals of the routes that OAuth clients call: problems as everywhere, with the members that RFC 6749 (section 5.2) names beside. Not
//! what is refused.

use crate::web::Fault;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use futures_util::future::LocalBoxFuture;
use krowoc_shared::accounts::people::OAuthError;
use krowoc_shared::error::ErrorCode;
use std::convert::Infallible;
use std::future::{Ready, ready};

/// A refusal of such a route.
#[derive(Debug)]
pub(super) struct Refusal {
    fault: Fault,
    plain: bool,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.fault.fmt(f)
    }
}

/// What RFC 6749 calls it; of a proof RFC 6750, for the caller's is a bearer token.
fn name(code: ErrorCode) -> &'static str {
    match (code, code.status()) {
        (ErrorCode::MissingScope, _) => "insufficient_scope",
        (_, 401) => "invalid_token",
        (_, 429 | 503) => "temporarily_unavailable",
        (_, 500..) => "server_error",
        _ => "invalid_request",
    }
}

/// A sentence of the letters that the RFC allows: ASCII without quotes and backslashes.
fn description(text: &str) -> String {
    let allowed = |letter: &char| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\');
    text.chars().filter(allowed).collect()
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.fault.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let problem = self.fault.problem();
        let told = problem.detail.as_deref().unwrap_or(&problem.title);
        let body = OAuthError {
            error: name(self.fault.code).to_owned(),
            error_description: description(told),
            problem,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = self.fault.error_response().set_body(body);
        if self.plain {
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
        }
        response.map_into_boxed_body()
    }
}

/// How a client reads refusals: as `application/json` when it accepts that and does not name problems. The members are the same.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    plain: bool,
}

impl Reader {
    fn of(request: &HttpRequest) -> Self {
        let accepted = request.headers().get(header::ACCEPT);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let accepted = accepted.unwrap_or_default();
        Self {
            plain: accepted.contains("application/json") && !accepted.contains("problem+json"),
        }
    }

    /// A fault as it reads it.
    pub(super) fn refusal(self, fault: Fault) -> Refusal {
        Refusal {
            fault,
            plain: self.plain,
        }
    }
}

impl FromRequest for Reader {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// What a request carries; what is wrong with it is refused as OAuth clients read it.
pub(super) struct Of<T>(pub(super) T);

impl<T: FromRequest<Error = Fault> + 'static> FromRequest for Of<T> {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reader = Reader::of(request);
        let taken = T::from_request(request, payload);
        Box::pin(async move {
            let taken = taken.await;
            taken.map(Self).map_err(|fault| reader.refusal(fault))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_has_the_letters_that_are_allowed() {
        assert_eq!(description("Send \"token\" — once.\n"), "Send token  once.");
    }

    #[test]
    fn every_code_has_a_name_of_the_standards() {
        assert_eq!(name(ErrorCode::InvalidRequest), "invalid_request");
        assert_eq!(name(ErrorCode::UnsupportedMediaType), "invalid_request");
        assert_eq!(name(ErrorCode::TokenExpired), "invalid_token");
        assert_eq!(name(ErrorCode::MissingScope), "insufficient_scope");
        assert_eq!(name(ErrorCode::Unavailable), "temporarily_unavailable");
        assert_eq!(name(ErrorCode::Internal), "server_error");
    }
}
