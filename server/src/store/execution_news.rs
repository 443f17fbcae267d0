//! Executions that other processes began or ended, looked for by who listens. Not lists for people.

use super::execution_rows::{VIEW, ViewRow};
use super::statement::Statement;
use super::{Conn, StoreError};
use krowoc_shared::execution::wire::ExecutionView;
use krowoc_shared::ids::{ExecutionId, SpaceId, UserId};

/// Most executions that are read at a time.
const MOST: i64 = 500;

/// Whose executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of an account.
    Own(UserId),
    /// Of the prompts of a team, by whoever ran them.
    Team(SpaceId),
}

impl Whose {
    fn rows(self) -> Statement {
        let select = Statement::new("SELECT ")
            .sql(VIEW)
            .sql(" FROM execution WHERE ");
        match self {
            Self::Own(user) => select.sql("account_id = ?").bind(user.as_bytes()),
            Self::Team(space) => select.sql("space_id = ?").bind(space.as_bytes()),
        }
    }
}

/// Those that were asked for after an id was made, and those that have not ended; the newest first.
///
/// # Errors
/// The database's.
pub fn since(
    conn: &mut Conn,
    whose: Whose,
    after: ExecutionId,
) -> Result<Vec<ExecutionView>, StoreError> {
    let rows: Vec<ViewRow> = whose
        .rows()
        .sql(" AND (id > ? OR lease_until IS NOT NULL) ORDER BY id DESC LIMIT ?")
        .bind(after.as_bytes())
        .bind(MOST)
        .load(conn)?;
    rows.into_iter().map(ViewRow::view).collect()
}

/// Those of these ids that have ended.
///
/// # Errors
/// The database's.
pub fn ended(
    conn: &mut Conn,
    whose: Whose,
    ids: &[ExecutionId],
) -> Result<Vec<ExecutionView>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = whose.rows().sql(" AND lease_until IS NULL AND id IN (");
    for (at, id) in ids.iter().enumerate() {
        rows = rows
            .sql(if at == 0 { "?" } else { ", ?" })
            .bind(id.as_bytes());
    }
    let rows: Vec<ViewRow> = rows.sql(")").load(conn)?;
    rows.into_iter().map(ViewRow::view).collect()
}
