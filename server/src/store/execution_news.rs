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
    /// The column that says whose they are, and the id in it.
    fn column(&self) -> (&'static str, &[u8; 16]) {
        match self {
            Self::Own(user) => ("account_id", user.as_bytes()),
            Self::Team(space) => ("space_id", space.as_bytes()),
        }
    }

    fn rows(self) -> Statement {
        let (column, id) = self.column();
        Statement::new("SELECT ")
            .sql(VIEW)
            .sql(" FROM execution WHERE ")
            .sql(column)
            .sql(" = ?")
            .bind(id)
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
    let (column, id) = whose.column();
    // Each half by its index: of one condition with both, all of the account's history would be read. Few are under way: the column is
    // wrapped in the second half, so that SQLite does not take its index there.
    let recent = Statement::new("SELECT id FROM execution WHERE ")
        .sql(column)
        .sql(" = ? AND id > ?")
        .bind(id)
        .bind(after.as_bytes());
    let under_way = Statement::new("SELECT id FROM execution WHERE lease_until IS NOT NULL AND ")
        .sql(&format!("coalesce({column}, {column})"))
        .sql(" = ?")
        .bind(id);
    let rows: Vec<ViewRow> = whose
        .rows()
        .sql(" AND id IN (")
        .then(recent)
        .sql(" UNION ")
        .then(under_way)
        .sql(") ORDER BY id DESC LIMIT ?")
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
