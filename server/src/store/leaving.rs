//! Erases an account, a bounded number of rows at a time: a library of years must not hold up everybody else's writes. Not the wish to
//! leave, which can be taken back.

use super::schema::accounts::account;
use super::statement::Statement;
use super::{Conn, StoreError, accounts};
use diesel::prelude::*;
use diesel::sql_types::Binary;
use krowoc_shared::ids::{Millis, SpaceId, UserId};

/// Rows of one table that are removed in one transaction.
const ROWS: i64 = 500;

/// Notes when an account is to be erased, or that it is not.
///
/// # Errors
/// The database's.
pub fn set(conn: &mut Conn, id: UserId, at: Option<Millis>) -> Result<(), StoreError> {
    diesel::update(account::table.find(id.as_bytes().as_slice()))
        .set(account::delete_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// When an account is to be erased; `None` when it is not, or is gone.
///
/// # Errors
/// The database's.
pub fn at(conn: &mut Conn, id: UserId) -> Result<Option<Millis>, StoreError> {
    let found: Option<Option<i64>> = account::table
        .find(id.as_bytes().as_slice())
        .select(account::delete_at)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// The spaces that nobody else is in.
///
/// # Errors
/// The database's.
pub fn own_spaces(conn: &mut Conn, id: UserId) -> Result<Vec<SpaceId>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        space_id: Vec<u8>,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT m.space_id FROM space_member m WHERE m.account_id = ? AND NOT EXISTS \
         (SELECT 1 FROM space_member o WHERE o.space_id = m.space_id AND o.account_id <> m.account_id)",
    )
    .bind(id.as_bytes())
    .load(conn)?;
    rows.iter()
        .map(|row| accounts::space_id(&row.space_id))
        .collect()
}

/// Removes some rows of a space; 0 when there are no more and the space itself is gone.
///
/// # Errors
/// The database's.
pub fn erase_space(conn: &mut Conn, space: SpaceId) -> Result<usize, StoreError> {
    // Each removes by its own primary key, the oldest first.
    let steps = [
        "DELETE FROM document WHERE row_id IN (SELECT row_id FROM document WHERE space_id = ? LIMIT ?)",
        "DELETE FROM document_version WHERE (space_id, doc_id, rev) IN \
         (SELECT space_id, doc_id, rev FROM document_version WHERE space_id = ? LIMIT ?)",
        "DELETE FROM sync_op WHERE (space_id, op_id) IN (SELECT space_id, op_id FROM sync_op WHERE space_id = ? LIMIT ?)",
    ];
    for step in steps {
        let removed = Statement::new(step)
            .bind(space.as_bytes())
            .bind(ROWS)
            .execute(conn)?;
        if removed > 0 {
            return Ok(removed);
        }
    }
    Statement::new("DELETE FROM space WHERE id = ?")
        .bind(space.as_bytes())
        .execute(conn)?;
    Ok(0)
}

/// Removes some executions of an account; 0 when there are no more.
///
/// # Errors
/// The database's.
pub fn erase_executions(conn: &mut Conn, id: UserId) -> Result<usize, StoreError> {
    let sql =
        "DELETE FROM execution WHERE id IN (SELECT id FROM execution WHERE account_id = ? LIMIT ?)";
    Statement::new(sql)
        .bind(id.as_bytes())
        .bind(ROWS)
        .execute(conn)
}

/// Removes the account with all that is left: sessions, devices, tokens, keys, budgets, sums; what its mails that were never sent say; and
/// the tokens that its devices spent.
///
/// # Errors
/// The database's.
pub fn erase_account(conn: &mut Conn, id: UserId, email: &str) -> Result<(), StoreError> {
    for holders in ["session", "device"] {
        let sql = format!(
            "DELETE FROM spent_token WHERE family IN (SELECT id FROM {holders} WHERE account_id = ?)"
        );
        Statement::new(&sql).bind(id.as_bytes()).execute(conn)?;
    }
    // As JSON writes it, with its quotes: not a part of somebody else's address.
    let quoted =
        serde_json::to_string(email).map_err(|error| StoreError::Fault(error.to_string()))?;
    Statement::new(
        "DELETE FROM job WHERE kind = 'mail' AND state = 2 AND payload LIKE ? ESCAPE '!'",
    )
    .bind(format!("%{}%", like(&quoted)))
    .execute(conn)?;
    // What was fetched in vain for it has its id and an address that a provider named.
    Statement::new("DELETE FROM job WHERE kind = 'picture' AND unique_key = ?")
        .bind(id.to_string())
        .execute(conn)?;
    // Invitations to the address, and its place in the audit logs of teams; those keep what was done.
    for sql in [
        "DELETE FROM team_invitation WHERE email = ?",
        "UPDATE team_event SET email = NULL WHERE email = ?",
    ] {
        Statement::new(sql).bind(email).execute(conn)?;
    }
    diesel::delete(account::table.find(id.as_bytes().as_slice())).execute(conn)?;
    Ok(())
}

/// A text that `LIKE` takes as it is.
fn like(text: &str) -> String {
    text.replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_")
}
