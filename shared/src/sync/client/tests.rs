//! Tests of the client machine against the real server decision, each a short story. Not the simulation: no faults here.

use super::*;
use crate::access::{Action, Role};
use crate::error::ErrorCode;
use crate::hlc::Hlc;
use crate::ids::{DocId, Millis, OpId, SpaceId};
use crate::library::document::{Counter, Document, Field, Kind};
use crate::library::limits;
use crate::sync::checksum::Checksum;
use crate::sync::server::{self, Context, VersionRow};
use crate::sync::wire::{
    Op, OpResult, Outcome, PastEpoch, PullReply, PullRequest, PushReply, PushRequest, SpaceState,
};
use std::collections::BTreeMap;

mod failures;
mod lifecycle;
mod quota;
mod stories;
mod teams;

/// A server of one space, in memory, over the real decision.
#[derive(Clone)]
pub(super) struct Server {
    pub epoch: String,
    pub seq: u64,
    pub past: Vec<PastEpoch>,
    pub now: Millis,
    pub documents: BTreeMap<DocId, Document>,
    pub versions: BTreeMap<DocId, Vec<VersionRow>>,
    pub results: BTreeMap<OpId, OpResult>,
    pub page: usize,
    /// Most prompts; as many as one likes when absent.
    pub most: Option<usize>,
    /// It is a team's, in which the client is this.
    pub team: Option<Role>,
    /// The client is a member.
    pub member: bool,
}

impl Server {
    pub fn new() -> Self {
        Self {
            epoch: "first".into(),
            seq: 0,
            past: Vec::new(),
            now: 1_000_000,
            documents: BTreeMap::new(),
            versions: BTreeMap::new(),
            results: BTreeMap::new(),
            page: 3,
            most: None,
            team: None,
            member: true,
        }
    }

    /// As a restore leaves it: the state of the backup under a new epoch.
    pub fn restore(&mut self, backup: &Self) {
        let past = server::after_restore(&self.past, &self.epoch, backup.seq);
        let epoch = format!("{}+", self.epoch);
        let now = self.now;
        *self = Self {
            past,
            epoch,
            now,
            ..backup.clone()
        };
    }

    fn stamp(&self) -> Hlc {
        Hlc {
            at: self.now,
            count: 0,
            node: 0,
        }
    }

    pub fn space() -> SpaceId {
        SpaceId::mint(1, [1; 10])
    }

    pub fn spaces(&self) -> Vec<SpaceState> {
        let space = SpaceState {
            space: Self::space(),
            name: "mine".into(),
            team: self.team.is_some(),
            role: self.team.unwrap_or(Role::Owner),
            epoch: self.epoch.clone(),
            seq: self.seq,
            prompt_limit: self.most.map(|most| most as u64),
            past: self.past.clone(),
        };
        if self.member { vec![space] } else { Vec::new() }
    }

    fn apply(&mut self, op: &Op) -> OpResult {
        if let Some(known) = self.results.get(&op.op_id) {
            return known.clone().into_duplicate();
        }
        if self
            .team
            .is_some_and(|role| !role.may(Action::WriteDocuments))
        {
            return OpResult::rejected(op, ErrorCode::RoleTooLow, "", "role too low");
        }
        let current = self.documents.get(&op.doc_id);
        let versions = self.versions.entry(op.doc_id).or_default();
        let base = server::needs_base(op, current).and_then(|at| server::text_at(versions, at));
        let context = Context {
            now: self.now,
            next_rev: self.seq + 1,
            device: None,
        };
        let decision = server::decide(op, current, base, &context);
        let alive = self
            .documents
            .values()
            .filter(|it| it.deleted_at().is_none());
        if current.is_none() && self.most.is_some_and(|most| alive.count() >= most) {
            return OpResult::rejected(op, ErrorCode::QuotaReached, "/kind", "no room");
        }
        if let Some(change) = decision.change {
            self.seq += 1;
            versions.extend(change.version);
            self.documents.insert(op.doc_id, change.document);
        }
        if decision.result.outcome != Outcome::Rejected {
            self.results.insert(op.op_id, decision.result.clone());
        }
        decision.result
    }

    pub fn push(&mut self, request: &PushRequest) -> Result<PushReply, Failure> {
        self.check(&request.epoch)?;
        let results = request.ops.iter().map(|op| self.apply(op)).collect();
        Ok(PushReply {
            results,
            changes: None,
            now: self.stamp(),
        })
    }

    pub fn pull(&self, request: &PullRequest) -> Result<PullReply, Failure> {
        self.check(&request.epoch)?;
        let mut documents: Vec<_> = self
            .documents
            .values()
            .filter(|document| document.rev > request.cursor)
            .cloned()
            .collect();
        documents.sort_by_key(|document| document.rev);
        let more = documents.len() > self.page;
        documents.truncate(self.page);
        let next_cursor = documents
            .last()
            .map_or(request.cursor, |document| document.rev);
        let checksum = (!more).then(|| Checksum::of(self.documents.values()).to_string());
        Ok(PullReply {
            documents,
            next_cursor,
            more,
            checksum,
            now: self.stamp(),
        })
    }

    fn check(&self, epoch: &str) -> Result<(), Failure> {
        if !self.member {
            Err(status(ErrorCode::NotFound))
        } else if epoch == self.epoch {
            Ok(())
        } else {
            Err(status(ErrorCode::EpochMismatch))
        }
    }
}

pub(super) fn status(code: ErrorCode) -> Failure {
    Failure::Status {
        status: code.status(),
        code: Some(code),
        retry_after: None,
    }
}

/// A client over maps, and the driver that the module describes.
#[derive(Clone)]
pub(super) struct Client {
    pub state: ClientState,
    pub locals: BTreeMap<DocId, Local>,
    pub rows: BTreeMap<u64, OutboxRow>,
    pub now: Millis,
    random: u64,
}

impl Client {
    pub fn new(node: u32) -> Self {
        let mut state = ClientState::new(node);
        state.connect(None);
        Self {
            state,
            locals: BTreeMap::new(),
            rows: BTreeMap::new(),
            now: 1_000_000,
            random: u64::from(node) << 40,
        }
    }

    pub fn write(&mut self, commit: Commit) {
        self.state = commit.state;
        for local in commit.put_locals {
            self.locals.insert(local.view.id, local);
        }
        for id in commit.drop_locals {
            assert!(self.locals.remove(&id).is_some());
        }
        for row in commit.put_rows {
            self.rows.insert(row.seq, row);
        }
        for seq in commit.drop_rows {
            assert!(self.rows.remove(&seq).is_some());
        }
    }

    pub fn load(&self, ids: &[DocId]) -> Loaded {
        let pick = |id: &DocId| self.locals.get(id).map(|local| (*id, local.clone()));
        Loaded {
            locals: ids.iter().filter_map(pick).collect(),
            rows: self
                .rows
                .values()
                .filter(|row| ids.contains(&row.op.doc_id))
                .cloned()
                .collect(),
        }
    }

    pub fn ids(&mut self) -> impl FnMut() -> [u8; 10] + use<> {
        self.random += 1 << 20;
        let mut next = self.random;
        move || {
            next += 1;
            let mut bytes = [0; 10];
            bytes[2..].copy_from_slice(&next.to_be_bytes());
            bytes
        }
    }

    pub fn op_id(&mut self) -> OpId {
        let mut random = self.ids();
        OpId::mint(self.now, random())
    }

    pub fn edit(&mut self, edit: impl Into<Edit>) -> DocId {
        self.now += 1;
        let edit = edit.into();
        let id = edit.op.doc_id;
        let commit = record(&self.state, self.load(&[id]), edit, self.now).unwrap();
        self.write(commit);
        id
    }

    pub fn create(&mut self, text: &str) -> DocId {
        let op_id = self.op_id();
        let mut random = self.ids();
        let id = DocId::mint(self.now, random());
        self.edit(Op::create(op_id, id, Kind::Prompt, self.now, text))
    }

    /// An edit of a document that is here, made from what is shown.
    pub fn op(&mut self, id: DocId) -> Op {
        Op::new(self.op_id(), id, Kind::Prompt)
    }

    pub fn write_text(&mut self, id: DocId, text: &str) {
        let op = self.op(id).with_body(0, text);
        self.edit(op);
    }

    pub fn plan(&self) -> Step {
        let waiting: Vec<_> = self
            .rows
            .values()
            .filter(|row| row.waits())
            .cloned()
            .collect();
        plan(&self.state, &waiting, self.now)
    }

    /// One step against a server; false when there is nothing to do.
    pub fn step(&mut self, server: &mut Server) -> bool {
        let mut random = self.ids();
        let mut env = Env {
            now: self.now,
            random: &mut random,
        };
        let commit = match self.plan() {
            Step::Spaces => on_spaces(&self.state, Ok(server.spaces()), &mut env),
            Step::Push { mark, request } => {
                self.write(mark);
                let reply = server.push(&request);
                let loaded = self.load(&needed_by_push(&request, &reply));
                on_push(&self.state, &request, loaded, reply, &mut env)
            }
            Step::Pull(request) => {
                let reply = server.pull(&request);
                let loaded = self.load(&needed_by_pull(&reply));
                on_pull(&self.state, &request, loaded, reply, &mut env)
            }
            Step::Sweep { before, limit } => {
                let unmet: Vec<_> = self
                    .locals
                    .values()
                    .filter(|local| local.read < before)
                    .take(limit)
                    .map(|local| local.view.id)
                    .collect();
                on_sweep(&self.state, self.load(&unmet), &mut env)
            }
            Step::Leave => {
                let ids: Vec<DocId> = self.locals.keys().copied().collect();
                let edited: Vec<DocId> = self.rows.values().map(|row| row.op.doc_id).collect();
                on_leave(&self.state, &ids, self.load(&edited))
            }
            Step::WaitUntil(_) | Step::Halted(_) | Step::Idle => return false,
        };
        self.write(commit);
        true
    }

    /// Steps until there is nothing to do.
    pub fn sync(&mut self, server: &mut Server) {
        self.now += 1_000;
        server.now = server.now.max(self.now);
        self.state.wake(self.now);
        for _ in 0..1_000 {
            if !self.step(server) {
                return;
            }
        }
        panic!("the client does not come to rest: {:?}", self.plan());
    }

    pub fn text(&self, id: DocId) -> &str {
        &self.locals[&id].view.body.text
    }

    pub fn view(&self, id: DocId) -> &Document {
        &self.locals[&id].view
    }

    pub fn same_as(&self, server: &Server) -> bool {
        let theirs: BTreeMap<_, _> = server
            .documents
            .iter()
            .filter(|(_, document)| !document.purged)
            .collect();
        let ours: BTreeMap<_, _> = self
            .locals
            .iter()
            .map(|(id, local)| (id, &local.view))
            .collect();
        self.rows.is_empty()
            && ours == theirs
            && self.state.checksum == Checksum::of(server.documents.values())
    }
}

/// Two clients that have met the same server.
pub(super) fn two() -> (Server, Client, Client) {
    let mut server = Server::new();
    let (mut one, mut other) = (Client::new(1), Client::new(2));
    one.sync(&mut server);
    other.sync(&mut server);
    (server, one, other)
}

#[test]
fn without_a_server_edits_are_kept_and_nothing_is_asked() {
    let mut client = Client::new(1);
    client.state.disconnect();
    let id = client.create("offline");
    assert_eq!(client.plan(), Step::Idle);
    assert_eq!(client.text(id), "offline");
    client.state.connect(None);
    let mut server = Server::new();
    client.sync(&mut server);
    assert!(client.same_as(&server));
}

#[test]
fn state_and_rows_survive_their_json() {
    let (mut server, mut client, _) = two();
    let id = client.create("a");
    client.sync(&mut server);
    client.write_text(id, "b");
    let state = serde_json::to_string(&client.state).unwrap();
    assert_eq!(
        serde_json::from_str::<ClientState>(&state).unwrap(),
        client.state
    );
    let row = client.rows.values().next().unwrap();
    let json = serde_json::to_string(row).unwrap();
    assert_eq!(&serde_json::from_str::<OutboxRow>(&json).unwrap(), row);
    let local = serde_json::to_string(&client.locals[&id]).unwrap();
    assert_eq!(
        serde_json::from_str::<Local>(&local).unwrap(),
        client.locals[&id]
    );
}

#[test]
fn a_push_carries_at_most_a_hundred_operations_and_a_mebibyte() {
    let (mut server, mut client, _) = two();
    for number in 0..150 {
        client.create(&number.to_string());
    }
    let Step::Push { request, .. } = client.plan() else {
        panic!()
    };
    assert_eq!(request.ops.len(), limits::PUSH_OPS);
    client.sync(&mut server);
    assert!(client.same_as(&server));
    for _ in 0..3 {
        client.create(&"x".repeat(400_000));
    }
    let Step::Push { request, .. } = client.plan() else {
        panic!()
    };
    assert_eq!(request.ops.len(), 2);
    assert!(serde_json::to_vec(&request).unwrap().len() <= limits::PUSH_BYTES);
}

#[test]
fn counts_from_two_clients_add_up() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a");
    one.sync(&mut server);
    other.sync(&mut server);
    for client in [&mut one, &mut other] {
        for _ in 0..3 {
            let op = client.op(id).with_count(Counter::Uses, 1);
            client.edit(op);
        }
        assert_eq!(client.view(id).counter(Counter::Uses), 3);
        client.sync(&mut server);
    }
    one.sync(&mut server);
    assert_eq!(one.view(id).counter(Counter::Uses), 6);
    assert!(one.same_as(&server) && other.same_as(&server));
}

#[test]
fn an_edit_of_what_was_seen_wins_even_when_the_wall_clock_is_behind() {
    let (mut server, mut one, mut other) = two();
    let id = one.create("a");
    let op = one.op(id).with(Field::Title, "first");
    one.edit(op);
    one.sync(&mut server);
    other.sync(&mut server);
    other.now -= 86_400_000;
    let op = other.op(id).with(Field::Title, "second");
    other.edit(op);
    other.now += 86_400_000;
    other.sync(&mut server);
    assert_eq!(server.documents[&id].title(), "second");
}
