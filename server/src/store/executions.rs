//! Executions as they are written: begun with their reservation, kept while they stream, parked, ended once. Not how they are read in
//! lists, and not what is sent.
//!
//! An execution that has not ended has a lease. Its owner renews it; whoever finds it run out may take the execution over, and only
//! who owns it can end it: it is settled once, whatever dies.

use super::budgets::Tier;
use super::execution_rows::{REST, VIEW, ViewRow, Whole, WholeRow, cost_parts, json};
use super::jobs::Owner;
use super::library::signed;
use super::logs::Network;
use super::statement::Statement;
use super::{Conn, StoreError, Tx};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, SmallInt};
use krowoc_shared::execution::event::ToolCall;
use krowoc_shared::execution::wire::{Attempt, ExecutionState, ExecutionView};
use krowoc_shared::ids::{DeadLetterId, ExecutionId, GroupId, Millis, SpaceId, UserId};
use serde_json::Value;

/// An execution that begins.
#[derive(Clone, Debug)]
pub struct NewExecution<'a> {
    /// As it begins: state, ids, model, title, reservation, and the prices that it was reserved at.
    pub view: &'a ExecutionView,
    /// Whose.
    pub user: UserId,
    /// Its place in its group.
    pub place: i16,
    /// Whose keys.
    pub tier: Tier,
    /// The period it is reserved in.
    pub period: i64,
    /// Who carries it out.
    pub owner: Owner,
    /// Until when, unless renewed.
    pub lease_until: Millis,
    /// The caller's key of the request and the digest of its body; the first of a group only.
    pub idempotency: Option<(&'a str, [u8; 32])>,
    /// The dead letter that it replays.
    pub letter: Option<DeadLetterId>,
    /// The team whose prompt it is; `None` for one's own.
    pub team: Option<SpaceId>,
    /// The hash of the network that asks, of a copy of a public prompt; kept until the run is in the log.
    pub network: Option<Network>,
    /// What was asked for, as JSON.
    pub request: &'a str,
}

/// Stores an execution that begins.
///
/// # Errors
/// [`StoreError::Conflict`] when the idempotency key was used meanwhile, or the database's.
pub fn begin(tx: &mut Tx<'_>, new: &NewExecution<'_>) -> Result<(), StoreError> {
    let view = new.view;
    Statement::new(
        "INSERT INTO execution (id, account_id, group_id, place, prompt_id, version, title, model, key_id, tier, state, \
         cost_state, cost, reserved, period, price_revision, created_at, attempts, correlation_id, owner, lease_until, idempotency_key, \
         digest, letter_id, space_id, network, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 'pending', 0, ?, ?, ?, ?, '[]', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(view.id.as_bytes())
    .bind(new.user.as_bytes())
    .bind(view.group.as_bytes())
    .bind(new.place)
    .bind(view.prompt.map(|id| id.as_bytes().to_vec()))
    .bind(view.version.map(signed))
    .bind(view.title.as_str())
    .bind(view.model.to_string())
    .bind(view.key.map(|id| id.as_bytes().to_vec()))
    .bind(new.tier.code())
    .bind(view.reserved.0)
    .bind(new.period)
    .bind(view.price_revision.clone())
    .bind(view.created_at)
    .bind(view.correlation_id.as_str())
    .bind(&new.owner)
    .bind(new.lease_until)
    .bind(new.idempotency.map(|(key, _)| key.to_owned()))
    .bind(new.idempotency.map(|(_, digest)| digest.to_vec()))
    .bind(new.letter.map(|id| id.as_bytes().to_vec()))
    .bind(new.team.map(|id| id.as_bytes().to_vec()))
    .bind(new.network.map(|network| network.to_vec()))
    .bind(new.request)
    .execute(tx)?;
    Ok(())
}

/// The group that a request with this key made before, and the digest of that request.
///
/// # Errors
/// The database's.
pub fn by_idempotency(
    conn: &mut Conn,
    user: UserId,
    key: &str,
) -> Result<Option<(GroupId, Vec<u8>)>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        group_id: Vec<u8>,
        #[diesel(sql_type = Nullable<Binary>)]
        digest: Option<Vec<u8>>,
    }
    let row: Option<Row> = Statement::new(
        "SELECT group_id, digest FROM execution WHERE account_id = ? AND idempotency_key = ?",
    )
    .bind(user.as_bytes())
    .bind(key)
    .first(conn)?;
    Ok(row.and_then(|row| {
        let group = GroupId::from_slice(&row.group_id)?;
        Some((group, row.digest.unwrap_or_default()))
    }))
}

/// What an execution has so far.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Its attempts.
    pub attempts: Vec<Attempt>,
    /// Milliseconds to the first text.
    pub first_token_ms: Option<Millis>,
    /// The answer.
    pub output: String,
    /// The reasoning.
    pub reasoning: String,
    /// The tool calls.
    pub tool_calls: Vec<ToolCall>,
}

fn tools(calls: &[ToolCall]) -> Result<Option<String>, StoreError> {
    (!calls.is_empty()).then(|| json(&calls)).transpose()
}

#[derive(QueryableByName)]
struct Flag {
    #[diesel(sql_type = SmallInt)]
    cancel: i16,
}

/// Keeps what an execution under way has so far and renews its lease. `None` when it was taken over or has ended; else whether it is
/// to be stopped.
///
/// # Errors
/// The database's.
pub fn keep(
    tx: &mut Tx<'_>,
    owner: &Owner,
    id: ExecutionId,
    progress: &Progress,
    lease_until: Millis,
) -> Result<Option<bool>, StoreError> {
    let flag: Option<Flag> = Statement::new(
        "UPDATE execution SET state = 'running', attempts = ?, first_token_ms = ?, output = ?, reasoning = ?, tool_calls = ?, \
         lease_until = ? WHERE id = ? AND owner = ? AND lease_until IS NOT NULL RETURNING cancel",
    )
    .bind(json(&progress.attempts)?)
    .bind(progress.first_token_ms)
    .bind(progress.output.as_str())
    .bind(progress.reasoning.as_str())
    .bind(tools(&progress.tool_calls)?)
    .bind(lease_until)
    .bind(id.as_bytes())
    .bind(owner)
    .first(tx)?;
    Ok(flag.map(|flag| flag.cancel != 0))
}

/// Parks an execution that waits for its next attempt: nobody owns it until then. False when it was taken over.
///
/// # Errors
/// The database's.
pub fn park(
    tx: &mut Tx<'_>,
    owner: &Owner,
    id: ExecutionId,
    attempts: &[Attempt],
    lease_until: Millis,
) -> Result<bool, StoreError> {
    let changed = Statement::new(
        "UPDATE execution SET state = 'waiting', attempts = ?, owner = NULL, lease_until = ? \
         WHERE id = ? AND owner = ? AND lease_until IS NOT NULL",
    )
    .bind(json(&attempts)?)
    .bind(lease_until)
    .bind(id.as_bytes())
    .bind(owner)
    .execute(tx)?;
    Ok(changed == 1)
}

/// How an execution ended.
#[derive(Clone, Debug)]
pub struct Ending {
    /// As it stands for good.
    pub view: ExecutionView,
    /// The answer.
    pub output: String,
    /// The reasoning.
    pub reasoning: String,
    /// The tool calls.
    pub tool_calls: Vec<ToolCall>,
    /// The provider's own usage object.
    pub raw_usage: Option<Value>,
}

/// Ends an execution; false when it is not the owner's any more: then nothing may be settled.
///
/// # Errors
/// The database's.
pub fn end(tx: &mut Tx<'_>, owner: &Owner, ending: &Ending) -> Result<bool, StoreError> {
    let view = &ending.view;
    let (cost_state, cost) = cost_parts(view.cost);
    let class = view.failure.as_ref().map(|failure| failure.class);
    // What did not complete counts nowhere: it need not be known where it was asked for from.
    let forgotten = match view.state {
        ExecutionState::Completed => "",
        _ => ", network = NULL",
    };
    let changed = Statement::new(
        "UPDATE execution SET answered_by = ?, key_id = ?, state = ?, class = ?, failure = ?, finish_reason = ?, usage = ?, \
         cost_state = ?, cost = ?, price_revision = ?, finished_at = ?, latency_ms = ?, first_token_ms = ?, attempts = ?, \
         owner = NULL, lease_until = NULL, output = ?, reasoning = ?, tool_calls = ?, raw_usage = ?",
    )
    .sql(forgotten)
    .sql(" WHERE id = ? AND owner = ? AND lease_until IS NOT NULL")
    .bind(view.answered_by.as_ref().map(ToString::to_string))
    .bind(view.key.map(|id| id.as_bytes().to_vec()))
    .bind(view.state.as_str())
    .bind(class.map(|class| class.as_str().to_owned()))
    .bind(view.failure.as_ref().map(json).transpose()?)
    .bind(view.finish_reason.map(|reason| reason.as_str().to_owned()))
    .bind(view.usage.as_ref().map(json).transpose()?)
    .bind(cost_state)
    .bind(cost.0)
    .bind(view.price_revision.clone())
    .bind(view.finished_at)
    .bind(view.latency_ms)
    .bind(view.first_token_ms)
    .bind(json(&view.attempts)?)
    .bind(ending.output.as_str())
    .bind(ending.reasoning.as_str())
    .bind(tools(&ending.tool_calls)?)
    .bind(ending.raw_usage.as_ref().map(json).transpose()?)
    .bind(view.id.as_bytes())
    .bind(owner)
    .execute(tx)?;
    Ok(changed == 1)
}

/// Most leases renewed by one statement.
const RENEWED: usize = 200;

/// Renews the leases of these executions, as far as they are the owner's; gives which they are.
///
/// # Errors
/// The database's.
pub fn renew(
    conn: &mut Conn,
    owner: &Owner,
    renewed: &[ExecutionId],
    lease_until: Millis,
) -> Result<Vec<ExecutionId>, StoreError> {
    let mut own = Vec::with_capacity(renewed.len());
    for some in renewed.chunks(RENEWED) {
        let places = vec!["?"; some.len()].join(", ");
        let rows = Statement::new("UPDATE execution SET lease_until = ? WHERE owner = ? AND lease_until IS NOT NULL AND id IN (")
            .bind(lease_until)
            .bind(owner)
            .sql(&places)
            .sql(") RETURNING id")
            .bind_all(some.iter().map(|id| id.as_bytes().into()))
            .once()
            .load(conn)?;
        own.extend(ids(rows));
    }
    Ok(own)
}

/// Executions of an owner whose lease ran out although it lives: nothing in it carries them out any more, or it is about to renew them.
///
/// # Errors
/// The database's.
pub fn expired(
    conn: &mut Conn,
    owner: &Owner,
    now: Millis,
) -> Result<Vec<ExecutionId>, StoreError> {
    let rows = Statement::new(
        "SELECT id FROM execution WHERE lease_until IS NOT NULL AND lease_until < ? AND owner = ? ORDER BY lease_until, id",
    )
    .bind(now)
    .bind(owner)
    .load(conn)?;
    Ok(ids(rows))
}

/// Gives up the leases of these executions of an owner, so that they are taken over at once.
///
/// # Errors
/// The database's.
pub fn give_up(tx: &mut Tx<'_>, owner: &Owner) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE execution SET lease_until = 0 WHERE owner = ? AND lease_until IS NOT NULL",
    )
    .bind(owner)
    .execute(tx)?;
    Ok(())
}

#[derive(QueryableByName)]
struct OnlyId {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
}

fn ids(rows: Vec<OnlyId>) -> Vec<ExecutionId> {
    let id = |row: OnlyId| ExecutionId::from_slice(&row.id);
    rows.into_iter().filter_map(id).collect()
}

/// Executions of other owners whose lease ends before a time, the oldest first; `parked` ones, which nobody owns, too.
///
/// # Errors
/// The database's.
pub fn abandoned(
    conn: &mut Conn,
    owner: &Owner,
    before: Millis,
    parked: bool,
    limit: i64,
) -> Result<Vec<ExecutionId>, StoreError> {
    let parked = if parked { " OR owner IS NULL" } else { "" };
    let rows = Statement::new(
        "SELECT id FROM execution WHERE lease_until IS NOT NULL AND lease_until < ? AND (owner <> ?",
    )
    .bind(before)
    .bind(owner)
    .sql(parked)
    .sql(") ORDER BY lease_until, id LIMIT ?")
    .bind(limit)
    .load(conn)?;
    Ok(ids(rows))
}

/// Executions of an owner that are to be stopped: another server was asked to.
///
/// # Errors
/// The database's.
pub fn to_cancel(conn: &mut Conn, owner: &Owner) -> Result<Vec<ExecutionId>, StoreError> {
    let rows = Statement::new(
        "SELECT id FROM execution WHERE lease_until IS NOT NULL AND owner = ? AND cancel = 1",
    )
    .bind(owner)
    .load(conn)?;
    Ok(ids(rows))
}

/// Takes an execution over, when nobody owns it or its lease ran out before a time; of several only one succeeds. `None` otherwise.
///
/// # Errors
/// The database's.
pub fn take_over(
    tx: &mut Tx<'_>,
    owner: &Owner,
    id: ExecutionId,
    before: Millis,
    lease_until: Millis,
) -> Result<Option<Whole>, StoreError> {
    let row: Option<WholeRow> = Statement::new(
        "UPDATE execution SET owner = ?, lease_until = ? WHERE id = ? AND lease_until IS NOT NULL \
         AND (owner IS NULL OR lease_until < ?) RETURNING ",
    )
    .bind(owner)
    .bind(lease_until)
    .bind(id.as_bytes())
    .bind(before)
    .sql(VIEW)
    .sql(REST)
    .first(tx)?;
    row.map(WholeRow::whole).transpose()
}

/// An execution of an account.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn whole(conn: &mut Conn, user: UserId, id: ExecutionId) -> Result<Whole, StoreError> {
    let row: Option<WholeRow> = Statement::new("SELECT ")
        .sql(VIEW)
        .sql(REST)
        .sql(" FROM execution WHERE id = ? AND account_id = ?")
        .bind(id.as_bytes())
        .bind(user.as_bytes())
        .first(conn)?;
    row.ok_or(StoreError::NotFound)?.whole()
}

/// An execution of an account, as lists show it.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn view(conn: &mut Conn, user: UserId, id: ExecutionId) -> Result<ExecutionView, StoreError> {
    let row: Option<ViewRow> = Statement::new("SELECT ")
        .sql(VIEW)
        .sql(" FROM execution WHERE id = ? AND account_id = ?")
        .bind(id.as_bytes())
        .bind(user.as_bytes())
        .first(conn)?;
    row.ok_or(StoreError::NotFound)?.view()
}

/// The executions of a group in their places, whole; empty when the account has no such group.
///
/// # Errors
/// The database's.
pub fn group(conn: &mut Conn, user: UserId, group: GroupId) -> Result<Vec<Whole>, StoreError> {
    let rows: Vec<WholeRow> = Statement::new("SELECT ")
        .sql(VIEW)
        .sql(REST)
        .sql(" FROM execution WHERE group_id = ? AND account_id = ? ORDER BY place")
        .bind(group.as_bytes())
        .bind(user.as_bytes())
        .load(conn)?;
    rows.into_iter().map(WholeRow::whole).collect()
}

/// Asks for an execution to be stopped. Gives true when somebody carries it out, who will see it; false when nobody does.
///
/// # Errors
/// [`StoreError::NotFound`] when it has ended or is not the account's, or the database's.
pub fn ask_to_cancel(tx: &mut Tx<'_>, user: UserId, id: ExecutionId) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Binary>)]
        owner: Option<Vec<u8>>,
    }
    let row: Option<Row> = Statement::new(
        "UPDATE execution SET cancel = 1 WHERE id = ? AND account_id = ? AND lease_until IS NOT NULL RETURNING owner",
    )
    .bind(id.as_bytes())
    .bind(user.as_bytes())
    .first(tx)?;
    row.map(|row| row.owner.is_some())
        .ok_or(StoreError::NotFound)
}
