//! The logs that boards are counted from: votes, copies that people took, runs of those; and the keys under which networks are hashed.
//! Not the counting, and no line is ever changed.

use super::library::{fault, signed};
use super::publications::{account, publication};
use super::statement::{Statement, Value};
use super::{Conn, StoreError, ties};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, SmallInt, Text};
use krowoc_shared::ids::{DocId, ExecutionId, Millis, PublicationId, UserId};
use krowoc_shared::leaderboard::BURST;
use krowoc_shared::leaderboard::votes::Cast;
use krowoc_shared::leaderboard::window::{DAY, HOUR};
use krowoc_shared::leaderboard::wire::Vote;
use serde::Serialize;

/// The hash of a network.
pub type Network = [u8; 16];

/// Ids of one statement.
const NAMED: usize = 500;

/// The key of a day under which networks are hashed. `fresh` becomes it when the day has none yet.
///
/// # Errors
/// The database's.
pub fn network_key(conn: &mut Conn, now: Millis, fresh: &[u8; 32]) -> Result<Vec<u8>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        key: Vec<u8>,
    }
    let day = now.div_euclid(DAY);
    let find = |conn: &mut Conn| -> Result<Option<Row>, StoreError> {
        Statement::new("SELECT key FROM network_key WHERE day = ?")
            .bind(day)
            .first(conn)
    };
    if let Some(row) = find(conn)? {
        return Ok(row.key);
    }
    Statement::new("INSERT INTO network_key (day, key) VALUES (?, ?) ON CONFLICT (day) DO NOTHING")
        .bind(day)
        .bind(fresh.to_vec())
        .execute(conn)?;
    let row = find(conn)?.ok_or_else(|| fault("network key"))?;
    Ok(row.key)
}

/// Drops the keys of the days before yesterday: what was hashed under them says nothing of an address any more.
///
/// # Errors
/// The database's.
pub fn drop_network_keys(conn: &mut Conn, now: Millis) -> Result<(), StoreError> {
    Statement::new("DELETE FROM network_key WHERE day < ?")
        .bind(now.div_euclid(DAY).saturating_sub(1))
        .execute(conn)?;
    Ok(())
}

/// The present vote of an account.
///
/// # Errors
/// The database's.
pub fn vote_of(
    conn: &mut Conn,
    id: PublicationId,
    user: UserId,
) -> Result<Option<Vote>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SmallInt)]
        value: i16,
    }
    let row: Option<Row> = Statement::new(
        "SELECT CAST(value AS SMALLINT) AS value FROM vote_event WHERE account_id = ? AND publication_id = ? ORDER BY seq DESC LIMIT 1",
    )
    .bind(user.as_bytes())
    .bind(id.as_bytes())
    .first(conn)?;
    Ok(row.and_then(|row| Vote::of_value(row.value)))
}

/// The present votes of an account, by publication.
///
/// # Errors
/// The database's.
pub fn votes_of(conn: &mut Conn, user: UserId) -> Result<Vec<(PublicationId, Vote)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = SmallInt)]
        value: i16,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT publication_id, CAST(value AS SMALLINT) AS value FROM vote_event e WHERE account_id = ? AND NOT EXISTS (SELECT 1 FROM \
         vote_event l WHERE l.account_id = e.account_id AND l.publication_id = e.publication_id AND l.seq > e.seq)",
    )
    .bind(user.as_bytes())
    .load(conn)?;
    let vote = |row: Row| {
        let vote = Vote::of_value(row.value)?;
        Some(publication(&row.publication_id).map(|id| (id, vote)))
    };
    rows.into_iter().filter_map(vote).collect()
}

/// A line of the log of votes, as its author may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The slug of the prompt.
    pub prompt: String,
    /// What was said; `None` when it was taken back.
    pub vote: Option<Vote>,
    /// When.
    pub at: Millis,
}

/// All that an account ever said of prompts, the oldest first.
///
/// # Errors
/// The database's.
pub fn said(conn: &mut Conn, user: UserId) -> Result<Vec<Said>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        slug: String,
        #[diesel(sql_type = SmallInt)]
        value: i16,
        #[diesel(sql_type = BigInt)]
        at: i64,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT p.slug, CAST(e.value AS SMALLINT) AS value, e.at FROM vote_event e JOIN publication p ON p.id = e.publication_id \
         WHERE e.account_id = ? ORDER BY e.seq",
    )
    .bind(user.as_bytes())
    .load(conn)?;
    let said = rows.into_iter().map(|row| Said {
        prompt: row.slug,
        vote: Vote::of_value(row.value),
        at: row.at,
    });
    Ok(said.collect())
}

/// Adds a line: what an account says of a prompt, or that it takes back what it said.
///
/// # Errors
/// The database's.
pub fn vote(
    conn: &mut Conn,
    id: PublicationId,
    user: UserId,
    vote: Option<Vote>,
    network: &Network,
    now: Millis,
) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO vote_event (publication_id, account_id, value, network, at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(id.as_bytes())
    .bind(user.as_bytes())
    .bind(vote.map_or(0, Vote::value))
    .bind(network)
    .bind(now)
    .execute(conn)?;
    Ok(())
}

/// Accounts that count: their address is confirmed where that is asked for. `column` names the account.
fn confirmed(only: bool, column: &str) -> String {
    if only {
        format!(" AND {column} NOT IN (SELECT id FROM account WHERE email_verified_at IS NULL)")
    } else {
        String::new()
    }
}

/// The prompts that the log of votes names, in groups of about `lines` lines: a prompt with more has a group of its own.
///
/// # Errors
/// The database's.
pub fn voted(conn: &mut Conn, lines: i64) -> Result<Vec<Vec<PublicationId>>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT publication_id, count(*) AS n FROM vote_event GROUP BY publication_id",
    )
    .load(conn)?;
    let mut groups: Vec<Vec<PublicationId>> = Vec::new();
    let mut left = 0_i64;
    for row in rows {
        let id = publication(&row.publication_id)?;
        match groups.last_mut() {
            Some(group) if row.n <= left && group.len() < NAMED => {
                group.push(id);
                left = left.saturating_sub(row.n);
            }
            _ => {
                groups.push(vec![id]);
                left = lines.saturating_sub(row.n);
            }
        }
    }
    Ok(groups)
}

/// The log of votes for some prompts in its order, without those of accounts that do not count and those of who has a part in the prompt.
///
/// # Errors
/// The database's.
pub fn casts(
    conn: &mut Conn,
    prompts: &[PublicationId],
    confirmed_only: bool,
) -> Result<Vec<Cast>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = Binary)]
        account_id: Vec<u8>,
        #[diesel(sql_type = SmallInt)]
        value: i16,
        #[diesel(sql_type = Binary)]
        network: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        at: i64,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT e.publication_id, e.account_id, CAST(e.value AS SMALLINT) AS value, e.network, e.at FROM vote_event e \
         WHERE e.publication_id IN (",
    )
    .sql(&vec!["?"; prompts.len()].join(", "))
    .bind_all(prompts.iter().map(|id| Value::from(id.as_bytes())))
    .sql(") AND ")
    .sql(&ties::none("e.publication_id", "e.account_id"))
    .sql(&confirmed(confirmed_only, "e.account_id"))
    .sql(" ORDER BY e.seq")
    .once()
    .load(conn)?;
    let cast = |row: Row| {
        Ok(Cast {
            publication: publication(&row.publication_id)?,
            account: account(&row.account_id)?,
            value: row.value,
            network: Network::try_from(row.network.as_slice()).map_err(|_| fault("network"))?,
            at: row.at,
        })
    };
    rows.into_iter().map(cast).collect()
}

/// A copy that somebody took.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// Of which prompt.
    pub publication: PublicationId,
    /// The copy's row.
    pub row_id: i64,
    /// The copy.
    pub doc: DocId,
    /// The revision of its text, as it was taken.
    pub rev: u64,
    /// Who.
    pub user: UserId,
    /// From where.
    pub network: Network,
    /// When.
    pub at: Millis,
}

/// Notes a copy; one that is noted stays as it was.
///
/// # Errors
/// The database's.
pub fn take(conn: &mut Conn, taken: &Taken) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO fork (row_id, doc_id, publication_id, account_id, rev, place, network, at) SELECT ?, ?, ?, ?, ?, \
         1 + (SELECT count(DISTINCT account_id) FROM fork WHERE publication_id = ? AND network = ? AND at >= ? AND account_id <> ?), ?, ? \
         WHERE 1 = 1 ON CONFLICT (row_id) DO NOTHING",
    )
    .bind(taken.row_id)
    .bind(taken.doc.as_bytes())
    .bind(taken.publication.as_bytes())
    .bind(taken.user.as_bytes())
    .bind(signed(taken.rev))
    .bind(taken.publication.as_bytes())
    .bind(&taken.network)
    .bind(taken.at.div_euclid(HOUR).saturating_mul(HOUR))
    .bind(taken.user.as_bytes())
    .bind(&taken.network)
    .bind(taken.at)
    .execute(conn)?;
    Ok(())
}

/// Adds completed runs of unchanged copies to the log, each once. Other executions among these leave nothing.
///
/// # Errors
/// The database's.
pub fn ran(conn: &mut Conn, executions: &[ExecutionId]) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Any {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let any: Option<Any> =
        Statement::new("SELECT count(*) AS n FROM (SELECT 1 FROM fork LIMIT 1) any_fork")
            .first(conn)?;
    if any.is_none_or(|any| any.n == 0) {
        return Ok(());
    }
    let burst = i64::try_from(BURST).unwrap_or(i64::MAX);
    for some in executions.chunks(NAMED) {
        let places = vec!["?"; some.len()].join(", ");
        let ids = some.iter().map(|id| Value::from(id.as_bytes()));
        Statement::new(
            "INSERT INTO run_event (execution_id, publication_id, account_id, counts, at) SELECT e.id, f.publication_id, e.account_id, \
             CASE WHEN f.place <= ? AND ",
        )
        .bind(burst)
        .sql(&ties::none("f.publication_id", "e.account_id"))
        .sql(
            " THEN 1 ELSE 0 END, e.created_at FROM execution e JOIN fork f ON f.doc_id = e.prompt_id \
             AND f.rev = e.version AND f.account_id = e.account_id \
             WHERE e.state = 'completed' AND e.id IN (",
        )
        .sql(&places)
        .sql(") ON CONFLICT (execution_id) DO NOTHING")
        .bind_all(ids)
        .execute(conn)?;
    }
    Ok(())
}

/// What a group of accounts did that ran a prompt last in the same hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runners {
    /// Which prompt.
    pub publication: PublicationId,
    /// The hour of their last runs, counted from 1970.
    pub hour: i64,
    /// How many they are.
    pub people: i64,
    /// Their runs in each window, capped for each of them; in the order of the windows.
    pub runs: [i64; 3],
    /// How many of them ran it in each window.
    pub in_window: [i64; 3],
}

/// The log of runs by the hour of everybody's last run, as it stood at a time. `caps` are of the windows.
///
/// # Errors
/// The database's.
pub fn runners(
    conn: &mut Conn,
    until: Millis,
    begins: [Millis; 3],
    caps: [u64; 3],
    confirmed_only: bool,
) -> Result<Vec<Runners>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        hour: i64,
        #[diesel(sql_type = BigInt)]
        people: i64,
        #[diesel(sql_type = BigInt)]
        day_runs: i64,
        #[diesel(sql_type = BigInt)]
        week_runs: i64,
        #[diesel(sql_type = BigInt)]
        all_runs: i64,
        #[diesel(sql_type = BigInt)]
        day_people: i64,
        #[diesel(sql_type = BigInt)]
        week_people: i64,
    }
    let [day, week, all] = caps.map(signed);
    let [day_begin, week_begin, _] = begins;
    let rows: Vec<Row> = Statement::new(
        "SELECT publication_id, latest / 3600000 AS hour, count(*) AS people, \
         CAST(sum(CASE WHEN in_day > ? THEN ? ELSE in_day END) AS BIGINT) AS day_runs, \
         CAST(sum(CASE WHEN in_week > ? THEN ? ELSE in_week END) AS BIGINT) AS week_runs, \
         CAST(sum(CASE WHEN in_all > ? THEN ? ELSE in_all END) AS BIGINT) AS all_runs, \
         CAST(sum(CASE WHEN in_day > 0 THEN 1 ELSE 0 END) AS BIGINT) AS day_people, \
         CAST(sum(CASE WHEN in_week > 0 THEN 1 ELSE 0 END) AS BIGINT) AS week_people FROM \
         (SELECT publication_id, account_id, max(at) AS latest, count(*) AS in_all, sum(CASE WHEN at > ? THEN 1 ELSE 0 END) AS in_day, \
         sum(CASE WHEN at > ? THEN 1 ELSE 0 END) AS in_week FROM run_event WHERE counts = 1 AND at <= ?",
    )
    .bind_all([day, day, week, week, all, all].map(Value::from))
    .bind_all([day_begin, week_begin, until].map(Value::from))
    .sql(&confirmed(confirmed_only, "account_id"))
    .sql(" GROUP BY publication_id, account_id) seen WHERE ")
    .sql(&ties::none("seen.publication_id", "seen.account_id"))
    .sql(" GROUP BY publication_id, latest / 3600000")
    .load(conn)?;
    let group = |row: Row| {
        Ok(Runners {
            publication: publication(&row.publication_id)?,
            hour: row.hour,
            people: row.people,
            runs: [row.day_runs, row.week_runs, row.all_runs],
            in_window: [row.day_people, row.week_people, row.people],
        })
    };
    rows.into_iter().map(group).collect()
}

/// Runs of each prompt in the hours after a time, until another: prompt, hour from 1970, count.
///
/// # Errors
/// The database's.
pub fn hours(
    conn: &mut Conn,
    after: Millis,
    until: Millis,
    confirmed_only: bool,
) -> Result<Vec<(PublicationId, i64, i64)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        hour: i64,
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    // Ids of executions begin with the time at which they were asked for: the last of them lie together.
    let from = ExecutionId::mint(after, [0; 10]).as_bytes().to_vec();
    let rows: Vec<Row> = Statement::new(
        "SELECT publication_id, at / 3600000 AS hour, count(*) AS n FROM run_event WHERE execution_id >= ? AND counts = 1 AND at > ? AND at <= ?",
    )
    .bind(from)
    .bind(after)
    .bind(until)
    .sql(" AND ")
    .sql(&ties::none("run_event.publication_id", "run_event.account_id"))
    .sql(&confirmed(confirmed_only, "account_id"))
    .sql(" GROUP BY publication_id, at / 3600000")
    .load(conn)?;
    let hour = |row: Row| Ok((publication(&row.publication_id)?, row.hour, row.n));
    rows.into_iter().map(hour).collect()
}
