//! One call: through the guard and the breaker, sent, and read as it comes. Not a second attempt.

use super::address::AddressRefused;
use super::blot::blot;
use super::decoder::Decoder;
use super::limits::limits;
use super::wire::{self, Wire};
use super::{Answer, Inner, Secret, Target, failures};
use futures_util::StreamExt;
use futures_util::stream::unfold;
use krowoc_shared::execution::retry;
use krowoc_shared::execution::settings::USUAL_TIMEOUT_MS;
use krowoc_shared::execution::{Event, Failure, FailureClass, ModelRequest};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Request, Response};
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// Bytes of a refusal that are read.
const LARGEST_REFUSAL: usize = 64 * 1024;

/// How long the end of a body is waited for after the terminal marker.
const LINGER: Duration = Duration::from_millis(20);

/// A request to a model that is written and not yet sent.
pub struct Call {
    target: Target,
    wire: Wire,
    streaming: bool,
    request: Request,
}

pub(super) fn write(
    target: &Target,
    request: &ModelRequest,
    streaming: bool,
) -> Result<Call, Failure> {
    let wire = Wire::of(target.provider, &request.model);
    let url = wire.endpoint(&target.base_url, &request.model, streaming);
    let body = serde_json::to_vec(&wire.body(request, streaming))
        .map_err(|error| Failure::new(FailureClass::InvalidRequest, error.to_string()))?;
    let mut request = Request::new(Method::POST, url);
    *request.headers_mut() = wire::headers(target)?;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    *request.body_mut() = Some(body.into());
    Ok(Call {
        target: target.clone(),
        wire,
        streaming,
        request,
    })
}

pub(super) async fn call(inner: &Inner, call: Call) -> Result<Answer, Failure> {
    let target = &call.target;
    let response = send(inner, target, call.request).await?;
    let headers = response.headers();
    let kind = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let decoder = call.wire.decoder(call.streaming, kind);
    Ok(Answer {
        request_id: request_id(headers),
        limits: limits(headers, inner.clock.now()),
        events: unfold(
            Reader {
                decoder,
                window: target.timeout,
                key: target.key.clone(),
                response: Some(response),
            },
            Reader::next,
        )
        .boxed(),
    })
}

/// Sends a request and gives an answer with a status of success.
pub(super) async fn send(
    inner: &Inner,
    target: &Target,
    request: Request,
) -> Result<Response, Failure> {
    let (provider, base) = (target.provider, &target.base_url);
    let standing = inner.guard.standing(base).map_err(|it| refused(&it))?;
    let client = inner
        .clients
        .of(standing)
        .map_err(|why| Failure::new(FailureClass::Network, why))?;
    inner
        .breaker
        .admit(provider, base, inner.clock.now())
        .map_err(|wait| Failure {
            code: Some("circuit_open".to_owned()),
            retry_after_ms: Some(wait),
            ..Failure::new(
                FailureClass::Overloaded,
                format!(
                    "{} kept failing and is left alone for a moment.",
                    provider.title()
                ),
            )
        })?;
    let sent = match timeout(target.timeout, client.execute(request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(unsent(&error, target)),
        Err(_) => Err(late(target.timeout)),
    };
    let response = match sent {
        Ok(response) => response,
        Err(failure) => {
            // A window that a person made short says nothing about the provider.
            let usual = Duration::from_millis(USUAL_TIMEOUT_MS.into());
            let fair = failure.class == FailureClass::Network || target.timeout >= usual;
            if fair && failure.class != FailureClass::InvalidRequest {
                inner.breaker.failed(provider, base, inner.clock.now());
            }
            return Err(failure);
        }
    };
    let status = response.status();
    if status.is_server_error() {
        inner.breaker.failed(provider, base, inner.clock.now());
    } else {
        inner.breaker.answered(provider, base);
    }
    if status.is_success() {
        return Ok(response);
    }
    Err(refusal(inner, target, response).await)
}

async fn refusal(inner: &Inner, target: &Target, mut response: Response) -> Failure {
    let mut body = Vec::new();
    while let Ok(Ok(Some(bytes))) = timeout(target.timeout, response.chunk()).await {
        body.extend_from_slice(&bytes);
        if body.len() > LARGEST_REFUSAL {
            body.truncate(LARGEST_REFUSAL);
            break;
        }
    }
    let mut failure = failures::of_status(response.status().as_u16(), &body);
    let header = |name: &str| response.headers().get(name)?.to_str().ok();
    let asked = retry::asked(header, inner.clock.now());
    failure.retry_after_ms = asked.or(failure.retry_after_ms);
    failure.should_retry = retry::should_retry(header);
    blotted(failure, &target.key)
}

/// Reads the body of an answer that is not a model's, such as a list.
pub(super) async fn read(
    target: &Target,
    mut response: Response,
    most: usize,
) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    loop {
        match timeout(target.timeout, response.chunk()).await {
            Ok(Ok(Some(bytes))) if body.len().saturating_add(bytes.len()) <= most => {
                body.extend_from_slice(&bytes);
            }
            Ok(Ok(Some(_))) => {
                let what = format!("The provider's answer is larger than {most} bytes.");
                return Err(Failure::new(FailureClass::ProviderError, what));
            }
            Ok(Ok(None)) => return Ok(body),
            Ok(Err(_)) => {
                return Err(Failure::new(
                    FailureClass::Truncated,
                    "The connection broke in the middle of the answer.",
                ));
            }
            Err(_) => return Err(late(target.timeout)),
        }
    }
}

/// An answer that is being read.
struct Reader {
    response: Option<Response>,
    decoder: Decoder,
    window: Duration,
    key: Secret,
}

impl Reader {
    async fn next(mut self) -> Option<(Event, Self)> {
        loop {
            if let Some(event) = self.decoder.pop() {
                return Some((self.blotted(event), self));
            }
            if self.decoder.is_closed() {
                if let Some(mut response) = self.response.take() {
                    linger(&mut response).await;
                }
                return None;
            }
            let Some(response) = &mut self.response else {
                // The bytes have ended: this closes the decoder.
                self.decoder.finish();
                continue;
            };
            match timeout(self.window, response.chunk()).await {
                Ok(Ok(Some(bytes))) => self.decoder.feed(&bytes),
                Ok(Ok(None) | Err(_)) => self.response = None,
                Err(_) => self.decoder.fail(late(self.window)),
            }
        }
    }

    fn blotted(&self, event: Event) -> Event {
        match event {
            Event::Error(failure) => Event::Error(blotted(failure, &self.key)),
            other => other,
        }
    }
}

/// Read to its end, a connection can be used again; most servers end right after their marker.
async fn linger(response: &mut Response) {
    let _ = timeout(LINGER, response.chunk()).await;
}

/// Who stops reading at the terminal event does not wait for the end of the body; before that event, the connection is broken off.
impl Drop for Reader {
    fn drop(&mut self) {
        let response = self.response.take();
        let Some(mut response) = response.filter(|_| self.decoder.is_closed()) else {
            return;
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move { linger(&mut response).await });
    }
}

fn blotted(mut failure: Failure, key: &Secret) -> Failure {
    failure.message = blot(key, &failure.message);
    failure.code = failure.code.map(|code| blot(key, &code));
    failure
}

fn late(window: Duration) -> Failure {
    let seconds = window.as_secs_f64();
    Failure::new(
        FailureClass::Timeout,
        format!("Nothing came from the provider within {seconds} s."),
    )
}

pub(super) fn refused(refusal: &AddressRefused) -> Failure {
    Failure {
        code: Some("address_refused".to_owned()),
        ..Failure::new(
            FailureClass::InvalidRequest,
            format!("Not called: {refusal}."),
        )
    }
}

/// A request that got no answer. Only the host is named: an address may hold what is nobody's business.
fn unsent(error: &reqwest::Error, target: &Target) -> Failure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut last = String::new();
    while let Some(inner) = cause {
        if let Some(refusal) = inner.downcast_ref::<AddressRefused>() {
            return match refusal {
                AddressRefused::Unresolved { .. } => {
                    Failure::new(FailureClass::Network, format!("Not called: {refusal}."))
                }
                _ => refused(refusal),
            };
        }
        cause = inner.source();
        if cause.is_none() {
            last = inner.to_string();
        }
    }
    let host = target.base_url.host_str().unwrap_or("the provider");
    let what = if error.is_connect() {
        "There is no connection to"
    } else {
        "The connection broke before an answer began, to"
    };
    let message = failures::cut(&format!("{what} {host}: {last}."));
    Failure::new(FailureClass::Network, blot(&target.key, &message))
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let names = ["x-request-id", "request-id", "x-goog-request-id", "cf-ray"];
    let found = names
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok());
    found.map(failures::cut)
}
