//! `POST /executions` and what belongs to a run under way: its estimate, its stream, its end by a person.

use super::begin::Beginning;
use super::place::places;
use super::plan::{plan, plan_text};
use super::service::{self, Handle, Idempotency, RunSpec};
use super::stream::Reader;
use crate::app::AppState;
use crate::store::{Conn, executions};
use crate::web::actor::{Executions, still_holds};
use crate::web::body::Body;
use crate::web::client::address;
use crate::web::guard::{self, SpaceQuery};
use crate::web::lasting;
use crate::web::origin::Origin;
use crate::web::problem::CORRELATION;
use crate::web::routes::Routes;
use crate::web::{Actor, Fault, May, Recent, Reply};
use actix_web::http::header;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use krowoc_shared::access::Action;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::wire::{Estimate, ExecutionView, RunRequest, Started, StreamEvent};
use krowoc_shared::ids::{ExecutionId, GroupId, SpaceId};
use krowoc_shared::library::limits;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Longest idempotency key, in bytes.
const KEY_BYTES: usize = 200;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(run_models)
        .service(estimate_run)
        .service(run_events)
        .service(cancel_run)
        .service(cancel_execution);
}

fn wants_events(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    accept
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| text.contains(lasting::EVENTS))
}

/// The request's key with the digest of what it asks for.
fn idempotency(request: &HttpRequest, body: &RunRequest) -> Reply<Option<Idempotency>> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().ok().map(str::trim);
    let key = key.filter(|key| !key.is_empty() && key.len() <= KEY_BYTES);
    let key = key.ok_or_else(|| {
        Fault::new(ErrorCode::InvalidRequest)
            .detail("Idempotency-Key is 1 to 200 printable ASCII characters.")
    })?;
    // Variables are in order, and so are fields: the same request has the same bytes.
    let bytes = serde_json::to_vec(body).map_err(|_| ErrorCode::Internal)?;
    Ok(Some(Idempotency {
        key: key.to_owned(),
        digest: Sha256::digest(bytes).into(),
    }))
}

/// What is to be run, with a prompt of the space that is named. A text without a prompt needs no looking up, except of the caller's place
/// in a team.
async fn planned(
    state: &AppState,
    actor: &Actor,
    named: Option<SpaceId>,
    request: RunRequest,
) -> Reply<RunSpec> {
    let (personal, token, now) = (actor.personal()?, actor.token(), state.now());
    let (user, space) = (actor.user, named.unwrap_or(personal));
    let team = (space != personal).then_some(space);
    let mut spec = match (request.prompt, team) {
        (None, None) => plan_text(&request)?,
        _ => {
            let planned = state.store.read(move |conn: &mut Conn| {
                still_holds(conn, token, now)?;
                if let Some(team) = team {
                    guard::within(conn, team, user, Action::RunPrompts)?;
                }
                plan(conn, user, space, &request)
            });
            planned.await?
        }
    };
    // A text of the caller's own is no matter of the team, wherever it is run from.
    spec.team = team.filter(|_| spec.prompt.is_some());
    spec.token = token;
    spec.correlation_id = CORRELATION.try_with(Clone::clone).unwrap_or_default();
    Ok(spec)
}

fn sse(reader: Reader) -> HttpResponse {
    lasting::events().streaming(reader.bytes())
}

fn seat(state: &AppState, actor: &Actor) -> Reply<super::board::Seat> {
    Arc::clone(&state.executions)
        .read(actor.user)
        .ok_or_else(|| {
            let detail = "Too many streams of this account are open; close some.";
            Fault::new(ErrorCode::RateLimited)
                .detail(detail)
                .retry_after(5)
        })
}

/// Runs a saved prompt or a text with one to four models. The run goes on whatever becomes of this request.
///
/// With `Accept: text/event-stream` the answer is its stream, else where it stands. With `Idempotency-Key`, a repeated request answers
/// the same run.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(SpaceQuery, ("Idempotency-Key" = Option<String>, Header, description = "1 to 200 characters of the caller's own.")),
    request_body = RunRequest,
    responses(
        (status = 200, description = "The stream: events named by their tag.", body = StreamEvent, content_type = "text/event-stream"),
        (status = 202, description = "The run has begun.", body = Started),
        (status = 402, description = "budget_reached", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: no such prompt, or no such space of the caller", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "already_exists: the idempotency key was used for another request", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field, invalid_template, invalid_variables, model_not_allowed, no_provider_key, unknown_model, unknown_revision, unpriced", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited: too many runs or streams of one account", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/executions")]
async fn run_models(
    state: Data<AppState>,
    actor: Recent<Executions>,
    query: Query<SpaceQuery>,
    request: HttpRequest,
    body: Body<RunRequest, { limits::REQUEST_BYTES }>,
) -> Reply<HttpResponse> {
    let Body(wanted) = body;
    service::expect(&state);
    let events = wants_events(&request);
    let seat = events.then(|| seat(&state, &actor)).transpose()?;
    let idempotency = idempotency(&request, &wanted)?;
    let mut spec = planned(&state, &actor, query.space, wanted).await?;
    spec.idempotency = idempotency;
    let of = |_| Origin::of(&state, address(&request));
    spec.origin = spec.copy.map(of);
    let handle = service::start(&state, actor.user, spec).await?;
    let Some(seat) = seat else {
        let Handle {
            group, executions, ..
        } = handle;
        return Ok(HttpResponse::Accepted().json(Started { group, executions }));
    };
    match Reader::started(&state, &actor, seat, &handle) {
        Some(reader) => Ok(sse(reader)),
        None => {
            let again = self::seat(&state, &actor)?;
            let reader = Reader::open(&state, actor.actor(), again, handle.group, &[]).await?;
            Ok(sse(reader))
        }
    }
}

/// What a run would take with each model, before anything is sent.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(SpaceQuery),
    request_body = RunRequest,
    responses(
        (status = 200, description = "One for each model, in the order asked.", body = Vec<Estimate>),
        (status = 404, description = "not_found: no such prompt, or no such space of the caller", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "As for a run.", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/executions/estimate")]
async fn estimate_run(
    state: Data<AppState>,
    actor: May<Executions>,
    query: Query<SpaceQuery>,
    body: Body<RunRequest, { limits::REQUEST_BYTES }>,
) -> Reply<Json<Vec<Estimate>>> {
    let spec = planned(&state, &actor, query.space, body.0).await?;
    let beginning = Beginning::new(&state, actor.user, spec)?;
    let gateway = Arc::clone(&state.gateway);
    let estimates = state
        .store
        .read(move |conn: &mut Conn| beginning.estimates(conn, gateway.as_ref()))
        .await?;
    Ok(Json(estimates))
}

/// The stream of a run, from its beginning or from where `Last-Event-ID` stands. It ends with the access token; go on with the next one.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(
        ("group" = String, Path, description = "The run."),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was read."),
    ),
    responses(
        (status = 200, description = "The stream: events named by their tag.", body = StreamEvent, content_type = "text/event-stream"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited: too many streams of one account", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/executions/groups/{group}/events")]
async fn run_events(
    state: Data<AppState>,
    actor: May<Executions>,
    group: Path<GroupId>,
    request: HttpRequest,
) -> Reply<HttpResponse> {
    let last = request.headers().get("last-event-id");
    let after = places(last.and_then(|id| id.to_str().ok()).unwrap_or_default());
    let seat = seat(&state, &actor)?;
    let reader = Reader::open(&state, actor.actor(), seat, group.into_inner(), &after).await?;
    Ok(sse(reader))
}

/// Stops an execution: the call to the provider ends, what came is kept. One that has ended stays as it is.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(("id" = String, Path, description = "The execution.")),
    responses(
        (status = 202, description = "It is being stopped, or has ended: as it stands.", body = ExecutionView),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/executions/{id}/cancel")]
async fn cancel_execution(
    state: Data<AppState>,
    actor: May<Executions>,
    id: Path<ExecutionId>,
) -> Reply<HttpResponse> {
    let (user, id) = (actor.user, id.into_inner());
    service::cancel(&state, user, id).await?;
    let view = state
        .store
        .read(move |conn: &mut Conn| executions::view(conn, user, id))
        .await?;
    Ok(HttpResponse::Accepted().json(view))
}

/// Stops every execution of a run.
#[utoipa::path(
    tag = "executions",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(("group" = String, Path, description = "The run.")),
    responses(
        (status = 202, description = "They are being stopped, or have ended: as they stand.", body = Started),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/executions/groups/{group}/cancel")]
async fn cancel_run(
    state: Data<AppState>,
    actor: May<Executions>,
    group: Path<GroupId>,
) -> Reply<HttpResponse> {
    let (user, group) = (actor.user, group.into_inner());
    let find = || {
        state
            .store
            .read(move |conn: &mut Conn| executions::group(conn, user, group))
    };
    let found = find().await?;
    if found.is_empty() {
        return Err(ErrorCode::NotFound.into());
    }
    for whole in found {
        service::cancel(&state, user, whole.view.id).await?;
    }
    let executions = find().await?.into_iter().map(|whole| whole.view);
    Ok(HttpResponse::Accepted().json(Started {
        group,
        executions: executions.collect(),
    }))
}
