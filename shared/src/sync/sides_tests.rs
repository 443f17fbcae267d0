//! The other side of a conflict, from its arrival to after it is settled.

use super::*;
use crate::ids::{DocId, OpId};
use crate::library::document::Kind;

const NOW: Millis = 1_763_700_000_000;

fn op(number: u8) -> Op {
    let doc = DocId::mint(NOW, [1; 10]);
    Op {
        hlc: Hlc {
            at: NOW,
            count: number.into(),
            node: 1,
        },
        ..Op::new(OpId::mint(NOW, [number; 10]), doc, Kind::Prompt)
    }
}

/// A document with the history of its texts.
#[derive(Default)]
struct Kept {
    document: Option<Document>,
    history: Vec<VersionRow>,
    rev: u64,
}

impl Kept {
    fn take(&mut self, op: &Op) -> OpResult {
        let current = self.document.as_ref();
        let base = needs_base(op, current).and_then(|rev| text_at(&self.history, rev));
        let context = Context {
            now: NOW,
            next_rev: self.rev + 1,
            device: Some(DeviceId::mint(NOW, [9; 10])),
        };
        let decision = decide(op, current, base, &context);
        if let Some(change) = decision.change {
            self.rev += 1;
            self.history.extend(change.version);
            self.document = Some(change.document);
        }
        decision.result
    }

    fn of(ops: &[Op]) -> Self {
        let mut kept = Self::default();
        for op in ops {
            assert_ne!(kept.take(op).outcome, Outcome::Rejected);
        }
        kept
    }

    fn texts(&self) -> Vec<(u64, &str, bool)> {
        let row = |version: &VersionRow| (version.rev, version.aside);
        let texts = self.history.iter().map(|it| it.text.as_str());
        self.history
            .iter()
            .map(row)
            .zip(texts)
            .map(|((rev, aside), text)| (rev, text, aside))
            .collect()
    }
}

/// A text, an edit of it, and another edit of the same line.
fn conflicting() -> Kept {
    let create = Op {
        hlc: op(1).hlc,
        ..Op::create(op(1).op_id, op(1).doc_id, Kind::Prompt, NOW, "a\n")
    };
    Kept::of(&[create, op(2).with_body(1, "A\n"), op(3).with_body(1, "B\n")])
}

#[test]
fn the_other_side_is_in_the_history_from_the_moment_it_is_kept() {
    let mut kept = conflicting();
    let all = [(1, "a\n", false), (2, "A\n", false), (3, "B\n", true)];
    assert_eq!(kept.texts(), all);
    let side = kept.history.last().unwrap();
    assert!(side.device.is_some());
    assert_eq!(side.hlc, op(3).hlc);
    let settle = Op {
        resolves: vec![op(3).op_id],
        ..op(4)
    };
    let result = kept.take(&settle);
    assert_eq!((result.outcome, result.rev), (Outcome::Applied, 4));
    assert_eq!(kept.texts(), all);
    let document = kept.document.unwrap();
    assert_eq!(
        (document.body.text.as_str(), document.body.rev),
        ("A\n", 2),
        "the text that was kept is as it was"
    );
    assert!(document.conflicts.is_empty());
}

#[test]
fn the_same_side_twice_is_kept_once() {
    let mut kept = conflicting();
    let again = kept.take(&op(4).with_body(1, "B\n"));
    assert_eq!(again.outcome, Outcome::ConflictCopy);
    assert_eq!(kept.document.unwrap().conflicts.len(), 1);
    assert_eq!(kept.history.len(), 3);
}

#[test]
fn a_side_is_no_base_of_a_merge() {
    let mut kept = conflicting();
    kept.take(&op(4).with_body(2, "A\n1\n2\n3\n4\n"));
    kept.take(&op(5).with_body(2, "C\n"));
    kept.take(&op(6).with_body(4, "A\n1\n2\n3\nfour\n"));
    // Edited from the document as it stood when the second side came: its text was that of the revision before.
    let late = op(7).with_body(5, "A\none\n2\n3\n4\n");
    assert_eq!(needs_base(&late, kept.document.as_ref()), Some(5));
    assert_eq!(kept.take(&late).outcome, Outcome::Merged);
    let text = "A\none\n2\n3\nfour\n";
    assert_eq!(kept.document.unwrap().body.text, text);
}
