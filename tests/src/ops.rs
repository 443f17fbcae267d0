//! Operations of a test and the pushes that carry them. Not the client's machine: what is sent here is what the test says.

use crate::caller::{Answer, Caller};
use crate::clock::BEGIN;
use krowoc_shared::accounts::wire::DeviceTokens;
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{DocId, Millis, OpId, SpaceId};
use krowoc_shared::library::document::{Document, Kind};
use krowoc_shared::sync::wire::{Op, PullReply, PushReply, PushRequest, SpaceState};
use std::sync::atomic::{AtomicU64, Ordering};

static COUNT: AtomicU64 = AtomicU64::new(1);

fn entropy() -> [u8; 10] {
    let count = COUNT.fetch_add(1, Ordering::SeqCst).to_be_bytes();
    let [a, b, c, d, e, f, g, h] = count;
    [7, 7, a, b, c, d, e, f, g, h]
}

/// A new document's id.
#[must_use]
pub fn doc_id() -> DocId {
    DocId::mint(BEGIN, entropy())
}

/// A new operation's id.
#[must_use]
pub fn op_id() -> OpId {
    OpId::mint(BEGIN, entropy())
}

/// Gives an operation its stamp.
#[must_use]
pub fn at(mut op: Op, at: Millis) -> Op {
    op.hlc = Hlc {
        at,
        count: 0,
        node: 1,
    };
    op
}

/// A new prompt with a title and a text, made at the tests' beginning.
#[must_use]
pub fn prompt(title: &str, text: &str) -> Op {
    use krowoc_shared::library::document::Field;
    let op = Op::create(op_id(), doc_id(), Kind::Prompt, BEGIN, text).with(Field::Title, title);
    at(op, BEGIN)
}

/// An edit of a prompt that changes nothing yet.
#[must_use]
pub fn edit(doc: DocId, millis: Millis) -> Op {
    at(Op::new(op_id(), doc, Kind::Prompt), millis)
}

/// A caller that pushes to and pulls from its personal space.
pub struct Syncing {
    /// Who calls.
    pub caller: Caller,
    /// The space.
    pub space: SpaceId,
    /// Its epoch.
    pub epoch: String,
}

impl Syncing {
    /// A connected device.
    #[must_use]
    pub fn device(caller: Caller, tokens: &DeviceTokens) -> Self {
        Self {
            caller,
            space: tokens.space,
            epoch: tokens.epoch.clone(),
        }
    }

    /// A device of a new account.
    pub async fn of(app: &crate::TestApp, email: &str) -> Self {
        let person = app.sign_up(email).await;
        let (device, tokens) = person.connect_device("Laptop").await;
        Self::device(device, &tokens)
    }

    /// A request with these operations.
    #[must_use]
    pub fn request(&self, ops: Vec<Op>) -> PushRequest {
        PushRequest {
            space: self.space,
            epoch: self.epoch.clone(),
            device: None,
            knows: 1,
            cursor: 0,
            ops,
        }
    }

    /// Pushes; gives whatever comes.
    pub async fn try_push(&self, ops: Vec<Op>) -> Answer {
        self.caller
            .post("/api/v1/sync/push", self.request(ops))
            .await
    }

    /// Pushes.
    pub async fn push(&self, ops: Vec<Op>) -> PushReply {
        self.try_push(ops).await.ok().json()
    }

    /// Pulls a page; gives whatever comes.
    pub async fn try_pull(&self, cursor: u64, rest: &str) -> Answer {
        let (space, epoch) = (self.space, &self.epoch);
        let path = format!("/api/v1/sync/pull?space={space}&epoch={epoch}&cursor={cursor}{rest}");
        self.caller.get(&path).await
    }

    /// Pulls a page.
    pub async fn pull(&self, cursor: u64) -> PullReply {
        self.try_pull(cursor, "").await.ok().json()
    }

    /// Pulls everything after a cursor.
    pub async fn pull_all(&self, mut cursor: u64) -> (Vec<Document>, String) {
        let mut documents = Vec::new();
        loop {
            let page = self.pull(cursor).await;
            documents.extend(page.documents);
            cursor = page.next_cursor;
            if !page.more {
                return (documents, page.checksum.expect("a checksum at the end"));
            }
        }
    }

    /// One document as the server has it.
    pub async fn document(&self, id: DocId) -> Document {
        let (documents, _) = self.pull_all(0).await;
        let found = documents.into_iter().find(|document| document.id == id);
        found.expect("the document")
    }

    /// Where the space stands.
    pub async fn state(&self) -> SpaceState {
        let states: Vec<SpaceState> = self.caller.get("/api/v1/sync/spaces").await.ok().json();
        let own = states.into_iter().find(|state| state.space == self.space);
        own.expect("the space")
    }
}
