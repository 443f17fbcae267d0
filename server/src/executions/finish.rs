//! The end of an execution: what it cost, and one transaction that stores the answer, settles the reservation, adds to the sums and
//! keeps or takes away a dead letter. Not how it came to its end.

use super::board::{Cell, Live};
use super::engine::Job;
use super::gateway::Route;
use crate::app::AppState;
use crate::store::budgets::{self, Settlement};
use crate::store::execution_rows::cost_parts;
use crate::store::executions::{self, Ending};
use crate::store::usage::{self, Used};
use crate::store::{Failure as _, StoreError, Tx, dead_letters};
use krowoc_shared::execution::estimate::Tokenizer;
use krowoc_shared::execution::event::{Event, FinishReason};
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::usage::Usage;
use krowoc_shared::execution::wire::{Cost, ExecutionState, UsageSum};
use krowoc_shared::ids::{DeadLetterId, Millis};
use std::sync::Arc;
use std::time::Duration;

/// How often the end is written before the lease is left to run out.
pub const TRIES: u32 = 6;
/// The pause after a first failure to write it; doubled with each.
pub const PAUSE: Duration = Duration::from_millis(100);

/// How an execution ended.
pub enum Outcome {
    /// The provider's terminal marker was seen.
    Completed(FinishReason),
    /// It will not be tried again by itself.
    Failed(Failure),
    /// A person stopped it.
    Cancelled,
}

/// Ends an execution. Readers and the caller are told after the end is stored; when another server has taken the execution over,
/// nothing is stored and nothing told.
pub async fn finish(
    state: &AppState,
    cell: &Arc<Cell>,
    job: &Job,
    route: Option<&Route>,
    outcome: Outcome,
) {
    let now = state.now();
    let end = end(&cell.live(), job, route, outcome, now);
    let letter = DeadLetterId::mint(now, state.entropy());
    let end = Arc::new(end);
    let mut pause = PAUSE;
    for left in (0..TRIES).rev() {
        let (work, owner) = (Arc::clone(&end), state.instance());
        let (user, tier, period, replayed) = (job.user, job.tier, job.period, job.letter);
        let written = state.store.write_again(move |tx: &mut Tx<'_>| {
            if !executions::end(tx, &owner, &work.ending)? {
                return Ok(false);
            }
            settle(tx, user, tier, period, &work, now)?;
            match (&work.dead, replayed) {
                (Some(failure), Some(id)) => {
                    // Discarded while it was replayed: the person has decided.
                    dead_letters::failed_again(tx, id, &work.ending.view, failure)?;
                }
                (Some(failure), None) => {
                    let view = &work.ending.view;
                    dead_letters::add(tx, user, letter, view, failure, now)?;
                }
                (None, Some(id)) if work.ending.view.state == ExecutionState::Completed => {
                    dead_letters::resolved(tx, id)?;
                }
                (None, _) => {}
            }
            Ok::<_, StoreError>(true)
        });
        match written.await {
            Ok(true) => {
                tell(cell, &end);
                state.executions.news().tell(job.user, &end.ending.view);
                return;
            }
            Ok(false) => {
                tracing::warn!("another server has taken the execution over; its end is not ours");
                return;
            }
            Err(error) => {
                tracing::error!(%error, left, transient = error.is_transient(), "the end of an execution was not stored");
                if left > 0 {
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2);
                }
            }
        }
    }
}

fn settle(
    tx: &mut Tx<'_>,
    user: krowoc_shared::ids::UserId,
    tier: budgets::Tier,
    period: i64,
    end: &End,
    now: Millis,
) -> Result<(), StoreError> {
    let view = &end.ending.view;
    let (_, cost) = cost_parts(view.cost);
    let unpriced = view.cost == Cost::Unpriced;
    let settlement = Settlement {
        tier,
        period,
        reserved: view.reserved,
        cost,
        unpriced,
        now,
    };
    budgets::settle(tx, user, &settlement)?;
    let used = Used {
        user,
        at: view.created_at,
        model: &view.model.to_string(),
        prompt: view.prompt,
        key: view.key,
        sum: UsageSum {
            executions: 1,
            failed: u64::from(view.state != ExecutionState::Completed),
            input_tokens: end.usage.input(),
            output_tokens: end.usage.output(),
            cost,
            unpriced: u64::from(unpriced),
        },
    };
    usage::add(tx, &used)
}

/// An end that is ready to be stored.
struct End {
    ending: Ending,
    /// What was used, reported or estimated.
    usage: Usage,
    /// Why it waits for a decision.
    dead: Option<Failure>,
    /// What the caller in this process is told.
    last: Event,
}

fn end(live: &Live, job: &Job, route: Option<&Route>, outcome: Outcome, now: Millis) -> End {
    let mut view = live.view.clone();
    let completed = matches!(outcome, Outcome::Completed(_));
    let (cost, usage) = charge(live, job, route, completed);
    view.cost = cost;
    view.finished_at = Some(now);
    view.price_revision = match cost {
        Cost::Exact(_) | Cost::Estimated(_) => route
            .and_then(|route| route.price.as_ref())
            .map(|price| price.revision.clone()),
        Cost::Pending | Cost::Unpriced => None,
    };
    if let Some(route) = route {
        view.key = route.key;
        view.answered_by = (route.model != view.model).then(|| route.model.clone());
    }
    let (last, dead) = match outcome {
        Outcome::Completed(reason) => {
            view.state = ExecutionState::Completed;
            view.finish_reason = Some(reason);
            view.failure = None;
            (Event::End(reason), None)
        }
        Outcome::Cancelled => {
            view.state = ExecutionState::Cancelled;
            let failure = Failure::new(FailureClass::Cancelled, "A person stopped it.");
            view.failure = Some(failure.clone());
            (Event::Error(failure), None)
        }
        Outcome::Failed(failure) => {
            view.state = if failure.class == FailureClass::Truncated && live.is_seen() {
                ExecutionState::Truncated
            } else {
                ExecutionState::Failed
            };
            view.failure = Some(failure.clone());
            (Event::Error(failure.clone()), Some(failure))
        }
    };
    End {
        ending: Ending {
            view,
            output: live.output.clone(),
            reasoning: live.reasoning.clone(),
            tool_calls: live.tools.clone(),
            raw_usage: live.raw_usage.clone(),
        },
        usage,
        dead,
        last,
    }
}

/// What is charged, and the usage that it is charged for. Reported usage wins; without it, what was sent and what came is estimated
/// once anything came: an estimate never passes what was reserved. Nothing that came is nothing that is charged.
fn charge(live: &Live, job: &Job, route: Option<&Route>, completed: bool) -> (Cost, Usage) {
    let reported = live.view.usage.as_ref().filter(|usage| !usage.is_empty());
    let price = route.and_then(|route| route.price.as_ref());
    let of = |usage: &Usage| price.map_or(Cost::Unpriced, |price| price.set.charge(usage));
    match reported {
        Some(usage) => (of(usage), usage.clone()),
        None if completed || live.is_seen() => {
            let usage = guessed(live, job, route);
            let cost = match of(&usage) {
                Cost::Exact(amount) | Cost::Estimated(amount) => {
                    Cost::Estimated(amount.min(held(live)))
                }
                other => other,
            };
            (cost, usage)
        }
        None => (Cost::Exact(NanoUsd::ZERO), Usage::default()),
    }
}

/// What was reserved, as a limit: without a reservation there is none.
fn held(live: &Live) -> NanoUsd {
    match live.view.reserved {
        NanoUsd::ZERO => NanoUsd(i64::MAX),
        reserved => reserved,
    }
}

fn guessed(live: &Live, job: &Job, route: Option<&Route>) -> Usage {
    let model = route.map_or(&live.view.model, |route| &route.model);
    let tokenizer = Tokenizer::of(&model.model);
    let tools = live.tools.iter();
    let output = tools
        .map(|call| tokenizer.tokens(&call.arguments))
        .chain([
            tokenizer.tokens(&live.output),
            tokenizer.tokens(&live.reasoning),
        ])
        .fold(0, u64::saturating_add);
    Usage::tokens(tokenizer.of_request(&job.request.call), output)
}

fn tell(cell: &Cell, end: &End) {
    let view = &end.ending.view;
    let labels = [
        ("provider", view.model.provider.as_str()),
        ("state", view.state.as_str()),
    ];
    metrics::counter!("krowoc_executions_total", &labels).increment(1);
    let seconds = |ms: Millis| ms as f64 / 1000.0;
    if let Some(took) = view.latency_ms {
        metrics::histogram!("krowoc_execution_seconds", &labels).record(seconds(took));
    }
    if let Some(first) = view.first_token_ms {
        metrics::histogram!("krowoc_first_token_seconds", &labels).record(seconds(first));
    }
    tracing::debug!(state = view.state.as_str(), "an execution ended");
    if let Some(usage) = view.usage.clone() {
        let raw = end.ending.raw_usage.clone().unwrap_or_default();
        cell.tell(Event::Usage { usage, raw });
    }
    cell.tell(end.last.clone());
    cell.change(|live| live.view = view.clone());
}
