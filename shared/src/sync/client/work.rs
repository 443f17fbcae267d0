//! The draft of a commit: changes are collected here and come out once. Not a decision about them.

use super::state::{ClientState, Local, OutboxRow};
use super::step::{Commit, Loaded};
use crate::ids::DocId;
use crate::library::document::{Body, Document};
use crate::library::limits;
use crate::sync::merge;
use crate::sync::text::{self, Merge};
use crate::sync::wire::{BodyEdit, Op, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// What a person sees of a document: the server's state with the waiting edits on top, in the order they were made.
/// A document that no server has is shown with its refused edits as well: it would be nowhere else.
/// `None` when there is neither state nor edit.
#[must_use]
pub fn view_of(base: Option<&Document>, rows: &[&OutboxRow]) -> Option<Document> {
    let known = base.is_some_and(|document| !document.purged);
    let mut view = match (base, rows.first()) {
        (Some(ghost), _) if ghost.purged => Document {
            rev: 0,
            purged: false,
            ..ghost.clone()
        },
        (Some(document), _) => document.clone(),
        (None, Some(row)) => Document::new(row.op.doc_id, row.op.kind),
        (None, None) => return None,
    };
    for row in rows.iter().filter(|row| !row.is_rejected() || !known) {
        merge::preview(&mut view, &row.op);
        match &row.ack {
            Some(ack) if row.op.body.is_some() && ack.outcome == Some(Outcome::Applied) => {
                view.body.rev = ack.body_rev;
            }
            _ => {}
        }
    }
    Some(view)
}

/// What is left of a document that the server has no more, as it is known at a revision: shown while edits of it wait.
pub(super) fn ghost(content: Document, rev: u64) -> Document {
    Document {
        rev,
        purged: true,
        body: Body {
            rev: 0,
            ..content.body
        },
        ..content
    }
}

/// A commit in the making.
pub(super) struct Work {
    pub state: ClientState,
    locals: BTreeMap<DocId, Local>,
    rows: BTreeMap<u64, OutboxRow>,
    stored: BTreeSet<u64>,
    by_document: BTreeMap<DocId, BTreeSet<u64>>,
    touched: BTreeSet<u64>,
    changed: BTreeMap<DocId, Option<Local>>,
}

impl Work {
    pub fn new(state: &ClientState, loaded: Loaded) -> Self {
        let mut work = Self {
            state: state.clone(),
            locals: loaded.locals,
            rows: BTreeMap::new(),
            stored: loaded.rows.iter().map(|row| row.seq).collect(),
            by_document: BTreeMap::new(),
            touched: BTreeSet::new(),
            changed: BTreeMap::new(),
        };
        for row in loaded.rows {
            work.index(row);
        }
        work
    }

    fn index(&mut self, row: OutboxRow) {
        let of_document = self.by_document.entry(row.op.doc_id).or_default();
        of_document.insert(row.seq);
        self.rows.insert(row.seq, row);
    }

    /// The document as this commit will leave it.
    pub fn local(&self, id: DocId) -> Option<&Local> {
        match self.changed.get(&id) {
            Some(local) => local.as_ref(),
            None => self.locals.get(&id),
        }
    }

    /// The rows of a document, in the order they were made.
    pub fn rows_of(&self, id: DocId) -> Vec<&OutboxRow> {
        let seqs = self.by_document.get(&id);
        seqs.into_iter()
            .flatten()
            .filter_map(|seq| self.rows.get(seq))
            .collect()
    }

    pub fn row(&self, seq: u64) -> Option<&OutboxRow> {
        self.rows.get(&seq)
    }

    pub fn row_mut(&mut self, seq: u64) -> Option<&mut OutboxRow> {
        self.touched.insert(seq);
        self.rows.get_mut(&seq)
    }

    pub fn put_row(&mut self, row: OutboxRow) {
        self.touched.insert(row.seq);
        self.index(row);
    }

    pub fn drop_row(&mut self, seq: u64) -> Option<OutboxRow> {
        let row = self.rows.remove(&seq)?;
        self.touched.insert(seq);
        if let Some(of_document) = self.by_document.get_mut(&row.op.doc_id) {
            of_document.remove(&seq);
        }
        Some(row)
    }

    /// Takes an acknowledged row out: the server's state that holds it is stored with this commit. A text that was made
    /// from it is moved onto what the server made of it.
    pub fn release(&mut self, seq: u64, server: Option<&Document>) {
        let Some(OutboxRow { op, .. }) = self.drop_row(seq) else {
            return;
        };
        for follower in self.followers(&op) {
            let sent = op.body.as_ref().map(|edit| edit.text.as_str());
            if let (Some(sent), Some(server)) = (sent, server) {
                self.carry_over(follower, sent, &server.body);
            }
            if let Some(row) = self.row_mut(follower) {
                row.follows = None;
            }
        }
    }

    /// Moves a text that was made from `before` onto `after`, and with it the texts that were made from that text.
    /// One that cannot be merged stays as it is, on its old base: the server will keep it as a conflict revision.
    fn carry_over(&mut self, seq: u64, before: &str, after: &Body) {
        let Some(row) = self.row(seq) else { return };
        let Some(edit) = row.op.body.clone() else {
            return;
        };
        let op = row.op.clone();
        let moved = match text::merge(before, &after.text, &edit.text) {
            Merge::Clean(text) if text.len() <= limits::BODY_BYTES => Body {
                text,
                rev: after.rev,
            },
            _ => return,
        };
        for follower in self.followers(&op) {
            self.carry_over(follower, &edit.text, &moved);
            if let Some(row) = self.row_mut(follower)
                && row.op.body.as_ref().map(|edit| edit.base_rev) != Some(moved.rev)
            {
                row.follows = None;
            }
        }
        if let Some(row) = self.row_mut(seq) {
            row.op.body = Some(BodyEdit {
                base_rev: moved.rev,
                text: moved.text,
            });
        }
    }

    /// The rows whose text was made from this operation's.
    pub fn followers(&self, op: &Op) -> Vec<u64> {
        let rows = self.rows_of(op.doc_id);
        let follows = |row: &&&OutboxRow| row.follows == Some(op.op_id);
        rows.iter().filter(follows).map(|row| row.seq).collect()
    }

    /// The number of the next row.
    pub fn next_seq(&mut self) -> u64 {
        let seq = self.state.next_seq;
        self.state.next_seq = seq.saturating_add(1);
        seq
    }

    /// Sets what the server has of a document (`None`: nothing) and makes its view anew from its rows.
    /// `read`: the reading that met it; `None` keeps the one before.
    pub fn settle(&mut self, id: DocId, shadow: Option<Document>, read: Option<u64>) {
        let old = self.local(id);
        let read = read.unwrap_or_else(|| old.map_or(0, |local| local.read));
        let counted = old.and_then(|local| self.state.counted(local));
        let mut sum = self.state.checksum;
        if let Some(document) = counted {
            sum = sum.without(document);
        }
        if let Some(document) = shadow.as_ref().filter(|_| read == self.state.generation) {
            sum = sum.with(document);
        }
        self.state.checksum = sum;
        let rows = self.rows_of(id);
        let local = if rows.is_empty() {
            shadow
                .filter(|document| !document.purged)
                .map(|view| Local {
                    view,
                    base: None,
                    dirty: false,
                    read,
                })
        } else {
            view_of(shadow.as_ref(), &rows).map(|view| Local {
                view,
                base: shadow,
                dirty: true,
                read,
            })
        };
        self.changed.insert(id, local);
    }

    /// Makes a document's view anew after its rows changed.
    pub fn refresh(&mut self, id: DocId) {
        let shadow = self.local(id).and_then(|local| local.shadow().cloned());
        self.settle(id, shadow, None);
    }

    /// The commit.
    pub fn finish(self) -> Commit {
        let mut commit = Commit::of(self.state);
        for (id, local) in self.changed {
            match local {
                Some(local) => commit.put_locals.push(local),
                None if self.locals.contains_key(&id) => commit.drop_locals.push(id),
                None => {}
            }
        }
        let mut rows = self.rows;
        for seq in self.touched {
            match rows.remove(&seq) {
                Some(row) => commit.put_rows.push(row),
                None if self.stored.contains(&seq) => commit.drop_rows.push(seq),
                None => {}
            }
        }
        commit
    }
}
