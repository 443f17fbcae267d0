//! The history that an imported document brings along: its texts are made one after the other, each by an operation, and published
//! where they were. Not a way of its own to write.

use crate::store::{Tx, library};
use crate::sync::push::{Applied, Batch, Way, apply};
use crate::web::Reply;
use krowoc_shared::error::{ErrorCode, Violation};
use krowoc_shared::ids::{DocId, OpId};
use krowoc_shared::library::document::{Document, Field, Kind};
use krowoc_shared::library::lifecycle::{Act, PastVersion, Snapshot};
use krowoc_shared::library::wire::CreateDocument;
use krowoc_shared::sync::server::validate;
use krowoc_shared::sync::wire::{Op, OpResult, Outcome};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Fields that a version holds: while the history is made they are those of its versions.
const HELD: [Field; 4] = [
    Field::Title,
    Field::Description,
    Field::Variables,
    Field::Execution,
];

/// What is done after a document was made.
#[derive(Clone, Debug)]
enum Step {
    /// Its fields and its text become these.
    Write(BTreeMap<Field, Value>, String),
    /// It is published with this note.
    Publish(String),
    /// It is put away.
    Archive,
}

/// What is done with one document after it was made, in order.
#[derive(Clone, Debug)]
pub(super) struct Past {
    id: DocId,
    op: OpId,
    kind: Kind,
    steps: Vec<Step>,
    /// It lies in the trash at the end, since then.
    trashed: Option<Value>,
}

fn held(snapshot: &Snapshot) -> [(Field, Value); 3] {
    [
        (Field::Description, snapshot.description.as_str().into()),
        (Field::Variables, snapshot.variables.clone()),
        (Field::Execution, snapshot.execution.clone()),
    ]
}

/// The fields that a version had.
fn fields(version: &PastVersion) -> BTreeMap<Field, Value> {
    let title = (Field::Title, version.title.as_str().into());
    let snapshot = version.snapshot.iter().flat_map(held);
    [title].into_iter().chain(snapshot).collect()
}

/// Takes the history out of a document that is to be made: what is left is made first, as its oldest version had it, and the rest is
/// done after it. Nothing when it has no history and does not begin in the archive.
pub(super) fn unroll(wanted: &mut CreateDocument, ids: (OpId, DocId)) -> Option<Past> {
    let history = std::mem::take(&mut wanted.history);
    let archived = std::mem::take(&mut wanted.archived);
    if history.is_empty() && !archived {
        return None;
    }
    let mut steps = Vec::new();
    let mut trashed = None;
    if let Some(first) = history.first() {
        let last = std::mem::replace(&mut wanted.body, first.text.clone());
        let mut end = BTreeMap::new();
        for field in HELD.into_iter().chain([Field::DeletedAt]) {
            end.extend(wanted.set.remove(&field).map(|value| (field, value)));
        }
        let at = end.get(&Field::DeletedAt).filter(|at| !at.is_null());
        trashed = at.cloned();
        wanted.set.extend(fields(first));
        for (at, version) in history.iter().enumerate() {
            if at > 0 {
                steps.push(Step::Write(fields(version), version.text.clone()));
            }
            if version.published {
                steps.push(Step::Publish(version.note.clone()));
            }
        }
        for field in HELD {
            // What the last version held and the document does not is taken away again.
            let unset = match field {
                Field::Title | Field::Description => Value::from(""),
                _ => Value::Null,
            };
            end.entry(field).or_insert(unset);
        }
        steps.push(Step::Write(end, last));
    }
    if archived {
        steps.push(Step::Archive);
    }
    Some(Past {
        id: ids.1,
        op: ids.0,
        kind: wanted.kind,
        steps,
        trashed,
    })
}

impl Past {
    /// Checks every value of the history, before anything is made of it.
    pub(super) fn check(&self) -> Result<(), Violation> {
        let nothing = Document::new(self.id, self.kind);
        let ops = (0..self.steps.len()).filter_map(|at| self.op(at, &nothing));
        ops.into_iter().try_for_each(|op| validate(&op))
    }

    /// The id of a step follows from that of the document's beginning: a repeated import is known in all its steps.
    fn op_id(&self, at: usize) -> OpId {
        let mut hash = Sha256::new();
        hash.update(self.op.as_bytes());
        hash.update(at.to_be_bytes());
        let mut random = [0; 10];
        for (byte, of) in random.iter_mut().zip(hash.finalize()) {
            *byte = of;
        }
        OpId::mint(self.op.minted_at(), random)
    }

    fn op(&self, at: usize, document: &Document) -> Option<Op> {
        let op = Op::new(self.op_id(at), self.id, self.kind);
        Some(match self.steps.get(at)? {
            Step::Write(set, text) => {
                let mut op = op.with_body(document.body.rev, text);
                let differs = |field: &Field, value: &Value| document.value(*field) != value;
                op.set = set.clone();
                op.set.retain(|field, value| differs(field, value));
                op
            }
            Step::Publish(note) => op.with_act(Act::Publish {
                body_rev: document.body.rev,
                note: note.clone(),
            }),
            Step::Archive => op.with_act(Act::Archive),
        })
    }
}

/// The documents whose history ends in the trash: they are in the library while it is made, and take no place there.
pub(super) fn passing(pasts: &[Past]) -> Vec<DocId> {
    let trashed = pasts.iter().filter(|past| past.trashed.is_some());
    trashed.map(|past| past.id).collect()
}

/// Does what comes after the documents of a batch were made: a step of each at a time. A step that is refused ends that history; what was to
/// be in the trash goes there all the same.
///
/// # Errors
/// The store's.
pub(super) fn follow(
    tx: &mut Tx<'_>,
    batch: &Batch,
    pasts: &[Past],
    applied: &Applied,
) -> Reply<()> {
    let made = |past: &&Past| {
        let results = applied.results.iter();
        let mut own = results.filter(|result| result.op_id == past.op);
        own.any(|result| result.outcome == Outcome::Applied)
    };
    let pasts: Vec<&Past> = pasts.iter().filter(made).collect();
    let of = |past: &&Past| Some((past.id, applied.document(past.id)?.clone()));
    let mut documents: HashMap<DocId, Document> = pasts.iter().filter_map(of).collect();
    let longest = pasts.iter().map(|past| past.steps.len()).max();
    for at in 0..longest.unwrap_or(0) {
        let op = |past: &&Past| past.op(at, documents.get(&past.id)?);
        let ops: Vec<Op> = pasts.iter().filter_map(op).collect();
        let round = Batch {
            create_only: false,
            way: Way::Past,
            ops,
            ..batch.clone()
        };
        let done = apply(tx, &round)?;
        for (op, result) in round.ops.iter().zip(&done.results) {
            match done.document(op.doc_id) {
                Some(document) if result.outcome != Outcome::Rejected => {
                    documents.insert(op.doc_id, document.clone());
                }
                _ => drop(documents.remove(&op.doc_id)),
            }
        }
    }
    bin(tx, batch, &pasts)
}

/// Puts into the trash what was to end there and did not, because a step before was refused.
fn bin(tx: &mut Tx<'_>, batch: &Batch, pasts: &[&Past]) -> Reply<()> {
    let ids: Vec<DocId> = pasts.iter().map(|past| past.id).collect();
    let stored = library::find(tx, batch.space, &ids)?;
    let left = |past: &&&Past| {
        let stored = stored.get(&past.id);
        stored.is_some_and(|it| library::shelf(&it.document) == library::LIBRARY)
    };
    let op = |past: &&Past| {
        let mut op = Op::new(past.op_id(past.steps.len()), past.id, past.kind);
        op.set.insert(Field::DeletedAt, past.trashed.clone()?);
        Some(op)
    };
    let ops: Vec<Op> = pasts.iter().filter(left).filter_map(op).collect();
    if ops.is_empty() {
        return Ok(());
    }
    let last = Batch {
        create_only: false,
        way: Way::Past,
        ops,
        ..batch.clone()
    };
    let done = apply(tx, &last)?;
    let refused = |result: &OpResult| result.outcome == Outcome::Rejected;
    match done.results.iter().any(refused) {
        // Nothing stays in the library that was let in as passing.
        true => Err(ErrorCode::Internal.into()),
        false => Ok(()),
    }
}
