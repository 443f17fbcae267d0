//! `GET /usage`: what was used, by day, model, prompt or key.

use crate::app::AppState;
use crate::store::usage::{self, By, DAY, Row};
use crate::store::{Conn, StoreError, provider_keys};
use crate::web::actor::Executions;
use crate::web::routes::Routes;
use crate::web::{Fault, May, Reply};
use actix_web::get;
use actix_web::web::{Data, Json, Query};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::exchange::time;
use krowoc_shared::execution::wire::{UsageReport, UsageRow};
use krowoc_shared::ids::{DocId, KeyId, Millis, SpaceId, UserId};
use serde::Deserialize;

/// Most rows of a report by model, prompt or key.
const ROWS: i64 = 100;
/// Most days of a report.
const DAYS: i64 = 366;
/// Days of a report when none are named.
const USUAL_DAYS: i64 = 30;

/// Its route.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(report);
}

/// What a report's rows stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Grouping {
    #[default]
    Day,
    Model,
    Prompt,
    Key,
}

/// Which days, and how they are summed up.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
struct UsageQuery {
    /// The first day, `YYYY-MM-DD`, UTC; 30 days until `to` when absent.
    from: Option<String>,
    /// The last day, inclusive; today when absent.
    to: Option<String>,
    /// `day` (default), `model`, `prompt` or `key`.
    #[param(inline)]
    by: Option<Grouping>,
}

fn day(field: &str, text: Option<&str>, usual: i64) -> Reply<i64> {
    let Some(text) = text else { return Ok(usual) };
    let millis = (text.len() == 10).then(|| time::parse(text)).flatten();
    millis.map(|at| at.div_euclid(DAY)).ok_or_else(|| {
        Fault::new(ErrorCode::InvalidField)
            .field(field)
            .detail("Write a day as 2026-11-30.")
    })
}

fn written(day: i64) -> String {
    let mut text = time::format(day.saturating_mul(DAY));
    text.truncate(10);
    text
}

impl UsageQuery {
    fn days(&self, now: Millis) -> Reply<(i64, i64)> {
        let to = day("/to", self.to.as_deref(), now.div_euclid(DAY))?;
        let usual = to.saturating_sub(USUAL_DAYS.saturating_sub(1));
        let from = day("/from", self.from.as_deref(), usual)?;
        if from > to || to.saturating_sub(from) >= DAYS {
            let detail = format!("Ask for 1 to {DAYS} days, the first one first.");
            return Err(Fault::new(ErrorCode::InvalidField)
                .field("/from")
                .detail(detail));
        }
        Ok((from, to))
    }
}

fn name(
    conn: &mut Conn,
    user: UserId,
    space: SpaceId,
    by: By,
    row: &Row,
) -> Result<(String, String), StoreError> {
    Ok(match by {
        By::Day => (written(row.day), written(row.day)),
        By::Model => (row.model.clone(), row.model.clone()),
        By::Prompt => match DocId::from_slice(&row.id) {
            None => Default::default(),
            Some(id) => {
                let title = usage::prompt_title(conn, user, space, &row.id)?;
                (id.to_string(), title.unwrap_or_default())
            }
        },
        By::Key => match KeyId::from_slice(&row.id) {
            None => Default::default(),
            Some(id) => {
                let name = provider_keys::name_of(conn, user, id)?;
                (id.to_string(), name.unwrap_or_default())
            }
        },
    })
}

/// Executions, tokens and cost of a span of days.
#[utoipa::path(
    tag = "budgets",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    params(UsageQuery),
    responses(
        (status = 200, description = "The rows, and the sum of all.", body = UsageReport),
        (status = 422, description = "invalid_field: a day is none, or too many", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/usage")]
async fn report(
    state: Data<AppState>,
    actor: May<Executions>,
    query: Query<UsageQuery>,
) -> Reply<Json<UsageReport>> {
    let (from, to) = query.days(state.now())?;
    let (user, space) = (actor.user, actor.personal()?);
    let (by, limit) = match query.by.unwrap_or_default() {
        Grouping::Day => (By::Day, DAYS),
        Grouping::Model => (By::Model, ROWS),
        Grouping::Prompt => (By::Prompt, ROWS),
        Grouping::Key => (By::Key, ROWS),
    };
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            let (rows, total) = usage::report(conn, user, (from, to), by, limit)?;
            let mut named = Vec::with_capacity(rows.len());
            for row in rows {
                let (key, label) = name(conn, user, space, by, &row)?;
                named.push(UsageRow {
                    key,
                    label,
                    sum: row.sum,
                });
            }
            Ok((named, total))
        })
        .await?;
    Ok(Json(UsageReport {
        from: written(from),
        to: written(to),
        rows: found.0,
        total: found.1,
    }))
}
