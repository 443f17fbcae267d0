//! Accounts as who looks after the server sees them: their tiers, and the setting of them. Not what is in their libraries.

use crate::app::AppState;
use crate::store::{Conn, StoreError, Tx, tiers};
use crate::web::body::Body;
use crate::web::routes::Routes;
use crate::web::{Admin, Reply};
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{get, put};
use krowoc_shared::accounts::admin::{AccountPage, AccountRow, SetTier};
use krowoc_shared::error::Problem;
use krowoc_shared::ids::UserId;
use serde::Deserialize;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(admin_accounts).service(set_tier);
}

/// Which accounts.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
struct AccountQuery {
    /// A part of their addresses.
    q: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<UserId>,
    /// 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Accounts of the server, the newest first, with their tiers and how many prompts they hold.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(AccountQuery),
    responses(
        (status = 200, description = "The page; `next` continues it.", body = AccountPage),
        (status = 403, description = "forbidden: not who looks after the server", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/admin/accounts")]
async fn admin_accounts(
    state: Data<AppState>,
    _admin: Admin,
    query: Query<AccountQuery>,
) -> Reply<Json<AccountPage>> {
    let limit = usize::try_from(query.limit.unwrap_or(50).clamp(1, 200)).unwrap_or(50);
    let AccountQuery { q, cursor, .. } = query.into_inner();
    let part = q.unwrap_or_default().trim().to_lowercase();
    // PostgreSQL has no text with a zero character, so that there is no such address.
    if part.contains('\0') {
        let (accounts, next) = (Vec::new(), None);
        return Ok(Json(AccountPage { accounts, next }));
    }
    let tier = state.config.default_tier;
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<AccountPage, StoreError> {
            // One more, to know whether there is a next page.
            let most = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
            let mut accounts = tiers::accounts(conn, &part, cursor, most, tier)?;
            let more = accounts.len() > limit;
            accounts.truncate(limit);
            let next = accounts.last().map(|it| it.user).filter(|_| more);
            Ok(AccountPage { accounts, next })
        })
        .await?;
    Ok(Json(found))
}

/// Sets what an account may hold. A team has the highest tier of its owners.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(("id" = String, Path, description = "The account.")),
    request_body = SetTier,
    responses(
        (status = 200, description = "As it is now.", body = AccountRow),
        (status = 403, description = "forbidden: not who looks after the server", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/admin/accounts/{id}/tier")]
async fn set_tier(
    state: Data<AppState>,
    admin: Admin,
    id: Path<UserId>,
    body: Body<SetTier>,
) -> Reply<Json<AccountRow>> {
    let (user, tier, usual) = (id.into_inner(), body.0.tier, state.config.default_tier);
    let row = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Result<AccountRow, StoreError> {
            tiers::set(tx, user, tier)?;
            tiers::account(tx, user, usual)
        })
        .await?;
    tracing::info!(by = %admin.0.user, account = %user, tier = tier.as_str(), "an account was given a tier");
    Ok(Json(row))
}
