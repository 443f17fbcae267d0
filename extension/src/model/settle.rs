//! What a conflict shows of itself, and the operation that a choice between its sides makes. Not the screen, and not the recording.

use super::diff::diff;
use crate::messages::Sides;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use krowoc_shared::ids::{DeviceId, OpId};
use krowoc_shared::library::document::{Conflict, Document};
use krowoc_shared::sync::wire::Op;
use sha2::{Digest, Sha256};

/// Bytes of each text that are shown.
const SHOWN: usize = 8 * 1024;

/// What a choice comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// The operation.
    Op(Box<Op>),
    /// Settled already: an earlier press, or another device.
    Settled,
    /// One of the texts is not the one that was seen.
    Changed,
}

/// The oldest conflict of a document as it is shown; `None` when there is none. `device` is this one.
#[must_use]
pub fn sides(document: &Document, device: Option<DeviceId>) -> Option<Sides> {
    let conflict = document.conflicts.first()?;
    let mine = &document.body.text;
    Some(Sides {
        doc_id: document.id,
        title: document.title().to_owned(),
        conflict: conflict.op,
        count: document.conflicts.len(),
        seen: mark(document, conflict),
        mine: beginning(mine),
        other: beginning(&conflict.text),
        at: conflict.hlc.at,
        here: device.is_some() && conflict.device == device,
        diff: diff(mine, &conflict.text).0,
    })
}

fn beginning(text: &str) -> String {
    let end = text.floor_char_boundary(SHOWN);
    text.get(..end).unwrap_or_default().to_owned()
}

/// Differs when either text differs.
fn mark(document: &Document, conflict: &Conflict) -> String {
    let mut hash = Sha256::new();
    // The length keeps the end of one text from passing for the beginning of the other.
    hash.update(document.body.text.len().to_le_bytes());
    hash.update(document.body.text.as_bytes());
    hash.update(conflict.text.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// The choice of a person who saw both texts: the library's text stays, or the other takes its place on the revision that is shown.
#[must_use]
pub fn op(document: &Document, op_id: OpId, conflict: OpId, seen: &str, other: bool) -> Choice {
    let found = document.conflicts.iter().find(|known| known.op == conflict);
    let Some(found) = found else {
        return Choice::Settled;
    };
    if mark(document, found) != seen {
        return Choice::Changed;
    }
    let mut op = Op::new(op_id, document.id, document.kind);
    if other {
        op = op.with_body(document.body.rev, &found.text);
    }
    op.resolves.push(conflict);
    Choice::Op(Box::new(op))
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::hlc::Hlc;
    use krowoc_shared::ids::DocId;
    use krowoc_shared::library::document::Kind;
    use krowoc_shared::sync::merge::preview;
    use krowoc_shared::sync::server::validate;

    fn conflict(n: u8, text: &str) -> Conflict {
        Conflict {
            op: OpId::mint(1, [n; 10]),
            text: text.into(),
            base_rev: 3,
            hlc: Hlc {
                at: 5,
                ..Hlc::default()
            },
            device: Some(DeviceId::mint(1, [n; 10])),
        }
    }

    fn document() -> Document {
        let mut document = Document::new(DocId::mint(1, [9; 10]), Kind::Prompt);
        document.body.text = "Be careful.\nBe short.\n".into();
        document.body.rev = 7;
        document.conflicts = vec![
            conflict(1, "Be kind.\nBe short.\n"),
            conflict(2, "Be quick.\n"),
        ];
        document
    }

    fn choose(document: &Document, other: bool) -> Choice {
        let shown = sides(document, None).unwrap();
        op(
            document,
            OpId::mint(2, [4; 10]),
            shown.conflict,
            &shown.seen,
            other,
        )
    }

    #[test]
    fn the_oldest_conflict_is_shown_with_both_texts_and_what_differs() {
        let device = DeviceId::mint(1, [1; 10]);
        let shown = sides(&document(), Some(device)).unwrap();
        assert_eq!((shown.count, shown.here, shown.at), (2, true, 5));
        assert_eq!(shown.mine, "Be careful.\nBe short.\n");
        assert_eq!(shown.other, "Be kind.\nBe short.\n");
        assert_eq!(shown.diff.len(), 3);
        assert!(!sides(&document(), None).unwrap().here);
        let settled = Document {
            conflicts: Vec::new(),
            ..document()
        };
        assert_eq!(sides(&settled, None), None);
    }

    #[test]
    fn keeping_mine_changes_no_text_and_settles_this_conflict_alone() {
        let mut document = document();
        let Choice::Op(op) = choose(&document, false) else {
            panic!("no operation")
        };
        assert_eq!(validate(&op), Ok(()));
        preview(&mut document, &op);
        assert_eq!(document.body.text, "Be careful.\nBe short.\n");
        assert_eq!(document.conflicts, [conflict(2, "Be quick.\n")]);
    }

    #[test]
    fn keeping_the_other_puts_its_text_on_the_revision_that_was_seen() {
        let mut document = document();
        let Choice::Op(op) = choose(&document, true) else {
            panic!("no operation")
        };
        assert_eq!(op.body.as_ref().map(|body| body.base_rev), Some(7));
        preview(&mut document, &op);
        assert_eq!(document.body.text, "Be kind.\nBe short.\n");
        assert_eq!(document.conflicts.len(), 1);
    }

    #[test]
    fn a_text_that_nobody_saw_is_not_chosen() {
        let before = document();
        let shown = sides(&before, None).unwrap();
        let again = |document: &Document| {
            op(
                document,
                OpId::mint(2, [4; 10]),
                shown.conflict,
                &shown.seen,
                true,
            )
        };
        let mut mine = document();
        mine.body.text.push_str("More.\n");
        assert_eq!(again(&mine), Choice::Changed);
        let mut other = document();
        other.conflicts[0].text.push_str("More.\n");
        assert_eq!(again(&other), Choice::Changed);
        let mut gone = document();
        gone.conflicts.clear();
        assert_eq!(again(&gone), Choice::Settled);
    }

    #[test]
    fn long_texts_show_their_beginning() {
        let mut document = document();
        document.body.text = "語".repeat(400_000);
        let shown = sides(&document, None).unwrap();
        assert!(shown.mine.len() <= SHOWN && shown.mine.starts_with('語'));
        assert!(shown.diff.is_empty());
    }
}
