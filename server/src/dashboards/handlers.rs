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
    let both: Both = state
        .store
        .read(move |conn: &mut Conn| figures::both(conn, whose, span, PROMPTS))
        .await?;
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
    let text = state
        .store
        .read(move |conn: &mut Conn| lines_of(conn, whose, span, by))
        .await?;
    let name = match by {
        Lines::Time => "time",
        Lines::Model => "models",
        Lines::Prompt => "prompts",
    };
    Ok(files::answer(name, span, text))
}

/// The text of a file; only what it holds is counted.
fn lines_of(conn: &mut Conn, whose: Whose, span: Span, by: Lines) -> Result<String, StoreError> {
    Ok(match by {
        Lines::Time => {
            let board = figures::board(conn, whose.user, span)?;
            files::by_time(&board.series(), span)
        }
        Lines::Model => {
            let board = figures::board(conn, whose.user, span)?;
            files::by_model(&board.by_model(LINES))
        }
        Lines::Prompt => files::by_prompt(&figures::own_prompts(conn, whose, span, LINES)?),
    })
}
