//! Figures of what was run: roll-ups against the raw executions, periods, Home, the operator's figures.

mod figures;
mod home;
mod metrics;
mod rollups;
mod team;
mod waiting;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use krowoc_server::dashboards::rollup;
use krowoc_server::store::statement::Statement;
use krowoc_server::store::{Conn, StoreError, Tx};
use krowoc_shared::dashboards::wire::{ActivePrompts, DashboardView, Figures};
use krowoc_shared::dashboards::{Board, Fact, Span, Tally};
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::wire::{Cost, ExecutionState};
use krowoc_shared::ids::{DocId, ExecutionId, GroupId, Millis, SpaceId, UserId};
use krowoc_tests::{Caller, TestApp};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn millis(&mut self, end: Millis) -> Millis {
        Millis::try_from(self.below(end.unsigned_abs())).unwrap()
    }

    fn bytes(&mut self) -> [u8; 10] {
        let [a, b, c, d, e, f, g, h] = self.next().to_be_bytes();
        let [i, j, ..] = self.next().to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j]
    }
}

/// A row of `execution` as a test wants it.
#[derive(Clone, Debug)]
struct Row {
    id: ExecutionId,
    user: UserId,
    at: Millis,
    model: &'static str,
    prompt: Option<DocId>,
    /// The team whose prompt it is.
    team: Option<SpaceId>,
    /// `Running` has not ended.
    state: ExecutionState,
    cost: i64,
    /// `exact`, `estimated`, `unpriced`.
    priced: &'static str,
    latency: Option<Millis>,
}

/// An execution that completed.
fn row(dice: &mut Dice, user: UserId, at: Millis) -> Row {
    Row {
        id: ExecutionId::mint(at, dice.bytes()),
        user,
        at,
        model: "openai/a",
        prompt: None,
        team: None,
        state: ExecutionState::Completed,
        cost: 1_000,
        priced: "exact",
        latency: Some(500),
    }
}

fn insert(tx: &mut Tx<'_>, row: &Row) -> Result<(), StoreError> {
    let ended = row.state > ExecutionState::Running;
    Statement::new(
        "INSERT INTO execution (id, account_id, group_id, place, prompt_id, title, model, tier, state, cost_state, cost, reserved, \
         period, created_at, finished_at, latency_ms, attempts, correlation_id, lease_until, request, space_id) \
         VALUES (?, ?, ?, ?, ?, 'A prompt', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', 'c', ?, '{}', ?)",
    )
    .bind(row.id.as_bytes())
    .bind(row.user.as_bytes())
    .bind(GroupId::mint(row.at, [0; 10]).as_bytes())
    .bind(0_i16)
    .bind(row.prompt.map(|id| id.as_bytes().to_vec()))
    .bind(row.model)
    .bind(0_i16)
    .bind(row.state.as_str())
    .bind(if ended { row.priced } else { "pending" })
    .bind(if ended { row.cost } else { 0 })
    .bind(0_i64)
    .bind(202_611_i64)
    .bind(row.at)
    .bind(ended.then_some(row.at))
    .bind(row.latency.filter(|_| ended))
    .bind((!ended).then_some(row.at + HOUR))
    .bind(row.team.map(|id| id.as_bytes().to_vec()))
    .execute(tx)?;
    Ok(())
}

/// Ends an execution that was inserted open.
fn end(tx: &mut Tx<'_>, row: &Row, state: ExecutionState, now: Millis) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE execution SET state = ?, cost_state = ?, cost = ?, finished_at = ?, latency_ms = ?, lease_until = NULL WHERE id = ?",
    )
    .bind(state.as_str())
    .bind(row.priced)
    .bind(row.cost)
    .bind(now)
    .bind(row.latency)
    .bind(row.id.as_bytes())
    .execute(tx)?;
    Ok(())
}

const MODELS: [&str; 3] = ["openai/a", "anthropic/b", "ollama/c"];
const STATES: [ExecutionState; 5] = [
    ExecutionState::Completed,
    ExecutionState::Completed,
    ExecutionState::Failed,
    ExecutionState::Truncated,
    ExecutionState::Cancelled,
];

/// An execution asked for at a time, of any kind, and of no team; a third of them has not ended.
fn any(dice: &mut Dice, user: UserId, at: i64) -> Row {
    let which = dice.below(4) as u8;
    let open = dice.below(3) == 0;
    let state = STATES[dice.below(5) as usize];
    Row {
        model: MODELS[dice.below(3) as usize],
        prompt: (which > 0).then(|| DocId::mint(1, [which; 10])),
        state: if open { ExecutionState::Running } else { state },
        cost: dice.millis(2_000_000),
        priced: ["exact", "estimated", "unpriced"][dice.below(3) as usize],
        latency: (dice.below(9) > 0).then(|| dice.millis(90_000)),
        ..row(dice, user, at)
    }
}

/// Ends executions that were put open, now.
async fn finish(app: &TestApp, rows: Vec<(Row, ExecutionState)>) {
    let now = app.state.now();
    let ended = app.state.store.write(move |tx: &mut Tx<'_>| {
        rows.iter()
            .try_for_each(|(row, state)| end(tx, row, *state, now))
    });
    ended.await.unwrap();
}

/// Whose executions a test looks at.
#[derive(Clone, Copy, Debug)]
enum Of {
    Account(UserId),
    Team(SpaceId),
}

/// Every execution of those that has ended, straight from its rows.
async fn facts(app: &TestApp, of: Of) -> Vec<Fact> {
    #[derive(QueryableByName)]
    struct Raw {
        #[diesel(sql_type = Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = Binary)]
        account_id: Vec<u8>,
        #[diesel(sql_type = Nullable<Binary>)]
        space_id: Option<Vec<u8>>,
        #[diesel(sql_type = BigInt)]
        created_at: i64,
        #[diesel(sql_type = Text)]
        model: String,
        #[diesel(sql_type = Nullable<Binary>)]
        prompt_id: Option<Vec<u8>>,
        #[diesel(sql_type = Text)]
        state: String,
        #[diesel(sql_type = Text)]
        cost_state: String,
        #[diesel(sql_type = BigInt)]
        cost: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        latency_ms: Option<i64>,
    }
    let (column, id) = match of {
        Of::Account(user) => ("account_id", user.as_bytes().to_vec()),
        Of::Team(team) => ("space_id", team.as_bytes().to_vec()),
    };
    let read = app.state.store.read(move |conn: &mut Conn| {
        Statement::new(
            "SELECT id, account_id, space_id, created_at, model, prompt_id, state, cost_state, cost, latency_ms FROM execution \
             WHERE state NOT IN ('waiting', 'running') AND ",
        )
        .sql(column)
        .sql(" = ?")
        .bind(id)
        .load::<Raw>(conn)
    });
    let fact = |row: Raw| Fact {
        id: ExecutionId::from_slice(&row.id).unwrap(),
        user: UserId::from_slice(&row.account_id).unwrap(),
        at: row.created_at,
        model: row.model,
        prompt: row.prompt_id.and_then(|id| DocId::from_slice(&id)),
        team: row.space_id.and_then(|id| SpaceId::from_slice(&id)),
        state: ExecutionState::parse(&row.state).unwrap(),
        cost: match row.cost_state.as_str() {
            "exact" => Cost::Exact(NanoUsd(row.cost)),
            "estimated" => Cost::Estimated(NanoUsd(row.cost)),
            _ => Cost::Unpriced,
        },
        latency: row.latency_ms,
    };
    read.await.unwrap().into_iter().map(fact).collect()
}

/// What facts of a span come to, prompt by prompt.
fn by_prompt(facts: &[Fact], span: Span) -> BTreeMap<Option<DocId>, Figures> {
    let mut all: BTreeMap<Option<DocId>, Tally> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| span.contains(fact.at)) {
        all.entry(fact.prompt).or_default().add(fact);
    }
    let pair = |(prompt, tally): (_, Tally)| (prompt, tally.figures());
    all.into_iter().map(pair).collect()
}

/// How many of the prompts of a span there are, and how many came and went since the one before.
fn active(facts: &[Fact], span: Span) -> ActivePrompts {
    let named = |span: Span| -> BTreeSet<DocId> {
        by_prompt(facts, span).keys().copied().flatten().collect()
    };
    let (now, before) = (named(span), named(span.before()));
    let count = |number: usize| u64::try_from(number).unwrap();
    ActivePrompts {
        count: count(now.len()),
        new: count(now.difference(&before).count()),
        silent: count(before.difference(&now).count()),
    }
}

/// What facts come to in a span.
fn board(facts: &[Fact], span: Span) -> Board {
    let mut board = Board::new(span);
    facts.iter().for_each(|fact| board.add_fact(fact));
    board
}

async fn put(app: &TestApp, rows: Vec<Row>) {
    let written = app
        .state
        .store
        .write(move |tx: &mut Tx<'_>| rows.iter().try_for_each(|row| insert(tx, row)));
    written.await.unwrap();
}

async fn roll_up(app: &TestApp) -> u64 {
    rollup::run(&app.state).await.unwrap()
}

/// Somebody and a caller whose token does not run out however far the clock is moved.
async fn person(app: &TestApp, email: &str) -> (UserId, Caller) {
    let person = app.sign_up(email).await;
    let user = person.session().await.user;
    let body = json!({"name": "figures", "scopes": ["executions"]});
    let made: serde_json::Value = person.post("/api/v1/tokens", body).await.ok().json();
    let token = made["token"].as_str().unwrap();
    (user, Caller::device(app.address, token))
}

async fn dashboard(caller: &Caller, query: &str) -> DashboardView {
    let path = format!("/api/v1/dashboard?{query}");
    caller.get(&path).await.ok().json()
}
