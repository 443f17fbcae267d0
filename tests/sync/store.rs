//! A model of the server's transactional store around the real decision. Not HTTP, and no threads: a call is a transaction.

use crate::bug::Bug;
use krowoc_shared::access::{Action, Role};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{DocId, Millis, OpId, SpaceId};
use krowoc_shared::library::document::Document;
use krowoc_shared::library::lifecycle::Act;
use krowoc_shared::sync::checksum::Checksum;
use krowoc_shared::sync::client::Failure;
use krowoc_shared::sync::server::{self, Context, VersionRow};
use krowoc_shared::sync::wire::{
    Op, OpResult, Outcome, PastEpoch, PullReply, PullRequest, PushReply, PushRequest, SpaceState,
};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that a store holds: what a backup takes.
#[derive(Clone, Default)]
pub struct Rows {
    /// The space's counter row.
    pub seq: u64,
    /// Tombstones dropped so far were at or below this revision.
    pub floor: u64,
    /// Documents, tombstones included.
    pub documents: BTreeMap<DocId, Document>,
    versions: BTreeMap<DocId, Vec<VersionRow>>,
    results: BTreeMap<OpId, OpResult>,
    /// For the oracle: increments by operation, as they were accepted.
    pub increments: BTreeMap<OpId, (DocId, i64)>,
}

/// A commit that others cannot see yet, as the planted late commit leaves it.
struct Hidden {
    until: Millis,
    id: DocId,
    before: Option<Document>,
}

/// The server's store.
pub struct Store {
    /// What is committed.
    pub rows: Rows,
    /// The space's epoch.
    pub epoch: String,
    past: Vec<PastEpoch>,
    hidden: Vec<Hidden>,
    pages: BTreeMap<usize, (u64, u64, usize)>,
    bug: Option<Bug>,
    page: usize,
    /// The space.
    pub space: SpaceId,
    team: bool,
}

/// A failure with a code.
pub fn status(code: ErrorCode) -> Failure {
    Failure::Status {
        status: code.status(),
        code: Some(code),
        retry_after: None,
    }
}

impl Store {
    /// An empty space.
    pub fn new(number: usize, team: bool, bug: Option<Bug>, page: usize) -> Self {
        let number = u8::try_from(number).unwrap_or(u8::MAX);
        Self {
            space: SpaceId::mint(1, [number; 10]),
            team,
            rows: Rows::default(),
            epoch: "e1".into(),
            past: Vec::new(),
            hidden: Vec::new(),
            pages: BTreeMap::new(),
            bug,
            page,
        }
    }

    /// The lines of the texts in a document's history that were never its own: sides of conflicts.
    pub fn sides(&self, id: DocId) -> BTreeSet<&str> {
        let history = self.rows.versions.get(&id).into_iter().flatten();
        let sides = history.filter(|version| version.aside);
        sides.flat_map(|version| version.text.lines()).collect()
    }

    /// A person publishes a prompt on the dashboard, as it stands.
    pub fn publish(&mut self, id: DocId, op_id: OpId, now: Millis) {
        let Some(document) = self.rows.documents.get(&id) else {
            return;
        };
        let act = Act::Publish {
            body_rev: document.body.rev,
            note: String::new(),
        };
        let op = Op {
            hlc: stamp(now),
            ..Op::new(op_id, id, document.kind).with_act(act)
        };
        // What cannot be published, such as an empty text, stays as it is.
        let _ = self.apply(&op, now, None);
    }

    /// What is published has its version, and is what is shown until somebody edits it.
    pub fn check_published(&self, document: &Document) -> Result<(), String> {
        let Some(published) = document.lifecycle.published else {
            return Ok(());
        };
        let id = document.id;
        let versions = self.rows.versions.get(&id).into_iter().flatten();
        let mut versions = versions.filter(|version| version.rev == published.rev);
        let Some(version) = versions.next().filter(|version| !version.aside) else {
            return Err(format!("{id}: no version is the published one"));
        };
        if !document.lifecycle.edited && version.text != document.body.text {
            return Err(format!(
                "{id}: another text than the published one is no draft"
            ));
        }
        Ok(())
    }

    /// The space's line of `GET /sync/spaces`, for somebody with this role.
    pub fn state(&self, role: Role) -> SpaceState {
        SpaceState {
            space: self.space,
            name: "ours".into(),
            team: self.team,
            role,
            epoch: self.epoch.clone(),
            seq: self.rows.seq,
            prompt_limit: None,
            past: self.past.clone(),
        }
    }

    /// `POST /sync/push`: one transaction. `role`: the sender's; none when they are no member.
    pub fn push(
        &mut self,
        request: &PushRequest,
        role: Option<Role>,
        now: Millis,
        late: Option<Millis>,
    ) -> Result<PushReply, Failure> {
        let role = role.ok_or(status(ErrorCode::NotFound))?;
        self.check(&request.epoch)?;
        let writes = role.may(Action::WriteDocuments);
        let results = request
            .ops
            .iter()
            .map(
                |op| match self.rows.results.contains_key(&op.op_id) || writes {
                    true => self.apply(op, now, late),
                    false => OpResult::rejected(op, ErrorCode::RoleTooLow, "", "a viewer"),
                },
            )
            .collect();
        Ok(PushReply {
            results,
            changes: None,
            now: stamp(now),
        })
    }

    fn apply(&mut self, op: &Op, now: Millis, late: Option<Millis>) -> OpResult {
        let known = self.rows.results.get(&op.op_id);
        if let (Some(known), true) = (known, self.bug != Some(Bug::NoDedupe)) {
            return known.clone().into_duplicate();
        }
        let current = self.rows.documents.get(&op.doc_id);
        let mut op = op.clone();
        if let (Some(Bug::BodyLww), Some(edit), Some(document)) =
            (self.bug, op.body.as_mut(), current)
        {
            edit.base_rev = document.body.rev;
        }
        let versions = self.rows.versions.entry(op.doc_id).or_default();
        let base = server::needs_base(&op, current).and_then(|at| server::text_at(versions, at));
        let context = Context {
            now,
            next_rev: self.rows.seq + 1,
            device: None,
        };
        let decision = server::decide(&op, current, base, &context);
        if decision.result.outcome == Outcome::Rejected {
            return decision.result;
        }
        if let Some(change) = decision.change {
            self.rows.seq += 1;
            let forgets = self.bug == Some(Bug::DropSide);
            versions.extend(change.version.filter(|version| !(forgets && version.aside)));
            let before = self.rows.documents.insert(op.doc_id, change.document);
            if let Some(until) = late {
                self.hidden.push(Hidden {
                    until,
                    id: op.doc_id,
                    before,
                });
            }
        }
        for by in op.inc.values() {
            self.rows.increments.insert(op.op_id, (op.doc_id, *by));
        }
        self.rows.results.insert(op.op_id, decision.result.clone());
        decision.result
    }

    /// `GET /sync/pull`, from a client known by its number. `role`: the reader's; none when they are no member.
    pub fn pull(
        &mut self,
        request: &PullRequest,
        role: Option<Role>,
        client: usize,
        now: Millis,
    ) -> Result<PullReply, Failure> {
        if role.is_none() {
            return Err(status(ErrorCode::NotFound));
        }
        self.check(&request.epoch)?;
        if request.cursor.max(request.horizon.unwrap_or(0)) < self.rows.floor {
            return Err(status(ErrorCode::ResyncRequired));
        }
        let visible = self.visible(now);
        let (from, skip) = self.place(request.cursor, client);
        let mut documents: Vec<Document> = visible
            .values()
            .filter(|document| document.rev > from)
            .cloned()
            .collect();
        documents.sort_by_key(|document| document.rev);
        documents.drain(..skip.min(documents.len()));
        let more = documents.len() > self.page;
        documents.truncate(self.page);
        let next_cursor = documents
            .last()
            .map_or(request.cursor, |document| document.rev);
        if self.bug == Some(Bug::OffsetPaging) && more {
            self.pages
                .insert(client, (next_cursor, from, skip + documents.len()));
        }
        Ok(PullReply {
            documents,
            next_cursor,
            more,
            checksum: (!more).then(|| Checksum::of(visible.values()).to_string()),
            now: stamp(now),
        })
    }

    /// Where a page begins: after the cursor, or, with pages cut by offset, so many rows after the first page's cursor.
    fn place(&mut self, cursor: u64, client: usize) -> (u64, usize) {
        match self.pages.remove(&client) {
            Some((next, from, skip)) if next == cursor => (from, skip),
            _ => (cursor, 0),
        }
    }

    fn visible(&mut self, now: Millis) -> BTreeMap<DocId, Document> {
        self.hidden.retain(|hidden| hidden.until > now);
        let mut documents = self.rows.documents.clone();
        for hidden in self.hidden.iter().rev() {
            match &hidden.before {
                Some(document) => documents.insert(hidden.id, document.clone()),
                None => documents.remove(&hidden.id),
            };
        }
        documents
    }

    fn check(&self, epoch: &str) -> Result<(), Failure> {
        if epoch == self.epoch {
            Ok(())
        } else {
            Err(status(ErrorCode::EpochMismatch))
        }
    }

    /// Replaces everything by a backup, under a new epoch.
    pub fn restore(&mut self, backup: &Rows, epoch: String) {
        self.rows = backup.clone();
        self.hidden.clear();
        self.pages.clear();
        if self.bug != Some(Bug::NoEpoch) {
            self.past = server::after_restore(&self.past, &self.epoch, self.rows.seq);
            self.epoch = epoch;
        }
    }

    /// The purge job: what is in the trash loses its content. Gives the ids.
    pub fn purge(&mut self) -> BTreeSet<DocId> {
        let in_trash = |document: &&Document| !document.purged && document.deleted_at().is_some();
        let ids: BTreeSet<DocId> = self
            .rows
            .documents
            .values()
            .filter(in_trash)
            .map(|document| document.id)
            .collect();
        for id in &ids {
            if let Some(document) = self.rows.documents.get_mut(id) {
                self.rows.seq += 1;
                *document = server::purge(document, self.rows.seq);
                self.rows.versions.remove(id);
            }
        }
        ids
    }

    /// Drops tombstones; clients that may have missed one must read everything again.
    pub fn drop_tombstones(&mut self) {
        let gone = self
            .rows
            .documents
            .values()
            .filter(|document| document.purged);
        let highest = gone.map(|document| document.rev).max().unwrap_or(0);
        self.rows.floor = self.rows.floor.max(highest);
        self.rows.documents.retain(|_, document| !document.purged);
    }
}

fn stamp(now: Millis) -> Hlc {
    Hlc {
        at: now,
        count: 0,
        node: 0,
    }
}
