//! Sums of what was used, by day, model, prompt and key: kept with every execution that ends. Not the executions.

use super::library::unsigned;
use super::statement::Statement;
use super::{Conn, StoreError, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::UsageSum;
use krowoc_shared::ids::{DocId, KeyId, Millis, SpaceId, UserId};

/// A day in milliseconds.
pub const DAY: Millis = 86_400_000;

/// What an execution that has ended adds.
#[derive(Clone, Debug)]
pub struct Used<'a> {
    /// Whose.
    pub user: UserId,
    /// When it was asked for.
    pub at: Millis,
    /// The model that was asked for.
    pub model: &'a str,
    /// The prompt.
    pub prompt: Option<DocId>,
    /// The key.
    pub key: Option<KeyId>,
    /// The rest.
    pub sum: UsageSum,
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Adds to the sums.
///
/// # Errors
/// The database's.
pub fn add(tx: &mut Tx<'_>, used: &Used<'_>) -> Result<(), StoreError> {
    let bytes = |id: Option<&[u8; 16]>| id.map(|id| id.to_vec()).unwrap_or_default();
    Statement::new(
        "INSERT INTO usage_day (account_id, day, model, prompt_id, key_id, executions, failed, input_tokens, output_tokens, \
         cost, unpriced) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (account_id, day, model, prompt_id, key_id) DO UPDATE SET \
         executions = usage_day.executions + excluded.executions, failed = usage_day.failed + excluded.failed, \
         input_tokens = usage_day.input_tokens + excluded.input_tokens, \
         output_tokens = usage_day.output_tokens + excluded.output_tokens, \
         cost = usage_day.cost + excluded.cost, unpriced = usage_day.unpriced + excluded.unpriced",
    )
    .bind(used.user.as_bytes())
    .bind(used.at.div_euclid(DAY))
    .bind(used.model)
    .bind(bytes(used.prompt.as_ref().map(DocId::as_bytes)))
    .bind(bytes(used.key.as_ref().map(KeyId::as_bytes)))
    .bind(number(used.sum.executions))
    .bind(number(used.sum.failed))
    .bind(number(used.sum.input_tokens))
    .bind(number(used.sum.output_tokens))
    .bind(used.sum.cost.0)
    .bind(number(used.sum.unpriced))
    .execute(tx)?;
    Ok(())
}

/// What the rows of a report stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Days since 1970.
    Day,
    /// Models.
    Model,
    /// Prompts, by their ids.
    Prompt,
    /// Keys, by their ids.
    Key,
}

/// A row of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Days since 1970, of a report by day.
    pub day: i64,
    /// The model, of a report by model.
    pub model: String,
    /// The id, of a report by prompt or key; empty for none.
    pub id: Vec<u8>,
    /// The sums.
    pub sum: UsageSum,
}

/// The sums of a row, as every query names them.
#[derive(QueryableByName)]
pub(super) struct Sums {
    #[diesel(sql_type = BigInt)]
    executions: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
    #[diesel(sql_type = BigInt)]
    input_tokens: i64,
    #[diesel(sql_type = BigInt)]
    output_tokens: i64,
    #[diesel(sql_type = BigInt)]
    cost: i64,
    #[diesel(sql_type = BigInt)]
    unpriced: i64,
}

impl Sums {
    pub(super) fn sum(&self) -> UsageSum {
        UsageSum {
            executions: unsigned(self.executions),
            failed: unsigned(self.failed),
            input_tokens: unsigned(self.input_tokens),
            output_tokens: unsigned(self.output_tokens),
            cost: NanoUsd(self.cost),
            unpriced: unsigned(self.unpriced),
        }
    }
}

#[derive(QueryableByName)]
struct Loaded {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Text)]
    model: String,
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(embed)]
    sums: Sums,
}

impl Loaded {
    fn row(self) -> Row {
        Row {
            sum: self.sums.sum(),
            day: self.day,
            model: self.model,
            id: self.id,
        }
    }
}

/// Sums of PostgreSQL are wider than its numbers: each is brought back.
pub(super) const SUMS: &str = "CAST(coalesce(sum(executions), 0) AS BIGINT) AS executions, CAST(coalesce(sum(failed), 0) AS BIGINT) AS failed, \
     CAST(coalesce(sum(input_tokens), 0) AS BIGINT) AS input_tokens, \
     CAST(coalesce(sum(output_tokens), 0) AS BIGINT) AS output_tokens, \
     CAST(coalesce(sum(cost), 0) AS BIGINT) AS cost, CAST(coalesce(sum(unpriced), 0) AS BIGINT) AS unpriced \
     FROM usage_day WHERE account_id = ? AND day BETWEEN ? AND ?";

/// The rows of a report, days in order, others most costly first, and the sum of all.
///
/// # Errors
/// The database's.
pub fn report(
    conn: &mut Conn,
    user: UserId,
    days: (i64, i64),
    by: By,
    limit: i64,
) -> Result<(Vec<Row>, UsageSum), StoreError> {
    let none = match conn {
        Conn::Sqlite(_) => "x''",
        Conn::Postgres(_) => "CAST('' AS BYTEA)",
    };
    let (columns, group) = match by {
        By::Day => (
            format!("day, '' AS model, {none} AS id, "),
            "day ORDER BY day",
        ),
        By::Model => (
            format!("CAST(0 AS BIGINT) AS day, model, {none} AS id, "),
            "model ORDER BY cost DESC, model",
        ),
        By::Prompt => (
            "CAST(0 AS BIGINT) AS day, '' AS model, prompt_id AS id, ".to_owned(),
            "prompt_id ORDER BY cost DESC, prompt_id",
        ),
        By::Key => (
            "CAST(0 AS BIGINT) AS day, '' AS model, key_id AS id, ".to_owned(),
            "key_id ORDER BY cost DESC, key_id",
        ),
    };
    let of = |columns: &str| {
        Statement::new("SELECT ")
            .sql(columns)
            .sql(SUMS)
            .bind(user.as_bytes())
            .bind(days.0)
            .bind(days.1)
    };
    let rows: Vec<Loaded> = of(&columns)
        .sql(" GROUP BY ")
        .sql(group)
        .sql(" LIMIT ?")
        .bind(limit)
        .load(conn)?;
    let total: Option<Loaded> = of(&format!(
        "CAST(0 AS BIGINT) AS day, '' AS model, {none} AS id, "
    ))
    .first(conn)?;
    let total = total.map(|row| row.sums.sum()).unwrap_or_default();
    Ok((rows.into_iter().map(Loaded::row).collect(), total))
}

/// What a prompt is called: its title, or the one it had when it was last run.
///
/// # Errors
/// The database's.
pub fn prompt_title(
    conn: &mut Conn,
    user: UserId,
    space: SpaceId,
    id: &[u8],
) -> Result<Option<String>, StoreError> {
    title(conn, space, id, ("account_id", user.as_bytes()))
}

/// What a prompt of a team is called: its title, or the one it had when any member ran it last.
///
/// # Errors
/// The database's.
pub fn team_prompt_title(
    conn: &mut Conn,
    team: SpaceId,
    id: &[u8],
) -> Result<Option<String>, StoreError> {
    title(conn, team, id, ("space_id", team.as_bytes()))
}

/// As the document has it, or as the last execution has it of those of which a column holds this id.
fn title(
    conn: &mut Conn,
    space: SpaceId,
    id: &[u8],
    (column, whose): (&str, &[u8; 16]),
) -> Result<Option<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Title {
        #[diesel(sql_type = Text)]
        title: String,
    }
    let now: Option<Title> =
        Statement::new("SELECT title FROM document WHERE space_id = ? AND id = ? AND shelf < 2")
            .bind(space.as_bytes())
            .bind(id.to_vec())
            .first(conn)?;
    let title = match now {
        Some(title) => Some(title),
        None => Statement::new("SELECT title FROM execution WHERE ")
            .sql(column)
            .sql(" = ? AND prompt_id = ? ORDER BY id DESC LIMIT 1")
            .bind(whose)
            .bind(id.to_vec())
            .first(conn)?,
    };
    Ok(title.map(|row| row.title))
}
