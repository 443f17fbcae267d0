//! Tests of the server's decision: refusals, stamps, texts, trash and purge.

use super::*;
use crate::ids::{DocId, OpId};
use crate::library::document::{Counter, Kind};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: Millis = 1_000_000;

fn id(number: u8) -> OpId {
    OpId::mint(1, [number; 10])
}

fn doc() -> DocId {
    DocId::mint(1, [9; 10])
}

fn at(time: Millis) -> Hlc {
    Hlc {
        at: time,
        count: 0,
        node: 7,
    }
}

fn context(next_rev: u64) -> Context {
    Context {
        now: NOW,
        next_rev,
        device: None,
    }
}

fn edit(number: u8, time: Millis) -> Op {
    Op {
        hlc: at(time),
        ..Op::new(id(number), doc(), Kind::Prompt)
    }
}

fn take(decision: Decision) -> Document {
    decision.change.expect("a change").document
}

#[test]
fn an_operation_of_over_400_days_ago_is_refused_unless_its_stamp_is_newer() {
    let day = 86_400_000;
    let late = Context {
        now: 500 * day,
        ..context(6)
    };
    let create = |minted: Millis, stamped: Millis| Op {
        hlc: at(stamped),
        ..Op::create(
            OpId::mint(minted, [1; 10]),
            doc(),
            Kind::Prompt,
            minted,
            "x",
        )
    };
    let old = decide(&create(99 * day, 99 * day), None, None, &late);
    assert_eq!(code(&old), Some(ErrorCode::TooOld));
    for op in [
        create(100 * day, 1),
        create(1, 100 * day),
        create(900 * day, 1),
    ] {
        assert_eq!(code(&decide(&op, None, None, &late)), None);
    }
}

/// The document as a creation at revision 5 leaves it.
fn made(text: &str) -> Document {
    let op = Op {
        hlc: at(10),
        ..Op::create(id(1), doc(), Kind::Prompt, 10, text)
    };
    take(decide(&op, None, None, &context(5)))
}

fn code(decision: &Decision) -> Option<ErrorCode> {
    assert_eq!(
        decision.result.outcome == Outcome::Rejected,
        decision.change.is_none()
    );
    decision
        .result
        .violation
        .as_ref()
        .map(|violation| violation.code)
}

#[test]
fn a_creation_makes_document_and_first_version() {
    let op = Op {
        hlc: at(10),
        ..Op::create(id(1), doc(), Kind::Prompt, 10, "hello").with(Field::Title, "T")
    };
    let decision = decide(&op, None, None, &context(5));
    assert_eq!(
        (
            decision.result.outcome,
            decision.result.rev,
            decision.result.body_rev
        ),
        (Outcome::Applied, 5, 5)
    );
    let change = decision.change.unwrap();
    assert_eq!(
        change.document.body,
        Body {
            text: "hello".into(),
            rev: 5
        }
    );
    let version = change.version.unwrap();
    assert_eq!(
        (version.rev, version.text.as_str(), version.title.as_str()),
        (5, "hello", "T")
    );
}

#[test]
fn an_edit_of_a_document_that_is_not_there_is_refused() {
    let decision = decide(
        &edit(2, 20).with(Field::Title, "x"),
        None,
        None,
        &context(6),
    );
    assert_eq!(code(&decision), Some(ErrorCode::NotFound));
}

#[test]
fn another_kind_is_refused() {
    let op = Op {
        kind: Kind::Snippet,
        ..edit(2, 20).with(Field::Title, "x")
    };
    assert_eq!(
        code(&decide(&op, Some(&made("t")), None, &context(6))),
        Some(ErrorCode::KindMismatch)
    );
}

#[test]
fn values_that_break_a_rule_are_refused_with_their_place() {
    let long = "x".repeat(limits::BODY_BYTES + 1);
    let cases = [
        (edit(2, 20).with(Field::Title, 5), "/set/title"),
        (edit(2, 20).with_tag(" x"), "/tags"),
        (edit(2, 20).with_count(Counter::Uses, 0), "/inc"),
        (edit(2, 20).with_count(Counter::Uses, -4), "/inc"),
        (edit(2, 20).with_body(5, "a\0"), "/body/text"),
        (edit(2, 20).with_body(5, &long), "/body/text"),
    ];
    for (op, field) in cases {
        let decision = decide(&op, Some(&made("t")), None, &context(6));
        assert_eq!(code(&decision), Some(ErrorCode::InvalidField));
        assert_eq!(decision.result.violation.unwrap().field, field);
    }
}

#[test]
fn one_tag_too_many_is_refused() {
    let mut document = made("t");
    for number in 0..limits::TAGS {
        let op = edit(2, 20).with_tag(&format!("tag {number}"));
        document = take(decide(&op, Some(&document), None, &context(6)));
    }
    let more = edit(3, 30).with_tag("one more");
    assert_eq!(
        code(&decide(&more, Some(&document), None, &context(7))),
        Some(ErrorCode::InvalidField)
    );
    let swap = edit(4, 40).with_tag("one more").without_tag("tag 0");
    assert_eq!(
        code(&decide(&swap, Some(&document), None, &context(7))),
        None
    );
}

#[test]
fn a_stamp_from_a_clock_that_runs_ahead_is_clamped() {
    let day = 86_400_000;
    let op = edit(2, NOW + day).with(Field::Title, "x");
    let decision = decide(&op, Some(&made("t")), None, &context(6));
    assert_eq!(decision.result.hlc.at, NOW + crate::hlc::MAX_AHEAD);
    let document = take(decision);
    assert!(document.edited().at <= NOW + crate::hlc::MAX_AHEAD);
}

#[test]
fn clamped_edits_keep_the_order_they_arrive_in() {
    let mut document = made("t");
    for (number, title) in [(9, "first"), (8, "second"), (1, "third")] {
        let op = edit(number, NOW * 90).with(Field::Title, title);
        document = take(decide(&op, Some(&document), None, &context(6)));
        assert_eq!(document.title(), title);
    }
}

#[test]
fn an_older_value_loses_and_nothing_is_written() {
    let document = take(decide(
        &edit(2, 50).with(Field::Title, "new"),
        Some(&made("t")),
        None,
        &context(6),
    ));
    let decision = decide(
        &edit(3, 40).with(Field::Title, "old"),
        Some(&document),
        None,
        &context(7),
    );
    assert_eq!(decision.result.outcome, Outcome::Applied);
    assert_eq!(decision.result.rev, 6);
    assert_eq!(decision.change, None);
}

#[test]
fn a_text_on_its_base_is_taken_as_it_is() {
    let document = made("one\n");
    let op = edit(2, 20).with_body(5, "two\n");
    assert_eq!(needs_base(&op, Some(&document)), None);
    let decision = decide(&op, Some(&document), None, &context(6));
    assert_eq!(decision.result.outcome, Outcome::Applied);
    assert_eq!(
        take(decision).body,
        Body {
            text: "two\n".into(),
            rev: 6
        }
    );
}

#[test]
fn a_text_on_an_older_base_is_merged() {
    let document = take(decide(
        &edit(2, 20).with_body(5, "A\nb\nc\n"),
        Some(&made("a\nb\nc\n")),
        None,
        &context(6),
    ));
    let op = edit(3, 30).with_body(5, "a\nb\nC\n");
    assert_eq!(needs_base(&op, Some(&document)), Some(5));
    let decision = decide(&op, Some(&document), Some("a\nb\nc\n"), &context(7));
    assert_eq!(decision.result.outcome, Outcome::Merged);
    let change = decision.change.unwrap();
    assert_eq!(change.document.body.text, "A\nb\nC\n");
    assert_eq!(change.version.unwrap().text, "A\nb\nC\n");
}

#[test]
fn a_place_changed_twice_keeps_the_other_side_whole() {
    let document = take(decide(
        &edit(2, 20).with_body(5, "A\n"),
        Some(&made("a\n")),
        None,
        &context(6),
    ));
    let op = edit(3, 30).with_body(5, "B\n").with(Field::Title, "t");
    let decision = decide(&op, Some(&document), Some("a\n"), &context(7));
    assert_eq!(decision.result.outcome, Outcome::ConflictCopy);
    assert_eq!((decision.result.rev, decision.result.body_rev), (7, 6));
    let document = take(decision);
    assert_eq!(document.body.text, "A\n");
    assert_eq!(document.title(), "t");
    assert_eq!(document.conflicts[0].text, "B\n");
    let resolve = Op {
        resolves: vec![id(3)],
        ..edit(4, 40).with_body(6, "A\nB\n")
    };
    let document = take(decide(&resolve, Some(&document), None, &context(8)));
    assert_eq!(
        (document.body.text.as_str(), document.conflicts.len()),
        ("A\nB\n", 0)
    );
}

#[test]
fn a_document_made_twice_keeps_both_texts() {
    let again = Op {
        hlc: at(12),
        ..Op::create(id(2), doc(), Kind::Prompt, 12, "other")
    };
    let decision = decide(&again, Some(&made("mine")), None, &context(6));
    assert_eq!(decision.result.outcome, Outcome::ConflictCopy);
    let same = Op {
        hlc: at(12),
        ..Op::create(id(3), doc(), Kind::Prompt, 12, "mine")
    };
    assert_eq!(
        decide(&same, Some(&made("mine")), None, &context(6))
            .result
            .outcome,
        Outcome::Applied
    );
}

#[test]
fn a_base_that_never_was_is_refused() {
    let document = take(decide(
        &edit(2, 20).with_body(5, "A\n"),
        Some(&made("a\n")),
        None,
        &context(6),
    ));
    let future = edit(3, 30).with_body(9, "x");
    assert_eq!(
        code(&decide(&future, Some(&document), None, &context(7))),
        Some(ErrorCode::UnknownRevision)
    );
    let lost = edit(3, 30).with_body(4, "x");
    assert_eq!(needs_base(&lost, Some(&document)), Some(4));
    assert_eq!(
        code(&decide(&lost, Some(&document), None, &context(7))),
        Some(ErrorCode::UnknownRevision)
    );
}

#[test]
fn too_many_conflicts_are_refused_until_some_are_resolved() {
    let mut document = take(decide(
        &edit(2, 20).with_body(5, "A\n"),
        Some(&made("a\n")),
        None,
        &context(6),
    ));
    for number in 0..MAX_CONFLICTS {
        let op = edit(10 + number as u8, 30).with_body(5, &format!("{number}\n"));
        document = take(decide(&op, Some(&document), Some("a\n"), &context(7)));
    }
    let more = edit(99, 40).with_body(5, "more\n");
    assert_eq!(
        code(&decide(&more, Some(&document), Some("a\n"), &context(8))),
        Some(ErrorCode::InvalidField)
    );
    let with = Op {
        resolves: vec![id(10)],
        ..more
    };
    assert_eq!(
        code(&decide(&with, Some(&document), Some("a\n"), &context(8))),
        None
    );
}

#[test]
fn a_concurrent_text_of_a_deleted_document_is_kept_in_the_trash() {
    let trash = Op {
        hlc: at(30),
        ..Op::trash(id(2), doc(), Kind::Prompt, 30)
    };
    let document = take(decide(&trash, Some(&made("a\n")), None, &context(6)));
    assert_eq!(document.deleted_at(), Some(30));
    let earlier = decide(
        &edit(3, 25).with_body(5, "b\n"),
        Some(&document),
        None,
        &context(7),
    );
    let document = take(earlier.clone());
    assert_eq!(
        (document.deleted_at(), document.body.text.as_str()),
        (Some(30), "b\n")
    );
    assert!(earlier.change.unwrap().version.is_some());
    let later = take(decide(
        &edit(4, 35).with_body(7, "c\n"),
        Some(&document),
        None,
        &context(8),
    ));
    assert_eq!(later.deleted_at(), None);
}

#[test]
fn a_purged_document_comes_back_only_by_a_whole_and_later_creation() {
    let trash = Op {
        hlc: at(30),
        ..Op::trash(id(2), doc(), Kind::Prompt, 30)
    };
    let gone = purge(
        &take(decide(&trash, Some(&made("a\n")), None, &context(6))),
        7,
    );
    assert!(gone.purged && gone.body.text.is_empty() && gone.rev == 7);
    let torso = decide(
        &edit(3, 90).with(Field::Title, "x"),
        Some(&gone),
        None,
        &context(8),
    );
    assert_eq!(code(&torso), Some(ErrorCode::NotFound));
    let old = Op {
        hlc: at(20),
        ..Op::create(id(4), doc(), Kind::Prompt, 10, "old")
    };
    assert_eq!(
        code(&decide(&old, Some(&gone), None, &context(8))),
        Some(ErrorCode::NotFound)
    );
    let whole = Op {
        hlc: at(40),
        ..Op::create(id(5), doc(), Kind::Prompt, 10, "anew")
    };
    let document = take(decide(&whole, Some(&gone), None, &context(8)));
    assert_eq!(
        (document.rev, document.body.text.as_str(), document.purged),
        (8, "anew", false)
    );
}

fn any_op() -> impl Strategy<Value = Op> {
    let value = prop_oneof![
        Just(json!("text")),
        Just(json!(null)),
        Just(json!(5)),
        Just(json!(true)),
        Just(json!([1])),
        Just(json!({"a": 1}))
    ];
    let field = prop::sample::select(vec![
        Field::Title,
        Field::Collection,
        Field::Favourite,
        Field::Source,
        Field::Variables,
        Field::Execution,
        Field::DeletedAt,
        Field::CreatedAt,
    ]);
    let body = prop::option::of((0u64..12, "[ab\n]{0,6}"));
    (
        any::<u8>(),
        any::<i64>(),
        prop::collection::btree_map(field, value, 0..3),
        body,
        "[a ]{0,2}",
        -1i64..3,
    )
        .prop_map(|(number, time, set, body, tag, by)| {
            let mut op = Op {
                set,
                ..edit(number, time)
            };
            if let Some((rev, text)) = body {
                op = op.with_body(rev, &text);
            }
            if !tag.is_empty() {
                op = op.with_tag(&tag);
            }
            if by != 0 {
                op = op.with_count(Counter::Uses, by);
            }
            op
        })
}

proptest! {
    #[test]
    fn any_operation_is_taken_or_refused_and_never_half_done(ops in prop::collection::vec(any_op(), 1..12)) {
        let mut current: Option<Document> = None;
        let mut versions: Vec<VersionRow> = Vec::new();
        for (op, rev) in ops.iter().zip(1u64..) {
            let base = needs_base(op, current.as_ref()).and_then(|at| text_at(&versions, at)).map(str::to_owned);
            let decision = decide(op, current.as_ref(), base.as_deref(), &context(rev));
            let Decision { result, change } = decision;
            prop_assert_eq!(result.op_id, op.op_id);
            if result.outcome == Outcome::Rejected {
                prop_assert!(change.is_none() && result.violation.is_some());
                continue;
            }
            prop_assert!(result.hlc.at <= NOW + crate::hlc::MAX_AHEAD);
            let Some(change) = change else { prop_assert!(current.is_some()); continue };
            prop_assert_eq!(change.document.rev, rev);
            prop_assert_eq!(result.rev, rev);
            prop_assert_eq!(result.body_rev, change.document.body.rev);
            for (field, register) in &change.document.fields {
                prop_assert_eq!(crate::library::validate::field(*field, &register.value), Ok(()));
            }
            if let Some(edit) = &op.body {
                let kept = change.document.conflicts.iter().any(|conflict| conflict.text == edit.text);
                prop_assert!(kept || result.outcome != Outcome::ConflictCopy);
                prop_assert!(kept || result.outcome == Outcome::Merged || change.document.body.text == edit.text);
            }
            let aside = change.version.as_ref().filter(|version| version.aside).map(|version| version.text.clone());
            prop_assert!(aside.is_none_or(|text| change.document.conflicts.last().is_some_and(|conflict| conflict.text == text)));
            versions.extend(change.version);
            prop_assert!(change.document.conflicts.iter().all(|conflict| versions.iter().any(|version| version.aside && version.text == conflict.text)));
            current = Some(change.document);
        }
        prop_assert!(current.is_none_or(|document| document.value(Field::CreatedAt) != &Value::Null));
    }
}
