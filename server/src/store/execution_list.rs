//! Executions in lists, and what a person notes on them: a rating, the snippet an output became. Not how they are carried out.

use super::execution_rows::{VIEW, ViewRow};
use super::executions::view;
use super::statement::Statement;
use super::{Conn, StoreError, Tx};
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::{ExecutionState, ExecutionView};
use krowoc_shared::ids::{DocId, ExecutionId, GroupId, Millis, UserId};

/// Rates an answer.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn rate(
    tx: &mut Tx<'_>,
    user: UserId,
    id: ExecutionId,
    rating: i8,
) -> Result<ExecutionView, StoreError> {
    Statement::new("UPDATE execution SET rating = ? WHERE id = ? AND account_id = ?")
        .bind(i16::from(rating))
        .bind(id.as_bytes())
        .bind(user.as_bytes())
        .execute(tx)?;
    view(tx, user, id)
}

/// Holds an execution until the end of the transaction: who comes next sees what was noted of it.
///
/// # Errors
/// The database's.
pub fn hold(tx: &mut Tx<'_>, user: UserId, id: ExecutionId) -> Result<(), StoreError> {
    // An update that changes nothing takes the row's lock on PostgreSQL.
    Statement::new("UPDATE execution SET saved_as = saved_as WHERE id = ? AND account_id = ?")
        .bind(id.as_bytes())
        .bind(user.as_bytes())
        .execute(tx)?;
    Ok(())
}

/// Notes the snippet that an output was saved as.
///
/// # Errors
/// The database's.
pub fn saved(
    tx: &mut Tx<'_>,
    user: UserId,
    id: ExecutionId,
    document: DocId,
) -> Result<(), StoreError> {
    Statement::new("UPDATE execution SET saved_as = ? WHERE id = ? AND account_id = ?")
        .bind(document.as_bytes().to_vec())
        .bind(id.as_bytes())
        .bind(user.as_bytes())
        .execute(tx)?;
    Ok(())
}

/// Which executions a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of a prompt.
    pub prompt: Option<DocId>,
    /// Asked of a model.
    pub model: Option<String>,
    /// In a state.
    pub state: Option<ExecutionState>,
    /// That failed in a class.
    pub class: Option<FailureClass>,
    /// Rated so.
    pub rating: Option<i8>,
    /// Asked for at or after.
    pub from: Option<Millis>,
    /// Asked for before.
    pub to: Option<Millis>,
    /// Of a group.
    pub group: Option<GroupId>,
    /// Older than.
    pub before: Option<ExecutionId>,
}

/// A page of an account's executions, newest first.
///
/// # Errors
/// The database's.
pub fn list(
    conn: &mut Conn,
    user: UserId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<ExecutionView>, StoreError> {
    let mut list = Statement::new("SELECT ")
        .sql(VIEW)
        .sql(" FROM execution WHERE account_id = ?")
        .bind(user.as_bytes());
    if let Some(prompt) = filter.prompt {
        list = list
            .sql(" AND prompt_id = ?")
            .bind(prompt.as_bytes().to_vec());
    }
    if let Some(model) = &filter.model {
        list = list.sql(" AND model = ?").bind(model.as_str());
    }
    if let Some(state) = filter.state {
        list = list.sql(" AND state = ?").bind(state.as_str());
        if matches!(state, ExecutionState::Waiting | ExecutionState::Running) {
            list = list.sql(" AND lease_until IS NOT NULL");
        }
        if matches!(state, ExecutionState::Failed | ExecutionState::Truncated) {
            list = list.sql(" AND class IS NOT NULL");
        }
    }
    if let Some(class) = filter.class {
        list = list.sql(" AND class = ?").bind(class.as_str());
    }
    // Written out: with a bound value no planner sees that it is not 0, as the index wants.
    list = match filter.rating {
        None => list,
        Some(0) => list.sql(" AND rating = 0"),
        Some(good) if good > 0 => list.sql(" AND rating = 1"),
        Some(_) => list.sql(" AND rating = -1"),
    };
    if let Some(from) = filter.from {
        list = list.sql(" AND created_at >= ?").bind(from);
    }
    if let Some(to) = filter.to {
        list = list.sql(" AND created_at < ?").bind(to);
    }
    if let Some(group) = filter.group {
        list = list.sql(" AND group_id = ?").bind(group.as_bytes());
    }
    if let Some(before) = filter.before {
        list = list.sql(" AND id < ?").bind(before.as_bytes());
    }
    let rows: Vec<ViewRow> = list
        .sql(" ORDER BY id DESC LIMIT ?")
        .bind(limit)
        .load(conn)?;
    rows.into_iter().map(ViewRow::view).collect()
}
