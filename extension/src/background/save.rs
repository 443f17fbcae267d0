//! Saves, undoes, counts uses. "Saved" is said after document and outbox row are durable in one transaction, never before.

use super::{Outcome, flush, overview, spaces};
use crate::browser;
use crate::messages::{Draft, Failure, FailureCode, Insertion, Keep, Saved};
use crate::model::{draft, insertion};
use crate::store::Store;
use krowoc_shared::error::{ErrorCode, Violation};
use krowoc_shared::ids::{DocId, OpId};
use krowoc_shared::library::document::{Counter, Document};
use krowoc_shared::sync::client::{Commit, Edit, record};
use krowoc_shared::sync::ops;
use krowoc_shared::sync::wire::Op;
use krowoc_ui::editor::{Form, settings};
use std::collections::BTreeMap;
use std::rc::Rc;

impl From<Violation> for Failure {
    fn from(violation: Violation) -> Self {
        let code = match violation.code {
            ErrorCode::NotFound => FailureCode::Gone,
            _ => FailureCode::Invalid,
        };
        Self::new(code, violation.message)
    }
}

/// Records an edit: durable when this returns.
async fn keep(store: &Store, edit: impl Into<Edit>) -> Outcome<Commit> {
    let now = browser::now();
    let edit = edit.into();
    let id = edit.op.doc_id;
    let commit = store
        .step(&[id], |state, loaded| record(state, loaded, edit, now))
        .await??;
    // Durable is what a person waits for: server and badge come after.
    flush::later(false);
    wasm_bindgen_futures::spawn_local(async {
        // A badge that cannot be counted is no reason to fail what it is about.
        let _ = overview::show_badge().await;
    });
    Ok(commit)
}

async fn seen(store: &Store, id: DocId) -> Outcome<Option<Document>> {
    Ok(store.document(id).await?.map(|local| local.view))
}

/// The library of a document.
async fn holder(id: DocId) -> Outcome<Rc<Store>> {
    let found = spaces::holding(id).await?;
    found.ok_or_else(|| Failure::new(FailureCode::Gone, ""))
}

/// Saves a draft: a new document into the library that it names, else into the one that has it.
pub(super) async fn save(draft: Draft) -> Outcome<Saved> {
    let new = draft.keep == Keep::Both;
    let store = if new {
        spaces::of(draft.form.space).await?
    } else {
        holder(draft.doc_id).await?
    };
    let before = seen(&store, draft.doc_id).await?;
    if before.is_none() && draft.keep != Keep::Both {
        return Err(Failure::new(FailureCode::Gone, ""));
    }
    let op = draft::op(&draft, before.as_ref(), browser::now());
    let (op_id, doc_id) = (op.op_id, op.doc_id);
    let before = before.filter(|_| draft.keep != Keep::Both);
    let undo = ops::inverse(&op, op_id, before.as_ref(), 0, browser::now());
    keep(&store, op).await?;
    if new && draft.chosen {
        // It is saved: a choice that cannot be noted is no reason to say otherwise.
        let _ = spaces::remember(draft.form.space).await;
    }
    let undo = serde_json::to_string(&undo)
        .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?;
    Ok(Saved { doc_id, undo })
}

/// A document as the editor has it, with the library that it is in.
pub(super) async fn form(doc_id: DocId) -> Outcome<Form> {
    let store = holder(doc_id).await?;
    if let Some(refusal) = store.state().await?.refusal() {
        return Err(refusal.into());
    }
    let document = seen(&store, doc_id).await?;
    let document = document.ok_or_else(|| Failure::new(FailureCode::Gone, ""))?;
    Ok(Form {
        space: store.team(),
        ..Form::of(&document)
    })
}

/// Saves what was changed in a document. What arrived while it was written is merged with it, or both are kept.
pub(super) async fn edit(op_id: OpId, doc_id: DocId, form: &Form, before: Form) -> Outcome<()> {
    let store = holder(doc_id).await?;
    let document = seen(&store, doc_id).await?;
    let document = document.ok_or_else(|| Failure::new(FailureCode::Gone, ""))?;
    let changes = form.changes(&before, &settings(&document));
    if changes.is_empty() {
        return Ok(());
    }
    let edit = Edit {
        op: changes.put(Op::new(op_id, doc_id, document.kind)),
        seen: Some(before.body),
    };
    keep(&store, edit).await?;
    Ok(())
}

/// Takes a save back.
pub(super) async fn undo(op_id: OpId, undo: &str) -> Outcome<()> {
    let mut op: Op = serde_json::from_str(undo)
        .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?;
    op.op_id = op_id;
    keep(&*holder(op.doc_id).await?, op).await?;
    Ok(())
}

/// Counts a use and gives the text.
pub(super) async fn copy(op_id: OpId, doc_id: DocId) -> Outcome<String> {
    let (store, document) = there(doc_id).await?;
    used(&store, op_id, &document).await?;
    Ok(document.body.text)
}

/// The text to insert, and a use of it; of a prompt with variables it is asked for their values before.
pub(super) async fn insertion(
    op_id: OpId,
    doc_id: DocId,
    values: Option<BTreeMap<String, String>>,
) -> Outcome<Insertion> {
    let (store, document) = there(doc_id).await?;
    let inserted = insertion::insertion(&document, values.as_ref())?;
    if let Insertion::Text(_) = &inserted {
        used(&store, op_id, &document).await?;
    }
    Ok(inserted)
}

async fn there(doc_id: DocId) -> Outcome<(Rc<Store>, Document)> {
    let store = holder(doc_id).await?;
    let document = seen(&store, doc_id).await?;
    let document = document.ok_or_else(|| Failure::new(FailureCode::Gone, ""))?;
    Ok((store, document))
}

/// Who may only read is not counted.
async fn used(store: &Store, op_id: OpId, document: &Document) -> Outcome<()> {
    if store.state().await?.refusal().is_none() {
        let op = Op::new(op_id, document.id, document.kind).with_count(Counter::Uses, 1);
        keep(store, op).await?;
    }
    Ok(())
}
