//! Tests of the registers: any order, any grouping, any repetition gives one state.

use super::*;
use crate::ids::DocId;
use crate::library::document::{Conflict, Kind};
use proptest::prelude::*;

fn op(number: u8) -> Op {
    let doc = DocId::mint(1, [0; 10]);
    Op::new(OpId::mint(1, [number; 10]), doc, Kind::Prompt)
}

fn at(time: i64) -> Hlc {
    Hlc {
        at: time,
        count: 0,
        node: 1,
    }
}

fn document() -> Document {
    Document::new(DocId::mint(1, [0; 10]), Kind::Prompt)
}

/// Operations with few stamps and fields, so that they meet.
fn some_op() -> impl Strategy<Value = Op> {
    (0u8..40, 0i64..6, 0u8..8, any::<bool>()).prop_map(|(number, time, what, flag)| {
        let mut op = op(number);
        op.hlc = at(time);
        match what {
            0 | 1 => op.with(Field::Title, format!("title {number}")),
            2 => op.with(Field::Favourite, flag),
            3 => op.with(
                Field::DeletedAt,
                if flag {
                    Value::from(number)
                } else {
                    Value::Null
                },
            ),
            4 => op.with_tag("red"),
            5 => op.without_tag("red"),
            6 => op.with_tag("blue").without_tag("red"),
            _ => op
                .with(Field::Note, "n")
                .with(Field::Title, format!("both {number}")),
        }
    })
}

fn after(ops: &[Op]) -> Document {
    let mut result = document();
    for op in ops {
        apply_registers(&mut result, op, op.hlc);
    }
    result
}

/// An operation id stands for one operation only.
fn distinct(ops: Vec<Op>) -> Vec<Op> {
    let by_id: BTreeMap<OpId, Op> = ops.into_iter().map(|op| (op.op_id, op)).collect();
    by_id.into_values().collect()
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(ops in prop::collection::vec(some_op(), 0..12).prop_map(distinct).prop_flat_map(|ops| (Just(ops.clone()), Just(ops).prop_shuffle()))) {
        let (one, other) = ops;
        prop_assert_eq!(after(&one), after(&other));
    }

    #[test]
    fn what_arrives_twice_counts_once(ops in prop::collection::vec(some_op(), 0..8).prop_map(distinct)) {
        let twice: Vec<Op> = ops.iter().chain(&ops).cloned().collect();
        prop_assert_eq!(after(&ops), after(&twice));
    }

    #[test]
    fn joining_commutes_associates_and_is_idempotent(a in prop::collection::vec(some_op(), 0..6), b in prop::collection::vec(some_op(), 0..6), c in prop::collection::vec(some_op(), 0..6)) {
        let all = distinct(a.iter().chain(&b).chain(&c).cloned().collect());
        let state = |part: &[Op]| after(&all.iter().filter(|op| part.iter().any(|other| other.op_id == op.op_id)).cloned().collect::<Vec<_>>());
        let (a, b, c) = (state(&a), state(&b), state(&c));
        let join = |one: &Document, other: &Document| { let mut joined = one.clone(); join_registers(&mut joined, other); joined };
        prop_assert_eq!(join(&a, &b), join(&b, &a));
        prop_assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
        prop_assert_eq!(join(&a, &a), a.clone());
        prop_assert_eq!(join(&join(&a, &b), &c), after(&all));
    }
}

#[test]
fn a_later_edit_restores_a_deleted_document_whichever_arrives_first() {
    let edit = Op {
        hlc: at(10),
        ..op(1).with(Field::Title, "kept")
    };
    let deletion = Op {
        hlc: at(9),
        ..op(2).with(Field::DeletedAt, 9)
    };
    assert_eq!(after(&[deletion.clone(), edit.clone()]).deleted_at(), None);
    assert_eq!(after(&[edit, deletion]).deleted_at(), None);
}

#[test]
fn an_earlier_edit_leaves_a_document_in_the_trash() {
    let edit = Op {
        hlc: at(8),
        ..op(1).with(Field::Title, "kept")
    };
    let deletion = Op {
        hlc: at(9),
        ..op(2).with(Field::DeletedAt, 9)
    };
    let document = after(&[deletion, edit]);
    assert_eq!(document.deleted_at(), Some(9));
    assert_eq!(document.title(), "kept");
}

#[test]
fn a_count_alone_does_not_restore() {
    let mut used = op(3).with_count(Counter::Uses, 1);
    used.hlc = at(20);
    let deletion = Op {
        hlc: at(9),
        ..op(2).with(Field::DeletedAt, 9)
    };
    assert_eq!(after(&[deletion, used]).deleted_at(), Some(9));
}

#[test]
fn resolving_takes_the_named_conflicts_only() {
    let mut document = document();
    let conflict = |number: u8| Conflict {
        op: op(number).op_id,
        text: "t".into(),
        base_rev: 0,
        hlc: at(1),
        device: None,
    };
    document.conflicts = vec![conflict(1), conflict(2)];
    let mut resolve = op(3);
    resolve.resolves = vec![op(1).op_id];
    assert!(apply_registers(&mut document, &resolve, at(2)));
    assert_eq!(document.conflicts, vec![conflict(2)]);
    assert!(!apply_registers(&mut document, &resolve, at(2)));
}

#[test]
fn counts_add_up_and_never_overflow() {
    let mut counters = BTreeMap::new();
    assert!(apply_counters(
        &mut counters,
        &op(1).with_count(Counter::Uses, 2)
    ));
    assert!(apply_counters(
        &mut counters,
        &op(2).with_count(Counter::Uses, 3)
    ));
    assert_eq!(counters.get(&Counter::Uses), Some(&5));
    assert!(apply_counters(
        &mut counters,
        &op(3).with_count(Counter::Uses, i64::MAX)
    ));
    assert!(!apply_counters(
        &mut counters,
        &op(4).with_count(Counter::Uses, 1)
    ));
}

#[test]
fn a_waiting_text_is_shown_at_the_base_it_was_edited_from() {
    let mut document = document();
    document.body = Body {
        text: "server".into(),
        rev: 7,
    };
    preview(&mut document, &op(1).with_body(5, "mine"));
    assert_eq!(
        document.body,
        Body {
            text: "mine".into(),
            rev: 5
        }
    );
}
