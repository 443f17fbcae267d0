//! Executions as rows, and back. Not what is written when.

use super::library::unsigned;
use super::{StoreError, budgets::Tier};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, SmallInt, Text};
use krowoc_shared::execution::event::{FinishReason, ToolCall};
use krowoc_shared::execution::failure::Failure;
use krowoc_shared::execution::money::NanoUsd;
use krowoc_shared::execution::request::{ModelRef, ModelRequest};
use krowoc_shared::execution::usage::Usage;
use krowoc_shared::execution::wire::{
    Attempt, Cost, ExecutionDetail, ExecutionState, ExecutionView,
};
use krowoc_shared::ids::{DeadLetterId, DocId, ExecutionId, GroupId, KeyId, SpaceId, UserId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What was asked for, as it is kept: enough to ask again. Never a key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What is sent; its model is named at each attempt.
    pub call: ModelRequest,
    /// The values of the variables.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Models to fall back to.
    #[serde(default)]
    pub fallbacks: Vec<ModelRef>,
    /// Response window in milliseconds.
    pub timeout_ms: u32,
    /// The key that was asked for; the preferred one when absent.
    #[serde(default)]
    pub key: Option<KeyId>,
    /// Whether the provider is to stream.
    pub streaming: bool,
}

pub(super) fn fault(what: &str) -> StoreError {
    StoreError::Fault(format!("a stored execution is not readable: {what}"))
}

/// JSON of a row's column.
///
/// # Errors
/// When the value has no JSON.
pub fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|_| StoreError::Fault("an execution cannot be stored".to_owned()))
}

fn read<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| fault(what))
}

fn maybe<T: DeserializeOwned>(text: Option<&str>, what: &str) -> Result<Option<T>, StoreError> {
    text.map(|text| read(text, what)).transpose()
}

/// How a cost is stored: its state and its amount.
#[must_use]
pub fn cost_parts(cost: Cost) -> (&'static str, NanoUsd) {
    match cost {
        Cost::Pending => ("pending", NanoUsd::ZERO),
        Cost::Exact(amount) => ("exact", amount),
        Cost::Estimated(amount) => ("estimated", amount),
        Cost::Unpriced => ("unpriced", NanoUsd::ZERO),
    }
}

/// A cost as it was stored.
pub(super) fn cost(state: &str, amount: i64) -> Cost {
    match state {
        "exact" => Cost::Exact(NanoUsd(amount)),
        "estimated" => Cost::Estimated(NanoUsd(amount)),
        "unpriced" => Cost::Unpriced,
        _ => Cost::Pending,
    }
}

/// The columns of [`ViewRow`], in words.
pub const VIEW: &str = "id, group_id, prompt_id, space_id, version, title, model, answered_by, key_id, state, failure, finish_reason, usage, \
     cost_state, cost, reserved, price_revision, created_at, finished_at, latency_ms, first_token_ms, attempts, rating, correlation_id";

/// What lists show.
#[derive(QueryableByName)]
pub struct ViewRow {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
    #[diesel(sql_type = Binary)]
    group_id: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    prompt_id: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    space_id: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    version: Option<i64>,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    model: String,
    #[diesel(sql_type = Nullable<Text>)]
    answered_by: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    key_id: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    failure: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    finish_reason: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    usage: Option<String>,
    #[diesel(sql_type = Text)]
    cost_state: String,
    #[diesel(sql_type = BigInt)]
    cost: i64,
    #[diesel(sql_type = BigInt)]
    reserved: i64,
    #[diesel(sql_type = Nullable<Text>)]
    price_revision: Option<String>,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    finished_at: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    latency_ms: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    first_token_ms: Option<i64>,
    #[diesel(sql_type = Text)]
    attempts: String,
    #[diesel(sql_type = SmallInt)]
    rating: i16,
    #[diesel(sql_type = Text)]
    correlation_id: String,
}

impl ViewRow {
    /// As lists show it.
    ///
    /// # Errors
    /// When the row is not readable.
    pub fn view(self) -> Result<ExecutionView, StoreError> {
        let attempts: Vec<Attempt> = read(&self.attempts, "attempts")?;
        let failure: Option<Failure> = maybe(self.failure.as_deref(), "failure")?;
        let usage: Option<Usage> = maybe(self.usage.as_deref(), "usage")?;
        let model = |text: &str| ModelRef::parse(text).ok_or_else(|| fault("model"));
        Ok(ExecutionView {
            id: ExecutionId::from_slice(&self.id).ok_or_else(|| fault("id"))?,
            group: GroupId::from_slice(&self.group_id).ok_or_else(|| fault("group"))?,
            prompt: self.prompt_id.and_then(|id| DocId::from_slice(&id)),
            team: self.space_id.and_then(|id| SpaceId::from_slice(&id)),
            title: self.title,
            version: self.version.map(unsigned),
            model: model(&self.model)?,
            answered_by: self.answered_by.as_deref().map(model).transpose()?,
            key: self.key_id.and_then(|id| KeyId::from_slice(&id)),
            state: ExecutionState::parse(&self.state).ok_or_else(|| fault("state"))?,
            failure,
            finish_reason: self.finish_reason.as_deref().and_then(FinishReason::parse),
            usage,
            cost: cost(&self.cost_state, self.cost),
            reserved: NanoUsd(self.reserved),
            price_revision: self.price_revision,
            created_at: self.created_at,
            finished_at: self.finished_at,
            latency_ms: self.latency_ms,
            first_token_ms: self.first_token_ms,
            attempts,
            rating: i8::try_from(self.rating).unwrap_or(0),
            correlation_id: self.correlation_id,
        })
    }
}

/// The columns of [`WholeRow`] that [`VIEW`] lacks.
pub const REST: &str = ", account_id, tier, period, cancel, letter_id, saved_as, request, output, reasoning, tool_calls, raw_usage";

/// An execution whole.
#[derive(QueryableByName)]
pub struct WholeRow {
    #[diesel(embed)]
    view: ViewRow,
    #[diesel(sql_type = Binary)]
    account_id: Vec<u8>,
    #[diesel(sql_type = SmallInt)]
    tier: i16,
    #[diesel(sql_type = BigInt)]
    period: i64,
    #[diesel(sql_type = SmallInt)]
    cancel: i16,
    #[diesel(sql_type = Nullable<Binary>)]
    letter_id: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    saved_as: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    request: String,
    #[diesel(sql_type = Text)]
    output: String,
    #[diesel(sql_type = Text)]
    reasoning: String,
    #[diesel(sql_type = Nullable<Text>)]
    tool_calls: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    raw_usage: Option<String>,
}

/// An execution whole, with what only the server needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// Whose.
    pub user: UserId,
    /// Whether it is paid with the operator's keys.
    pub server_held: bool,
    /// The period it was reserved in.
    pub period: i64,
    /// Whether it is to be stopped.
    pub cancel: bool,
    /// The dead letter that it replays.
    pub letter: Option<DeadLetterId>,
    /// The snippet that the output was saved as.
    pub saved_as: Option<DocId>,
    /// What was asked for.
    pub request: Request,
    /// As lists show it.
    pub view: ExecutionView,
    /// The answer so far.
    pub output: String,
    /// The reasoning so far.
    pub reasoning: String,
    /// Tool calls so far.
    pub tool_calls: Vec<ToolCall>,
    /// The provider's own usage object.
    pub raw_usage: Option<Value>,
}

impl WholeRow {
    /// As the server handles it.
    ///
    /// # Errors
    /// When the row is not readable.
    pub fn whole(self) -> Result<Whole, StoreError> {
        let tool_calls: Option<Vec<ToolCall>> = maybe(self.tool_calls.as_deref(), "tool calls")?;
        Ok(Whole {
            user: UserId::from_slice(&self.account_id).ok_or_else(|| fault("account"))?,
            server_held: self.tier == Tier::Server(NanoUsd::ZERO).code(),
            period: self.period,
            cancel: self.cancel != 0,
            letter: self.letter_id.and_then(|id| DeadLetterId::from_slice(&id)),
            saved_as: self.saved_as.and_then(|id| DocId::from_slice(&id)),
            request: read(&self.request, "request")?,
            view: self.view.view()?,
            output: self.output,
            reasoning: self.reasoning,
            tool_calls: tool_calls.unwrap_or_default(),
            raw_usage: maybe(self.raw_usage.as_deref(), "usage")?,
        })
    }
}

impl Whole {
    /// As its page shows it.
    #[must_use]
    pub fn detail(self) -> ExecutionDetail {
        ExecutionDetail {
            view: self.view,
            messages: self.request.call.messages,
            variables: self.request.variables,
            parameters: self.request.call.parameters,
            output: self.output,
            reasoning: self.reasoning,
            tool_calls: self.tool_calls,
            raw_usage: self.raw_usage,
            saved_as: self.saved_as,
            saved_in: None,
        }
    }
}
