//! A client's disk: documents, outbox and state, written in whole transactions. Not a database: it can only lose what a real one may lose.

use krowoc_shared::ids::DocId;
use krowoc_shared::sync::client::{ClientState, Commit, Loaded, Local, OutboxRow};
use std::collections::BTreeMap;

/// What survives a power loss.
#[derive(Clone)]
struct Content {
    state: ClientState,
    locals: BTreeMap<DocId, Local>,
    rows: BTreeMap<u64, OutboxRow>,
}

/// A disk with transactions.
pub struct Disk {
    content: Content,
    /// With relaxed durability: what had reached the platter.
    durable: Option<Content>,
    /// True while no transaction fits.
    pub full: bool,
}

/// The transaction did not fit; nothing of it was written.
#[derive(Debug)]
pub struct QuotaExceeded;

impl Disk {
    /// A disk with a fresh state.
    pub fn new(state: ClientState) -> Self {
        let content = Content {
            state,
            locals: BTreeMap::new(),
            rows: BTreeMap::new(),
        };
        Self {
            content,
            durable: None,
            full: false,
        }
    }

    /// Writes all of a commit or nothing; durable when it returns.
    pub fn write(&mut self, commit: Commit) -> Result<(), QuotaExceeded> {
        self.write_relaxed(commit)?;
        self.durable = None;
        Ok(())
    }

    /// Writes a commit that a power loss may take back, with all relaxed ones after the last durable one.
    pub fn write_relaxed(&mut self, commit: Commit) -> Result<(), QuotaExceeded> {
        if self.full {
            return Err(QuotaExceeded);
        }
        if self.durable.is_none() {
            self.durable = Some(self.content.clone());
        }
        let content = &mut self.content;
        content.state = commit.state;
        for local in commit.put_locals {
            content.locals.insert(local.view.id, local);
        }
        for id in commit.drop_locals {
            content.locals.remove(&id);
        }
        for row in commit.put_rows {
            content.rows.insert(row.seq, row);
        }
        for seq in commit.drop_rows {
            content.rows.remove(&seq);
        }
        Ok(())
    }

    /// The power goes and comes back: what was not durable is gone, the rest is read from its stored form.
    pub fn lose_power(&mut self) {
        if let Some(durable) = self.durable.take() {
            self.content = durable;
        }
        self.content.state = reread(&self.content.state);
        self.content.rows = reread(&self.content.rows);
        self.content.locals = reread(&self.content.locals);
    }

    /// The state.
    pub fn state(&self) -> &ClientState {
        &self.content.state
    }

    /// All documents.
    pub fn locals(&self) -> &BTreeMap<DocId, Local> {
        &self.content.locals
    }

    /// All outbox rows.
    pub fn rows(&self) -> &BTreeMap<u64, OutboxRow> {
        &self.content.rows
    }

    /// Rows that wait, in order.
    pub fn waiting(&self) -> Vec<OutboxRow> {
        let rows = self.content.rows.values();
        rows.filter(|row| row.waits()).cloned().collect()
    }

    /// What a step reads for some documents.
    pub fn load(&self, ids: &[DocId]) -> Loaded {
        let local = |id: &DocId| {
            self.content
                .locals
                .get(id)
                .map(|local| (*id, local.clone()))
        };
        let rows = self.content.rows.values();
        Loaded {
            locals: ids.iter().filter_map(local).collect(),
            rows: rows
                .filter(|row| ids.contains(&row.op.doc_id))
                .cloned()
                .collect(),
        }
    }
}

fn reread<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let json = serde_json::to_vec(value).expect("the store's form can be written");
    serde_json::from_slice(&json).expect("the store's form can be read")
}
