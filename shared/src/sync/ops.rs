//! Operations as people make them: create, trash, restore, undo, fold. Not their effect: that is `merge` and `server`.

use super::merge::edits;
use super::wire::{BodyEdit, Op, TagEdit};
use crate::hlc::Hlc;
use crate::ids::{DocId, Millis, OpId};
use crate::library::document::{Counter, Document, Field, Kind};
use crate::library::lifecycle::Act;
use serde_json::Value;
use std::collections::BTreeMap;

impl Op {
    /// An operation that changes nothing yet; its stamp is given when it is recorded.
    #[must_use]
    pub fn new(op_id: OpId, doc_id: DocId, kind: Kind) -> Self {
        Self {
            op_id,
            doc_id,
            kind,
            hlc: Hlc::default(),
            set: BTreeMap::new(),
            tags: TagEdit::default(),
            meta: BTreeMap::new(),
            inc: BTreeMap::new(),
            body: None,
            resolves: Vec::new(),
            act: None,
        }
    }

    /// An operation that makes a document. Only an operation that sets `created_at` can:
    /// an edit of a document that the server has purged is refused instead of leaving a torso.
    #[must_use]
    pub fn create(op_id: OpId, doc_id: DocId, kind: Kind, at: Millis, text: &str) -> Self {
        Self::new(op_id, doc_id, kind)
            .with(Field::CreatedAt, at)
            .with_body(0, text)
    }

    /// With a field set.
    #[must_use]
    pub fn with(mut self, field: Field, value: impl Into<Value>) -> Self {
        self.set.insert(field, value.into());
        self
    }

    /// With a new text, edited from a body revision.
    #[must_use]
    pub fn with_body(mut self, base_rev: u64, text: &str) -> Self {
        self.body = Some(BodyEdit {
            base_rev,
            text: text.to_owned(),
        });
        self
    }

    /// With a tag added.
    #[must_use]
    pub fn with_tag(mut self, tag: &str) -> Self {
        self.tags.add.push(tag.to_owned());
        self
    }

    /// With a piece of metadata set, or taken away with null.
    #[must_use]
    pub fn with_meta(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.meta.insert(name.to_owned(), value.into());
        self
    }

    /// With a tag removed.
    #[must_use]
    pub fn without_tag(mut self, tag: &str) -> Self {
        self.tags.remove.push(tag.to_owned());
        self
    }

    /// With a count raised.
    #[must_use]
    pub fn with_count(mut self, counter: Counter, by: i64) -> Self {
        self.inc.insert(counter, by);
        self
    }

    /// With a step in the life of a prompt.
    #[must_use]
    pub fn with_act(mut self, act: Act) -> Self {
        self.act = Some(act);
        self
    }

    /// To the trash.
    #[must_use]
    pub fn trash(op_id: OpId, doc_id: DocId, kind: Kind, at: Millis) -> Self {
        Self::new(op_id, doc_id, kind).with(Field::DeletedAt, at)
    }

    /// Out of the trash.
    #[must_use]
    pub fn restore(op_id: OpId, doc_id: DocId, kind: Kind) -> Self {
        Self::new(op_id, doc_id, kind).with(Field::DeletedAt, Value::Null)
    }

    /// True when it can make a document that does not exist.
    #[must_use]
    pub fn creates(&self) -> bool {
        self.set.contains_key(&Field::CreatedAt)
    }

    /// True when it raises counts and does nothing else.
    #[must_use]
    pub fn only_counts(&self) -> bool {
        !self.inc.is_empty() && self.only_counts_or_nothing()
    }

    /// True when it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inc.is_empty() && self.only_counts_or_nothing()
    }

    fn only_counts_or_nothing(&self) -> bool {
        self.set.is_empty()
            && self.tags.is_empty()
            && self.meta.is_empty()
            && self.body.is_none()
            && self.resolves.is_empty()
            && self.act.is_none()
    }
}

/// The operation that takes an edit back: `before` is what the person saw before it, `now` when they take it back.
/// Undoing a creation moves it to the trash; counts, resolved conflicts and publications are not taken back.
#[must_use]
pub fn inverse(op: &Op, op_id: OpId, before: Option<&Document>, body_rev: u64, now: Millis) -> Op {
    let Some(before) = before else {
        return Op::trash(op_id, op.doc_id, op.kind, now);
    };
    let mut undo = Op::new(op_id, op.doc_id, op.kind);
    for field in op.set.keys() {
        if let Some(value) = previous(before, *field) {
            undo.set.insert(*field, value);
        }
    }
    if before.deleted_at().is_some() && edits(op) {
        undo = undo.with(Field::DeletedAt, now);
    }
    let present = |tag: &&String| before.tags.get(*tag).is_some_and(|mark| mark.present);
    let (kept, added): (Vec<_>, Vec<_>) = op.tags.add.iter().partition(present);
    drop(kept);
    undo.tags.remove = added.into_iter().cloned().collect();
    undo.tags.add = op.tags.remove.iter().filter(present).cloned().collect();
    for name in op.meta.keys() {
        let value = before.meta.get(name).map(|register| register.value.clone());
        undo.meta.insert(name.clone(), value.unwrap_or_default());
    }
    if op.body.is_some() {
        undo = undo.with_body(body_rev, &before.body.text);
    }
    let was = before.lifecycle.is_archived();
    undo.act = match op.act {
        Some(Act::Archive) if !was => Some(Act::Unarchive),
        Some(Act::Unarchive) if was => Some(Act::Archive),
        _ => None,
    };
    undo
}

/// The value a field had, in a form that validation takes; `None` when it cannot be unset.
fn previous(before: &Document, field: Field) -> Option<Value> {
    match (before.value(field), field) {
        (Value::Null, Field::CreatedAt) => None,
        (Value::Null, Field::Title | Field::Description | Field::Note) => Some(Value::from("")),
        (Value::Null, Field::Favourite) => Some(Value::from(false)),
        (value, _) => Some(value.clone()),
    }
}

/// An operation that makes a document anew with everything a person sees in it: for one that the server no longer has.
#[must_use]
pub fn recreate(view: &Document, op_id: OpId, now: Millis) -> Op {
    let mut op = Op::create(op_id, view.id, view.kind, now, &view.body.text);
    for (field, register) in &view.fields {
        let unset = register.value.is_null() && *field != Field::DeletedAt;
        if !unset {
            op.set.insert(*field, register.value.clone());
        }
    }
    op.tags.add = view.present_tags().map(str::to_owned).collect();
    let meta = view.metadata();
    op.meta = meta
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    op.act = view.lifecycle.is_archived().then_some(Act::Archive);
    op
}

/// Two operations on one document as one, under the first one's id and the second one's stamp.
/// Right only while no server has seen the first and neither raises a count nor takes a step in the life of a prompt.
#[must_use]
pub fn fold(first: Op, second: Op) -> Op {
    let restores = edits(&second) && first.set.contains_key(&Field::DeletedAt);
    let mut op = first;
    if restores {
        op.set.insert(Field::DeletedAt, Value::Null);
    }
    op.hlc = second.hlc;
    op.set.extend(second.set);
    op.meta.extend(second.meta);
    op.tags.add.retain(|tag| !second.tags.remove.contains(tag));
    op.tags.remove.retain(|tag| !second.tags.add.contains(tag));
    union(&mut op.tags.add, second.tags.add);
    union(&mut op.tags.remove, second.tags.remove);
    union(&mut op.resolves, second.resolves);
    if let Some(edit) = second.body {
        let base_rev = op.body.map_or(edit.base_rev, |earlier| earlier.base_rev);
        op.body = Some(BodyEdit { base_rev, ..edit });
    }
    op
}

fn union<T: PartialEq>(into: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if !into.contains(&item) {
            into.push(item);
        }
    }
}

#[cfg(test)]
#[path = "ops_tests.rs"]
mod tests;
