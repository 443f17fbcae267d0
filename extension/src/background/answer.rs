//! Routes the requests of the pages. Not what they do: one function each, beside this file.

use super::{Outcome, capture, connect, flush, http, overview, queue, run, save, sides};
use crate::messages::{Answer, Failure, FailureCode, Request};
use krowoc_shared::ids::SpaceId;
use krowoc_ui::editor::Noticed;
use serde::Serialize;

/// Answers a request, JSON in and out.
pub(super) async fn message(request: &str) -> String {
    let request: Request = match crate::json::read(request) {
        Ok(request) => request,
        Err(error) => return failed(&Failure::new(FailureCode::Internal, error.to_string())),
    };
    match request {
        Request::Preview { tab, part } => json(capture::preview(tab, part).await),
        Request::Save(draft) => json(save::save(*draft).await),
        Request::Form { doc_id } => json(save::form(doc_id).await),
        Request::Edit {
            op_id,
            doc_id,
            form,
            before,
        } => json(save::edit(op_id, doc_id, &form, *before).await),
        Request::Notice { text } => json(Ok(Noticed::of(&text))),
        Request::Undo { op_id, undo } => json(save::undo(op_id, &undo).await),
        Request::Search { query, limit } => json(overview::search(&query, limit).await),
        Request::Copy { op_id, doc_id } => json(save::copy(op_id, doc_id).await),
        Request::Insertion {
            op_id,
            doc_id,
            values,
        } => json(save::insertion(op_id, doc_id, values).await),
        Request::Shelf { space, last } => json(overview::shelf(space, last).await),
        Request::State => json(opened().await),
        Request::Look => json(look().await),
        Request::Fresh => json(fresh().await),
        Request::SyncNow => json(sync_now().await),
        Request::Retry { op_id, title, body } => json(queue::retry(op_id, title, body).await),
        Request::Discard { op_id } => json(queue::discard(op_id).await),
        Request::ExportOp { op_id } => json(queue::export(op_id).await),
        Request::Connect { server, name } => json(connect::begin(server, name).await),
        Request::Disconnect { erase } => json(connect::end(erase).await),
        Request::Understood => json(connect::understood().await),
        Request::Sides { doc_id } => json(sides::of(doc_id).await),
        Request::Settle {
            op_id,
            doc_id,
            conflict,
            seen,
            other,
        } => json(sides::settle(op_id, doc_id, conflict, &seen, other).await),
        Request::RunForm { doc_id } => json(run::form(doc_id).await),
        Request::RunModels => json(run::models().await),
        Request::RunDoor => json(run::door().await),
        Request::RunCancel { group } => json(run::cancel(group).await),
        Request::Listen => json(http::ear().await),
        Request::Hinted { space, seq } => json(hinted(space, seq).await),
    }
}

/// A page was opened: it is shown how things stand now, and the rest follows in the background.
async fn opened() -> Outcome<crate::messages::State> {
    let state = overview::state().await?;
    flush::later(true);
    Ok(state)
}

async fn look() -> Outcome<crate::messages::State> {
    overview::state().await
}

/// A page that was opened stays: the server may allow something else by now.
async fn fresh() -> Outcome<crate::messages::State> {
    flush::anew().await;
    look().await
}

async fn sync_now() -> Outcome<crate::messages::State> {
    flush::asked().await?;
    look().await
}

/// A live hint: what is new is pulled, unless it was this device that made it.
async fn hinted(space: SpaceId, seq: u64) -> Outcome<crate::messages::State> {
    flush::hinted(space, seq).await?;
    look().await
}

fn json<T: Serialize>(outcome: Outcome<T>) -> String {
    match outcome {
        Ok(value) => written(&Answer::Ok(value)),
        Err(failure) => failed(&failure),
    }
}

/// A failure as an answer.
pub(super) fn failed(failure: &Failure) -> String {
    written(&Answer::<()>::Err(failure.clone()))
}

fn written<T: Serialize>(answer: &Answer<T>) -> String {
    serde_json::to_string(answer)
        .unwrap_or_else(|_| r#"{"err":{"code":"internal","message":""}}"#.to_owned())
}
