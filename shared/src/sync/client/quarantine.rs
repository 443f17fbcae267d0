//! What a person can do with a refused edit: retry it, changed or not, or discard it. Not the refusal.

use super::state::{ClientState, OutboxRow, RowState, not_in_team};
use super::step::{Commit, Env, Loaded};
use super::work::Work;
use crate::error::{ErrorCode, Violation};
use crate::ids::DocId;
use crate::sync::wire::Op;
use crate::sync::{ops, server};

/// Queues a refused edit again, under a new id and at the end; `edited` replaces it when given. One that the role did not allow is queued as
/// it is.
/// `loaded`: the document and all of its rows. A document that the server no longer has is made anew from what is shown,
/// and its other edits refused for the same reason go with it. A row that is not refused is left alone.
///
/// # Errors
/// The rule that the edited operation breaks; `role_too_low` in a team that the person is not in any more.
pub fn retry(
    state: &ClientState,
    loaded: Loaded,
    seq: u64,
    edited: Option<Op>,
    env: &mut Env<'_>,
) -> Result<Commit, Violation> {
    let mut work = Work::new(state, loaded);
    let Some(row) = work.row(seq).filter(|row| row.is_rejected()).cloned() else {
        return Ok(work.finish());
    };
    if state.ended() {
        return Err(not_in_team());
    }
    let id = row.op.doc_id;
    let gone = row.is_gone();
    let unchanged = edited.is_none();
    if unchanged && is_of_role(&row) {
        // Nothing is wrong with it. A server may have it, as the answer was lost: the same operation again does nothing twice.
        work.drop_row(seq);
        let seq = work.next_seq();
        work.put_row(OutboxRow {
            seq,
            state: RowState::Waiting,
            last_error: None,
            isolated: false,
            ..row
        });
        work.refresh(id);
        return Ok(work.finish());
    }
    let op = edited.unwrap_or_else(|| row.op.clone());
    server::validate(&op)?;
    let view = work.local(id).map(|local| local.view.clone());
    if let (true, true, Some(view)) = (gone, unchanged, &view) {
        let whole = ops::recreate(view, env.op_id(), env.now);
        for seq in gone_rows(&work, id) {
            work.drop_row(seq);
        }
        requeue(&mut work, &row, whole, env);
    } else {
        work.drop_row(seq);
        requeue(&mut work, &row, op, env);
        for seq in gone_rows(&work, id) {
            if let Some(other) = work.drop_row(seq) {
                let op = other.op.clone();
                requeue(&mut work, &other, op, env);
            }
        }
    }
    work.refresh(id);
    Ok(work.finish())
}

/// Drops a refused edit for good. `loaded`: the document and all of its rows. A row that is not refused is left alone.
#[must_use]
pub fn discard(state: &ClientState, loaded: Loaded, seq: u64) -> Commit {
    let mut work = Work::new(state, loaded);
    let id = work
        .row(seq)
        .filter(|row| row.is_rejected())
        .map(|row| row.op.doc_id);
    if let Some(id) = id {
        work.drop_row(seq);
        work.refresh(id);
    }
    work.finish()
}

/// Drops every refused edit of a document for good, in one commit: never a part of them. `loaded`: the document and all of its rows.
#[must_use]
pub fn discard_all(state: &ClientState, loaded: Loaded, id: DocId) -> Commit {
    let mut work = Work::new(state, loaded);
    let rows = work.rows_of(id);
    let refused: Vec<u64> = rows
        .iter()
        .filter(|row| row.is_rejected())
        .map(|row| row.seq)
        .collect();
    if !refused.is_empty() {
        for seq in refused {
            work.drop_row(seq);
        }
        work.refresh(id);
    }
    work.finish()
}

fn is_of_role(row: &OutboxRow) -> bool {
    matches!(&row.state, RowState::Rejected(violation) if violation.code == ErrorCode::RoleTooLow)
}

fn gone_rows(work: &Work, id: DocId) -> Vec<u64> {
    let rows = work.rows_of(id);
    rows.iter()
        .filter(|row| row.is_gone())
        .map(|row| row.seq)
        .collect()
}

fn requeue(work: &mut Work, row: &OutboxRow, op: Op, env: &mut Env<'_>) {
    if let Some(local) = work.local(op.doc_id) {
        let seen = local.view.edited();
        work.state.clock.observe(seen);
    }
    let wall = env.now.saturating_add(work.state.skew);
    let hlc = work.state.clock.tick(wall);
    let seq = work.next_seq();
    work.put_row(OutboxRow {
        seq,
        op: Op {
            op_id: env.op_id(),
            hlc,
            ..op
        },
        queued_at: row.queued_at,
        attempts: 0,
        state: RowState::Waiting,
        ack: None,
        last_error: None,
        follows: None,
        held_until: 0,
        isolated: false,
    });
}
