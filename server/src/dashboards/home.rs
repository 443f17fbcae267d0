//! `GET /home`: what a person sees first, from one snapshot.

use super::attention::{self, Looking};
use super::figures;
use crate::app::AppState;
use crate::store::{
    Conn, StoreError, accounts, budgets, devices, execution_list, home as rows, sync,
};
use crate::web::actor::is_admin;
use crate::web::routes::Routes;
use crate::web::{Person, Reply};
use actix_web::get;
use actix_web::web::{Data, Json};
use krowoc_shared::accounts::wire::DeviceRow;
use krowoc_shared::dashboards::wire::{HomeDevice, HomeView, ProviderUsage};
use krowoc_shared::dashboards::{Period, Span, standing};
use krowoc_shared::execution::wire::UsageSum;

/// Executions that are shown.
const RECENT: i64 = 5;

/// Its route.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(home);
}

/// What waits, the last executions, this month's usage by provider, the library's size, devices, and figures of seven days.
#[utoipa::path(
    tag = "dashboards",
    security(("session" = [])),
    responses((status = 200, description = "Home.", body = HomeView))
)]
#[get("/home")]
async fn home(state: Data<AppState>, person: Person) -> Reply<Json<HomeView>> {
    let looking = Looking {
        user: person.user,
        admin: is_admin(&state, person.user).await?,
        now: state.now(),
        server: state.config.server_key_monthly,
    };
    let found = state
        .store
        .read(move |conn: &mut Conn| view(conn, looking))
        .await?;
    Ok(Json(found))
}

fn view(conn: &mut Conn, looking: Looking) -> Result<HomeView, StoreError> {
    let (user, now) = (looking.user, looking.now);
    let (space, _) = accounts::personal_space(conn, user)?;
    let tally = sync::stand(conn, space)?.tally;
    let span = budgets::bounds(budgets::period(now));
    let providers = rows::by_provider(conn, user, span)?;
    let week = Span::of(Period::Week, now);
    let changed_at = rows::changed_at(conn, space)?;
    let device = |row: DeviceRow| HomeDevice {
        standing: standing::device(row.seen_at, changed_at, now),
        id: row.id,
        name: row.name,
        seen_at: row.seen_at,
    };
    let filter = execution_list::Filter::default();
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(HomeView {
        attention: attention::waiting(conn, looking)?,
        recent: execution_list::list(conn, user, &filter, RECENT)?,
        month: span.0,
        used: together(&providers),
        providers,
        prompts: count(tally.prompts),
        snippets: count(tally.snippets),
        collections: count(tally.collections),
        devices: devices::list(conn, user)?.into_iter().map(device).collect(),
        week: figures::board(conn, user, week)?.total().figures(),
        week_before: figures::board(conn, user, week.before())?.total().figures(),
    })
}

fn together(providers: &[ProviderUsage]) -> UsageSum {
    let sums = providers.iter().map(|it| it.sum);
    sums.fold(UsageSum::default(), UsageSum::plus)
}
