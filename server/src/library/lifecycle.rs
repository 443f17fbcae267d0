//! Steps in the life of a prompt: publish, archive, take back; one version by its number, how two differ, and the name that programs use. Not the decisions: those are in `shared::sync`.

use super::edit::change;
use super::read::there;
use crate::app::AppState;
use crate::store::{Conn, StoreError, versions};
use crate::web::body::Body;
use crate::web::guard::{PublishPrompts, ReadLibrary, SpaceQuery};
use crate::web::routes::Routes;
use crate::web::{Fault, In, Reply};
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{get, post};
use krowoc_shared::diff::fields;
use krowoc_shared::diff::wire::{CONTEXT, DiffBy, DiffView, MOST_CONTEXT, can_compare, parts};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::lifecycle::Act;
use krowoc_shared::library::wire::{PromptName, Publish, Version, Written};
use krowoc_shared::sync::wire::Op;
use serde::Deserialize;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(publish)
        .service(archive)
        .service(unarchive)
        .service(name)
        .service(version)
        .service(version_diff);
}

/// Publishes the present text of a prompt: that version never changes again, and the next edit makes a draft.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery, ("id" = String, Path, description = "The prompt.")),
    request_body = Publish,
    responses(
        (status = 200, description = "The prompt, published.", body = Written),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "stale_revision: the text was edited since; not_publishable: the detail tells why", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/library/{id}/publish")]
async fn publish(
    state: Data<AppState>,
    actor: In<PublishPrompts>,
    id: Path<DocId>,
    body: Body<Publish>,
) -> Reply<Json<Written>> {
    let Body(wanted) = body;
    let op_id = wanted.op_id;
    let fill = move |op: &mut Op| {
        op.act = Some(Act::Publish {
            body_rev: wanted.body_rev,
            note: wanted.note.clone(),
        });
    };
    change(&state, actor, id.into_inner(), op_id, fill).await
}

/// Puts a prompt away. It is kept with all its versions, and edits are still taken.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery, ("id" = String, Path, description = "The prompt.")),
    responses(
        (status = 200, description = "The prompt in the archive.", body = Written),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: it is no prompt", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/library/{id}/archive")]
async fn archive(
    state: Data<AppState>,
    actor: In<PublishPrompts>,
    id: Path<DocId>,
) -> Reply<Json<Written>> {
    let fill = |op: &mut Op| op.act = Some(Act::Archive);
    change(&state, actor, id.into_inner(), None, fill).await
}

/// Takes a prompt out of the archive; it stands where it stood.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery, ("id" = String, Path, description = "The prompt.")),
    responses(
        (status = 200, description = "The prompt, a draft or published as before.", body = Written),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: it is no prompt", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/library/{id}/unarchive")]
async fn unarchive(
    state: Data<AppState>,
    actor: In<PublishPrompts>,
    id: Path<DocId>,
) -> Reply<Json<Written>> {
    let fill = |op: &mut Op| op.act = Some(Act::Unarchive);
    change(&state, actor, id.into_inner(), None, fill).await
}

/// One version by its number: the address of a published version answers the same for ever.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(
        SpaceQuery,
        ("id" = String, Path, description = "The document."),
        ("number" = u64, Path, description = "The version, counted from 1."),
    ),
    responses(
        (status = 200, description = "The version.", body = Version),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/library/{id}/versions/{number}")]
async fn version(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    path: Path<(DocId, u64)>,
) -> Reply<Json<Version>> {
    let space = actor.space();
    let (id, number) = path.into_inner();
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<Version, StoreError> {
            there(conn, space, id)?;
            versions::get(conn, space, id, number)
        })
        .await?;
    Ok(Json(found))
}

/// How a difference is told.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
struct DiffQuery {
    /// `line` (default) or `word`.
    #[param(inline)]
    by: Option<DiffBy>,
    /// Unchanged lines around each change, 0 to 1,000; 3 when absent.
    context: Option<u32>,
}

/// The difference between two versions of a document, of their texts and of what else they hold, as the dashboard shows it. The other may
/// be the elder.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(
        SpaceQuery,
        ("id" = String, Path, description = "The document."),
        ("number" = u64, Path, description = "The version that is compared, counted from 1."),
        ("other" = u64, Path, description = "The version that it is compared with."),
        DiffQuery,
    ),
    responses(
        (status = 200, description = "What of the first is not in the other, and what came in its place.", body = DiffView),
        (status = 404, description = "not_found: the document, or one of the versions", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "too_large: over 512 kB, or 20,000 lines, of both together", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/library/{id}/versions/{number}/diff/{other}")]
async fn version_diff(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    path: Path<(DocId, u64, u64)>,
    query: Query<DiffQuery>,
) -> Reply<Json<DiffView>> {
    let space = actor.space();
    let (id, number, other) = path.into_inner();
    let (by, context) = (
        query.by.unwrap_or_default(),
        query.context.unwrap_or(CONTEXT),
    );
    if context > MOST_CONTEXT {
        return Err(Fault::new(ErrorCode::InvalidField)
            .field("/context")
            .detail(format!("Ask for at most {MOST_CONTEXT} lines.")));
    }
    let (old, new) = state
        .store
        .read(move |conn: &mut Conn| -> Reply<_> {
            there(conn, space, id)?;
            let old = versions::get(conn, space, id, number)?;
            let new = versions::get(conn, space, id, other)?;
            if !can_compare(&old.text, &new.text) {
                let detail = "These texts are too large to be compared here. Read both versions.";
                return Err(Fault::new(ErrorCode::TooLarge).detail(detail));
            }
            Ok((old, new))
        })
        .await?;
    let compare = move || {
        Ok(DiffView {
            number,
            other,
            by,
            parts: parts(&old.text, &new.text, by, context),
            fields: fields::fields(&old, &new),
            whole: fields::both_whole(&old, &new),
            title: old.title,
            other_title: new.title,
        })
    };
    Ok(Json(state.comparing.run(compare).await?))
}

/// The slug of a prompt: programs and agents name it by `prompt:<slug>`.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(SpaceQuery, ("id" = String, Path, description = "The prompt.")),
    responses(
        (status = 200, description = "Its name.", body = PromptName),
        (status = 404, description = "not_found: no prompt, or one in the trash", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/library/{id}/name")]
async fn name(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    id: Path<DocId>,
) -> Reply<Json<PromptName>> {
    let (space, id) = (actor.space(), id.into_inner());
    let slugs = state.slugs.clone();
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<String, StoreError> {
            let names = slugs.of(conn, space)?;
            let slug = names.slug_of(id).ok_or(StoreError::NotFound)?;
            Ok(slug.to_owned())
        })
        .await?;
    Ok(Json(PromptName { slug: found }))
}
