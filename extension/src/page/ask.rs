//! Asks the background. Not what is asked: that is `messages`.

use crate::browser;
use crate::messages::{Answer, Failure, FailureCode, Request};
use krowoc_shared::ids::{DocId, OpId};
use serde::de::DeserializeOwned;

/// Attempts: a background that was restarted in between gets the very same request again.
const ATTEMPTS: usize = 3;

/// Sends a request and reads its answer.
///
/// # Errors
/// What the background says, or that it could not be reached.
pub async fn ask<T: DeserializeOwned>(request: &Request) -> Result<T, Failure> {
    let internal = |message: String| Failure::new(FailureCode::Internal, message);
    let text = serde_json::to_string(request).map_err(|error| internal(error.to_string()))?;
    let mut last = internal(String::new());
    for _ in 0..ATTEMPTS {
        last = match browser::send(&text).await {
            Ok(answer) => match serde_json::from_str(&answer) {
                Ok(Answer::Ok(value)) => return Ok(value),
                Ok(Answer::Err(failure)) if failure.code == FailureCode::Restarted => failure,
                Ok(Answer::Err(failure)) => return Err(failure),
                Err(error) => return Err(internal(error.to_string())),
            },
            Err(error) => Failure::new(FailureCode::Restarted, error.0),
        };
    }
    Err(last)
}

/// An id for what a person does now.
#[must_use]
pub fn mint_op() -> OpId {
    OpId::mint(browser::now(), browser::random())
}

/// An id for a document that a person makes now.
#[must_use]
pub fn mint_doc() -> DocId {
    DocId::mint(browser::now(), browser::random())
}
