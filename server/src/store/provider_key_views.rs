//! Provider keys as they are shown, with what was used of each. Not the keys.

use super::provider_keys::{self, StoredKey};
use super::statement::Statement;
use super::{Conn, StoreError, budgets, usage};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::ProviderKeyView;
use krowoc_shared::ids::{Millis, UserId};

#[derive(QueryableByName)]
struct UsedRow {
    #[diesel(sql_type = Binary)]
    key_id: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    executions: i64,
    #[diesel(sql_type = BigInt)]
    cost: i64,
}

/// The keys of an account and the operator's, as they are shown, with what the account used of each in the month of `now` (UTC).
///
/// # Errors
/// The database's.
pub fn list(
    conn: &mut Conn,
    user: UserId,
    now: Millis,
) -> Result<Vec<ProviderKeyView>, StoreError> {
    let keys = provider_keys::all_usable(conn, user)?;
    let (begin, end) = budgets::bounds(budgets::period(now));
    let used: Vec<UsedRow> = Statement::new(
        "SELECT key_id, CAST(sum(executions) AS BIGINT) AS executions, CAST(sum(cost) AS BIGINT) AS cost FROM usage_day \
         WHERE account_id = ? AND day >= ? AND day < ? GROUP BY key_id",
    )
    .bind(user.as_bytes())
    .bind(begin.div_euclid(usage::DAY))
    .bind(end.div_euclid(usage::DAY))
    .load(conn)?;
    let view = |key: StoredKey| {
        let of_key = used.iter().find(|row| row.key_id == key.id.as_bytes());
        ProviderKeyView {
            server_held: key.is_server_held(),
            // The end of the operator's key is nobody else's business.
            hint: if key.is_server_held() {
                String::new()
            } else {
                key.hint
            },
            id: key.id,
            provider: key.provider,
            name: key.name,
            base_url: key.base_url,
            preferred: key.preferred,
            created_at: key.created_at,
            rotated_at: key.rotated_at,
            used_at: key.used_at,
            executions: of_key.map_or(0, |row| super::library::unsigned(row.executions)),
            cost: of_key.map_or(NanoUsd::ZERO, |row| NanoUsd(row.cost)),
        }
    };
    Ok(keys.into_iter().map(view).collect())
}
