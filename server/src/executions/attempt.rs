//! One attempt: the call, and its events put where readers and the store find them. Not what follows a failure.

use super::begin::LEASE;
use super::board::{Cell, Wish};
use super::chain::number;
use super::gateway::{Answer, Ready, Route};
use crate::app::AppState;
use crate::store::execution_rows::Request;
use crate::store::executions::{self, Progress};
use crate::store::{StoreError, Tx};
use futures_util::StreamExt;
use krowoc_shared::execution::event::{Event, FinishReason};
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::request::{ModelRef, ModelRequest};
use krowoc_shared::execution::wire::{Attempt, ExecutionState};
use krowoc_shared::ids::{Millis, UserId};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How often what has come is kept while it streams: a short answer never is, it has ended by then.
const KEEP: Duration = Duration::from_secs(1);

/// How an attempt ended.
pub enum Ended {
    /// The provider's terminal marker was seen.
    Complete(FinishReason),
    /// It failed.
    Failed(Failure),
    /// A person stopped it.
    Cancelled,
    /// Another server has taken the execution over, or this one stops.
    Left,
}

impl From<Wish> for Ended {
    fn from(wish: Wish) -> Self {
        match wish {
            Wish::Stop => Self::Cancelled,
            Wish::GoOn | Wish::Leave => Self::Left,
        }
    }
}

/// What is asked for, as a route's model is asked for it.
fn asked(request: &Request, route: &Route) -> (ModelRequest, Duration) {
    let mut call = request.call.clone();
    call.model.clone_from(&route.model.model);
    call.parameters.max_output_tokens = route.known().limit(&request.call);
    (call, Duration::from_millis(request.timeout_ms.into()))
}

/// Writes the call that an account's run will likely make, so that this needs no time once its cost is reserved. Nothing is sent.
pub fn written_ahead(
    state: &AppState,
    user: UserId,
    model: &ModelRef,
    request: &Request,
) -> Option<Ready> {
    let route = state.gateway.likely(user, model, request.key)?;
    let (call, window) = asked(request, &route);
    state
        .gateway
        .written(route, &call, window, request.streaming)
}

/// Makes one attempt, with the call that is written already when it is of this route. Returning drops the call, and with it the
/// connection to the provider.
pub async fn attempt(
    state: &AppState,
    cell: &Arc<Cell>,
    request: &Request,
    route: Route,
    ready: Option<Ready>,
) -> Ended {
    let calling = match ready.filter(|ready| ready.is_of(&route)) {
        Some(ready) => (ready.send)(),
        None => {
            let (call, window) = asked(request, &route);
            state.gateway.call(route, call, window, request.streaming)
        }
    };
    let answer = tokio::select! {
        answer = calling => answer,
        wish = cell.interrupted() => return wish.into(),
    };
    match answer {
        Ok(answer) => listen(state, cell, answer).await,
        Err(failure) => Ended::Failed(failure),
    }
}

/// Notes that an attempt begins.
pub(super) fn begin_attempt(cell: &Cell, model: ModelRef, now: Millis) {
    cell.change(|live| {
        live.view.state = ExecutionState::Running;
        live.view.first_token_ms = None;
        live.view.attempts.push(Attempt {
            number: number(live.view.attempts.len()),
            model,
            started_at: now,
            duration_ms: None,
            failure: None,
            next_at: None,
            request_id: None,
        });
    });
}

/// Notes how the last attempt ended.
pub(super) fn end_attempt(state: &AppState, cell: &Cell, failure: Option<Failure>) {
    let now = state.now();
    let class = failure.as_ref().map_or("none", |it| it.class.as_str());
    cell.change(|live| {
        let Some(last) = live.view.attempts.last_mut() else {
            return;
        };
        let took = now.saturating_sub(last.started_at);
        let provider = last.model.provider.as_str();
        metrics::counter!("krowoc_attempts_total", "provider" => provider, "failure" => class)
            .increment(1);
        last.duration_ms = Some(took);
        last.failure = failure;
        live.view.latency_ms = Some(took);
    });
}

async fn listen(state: &AppState, cell: &Arc<Cell>, answer: Answer) -> Ended {
    let Answer {
        request_id,
        mut events,
    } = answer;
    if let Some(last) = cell.live().view.attempts.last_mut() {
        last.request_id = request_id;
    }
    let (mut keep, mut dirty) = (std::pin::pin!(tokio::time::sleep(KEEP)), false);
    let interrupted = cell.interrupted();
    let leaving = leaving(state);
    tokio::pin!(interrupted, leaving);
    loop {
        tokio::select! {
            biased;
            event = events.next() => {
                let ended = event.map_or_else(|| Some(cut()), |event| apply(state, cell, event));
                if let Some(ended) = ended {
                    return ended;
                }
                dirty = true;
            },
            wish = &mut interrupted => return wish.into(),
            () = &mut leaving => {
                kept(state, cell).await;
                return Ended::Left;
            }
            () = &mut keep, if dirty => {
                match kept(state, cell).await {
                    Standing::Ours => {}
                    Standing::Cancelled => return Ended::Cancelled,
                    Standing::Lost => return Ended::Left,
                }
                dirty = false;
                keep.as_mut().reset(Instant::now() + KEEP);
            }
        }
    }
}

fn cut() -> Ended {
    let why = "The answer ended before the provider said that it was complete.";
    Ended::Failed(Failure::new(FailureClass::Truncated, why))
}

/// When the server stops, an answer may finish for as long as requests may.
async fn leaving(state: &AppState) {
    state.stopping().await;
    tokio::time::sleep(state.config.shutdown_timeout.mul_f32(0.8)).await;
}

/// PostgreSQL's texts hold no NUL, and nobody reads one.
fn clean(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

fn first_text(live: &mut super::board::Live, now: Millis) {
    if live.view.first_token_ms.is_none() {
        let began = live.view.attempts.last().map_or(now, |it| it.started_at);
        live.view.first_token_ms = Some(now.saturating_sub(began));
    }
}

/// Puts an event where it belongs; gives the end when it is one.
fn apply(state: &AppState, cell: &Cell, event: Event) -> Option<Ended> {
    match event {
        Event::Text(text) => {
            let text = clean(text);
            cell.change(|live| {
                first_text(live, state.now());
                live.output.push_str(&text);
            });
            cell.tell(Event::Text(text));
        }
        Event::Reasoning(text) => {
            let text = clean(text);
            cell.change(|live| {
                first_text(live, state.now());
                live.reasoning.push_str(&text);
            });
            cell.tell(Event::Reasoning(text));
        }
        Event::Tool(piece) => {
            cell.change(|live| {
                first_text(live, state.now());
                live.add_tool(&piece);
            });
            cell.tell(Event::Tool(piece));
        }
        Event::Usage { usage, raw } => {
            let mut live = cell.live();
            live.view.usage = Some(usage);
            live.raw_usage = Some(raw);
        }
        Event::End(reason) => return Some(Ended::Complete(reason)),
        Event::Error(failure) => return Some(Ended::Failed(failure)),
    }
    None
}

/// Whose an execution is, as its row says.
pub(super) enum Standing {
    /// It is ours, and goes on.
    Ours,
    /// It is to be stopped.
    Cancelled,
    /// Another server has it.
    Lost,
}

/// Keeps what has come in the store, and renews the lease with it.
pub(super) async fn kept(state: &AppState, cell: &Cell) -> Standing {
    let progress = {
        let live = cell.live();
        Progress {
            attempts: live.view.attempts.clone(),
            first_token_ms: live.view.first_token_ms,
            output: live.output.clone(),
            reasoning: live.reasoning.clone(),
            tool_calls: live.tools.clone(),
        }
    };
    let (owner, id) = (state.instance(), cell.id);
    let until = state.now().saturating_add(LEASE);
    let written = state
        .store
        .write_again(move |tx: &mut Tx<'_>| executions::keep(tx, &owner, id, &progress, until));
    match written.await {
        Ok(Some(false)) => Standing::Ours,
        Ok(Some(true)) => Standing::Cancelled,
        Ok(None) => Standing::Lost,
        Err(error) => {
            let error: StoreError = error;
            tracing::warn!(%error, "an answer under way was not kept; it goes on");
            Standing::Ours
        }
    }
}
