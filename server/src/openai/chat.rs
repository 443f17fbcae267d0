//! `POST /v1/chat/completions`: a run through the one service, answered whole or as a stream. Not the forms, and not the run.

use super::answer::{Head, Whole};
use super::error::{ApiError, request_id};
use super::request::Ask;
use super::route::{Desk, conversation};
use crate::app::AppState;
use crate::executions::service::{self, Handle, Idempotency, RunSpec};
use crate::store::{Conn, executions, members};
use crate::web::actor::{Executions, Grant, still_holds};
use crate::web::client::address;
use crate::web::origin::Origin;
use crate::web::{Actor, Body, Fault, May, Recent, lasting};
use actix_web::dev::Payload;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use futures_util::stream::unfold;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::event::Event;
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::usage::Usage;
use krowoc_shared::execution::wire::ExecutionView;
use krowoc_shared::ids::{ExecutionId, UserId};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// Largest request, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;
/// How often a silent stream says that it lives: what stands between closes silent connections after a minute, and a client that went
/// away is noticed only when something is sent.
const ALIVE: Duration = Duration::from_secs(5);
/// Longest idempotency key, in bytes.
const LONGEST_KEY: usize = 200;

/// The account of a personal access token; other proofs have other doors.
///
/// # Errors
/// No token, or one without the scope.
pub async fn caller(request: &HttpRequest) -> Result<May<Executions>, ApiError> {
    let actor = May::<Executions>::from_request(request, &mut Payload::None).await?;
    actor.program(Executions::SCOPE)?;
    Ok(actor)
}

/// Answers a chat request.
pub async fn chat_completions(
    request: HttpRequest,
    payload: actix_web::web::Payload,
) -> HttpResponse {
    let answered = answer(&request, payload.into_inner()).await;
    answered.unwrap_or_else(|error| error.response())
}

async fn answer(request: &HttpRequest, mut payload: Payload) -> Result<HttpResponse, ApiError> {
    let state = request.app_data::<Data<AppState>>().cloned();
    let state = state.ok_or(ErrorCode::Internal)?;
    let actor = Recent::<Executions>::from_request(request, &mut Payload::None).await?;
    actor.program(Executions::SCOPE)?;
    service::expect(&state);
    let body = Body::<Value, LARGEST>::from_request(request, &mut payload);
    let body = tokio::time::timeout(state.config.request_timeout, body).await;
    let Body(value) = body.map_err(|_| ApiError::from(ErrorCode::Timeout))??;
    let idempotency = idempotency(request, &value)?;
    let ask = Ask::of(value)?;
    let (stream, with_usage) = (ask.stream, ask.include_usage);
    let mut spec = spec(&state, &actor, ask).await?;
    spec.token = actor.token();
    spec.correlation_id = request_id();
    spec.idempotency = idempotency;
    let of = |_| Origin::of(&state, address(request));
    spec.origin = spec.copy.map(of);
    let handle = service::start(&state, actor.user, spec).await?;
    let Some(view) = handle.executions.first().cloned() else {
        return Err(ErrorCode::Internal.into());
    };
    let head = Head::new(view.id, view.created_at, &view.model.to_string());
    if handle.repeated {
        return repeated(&state, actor.user, &handle, &head, stream, with_usage).await;
    }
    let run = Run {
        guard: Guard::new(&state, actor.user, view.id),
        events: handle.events,
        head,
        with_usage,
        usage: None,
        opening: None,
    };
    if stream {
        run.stream(&view).await
    } else {
        run.whole(&view).await
    }
}

/// What is to be run. A model with its provider needs no looking up.
async fn spec(state: &AppState, actor: &Actor, ask: Ask) -> Result<RunSpec, ApiError> {
    if let Some(model) = ModelRef::parse(&ask.model) {
        return conversation(model, ask);
    }
    let (models, slugs) = (state.models.clone(), state.slugs.clone());
    let (user, token, now) = (actor.user, actor.token(), state.now());
    let read = move |conn: &mut Conn| {
        still_holds(conn, token, now)?;
        // The caller may be remembered, but not whose libraries they may read.
        let spaces = members::of(conn, user).map_err(Fault::from)?;
        let desk = Desk {
            user,
            spaces: spaces.into_iter().map(|it| it.space).collect(),
            models,
            slugs,
        };
        desk.spec(conn, ask)
    };
    state.store.read(read).await
}

fn idempotency(request: &HttpRequest, body: &Value) -> Result<Option<Idempotency>, ApiError> {
    let Some(key) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let key = key.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST_KEY {
        let detail = format!("An Idempotency-Key has 1 to {LONGEST_KEY} characters.");
        return Err(ApiError::invalid("Idempotency-Key", detail));
    }
    Ok(Some(Idempotency {
        key: key.to_owned(),
        digest: Sha256::digest(body.to_string().as_bytes()).into(),
    }))
}

/// Ends the run when the client goes away before its end: nobody could read the rest.
struct Guard {
    state: Data<AppState>,
    user: UserId,
    id: ExecutionId,
    ended: bool,
}

impl Guard {
    fn new(state: &Data<AppState>, user: UserId, id: ExecutionId) -> Self {
        Self {
            state: state.clone(),
            user,
            id,
            ended: false,
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (state, user, id) = (self.state.clone(), self.user, self.id);
        runtime.spawn(async move {
            if let Err(error) = service::cancel(&state, user, id).await {
                tracing::warn!(%error, "a run whose client went away was not stopped");
            }
        });
    }
}

/// A run that is being answered.
struct Run {
    guard: Guard,
    events: UnboundedReceiver<Event>,
    head: Head,
    with_usage: bool,
    usage: Option<Usage>,
    /// What is sent before the first event, until it is.
    opening: Option<String>,
}

fn left() -> ApiError {
    let why = "The server stopped before the answer was complete; try again.";
    ApiError::from(Fault::new(ErrorCode::Unavailable).detail(why))
}

fn headers(response: &mut actix_web::HttpResponseBuilder, view: &ExecutionView) {
    response.insert_header(("x-request-id", request_id()));
    response.insert_header(("x-krowoc-execution", view.id.to_string()));
}

impl Run {
    async fn whole(mut self, view: &ExecutionView) -> Result<HttpResponse, ApiError> {
        let mut whole = Whole::default();
        while let Some(event) = self.events.recv().await {
            match event {
                Event::Error(failure) => {
                    self.guard.ended = true;
                    return Err(ApiError::from(&failure));
                }
                Event::End(_) => {
                    self.guard.ended = true;
                    whole.add(event);
                    let mut response = HttpResponse::Ok();
                    headers(&mut response, view);
                    return Ok(response.json(self.head.whole(&whole)));
                }
                other => whole.add(other),
            }
        }
        Err(left())
    }

    /// Waits for the first event, so that a failure before it has its own status; then streams.
    async fn stream(mut self, view: &ExecutionView) -> Result<HttpResponse, ApiError> {
        // All that does not depend on the answer is done while it is waited for.
        self.opening = Some(self.head.begin(self.with_usage));
        let mut response = lasting::events();
        headers(&mut response, view);
        let first = loop {
            match self.events.recv().await {
                None => return Err(left()),
                Some(Event::Error(failure)) => {
                    self.guard.ended = true;
                    return Err(ApiError::from(&failure));
                }
                Some(Event::Usage { usage, .. }) => self.usage = Some(usage),
                Some(event) => break event,
            }
        };
        let first = self.chunk(first);
        let stream = unfold((Some(self), first), |(run, ready)| async move {
            if !ready.is_empty() {
                return Some((
                    Ok::<_, Infallible>(Bytes::from(ready)),
                    (run, String::new()),
                ));
            }
            let mut run = run?;
            let chunk = run.next().await;
            let more = !run.guard.ended;
            Some((Ok(Bytes::from(chunk)), (more.then_some(run), String::new())))
        });
        Ok(response.streaming(stream))
    }

    /// What is sent next: everything that is there, or a sign of life.
    async fn next(&mut self) -> String {
        let mut text = match tokio::time::timeout(ALIVE, self.events.recv()).await {
            Err(_) => return ": still here\n\n".to_owned(),
            Ok(None) => {
                // No end was seen: that is said, and never made up.
                self.guard.ended = true;
                return left().event();
            }
            Ok(Some(event)) => self.chunk(event),
        };
        while !self.guard.ended
            && let Ok(event) = self.events.try_recv()
        {
            text.push_str(&self.chunk(event));
        }
        text
    }

    fn chunk(&mut self, event: Event) -> String {
        let opening = &mut self.opening;
        let mut text = match event {
            Event::Error(_) => String::new(),
            _ => opening.take().unwrap_or_default(),
        };
        match event {
            Event::Usage { usage, .. } => self.usage = Some(usage),
            Event::Error(failure) => {
                self.guard.ended = true;
                text.push_str(&ApiError::from(&failure).event());
            }
            Event::End(_) => {
                self.guard.ended = true;
                text.push_str(&self.head.event(&event, self.with_usage));
                if let Some(usage) = self.usage.as_ref().filter(|_| self.with_usage) {
                    text.push_str(&self.head.usage(usage));
                }
                text.push_str("data: [DONE]\n\n");
            }
            other => text.push_str(&self.head.event(&other, self.with_usage)),
        }
        text
    }
}

/// Answers a request that was made before with the same key: from what is stored, once it has ended.
async fn repeated(
    state: &AppState,
    user: UserId,
    handle: &Handle,
    head: &Head,
    stream: bool,
    with_usage: bool,
) -> Result<HttpResponse, ApiError> {
    let group = handle.group;
    let found = state
        .store
        .read(move |conn: &mut Conn| executions::group(conn, user, group))
        .await
        .map_err(Fault::from)?;
    let stored = found.into_iter().next().ok_or(ErrorCode::NotFound)?;
    if !stored.view.state.is_final() {
        let detail = "The request with this Idempotency-Key is still under way.";
        let fault = Fault::new(ErrorCode::AlreadyExists).detail(detail);
        return Err(fault.retry_after(1).into());
    }
    let Some(reason) = stored.view.finish_reason else {
        let why = "It did not complete.";
        let failure = stored.view.failure.clone();
        let failure = failure.unwrap_or_else(|| Failure::new(FailureClass::Cancelled, why));
        return Err(ApiError::from(&failure));
    };
    let whole = Whole {
        text: stored.output,
        reasoning: stored.reasoning,
        tools: stored.tool_calls,
        usage: stored.view.usage.clone(),
        reason,
    };
    let mut response = HttpResponse::Ok();
    headers(&mut response, &stored.view);
    if !stream {
        return Ok(response.json(head.whole(&whole)));
    }
    let mut text = head.begin(with_usage);
    let tools = whole.tools.into_iter().map(Event::Tool);
    let pieces = [Event::Reasoning(whole.reasoning), Event::Text(whole.text)];
    let said = pieces
        .into_iter()
        .filter(|event| !matches!(event, Event::Text(it) | Event::Reasoning(it) if it.is_empty()));
    for event in said.chain(tools).chain([Event::End(reason)]) {
        text.push_str(&head.event(&event, with_usage));
    }
    if let Some(usage) = whole.usage.as_ref().filter(|_| with_usage) {
        text.push_str(&head.usage(usage));
    }
    text.push_str("data: [DONE]\n\n");
    Ok(response.content_type(lasting::EVENTS).body(text))
}
