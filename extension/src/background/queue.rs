//! What a person can do with a rejected operation: send it again, changed or not; give it up; take it out as a file.

use super::{Outcome, flush, overview, store};
use crate::browser;
use crate::messages::{Failure, FailureCode, State};
use krowoc_shared::ids::OpId;
use krowoc_shared::library::document::Field;
use krowoc_shared::sync::client::{Env, OutboxRow, discard as give_up, retry as send_again};
use krowoc_shared::sync::wire::BodyEdit;

async fn row(op_id: OpId) -> Outcome<Option<OutboxRow>> {
    Ok(store().await?.row(op_id).await?)
}

async fn after() -> Outcome<State> {
    let store = store().await?;
    overview::show_badge(&store).await?;
    let state = overview::state(&store).await?;
    flush::later(true);
    Ok(state)
}

/// Sends a rejected operation again. One that is not there any more was sent by an earlier press.
pub(super) async fn retry(
    op_id: OpId,
    title: Option<String>,
    body: Option<String>,
) -> Outcome<State> {
    if let Some(row) = row(op_id).await? {
        let mut op = row.op.clone();
        let edited = title.is_some() || body.is_some();
        if let Some(title) = title {
            op.set.insert(Field::Title, title.into());
        }
        if let Some(text) = body {
            let base_rev = op.body.as_ref().map_or(0, |edit| edit.base_rev);
            op.body = Some(BodyEdit { base_rev, text });
        }
        let edited = edited.then_some(op);
        let mut random = browser::random::<10>;
        store()
            .await?
            .step(&[row.op.doc_id], |state, loaded| {
                let mut env = Env {
                    now: browser::now(),
                    random: &mut random,
                };
                send_again(state, loaded, row.seq, edited, &mut env)
            })
            .await??;
    }
    after().await
}

/// Gives a rejected operation up.
pub(super) async fn discard(op_id: OpId) -> Outcome<State> {
    if let Some(row) = row(op_id).await? {
        store()
            .await?
            .step::<Failure, _>(&[row.op.doc_id], |state, loaded| {
                Ok(give_up(state, loaded, row.seq))
            })
            .await??;
    }
    after().await
}

/// The operation as pretty JSON.
pub(super) async fn export(op_id: OpId) -> Outcome<String> {
    let row = row(op_id)
        .await?
        .ok_or_else(|| Failure::new(FailureCode::Gone, ""))?;
    serde_json::to_string_pretty(&row.op)
        .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))
}
