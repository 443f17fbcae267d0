//! What a client keeps: its place in the space, the queue of edits, the documents. Not how it is stored, and not the steps.

use crate::access::{Action, Role};
use crate::error::{ErrorCode, Violation};
use crate::hlc::Clock;
use crate::ids::{DeviceId, Millis, OpId, SpaceId};
use crate::library::document::Document;
use crate::sync::checksum::Checksum;
use crate::sync::wire::{Op, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What a client of this version knows of a document. One that was written by an older version has passed by what it did not know,
/// and reads everything once more.
///
/// 1: whether a prompt is published or archived. 2: metadata.
const KNOWS: u32 = 2;
/// The status of a refusal that is about the sign-in, and so about every library.
pub(super) const SIGN_IN: u16 = 401;

/// A queue's state of failure: when it may be tried again. Kept in the store, so that a restart does not hammer the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backoff {
    /// Failures in a row.
    pub failures: u32,
    /// Not before, in wall milliseconds.
    pub retry_at: Millis,
}

/// What the client is doing with the server's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Must ask where the space stands, then read it whole.
    #[default]
    Ask,
    /// Reading it whole, from the beginning.
    Read,
    /// Read whole: documents that the server does not have are looked through.
    Sweep,
    /// Follows changes.
    Steady,
    /// The person is not in the team any more: its documents are to be dropped.
    Leave,
    /// They are dropped. What the team never took is kept, as refused.
    Gone,
}

/// The state of the client machine: one small record, written in each commit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientState {
    /// True once a server is configured; until then nothing is sent and nothing is lost.
    pub connected: bool,
    /// The space on the server; of one's own library known after the first answer, of a team's from the beginning.
    pub space: Option<SpaceId>,
    /// What the person is in the team whose library this is; `None` for their own.
    #[serde(default)]
    pub team: Option<Role>,
    /// Most prompts that the library may hold, as the server told it last; `None` where there is no limit, or it is not known.
    #[serde(default)]
    pub prompt_limit: Option<u64>,
    /// When to ask which spaces there are without being told; only one's own library asks.
    #[serde(default)]
    pub spaces_at: Millis,
    /// When a person last asked to synchronise: what waits for room since before is sent with it.
    #[serde(default)]
    pub asked_at: Millis,
    /// This device, as the server knows it.
    pub device: Option<DeviceId>,
    /// The epoch that shadows and cursor belong to.
    pub epoch: Option<String>,
    /// While offering again: the newest revision that the epoch before and this one have in common.
    pub since: u64,
    /// Changes up to here are stored.
    pub cursor: u64,
    /// The cursor when everything was last read to the end: every document's state at that time is known.
    pub complete: u64,
    /// The space's sequence number when it was last begun to be read whole; sent with each pull.
    pub horizon: u64,
    /// Number of the present reading: a document it has met carries it in [`Local::read`].
    pub generation: u64,
    /// What is being done.
    pub phase: Phase,
    /// The space had been read whole before the present reading began: see [`ClientState::is_whole`].
    #[serde(default)]
    pub whole: bool,
    /// The epoch changed, or the space: what the server forgot, or never had, is offered again until all was looked through.
    pub reoffer: bool,
    /// The clock that stamps edits.
    pub clock: Clock,
    /// Server time minus local time when they differ by more than half a minute.
    pub skew: Millis,
    /// Number of the next outbox row.
    pub next_seq: u64,
    /// Sum over the shadows met in this generation.
    pub checksum: Checksum,
    /// The client is to pull until it has reached this sequence number.
    pub wanted: u64,
    /// Pulls in a row that brought nothing.
    pub empty_pulls: u32,
    /// When to pull without being told.
    pub pull_at: Millis,
    /// Back-off of pushes.
    pub push: Backoff,
    /// Back-off of pulls and of asking for spaces.
    pub pull: Backoff,
    /// How many operations the next push may carry; smaller while one of them is being singled out.
    pub batch: usize,
    /// True when a push had the last turn.
    pub pushed_last: bool,
    /// Set when a person must act before anything is sent again.
    pub halted: Option<ErrorCode>,
    /// Times a complete reading did not have the server's checksum.
    pub mismatches: u32,
    /// Edits recorded lately: one that is sent again by the page is recorded once.
    pub recent: VecDeque<OpId>,
    /// What the client knew of documents when it last began to read everything.
    #[serde(default)]
    pub knows: u32,
}

impl ClientState {
    /// The state of a client that has never met a server. `node`: any number that other devices are unlikely to have.
    #[must_use]
    pub fn new(node: u32) -> Self {
        Self {
            connected: false,
            space: None,
            team: None,
            prompt_limit: None,
            spaces_at: 0,
            asked_at: 0,
            device: None,
            epoch: None,
            since: 0,
            cursor: 0,
            complete: 0,
            horizon: 0,
            generation: 1,
            phase: Phase::Ask,
            whole: false,
            reoffer: false,
            clock: Clock::new(node),
            skew: 0,
            next_seq: 1,
            checksum: Checksum::default(),
            wanted: 0,
            empty_pulls: 0,
            pull_at: 0,
            push: Backoff::default(),
            pull: Backoff::default(),
            batch: crate::library::limits::PUSH_OPS,
            pushed_last: false,
            halted: None,
            mismatches: 0,
            recent: VecDeque::new(),
            knows: KNOWS,
        }
    }

    /// The state of a machine for the library of a team, which stays with it for good.
    #[must_use]
    pub fn of_team(node: u32, space: SpaceId, role: Role) -> Self {
        Self {
            space: Some(space),
            team: Some(role),
            ..Self::new(node)
        }
    }

    /// Why nothing can be edited here; `None` when it can.
    #[must_use]
    pub fn refusal(&self) -> Option<Violation> {
        let role = self.team?;
        if self.ended() {
            return Some(not_in_team());
        }
        let message =
            (!role.may(Action::WriteDocuments)).then(|| Action::WriteDocuments.refusal(role))?;
        Some(Violation {
            code: ErrorCode::RoleTooLow,
            field: "/space".to_owned(),
            message,
        })
    }

    /// True when nothing can be sent for any library of the person until they sign in again. A team that refuses them stops alone.
    #[must_use]
    pub fn signed_out(&self) -> bool {
        let code = self.halted.filter(|_| self.connected);
        code.is_some_and(|code| self.team.is_none() || code.status() == SIGN_IN)
    }

    /// True when the person is not in the team any more.
    #[must_use]
    pub fn ended(&self) -> bool {
        matches!(self.phase, Phase::Leave | Phase::Gone)
    }

    /// True when everything of the space is here, as it was when it was last read to its end: also while it is read anew. After the space
    /// became another, what was of the one before stands beside it until all was looked through.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let read = self.phase == Phase::Sweep && !self.reoffer;
        self.whole || read || self.phase == Phase::Steady
    }

    /// A server was configured, or signed in to again. What waits is sent; what is here is kept.
    pub fn connect(&mut self, device: Option<DeviceId>) {
        self.connected = true;
        self.device = device;
        self.halted = None;
        self.start_over();
    }

    /// The server is not to be used any more; documents and outbox stay. What it allows counts no more.
    pub fn disconnect(&mut self) {
        self.connected = false;
        self.prompt_limit = None;
    }

    /// A live hint: the space has reached `seq`.
    pub fn hint(&mut self, seq: u64) {
        self.wanted = self.wanted.max(seq);
    }

    /// Something happened that makes trying worth while (alarm, online, a page opened): pulls, and tries failed things at once.
    pub fn wake(&mut self, now: Millis) {
        if self.knows < KNOWS {
            self.start_over();
        }
        self.pull_at = self.pull_at.min(now);
        self.spaces_at = self.spaces_at.min(now);
        self.push.retry_at = self.push.retry_at.min(now);
        self.pull.retry_at = self.pull.retry_at.min(now);
    }

    /// A person asks to synchronise: as [`ClientState::wake`], and what waits for room is sent at once.
    pub fn ask(&mut self, now: Millis) {
        self.wake(now);
        self.asked_at = now;
    }

    /// Asks for the space again and reads it whole.
    pub(super) fn start_over(&mut self) {
        self.knows = KNOWS;
        self.whole = self.is_whole();
        self.phase = Phase::Ask;
    }

    /// Whether a document's shadow is counted in [`ClientState::checksum`].
    pub(super) fn counted<'a>(&self, local: &'a Local) -> Option<&'a Document> {
        local.shadow().filter(|_| local.read == self.generation)
    }
}

/// Why an edit of a team that the person has left is refused.
pub(super) fn not_in_team() -> Violation {
    Violation {
        code: ErrorCode::RoleTooLow,
        field: "/space".to_owned(),
        message: "You are not in this team any more.".to_owned(),
    }
}

/// State of a queued edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Will be sent.
    Waiting,
    /// Refused: kept until a person edits and retries it, or discards it.
    Rejected(Violation),
}

/// What the server said of an edit that it took. The row stays, on top of the shadow, until the document's state at that
/// revision is stored: it leaves the outbox in that same commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The document's revision after the edit.
    pub rev: u64,
    /// The revision of its text.
    pub body_rev: u64,
    /// What became of it; `None` when the server does not say.
    pub outcome: Option<Outcome>,
    /// The epoch it was taken in: a restore may have forgotten it.
    pub epoch: String,
}

/// One queued edit. Its key is `seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// Order in which edits were made; the key.
    pub seq: u64,
    /// The edit.
    pub op: Op,
    /// When it was queued, in wall milliseconds.
    pub queued_at: Millis,
    /// Times it was sent. Above 0 its content never changes: a server may have it.
    pub attempts: u32,
    /// Waiting or refused.
    pub state: RowState,
    /// Set once the server took it.
    pub ack: Option<Ack>,
    /// What went wrong when it was last sent.
    pub last_error: Option<String>,
    /// The edit before it whose text this one's text was made from, until it is known what the server made of that.
    pub follows: Option<OpId>,
    /// There was no room for it: it is not sent again before this time, in wall milliseconds. 0 when there was.
    #[serde(default)]
    pub held_until: Millis,
    /// It made the server fail on its own: it is sent after all others, alone.
    pub isolated: bool,
}

impl OutboxRow {
    /// True while it is to be sent: neither taken nor refused.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.state == RowState::Waiting && self.ack.is_none()
    }

    /// True when the server refused it.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.state != RowState::Waiting
    }

    /// True when the server refused it because it has no such document.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(&self.state, RowState::Rejected(violation) if violation.code == ErrorCode::NotFound)
    }
}

/// One document as the client keeps it. Its key is the document's id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Local {
    /// What the person sees: the server's state with the waiting edits on top.
    pub view: Document,
    /// Of a dirty document, the server's state; `None` when the server never had one; when it has it no more, the content
    /// that was here, marked as purged. See [`Local::shadow`].
    pub base: Option<Document>,
    /// True while the outbox holds edits of it, refused ones included.
    pub dirty: bool,
    /// Number of the reading that last met it on the server; 0 for never. Needs an index: see [`super::Step::Sweep`].
    pub read: u64,
}

impl Local {
    /// The server's state as far as it is known here.
    #[must_use]
    pub fn shadow(&self) -> Option<&Document> {
        if self.dirty {
            self.base.as_ref()
        } else {
            Some(&self.view)
        }
    }
}
