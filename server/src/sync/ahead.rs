//! What a batch makes of documents that are not there yet, worked out before its transaction. Not relied upon: what comes out
//! otherwise is worked out anew inside.

use super::push::{Batch, Pasts, place, stamped};
use crate::store::derived::{self, Derived};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Document;
use krowoc_shared::sync::server::{Context, decide, needs_base};
use std::borrow::Cow;
use std::collections::HashMap;

/// Documents as they are foreseen, with what is derived from them.
#[derive(Clone, Debug, Default)]
pub struct Ahead {
    made: HashMap<DocId, derived::Ahead>,
}

impl Ahead {
    /// Decides the batch as if none of its documents existed, and derives what would be written.
    #[must_use]
    pub fn work_out(batch: &Batch) -> Self {
        Self::work_out_with(batch, &Pasts::new())
    }

    /// As [`Self::work_out`], with the pasts of documents that are made.
    #[must_use]
    pub fn work_out_with(batch: &Batch, pasts: &Pasts) -> Self {
        let mut made: HashMap<DocId, Document> = HashMap::new();
        for op in &batch.ops {
            let current = made.get(&op.doc_id);
            let past = pasts.get(&op.op_id);
            let stamped = stamped(batch, op, current, past);
            let op = stamped.as_ref().unwrap_or(op);
            if needs_base(op, current).is_some() {
                // A merge with a text of the past: only the transaction knows it.
                made.remove(&op.doc_id);
                continue;
            }
            let context = Context {
                now: batch.now,
                next_rev: current.map_or(1, |document| document.rev.saturating_add(1)),
                device: batch.device,
            };
            let mut decision = decide(op, current, None, &context);
            place(op, past, &mut decision, &context);
            if let Some(change) = decision.change {
                made.insert(op.doc_id, change.document);
            }
        }
        let ahead = made
            .into_iter()
            .filter_map(|(id, document)| Some((id, derived::Ahead::of(document).ok()?)));
        Self {
            made: ahead.collect(),
        }
    }

    /// What was derived from a document, when it came out as foreseen.
    #[must_use]
    pub fn of(&self, document: &Document) -> Option<Cow<'_, Derived>> {
        self.made.get(&document.id)?.of_same(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::push::Way;
    use krowoc_shared::ids::{OpId, SpaceId};
    use krowoc_shared::library::document::{Field, Kind};
    use krowoc_shared::library::lifecycle::PastVersion;
    use krowoc_shared::sync::past::Past;
    use krowoc_shared::sync::wire::Op;

    const NOW: i64 = 1_763_700_000_000;

    fn op_id(number: u8) -> OpId {
        OpId::mint(NOW, [number; 10])
    }

    fn batch(ops: Vec<Op>) -> Batch {
        Batch {
            space: SpaceId::mint(NOW, [0; 10]),
            epoch: None,
            device: None,
            author: None,
            member: None,
            correlation_id: String::new(),
            tier: Default::default(),
            now: NOW,
            restamp: false,
            create_only: false,
            way: Way::Each,
            ops,
        }
    }

    /// The document as a transaction makes it, at another revision.
    fn made(ops: &[Op]) -> Document {
        let made = ops.iter().fold(None::<Document>, |current, op| {
            let context = Context {
                now: NOW,
                next_rev: 700 + current.as_ref().map_or(0, |document| document.rev),
                device: None,
            };
            let change = decide(op, current.as_ref(), None, &context).change;
            change.map(|change| change.document).or(current)
        });
        made.unwrap()
    }

    #[test]
    fn a_new_document_and_its_edits_in_one_batch_are_foreseen() {
        let id = DocId::mint(NOW, [1; 10]);
        let create = Op::create(op_id(1), id, Kind::Prompt, NOW, "Act as a lawyer");
        let title = Op::new(op_id(2), id, Kind::Prompt).with(Field::Title, "Lawyer");
        let ops = vec![create, title];
        let document = made(&ops);
        let ahead = Ahead::work_out(&batch(ops));
        let derived = ahead.of(&document).unwrap();
        assert_eq!(*derived, Derived::of(&document).unwrap());
    }

    #[test]
    fn a_document_that_comes_with_published_versions_is_foreseen() {
        let id = DocId::mint(NOW, [1; 10]);
        let create = Op::create(op_id(1), id, Kind::Prompt, NOW, "two");
        let version = |text: &str| PastVersion {
            text: text.to_owned(),
            at: NOW - 1,
            published: true,
            ..PastVersion::default()
        };
        for versions in [
            vec![version("two")],
            vec![version("one"), version("two")],
            // What is published is older than the text.
            vec![version("one")],
        ] {
            let past = Past {
                versions,
                archived: true,
                ..Past::default()
            };
            let context = Context {
                now: NOW,
                next_rev: 700,
                device: None,
            };
            let mut decision = decide(&create, None, None, &context);
            place(&create, Some(&past), &mut decision, &context);
            let document = decision.change.unwrap().document;
            assert!(document.lifecycle.published.unwrap().rev >= 700);
            let pasts = Pasts::from([(create.op_id, past)]);
            let ahead = Ahead::work_out_with(&batch(vec![create.clone()]), &pasts);
            let derived = ahead.of(&document).unwrap();
            assert_eq!(*derived, Derived::of(&document).unwrap());
        }
    }

    #[test]
    fn an_edit_of_a_document_that_exists_is_left_to_the_transaction() {
        let id = DocId::mint(NOW, [1; 10]);
        let create = Op::create(op_id(1), id, Kind::Prompt, NOW, "one");
        let edit = Op::new(op_id(2), id, Kind::Prompt).with(Field::Title, "Later");
        let ahead = Ahead::work_out(&batch(vec![edit.clone()]));
        assert!(ahead.of(&made(&[create, edit])).is_none());
    }
}
