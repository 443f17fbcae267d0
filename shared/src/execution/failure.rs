//! Why an execution did not complete, in classes that decide what happens next. Not the providers' own words for it.

use crate::ids::Millis;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// Nothing came within the response window.
    Timeout,
    /// The provider asked to slow down.
    RateLimited,
    /// The provider has no capacity.
    Overloaded,
    /// The provider failed, or answered what is none of its own forms.
    ProviderError,
    /// The answer ended before the provider's terminal marker: the text so far is kept.
    Truncated,
    /// The key was refused.
    Auth,
    /// The provider's account has no credit or quota left.
    Money,
    /// The provider refused to answer for reasons of content.
    Blocked,
    /// The provider did not understand the request.
    InvalidRequest,
    /// No connection, or it broke before an answer began.
    Network,
    /// A person stopped it.
    Cancelled,
}

impl FailureClass {
    /// Every class.
    pub const ALL: &'static [Self] = &[
        Self::Timeout,
        Self::RateLimited,
        Self::Overloaded,
        Self::ProviderError,
        Self::Truncated,
        Self::Auth,
        Self::Money,
        Self::Blocked,
        Self::InvalidRequest,
        Self::Network,
        Self::Cancelled,
    ];

    /// The name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::ProviderError => "provider_error",
            Self::Truncated => "truncated",
            Self::Auth => "auth",
            Self::Money => "money",
            Self::Blocked => "blocked",
            Self::InvalidRequest => "invalid_request",
            Self::Network => "network",
            Self::Cancelled => "cancelled",
        }
    }

    /// The class of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|class| class.as_str() == text)
    }

    /// Whether another attempt of the same request may succeed.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::RateLimited
                | Self::Overloaded
                | Self::ProviderError
                | Self::Truncated
                | Self::Network
        )
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failed attempt, as far as anybody may know it: never a key, never a whole request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// The class.
    pub class: FailureClass,
    /// A sentence for people: the provider's own when it gave one, cut to 500 characters, without secrets.
    pub message: String,
    /// HTTP status, when there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's own code, such as `insufficient_quota`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How long the provider asked to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<Millis>,
    /// What the provider said about trying again (`x-should-retry`); it wins over the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub should_retry: Option<bool>,
}

impl Failure {
    /// A failure of a class with its sentence.
    #[must_use]
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            status: None,
            code: None,
            retry_after_ms: None,
            should_retry: None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.message)
    }
}
impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_survives_its_name() {
        for class in FailureClass::ALL {
            assert_eq!(FailureClass::parse(class.as_str()), Some(*class));
            assert_eq!(serde_json::to_value(class).unwrap(), class.as_str());
        }
        assert_eq!(FailureClass::parse("bad luck"), None);
    }

    #[test]
    fn what_a_person_must_mend_is_not_tried_again() {
        for class in [
            FailureClass::Auth,
            FailureClass::Money,
            FailureClass::Blocked,
            FailureClass::InvalidRequest,
            FailureClass::Cancelled,
        ] {
            assert!(!class.is_transient(), "{class}");
        }
    }
}
