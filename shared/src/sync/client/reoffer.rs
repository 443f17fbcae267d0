//! After a restore from a backup: what the server forgot is offered again, as state. Not as the old operations: those would
//! bring back what was removed since.
//!
//! Each register goes with its own stamp, so that it loses to anything newer. A text goes as an edit of the newest
//! revision that the epochs have in common. Counts are not offered: two clients would add them twice.

use super::state::{OutboxRow, RowState};
use super::step::Env;
use super::work::Work;
use crate::hlc::Hlc;
use crate::ids::DocId;
use crate::library::document::{Document, Field};
use crate::library::lifecycle::Act;
use crate::sync::wire::Op;
use std::collections::BTreeMap;

/// Queues what `old`, our state of the epoch before, has and `new`, the server's state now, has not.
pub(super) fn offer(work: &mut Work, old: &Document, new: &Document, env: &mut Env<'_>) {
    let since = work.state.since;
    if old.rev <= since && new.rev != 0 {
        // The server had this state when it was backed up.
        rebase_waiting(work, old, new);
        return;
    }
    let mut ops = register_ops(old, new, env);
    let covered = rebase_waiting(work, old, new);
    let lost = old.body.rev > since || new.rev == 0;
    if lost && !covered && old.body.text != new.body.text {
        let base = common_base(since, new);
        ops.push(text_op(old, base, &old.body.text, env));
    }
    for conflict in &old.conflicts {
        let kept = new.conflicts.iter().any(|other| other.op == conflict.op);
        if !kept && conflict.text != new.body.text && conflict.text != old.body.text {
            ops.push(text_op(old, 0, &conflict.text, env));
        }
    }
    enqueue(work, old.id, ops, env);
}

/// The newest revision whose text both epochs agree on.
fn common_base(since: u64, new: &Document) -> u64 {
    new.body.rev.min(since)
}

/// Waiting texts that were edited from a revision which only the epoch before knew get a base that this one knows.
/// True when one of them was edited from our own last text, and so carries it.
fn rebase_waiting(work: &mut Work, old: &Document, new: &Document) -> bool {
    let since = work.state.since;
    let base = common_base(since, new);
    let seqs: Vec<u64> = work
        .rows_of(old.id)
        .iter()
        .filter(|row| {
            row.op
                .body
                .as_ref()
                .is_some_and(|edit| edit.base_rev > since)
        })
        .map(|row| row.seq)
        .collect();
    let mut covered = false;
    for seq in seqs {
        let Some(row) = work.row_mut(seq) else {
            continue;
        };
        let waits = row.waits();
        if let Some(edit) = row.op.body.as_mut() {
            covered |= waits && edit.base_rev == old.body.rev;
            edit.base_rev = base;
        }
    }
    covered
}

/// One operation for each stamp among the registers that are newer here.
fn register_ops(old: &Document, new: &Document, env: &mut Env<'_>) -> Vec<Op> {
    let mut by_stamp: BTreeMap<Hlc, Op> = BTreeMap::new();
    let mut at = |hlc: Hlc, env: &mut Env<'_>, change: &dyn Fn(&mut Op)| {
        let op = by_stamp.entry(hlc).or_insert_with(|| Op {
            hlc,
            ..Op::new(env.op_id(), old.id, old.kind)
        });
        change(op);
    };
    for (field, register) in &old.fields {
        let known = new.fields.get(field);
        if known.is_none_or(|other| (other.hlc, other.op) < (register.hlc, register.op)) {
            at(register.hlc, env, &|op| {
                op.set.insert(*field, register.value.clone());
            });
        }
    }
    for (tag, mark) in &old.tags {
        let known = new.tags.get(tag);
        if known.is_none_or(|other| (other.hlc, other.op) < (mark.hlc, mark.op)) {
            at(mark.hlc, env, &|op| {
                let list = if mark.present {
                    &mut op.tags.add
                } else {
                    &mut op.tags.remove
                };
                list.push(tag.clone());
            });
        }
    }
    for (name, register) in &old.meta {
        let known = new.meta.get(name);
        if known.is_none_or(|other| (other.hlc, other.op) < (register.hlc, register.op)) {
            at(register.hlc, env, &|op| {
                op.meta.insert(name.clone(), register.value.clone());
            });
        }
    }
    if let Some(mark) = old.lifecycle.archived {
        let known = new.lifecycle.archived;
        if known.is_none_or(|other| (other.hlc, other.op) < (mark.hlc, mark.op)) {
            let act = if mark.present {
                Act::Archive
            } else {
                Act::Unarchive
            };
            at(mark.hlc, env, &|op| op.act = Some(act.clone()));
        }
    }
    let mut ops: Vec<Op> = by_stamp.into_values().collect();
    // What makes the document must come before what edits it.
    ops.sort_by_key(|op| !op.creates());
    ops
}

/// A text at the stamp of the trash register: each edit of a text has set that register, so the text is not newer.
fn text_op(old: &Document, base_rev: u64, text: &str, env: &mut Env<'_>) -> Op {
    let op = Op::new(env.op_id(), old.id, old.kind).with_body(base_rev, text);
    match old.fields.get(&Field::DeletedAt) {
        Some(register) => Op {
            hlc: register.hlc,
            ..op.with(Field::DeletedAt, register.value.clone())
        },
        None => Op {
            hlc: old.edited(),
            ..op
        },
    }
}

/// Queues the operations before what waits for the same document already: that was made later, and may need them.
fn enqueue(work: &mut Work, id: DocId, ops: Vec<Op>, env: &Env<'_>) {
    if ops.is_empty() {
        return;
    }
    let seqs: Vec<u64> = work.rows_of(id).iter().map(|row| row.seq).collect();
    let waiting: Vec<OutboxRow> = seqs
        .into_iter()
        .filter_map(|seq| work.drop_row(seq))
        .collect();
    for op in ops {
        let seq = work.next_seq();
        work.put_row(OutboxRow {
            seq,
            op,
            queued_at: env.now,
            // Stamps of the past must not be folded into a later edit.
            attempts: 1,
            state: RowState::Waiting,
            ack: None,
            last_error: None,
            follows: None,
            held_until: 0,
            isolated: false,
        });
    }
    for row in waiting {
        let seq = work.next_seq();
        work.put_row(OutboxRow { seq, ..row });
    }
}
