//! Proves a key with the cheapest call that a wrong one would fail: listing models, which costs nothing. Not a request to a model.

use super::call::{read, send};
use super::formats::ollama;
use super::wire::{self, join};
use super::{Inner, Target};
use krowoc_shared::execution::{Failure, FailureClass, Provider};
use reqwest::{Method, Request};
use serde_json::Value;
use url::Url;

/// The largest list that is read: OpenRouter's is above a megabyte.
const LARGEST_LIST: usize = 16 * 1024 * 1024;

pub(super) async fn test(inner: &Inner, target: &Target) -> Result<Option<u32>, Failure> {
    let base = &target.base_url;
    if target.provider == Provider::Openrouter {
        // Its list is open to everybody; what it says about the key is not.
        get(inner, target, join(base, &["key"])).await?;
    }
    let url = match target.provider {
        Provider::Ollama => ollama::endpoint(base, "tags"),
        Provider::Gemini => with_query(join(base, &["models"]), "pageSize=1000"),
        Provider::Anthropic => with_query(join(base, &["models"]), "limit=1000"),
        _ => join(base, &["models"]),
    };
    let list = match get(inner, target, url).await {
        Err(failure) if matches!(failure.status, Some(404 | 405)) => {
            return Err(Failure {
                message: "There is no list of models at this address; check the base URL, which often ends with /v1."
                    .to_owned(),
                ..failure
            });
        }
        other => other?,
    };
    let models = list.get("data").or_else(|| list.get("models"));
    // Some servers answer with the bare list.
    match models.unwrap_or(&list).as_array() {
        Some(models) => Ok(u32::try_from(models.len()).ok()),
        None => Err(Failure::new(
            FailureClass::ProviderError,
            "The address answered, but not with a list of models; check the base URL.",
        )),
    }
}

fn with_query(mut url: Url, query: &str) -> Url {
    url.set_query(Some(query));
    url
}

async fn get(inner: &Inner, target: &Target, url: Url) -> Result<Value, Failure> {
    let mut request = Request::new(Method::GET, url);
    *request.headers_mut() = wire::headers(target)?;
    let response = send(inner, target, request).await?;
    let body = read(target, response, LARGEST_LIST).await?;
    serde_json::from_slice(&body).map_err(|_| {
        Failure::new(
            FailureClass::ProviderError,
            "The address answered, but not with JSON; check the base URL.",
        )
    })
}
