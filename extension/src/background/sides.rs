//! Conflicts as the popup shows and settles them: an operation like any other. Not the rules: those are `model::settle`.

use super::{Outcome, flush, overview, spaces};
use crate::browser;
use crate::messages::{Failure, FailureCode, Settled, Sides};
use crate::model::settle;
use crate::store::Store;
use krowoc_shared::ids::{DocId, OpId};
use krowoc_shared::sync::client::record;
use std::rc::Rc;

async fn holder(doc_id: DocId) -> Outcome<Rc<Store>> {
    let found = spaces::holding(doc_id).await?;
    found.ok_or_else(|| Failure::new(FailureCode::Gone, ""))
}

/// The oldest unresolved conflict of a document.
pub(super) async fn of(doc_id: DocId) -> Outcome<Option<Sides>> {
    let store = holder(doc_id).await?;
    let device = store.state().await?.device;
    let local = store.document(doc_id).await?;
    let local = local.ok_or_else(|| Failure::new(FailureCode::Gone, ""))?;
    Ok(settle::sides(&local.view, device))
}

/// Settles a conflict, when both texts are those that the person saw. Sent again, it is done once.
pub(super) async fn settle(
    op_id: OpId,
    doc_id: DocId,
    conflict: OpId,
    seen: &str,
    other: bool,
) -> Outcome<Settled> {
    let store = holder(doc_id).await?;
    let local = store.document(doc_id).await?;
    let local = local.ok_or_else(|| Failure::new(FailureCode::Gone, ""))?;
    let op = settle::op(&local.view, op_id, conflict, seen, other);
    let done = match op {
        settle::Choice::Op(op) => {
            let now = browser::now();
            store
                .step(&[doc_id], |state, loaded| {
                    record(state, loaded, (*op).into(), now)
                })
                .await??;
            overview::show_badge().await?;
            flush::later(false);
            true
        }
        settle::Choice::Settled => true,
        settle::Choice::Changed => false,
    };
    Ok(Settled {
        done,
        next: of(doc_id).await?,
    })
}
