//! Tests of drafts.

use super::*;
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{DocId, OpId};
use krowoc_shared::library::document::{Body, Kind, Register};

fn document(title: &str, body: &str, rev: u64) -> Document {
    let mut document = Document::new(DocId::mint(1, [1; 10]), Kind::Prompt);
    let register = Register {
        value: Value::from(title),
        hlc: Hlc::default(),
        op: OpId::mint(1, [2; 10]),
    };
    document.fields.insert(Field::Title, register);
    document.body = Body {
        text: body.to_owned(),
        rev,
    };
    document.rev = rev;
    document
}

#[test]
fn an_untouched_draft_sends_nothing() {
    let draft = Draft::new(&document("a", "text", 3));
    assert!(!draft.dirty());
    assert_eq!(draft.edit(), EditDocument::default());
}

#[test]
fn an_edit_carries_what_changed_and_the_revision_it_began_from() {
    let mut draft = Draft::new(&document("a", "text", 3));
    draft.now.body = "text two".to_owned();
    draft.now.note = "mine".to_owned();
    let edit = draft.edit();
    assert_eq!(
        edit.body,
        Some(BodyEdit {
            base_rev: 3,
            text: "text two".to_owned()
        })
    );
    assert_eq!(edit.set.keys().collect::<Vec<_>>(), [&Field::Note]);
}

#[test]
fn a_change_from_elsewhere_is_taken_while_the_page_is_clean() {
    let mut draft = Draft::new(&document("a", "one\ntwo\n", 3));
    assert_eq!(draft.receive(&document("b", "one\n2\n", 4)), Arrival::Taken);
    assert_eq!(
        (
            draft.now.title.as_str(),
            draft.now.body.as_str(),
            draft.base_rev
        ),
        ("b", "one\n2\n", 4)
    );
    assert!(!draft.dirty());
}

#[test]
fn a_change_from_elsewhere_is_merged_with_other_lines_of_a_dirty_page() {
    let mut draft = Draft::new(&document("a", "one\ntwo\nthree\n", 3));
    draft.now.body = "one\ntwo\nthree!\n".to_owned();
    assert_eq!(
        draft.receive(&document("a", "ONE\ntwo\nthree\n", 4)),
        Arrival::Merged
    );
    assert_eq!(draft.now.body, "ONE\ntwo\nthree!\n");
    assert_eq!(draft.base_rev, 4);
    assert!(draft.dirty());
}

#[test]
fn a_change_of_the_same_line_leaves_the_page_and_its_base_so_that_the_server_keeps_both() {
    let mut draft = Draft::new(&document("a", "one\ntwo\n", 3));
    draft.now.body = "one\nmine\n".to_owned();
    assert_eq!(
        draft.receive(&document("a", "one\ntheirs\n", 4)),
        Arrival::Both
    );
    assert_eq!(
        (draft.now.body.as_str(), draft.base_rev),
        ("one\nmine\n", 3)
    );
}

#[test]
fn what_is_written_while_a_save_is_under_way_stays() {
    let mut draft = Draft::new(&document("a", "one\n", 3));
    draft.now.body = "one\ntwo\n".to_owned();
    let sent = draft.now.clone();
    draft.now.body = "one\ntwo\nthree\n".to_owned();
    draft.now.title = "b".to_owned();
    assert_eq!(
        draft.confirmed(&sent, &document("a", "one\ntwo\n", 4)),
        Arrival::Same
    );
    assert_eq!(draft.now.body, "one\ntwo\nthree\n");
    assert_eq!(
        (draft.base.body.as_str(), draft.base_rev),
        ("one\ntwo\n", 4)
    );
    assert!(draft.dirty());
    assert_eq!(draft.now.title, "b");
}

#[test]
fn an_answer_with_a_merge_shows_both_changes() {
    let mut draft = Draft::new(&document("a", "one\ntwo\nthree\n", 3));
    draft.now.body = "one\ntwo\nmine\n".to_owned();
    let sent = draft.now.clone();
    assert_eq!(
        draft.confirmed(&sent, &document("a", "theirs\ntwo\nmine\n", 5)),
        Arrival::Merged
    );
    assert_eq!(draft.now.body, "theirs\ntwo\nmine\n");
    assert!(!draft.dirty());
}

#[test]
fn after_a_conflict_the_page_shows_what_the_server_kept() {
    let mut draft = Draft::new(&document("a", "one\n", 3));
    draft.now.body = "mine\n".to_owned();
    let sent = draft.now.clone();
    draft.confirmed(&sent, &document("a", "theirs\n", 5));
    assert_eq!(draft.now.body, "theirs\n");
    assert!(!draft.dirty());
}

#[test]
fn the_caret_stays_at_its_words() {
    assert_eq!(caret("one two", "one two three", 3), 3);
    assert_eq!(caret("one two", "zero one two", 7), 12);
    assert_eq!(caret("one two three", "one 2 three", 13), 11);
    assert_eq!(caret("one two three", "one 2 three", 6), 4);
    assert_eq!(caret("a\u{1f600}b", "a\u{1f600}\u{1f600}b", 4), 6);
    assert_eq!(caret("", "abc", 0), 0);
}
