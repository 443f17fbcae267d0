//! The chain of an execution: whom to ask next and when, by what its attempts came to, and what that model is called with. Not the
//! asking.

use super::board::Cell;
use super::engine::Job;
use super::gateway::{Route, is_of_the_store};
use crate::app::AppState;
use crate::platform::random;
use crate::store::Conn;
use crate::store::budgets::Tier;
use crate::web::Fault;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::retry::{self, Progress};
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_shared::ids::Millis;
use std::sync::Arc;

/// Whom to ask next and when, after what has happened so far.
pub(super) enum Next {
    /// This model.
    Ask(ModelRef),
    /// The same one, after so many milliseconds.
    Wait(Millis),
    /// Nobody.
    Fail(Failure),
}

/// The model of the last attempt, or the one that was asked for.
pub(super) fn last_model(cell: &Cell) -> ModelRef {
    let live = cell.live();
    let last = live.view.attempts.last();
    last.map_or_else(|| live.view.model.clone(), |it| it.model.clone())
}

/// The chain: the model that was asked for, then its fallbacks.
pub(super) fn next(state: &AppState, cell: &Cell, job: &Job) -> Next {
    let mut live = cell.live();
    let seen = live.is_seen();
    let Some(last) = live.view.attempts.last() else {
        return Next::Ask(live.view.model.clone());
    };
    let Some(failure) = last.failure.clone() else {
        return Next::Ask(last.model.clone());
    };
    if let Some(at) = last.next_at {
        return Next::Wait(at.saturating_sub(state.now()).max(0));
    }
    if failure.class == FailureClass::Network && failure == lost() && seen {
        let cut = "The server stopped while the answer streamed; what had come is kept.";
        return Next::Fail(Failure::new(FailureClass::Truncated, cut));
    }
    let model = last.model.clone();
    let same = live.view.attempts.iter().rev();
    let tries = same.take_while(|it| it.model == model).count();
    let progress = Progress {
        retries: number(tries).saturating_sub(2),
        streamed: seen,
    };
    let [chance] = random::<1>(state.random.as_ref());
    if let Some(pause) = retry::pause(&failure, progress, f64::from(chance) / 255.0) {
        let at = state.now().saturating_add(pause);
        if let Some(last) = live.view.attempts.last_mut() {
            last.next_at = Some(at);
        }
        live.view.state = ExecutionState::Waiting;
        drop(live);
        cell.wake();
        return Next::Wait(pause);
    }
    let asked = |it: &&ModelRef| {
        live.view
            .attempts
            .iter()
            .all(|attempt| attempt.model != **it)
    };
    let mut chain = job.request.fallbacks.iter();
    match chain.find(asked) {
        Some(other) if !seen && may_fall_back(failure.class) => Next::Ask(other.clone()),
        _ => Next::Fail(failure),
    }
}

/// Another model may not have the reason: anything but a person's wish and a refusal for what was asked.
fn may_fall_back(class: FailureClass) -> bool {
    !matches!(class, FailureClass::Cancelled | FailureClass::Blocked)
}

/// What an attempt is told that was under way when its server died.
pub(super) fn lost() -> Failure {
    Failure::new(
        FailureClass::Network,
        "The server stopped during this attempt.",
    )
}

/// What a model is called with, found again: after a restart, or for a fallback.
pub(super) async fn find(
    state: &AppState,
    cell: &Cell,
    job: &Job,
    model: &ModelRef,
) -> Result<Route, Failure> {
    let (gateway, user) = (Arc::clone(&state.gateway), job.user);
    let (first, begun) = {
        let live = cell.live();
        (live.view.model == *model, live.view.created_at)
    };
    let key = job.request.key.filter(|_| first);
    let wanted = model.clone();
    let found = state
        .store
        // At the price of the time that it was reserved at.
        .read(move |conn: &mut Conn| gateway.route(conn, user, &wanted, key, begun));
    let route = found.await.map_err(|fault| not_found(&fault))?;
    // What was reserved is the person's or the operator's: a fallback may not change whose money it is.
    if route.server_held == (job.tier == Tier::Own) {
        let why = "The model would be paid with another key than the one that was reserved for.";
        return Err(Failure::new(FailureClass::Money, why));
    }
    let unpriced = route.price.is_none() && cell.live().view.reserved > NanoUsd::ZERO;
    if unpriced && !first {
        let why = "The model has no known price, and this run is held below a ceiling.";
        return Err(Failure::new(FailureClass::Money, why));
    }
    Ok(route)
}

/// What a model has cost that can no longer be called: its key was removed, or another pays for it now. The prices are those that it
/// was reserved at; of a fallback, those in force then.
pub(super) async fn priced(
    state: &AppState,
    cell: &Cell,
    job: &Job,
    model: &ModelRef,
) -> Result<Route, Failure> {
    let (first, view) = {
        let live = cell.live();
        (live.view.model == *model, live.view.clone())
    };
    let (gateway, wanted) = (Arc::clone(&state.gateway), model.clone());
    let (revision, begun) = (view.price_revision.filter(|_| first), view.created_at);
    let found = state.store.read(move |conn: &mut Conn| {
        if first && revision.is_none() {
            return Ok(None);
        }
        gateway.price(conn, &wanted, revision.as_deref(), begun)
    });
    Ok(Route {
        model: model.clone(),
        key: view.key.filter(|_| first),
        server_held: job.tier != Tier::Own,
        context: None,
        max_output: None,
        price: found.await.map_err(|fault: Fault| not_found(&fault))?,
        noted: false,
        inner: Arc::new(()),
    })
}

/// Why a model cannot be called: by whom it is to be mended.
fn not_found(fault: &Fault) -> Failure {
    if is_of_the_store(fault) {
        // Ours, and it passes: nothing is known about the key.
        let why = "The server could not read its own database.";
        return Failure::new(FailureClass::Network, why);
    }
    let class = match fault.code {
        ErrorCode::UnknownModel => FailureClass::InvalidRequest,
        _ => FailureClass::Auth,
    };
    let title = || fault.code.title().to_owned();
    Failure::new(class, fault.detail.clone().unwrap_or_else(title))
}

/// The number of the attempt after so many.
pub(super) fn number(before: usize) -> u32 {
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}
