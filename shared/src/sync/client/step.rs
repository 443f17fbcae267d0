//! What goes into a step of the machine and what comes out of it. Not the steps themselves.

use super::state::{ClientState, Local, OutboxRow};
use crate::error::{ErrorCode, Problem};
use crate::ids::{DocId, Millis, OpId};
use crate::sync::wire::{PullRequest, PushRequest};
use std::collections::BTreeMap;

/// What a step reads: the named documents (those that exist) and **all** outbox rows of those documents.
/// Read in the same transaction that writes the commit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// Documents by id.
    pub locals: BTreeMap<DocId, Local>,
    /// Their outbox rows, in any order.
    pub rows: Vec<OutboxRow>,
}

/// Everything one step writes, in **one** transaction. Nothing of it may become durable without the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// The new state.
    pub state: ClientState,
    /// Documents to put, by `view.id`.
    pub put_locals: Vec<Local>,
    /// Documents to delete.
    pub drop_locals: Vec<DocId>,
    /// Outbox rows to put, by `seq`.
    pub put_rows: Vec<OutboxRow>,
    /// Outbox rows to delete, by `seq`.
    pub drop_rows: Vec<u64>,
}

impl Commit {
    /// A commit that writes the state alone.
    #[must_use]
    pub fn of(state: ClientState) -> Self {
        Self {
            state,
            put_locals: Vec::new(),
            drop_locals: Vec::new(),
            put_rows: Vec::new(),
            drop_rows: Vec::new(),
        }
    }
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)]
pub enum Step {
    /// `GET /sync/spaces`, then `on_spaces`; the other machines of the person are told with `on_membership`.
    Spaces,
    /// Write `mark`, **then** send `request`, then `on_push`. Without the mark a row that a server has could still change.
    Push {
        /// Counts the attempt.
        mark: Commit,
        /// What to send.
        request: PushRequest,
    },
    /// `GET /sync/pull`, then `on_pull`.
    Pull(PullRequest),
    /// Load up to `limit` documents with `read < before` (any order) and their rows, then `on_sweep`; none is an answer too.
    Sweep {
        /// The present generation.
        before: u64,
        /// How many to load.
        limit: usize,
    },
    /// Load every row, the documents that have some, and the ids of all, then `on_leave`.
    Leave,
    /// Nothing before this time (wall milliseconds); an event may come earlier.
    WaitUntil(Millis),
    /// A person must act first: sign in again, connect again.
    Halted(ErrorCode),
    /// No server is configured, or the person is not in the team any more.
    Idle,
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing came back: offline, timeout, connection lost. The server may have done it.
    Network,
    /// An answer with an error status.
    Status {
        /// HTTP status.
        status: u16,
        /// The code, when the body was a problem.
        code: Option<ErrorCode>,
        /// Seconds to wait.
        retry_after: Option<u32>,
    },
}

impl From<&Problem> for Failure {
    fn from(problem: &Problem) -> Self {
        Self::Status {
            status: problem.status,
            code: Some(problem.code),
            retry_after: problem.retry_after,
        }
    }
}

/// What a step is given from outside: the time, and randomness for ids and jitter.
pub struct Env<'a> {
    /// Wall clock, in milliseconds.
    pub now: Millis,
    /// Ten random bytes at each call.
    pub random: &'a mut dyn FnMut() -> [u8; 10],
}

impl Env<'_> {
    /// Mints the id of an operation.
    pub(super) fn op_id(&mut self) -> OpId {
        OpId::mint(self.now, (self.random)())
    }
}
