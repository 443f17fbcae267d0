//! Taking an edit into the outbox. Not sending it.

use super::state::{ClientState, OutboxRow, RowState};
use super::step::{Commit, Loaded};
use super::work::Work;
use crate::error::{ErrorCode, Violation};
use crate::ids::{DocId, Millis, OpId};
use crate::library::document::Document;
use crate::library::lifecycle::Act;
use crate::library::limits;
use crate::sync::text::{self, Merge};
use crate::sync::wire::{Op, Outcome};
use crate::sync::{ops, server};

/// How many edits are remembered so that a message which is sent again is recorded once.
const RECENT: usize = 64;

/// An edit as the page gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The operation. Its stamp and the base of its text are set here, whatever it holds.
    pub op: Op,
    /// The text that the person's editor began with; `None` when it is what is shown at this moment.
    pub seen: Option<String>,
}

impl From<Op> for Edit {
    fn from(op: Op) -> Self {
        Self { op, seen: None }
    }
}

/// Records an edit. `loaded`: the document, if it exists, and all of its rows. The commit holds document and row:
/// once it is durable the edit is saved. An operation that was recorded before gives a commit that changes nothing.
///
/// # Errors
/// The rule that a value breaks; `not_found` for an edit of a document that is not here; `role_too_low` in a team where the person may not
/// edit, or is not any more.
pub fn record(
    state: &ClientState,
    loaded: Loaded,
    edit: Edit,
    now: Millis,
) -> Result<Commit, Violation> {
    let Edit { mut op, seen } = edit;
    let known = |id: &OpId| *id == op.op_id;
    if state.recent.iter().any(known) || loaded.rows.iter().any(|row| known(&row.op.op_id)) {
        return Ok(Commit::of(state.clone()));
    }
    if let Some(refusal) = state.refusal() {
        return Err(refusal);
    }
    server::validate(&op)?;
    if matches!(op.act, Some(Act::Publish { .. })) {
        // What is published is a text that the server has: nobody can tell here which one that will be.
        let message = "publish it on the dashboard, once it has arrived there";
        return Err(violation(ErrorCode::NotPublishable, "/act", message));
    }
    let id = op.doc_id;
    let mut work = Work::new(state, loaded);
    let view = work.local(id).map(|local| local.view.clone());
    check(&op, view.as_ref())?;
    if let Some(view) = &view {
        // Whatever the person saw is older than what they do now.
        work.state.clock.observe(view.edited());
    }
    let wall = now.saturating_add(work.state.skew);
    op.hlc = work.state.clock.tick(wall);
    remember(&mut work.state, op.op_id);
    let adds_tags = !op.tags.add.is_empty();
    let follows = rebase(&work, view.as_ref(), &mut op, seen.as_deref());
    enqueue(&mut work, op, follows, now);
    work.refresh(id);
    let tags = work
        .local(id)
        .map_or(0, |local| local.view.present_tags().count());
    if adds_tags && tags > limits::TAGS {
        let message = format!("at most {} tags; remove one first", limits::TAGS);
        return Err(violation(ErrorCode::InvalidField, "/tags", &message));
    }
    Ok(work.finish())
}

fn violation(code: ErrorCode, field: &str, message: &str) -> Violation {
    Violation {
        code,
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

fn check(op: &Op, view: Option<&Document>) -> Result<(), Violation> {
    match view {
        None if !op.creates() => {
            let message = "the document is not here; save it as a new one";
            Err(violation(ErrorCode::NotFound, "/doc_id", message))
        }
        Some(view) if view.kind != op.kind => {
            let code = ErrorCode::KindMismatch;
            Err(violation(code, "/kind", code.title()))
        }
        _ => Ok(()),
    }
}

fn remember(state: &mut ClientState, id: OpId) {
    state.recent.push_back(id);
    while state.recent.len() > RECENT {
        state.recent.pop_front();
    }
}

/// How a new text relates to the texts that wait already.
enum Follows {
    /// It has no text, or no text waits: it stands on its own base.
    Nothing,
    /// It was made from the text of this row.
    Row(OpId),
    /// It was made from an older text than the one that waits: it must meet the server on its own.
    Older,
}

/// Gives a text its true base: what the person's editor began with, which may be a text that still waits.
fn rebase(work: &Work, view: Option<&Document>, op: &mut Op, seen: Option<&str>) -> Follows {
    let Some(edit) = op.body.as_mut() else {
        return Follows::Nothing;
    };
    // Without a revision a text becomes a conflict revision at worst. The page's own number is not believed:
    // a restore may have given it to another text since.
    edit.base_rev = 0;
    let Some(view) = view else {
        return Follows::Nothing;
    };
    let current = view.body.text.as_str();
    if let Some(seen) = seen.filter(|seen| *seen != current) {
        match text::merge(seen, current, &edit.text) {
            Merge::Clean(merged) if merged.len() <= limits::BODY_BYTES => edit.text = merged,
            _ => return Follows::Older,
        }
    }
    edit.base_rev = view.body.rev;
    let waiting = work.rows_of(op.doc_id);
    let last_text = waiting
        .iter()
        .rfind(|row| !row.is_rejected() && row.op.body.is_some());
    let Some(row) = last_text else {
        return Follows::Nothing;
    };
    match row.ack.as_ref().map(|ack| ack.outcome) {
        Some(Some(Outcome::Applied)) => Follows::Nothing,
        Some(Some(Outcome::ConflictCopy)) => {
            // That text lies in a conflict revision; this one holds all of it, and takes its place.
            op.resolves.push(row.op.op_id);
            Follows::Nothing
        }
        _ => Follows::Row(row.op.op_id),
    }
}

/// Puts the operation into the outbox: into the last row of the document when no server can have seen that row,
/// else as a row of its own.
fn enqueue(work: &mut Work, op: Op, follows: Follows, now: Millis) {
    let last = last_open(work, op.doc_id);
    let folds = commutes(&op) && !matches!(follows, Follows::Older);
    if let (true, Some(seq)) = (folds, last) {
        let had_text = work.row(seq).is_some_and(|row| row.op.body.is_some());
        if let Some(row) = work.row_mut(seq) {
            row.op = ops::fold(row.op.clone(), op);
            if let (Follows::Row(id), false) = (&follows, had_text) {
                row.follows = Some(*id);
            }
        }
        return;
    }
    let seq = work.next_seq();
    work.put_row(OutboxRow {
        seq,
        op,
        queued_at: now,
        attempts: 0,
        state: RowState::Waiting,
        ack: None,
        last_error: None,
        follows: match follows {
            Follows::Row(id) => Some(id),
            Follows::Nothing | Follows::Older => None,
        },
        held_until: 0,
        isolated: false,
    });
}

/// An operation that may be one with another: it raises no count, and takes no step in the life of a prompt.
fn commutes(op: &Op) -> bool {
    op.inc.is_empty() && op.act.is_none()
}

/// The last row of a document, when it waits, was never sent, and may be one with another.
fn last_open(work: &Work, id: DocId) -> Option<u64> {
    let rows = work.rows_of(id);
    let row = rows.last()?;
    (row.waits() && row.attempts == 0 && commutes(&row.op)).then_some(row.seq)
}
