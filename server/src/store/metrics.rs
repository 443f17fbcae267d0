//! Figures over all accounts, for who looks after the server, and over the members of a team. Not those of one person.

use super::dashboards::{Counts, sums};
use super::library::unsigned;
use super::statement::{Statement, Value};
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::dashboards::{Latencies, Part, Tally};
use krowoc_shared::ids::{Millis, OpId, SpaceId, UserId};
use std::collections::BTreeMap;

/// Most accounts named in one statement.
const NAMED: usize = 100;

/// The counts of a part by account, latencies left out.
///
/// # Errors
/// The database's.
pub fn by_account(conn: &mut Conn, part: Part) -> Result<Vec<(UserId, Tally)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        account_id: Vec<u8>,
        #[diesel(embed)]
        counts: Counts,
    }
    let rows: Vec<Row> = Statement::new("SELECT account_id, ")
        .sql(&sums())
        .sql(
            " FROM rollup_model WHERE grain = ? AND bucket >= ? AND bucket < ? GROUP BY account_id",
        )
        .bind(part.grain.code())
        .bind(part.first)
        .bind(part.end)
        .load(conn)?;
    let counted = |row: Row| {
        let user = super::accounts::user(&row.account_id)?;
        Ok((user, row.counts.tally(Latencies::default())))
    };
    rows.into_iter().map(counted).collect()
}

/// The counts of a part in all, latencies left out.
///
/// # Errors
/// The database's.
pub fn total(conn: &mut Conn, part: Part) -> Result<Tally, StoreError> {
    // Of no row there is no sum, rather than one of nothing.
    let row: Option<Counts> = Statement::new("SELECT ")
        .sql(&sums())
        .sql(" FROM rollup_model WHERE grain = ? AND bucket >= ? AND bucket < ? GROUP BY grain")
        .bind(part.grain.code())
        .bind(part.first)
        .bind(part.end)
        .first(conn)?;
    let row = row.unwrap_or_default();
    Ok(row.tally(Latencies::default()))
}

/// The e-mail addresses of accounts; of those that are gone there is none.
///
/// # Errors
/// The database's.
pub fn emails(conn: &mut Conn, users: &[UserId]) -> Result<BTreeMap<UserId, String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Text)]
        email: String,
    }
    let mut all = BTreeMap::new();
    for some in users.chunks(NAMED) {
        let places = vec!["?"; some.len()].join(", ");
        let rows: Vec<Row> = Statement::new("SELECT id, email FROM account WHERE id IN (")
            .sql(&places)
            .sql(")")
            .once()
            .bind_all(some.iter().map(|id| Value::from(id.as_bytes())))
            .load(conn)?;
        for row in rows {
            all.insert(super::accounts::user(&row.id)?, row.email);
        }
    }
    Ok(all)
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

/// How many accounts made or changed a text of their library in each of the weeks that begin at these times.
///
/// Ids of operations begin with the time at which a person acted. An operation that made or changed a text has the text's revision for
/// its own.
///
/// # Errors
/// The database's.
pub fn creators(conn: &mut Conn, begins: &[Millis], week: Millis) -> Result<Vec<u64>, StoreError> {
    let begin = |at| OpId::mint(at, [0; 10]).as_bytes().to_vec();
    let count = |from: &Millis| {
        let count = Statement::new(
            "SELECT count(*) AS n FROM space WHERE kind = 'personal' AND EXISTS (SELECT 1 FROM sync_op WHERE sync_op.space_id = space.id \
             AND op_id >= ? AND op_id < ? AND (result LIKE '_ ' || CAST(rev AS TEXT) || ' %' OR result LIKE '{%'))",
        )
        .bind(begin(*from))
        .bind(begin(from.saturating_add(week)));
        one(count, conn)
    };
    begins.iter().map(count).collect()
}

/// As [`creators`], in the library of a team: by the texts that are kept of it, each of which names its author.
///
/// # Errors
/// The database's.
pub fn creators_of(
    conn: &mut Conn,
    team: SpaceId,
    begins: &[Millis],
    week: Millis,
) -> Result<Vec<u64>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        week: i64,
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let first = begins.first().copied().unwrap_or_default();
    let rows: Vec<Row> = Statement::new(
        "SELECT week, count(DISTINCT author_id) AS n FROM (SELECT author_id, CAST((hlc_at - ?) / ? AS BIGINT) AS week \
         FROM document_version WHERE space_id = ? AND hlc_at >= ? AND author_id IS NOT NULL) texts GROUP BY week",
    )
    .bind(first)
    .bind(week)
    .bind(team.as_bytes())
    .bind(first)
    .load(conn)?;
    let counts: BTreeMap<i64, u64> = rows
        .into_iter()
        .map(|row| (row.week, unsigned(row.n)))
        .collect();
    let number = |begin: &Millis| begin.saturating_sub(first).div_euclid(week.max(1));
    let count = |begin: &Millis| counts.get(&number(begin)).copied().unwrap_or(0);
    Ok(begins.iter().map(count).collect())
}

/// Whose first successes.
const OF_ACCOUNTS: &str = "SELECT created_at, (SELECT finished_at FROM execution WHERE execution.account_id = account.id \
     AND state = 'completed' ORDER BY execution.id LIMIT 1) AS reached_at FROM account WHERE created_at >= ? AND created_at < ?";
/// The same of members of a team, from their joining, with its prompts.
const OF_MEMBERS: &str = "SELECT created_at, (SELECT finished_at FROM execution WHERE execution.space_id = space_member.space_id \
     AND execution.account_id = space_member.account_id AND state = 'completed' AND execution.created_at >= space_member.created_at \
     ORDER BY execution.id LIMIT 1) AS reached_at FROM space_member WHERE created_at >= ? AND created_at < ? AND space_id = ?";

/// When accounts that were made, or members that joined, from one time until another came, and when their first completed execution ended.
///
/// # Errors
/// The database's.
pub fn first_successes(
    conn: &mut Conn,
    team: Option<SpaceId>,
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
    let select = Statement::new(if team.is_some() {
        OF_MEMBERS
    } else {
        OF_ACCOUNTS
    });
    let select = select.bind(from).bind(to);
    let select = match team {
        Some(team) => select.bind(team.as_bytes()),
        None => select,
    };
    let rows: Vec<Row> = select.load(conn)?;
    let pair = |row: Row| (row.created_at, row.reached_at);
    Ok(rows.into_iter().map(pair).collect())
}
