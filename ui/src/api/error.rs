//! What can go wrong with a request, in words for people. Not the server's own mapping: that is `shared::error`.

use crate::format::wait;
use crate::messages::common;
use krowoc_shared::error::{ErrorCode, Problem};

/// Why a request gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// The server could not be reached.
    Offline,
    /// It was called off.
    Aborted,
    /// The server said no.
    Problem(Box<Problem>),
    /// The answer was not understood; with the correlation id.
    Garbled(String),
}

impl ApiError {
    /// Reads a refusal.
    #[must_use]
    pub fn from_answer(status: u16, body: &str, correlation: &str) -> Self {
        match serde_json::from_str::<Problem>(body) {
            Ok(mut problem) => {
                if problem.correlation_id.is_empty() {
                    correlation.clone_into(&mut problem.correlation_id);
                }
                Self::Problem(Box::new(problem))
            }
            Err(_) if status == 502 || status == 503 || status == 504 => Self::Offline,
            Err(_) => Self::Garbled(correlation.to_owned()),
        }
    }

    /// The stable name of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// One or two sentences: what happened, and the fix.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Offline => common::UNREACHABLE.to_owned(),
            Self::Aborted => common::CANCELLED.to_owned(),
            Self::Garbled(_) => common::GARBLED.to_owned(),
            Self::Problem(problem) => {
                let said = problem
                    .detail
                    .as_deref()
                    .unwrap_or(&problem.title)
                    .trim_end_matches('.');
                match problem.retry_after {
                    Some(seconds) => format!("{said}. {}.", common::try_again_in(&wait(seconds))),
                    None => format!("{said}."),
                }
            }
        }
    }

    /// The reference to look for in the server's log; empty when the server was not reached.
    #[must_use]
    pub fn correlation(&self) -> &str {
        match self {
            Self::Problem(problem) => &problem.correlation_id,
            Self::Garbled(correlation) => correlation,
            Self::Offline | Self::Aborted => "",
        }
    }

    /// Worth trying again as it is.
    #[must_use]
    pub fn transient(&self) -> bool {
        match self {
            Self::Offline | Self::Garbled(_) => true,
            Self::Aborted => false,
            Self::Problem(problem) => {
                problem.status >= 500 || problem.code == ErrorCode::RateLimited
            }
        }
    }

    /// The sign-in is over: only a person can go on.
    #[must_use]
    pub fn signed_out(&self) -> bool {
        matches!(
            self.code(),
            Some(ErrorCode::Unauthenticated | ErrorCode::TokenReused | ErrorCode::TokenExpired)
        )
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence())
    }
}
impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_read_with_its_wait_and_its_reference() {
        let body = r#"{"type":"urn:krowoc:error:rate_limited","title":"Too many attempts; wait and try again","status":429,
            "code":"rate_limited","correlation_id":"","retry_after":40}"#;
        let error = ApiError::from_answer(429, body, "7f3a");
        assert_eq!(error.code(), Some(ErrorCode::RateLimited));
        assert_eq!(error.correlation(), "7f3a");
        assert_eq!(
            error.sentence(),
            "Too many attempts; wait and try again. Try again in 40 s."
        );
        assert!(error.transient() && !error.signed_out());
    }

    #[test]
    fn a_gateway_without_a_problem_counts_as_offline_and_other_noise_as_garbled() {
        assert_eq!(ApiError::from_answer(502, "<html>", ""), ApiError::Offline);
        assert_eq!(
            ApiError::from_answer(500, "<html>", "c40e"),
            ApiError::Garbled("c40e".to_owned())
        );
    }
}
