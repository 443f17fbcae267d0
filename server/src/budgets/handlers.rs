//! `GET` and `PUT /budget`: where a person stands, and their ceilings.

use crate::app::AppState;
use crate::store::budgets::{self, Standing, Tier};
use crate::store::{Conn, StoreError, Tx, provider_keys};
use crate::web::actor::Executions;
use crate::web::body::Body;
use crate::web::routes::Routes;
use crate::web::{Actor, Fault, May, Reply};
use actix_web::web::{Data, Json};
use actix_web::{get, put};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{
    BudgetLevel, BudgetNotice, BudgetView, SetBudget, TierBudget,
};
use krowoc_shared::ids::{Millis, UserId};

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(budget).service(set_budget);
}

fn notices(standing: &Standing, server_held: bool) -> impl Iterator<Item = BudgetNotice> + use<> {
    let notice = move |(level, at): (BudgetLevel, Option<Millis>)| {
        Some(BudgetNotice {
            level,
            at: at?,
            server_held,
        })
    };
    [
        (BudgetLevel::Near, standing.near_at),
        (BudgetLevel::Reached, standing.reached_at),
    ]
    .into_iter()
    .filter_map(notice)
}

fn view(
    conn: &mut Conn,
    user: UserId,
    now: Millis,
    server: NanoUsd,
) -> Result<BudgetView, StoreError> {
    let period = budgets::period(now);
    let (period_start, period_end) = budgets::bounds(period);
    let settings = budgets::settings(conn, user)?;
    let own = budgets::standing(conn, user, Tier::Own, period)?;
    let held = budgets::standing(conn, user, Tier::Server(server), period)?;
    // Known before the first use, and after the operator took the keys away.
    let shown = held != Standing::default() || provider_keys::is_any_server_held(conn)?;
    let mut notices: Vec<BudgetNotice> = notices(&own, false).chain(notices(&held, true)).collect();
    notices.sort_by_key(|notice| notice.at);
    Ok(BudgetView {
        period_start,
        period_end,
        spent: own.spent,
        reserved: own.reserved,
        ceiling: settings.ceiling,
        level: BudgetLevel::of(own.spent, settings.ceiling),
        run_ceiling: settings.run_ceiling,
        unpriced: settings.unpriced,
        unpriced_executions: u64::try_from(own.unpriced.saturating_add(held.unpriced)).unwrap_or(0),
        server_held: shown.then(|| TierBudget {
            spent: held.spent,
            reserved: held.reserved,
            ceiling: server,
            level: BudgetLevel::of(held.spent, Some(server)),
        }),
        notices,
    })
}

/// Where the caller stands in this month (UTC), with the ceilings.
#[utoipa::path(
    tag = "budgets",
    security(("session" = []), ("device" = []), ("token" = ["executions"])),
    responses((status = 200, description = "Spent, reserved, ceilings, notices.", body = BudgetView))
)]
#[get("/budget")]
async fn budget(state: Data<AppState>, actor: May<Executions>) -> Reply<Json<BudgetView>> {
    let (now, server) = (state.now(), state.config.server_key_monthly);
    let found = state
        .store
        .read(move |conn: &mut Conn| view(conn, actor.user, now, server))
        .await?;
    Ok(Json(found))
}

/// Sets the ceilings of a month and of one execution, and what happens with models without a price. They count from the next run on.
#[utoipa::path(
    tag = "budgets",
    security(("session" = []), ("device" = [])),
    request_body = SetBudget,
    responses(
        (status = 200, description = "Where the caller stands now.", body = BudgetView),
        (status = 422, description = "invalid_field: a ceiling below nothing", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/budget")]
async fn set_budget(
    state: Data<AppState>,
    actor: Actor,
    body: Body<SetBudget>,
) -> Reply<Json<BudgetView>> {
    let Body(wanted) = body;
    for (field, amount) in [
        ("/ceiling", wanted.ceiling),
        ("/run_ceiling", wanted.run_ceiling),
    ] {
        if amount.is_some_and(|amount| amount < NanoUsd::ZERO) {
            let detail = "A ceiling is a number of nano-dollars from 0 on, or null for none.";
            return Err(Fault::new(ErrorCode::InvalidField)
                .field(field)
                .detail(detail));
        }
    }
    let (now, server) = (state.now(), state.config.server_key_monthly);
    let found = state
        .store
        .write_again(move |tx: &mut Tx<'_>| {
            budgets::set(tx, actor.user, &wanted, budgets::period(now))?;
            view(tx, actor.user, now, server)
        })
        .await?;
    Ok(Json(found))
}
