//! A copy of a public prompt in one's own library, that says where it is from. Not another way to write: it is an operation.

use crate::app::AppState;
use crate::store::logs::{self, Taken};
use crate::store::publications::{self, Whole};
use crate::store::{Tx, library};
use crate::sync::push::{Batch, Way, apply};
use crate::web::actor::LibraryWrite;
use crate::web::body::Body;
use crate::web::client::address;
use crate::web::origin::Origin;
use crate::web::routes::Routes;
use crate::web::{May, Reply};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use krowoc_shared::error::Problem;
use krowoc_shared::ids::{DocId, Millis, OpId};
use krowoc_shared::leaderboard::wire::Fork;
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::wire::Written;
use krowoc_shared::sync::wire::Op;
use serde_json::{Value, json};

/// Its route.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(fork_prompt);
}

/// Copies a public prompt into the caller's library, with its author and its address as the source.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(("slug" = String, Path, description = "The prompt's name in addresses.")),
    request_body = Fork,
    responses(
        (status = 201, description = "The copy.", body = Written),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "already_exists: the id is taken", body = Problem, content_type = "application/problem+json"),
        (status = 402, description = "quota_reached", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/public/prompts/{slug}/fork")]
async fn fork_prompt(
    request: HttpRequest,
    state: Data<AppState>,
    actor: May<LibraryWrite>,
    slug: Path<String>,
    body: Body<Fork>,
) -> Reply<HttpResponse> {
    let space = actor.personal()?;
    let now = state.now();
    let op_id = body
        .0
        .op_id
        .unwrap_or_else(|| OpId::mint(now, state.entropy()));
    let id = body
        .0
        .id
        .unwrap_or_else(|| DocId::mint(now, state.entropy()));
    let origin = Origin::of(&state, address(&request));
    let tier = state.config.default_tier;
    let slug = slug.into_inner();
    let place = format!("{}/p/{slug}", state.config.origin());
    let done = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Reply<Written> {
            let whole = publications::by_slug(tx, &slug)?;
            // Held until the end: those who copy it from one network at the same time are counted one after the other.
            publications::exists(tx, whole.id)?;
            let batch = Batch {
                space,
                epoch: None,
                device: actor.device(),
                author: Some(actor.user),
                member: None,
                correlation_id: String::new(),
                tier,
                now,
                restamp: true,
                create_only: true,
                way: Way::Each,
                ops: vec![copy(&whole, op_id, id, &place, now)],
            };
            let (result, document) = apply(tx, &batch)?.single()?;
            let row_id = library::get(tx, space, id)?.row_id;
            let taken = Taken {
                publication: whole.id,
                row_id,
                doc: id,
                rev: document.body.rev,
                user: actor.user,
                network: origin.hash(tx, whole.id)?,
                at: now,
            };
            logs::take(tx, &taken)?;
            Ok(Written { result, document })
        })
        .await?;
    Ok(HttpResponse::Created().json(done))
}

/// The operation that makes the copy: what the published version holds, and where it is from.
fn copy(whole: &Whole, op_id: OpId, id: DocId, place: &str, now: Millis) -> Op {
    let source = json!({
        "url": place,
        "title": whole.title,
        "author": whole.author,
        "capturedAt": now,
    });
    let mut op = Op::create(op_id, id, Kind::Prompt, now, &whole.text)
        .with(Field::Title, whole.title.as_str())
        .with(Field::Source, source);
    let held = [
        (
            Field::Description,
            Value::from(whole.snapshot.description.as_str()),
        ),
        (Field::Variables, whole.snapshot.variables.clone()),
        (Field::Execution, whole.snapshot.execution.clone()),
    ];
    for (field, value) in held {
        let nothing = value.is_null() || value.as_str() == Some("");
        if !nothing {
            op.set.insert(field, value);
        }
    }
    op.tags.add.clone_from(&whole.tags);
    op
}
