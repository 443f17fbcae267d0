//! Going on with an execution that was parked, or whose server or task ended. Not finding it: see `recover`.

use super::begin::LEASE;
use super::board::{Live, Wish};
use super::chain::{lost, number};
use super::engine::{Job, Way, spawn};
use crate::app::AppState;
use crate::store::budgets::Tier;
use crate::store::execution_rows::Whole;
use crate::store::executions::{self, Progress};
use crate::store::{StoreError, Tx};
use krowoc_shared::execution::wire::Attempt;
use krowoc_shared::ids::{ExecutionId, Millis};

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
    let progress = Progress {
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
    spawn(state, cell, job, Way::default());
}
