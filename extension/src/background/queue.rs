//! What a person can do with a rejected operation: send it again, changed or not; give it up; take it out as a file.

use super::{Outcome, flush, overview, spaces, store};
use crate::browser;
use crate::messages::{Failure, FailureCode, State};
use crate::model::rescue as model;
use crate::store::Store;
use krowoc_shared::ids::{DocId, OpId};
use krowoc_shared::library::document::Field;
use krowoc_shared::sync::client::{
    Env, OutboxRow, discard as give_up, discard_all, record, retry as send_again,
};
use krowoc_shared::sync::wire::BodyEdit;

/// Rows that are looked through for those of a document.
const ALL: u32 = u32::MAX;

async fn after() -> Outcome<State> {
    overview::show_badge().await?;
    let state = overview::state().await?;
    flush::later(true);
    Ok(state)
}

/// Sends a rejected operation again. One that is not there any more was sent by an earlier press. Of a team that the person may
/// not edit in any more, it is put into their own library.
pub(super) async fn retry(
    op_id: OpId,
    title: Option<String>,
    body: Option<String>,
) -> Outcome<State> {
    let Some((store, row)) = spaces::waiting(op_id).await? else {
        return after().await;
    };
    if spaces::refusal(&store).await?.is_some() {
        rescue(&store, row.op.doc_id, (title, body)).await?;
        return after().await;
    }
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
    store
        .step(&[row.op.doc_id], |state, loaded| {
            let mut env = Env {
                now: browser::now(),
                random: &mut random,
            };
            send_again(state, loaded, row.seq, edited, &mut env)
        })
        .await??;
    after().await
}

/// Every row of a document, in the order they were made.
pub(super) async fn rows_of(store: &Store, doc_id: DocId) -> Outcome<Vec<OutboxRow>> {
    let rows = store.rows(ALL).await?;
    Ok(rows
        .into_iter()
        .filter(|row| row.op.doc_id == doc_id)
        .collect())
}

/// Puts what a person made of a document, and their team does not take from them, into their own library as a document of its own; then gives
/// up what is kept of it there, in one commit. Stopped in between, it is put there again, under the same id: nothing is there twice.
async fn rescue(
    team: &Store,
    doc_id: DocId,
    words: (Option<String>, Option<String>),
) -> Outcome<()> {
    let rows = rows_of(team, doc_id).await?;
    let rows: Vec<&OutboxRow> = rows.iter().collect();
    let Some(local) = team.document(doc_id).await? else {
        return Ok(());
    };
    let now = browser::now();
    let op_id = OpId::mint(now, browser::random());
    let Some(op) = model::op(&local, &rows, words, op_id, now) else {
        return Ok(());
    };
    let id = op.doc_id;
    let own = store().await?;
    own.step(&[id], |state, loaded| record(state, loaded, op.into(), now))
        .await??;
    team.step::<Failure, _>(&[doc_id], |state, loaded| {
        Ok(discard_all(state, loaded, doc_id))
    })
    .await??;
    Ok(())
}

/// Gives a rejected operation up.
pub(super) async fn discard(op_id: OpId) -> Outcome<State> {
    if let Some((store, row)) = spaces::waiting(op_id).await? {
        store
            .step::<Failure, _>(&[row.op.doc_id], |state, loaded| {
                Ok(give_up(state, loaded, row.seq))
            })
            .await??;
    }
    after().await
}

/// The operation as pretty JSON.
pub(super) async fn export(op_id: OpId) -> Outcome<String> {
    let found = spaces::waiting(op_id).await?;
    let (_, row) = found.ok_or_else(|| Failure::new(FailureCode::Gone, ""))?;
    serde_json::to_string_pretty(&row.op)
        .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))
}
