//! Rows of dead letters: failed executions that wait for a decision. Not the executions, which hold the requests.

use super::library::unsigned;
use super::statement::Statement;
use super::{Conn, StoreError, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::execution::failure::{Failure, FailureClass};
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::wire::{DeadLetterView, ExecutionView};
use krowoc_shared::ids::{DeadLetterId, ExecutionId, Millis, UserId};
use std::collections::BTreeMap;

fn fault() -> StoreError {
    StoreError::Fault("a stored dead letter is not readable".to_owned())
}

fn attempts(view: &ExecutionView) -> i64 {
    i64::try_from(view.attempts.len()).unwrap_or(i64::MAX)
}

/// Keeps a failed execution as a new letter.
///
/// # Errors
/// The database's.
pub fn add(
    tx: &mut Tx<'_>,
    user: UserId,
    id: DeadLetterId,
    view: &ExecutionView,
    failure: &Failure,
    now: Millis,
) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO dead_letter (id, account_id, execution_id, title, model, class, reason, created_at, attempts, replays) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
    )
    .bind(id.as_bytes())
    .bind(user.as_bytes())
    .bind(view.id.as_bytes())
    .bind(view.title.as_str())
    .bind(view.model.to_string())
    .bind(failure.class.as_str())
    .bind(failure.message.as_str())
    .bind(now)
    .bind(attempts(view))
    .execute(tx)?;
    Ok(())
}

/// A replay of a letter failed as well: the letter says why. Gives false when it was discarded meanwhile.
///
/// # Errors
/// The database's.
pub fn failed_again(
    tx: &mut Tx<'_>,
    id: DeadLetterId,
    view: &ExecutionView,
    failure: &Failure,
) -> Result<bool, StoreError> {
    let changed = Statement::new(
        "UPDATE dead_letter SET class = ?, reason = ?, attempts = attempts + ? WHERE id = ?",
    )
    .bind(failure.class.as_str())
    .bind(failure.message.as_str())
    .bind(attempts(view))
    .bind(id.as_bytes())
    .execute(tx)?;
    Ok(changed == 1)
}

/// A replay of a letter completed: the letter is done with.
///
/// # Errors
/// The database's.
pub fn resolved(tx: &mut Tx<'_>, id: DeadLetterId) -> Result<(), StoreError> {
    Statement::new("DELETE FROM dead_letter WHERE id = ?")
        .bind(id.as_bytes())
        .execute(tx)?;
    Ok(())
}

/// Notes that a letter is being replayed; false when it is already, or is not there.
///
/// # Errors
/// The database's.
pub fn replaying(
    tx: &mut Tx<'_>,
    user: UserId,
    id: DeadLetterId,
    execution: ExecutionId,
) -> Result<bool, StoreError> {
    let changed = Statement::new(
        "UPDATE dead_letter SET replays = replays + 1, replayed_as = ? WHERE id = ? AND account_id = ? AND NOT EXISTS \
         (SELECT 1 FROM execution WHERE execution.id = dead_letter.replayed_as AND execution.lease_until IS NOT NULL)",
    )
    .bind(execution.as_bytes().to_vec())
    .bind(id.as_bytes())
    .bind(user.as_bytes())
    .execute(tx)?;
    Ok(changed == 1)
}

/// Removes a letter; false when there is none. Without an account, anybody's.
///
/// # Errors
/// The database's.
pub fn discard(
    tx: &mut Tx<'_>,
    user: Option<UserId>,
    id: DeadLetterId,
) -> Result<bool, StoreError> {
    let mut delete = Statement::new("DELETE FROM dead_letter WHERE id = ?").bind(id.as_bytes());
    if let Some(user) = user {
        delete = delete.sql(" AND account_id = ?").bind(user.as_bytes());
    }
    Ok(delete.execute(tx)? == 1)
}

/// The execution of a letter and whose it is; without an account, anybody's.
///
/// # Errors
/// The database's.
pub fn execution(
    conn: &mut Conn,
    user: Option<UserId>,
    id: DeadLetterId,
) -> Result<Option<(UserId, ExecutionId)>, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Binary)]
        account_id: Vec<u8>,
        #[diesel(sql_type = Binary)]
        execution_id: Vec<u8>,
    }
    let mut select =
        Statement::new("SELECT account_id, execution_id FROM dead_letter WHERE id = ?")
            .bind(id.as_bytes());
    if let Some(user) = user {
        select = select.sql(" AND account_id = ?").bind(user.as_bytes());
    }
    let row: Option<Found> = select.first(conn)?;
    Ok(row.and_then(|row| {
        let user = UserId::from_slice(&row.account_id)?;
        Some((user, ExecutionId::from_slice(&row.execution_id)?))
    }))
}

/// Which letters a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of an account; of all when absent.
    pub user: Option<UserId>,
    /// Of a class.
    pub class: Option<FailureClass>,
    /// Of a model.
    pub model: Option<String>,
    /// Older than.
    pub before: Option<DeadLetterId>,
}

impl Filter {
    /// The rows that match, wherever a page begins.
    fn rows(&self, columns: &str, paged: bool) -> Statement {
        let mut select = Statement::new("SELECT ").sql(columns).sql(
            " FROM dead_letter JOIN account ON account.id = dead_letter.account_id WHERE 1 = 1",
        );
        if let Some(user) = self.user {
            select = select
                .sql(" AND dead_letter.account_id = ?")
                .bind(user.as_bytes());
        }
        if let Some(class) = self.class {
            select = select.sql(" AND class = ?").bind(class.as_str());
        }
        if let Some(model) = &self.model {
            select = select.sql(" AND model = ?").bind(model.as_str());
        }
        match self.before.filter(|_| paged) {
            Some(before) => select
                .sql(" AND dead_letter.id < ?")
                .bind(before.as_bytes()),
            None => select,
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    letter_id: Vec<u8>,
    #[diesel(sql_type = Binary)]
    execution_id: Vec<u8>,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    model: String,
    #[diesel(sql_type = Text)]
    class: String,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = BigInt)]
    letter_at: i64,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
    #[diesel(sql_type = BigInt)]
    replays: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    replayed_as: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    email: String,
}

impl Row {
    fn view(self, with_email: bool) -> Result<DeadLetterView, StoreError> {
        let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(DeadLetterView {
            id: DeadLetterId::from_slice(&self.letter_id).ok_or_else(fault)?,
            execution: ExecutionId::from_slice(&self.execution_id).ok_or_else(fault)?,
            title: self.title,
            model: ModelRef::parse(&self.model).ok_or_else(fault)?,
            class: FailureClass::parse(&self.class).ok_or_else(fault)?,
            reason: self.reason,
            created_at: self.letter_at,
            attempts: small(self.attempts),
            replays: small(self.replays),
            replayed_as: self.replayed_as.and_then(|id| ExecutionId::from_slice(&id)),
            email: with_email.then_some(self.email),
        })
    }
}

/// A page of letters, newest first; with the addresses of their people when they are of all accounts.
///
/// # Errors
/// The database's.
pub fn list(
    conn: &mut Conn,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<DeadLetterView>, StoreError> {
    let rows: Vec<Row> = filter
        .rows(
            "dead_letter.id AS letter_id, execution_id, title, model, class, reason, dead_letter.created_at AS letter_at, \
             attempts, replays, replayed_as, email",
            true,
        )
        .sql(" ORDER BY dead_letter.id DESC LIMIT ?")
        .bind(limit)
        .load(conn)?;
    let all = filter.user.is_none();
    rows.into_iter().map(|row| row.view(all)).collect()
}

/// How many letters match, by class.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<BTreeMap<FailureClass, u64>, StoreError> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = Text)]
        class: String,
        #[diesel(sql_type = BigInt)]
        letters: i64,
    }
    let rows: Vec<Count> = filter
        .rows("class, count(*) AS letters", false)
        .sql(" GROUP BY class")
        .load(conn)?;
    let pair = |row: Count| {
        let class = FailureClass::parse(&row.class).ok_or_else(fault)?;
        Ok((class, unsigned(row.letters)))
    };
    rows.into_iter().map(pair).collect()
}
