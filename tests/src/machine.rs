//! The extension's real client machine over HTTP, with its storage in maps. Not its browser.

use crate::caller::{Answer, Caller};
use crate::clock::BEGIN;
use krowoc_shared::ids::{DocId, Millis};
use krowoc_shared::library::document::Document;
use krowoc_shared::sync::client::{
    ClientState, Commit, Env, Failure, Loaded, Local, OutboxRow, Step, needed_by_pull,
    needed_by_push, on_leave, on_pull, on_push, on_spaces, on_sweep, plan, record,
};
use krowoc_shared::sync::wire::Op;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// A client with its storage.
pub struct Machine {
    /// Its state.
    pub state: ClientState,
    /// Its documents.
    pub locals: BTreeMap<DocId, Local>,
    /// Its outbox.
    pub rows: BTreeMap<u64, OutboxRow>,
    now: Millis,
    random: u64,
}

fn reply<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    if answer.status.is_success() {
        Ok(answer.json())
    } else {
        Err(Failure::from(&answer.problem()))
    }
}

impl Machine {
    /// A connected client that knows nothing.
    #[must_use]
    pub fn new(node: u32) -> Self {
        let mut state = ClientState::new(node);
        state.connect(None);
        Self {
            state,
            locals: BTreeMap::new(),
            rows: BTreeMap::new(),
            now: BEGIN,
            random: u64::from(node) << 40,
        }
    }

    fn write(&mut self, commit: Commit) {
        self.state = commit.state;
        for local in commit.put_locals {
            self.locals.insert(local.view.id, local);
        }
        for id in commit.drop_locals {
            self.locals.remove(&id);
        }
        for row in commit.put_rows {
            self.rows.insert(row.seq, row);
        }
        for seq in commit.drop_rows {
            self.rows.remove(&seq);
        }
    }

    fn load(&self, ids: &[DocId]) -> Loaded {
        let pick = |id: &DocId| self.locals.get(id).map(|local| (*id, local.clone()));
        let rows = self.rows.values();
        Loaded {
            locals: ids.iter().filter_map(pick).collect(),
            rows: rows
                .filter(|row| ids.contains(&row.op.doc_id))
                .cloned()
                .collect(),
        }
    }

    fn random(&mut self) -> impl FnMut() -> [u8; 10] + use<> {
        self.random += 1 << 20;
        let mut next = self.random;
        move || {
            next += 1;
            let [a, b, c, d, e, f, g, h] = next.to_be_bytes();
            [1, 1, a, b, c, d, e, f, g, h]
        }
    }

    /// Records an edit as a person makes it.
    ///
    /// # Panics
    /// When the edit breaks a rule.
    pub fn edit(&mut self, op: Op) {
        self.now += 1;
        let loaded = self.load(&[op.doc_id]);
        let commit = record(&self.state, loaded, op.into(), self.now).expect("a lawful edit");
        self.write(commit);
    }

    /// Syncs until there is nothing left to do.
    ///
    /// # Panics
    /// When it does not come to rest.
    pub async fn sync(&mut self, caller: &Caller) {
        self.now += 60_000;
        self.state.wake(self.now);
        for _ in 0..1_000 {
            if !self.step(caller).await {
                return;
            }
        }
        panic!("the client does not come to rest");
    }

    async fn step(&mut self, caller: &Caller) -> bool {
        let waiting: Vec<_> = self
            .rows
            .values()
            .filter(|row| row.waits())
            .cloned()
            .collect();
        let mut random = self.random();
        let mut env = Env {
            now: self.now,
            random: &mut random,
        };
        let commit = match plan(&self.state, &waiting, self.now) {
            Step::Spaces => {
                let answer = caller.get("/api/v1/sync/spaces").await;
                on_spaces(&self.state, reply(&answer), &mut env)
            }
            Step::Push { mark, request } => {
                self.write(mark);
                let answer = caller.post("/api/v1/sync/push", &request).await;
                let reply = reply(&answer);
                let loaded = self.load(&needed_by_push(&request, &reply));
                on_push(&self.state, &request, loaded, reply, &mut env)
            }
            Step::Pull(request) => {
                let horizon = request
                    .horizon
                    .map_or(String::new(), |seq| format!("&horizon={seq}"));
                let limit = request
                    .limit
                    .map_or(String::new(), |limit| format!("&limit={limit}"));
                let path = format!(
                    "/api/v1/sync/pull?space={}&epoch={}&cursor={}{limit}{horizon}",
                    request.space, request.epoch, request.cursor
                );
                let reply = reply(&caller.get(&path).await);
                let loaded = self.load(&needed_by_pull(&reply));
                on_pull(&self.state, &request, loaded, reply, &mut env)
            }
            Step::Sweep { before, limit } => {
                let unmet = self.locals.values().filter(|local| local.read < before);
                let ids: Vec<_> = unmet.take(limit).map(|local| local.view.id).collect();
                on_sweep(&self.state, self.load(&ids), &mut env)
            }
            Step::Leave => {
                let ids: Vec<_> = self.locals.keys().copied().collect();
                let edited: Vec<_> = self.rows.values().map(|row| row.op.doc_id).collect();
                on_leave(&self.state, &ids, self.load(&edited))
            }
            Step::WaitUntil(_) | Step::Halted(_) | Step::Idle => return false,
        };
        self.write(commit);
        true
    }

    /// What it shows, without purged documents, as id, title and text.
    #[must_use]
    pub fn shown(&self) -> Vec<(DocId, String, String)> {
        let views = self.locals.values().map(|local| &local.view);
        views.filter(|view| !view.purged).map(shown).collect()
    }
}

/// A document as id, title and text.
#[must_use]
pub fn shown(document: &Document) -> (DocId, String, String) {
    (
        document.id,
        document.title().to_owned(),
        document.body.text.clone(),
    )
}
