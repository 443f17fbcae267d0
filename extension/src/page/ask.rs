//! Asks the background. Not what is asked: that is `messages`.

use crate::browser;
use crate::json::{Bad, Tree};
use crate::messages::{Failure, FailureCode, Request};
use krowoc_shared::ids::{DocId, OpId};
use serde::de::{Deserialize, DeserializeOwned};
use std::pin::Pin;

/// Attempts: a background that was restarted in between gets the very same request again.
const ATTEMPTS: usize = 3;

/// Sends a request and reads its answer.
///
/// # Errors
/// What the background says, or that it could not be reached.
pub async fn ask<T: DeserializeOwned>(request: &Request) -> Result<T, Failure> {
    let answer = answer(request).await?;
    T::deserialize(answer).map_err(unread)
}

/// The answer as it came. Not generic: a page asks in a dozen ways, and this is the larger part of each.
fn answer(request: &Request) -> Pin<Box<dyn Future<Output = Result<Tree, Failure>>>> {
    let text = serde_json::to_string(request).map_err(|error| internal(error.to_string()));
    Box::pin(async move {
        let text = text?;
        let mut last = internal(String::new());
        for _ in 0..ATTEMPTS {
            last = match browser::send(&text).await {
                Ok(answer) => match read(&answer) {
                    Err(failure) if failure.code == FailureCode::Restarted => failure,
                    read => return read,
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

fn unread(bad: Bad) -> Failure {
    internal(bad.to_string())
}

/// What an [`crate::messages::Answer`] holds.
fn read(answer: &str) -> Result<Tree, Failure> {
    let Tree::Object(members) = Tree::of(answer).map_err(unread)? else {
        return Err(unread(Bad));
    };
    match members.into_iter().next() {
        Some((name, held)) if name == "ok" => Ok(held),
        Some((_, held)) => Err(Failure::deserialize(held).unwrap_or_else(unread)),
        None => Err(unread(Bad)),
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
