//! Asks the background. Not what is asked: that is `messages`.

use crate::browser;
use crate::messages::{Answer, Failure, FailureCode, Request};
use krowoc_shared::ids::{DocId, OpId};
use serde::de::{DeserializeOwned, IgnoredAny};
use std::pin::Pin;

/// Attempts: a background that was restarted in between gets the very same request again.
const ATTEMPTS: usize = 3;

/// Sends a request and reads its answer.
///
/// # Errors
/// What the background says, or that it could not be reached.
pub async fn ask<T: DeserializeOwned>(request: &Request) -> Result<T, Failure> {
    let answer = answer(request).await?;
    read(&answer)?
}

/// The answer as it came. Not generic: a page asks in a dozen ways, and this is the larger part of each.
fn answer(request: &Request) -> Pin<Box<dyn Future<Output = Result<String, Failure>>>> {
    let text = serde_json::to_string(request).map_err(|error| internal(error.to_string()));
    Box::pin(async move {
        let text = text?;
        let mut last = internal(String::new());
        for _ in 0..ATTEMPTS {
            last = match browser::send(&text).await {
                Ok(answer) => match read::<IgnoredAny>(&answer)? {
                    Ok(_) => return Ok(answer),
                    Err(failure) if failure.code == FailureCode::Restarted => failure,
                    Err(failure) => return Err(failure),
                },
                Err(error) => Failure::new(FailureCode::Restarted, error.0),
            };
        }
        Err(last)
    })
}

fn internal(message: String) -> Failure {
    Failure::new(FailureCode::Internal, message)
}

fn read<T: DeserializeOwned>(answer: &str) -> Result<Result<T, Failure>, Failure> {
    match serde_json::from_str(answer) {
        Ok(Answer::Ok(value)) => Ok(Ok(value)),
        Ok(Answer::Err(failure)) => Ok(Err(failure)),
        Err(error) => Err(internal(error.to_string())),
    }
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
