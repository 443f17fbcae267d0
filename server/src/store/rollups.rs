//! Roll-ups as they are written: executions that have ended are added to the counts of their hours and days, each once. Not the reading.
//!
//! A cursor runs over the ids of executions, which begin with the time at which they were asked for. What it passes before its end is
//! noted as late and counted when it has ended. So counts, late ones and what lies behind the cursor are all executions at any moment.

use super::execution_rows::{cost, fault};
use super::library::signed;
use super::statement::{Statement, Value};
use super::{Conn, StoreError, Tx, run_log, sync};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_shared::dashboards::{Fact, Grain, Latencies, Tally};
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_shared::ids::{DocId, ExecutionId, Millis, SpaceId, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of [`FactRow`].
pub(super) const FACT: &str = "id, account_id, created_at, model, prompt_id, space_id, state, cost_state, cost, latency_ms, finished_at";

/// Late executions that have ended. Few are late: SQLite keeps the order of a cross join, and would else walk over all of an account.
pub(super) const LATE: &str = " FROM rollup_late CROSS JOIN execution WHERE execution.id = rollup_late.execution_id \
     AND finished_at IS NOT NULL";

/// An execution as roll-ups read it.
#[derive(QueryableByName)]
pub(super) struct FactRow {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Binary)]
    account_id: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = Text)]
    model: String,
    #[diesel(sql_type = Nullable<Binary>)]
    prompt_id: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    space_id: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    cost_state: String,
    #[diesel(sql_type = BigInt)]
    cost: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    latency_ms: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    finished_at: Option<i64>,
}

impl FactRow {
    fn execution(&self) -> Result<ExecutionId, StoreError> {
        ExecutionId::from_slice(&self.id).ok_or_else(|| fault("id"))
    }

    /// As it is counted.
    ///
    /// # Errors
    /// When the row is not readable.
    pub(super) fn fact(self) -> Result<Fact, StoreError> {
        Ok(Fact {
            id: self.execution()?,
            user: UserId::from_slice(&self.account_id).ok_or_else(|| fault("account"))?,
            at: self.created_at,
            model: self.model,
            prompt: self.prompt_id.and_then(|id| DocId::from_slice(&id)),
            team: self.space_id.and_then(|id| SpaceId::from_slice(&id)),
            state: ExecutionState::parse(&self.state).ok_or_else(|| fault("state"))?,
            cost: cost(&self.cost_state, self.cost),
            latency: self.latency_ms,
        })
    }
}

/// How far the roll-ups are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Every execution up to this id is counted, or late.
    pub upto: Vec<u8>,
    /// How many steps there were.
    turns: i64,
}

/// How far the roll-ups are.
///
/// # Errors
/// The database's.
pub fn cursor(conn: &mut Conn) -> Result<Cursor, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        upto: Vec<u8>,
        #[diesel(sql_type = BigInt)]
        turns: i64,
    }
    let row: Option<Row> =
        Statement::new("SELECT upto, turns FROM rollup_cursor WHERE id = 1").first(conn)?;
    let row = row.ok_or_else(|| StoreError::Fault("the roll-ups have no cursor".to_owned()))?;
    Ok(Cursor {
        upto: row.upto,
        turns: row.turns,
    })
}

/// What a row counts executions of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Model(String),
    /// Empty for texts of one's own.
    Prompt(Vec<u8>),
    /// A model, of a team.
    Team(SpaceId, String),
    /// A prompt of a team.
    TeamPrompt(SpaceId, Vec<u8>),
}

impl Subject {
    /// Its table and the columns of its key.
    fn place(&self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Model(_) => ("rollup_model", &["model"]),
            Self::Prompt(_) => ("rollup_prompt", &["prompt_id"]),
            Self::Team(..) => ("rollup_team", &["space_id", "model"]),
            Self::TeamPrompt(..) => ("rollup_team_prompt", &["space_id", "prompt_id"]),
        }
    }

    /// The values of those columns.
    fn values(&self) -> Vec<Value> {
        match self {
            Self::Model(name) => vec![name.as_str().into()],
            Self::Prompt(id) => vec![id.clone().into()],
            Self::Team(team, name) => vec![team.as_bytes().into(), name.as_str().into()],
            Self::TeamPrompt(team, id) => vec![team.as_bytes().into(), id.clone().into()],
        }
    }

    fn team(&self) -> Option<SpaceId> {
        match self {
            Self::Team(team, _) | Self::TeamPrompt(team, _) => Some(*team),
            Self::Model(_) | Self::Prompt(_) => None,
        }
    }
}

/// A step of the roll-ups: what is added, and where the cursor goes.
#[derive(Clone, Debug)]
pub struct Step {
    from: Cursor,
    upto: Vec<u8>,
    rows: BTreeMap<(UserId, Grain, i64, Subject), Tally>,
    /// Passed before their end.
    open: Vec<ExecutionId>,
    /// Late ones that have ended.
    ended: Vec<ExecutionId>,
    /// Runs of prompts that completed: those of copies of public prompts go into their log.
    ran: Vec<ExecutionId>,
    /// Executions that are counted.
    pub counted: u64,
    /// Whether nothing is left before the time that was asked for.
    pub last: bool,
}

impl Step {
    fn count(&mut self, fact: &Fact) {
        let prompt = fact.prompt.map(|id| id.as_bytes().to_vec());
        let prompt = prompt.unwrap_or_default();
        for grain in Grain::ALL {
            let bucket = grain.bucket(fact.at);
            let of_team = fact.team.map(|team| {
                [
                    Subject::Team(team, fact.model.clone()),
                    Subject::TeamPrompt(team, prompt.clone()),
                ]
            });
            let subjects = [
                Subject::Model(fact.model.clone()),
                Subject::Prompt(prompt.clone()),
            ];
            for subject in subjects.into_iter().chain(of_team.into_iter().flatten()) {
                let key = (fact.user, grain, bucket, subject);
                self.rows.entry(key).or_default().add(fact);
            }
        }
        if fact.prompt.is_some() && fact.state == ExecutionState::Completed {
            self.ran.push(fact.id);
        }
        self.counted = self.counted.saturating_add(1);
    }
}

/// The next step over executions that were asked for before a time, at most so many; `None` when there is nothing to do.
///
/// The time must lie so far back that none is still being stored with an earlier one.
///
/// # Errors
/// The database's.
pub fn gather(conn: &mut Conn, until: Millis, limit: i64) -> Result<Option<Step>, StoreError> {
    let from = cursor(conn)?;
    let bound = ExecutionId::mint(until, [0; 10]).as_bytes().to_vec();
    let select = || Statement::new("SELECT ").sql(FACT);
    let rows: Vec<FactRow> = select()
        .sql(" FROM execution WHERE id > ? AND id <= ? ORDER BY id LIMIT ?")
        .bind(from.upto.clone())
        .bind(bound.clone())
        .bind(limit)
        .load(conn)?;
    let late: Vec<FactRow> = select().sql(LATE).sql(" LIMIT ?").bind(limit).load(conn)?;
    if rows.is_empty() && late.is_empty() {
        return Ok(None);
    }
    let whole = |rows: &[FactRow]| i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
    let full = whole(&rows);
    let upto = match rows.last() {
        Some(last) if full => last.id.clone(),
        // A server whose clock runs behind asks for less than was done.
        _ => bound.max(from.upto.clone()),
    };
    let mut step = Step {
        last: !full && !whole(&late),
        upto,
        from,
        rows: BTreeMap::new(),
        open: Vec::new(),
        ended: Vec::new(),
        ran: Vec::new(),
        counted: 0,
    };
    for row in late {
        step.ended.push(row.execution()?);
        step.count(&row.fact()?);
    }
    for row in rows {
        if row.finished_at.is_some() {
            step.count(&row.fact()?);
        } else {
            step.open.push(row.execution()?);
        }
    }
    Ok(Some(step))
}

/// Takes a step; false when another server took one meanwhile: then nothing is changed.
///
/// # Errors
/// The database's.
pub fn apply(tx: &mut Tx<'_>, step: &Step) -> Result<bool, StoreError> {
    let moved = Statement::new(
        "UPDATE rollup_cursor SET upto = ?, turns = turns + 1 WHERE id = 1 AND turns = ?",
    )
    .bind(step.upto.clone())
    .bind(step.from.turns)
    .execute(tx)?;
    if moved == 0 {
        return Ok(false);
    }
    for id in &step.ended {
        Statement::new("DELETE FROM rollup_late WHERE execution_id = ?")
            .bind(id.as_bytes())
            .execute(tx)?;
    }
    for id in &step.open {
        Statement::new("INSERT INTO rollup_late (execution_id) VALUES (?)")
            .bind(id.as_bytes())
            .execute(tx)?;
    }
    let teams = teams(tx, step)?;
    for ((user, grain, bucket, subject), tally) in &step.rows {
        if subject.team().is_some_and(|team| !teams.contains(&team)) {
            continue;
        }
        add(tx, *user, (*grain, *bucket), subject, tally)?;
    }
    run_log::ran(tx, &step.ran)?;
    Ok(true)
}

/// The teams of a step that are still there.
fn teams(tx: &mut Tx<'_>, step: &Step) -> Result<BTreeSet<SpaceId>, StoreError> {
    let named = step.rows.keys().filter_map(|(.., subject)| subject.team());
    let named: Vec<SpaceId> = named.collect::<BTreeSet<_>>().into_iter().collect();
    let found = sync::seqs(tx, &named)?;
    Ok(found.into_iter().map(|(team, _)| team).collect())
}

fn add(
    tx: &mut Tx<'_>,
    user: UserId,
    at: (Grain, i64),
    subject: &Subject,
    tally: &Tally,
) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        latency: Vec<u8>,
    }
    let (table, keys) = subject.place();
    let these: String = keys.iter().map(|key| format!(" AND {key} = ?")).collect();
    let before: Option<Row> = Statement::new(&format!(
        "SELECT latency FROM {table} WHERE account_id = ? AND grain = ? AND bucket = ?{these}"
    ))
    .bind(user.as_bytes())
    .bind(at.0.code())
    .bind(at.1)
    .bind_all(subject.values())
    .first(tx)?;
    let mut latencies = match before {
        Some(row) => self::latencies(&row.latency)?,
        None => Latencies::default(),
    };
    latencies.merge(&tally.latencies);
    let plus = |name: &str| format!("{name} = {table}.{name} + excluded.{name}");
    let sums = COUNTS.map(plus).join(", ");
    let key = keys.join(", ");
    let places = vec!["?"; keys.len()].join(", ");
    Statement::new(&format!(
        "INSERT INTO {table} (account_id, grain, bucket, {key}, {}, latency) VALUES (?, ?, ?, {places}, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (account_id, grain, bucket, {key}) DO UPDATE SET {sums}, latency = excluded.latency",
        COUNTS.join(", ")
    ))
    .bind(user.as_bytes())
    .bind(at.0.code())
    .bind(at.1)
    .bind_all(subject.values())
    .bind(signed(tally.completed))
    .bind(signed(tally.failed))
    .bind(signed(tally.truncated))
    .bind(signed(tally.cancelled))
    .bind(tally.cost.0)
    .bind(signed(tally.unpriced))
    .bind(latencies.encode())
    .execute(tx)?;
    Ok(())
}

/// The columns that add up.
pub(super) const COUNTS: [&str; 6] = [
    "completed",
    "failed",
    "truncated",
    "cancelled",
    "cost",
    "unpriced",
];

/// Reads a histogram.
pub(super) fn latencies(bytes: &[u8]) -> Result<Latencies, StoreError> {
    Latencies::decode(bytes).ok_or_else(fault_of_histogram)
}

/// What is said of a histogram that is none.
pub(super) fn fault_of_histogram() -> StoreError {
    StoreError::Fault("a histogram is not readable".to_owned())
}
