//! Carrying an execution out: attempt after attempt, down the chain of models, until it has ended or must wait for long. Not one
//! attempt, and not the end: see `attempt` and `finish`.

use super::attempt::{Ended, Standing, attempt, begin_attempt, end_attempt, kept};
use super::board::{Board, Cell, Wish};
use super::chain::{Next, find, last_model, next, priced};
use super::finish::{Outcome, PAUSE, TRIES, finish};
use super::gateway::{Ready, Route};
use crate::app::AppState;
use crate::store::budgets::Tier;
use crate::store::execution_rows::Request;
use crate::store::executions;
use crate::store::jobs::{self, NewJob};
use crate::store::{StoreError, Tx};
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::ids::{DeadLetterId, JobId, Millis, UserId};
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
    /// It was parked, and its time has come: the next attempt needs no decision.
    pub due: bool,
}

/// What the next attempt is made with.
#[derive(Default)]
pub struct Way {
    /// What its model is called with, when that is known already.
    pub route: Option<Route>,
    /// A call that was written ahead for it.
    pub ready: Option<Ready>,
}

/// Carries an execution out in a task of its own, which depends on no reader.
pub fn spawn(state: &AppState, cell: Arc<Cell>, job: Job, way: Way) {
    let span = {
        let live = cell.live();
        tracing::info_span!(
            parent: None, "execution",
            correlation_id = %live.view.correlation_id, execution = %live.view.id, model = %live.view.model
        )
    };
    let state = state.clone();
    tokio::spawn(async move { run(&state, &cell, job, way).await }.instrument(span));
}

/// The place of a task on the board, given back however the task ends: its row is renewed no longer than that.
struct Place {
    board: Arc<Board>,
    cell: Arc<Cell>,
}

impl Place {
    fn of(state: &AppState, cell: &Arc<Cell>) -> Self {
        metrics::gauge!("krowoc_executions_running").increment(1.0);
        Self {
            board: Arc::clone(&state.executions),
            cell: Arc::clone(cell),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(
                "the task of an execution panicked; it is taken up again when its lease runs out"
            );
        }
        self.board.remove(&self.cell);
        metrics::gauge!("krowoc_executions_running").decrement(1.0);
    }
}

async fn run(state: &AppState, cell: &Arc<Cell>, mut job: Job, mut way: Way) {
    let _place = Place::of(state, cell);
    let outcome = loop {
        match step(state, cell, &job, &mut way).await {
            Step::Again => job.due = false,
            Step::Over(outcome) => break Some(outcome),
            Step::Left => break None,
        }
    };
    if let Some(outcome) = outcome {
        if way.route.is_none() && cell.live().is_seen() {
            // What came before a restart has its price as well.
            way.route = price(state, cell, &job).await;
        }
        finish(state, cell, &job, way.route.as_ref(), outcome).await;
    }
}

/// What was called, for its price; asked again while the store fails, which must make no answer unpriced.
async fn price(state: &AppState, cell: &Cell, job: &Job) -> Option<Route> {
    let model = last_model(cell);
    let mut pause = PAUSE;
    for _ in 0..TRIES {
        let found = match find(state, cell, job, &model).await {
            Err(failure) if failure.class != FailureClass::Network => {
                priced(state, cell, job, &model).await
            }
            found => found,
        };
        match found {
            Ok(route) => return Some(route),
            Err(failure) if failure.class == FailureClass::Network => {
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2);
            }
            Err(_) => return None,
        }
    }
    None
}

enum Step {
    /// Another attempt.
    Again,
    /// It has ended.
    Over(Outcome),
    /// It is no longer ours: parked, or taken over, or the server stops.
    Left,
}

/// One turn: decides by the attempts so far, and makes the next one.
async fn step(state: &AppState, cell: &Arc<Cell>, job: &Job, way: &mut Way) -> Step {
    match cell.wished() {
        Wish::GoOn => {}
        Wish::Stop => return Step::Over(Outcome::Cancelled),
        Wish::Leave => return Step::Left,
    }
    if job.due {
        return ask(state, cell, job, way, last_model(cell)).await;
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
            ask(state, cell, job, way, model).await
        }
        Next::Ask(model) => ask(state, cell, job, way, model).await,
    }
}

/// Makes an attempt with a model, and notes how it ended.
async fn ask(
    state: &AppState,
    cell: &Arc<Cell>,
    job: &Job,
    way: &mut Way,
    model: ModelRef,
) -> Step {
    let known = way.route.as_ref();
    if known.is_none_or(|route| route.model != model) {
        match find(state, cell, job, &model).await {
            Ok(found) => way.route = Some(found),
            Err(failure) => {
                let now = state.now();
                begin_attempt(cell, model, now);
                end_attempt(state, cell, Some(failure));
                return Step::Again;
            }
        }
    }
    let Some(chosen) = way.route.clone() else {
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
    match attempt(state, cell, &job.request, chosen, way.ready.take()).await {
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
