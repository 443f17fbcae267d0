//! What was counted of public prompts, as it was counted last. Not the counting: the rows say nothing that the logs do not.

use super::library::{fault, signed, unsigned};
use super::publications::publication;
use super::statement::Statement;
use super::{Conn, StoreError, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, SmallInt, Text};
use krowoc_shared::ids::{Millis, PublicationId};
use krowoc_shared::leaderboard::{Counts, Window};
use std::collections::BTreeMap;

/// At which time the logs are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// When it is counted.
    Now,
    /// A day before that: by how much a prompt has gone up since.
    DayBefore,
}

impl Moment {
    const fn table(self) -> &'static str {
        match self {
            Self::Now => "standing",
            Self::DayBefore => "standing_before",
        }
    }
}

/// What was counted of a prompt in a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The counts.
    pub counts: Counts,
    /// Runs of each of the last 24 hours, the oldest first; only of the window of a day.
    pub hours: Vec<u64>,
}

/// All counts, by window and prompt. What has none is not among them.
pub type Standings = BTreeMap<(Window, PublicationId), Standing>;

/// When it was counted last, and how often it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// When; `None` before the first time.
    pub at: Option<Millis>,
    /// How often.
    turns: i64,
}

/// When it was counted last.
///
/// # Errors
/// The database's.
pub fn counted(conn: &mut Conn) -> Result<Counted, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<BigInt>)]
        counted_at: Option<i64>,
        #[diesel(sql_type = BigInt)]
        turns: i64,
    }
    let row: Option<Row> =
        Statement::new("SELECT counted_at, turns FROM standing_state WHERE id = 1").first(conn)?;
    let row = row.ok_or_else(|| fault("standing state"))?;
    Ok(Counted {
        at: row.counted_at,
        turns: row.turns,
    })
}

/// All counts of a moment.
///
/// # Errors
/// The database's.
pub fn all(conn: &mut Conn, moment: Moment) -> Result<Standings, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SmallInt)]
        span: i16,
        #[diesel(sql_type = Binary)]
        publication_id: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        runs: i64,
        #[diesel(sql_type = BigInt)]
        executors: i64,
        #[diesel(sql_type = BigInt)]
        fresh: i64,
        #[diesel(sql_type = BigInt)]
        up: i64,
        #[diesel(sql_type = BigInt)]
        down: i64,
        #[diesel(sql_type = Text)]
        hours: String,
    }
    let rows: Vec<Row> = Statement::new(
        "SELECT span, publication_id, runs, executors, fresh, up, down, hours FROM ",
    )
    .sql(moment.table())
    .load(conn)?;
    let standing = |row: Row| {
        let window = Window::of_code(row.span).ok_or_else(|| fault("window"))?;
        let standing = Standing {
            counts: Counts {
                runs: unsigned(row.runs),
                executors: unsigned(row.executors),
                fresh: unsigned(row.fresh),
                up: unsigned(row.up),
                down: unsigned(row.down),
            },
            hours: read_hours(&row.hours)?,
        };
        Ok(((window, publication(&row.publication_id)?), standing))
    };
    rows.into_iter().map(standing).collect()
}

fn read_hours(text: &str) -> Result<Vec<u64>, StoreError> {
    let number = |part: &str| part.parse().map_err(|_| fault("hours"));
    let parts = text.split(' ').filter(|part| !part.is_empty());
    parts.map(number).collect()
}

fn write_hours(hours: &[u64]) -> String {
    let parts: Vec<String> = hours.iter().map(u64::to_string).collect();
    parts.join(" ")
}

/// Puts new counts in the place of the old ones; gives how many rows came out otherwise. `None` when another server did it meanwhile:
/// then nothing is changed.
///
/// # Errors
/// The database's.
pub fn replace(
    tx: &mut Tx<'_>,
    from: Counted,
    at: Millis,
    new: &Standings,
    before: &Standings,
) -> Result<Option<u64>, StoreError> {
    let moved = Statement::new(
        "UPDATE standing_state SET counted_at = ?, turns = turns + 1 WHERE id = 1 AND turns = ?",
    )
    .bind(at)
    .bind(from.turns)
    .execute(tx)?;
    if moved == 0 {
        return Ok(None);
    }
    write(tx, Moment::DayBefore, before)?;
    write(tx, Moment::Now, new).map(Some)
}

/// Writes the rows that came out otherwise; gives how many they are.
fn write(tx: &mut Tx<'_>, moment: Moment, new: &Standings) -> Result<u64, StoreError> {
    let old = all(tx, moment)?;
    let mut changed = 0_u64;
    for (window, id) in old.keys().filter(|key| !new.contains_key(*key)) {
        Statement::new("DELETE FROM ")
            .sql(moment.table())
            .sql(" WHERE span = ? AND publication_id = ?")
            .bind(window.code())
            .bind(id.as_bytes())
            .execute(tx)?;
        changed = changed.saturating_add(1);
    }
    for (key, standing) in new {
        if old.get(key) == Some(standing) {
            continue;
        }
        put(tx, moment, *key, standing)?;
        changed = changed.saturating_add(1);
    }
    Ok(changed)
}

fn put(
    tx: &mut Tx<'_>,
    moment: Moment,
    (window, id): (Window, PublicationId),
    standing: &Standing,
) -> Result<(), StoreError> {
    let counts = &standing.counts;
    // A prompt that was purged since it was counted has no row to stand in.
    Statement::new("INSERT INTO ")
    .sql(moment.table())
    .sql(
        " (span, publication_id, runs, executors, fresh, up, down, hours) SELECT ?, id, ?, ?, ?, ?, ?, ? \
         FROM publication WHERE id = ? ON CONFLICT (span, publication_id) DO UPDATE SET runs = excluded.runs, \
         executors = excluded.executors, fresh = excluded.fresh, up = excluded.up, down = excluded.down, hours = excluded.hours",
    )
    .bind(window.code())
    .bind(signed(counts.runs))
    .bind(signed(counts.executors))
    .bind(signed(counts.fresh))
    .bind(signed(counts.up))
    .bind(signed(counts.down))
    .bind(write_hours(&standing.hours))
    .bind(id.as_bytes())
    .execute(tx)?;
    Ok(())
}
