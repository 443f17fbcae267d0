//! Registers: which of two values stays. Not the text of a body: that is `text`, and its place is decided by the server.
//!
//! The larger `(hlc, op_id)` wins, so that any order of arrival gives the same state.

use super::wire::Op;
use crate::hlc::Hlc;
use crate::ids::OpId;
use crate::library::document::{Body, Counter, Document, Field, Register, TagRegister};
use crate::library::lifecycle::{self, Act};
use serde_json::Value;
use std::collections::BTreeMap;

/// Sets a field, or a piece of metadata, unless a newer value is there; true when it changed.
pub fn set_field<K: Ord>(
    fields: &mut BTreeMap<K, Register>,
    field: K,
    value: Value,
    hlc: Hlc,
    op: OpId,
) -> bool {
    if fields
        .get(&field)
        .is_some_and(|old| (old.hlc, old.op) >= (hlc, op))
    {
        return false;
    }
    fields.insert(field, Register { value, hlc, op });
    true
}

/// Marks a tag present or absent unless a newer mark is there; true when it changed.
pub fn set_tag(
    tags: &mut BTreeMap<String, TagRegister>,
    tag: &str,
    present: bool,
    hlc: Hlc,
    op: OpId,
) -> bool {
    if tags
        .get(tag)
        .is_some_and(|old| (old.hlc, old.op) >= (hlc, op))
    {
        return false;
    }
    tags.insert(tag.to_owned(), TagRegister { present, hlc, op });
    true
}

/// True when the operation edits what a document says: such an edit takes it out of the trash.
/// Counts alone, the resolution of a conflict alone, and a step in the life of a prompt do not.
#[must_use]
pub fn edits(op: &Op) -> bool {
    op.body.is_some()
        || !op.tags.is_empty()
        || !op.meta.is_empty()
        || op.set.keys().any(|field| *field != Field::DeletedAt)
}

/// Applies everything that commutes: fields, tags, resolved conflicts. True when something changed.
///
/// An edit that says nothing of the trash also sets `deleted_at` to null at its stamp:
/// a later edit restores, whichever of deletion and edit arrives first.
pub fn apply_registers(document: &mut Document, op: &Op, hlc: Hlc) -> bool {
    let mut changed = false;
    for (field, value) in &op.set {
        changed |= set_field(&mut document.fields, *field, value.clone(), hlc, op.op_id);
    }
    if edits(op) && !op.set.contains_key(&Field::DeletedAt) {
        let field = Field::DeletedAt;
        changed |= set_field(&mut document.fields, field, Value::Null, hlc, op.op_id);
    }
    for tag in &op.tags.remove {
        if !op.tags.add.contains(tag) {
            changed |= set_tag(&mut document.tags, tag, false, hlc, op.op_id);
        }
    }
    for tag in &op.tags.add {
        changed |= set_tag(&mut document.tags, tag, true, hlc, op.op_id);
    }
    for (name, value) in &op.meta {
        let (name, value) = (name.clone(), value.clone());
        changed |= set_field(&mut document.meta, name, value, hlc, op.op_id);
    }
    changed |= match op.act {
        Some(Act::Archive) => document.lifecycle.mark(true, hlc, op.op_id),
        Some(Act::Unarchive) => document.lifecycle.mark(false, hlc, op.op_id),
        Some(Act::Publish { .. }) | None => false,
    };
    let before = document.conflicts.len();
    document
        .conflicts
        .retain(|conflict| !op.resolves.contains(&conflict.op));
    changed | (document.conflicts.len() != before)
}

/// Adds the increments. Not idempotent: the caller knows that the operation is new.
pub fn apply_counters(counters: &mut BTreeMap<Counter, i64>, op: &Op) -> bool {
    let mut changed = false;
    for (counter, by) in &op.inc {
        let count = counters.entry(*counter).or_insert(0);
        let next = count.saturating_add(*by);
        changed |= next != *count;
        *count = next;
    }
    changed
}

/// What a person sees once an operation waits: its registers, its counts, and its own text at the base it was edited from.
pub fn preview(document: &mut Document, op: &Op) {
    let published = document.lifecycle.published.and(Some(&*document)).cloned();
    apply_registers(document, op, op.hlc);
    apply_counters(&mut document.counters, op);
    if let Some(edit) = &op.body {
        document.body = Body {
            text: edit.text.clone(),
            rev: edit.base_rev,
        };
    }
    if published.is_some_and(|published| lifecycle::differs(&published, document)) {
        document.lifecycle.edited = true;
    }
}

/// Joins the registers of two states of one document: fields and tags, each by its own larger stamp.
pub fn join_registers(into: &mut Document, other: &Document) {
    for (field, register) in &other.fields {
        let Register { value, hlc, op } = register.clone();
        set_field(&mut into.fields, *field, value, hlc, op);
    }
    for (tag, register) in &other.tags {
        set_tag(
            &mut into.tags,
            tag,
            register.present,
            register.hlc,
            register.op,
        );
    }
    for (name, register) in &other.meta {
        let Register { value, hlc, op } = register.clone();
        set_field(&mut into.meta, name.clone(), value, hlc, op);
    }
    if let Some(mark) = other.lifecycle.archived {
        into.lifecycle.mark(mark.present, mark.hlc, mark.op);
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
