//! What surrounds every request: correlation id, span, time limit, panics caught, counts, headers. Not who asks.

use super::headers;
use super::problem::{CORRELATION, Fault};
use crate::app::AppState;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use futures_util::FutureExt;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::settings::LONGEST_TIMEOUT_MS;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tracing::Instrument;

/// The header that carries the correlation id, both ways.
pub const CORRELATION_HEADER: HeaderName = HeaderName::from_static("x-correlation-id");

/// Runs a request inside its span and answers whatever happens, panics and time-outs included.
///
/// # Errors
/// Only with a complete response inside.
pub async fn surround<B>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error>
where
    B: MessageBody + 'static,
{
    let Some(state) = request.app_data::<web::Data<AppState>>().cloned() else {
        return Err(Fault::new(ErrorCode::Internal).into());
    };
    let id = correlation_id(&request, &state);
    let method = request.method().clone();
    let path = request.path().to_owned();
    let span = tracing::info_span!("request", correlation_id = %id, %method, %path);
    let scope = headers::Scope::of(&path);
    let https = state.config.is_https();
    let started = tokio::time::Instant::now();
    let limit = limit(&path, state.config.request_timeout);
    let answer = CORRELATION
        .scope(id.clone(), guarded(request, next, limit))
        .instrument(span.clone())
        .await;
    let id = HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("-"));
    let decorate = |response: &mut HttpResponse<BoxBody>| {
        response.headers_mut().insert(CORRELATION_HEADER, id);
        headers::apply(response.headers_mut(), scope, https);
    };
    let (status, template) = match &answer {
        Ok(done) => (done.status(), done.request().match_pattern()),
        Err((_, response)) => (response.status(), None),
    };
    let seconds = started.elapsed().as_secs_f64();
    let route = template.unwrap_or_else(|| "other".to_owned());
    let labels = [
        ("method", known_method(&method).to_owned()),
        ("route", route),
        ("status", status.as_u16().to_string()),
    ];
    metrics::counter!("krowoc_requests_total", &labels).increment(1);
    metrics::histogram!("krowoc_request_seconds", &labels).record(seconds);
    span.in_scope(|| {
        let ms = (seconds * 10_000.0).round() / 10.0;
        tracing::info!(status = status.as_u16(), ms, "answered");
    });
    match answer {
        Ok(mut done) => {
            decorate(done.response_mut());
            Ok(done)
        }
        Err((fault, mut response)) => {
            decorate(&mut response);
            Err(InternalError::from_response(fault, response).into())
        }
    }
}

/// How long a request may take. A model may think for as long as a response window, and be tried again.
fn limit(path: &str, usual: Duration) -> Duration {
    if path.starts_with("/v1/") {
        usual.max(Duration::from_millis(LONGEST_TIMEOUT_MS.into()).saturating_mul(2))
    } else {
        usual
    }
}

/// The method as a label: a client may invent any, and each would be a series of its own.
fn known_method(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

type Failed = (Fault, HttpResponse<BoxBody>);

/// Runs the rest of the request within the limit; every failure becomes a response while the correlation id is known.
async fn guarded<B>(
    request: ServiceRequest,
    next: Next<B>,
    limit: Duration,
) -> Result<ServiceResponse<BoxBody>, Failed>
where
    B: MessageBody + 'static,
{
    let failed = |fault: Fault| {
        let response = actix_web::ResponseError::error_response(&fault);
        (fault, response)
    };
    let work = AssertUnwindSafe(next.call(request)).catch_unwind();
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(Ok(response))) => Ok(response.map_into_boxed_body()),
        Ok(Ok(Err(error))) => {
            let response = error.error_response();
            Err((Fault::new(ErrorCode::InvalidRequest), response))
        }
        Ok(Err(_panic)) => {
            tracing::error!("a handler panicked");
            Err(failed(Fault::new(ErrorCode::Internal)))
        }
        Err(_) => Err(failed(Fault::new(ErrorCode::Timeout))),
    }
}

/// The client's id when it is a sane token, a new one otherwise.
fn correlation_id(request: &ServiceRequest, state: &AppState) -> String {
    let sent = request
        .headers()
        .get(CORRELATION_HEADER)
        .and_then(|value| value.to_str().ok())
        .filter(|text| (8..=64).contains(&text.len()))
        .filter(|text| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        });
    match sent {
        Some(text) => text.to_owned(),
        None => super::token::encode(&crate::platform::random::<12>(state.random.as_ref())),
    }
}
