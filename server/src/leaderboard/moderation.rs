//! Reports, and what who looks after the server decides about them; every decision is kept. Not the rules of counting.

use super::board::remark;
use crate::app::AppState;
use crate::store::{Conn, StoreError, Tx, publications, reports};
use crate::web::body::Body;
use crate::web::routes::Routes;
use crate::web::{Admin, Fault, Person, Reply};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::PublicationId;
use krowoc_shared::leaderboard::REMARK_CHARS;
use krowoc_shared::leaderboard::wire::{Decide, Queue, Report, Verdict};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(report_prompt)
        .service(moderation_queue)
        .service(decide_publication);
}

/// Says that a prompt should not be public. Once an account; who looks after the server reads it.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    params(("slug" = String, Path, description = "The prompt's name in addresses.")),
    request_body = Report,
    responses(
        (status = 204, description = "It waits for a decision."),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "already_exists: the caller has reported it before", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/public/prompts/{slug}/reports")]
async fn report_prompt(
    state: Data<AppState>,
    person: Person,
    slug: Path<String>,
    body: Body<Report>,
) -> Reply<HttpResponse> {
    let report = Report {
        detail: remark("/detail", &body.0.detail, REMARK_CHARS)?,
        reason: body.0.reason,
    };
    let (slug, user, now) = (slug.into_inner(), person.user, state.now());
    let added = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Result<bool, StoreError> {
            let id = publications::by_slug(tx, &slug)?.id;
            reports::add(tx, id, user, &report, now)
        })
        .await?;
    if !added {
        let detail = "You have reported this prompt; who looks after the server reads it.";
        return Err(Fault::new(ErrorCode::AlreadyExists).detail(detail));
    }
    Ok(HttpResponse::NoContent().finish())
}

/// What waits for a decision, and what was decided.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    responses(
        (status = 200, description = "The queue.", body = Queue),
        (status = 403, description = "forbidden: not who looks after the server", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/admin/publications")]
async fn moderation_queue(state: Data<AppState>, _admin: Admin) -> Reply<Json<Queue>> {
    let found = state
        .store
        .read(|conn: &mut Conn| -> Result<Queue, StoreError> {
            Ok(Queue {
                open: reports::open(conn)?,
                decided: reports::decided(conn)?,
            })
        })
        .await?;
    Ok(Json(found))
}

/// Hides a public prompt, shows it again, or leaves it as it is; answers its open reports.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    params(("id" = String, Path, description = "The publication.")),
    request_body = Decide,
    responses(
        (status = 204, description = "It is decided, and kept."),
        (status = 403, description = "forbidden: not who looks after the server", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/admin/publications/{id}/decision")]
async fn decide_publication(
    state: Data<AppState>,
    admin: Admin,
    id: Path<PublicationId>,
    body: Body<Decide>,
) -> Reply<HttpResponse> {
    let decision = Decide {
        note: remark("/note", &body.0.note, REMARK_CHARS)?,
        verdict: body.0.verdict,
    };
    let (id, user, now) = (id.into_inner(), admin.0.user, state.now());
    state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            publications::exists(tx, id)?;
            match decision.verdict {
                Verdict::Hide => publications::hide(tx, id, Some(now))?,
                Verdict::Show => publications::hide(tx, id, None)?,
                Verdict::Dismiss => {}
            }
            reports::decide(tx, id, user, &decision, now)
        })
        .await?;
    state.public.forget();
    Ok(HttpResponse::NoContent().finish())
}
