//! Figures over all accounts, for who looks after the server. Not those of one person.

use super::dashboards::{Counts, sums};
use super::library::unsigned;
use super::statement::Statement;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::dashboards::{Latencies, Part, Tally};
use krowoc_shared::ids::{Millis, OpId, UserId};

/// What was counted of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The account.
    pub user: UserId,
    /// Its e-mail address.
    pub email: String,
    /// The counts, latencies left out.
    pub tally: Tally,
}

/// The counts of a part by account.
///
/// # Errors
/// The database's.
pub fn by_account(conn: &mut Conn, part: Part) -> Result<Vec<Counted>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Text)]
        email: String,
        #[diesel(embed)]
        counts: Counts,
    }
    let rows: Vec<Row> = Statement::new("SELECT account.id AS id, account.email AS email, ")
        .sql(&sums())
        .sql(
            " FROM account JOIN rollup_model ON rollup_model.account_id = account.id \
             WHERE grain = ? AND bucket >= ? AND bucket < ? GROUP BY account.id, account.email",
        )
        .bind(part.grain.code())
        .bind(part.first)
        .bind(part.end)
        .load(conn)?;
    let counted = |row: Row| {
        Ok(Counted {
            user: super::accounts::user(&row.id)?,
            email: row.email,
            tally: row.counts.tally(Latencies::default()),
        })
    };
    rows.into_iter().map(counted).collect()
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn one(statement: Statement, conn: &mut Conn) -> Result<u64, StoreError> {
    let row: Option<Count> = statement.first(conn)?;
    Ok(row.map_or(0, |row| unsigned(row.n)))
}

/// How many accounts there are.
///
/// # Errors
/// The database's.
pub fn accounts(conn: &mut Conn) -> Result<u64, StoreError> {
    one(Statement::new("SELECT count(*) AS n FROM account"), conn)
}

/// How many accounts made or changed a text of their library from one time until another.
///
/// Ids of operations begin with the time at which a person acted. An operation that made or changed a text has the text's revision for
/// its own.
///
/// # Errors
/// The database's.
pub fn creators(conn: &mut Conn, from: Millis, to: Millis) -> Result<u64, StoreError> {
    let begin = |at| OpId::mint(at, [0; 10]).as_bytes().to_vec();
    let count = Statement::new(
        "SELECT count(*) AS n FROM space WHERE kind = 'personal' AND EXISTS (SELECT 1 FROM sync_op WHERE sync_op.space_id = space.id \
         AND op_id >= ? AND op_id < ? AND (result LIKE '_ ' || CAST(rev AS TEXT) || ' %' OR result LIKE '{%'))",
    )
    .bind(begin(from))
    .bind(begin(to));
    one(count, conn)
}

/// When the accounts that were made from one time until another were made, and when their first completed execution ended.
///
/// # Errors
/// The database's.
pub fn first_successes(
    conn: &mut Conn,
    from: Millis,
    to: Millis,
) -> Result<Vec<(Millis, Option<Millis>)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        created_at: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        reached_at: Option<i64>,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT created_at, (SELECT finished_at FROM execution WHERE execution.account_id = account.id AND state = 'completed' \
         ORDER BY execution.id LIMIT 1) AS reached_at FROM account WHERE created_at >= ? AND created_at < ?",
    )
    .bind(from)
    .bind(to)
    .load(conn)?;
    let pair = |row: Row| (row.created_at, row.reached_at);
    Ok(rows.into_iter().map(pair).collect())
}
