//! `GET /dashboard`, as JSON and as a file of CSV.

use super::figures::{self, Both, Whose};
use super::files::{self, LINES, MODELS, PROMPTS};
use super::query::PeriodQuery;
use crate::app::AppState;
use crate::store::{Conn, StoreError, dashboards};
use crate::web::actor::{Executions, is_admin};
use crate::web::routes::Routes;
use crate::web::{May, Reply};
use actix_web::web::{Data, Json, Query};
use actix_web::{HttpResponse, get};
use krowoc_shared::dashboards::Span;
use krowoc_shared::dashboards::wire::{Begun, DashboardView};
use krowoc_shared::error::Problem;
use serde::Deserialize;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(dashboard).service(dashboard_csv);
}

async fn read(state: &AppState, whose: Whose, span: Span, most: usize) -> Result<Both, StoreError> {
    state
        .store
        .read(move |conn: &mut Conn| figures::both(conn, whose, span, most))
        .await
}

async fn begun(state: &AppState, whose: Whose) -> Result<Begun, StoreError> {
    state
        .store
        .read(move |conn: &mut Conn| dashboards::begun(conn, whose.user, whose.space))
        .await
}

/// Figures of a period beside those of the period before.
///
/// Counted are executions that have ended, by the time at which they were asked for. Days are UTC's. The period before has as many
/// hours as this one has so far.
#[utoipa::path(
    tag = "dashboards",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(PeriodQuery),
    responses(
        (status = 200, description = "The figures.", body = DashboardView),
        (status = 422, description = "invalid_field: a day is none, or too many", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/dashboard")]
async fn dashboard(
    state: Data<AppState>,
    actor: May<Executions>,
    query: Query<PeriodQuery>,
) -> Reply<Json<DashboardView>> {
    let span = query.span(state.now())?;
    let whose = Whose {
        user: actor.user,
        space: actor.personal()?,
    };
    let person = actor.device().is_none() && actor.token().is_none();
    let admin = person && is_admin(&state, actor.user).await?;
    let both = read(&state, whose, span, PROMPTS).await?;
    let (total, before) = (both.board.total().figures(), both.before.figures());
    let begun = match total.executions.saturating_add(before.executions) {
        0 => Some(begun(&state, whose).await?),
        _ => None,
    };
    Ok(Json(DashboardView {
        begun,
        from: span.from,
        to: span.to,
        grain: span.grain,
        total,
        before,
        points: both.board.series(),
        models: both.board.by_model(MODELS),
        model_count: u64::try_from(both.board.models()).unwrap_or(u64::MAX),
        prompts: both.prompts,
        active: both.active,
        admin,
    }))
}

/// What the lines of a file stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Lines {
    /// Hours or days.
    #[default]
    Time,
    /// Models, most costly first.
    Model,
    /// Prompts, most costly first.
    Prompt,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
struct LinesQuery {
    /// `time` (default), `model` or `prompt`.
    #[param(inline)]
    by: Option<Lines>,
}

/// The figures of a period as a file of CSV, with the names of the columns in its first line.
#[utoipa::path(
    tag = "dashboards",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(PeriodQuery, LinesQuery),
    responses(
        (status = 200, description = "The file.", content_type = "text/csv"),
        (status = 422, description = "invalid_field: a day is none, or too many", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/dashboard/csv")]
async fn dashboard_csv(
    state: Data<AppState>,
    actor: May<Executions>,
    query: Query<PeriodQuery>,
    lines: Query<LinesQuery>,
) -> Reply<HttpResponse> {
    let span = query.span(state.now())?;
    let whose = Whose {
        user: actor.user,
        space: actor.personal()?,
    };
    let by = lines.by.unwrap_or_default();
    let most = if by == Lines::Prompt { LINES } else { 0 };
    let both = read(&state, whose, span, most).await?;
    let (name, text) = match by {
        Lines::Time => ("time", files::by_time(&both.board.series(), span)),
        Lines::Model => ("models", files::by_model(&both.board.by_model(LINES))),
        Lines::Prompt => ("prompts", files::by_prompt(&both.prompts)),
    };
    Ok(files::answer(name, span, text))
}
