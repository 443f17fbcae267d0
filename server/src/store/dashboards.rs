//! Figures as they are read: roll-ups of whole hours and days, and executions that are not in them yet. Not how roll-ups are written.

use super::library::unsigned;
use super::rollups::{COUNTS, Cursor, FACT, FactRow, LATE, latencies};
use super::statement::{Statement, Value};
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Text};
use krowoc_shared::dashboards::wire::Begun;
use krowoc_shared::dashboards::{Fact, Latencies, Part, Span, Tally};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::ids::{ExecutionId, Millis, SpaceId, UserId};

/// Most prompts named in one statement.
const NAMED: usize = 100;

/// How far an account has come.
///
/// # Errors
/// The database's.
pub fn begun(conn: &mut Conn, user: UserId, space: SpaceId) -> Result<Begun, StoreError> {
    begun_by(conn, user, space, "account_id", user.as_bytes())
}

/// How far a team has come, for a member with their own key.
///
/// # Errors
/// The database's.
pub fn begun_in_team(conn: &mut Conn, user: UserId, team: SpaceId) -> Result<Begun, StoreError> {
    begun_by(conn, user, team, "space_id", team.as_bytes())
}

/// Runs are those of which a column holds this id.
fn begun_by(
    conn: &mut Conn,
    user: UserId,
    space: SpaceId,
    column: &str,
    whose: &[u8; 16],
) -> Result<Begun, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        has_key: bool,
        #[diesel(sql_type = Bool)]
        has_prompt: bool,
        #[diesel(sql_type = Bool)]
        has_run: bool,
    }
    let row: Option<Row> = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM provider_key WHERE removed_at IS NULL AND (account_id = ? OR account_id IS NULL)) AS has_key, \
         EXISTS (SELECT 1 FROM document WHERE space_id = ? AND shelf = 0 AND kind = 'prompt') AS has_prompt, \
         EXISTS (SELECT 1 FROM execution WHERE ",
    )
    .bind(user.as_bytes())
    .bind(space.as_bytes())
    .sql(column)
    .sql(" = ?) AS has_run")
    .bind(whose)
    .first(conn)?;
    Ok(row.map_or(Begun::default(), |row| Begun {
        key: row.has_key,
        prompt: row.has_prompt,
        run: row.has_run,
    }))
}

/// The counts of a row, or of several together.
#[derive(Default, QueryableByName)]
pub(super) struct Counts {
    #[diesel(sql_type = BigInt)]
    completed: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
    #[diesel(sql_type = BigInt)]
    truncated: i64,
    #[diesel(sql_type = BigInt)]
    cancelled: i64,
    #[diesel(sql_type = BigInt)]
    cost: i64,
    #[diesel(sql_type = BigInt)]
    unpriced: i64,
}

impl Counts {
    /// With these latencies.
    pub(super) fn tally(&self, latencies: Latencies) -> Tally {
        Tally {
            completed: unsigned(self.completed),
            failed: unsigned(self.failed),
            truncated: unsigned(self.truncated),
            cancelled: unsigned(self.cancelled),
            cost: NanoUsd(self.cost),
            unpriced: unsigned(self.unpriced),
            latencies,
        }
    }
}

/// Sums of the counts. Those of PostgreSQL are wider than its numbers: each is brought back.
pub(super) fn sums() -> String {
    COUNTS
        .map(|name| format!("CAST(sum({name}) AS BIGINT) AS {name}"))
        .join(", ")
}

/// The rows of a part.
pub(super) const ROWS: &str = " WHERE account_id = ? AND grain = ? AND bucket >= ? AND bucket < ?";

fn of(statement: Statement, user: UserId, part: Part) -> Statement {
    statement
        .sql(ROWS)
        .bind(user.as_bytes())
        .bind(part.grain.code())
        .bind(part.first)
        .bind(part.end)
}

/// What was counted of a model in a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelBucket {
    /// When the bucket begins.
    pub at: Millis,
    /// The model.
    pub model: String,
    /// The counts.
    pub tally: Tally,
}

/// The counts of a part by bucket and model.
///
/// # Errors
/// The database's.
pub fn by_model(conn: &mut Conn, user: UserId, part: Part) -> Result<Vec<ModelBucket>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        bucket: i64,
        #[diesel(sql_type = Text)]
        model: String,
        #[diesel(embed)]
        counts: Counts,
        #[diesel(sql_type = Binary)]
        latency: Vec<u8>,
    }
    let columns = COUNTS.join(", ");
    let select = Statement::new("SELECT bucket, model, ")
        .sql(&columns)
        .sql(", latency FROM rollup_model");
    let rows: Vec<Row> = of(select, user, part).load(conn)?;
    let bucket = |row: Row| {
        Ok(ModelBucket {
            at: row.bucket.saturating_mul(part.grain.millis()),
            model: row.model,
            tally: row.counts.tally(latencies(&row.latency)?),
        })
    };
    rows.into_iter().map(bucket).collect()
}

/// Whose prompts are told one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// What one account ran.
    Account(UserId),
    /// The prompts of a team, whoever ran them.
    Team(SpaceId),
}

/// The rows of a part by prompt, with these columns.
fn of_prompts(columns: &str, owner: Owner, part: Part) -> Statement {
    let select = Statement::new("SELECT ").sql(columns);
    let select = match owner {
        Owner::Account(user) => select
            .sql(" FROM rollup_prompt WHERE account_id = ?")
            .bind(user.as_bytes()),
        Owner::Team(team) => select
            .sql(" FROM rollup_team_prompt WHERE space_id = ?")
            .bind(team.as_bytes()),
    };
    select
        .sql(" AND grain = ? AND bucket >= ? AND bucket < ?")
        .bind(part.grain.code())
        .bind(part.first)
        .bind(part.end)
}

/// The counts of a part by prompt, latencies left out; empty bytes for texts of one's own.
///
/// # Errors
/// The database's.
pub fn by_prompt(
    conn: &mut Conn,
    owner: Owner,
    part: Part,
) -> Result<Vec<(Vec<u8>, Tally)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        prompt_id: Vec<u8>,
        #[diesel(embed)]
        counts: Counts,
    }
    let columns = format!("prompt_id, {}", sums());
    let rows: Vec<Row> = of_prompts(&columns, owner, part)
        .sql(" GROUP BY prompt_id")
        .load(conn)?;
    let pair = |row: Row| (row.prompt_id, row.counts.tally(Latencies::default()));
    Ok(rows.into_iter().map(pair).collect())
}

/// Which prompts were run in a part; empty bytes for texts of one's own.
///
/// # Errors
/// The database's.
pub fn prompts(conn: &mut Conn, owner: Owner, part: Part) -> Result<Vec<Vec<u8>>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        prompt_id: Vec<u8>,
    }
    let rows: Vec<Row> = of_prompts("DISTINCT prompt_id", owner, part).load(conn)?;
    Ok(rows.into_iter().map(|row| row.prompt_id).collect())
}

/// The latencies of some prompts in a part, bucket by bucket.
///
/// # Errors
/// The database's.
pub fn latencies_of(
    conn: &mut Conn,
    owner: Owner,
    part: Part,
    prompts: &[Vec<u8>],
) -> Result<Vec<(Vec<u8>, Latencies)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        prompt_id: Vec<u8>,
        #[diesel(sql_type = Binary)]
        latency: Vec<u8>,
    }
    let mut found = Vec::new();
    for some in prompts.chunks(NAMED) {
        let places = vec!["?"; some.len()].join(", ");
        let rows: Vec<Row> = of_prompts("prompt_id, latency", owner, part)
            .sql(" AND prompt_id IN (")
            .sql(&places)
            .sql(")")
            .bind_all(some.iter().cloned().map(Value::from))
            .load(conn)?;
        for row in rows {
            found.push((row.prompt_id, latencies(&row.latency)?));
        }
    }
    Ok(found)
}

/// Whose executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those of one account.
    Account(UserId),
    /// Those of a team's prompts, whoever ran them.
    Team(SpaceId),
    /// All.
    Everybody,
}

impl Whose {
    fn only(self, statement: Statement) -> Statement {
        match self {
            Self::Account(user) => statement.sql(" AND account_id = ?").bind(user.as_bytes()),
            Self::Team(team) => statement.sql(" AND space_id = ?").bind(team.as_bytes()),
            Self::Everybody => statement,
        }
    }
}

/// Executions of a span that have ended and are not counted in roll-ups: behind the cursor, or late.
///
/// # Errors
/// The database's.
pub fn uncounted(
    conn: &mut Conn,
    whose: Whose,
    cursor: &Cursor,
    span: Span,
) -> Result<Vec<Fact>, StoreError> {
    let select = || Statement::new("SELECT ").sql(FACT);
    let id = |at, rest| ExecutionId::mint(at, [rest; 10]).as_bytes().to_vec();
    let begin = id(span.from.saturating_sub(1), u8::MAX);
    // At its end an execution is none of the span any more: it is left out below.
    let end = id(span.to, 0);
    // One lower and one upper bound: of two, SQLite looks only for one of them in the index, and would read all on its other side.
    let behind = select()
        .sql(" FROM execution WHERE id > ? AND id <= ? AND finished_at IS NOT NULL")
        .bind(begin.max(cursor.upto.clone()))
        .bind(end);
    let mut rows: Vec<FactRow> = whose.only(behind).load(conn)?;
    rows.extend(whose.only(select().sql(LATE)).load::<FactRow>(conn)?);
    let facts: Result<Vec<Fact>, StoreError> = rows.into_iter().map(FactRow::fact).collect();
    let mut facts = facts?;
    facts.retain(|fact| span.contains(fact.at));
    Ok(facts)
}
