//! Errors as OpenAI's clients expect them: status, `error.type`, `error.code`, and whether to try again. Not what went wrong.

use crate::store::{self, StoreError};
use crate::web::Fault;
use crate::web::problem::CORRELATION;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::failure::{Failure, FailureClass};
use serde_json::{Value, json};

/// An error of this door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    status: u16,
    kind: &'static str,
    code: String,
    message: String,
    param: Option<String>,
    retry_after: Option<u32>,
    /// What clients are told about trying again by themselves: the server has tried already where that was right.
    retry: bool,
}

const INVALID: &str = "invalid_request_error";

impl ApiError {
    /// A request that is wrong at a parameter.
    #[must_use]
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            kind: INVALID,
            code: "invalid_value".to_owned(),
            message: message.into(),
            param: Some(param.into()).filter(|param| !param.is_empty()),
            retry_after: None,
            retry: false,
        }
    }

    /// A model or a prompt that is not there.
    #[must_use]
    pub fn no_model(message: impl Into<String>) -> Self {
        Self {
            status: 404,
            code: "model_not_found".to_owned(),
            ..Self::invalid("model", message)
        }
    }

    /// An address that this door does not have.
    #[must_use]
    pub fn no_route(method: &str, path: &str) -> Self {
        Self {
            status: 404,
            code: "unknown_url".to_owned(),
            param: None,
            ..Self::invalid(
                "",
                format!(
                    "Unknown request URL: {method} {path}. See docs/openai.md for what there is."
                ),
            )
        }
    }

    fn body(&self) -> Value {
        json!({"error": {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }})
    }

    /// As an answer.
    #[must_use]
    pub fn response(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.insert_header(("x-request-id", request_id()));
        response.insert_header(("x-should-retry", if self.retry { "true" } else { "false" }));
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        response.json(self.body())
    }

    /// As an event in the middle of a stream: its last one.
    #[must_use]
    pub fn event(&self) -> String {
        format!("data: {}\n\n", self.body())
    }
}

/// The id by which the operator finds the request in the log.
#[must_use]
pub fn request_id() -> String {
    CORRELATION.try_with(Clone::clone).unwrap_or_default()
}

/// Where a field of ours stands in OpenAI's request.
fn param(field: &str) -> String {
    let field = field.trim_start_matches('/');
    let field = field.strip_prefix("parameters/").unwrap_or(field);
    match field {
        "models" | "models/0" | "prompt" | "version" | "key" => "model".to_owned(),
        "text" | "input" | "system" => "messages".to_owned(),
        "max_output_tokens" => "max_tokens".to_owned(),
        "json_schema" => "response_format".to_owned(),
        other => other.replace('/', "."),
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        let problem = fault.problem();
        let (status, kind, code) = match fault.code {
            ErrorCode::Unauthenticated | ErrorCode::TokenExpired | ErrorCode::DeviceRevoked => {
                (401, INVALID, "invalid_api_key")
            }
            ErrorCode::MissingScope | ErrorCode::Forbidden | ErrorCode::ModelNotAllowed => {
                (403, "permission_error", fault.code.as_str())
            }
            ErrorCode::NotFound | ErrorCode::UnknownModel | ErrorCode::UnknownRevision => {
                (404, INVALID, "model_not_found")
            }
            ErrorCode::BudgetReached => (402, "insufficient_quota", "budget_reached"),
            ErrorCode::RateLimited => (429, "rate_limit_error", "rate_limit_exceeded"),
            ErrorCode::TooLarge => (413, INVALID, "request_too_large"),
            ErrorCode::UnsupportedMediaType => (415, INVALID, "unsupported_media_type"),
            ErrorCode::AlreadyExists => (409, INVALID, "idempotency_error"),
            other if other.status() < 500 => (400, INVALID, other.as_str()),
            other => (other.status(), "server_error", other.as_str()),
        };
        let retry = matches!(
            fault.code,
            ErrorCode::RateLimited | ErrorCode::Unavailable | ErrorCode::Timeout
        );
        Self {
            status,
            kind,
            code: code.to_owned(),
            message: problem
                .detail
                .unwrap_or_else(|| format!("{}.", problem.title)),
            param: problem.field.as_deref().map(param),
            retry_after: problem.retry_after,
            retry,
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Fault::from(error).into()
    }
}

impl store::Failure for ApiError {
    fn is_transient(&self) -> bool {
        false
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Fault::new(code).into()
    }
}

/// What the provider's failure is to a client. It has been tried again already where that was right.
impl From<&Failure> for ApiError {
    fn from(failure: &Failure) -> Self {
        let (status, kind, usual) = match failure.class {
            FailureClass::RateLimited => (429, "rate_limit_error", "rate_limit_exceeded"),
            FailureClass::Money => (402, "insufficient_quota", "insufficient_quota"),
            FailureClass::Auth => (403, "permission_error", "provider_key_refused"),
            FailureClass::Blocked => (400, INVALID, "content_filter"),
            FailureClass::InvalidRequest => (400, INVALID, "invalid_request"),
            FailureClass::Timeout => (504, "server_error", "timeout"),
            FailureClass::Overloaded => (503, "server_error", "overloaded"),
            FailureClass::ProviderError | FailureClass::Truncated | FailureClass::Network => {
                (502, "server_error", failure.class.as_str())
            }
            FailureClass::Cancelled => (409, INVALID, "cancelled"),
        };
        let seconds = failure
            .retry_after_ms
            .map(|ms| ms.max(0).div_euclid(1000).saturating_add(1));
        Self {
            status,
            kind,
            code: match failure.class {
                // The provider's word would be read as one about the caller's own token or account.
                FailureClass::Auth | FailureClass::Money => usual.to_owned(),
                _ => failure.code.clone().unwrap_or_else(|| usual.to_owned()),
            },
            message: failure.message.clone(),
            param: None,
            retry_after: seconds.and_then(|it| u32::try_from(it).ok()),
            retry: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_those_that_clients_have_exceptions_for() {
        let of = |code: ErrorCode| ApiError::from(code).status;
        assert_eq!(of(ErrorCode::Unauthenticated), 401);
        assert_eq!(of(ErrorCode::MissingScope), 403);
        assert_eq!(of(ErrorCode::UnknownModel), 404);
        assert_eq!(of(ErrorCode::BudgetReached), 402);
        assert_eq!(of(ErrorCode::RateLimited), 429);
        assert_eq!(of(ErrorCode::InvalidVariables), 400);
        assert_eq!(of(ErrorCode::Internal), 500);
        for class in FailureClass::ALL {
            let error = ApiError::from(&Failure::new(*class, "It failed."));
            assert!((400..600).contains(&error.status), "{class}");
            assert!(!error.retry, "{class}");
        }
    }

    #[test]
    fn a_field_of_ours_is_named_as_the_clients_name_it() {
        for (ours, theirs) in [
            ("/models/0", "model"),
            ("/text", "messages"),
            ("/parameters/max_output_tokens", "max_tokens"),
            ("/parameters/temperature", "temperature"),
            ("/variables/name", "variables.name"),
        ] {
            assert_eq!(param(ours), theirs);
        }
    }
}
