//! The log of runs: completed ones of copies as they were taken, with the network that each was asked for from. No line is ever changed. Not
//! votes and copies, nor what is counted of them.

use super::library::{fault, signed};
use super::logs::{NAMED, Network, confirmed};
use super::publications::{account, publication};
use super::statement::{Statement, Value};
use super::{Conn, StoreError, ties};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, SmallInt};
use krowoc_shared::ids::{ExecutionId, Millis, PublicationId, UserId};
use krowoc_shared::leaderboard::BURST;
use krowoc_shared::leaderboard::crowd::{Crowd, Crowds};
use krowoc_shared::leaderboard::window::HOUR;
use std::collections::{BTreeSet, HashMap};

/// A run of a copy, before it is in the log.
struct Run {
    execution: ExecutionId,
    publication: PublicationId,
    account: UserId,
    network: Option<Network>,
    at: Millis,
    counts: bool,
}

impl Run {
    /// The crowd that it is in; none without a network.
    fn crowd(&self) -> Option<Crowd> {
        let network = self.network?;
        Some(Crowd::of(self.publication, network, self.at))
    }
}

/// Adds completed runs of unchanged copies to the log, each once. Other executions among these leave nothing. Where a run was asked for from
/// is then in the log alone.
///
/// Of the accounts whose runs of a prompt come from one network within an hour, the first [`BURST`] count, in the order of the log. What has
/// no network is in no crowd.
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
    let mut crowds = Crowds::default();
    for some in executions.chunks(NAMED) {
        let mut runs = of_copies(conn, some)?;
        know(conn, &mut crowds, &runs)?;
        for run in &mut runs {
            let admitted = |crowd| crowds.admits(crowd, run.account);
            run.counts = run.counts && run.crowd().is_none_or(admitted);
        }
        if !runs.is_empty() {
            add(conn, &runs)?;
        }
        forget(conn, some)?;
    }
    Ok(())
}

/// The completed runs of unchanged copies among some executions, in the order in which they were asked for. They count as far as who ran
/// them and where the copy was taken lets them.
fn of_copies(conn: &mut Conn, executions: &[ExecutionId]) -> Result<Vec<Run>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = Binary)]
        account_id: Vec<u8>,
        #[diesel(sql_type = Nullable<Binary>)]
        network: Option<Vec<u8>>,
        #[diesel(sql_type = BigInt)]
        at: i64,
        #[diesel(sql_type = SmallInt)]
        counts: i16,
    }
    let burst = i64::try_from(BURST).unwrap_or(i64::MAX);
    let rows: Vec<Row> = Statement::new(
        "SELECT e.id, f.publication_id, e.account_id, e.network, e.created_at AS at, CAST(CASE WHEN f.place <= ? AND ",
    )
    .bind(burst)
    .sql(&ties::none("f.publication_id", "e.account_id"))
    .sql(
        " THEN 1 ELSE 0 END AS SMALLINT) AS counts FROM execution e JOIN fork f ON f.doc_id = e.prompt_id \
         AND f.rev = e.version AND f.account_id = e.account_id WHERE e.state = 'completed' AND e.id IN (",
    )
    .sql(&vec!["?"; executions.len()].join(", "))
    .sql(") ORDER BY e.id")
    .bind_all(executions.iter().map(|id| Value::from(id.as_bytes())))
    .load(conn)?;
    let run = |row: Row| {
        let network = row.network.map(|it| Network::try_from(it.as_slice()));
        Ok(Run {
            execution: ExecutionId::from_slice(&row.id).ok_or_else(|| fault("execution"))?,
            publication: publication(&row.publication_id)?,
            account: account(&row.account_id)?,
            network: network.transpose().map_err(|_| fault("network"))?,
            at: row.at,
            counts: row.counts != 0,
        })
    };
    rows.into_iter().map(run).collect()
}

/// Puts in who counts already of the crowds that these runs are in, as far as they are not known yet.
fn know(conn: &mut Conn, crowds: &mut Crowds, runs: &[Run]) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = Binary)]
        network: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        hour: i64,
        #[diesel(sql_type = Binary)]
        account_id: Vec<u8>,
    }
    let counting = runs.iter().filter(|run| run.counts);
    let wanted = counting
        .filter_map(Run::crowd)
        .filter(|crowd| !crowds.knows(crowd));
    let mut wanted: HashMap<Crowd, Vec<UserId>> = wanted.map(|it| (it, Vec::new())).collect();
    let hours = || wanted.keys().map(|crowd| crowd.hour);
    let (Some(first), Some(last)) = (hours().min(), hours().max()) else {
        return Ok(());
    };
    let places = wanted.keys().map(|it| (it.publication, it.network));
    let places: BTreeSet<(PublicationId, Network)> = places.collect();
    // SQLite keeps the order of a cross join, and would else walk over the whole log.
    let rows: Vec<Row> = Statement::new("WITH crowd (publication_id, network) AS (VALUES ")
        .sql(&vec!["(?, ?)"; places.len()].join(", "))
        .sql(
            ") SELECT DISTINCT e.publication_id, e.network, e.at / 3600000 AS hour, e.account_id FROM crowd CROSS JOIN run_event e \
             WHERE e.publication_id = crowd.publication_id AND e.network = crowd.network AND e.network IS NOT NULL AND e.counts = 1 \
             AND e.at >= ? AND e.at < ?",
        )
        .bind_all(places.iter().flat_map(|(publication, network)| {
            [Value::from(publication.as_bytes()), Value::from(network)]
        }))
        .bind(first.saturating_mul(HOUR))
        .bind(last.saturating_add(1).saturating_mul(HOUR))
        .once()
        .load(conn)?;
    for row in rows {
        let network = Network::try_from(row.network.as_slice()).map_err(|_| fault("network"))?;
        let crowd = Crowd {
            publication: publication(&row.publication_id)?,
            network,
            hour: row.hour,
        };
        if let Some(there) = wanted.get_mut(&crowd) {
            there.push(account(&row.account_id)?);
        }
    }
    for (crowd, there) in wanted {
        crowds.put(crowd, there);
    }
    Ok(())
}

fn add(conn: &mut Conn, runs: &[Run]) -> Result<(), StoreError> {
    let rows = vec!["(?, ?, ?, ?, ?, ?)"; runs.len()].join(", ");
    let mut insert = Statement::new(
        "INSERT INTO run_event (execution_id, publication_id, account_id, counts, network, at) VALUES ",
    )
    .sql(&rows)
    .sql(" ON CONFLICT (execution_id) DO NOTHING");
    for run in runs {
        insert = insert
            .bind(run.execution.as_bytes())
            .bind(run.publication.as_bytes())
            .bind(run.account.as_bytes())
            .bind(i16::from(run.counts))
            .bind(run.network.map(|it| it.to_vec()))
            .bind(run.at);
    }
    insert.once().execute(conn)?;
    Ok(())
}

/// Takes away where executions were asked for from, also of those whose copy or prompt went before they came into the log.
fn forget(conn: &mut Conn, executions: &[ExecutionId]) -> Result<(), StoreError> {
    Statement::new("UPDATE execution SET network = NULL WHERE network IS NOT NULL AND id IN (")
        .sql(&vec!["?"; executions.len()].join(", "))
        .sql(")")
        .bind_all(executions.iter().map(|id| Value::from(id.as_bytes())))
        .execute(conn)?;
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
