//! `GET /teams/{team}/figures`, as JSON and as a file of CSV: what a team's prompts were run for, and by whom. Not the counting.

use super::figures::{self, Told};
use super::files::{self, LINES};
use super::metrics::{self, Filled, Page, PeopleQuery};
use super::query::PeriodQuery;
use crate::app::AppState;
use crate::store::dashboards::{self, Whose};
use crate::store::{Conn, StoreError, rollups};
use crate::web::guard::SeeFigures;
use crate::web::routes::Routes;
use crate::web::{In, Reply};
use actix_web::web::{Data, Json, Query};
use actix_web::{HttpResponse, get};
use krowoc_shared::dashboards::Span;
use krowoc_shared::dashboards::wire::TeamFiguresView;
use krowoc_shared::error::Problem;
use krowoc_shared::ids::SpaceId;
use serde::Deserialize;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(team_figures).service(team_figures_csv);
}

/// A team's figures of a period beside those of the period before: its executions, what each model and its prompts cost, its weekly active
/// creators, how soon new members get a first answer, and usage member by member.
///
/// Counted are executions of the team's prompts that have ended, by the time at which they were asked for, whoever ran them.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team."), PeriodQuery, PeopleQuery),
    responses(
        (status = 200, description = "The figures.", body = TeamFiguresView),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: the caller is not in such a team", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: a day is none, or too many", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/teams/{team}/figures")]
async fn team_figures(
    state: Data<AppState>,
    member: In<SeeFigures>,
    query: Query<PeriodQuery>,
    people: Query<PeopleQuery>,
) -> Reply<Json<TeamFiguresView>> {
    let now = state.now();
    let (span, page) = (query.span(now)?, people.page());
    let (team, user) = (member.space(), member.user);
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            let mut view = metrics::view(conn, Some(team), span, now, page)?;
            if view.metrics.total.executions == 0 && view.metrics.before.executions == 0 {
                view.begun = Some(dashboards::begun_in_team(conn, user, team)?);
            }
            Ok(view)
        })
        .await?;
    Ok(Json(found))
}

/// What the lines of a file stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum TeamLines {
    /// Hours or days.
    #[default]
    Time,
    /// Members, most costly first, with those who left after running something.
    Member,
    /// Models, most costly first.
    Model,
    /// Prompts, most costly first.
    Prompt,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
struct LinesQuery {
    /// `time` (default), `member`, `model` or `prompt`.
    #[param(inline)]
    by: Option<TeamLines>,
}

/// The figures of a team as a file of CSV, with the names of the columns in its first line.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team."), PeriodQuery, LinesQuery),
    responses(
        (status = 200, description = "The file.", content_type = "text/csv"),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: the caller is not in such a team", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: a day is none, or too many", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/teams/{team}/figures/csv")]
async fn team_figures_csv(
    state: Data<AppState>,
    member: In<SeeFigures>,
    query: Query<PeriodQuery>,
    lines: Query<LinesQuery>,
) -> Reply<HttpResponse> {
    let (span, team) = (query.span(state.now())?, member.space());
    let by = lines.by.unwrap_or_default();
    let text = state
        .store
        .read(move |conn: &mut Conn| lines_of(conn, team, span, by))
        .await?;
    let name = match by {
        TeamLines::Time => "team-time",
        TeamLines::Member => "team-members",
        TeamLines::Model => "team-models",
        TeamLines::Prompt => "team-prompts",
    };
    Ok(files::answer(name, span, text))
}

/// The text of a file; only what it holds is counted.
fn lines_of(
    conn: &mut Conn,
    team: SpaceId,
    span: Span,
    by: TeamLines,
) -> Result<String, StoreError> {
    let cursor = rollups::cursor(conn)?;
    let rest = dashboards::uncounted(conn, Whose::Team(team), &cursor, span)?;
    Ok(match by {
        TeamLines::Time => {
            let board = metrics::board(conn, team, span, &rest, Filled::Series)?;
            files::by_time(&board.series(), span)
        }
        TeamLines::Member => {
            let counted = metrics::by_person(conn, Some(team), span, &rest)?;
            let (people, _) = metrics::people(conn, Some(team), counted, Page::ALL)?;
            files::by_member(&people)
        }
        TeamLines::Model => {
            let board = metrics::board(conn, team, span, &rest, Filled::Models)?;
            files::by_model(&board.by_model(LINES))
        }
        TeamLines::Prompt => {
            let whose = Told::Team(team);
            files::by_prompt(&figures::most_costly(conn, whose, span, &rest, LINES)?)
        }
    })
}
