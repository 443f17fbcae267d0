//! Shapes of executions, their stream and dead letters. Not how they are carried out.

use crate::error::Problem;
use crate::execution::event::{FinishReason, ToolCall};
use crate::execution::failure::{Failure, FailureClass};
use crate::execution::money::NanoUsd;
use crate::execution::request::{Message, ModelRef, Parameters, Role};
use crate::execution::usage::Usage;
use crate::ids::{DeadLetterId, DocId, ExecutionId, GroupId, KeyId, Millis, SpaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// `POST /api/v1/executions`: runs a saved prompt or a text with one to four models at once.
///
/// With `Accept: text/event-stream` the answer is the stream of [`StreamEvent`]s; else 202 with [`Started`] as JSON, and the stream
/// is read with `GET /api/v1/executions/groups/{group}/events`. The header `Idempotency-Key` makes a repeated request answer the
/// same group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// The prompt to run; give this or `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<DocId>,
    /// Which of its versions, by the revision of the text; the current one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// A template text to run instead of a saved prompt (or of the prompt's stored text, as an unsaved draft).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Instructions before a user's text; the prompt's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Whose words the text is; the prompt's own setting when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What the person adds when the text is instructions (`role: system`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// Values of the variables, by name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// One to four models; the prompt's default model when empty.
    #[serde(default)]
    pub models: Vec<ModelRef>,
    /// How to answer; what is absent is taken from the prompt.
    #[serde(default)]
    pub parameters: Parameters,
    /// The key to call with; the provider's preferred one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
}

/// What became of a run request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Started {
    /// What they have in common.
    pub group: GroupId,
    /// One for each model, in the order asked.
    pub executions: Vec<ExecutionView>,
}

/// `POST /api/v1/executions/estimate` with a [`RunRequest`]: what a run would take, before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Estimate {
    /// The model.
    pub model: ModelRef,
    /// Input tokens, roughly.
    pub input_tokens: u64,
    /// Most output tokens.
    pub output_tokens: u64,
    /// Cost of the input alone; absent = unpriced.
    pub least: Option<NanoUsd>,
    /// Cost with the largest answer: what is reserved; absent = unpriced.
    pub most: Option<NanoUsd>,
}

/// Where an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExecutionState {
    /// Stored; not sent yet, or waiting for its next attempt.
    Waiting,
    /// Sent.
    Running,
    /// The provider's terminal marker was seen.
    Completed,
    /// It will not be tried again by itself.
    Failed,
    /// The answer ended before its terminal marker; what came is kept.
    Truncated,
    /// A person stopped it; what came is kept.
    Cancelled,
}

impl ExecutionState {
    /// Every state.
    pub const ALL: &'static [Self] = &[
        Self::Waiting,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Truncated,
        Self::Cancelled,
    ];

    /// The name on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Truncated => "truncated",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|state| state.as_str() == text)
    }

    /// Whether nothing more will come.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// What an execution cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", content = "amount", rename_all = "snake_case")]
pub enum Cost {
    /// Not known yet.
    #[default]
    Pending,
    /// Computed from the usage that the provider reported.
    Exact(NanoUsd),
    /// Computed from our own estimate of the usage: the provider reported none.
    Estimated(NanoUsd),
    /// The model has no known price; never shown as nothing.
    Unpriced,
}

/// One attempt of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// The model that was asked; differs from the execution's first in a fallback.
    pub model: ModelRef,
    /// When it began.
    pub started_at: Millis,
    /// How long it took, in milliseconds; absent while it runs.
    pub duration_ms: Option<Millis>,
    /// Why it failed; absent when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// When the next attempt begins; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Millis>,
    /// The provider's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// An execution, as lists and streams show it: without the texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecutionView {
    /// Its id.
    pub id: ExecutionId,
    /// The run it belongs to.
    pub group: GroupId,
    /// The prompt; absent for an inline text.
    pub prompt: Option<DocId>,
    /// The team whose prompt it is; absent for one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<SpaceId>,
    /// The prompt's title when it was run; a beginning of the text for an inline one.
    pub title: String,
    /// The revision of the prompt's text; absent for an inline text.
    pub version: Option<u64>,
    /// The model that was asked for.
    pub model: ModelRef,
    /// The model that answered, in a fallback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<ModelRef>,
    /// The key it was called with.
    pub key: Option<KeyId>,
    /// Where it stands.
    pub state: ExecutionState,
    /// Why it did not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Why the answer ended.
    pub finish_reason: Option<FinishReason>,
    /// What was used; absent while unknown.
    pub usage: Option<Usage>,
    /// What it cost.
    pub cost: Cost,
    /// What was reserved for it.
    pub reserved: NanoUsd,
    /// The price revision that the cost was computed by.
    pub price_revision: Option<String>,
    /// When it was asked for.
    pub created_at: Millis,
    /// When it ended.
    pub finished_at: Option<Millis>,
    /// Milliseconds from sending to the end, the last attempt only.
    pub latency_ms: Option<Millis>,
    /// Milliseconds from sending to the first text, the last attempt only.
    pub first_token_ms: Option<Millis>,
    /// Every attempt.
    pub attempts: Vec<Attempt>,
    /// 1 good, -1 bad, 0 not rated.
    pub rating: i8,
    /// The request's correlation id.
    pub correlation_id: String,
}

/// An execution whole. `GET /api/v1/executions/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecutionDetail {
    /// As lists show it.
    #[serde(flatten)]
    pub view: ExecutionView,
    /// What was sent, in neutral form.
    pub messages: Vec<Message>,
    /// The values of the variables.
    pub variables: BTreeMap<String, String>,
    /// How it was to answer.
    pub parameters: Parameters,
    /// The answer so far.
    pub output: String,
    /// The model's reasoning so far.
    pub reasoning: String,
    /// Tool calls, whole.
    pub tool_calls: Vec<ToolCall>,
    /// The provider's own usage object.
    pub raw_usage: Option<Value>,
    /// The snippet that the output was saved as.
    pub saved_as: Option<DocId>,
    /// The library that the snippet lies in, while the caller can read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved_in: Option<SpaceId>,
}

/// `GET /api/v1/executions?prompt=&model=&state=&class=&rating=&from=&to=&group=&cursor=&limit=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecutionPage {
    /// Newest first.
    pub executions: Vec<ExecutionView>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `POST /api/v1/executions/{id}/rating`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rate {
    /// 1 good, -1 bad, 0 not rated.
    pub rating: i8,
}

/// `POST /api/v1/executions/{id}/save`: keeps the output as a snippet; the id is minted by the client. While the snippet is in that library, a
/// repeat makes no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveOutput {
    /// The snippet's id.
    pub document: DocId,
    /// Its title; the execution's when absent.
    #[serde(default)]
    pub title: Option<String>,
    /// The library that it goes into; when absent, that of the prompt which was run, where the caller may write, else the caller's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<SpaceId>,
}

/// An event of a run's stream. The SSE event's name is the tag, its data the rest, its id a position that `Last-Event-ID` continues
/// from: a reader that was away gets what it missed as larger pieces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StreamEvent {
    /// The first event: what runs.
    Started(Started),
    /// A piece of the answer. A `changed` with another number of attempts means that the answer begins anew.
    Text {
        /// Of which execution.
        execution: ExecutionId,
        /// The piece.
        text: String,
    },
    /// A piece of the reasoning.
    Reasoning {
        /// Of which execution.
        execution: ExecutionId,
        /// The piece.
        text: String,
    },
    /// The execution changed: an attempt began or failed, or it waits for the next one.
    Changed {
        /// As it stands now.
        execution: Box<ExecutionView>,
    },
    /// The execution ended.
    Done {
        /// As it stands for good.
        execution: Box<ExecutionView>,
    },
    /// The stream cannot go on; the executions do.
    Problem {
        /// Why.
        problem: Problem,
    },
    /// All executions of the run have ended; the last event.
    End,
}

/// A failed execution that waits for a decision. `GET /api/v1/dead-letters` answers [`DeadLetterPage`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetterView {
    /// Its id.
    pub id: DeadLetterId,
    /// The execution that failed.
    pub execution: ExecutionId,
    /// Its title.
    pub title: String,
    /// The model.
    pub model: ModelRef,
    /// The class of its last failure.
    pub class: FailureClass,
    /// The sentence of its last failure.
    pub reason: String,
    /// When it landed here.
    pub created_at: Millis,
    /// How many attempts were made.
    pub attempts: u32,
    /// How often it was replayed.
    pub replays: u32,
    /// The last replay.
    pub replayed_as: Option<ExecutionId>,
    /// The person, in the operator's view only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// `GET /api/v1/dead-letters?class=&model=&cursor=&limit=`; for the operator also `&all=true`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetterPage {
    /// Newest first.
    pub letters: Vec<DeadLetterView>,
    /// How many match.
    pub total: u64,
    /// How many match, by class.
    pub by_class: BTreeMap<FailureClass, u64>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `POST /api/v1/dead-letters/replay` and `/discard`: one or many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeadLetterIds {
    /// 1 to 500 of them.
    pub ids: Vec<DeadLetterId>,
}

/// What became of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLettersDone {
    /// Replayed or discarded.
    pub done: Vec<DeadLetterId>,
    /// Not, with the reason.
    pub refused: Vec<DeadLetterRefusal>,
}

/// Why a dead letter stayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetterRefusal {
    /// Which.
    pub id: DeadLetterId,
    /// Why.
    pub problem: Problem,
}
