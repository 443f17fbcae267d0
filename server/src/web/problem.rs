//! Errors as RFC 9457 problem details. What a client is told never names a secret, a stored value or an inner error.

use crate::store::{Failure, StoreError};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use krowoc_shared::error::{ErrorCode, Problem, Violation};
use krowoc_shared::ids::Millis;

tokio::task_local! {
    /// The correlation id of the request that this task answers.
    pub static CORRELATION: String;
}

/// The correlation id of the request that this task answers; nothing outside of one, as in a thread of the database.
#[must_use]
pub fn correlation() -> String {
    CORRELATION.try_with(Clone::clone).unwrap_or_default()
}

/// Result of a handler or a service.
pub type Reply<T> = Result<T, Fault>;

/// A request's failure: the code, and what happened with the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable name.
    pub code: ErrorCode,
    /// What happened here, with the fix; never a secret.
    pub detail: Option<String>,
    /// The field at fault, as a JSON pointer.
    pub field: Option<String>,
    /// Seconds to wait.
    pub retry_after: Option<u32>,
    /// Nothing was written and the same work may be tried again inside the server.
    transient: bool,
}

impl Fault {
    /// The failure of a code, told by the code's own sentence.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            detail: None,
            field: None,
            retry_after: None,
            transient: false,
        }
    }

    /// With what happened here and its fix.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With the field at fault, as a JSON pointer.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Too much in too short a time: when to come again, in milliseconds from now.
    #[must_use]
    pub fn rate_limited(wait: Millis) -> Self {
        let seconds = wait.saturating_add(999).div_euclid(1000);
        Self::new(ErrorCode::RateLimited).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    /// With the seconds to wait.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Its RFC 9457 form.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let mut problem = Problem::new(self.code);
        problem.detail.clone_from(&self.detail);
        problem.field.clone_from(&self.field);
        problem.retry_after = self.retry_after;
        problem.correlation_id = correlation();
        problem
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(field) = &self.field {
            write!(f, " at {field}")?;
        }
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

impl From<ErrorCode> for Fault {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl From<Violation> for Fault {
    fn from(violation: Violation) -> Self {
        Self::new(violation.code)
            .field(violation.field)
            .detail(violation.message)
    }
}

/// The inner error goes to the log, under the request's span; the client gets a code.
impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let transient = error.is_transient();
        let code = match &error {
            StoreError::NotFound => ErrorCode::NotFound,
            StoreError::Conflict => ErrorCode::AlreadyExists,
            StoreError::Transient(_) => ErrorCode::Unavailable,
            StoreError::Unavailable(_) => {
                tracing::warn!(%error, "the store is not available");
                ErrorCode::Unavailable
            }
            StoreError::Panicked | StoreError::Fault(_) => {
                tracing::error!(%error, "the store failed");
                ErrorCode::Internal
            }
        };
        Self {
            transient,
            ..Self::new(code)
        }
    }
}

impl From<diesel::result::Error> for Fault {
    fn from(error: diesel::result::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl Failure for Fault {
    fn is_transient(&self) -> bool {
        self.transient
    }
}

impl ResponseError for Fault {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        let body = serde_json::to_vec(&self.problem()).unwrap_or_default();
        response.content_type("application/problem+json").body(body)
    }
}
