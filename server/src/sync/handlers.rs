//! The routes of sync. Not the service behind them.

use super::ahead::Ahead;
use super::{pull, push};
use crate::app::AppState;
use crate::store::{Conn, StoreError, Tx, sync};
use crate::web::actor::{LibraryRead, LibraryWrite};
use crate::web::body::Body;
use crate::web::problem::correlation;
use crate::web::routes::Routes;
use crate::web::{Fault, May, Reply, guard};
use actix_web::web::{Data, Json, Query};
use actix_web::{get, post};
use krowoc_shared::access::Action;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::library::limits;
use krowoc_shared::sync::wire::{
    OpResult, PullReply, PullRequest, PushReply, PushRequest, SpaceState,
};

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(spaces)
        .service(push_ops)
        .service(pull_documents);
}

/// The spaces of the caller and where they stand.
#[utoipa::path(
    tag = "sync",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    responses((status = 200, description = "The personal space first.", body = Vec<SpaceState>))
)]
#[get("/sync/spaces")]
async fn spaces(state: Data<AppState>, actor: May<LibraryRead>) -> Reply<Json<Vec<SpaceState>>> {
    let usual = state.config.default_tier;
    let found = state
        .store
        .read(
            move |conn: &mut Conn| -> Result<Vec<SpaceState>, StoreError> {
                let spaces = actor.spaces.iter();
                spaces.map(|it| sync::state(conn, *it, usual)).collect()
            },
        )
        .await?;
    Ok(Json(found))
}

/// A client from before there were tiers cannot read an answer with a code that it does not know: it gets one that it keeps an
/// operation for, with the same reason.
fn older(result: &mut OpResult) {
    if let Some(violation) = &mut result.violation
        && violation.code == ErrorCode::QuotaReached
    {
        violation.code = ErrorCode::Forbidden;
    }
}

/// Applies operations in one transaction; each gets its own result, and a refused one stops no other.
///
/// An operation that was taken before gets its stored result again, so that a request may be repeated.
#[utoipa::path(
    tag = "sync",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    request_body = PushRequest,
    responses(
        (status = 200, description = "One result an operation, in order.", body = PushReply),
        (status = 403, description = "forbidden: another device is named", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: the space is not the caller's", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "epoch_mismatch", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "too_large: over 100 operations or 2 MiB", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/sync/push")]
async fn push_ops(
    state: Data<AppState>,
    actor: May<LibraryWrite>,
    body: Body<PushRequest, { limits::REQUEST_BYTES }>,
) -> Reply<Json<PushReply>> {
    let Body(request) = body;
    let membership = actor.membership(Some(request.space))?;
    let device = actor.device();
    if device.is_some() && request.device.is_some() && request.device != device {
        let detail = "The request names another device. Send your own id, or none.";
        return Err(Fault::new(ErrorCode::Forbidden)
            .field("/device")
            .detail(detail));
    }
    if request.ops.len() > limits::PUSH_OPS {
        let detail = format!("Send at most {} operations at a time.", limits::PUSH_OPS);
        return Err(Fault::new(ErrorCode::TooLarge).field("/ops").detail(detail));
    }
    let now = state.now();
    let batch = push::Batch {
        space: membership.space,
        epoch: Some(request.epoch),
        device,
        author: Some(actor.user),
        member: actor.in_team(membership.space),
        correlation_id: correlation(),
        now,
        tier: state.config.default_tier,
        restamp: false,
        create_only: false,
        way: push::Way::Each,
        ops: request.ops,
    };
    let (cursor, knows) = (request.cursor, request.knows);
    let prepare = move || (Ahead::work_out(&batch), batch);
    let (reply, _) = state
        .store
        .prepare_and_write(prepare, move |tx: &mut Tx<'_>, (ahead, batch)| {
            let applied = push::apply_prepared(tx, batch, ahead)?;
            let changes = pull::few(tx, &applied.stand, cursor, now)?;
            let (mut results, left) = applied.into_results();
            if knows == 0 {
                results.iter_mut().for_each(older);
            }
            let now = pull::stamp(now);
            let reply = PushReply {
                results,
                changes,
                now,
            };
            Reply::Ok((reply, left))
        })
        .await?;
    Ok(Json(reply))
}

/// Reads documents after a cursor in sequence order, deleted ones included.
#[utoipa::path(
    tag = "sync",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(PullRequest),
    responses(
        (status = 200, description = "Latest states; a checksum of the space with the last ones.", body = PullReply),
        (status = 404, description = "not_found: the space is not the caller's", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "epoch_mismatch", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "resync_required: tombstones after the cursor were dropped", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/sync/pull")]
async fn pull_documents(
    state: Data<AppState>,
    actor: May<LibraryRead>,
    query: Query<PullRequest>,
) -> Reply<Json<PullReply>> {
    let request = query.into_inner();
    let membership = actor.membership(Some(request.space))?;
    guard::check(membership.role, Action::ReadLibrary)?;
    let now = state.now();
    let reply = state
        .store
        .read(move |conn: &mut Conn| pull::pull(conn, &request, now))
        .await?;
    Ok(Json(reply))
}
