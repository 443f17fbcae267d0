//! One document made, edited, trashed, restored. Each is an operation with the server's stamp, applied as a push is.

use crate::app::AppState;
use crate::store::{Conn, Tx, library};
use crate::sync::push::{Applied, Batch, Way, apply};
use crate::web::body::Body;
use crate::web::guard::{SpaceQuery, WriteDocuments};
use crate::web::problem::correlation;
use crate::web::routes::Routes;
use crate::web::{Actor, Fault, In, Reply};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, patch, post};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{DocId, Millis, OpId, SpaceId};
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::limits;
use krowoc_shared::library::quota::Tier;
use krowoc_shared::library::wire::{CreateDocument, EditDocument, Written};
use krowoc_shared::sync::wire::{BodyEdit, Op};

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(create)
        .service(edit)
        .service(trash)
        .service(restore);
}

/// The ids of a document that is to be made; those that are absent are minted.
pub(super) fn ids(state: &AppState, wanted: &CreateDocument, now: Millis) -> (OpId, DocId) {
    let op = || OpId::mint(now, state.entropy());
    let id = || DocId::mint(now, state.entropy());
    (
        wanted.op_id.unwrap_or_else(op),
        wanted.id.unwrap_or_else(id),
    )
}

/// The operation that makes a document.
pub(super) fn creation(wanted: CreateDocument, (op_id, id): (OpId, DocId), now: Millis) -> Op {
    let mut op = Op::new(op_id, id, wanted.kind);
    op.set = wanted.set;
    op.set.entry(Field::CreatedAt).or_insert_with(|| now.into());
    op.tags.add = wanted.tags;
    op.meta = wanted.meta;
    op.body = Some(BodyEdit {
        base_rev: 0,
        text: wanted.body,
    });
    op
}

/// A batch of the dashboard. Made while the request is answered: a thread of the database knows nothing of it.
pub(super) fn batch(space: SpaceId, actor: &Actor, tier: Tier, now: Millis, ops: Vec<Op>) -> Batch {
    Batch {
        space,
        epoch: None,
        device: actor.device(),
        author: Some(actor.user),
        member: actor.in_team(space),
        correlation_id: correlation(),
        tier,
        now,
        restamp: true,
        create_only: false,
        way: Way::Each,
        ops,
    }
}

/// The kind of a document that is there.
pub(super) fn kind_of(conn: &mut Conn, space: SpaceId, id: DocId) -> Reply<Kind> {
    let stored = library::get(conn, space, id)?;
    if stored.document.purged {
        return Err(ErrorCode::NotFound.into());
    }
    Ok(stored.document.kind)
}

fn written(applied: Applied) -> Reply<Written> {
    let (result, document) = applied.single()?;
    Ok(Written { result, document })
}

/// Applies one operation to a document that is there.
pub(super) async fn change<D: 'static>(
    state: &AppState,
    actor: In<D>,
    id: DocId,
    op_id: Option<OpId>,
    fill: impl Fn(&mut Op) + Send + 'static,
) -> Reply<Json<Written>> {
    let space = actor.space();
    let now = state.now();
    let op_id = op_id.unwrap_or_else(|| OpId::mint(now, state.entropy()));
    let blank = batch(space, &actor, state.config.default_tier, now, Vec::new());
    let written = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Reply<Written> {
            let mut op = Op::new(op_id, id, kind_of(tx, space, id)?);
            fill(&mut op);
            let batch = Batch {
                ops: vec![op],
                ..blank.clone()
            };
            apply(tx, &batch).and_then(written)
        })
        .await?;
    Ok(Json(written))
}

/// Refuses what only an import brings: taken in silence it would be lost.
fn refuse_past(wanted: &CreateDocument) -> Reply<()> {
    let brought = [
        ("/history", !wanted.history.is_empty()),
        ("/archived", wanted.archived),
        ("/edited", wanted.edited),
        ("/updated_at", wanted.updated_at.is_some()),
        ("/uses", wanted.uses != 0),
    ];
    match brought.into_iter().find(|(_, there)| *there) {
        Some((field, _)) => {
            let detail = "only an import brings it: send it to /library/import";
            Err(Fault::new(ErrorCode::InvalidField)
                .field(field)
                .detail(detail))
        }
        None => Ok(()),
    }
}

/// Makes a document. With the same `op_id`, a repeated request makes one document.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery),
    request_body = CreateDocument,
    responses(
        (status = 201, description = "The document.", body = Written),
        (status = 402, description = "quota_reached", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "already_exists: the id is taken", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/library")]
async fn create(
    state: Data<AppState>,
    actor: In<WriteDocuments>,
    body: Body<CreateDocument, { limits::REQUEST_BYTES }>,
) -> Reply<HttpResponse> {
    refuse_past(&body.0)?;
    let space = actor.space();
    let now = state.now();
    let ids = ids(&state, &body.0, now);
    let op = creation(body.0, ids, now);
    let batch = Batch {
        create_only: true,
        ..batch(space, &actor, state.config.default_tier, now, vec![op])
    };
    let done = state
        .store
        .write_again(move |tx: &mut Tx<'_>| apply(tx, &batch).and_then(written))
        .await?;
    Ok(HttpResponse::Created().json(done))
}

/// Edits a document; what is absent stays. A text is merged with edits made since its `base_rev`.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery, ("id" = String, Path, description = "The document.")),
    request_body = EditDocument,
    responses(
        (status = 200, description = "What became of the edit, and the document after it.", body = Written),
        (status = 402, description = "quota_reached: the edit would bring the prompt back from the trash", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field, unknown_revision", body = Problem, content_type = "application/problem+json"),
    )
)]
#[patch("/library/{id}")]
async fn edit(
    state: Data<AppState>,
    actor: In<WriteDocuments>,
    id: Path<DocId>,
    body: Body<EditDocument, { limits::REQUEST_BYTES }>,
) -> Reply<Json<Written>> {
    let Body(wanted) = body;
    let op_id = wanted.op_id;
    let fill = move |op: &mut Op| {
        op.set.clone_from(&wanted.set);
        op.tags.clone_from(&wanted.tags);
        op.meta.clone_from(&wanted.meta);
        op.body.clone_from(&wanted.body);
        op.resolves.clone_from(&wanted.resolves);
    };
    change(&state, actor, id.into_inner(), op_id, fill).await
}

/// Moves a document to the trash, where it stays for 90 days.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery, ("id" = String, Path, description = "The document.")),
    responses(
        (status = 200, description = "The document in the trash.", body = Written),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/library/{id}")]
async fn trash(
    state: Data<AppState>,
    actor: In<WriteDocuments>,
    id: Path<DocId>,
) -> Reply<Json<Written>> {
    let now = state.now();
    let fill = move |op: &mut Op| {
        op.set.insert(Field::DeletedAt, now.into());
    };
    change(&state, actor, id.into_inner(), None, fill).await
}

/// Takes a document out of the trash.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery, ("id" = String, Path, description = "The document.")),
    responses(
        (status = 200, description = "The document in the library.", body = Written),
        (status = 402, description = "quota_reached", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/library/{id}/restore")]
async fn restore(
    state: Data<AppState>,
    actor: In<WriteDocuments>,
    id: Path<DocId>,
) -> Reply<Json<Written>> {
    let fill = |op: &mut Op| {
        op.set.insert(Field::DeletedAt, serde_json::Value::Null);
    };
    change(&state, actor, id.into_inner(), None, fill).await
}
