//! Executions that were: lists, one whole, a rating. Not what becomes of an output.

use crate::app::AppState;
use crate::store::execution_list::{self, Filter};
use crate::store::{Conn, Tx, executions, slugs};
use crate::web::actor::Executions;
use crate::web::body::Body;
use crate::web::routes::Routes;
use crate::web::{Fault, May, Reply};
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{get, post};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::{
    ExecutionDetail, ExecutionPage, ExecutionState, ExecutionView, Rate,
};
use krowoc_shared::ids::{DocId, ExecutionId, GroupId, Millis};
use serde::Deserialize;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(execution_page)
        .service(execution_whole)
        .service(rate_execution);
}

/// Which executions; what is absent does not count.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
struct HistoryQuery {
    /// Of this prompt.
    #[param(value_type = Option<String>)]
    prompt: Option<DocId>,
    /// Asked of this model, `provider/id`.
    model: Option<String>,
    /// In this state.
    #[param(inline)]
    state: Option<ExecutionState>,
    /// That failed in this class.
    #[param(inline)]
    class: Option<FailureClass>,
    /// 1 good, -1 bad, 0 not rated.
    rating: Option<i8>,
    /// Asked for at or after, in milliseconds.
    from: Option<Millis>,
    /// Asked for before, in milliseconds.
    to: Option<Millis>,
    /// Of this run.
    #[param(value_type = Option<String>)]
    group: Option<GroupId>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Reads a cursor: the id of the last entry of the page before.
pub(super) fn cursor<T: std::str::FromStr>(text: Option<&str>) -> Reply<Option<T>> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        Fault::new(ErrorCode::InvalidField)
            .field("/cursor")
            .detail("Send the `next` of the page before, or none.")
    })
}

/// One page of the caller's executions, newest first.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(HistoryQuery),
    responses(
        (status = 200, description = "The page; `next` continues it, also while others are added.", body = ExecutionPage),
        (status = 422, description = "invalid_field: the cursor is none", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/executions")]
async fn execution_page(
    state: Data<AppState>,
    actor: May<Executions>,
    query: Query<HistoryQuery>,
) -> Reply<Json<ExecutionPage>> {
    let query = query.into_inner();
    let limit = i64::from(query.limit.unwrap_or(50).clamp(1, 200));
    let filter = Filter {
        prompt: query.prompt,
        model: query.model,
        state: query.state,
        class: query.class,
        rating: query.rating,
        from: query.from,
        to: query.to,
        group: query.group,
        before: cursor(query.cursor.as_deref())?,
    };
    let mut executions = state
        .store
        .read(move |conn: &mut Conn| {
            execution_list::list(conn, actor.user, &filter, limit.saturating_add(1))
        })
        .await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = executions.len() > most;
    executions.truncate(most);
    let last = executions.last().filter(|_| more);
    Ok(Json(ExecutionPage {
        next: last.map(|view| view.id.to_string()),
        executions,
    }))
}

/// An execution whole. What runs in this server is shown as it is now.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(("id" = String, Path, description = "The execution.")),
    responses(
        (status = 200, description = "The execution.", body = ExecutionDetail),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/executions/{id}")]
async fn execution_whole(
    state: Data<AppState>,
    actor: May<Executions>,
    id: Path<ExecutionId>,
) -> Reply<Json<ExecutionDetail>> {
    let (user, spaces, id) = (actor.user, actor.space_ids(), id.into_inner());
    let mut detail = state
        .store
        .read(move |conn: &mut Conn| -> Reply<ExecutionDetail> {
            let mut detail = executions::whole(conn, user, id)?.detail();
            if let Some(saved) = detail.saved_as {
                for space in spaces {
                    if slugs::holds(conn, space, saved)? {
                        detail.saved_in = Some(space);
                        break;
                    }
                }
            }
            Ok(detail)
        })
        .await?;
    if let Some(cell) = state.executions.cell(detail.view.group, id) {
        let live = cell.live();
        let rating = detail.view.rating;
        detail.view = live.view.clone();
        detail.view.rating = rating;
        detail.output.clone_from(&live.output);
        detail.reasoning.clone_from(&live.reasoning);
        detail.tool_calls.clone_from(&live.tools);
        detail.raw_usage.clone_from(&live.raw_usage);
    }
    Ok(Json(detail))
}

/// Rates an answer: 1 good, -1 bad, 0 not rated.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(("id" = String, Path, description = "The execution.")),
    request_body = Rate,
    responses(
        (status = 200, description = "The execution.", body = ExecutionView),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/executions/{id}/rating")]
async fn rate_execution(
    state: Data<AppState>,
    actor: May<Executions>,
    id: Path<ExecutionId>,
    body: Body<Rate>,
) -> Reply<Json<ExecutionView>> {
    let (id, rating) = (id.into_inner(), body.0.rating);
    if !(-1..=1).contains(&rating) {
        return Err(Fault::new(ErrorCode::InvalidField)
            .field("/rating")
            .detail("Write 1, -1 or 0."));
    }
    let view = state
        .store
        .write_again(move |tx: &mut Tx<'_>| execution_list::rate(tx, actor.user, id, rating))
        .await?;
    Ok(Json(view))
}
