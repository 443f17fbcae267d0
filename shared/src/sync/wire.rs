//! The sync protocol's messages. Not their meaning: that is `merge`, `server` and `client` beside this file.

use crate::access::Role;
use crate::error::{ErrorCode, Violation};
use crate::hlc::Hlc;
use crate::ids::{DeviceId, DocId, OpId, SpaceId};
use crate::library::document::{Counter, Document, Field, Kind};
use crate::library::lifecycle::Act;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Tags to add and to remove.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TagEdit {
    /// Tags that are present afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<String>,
    /// Tags that are absent afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

impl TagEdit {
    /// True when it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// A new text and the body revision it was edited from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BodyEdit {
    /// `Body::rev` that the editor started from; 0 for a new document.
    pub base_rev: u64,
    /// The whole new text.
    pub text: String,
}

/// One edit by a person, minted where it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Op {
    /// Dedup key.
    pub op_id: OpId,
    /// The document.
    pub doc_id: DocId,
    /// Its kind; must match when the document exists.
    pub kind: Kind,
    /// When it was made.
    pub hlc: Hlc,
    /// Fields to set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<Field, Value>,
    /// Tags to add and remove.
    #[serde(default, skip_serializing_if = "TagEdit::is_empty")]
    pub tags: TagEdit,
    /// Metadata to set, or to take away with null.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, Value>,
    /// Counts to raise.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inc: BTreeMap<Counter, i64>,
    /// The new text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyEdit>,
    /// Conflicts that this edit resolves, by their operation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolves: Vec<OpId>,
    /// A step in the life of a prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
}

/// `POST /api/v1/sync/push`: at most 100 operations and 1 MiB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushRequest {
    /// The space.
    pub space: SpaceId,
    /// The epoch the client knows.
    pub epoch: String,
    /// The sender; must be the authenticated device when the caller is one.
    #[serde(default)]
    pub device: Option<DeviceId>,
    /// What the client can read in the answer; 0 when absent. From 1 on it knows `quota_reached`, and keeps what was refused for it.
    #[serde(default)]
    pub knows: u32,
    /// How far the client has pulled.
    pub cursor: u64,
    /// In the order they were made.
    pub ops: Vec<Op>,
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Taken as it is.
    Applied,
    /// Known already; the result is the stored one.
    Duplicate,
    /// The text was merged with another edit.
    Merged,
    /// The text was kept as a conflict revision.
    ConflictCopy,
    /// Refused; see the violation. Never applied, never retried as it is.
    Rejected,
}

/// Result of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpResult {
    /// Which operation.
    pub op_id: OpId,
    /// What became of it.
    pub outcome: Outcome,
    /// The document's revision after it; 0 when rejected.
    pub rev: u64,
    /// The body's revision after it; 0 when rejected.
    pub body_rev: u64,
    /// The stamp the server stored: clamped when the client's clock ran ahead.
    pub hlc: Hlc,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violation: Option<Violation>,
    /// Of a duplicate: what became of it the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Outcome>,
}

/// Answer to a push.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushReply {
    /// One result an operation, in order.
    pub results: Vec<OpResult>,
    /// Changes since the request's cursor when they are few; absent when a pull is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<PullReply>,
    /// The server's stamp: the client folds it in.
    pub now: Hlc,
}

/// Query of `GET /api/v1/sync/pull`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct PullRequest {
    /// The space.
    pub space: SpaceId,
    /// The epoch the client knows.
    pub epoch: String,
    /// Documents after this sequence number.
    pub cursor: u64,
    /// 1 to 500.
    #[serde(default)]
    pub limit: Option<u32>,
    /// The space's sequence number (`SpaceState::seq`) when the client last began to read it whole: tombstones dropped
    /// by then are no loss to it. The server asks for a resync when `max(cursor, horizon)` is below the purge floor.
    #[serde(default)]
    pub horizon: Option<u64>,
}

/// Answer to a pull.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullReply {
    /// Latest states in sequence order, deleted ones included.
    pub documents: Vec<Document>,
    /// Sequence number of the last row; the request's cursor when there is none.
    pub next_cursor: u64,
    /// More rows follow.
    pub more: bool,
    /// When `more` is false: checksum of the whole space (`checksum`), hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// The server's stamp: the client folds it in.
    pub now: Hlc,
}

/// A live hint: an event `hint` of `GET /api/v1/live`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hint {
    /// The space that changed.
    pub space: SpaceId,
    /// Its sequence number.
    pub seq: u64,
}

/// `GET /api/v1/sync/spaces`: the spaces of the caller and where they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpaceState {
    /// The space.
    pub space: SpaceId,
    /// Its name.
    pub name: String,
    /// It is a team's; else the caller's own.
    #[serde(default)]
    pub team: bool,
    /// What the caller is in it.
    #[serde(default = "owner")]
    pub role: Role,
    /// Changes on a restore.
    pub epoch: String,
    /// Its sequence number.
    pub seq: u64,
    /// Most prompts that its tier allows. Absent where there is no limit, and from a server that does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_limit: Option<u64>,
    /// Epochs that a restore from a backup ended; empty for a space that was never restored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<PastEpoch>,
}

/// In one's own space, which is all that servers without teams know.
fn owner() -> Role {
    Role::Owner
}

/// An epoch that a restore from a backup ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PastEpoch {
    /// The epoch.
    pub epoch: String,
    /// Its revisions up to here are the same in the present epoch; later ones are forgotten.
    pub until: u64,
}

impl OpResult {
    /// The stored result of an operation that arrives again.
    #[must_use]
    pub fn into_duplicate(self) -> Self {
        if self.outcome == Outcome::Duplicate {
            return self;
        }
        Self {
            first: Some(self.outcome),
            outcome: Outcome::Duplicate,
            ..self
        }
    }

    /// What became of it when it first arrived; `None` when a duplicate does not say.
    #[must_use]
    pub fn settled(&self) -> Option<Outcome> {
        match self.outcome {
            Outcome::Duplicate => self.first,
            other => Some(other),
        }
    }

    /// The result of an operation that was refused.
    #[must_use]
    pub fn rejected(op: &Op, code: ErrorCode, field: &str, message: &str) -> Self {
        let violation = Violation {
            code,
            field: field.to_owned(),
            message: message.to_owned(),
        };
        Self {
            op_id: op.op_id,
            outcome: Outcome::Rejected,
            rev: 0,
            body_rev: 0,
            hlc: op.hlc,
            violation: Some(violation),
            first: None,
        }
    }
}
