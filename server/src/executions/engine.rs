//! Carrying an execution out: attempt after attempt, down the chain of models, until it has ended or must wait for long. Not one
//! attempt, and not the end: see `attempt` and `finish`.

use super::attempt::{Ended, Standing, attempt, kept};
use super::begin::LEASE;
use super::board::{Cell, Live, Wish};
use super::finish::{Outcome, finish};
use super::gateway::Route;
use crate::app::AppState;
use crate::platform::random;
use crate::store::budgets::Tier;
use crate::store::execution_rows::{Request, Whole};
use crate::store::executions::{self, Progress as Kept};
use crate::store::jobs::{self, NewJob};
use crate::store::{Conn, StoreError, Tx};
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::retry::{self, Progress};
use krowoc_shared::execution::wire::{Attempt, ExecutionState};
use krowoc_shared::ids::{DeadLetterId, ExecutionId, JobId, Millis, UserId};
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;

/// The kind of job that goes on with a parked execution.
pub const JOB: &str = "execution";
/// The longest wait in memory, in milliseconds; a longer one is a durable job.
const IN_MEMORY: Millis = 10_000;
/// How much later than its job a parked execution is taken up by whoever finds it, should the job be gone.
const GRACE: Millis = 300_000;

/// What carrying an execution out needs beside its cell.
pub struct Job {
    /// Whose.
    pub user: UserId,
    /// Whose keys.
    pub tier: Tier,
    /// The period it was reserved in.
    pub period: i64,
    /// The dead letter that it replays.
    pub letter: Option<DeadLetterId>,
    /// What was asked for.
    pub request: Request,
    /// What its first model is called with, when that is known already.
    pub route: Option<Route>,
    /// It was parked, and its time has come: the next attempt needs no decision.
    pub due: bool,
}

/// Carries an execution out in a task of its own, which depends on no reader.
pub fn spawn(state: &AppState, cell: Arc<Cell>, job: Job) {
    let span = {
        let live = cell.live();
        tracing::info_span!(
            parent: None, "execution",
            correlation_id = %live.view.correlation_id, execution = %live.view.id, model = %live.view.model
        )
    };
    let state = state.clone();
    tokio::spawn(async move { run(&state, &cell, job).await }.instrument(span));
}

/// Goes on with an execution that nobody owns, or whose lease ran out before `before`. Nothing happens when another one does.
///
/// # Errors
/// The store's.
pub async fn resume(
    state: &AppState,
    id: ExecutionId,
    before: Option<Millis>,
) -> Result<(), StoreError> {
    let (owner, now) = (state.instance(), state.now());
    let until = now.saturating_add(LEASE);
    let taken = state
        .store
        .write_again(move |tx: &mut Tx<'_>| {
            executions::take_over(tx, &owner, id, before.unwrap_or(now), until)
        })
        .await?;
    let Some(mut whole) = taken else {
        return Ok(());
    };
    let due = settle_past(&mut whole);
    // Stored before anything is sent again: an execution that kills its server each time comes to its end by this.
    let progress = Kept {
        attempts: whole.view.attempts.clone(),
        first_token_ms: whole.view.first_token_ms,
        output: whole.output.clone(),
        reasoning: whole.reasoning.clone(),
        tool_calls: whole.tool_calls.clone(),
    };
    let kept = state
        .store
        .write_again(move |tx: &mut Tx<'_>| executions::keep(tx, &owner, id, &progress, until))
        .await?;
    if kept.is_some() {
        go_on(state, whole, due);
    }
    Ok(())
}

/// Brings the attempts up to now; true when the next one is due.
fn settle_past(whole: &mut Whole) -> bool {
    let view = &mut whole.view;
    if let Some(parked) = view.attempts.last_mut().filter(|it| it.next_at.is_some()) {
        parked.next_at = None;
        return true;
    }
    let open = view.attempts.last_mut().filter(|it| it.failure.is_none());
    match open {
        Some(attempt) => attempt.failure = Some(lost()),
        // It died before anything of the attempt was kept.
        None => view.attempts.push(Attempt {
            number: number(view.attempts.len()),
            model: view.model.clone(),
            started_at: view.created_at,
            duration_ms: None,
            failure: Some(lost()),
            next_at: None,
            request_id: None,
        }),
    }
    false
}

/// What an attempt is told that was under way when its server died.
fn lost() -> Failure {
    Failure::new(
        FailureClass::Network,
        "The server stopped during this attempt.",
    )
}

fn go_on(state: &AppState, whole: Whole, due: bool) {
    let tier = if whole.server_held {
        Tier::Server(state.config.server_key_monthly)
    } else {
        Tier::Own
    };
    let job = Job {
        user: whole.user,
        tier,
        period: whole.period,
        letter: whole.letter,
        request: whole.request,
        route: None,
        due,
    };
    let live = Live {
        view: whole.view,
        output: whole.output,
        reasoning: whole.reasoning,
        tools: whole.tool_calls,
        raw_usage: whole.raw_usage,
    };
    let cell = state.executions.put(whole.user, live, None);
    if whole.cancel {
        cell.wish(Wish::Stop);
    }
    spawn(state, cell, job);
}

fn number(before: usize) -> u32 {
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

async fn run(state: &AppState, cell: &Arc<Cell>, mut job: Job) {
    metrics::gauge!("krowoc_executions_running").increment(1.0);
    let mut route = job.route.take();
    let outcome = loop {
        match step(state, cell, &job, &mut route).await {
            Step::Again => job.due = false,
            Step::Over(outcome) => break Some(outcome),
            Step::Left => break None,
        }
    };
    if let Some(outcome) = outcome {
        if route.is_none() && cell.live().is_seen() {
            // What came before a restart has its price as well.
            route = find(state, cell, &job, &last_model(cell)).await.ok();
        }
        finish(state, cell, &job, route.as_ref(), outcome).await;
    }
    state.executions.remove(cell);
    metrics::gauge!("krowoc_executions_running").decrement(1.0);
}

enum Step {
    /// Another attempt.
    Again,
    /// It has ended.
    Over(Outcome),
    /// It is no longer ours: parked, or taken over, or the server stops.
    Left,
}

/// Whom to ask next and when, after what has happened so far.
enum Next {
    Ask(ModelRef),
    Wait(Millis),
    Fail(Failure),
}

/// One turn: decides by the attempts so far, and makes the next one.
async fn step(state: &AppState, cell: &Arc<Cell>, job: &Job, route: &mut Option<Route>) -> Step {
    match cell.wished() {
        Wish::GoOn => {}
        Wish::Stop => return Step::Over(Outcome::Cancelled),
        Wish::Leave => return Step::Left,
    }
    if job.due {
        return ask(state, cell, job, route, last_model(cell)).await;
    }
    match next(state, cell, job) {
        Next::Fail(failure) => Step::Over(Outcome::Failed(failure)),
        Next::Wait(pause) if pause > IN_MEMORY => park(state, cell, pause).await,
        Next::Wait(pause) => {
            let left = Duration::from_millis(pause.max(0).unsigned_abs());
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                _ = cell.interrupted() => return Step::Again,
                () = state.stopping() => {
                    kept(state, cell).await;
                    return Step::Left;
                }
            }
            // The wait is over: the time is forgotten, so that it is not waited for again.
            cell.change(|live| live.view.attempts.last_mut().map(|it| it.next_at = None));
            let model = last_model(cell);
            ask(state, cell, job, route, model).await
        }
        Next::Ask(model) => ask(state, cell, job, route, model).await,
    }
}

fn last_model(cell: &Cell) -> ModelRef {
    let live = cell.live();
    let last = live.view.attempts.last();
    last.map_or_else(|| live.view.model.clone(), |it| it.model.clone())
}

/// The chain: the model that was asked for, then its fallbacks.
fn next(state: &AppState, cell: &Cell, job: &Job) -> Next {
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

/// Makes an attempt with a model, and notes how it ended.
async fn ask(
    state: &AppState,
    cell: &Arc<Cell>,
    job: &Job,
    route: &mut Option<Route>,
    model: ModelRef,
) -> Step {
    if route.as_ref().is_none_or(|route| route.model != model) {
        match find(state, cell, job, &model).await {
            Ok(found) => *route = Some(found),
            Err(failure) => {
                let now = state.now();
                begin_attempt(cell, model, now);
                end_attempt(state, cell, Some(failure));
                return Step::Again;
            }
        }
    }
    let Some(chosen) = route.clone() else {
        return Step::Again;
    };
    // Before it is sent again: what happened is kept, and it is still ours.
    if !cell.live().view.attempts.is_empty() {
        match kept(state, cell).await {
            Standing::Ours => {}
            Standing::Cancelled => return Step::Over(Outcome::Cancelled),
            Standing::Lost => return Step::Left,
        }
    }
    begin_attempt(cell, model, state.now());
    match attempt(state, cell, &job.request, chosen).await {
        Ended::Complete(reason) => {
            end_attempt(state, cell, None);
            Step::Over(Outcome::Completed(reason))
        }
        Ended::Failed(failure) => {
            end_attempt(state, cell, Some(failure));
            Step::Again
        }
        Ended::Cancelled => {
            let stopped = Failure::new(FailureClass::Cancelled, "A person stopped it.");
            end_attempt(state, cell, Some(stopped));
            Step::Over(Outcome::Cancelled)
        }
        Ended::Left => Step::Left,
    }
}

fn begin_attempt(cell: &Cell, model: ModelRef, now: Millis) {
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

fn end_attempt(state: &AppState, cell: &Cell, failure: Option<Failure>) {
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

/// What a model is called with, found again: after a restart, or for a fallback.
async fn find(
    state: &AppState,
    cell: &Cell,
    job: &Job,
    model: &ModelRef,
) -> Result<Route, Failure> {
    let (gateway, user, now) = (Arc::clone(&state.gateway), job.user, state.now());
    let first = cell.live().view.model == *model;
    let key = job.request.key.filter(|_| first);
    let wanted = model.clone();
    let found = state
        .store
        .read(move |conn: &mut Conn| gateway.route(conn, user, &wanted, key, now));
    let route = found.await.map_err(|fault| {
        let why = fault
            .detail
            .unwrap_or_else(|| fault.code.title().to_owned());
        Failure::new(FailureClass::Auth, why)
    })?;
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

/// Leaves an execution to a durable job until its next attempt.
async fn park(state: &AppState, cell: &Arc<Cell>, pause: Millis) -> Step {
    let (owner, now, id) = (state.instance(), state.now(), cell.id);
    let due_at = now.saturating_add(pause);
    let attempts = cell.live().view.attempts.clone();
    let job = NewJob {
        id: JobId::mint(now, state.entropy()),
        kind: JOB,
        unique_key: Some(id.to_string()),
        payload: id.to_string(),
        due_at,
    };
    let parked = state.store.write_again(move |tx: &mut Tx<'_>| {
        if executions::park(tx, &owner, id, &attempts, due_at.saturating_add(GRACE))? {
            jobs::enqueue(tx, &job, now)?;
        }
        Ok::<_, StoreError>(())
    });
    if let Err(error) = parked.await {
        // The lease runs out, and whoever finds it goes on.
        tracing::error!(%error, "an execution was not parked");
    }
    Step::Left
}
