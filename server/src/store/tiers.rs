//! Accounts with their tiers, for who looks after the server. Not what a tier allows: that is the quota.

use super::accounts::user;
use super::library::unsigned;
use super::statement::Statement;
use super::{Conn, StoreError, accounts, sync};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::accounts::admin::AccountRow;
use krowoc_shared::ids::UserId;
use krowoc_shared::library::quota::Tier;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = Nullable<Text>)]
    tier: Option<String>,
    #[diesel(sql_type = BigInt)]
    prompts: i64,
}

impl Row {
    fn view(self, usual: Tier) -> Result<AccountRow, StoreError> {
        let given = self.tier.as_deref().and_then(Tier::parse);
        Ok(AccountRow {
            user: user(&self.id)?,
            email: self.email,
            name: self.name,
            created_at: self.created_at,
            tier: given.unwrap_or(usual),
            given: given.is_some(),
            prompts: unsigned(self.prompts),
        })
    }
}

/// Accounts with their personal spaces.
fn rows() -> Statement {
    Statement::new(
        "SELECT a.id, a.email, a.name, a.created_at, s.tier, s.prompts FROM account a \
         JOIN space_member m ON m.account_id = a.id JOIN space s ON s.id = m.space_id AND s.kind = 'personal' WHERE 1 = 1",
    )
}

/// A page of the accounts whose address has this part, the newest first. `usual` holds where no tier was set.
///
/// # Errors
/// The database's.
pub fn accounts(
    conn: &mut Conn,
    part: &str,
    before: Option<UserId>,
    limit: i64,
    usual: Tier,
) -> Result<Vec<AccountRow>, StoreError> {
    let mut select = rows();
    if !part.is_empty() {
        let literal = part
            .replace('!', "!!")
            .replace('%', "!%")
            .replace('_', "!_");
        select = select
            .sql(" AND a.email LIKE ? ESCAPE '!'")
            .bind(format!("%{literal}%"));
    }
    if let Some(before) = before {
        select = select.sql(" AND a.id < ?").bind(before.as_bytes());
    }
    let rows: Vec<Row> = select
        .sql(" ORDER BY a.id DESC LIMIT ?")
        .bind(limit)
        .load(conn)?;
    rows.into_iter().map(|row| row.view(usual)).collect()
}

/// One account.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn account(conn: &mut Conn, id: UserId, usual: Tier) -> Result<AccountRow, StoreError> {
    let row: Option<Row> = rows()
        .sql(" AND a.id = ?")
        .bind(id.as_bytes())
        .first(conn)?;
    row.ok_or(StoreError::NotFound)?.view(usual)
}

/// Gives an account a tier; its teams have the highest of their owners.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn set(conn: &mut Conn, id: UserId, tier: Tier) -> Result<(), StoreError> {
    let (space, _) = accounts::personal_space(conn, id)?;
    sync::set_tier(conn, space, tier)
}
