//! The logs that boards are counted from: votes, and copies that people took; and the keys under which networks are hashed. Not the runs of
//! those, nor the counting, and no line is ever changed.

use super::library::{fault, signed};
use super::publications::{account, publication};
use super::statement::{Statement, Value};
use super::{Conn, StoreError, ties};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, SmallInt, Text};
use krowoc_shared::ids::{DocId, Millis, PublicationId, UserId};
use krowoc_shared::leaderboard::votes::Cast;
use krowoc_shared::leaderboard::window::{DAY, HOUR};
use krowoc_shared::leaderboard::wire::Vote;
use serde::Serialize;

/// The hash of a network.
pub type Network = [u8; 16];

/// Ids of one statement.
pub(super) const NAMED: usize = 500;

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
pub(super) fn confirmed(only: bool, column: &str) -> String {
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

/// The public prompt that a text of somebody's is a copy of, as it was taken: what is run of it may count.
///
/// # Errors
/// The database's.
pub fn copied(
    conn: &mut Conn,
    user: UserId,
    doc: DocId,
    rev: u64,
) -> Result<Option<PublicationId>, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
    }
    let found: Option<Found> = Statement::new(
        "SELECT publication_id FROM fork WHERE doc_id = ? AND rev = ? AND account_id = ? ORDER BY row_id",
    )
    .bind(doc.as_bytes())
    .bind(signed(rev))
    .bind(user.as_bytes())
    .first(conn)?;
    found
        .map(|found| publication(&found.publication_id))
        .transpose()
}
