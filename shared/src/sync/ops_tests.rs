//! Tests of operations as people make them.

use super::*;
use crate::sync::merge::preview;
use crate::sync::server::validate;
use proptest::prelude::*;

fn id(number: u8) -> OpId {
    OpId::mint(1, [number; 10])
}

fn doc() -> DocId {
    DocId::mint(1, [9; 10])
}

fn at(time: i64) -> Hlc {
    Hlc {
        at: time,
        count: 0,
        node: 0,
    }
}

fn made() -> Document {
    let mut document = Document::new(doc(), Kind::Prompt);
    let mut op = Op::create(id(1), doc(), Kind::Prompt, 5, "text")
        .with(Field::Title, "before")
        .with_tag("old");
    op.hlc = at(1);
    preview(&mut document, &op);
    document.body.rev = 3;
    document
}

/// What a person sees: values, tags that are present, the text.
fn seen(document: &Document) -> (Vec<String>, Vec<String>, String) {
    let fields = [
        Field::Title,
        Field::Note,
        Field::Favourite,
        Field::DeletedAt,
        Field::Collection,
    ];
    let values = fields.map(|field| match document.value(field) {
        Value::Null | Value::Bool(false) => String::new(),
        value => value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
    });
    let tags = document.present_tags().map(str::to_owned).collect();
    (values.to_vec(), tags, document.body.text.clone())
}

#[test]
fn undo_brings_back_what_was_seen() {
    let before = made();
    let edits = [
        Op::new(id(2), doc(), Kind::Prompt).with(Field::Title, "after"),
        Op::new(id(2), doc(), Kind::Prompt)
            .with(Field::Favourite, true)
            .with(Field::Note, "n"),
        Op::new(id(2), doc(), Kind::Prompt)
            .with_tag("new")
            .with_tag("old"),
        Op::new(id(2), doc(), Kind::Prompt)
            .without_tag("old")
            .without_tag("never there"),
        Op::new(id(2), doc(), Kind::Prompt).with_body(3, "another"),
        Op::trash(id(2), doc(), Kind::Prompt, 50),
    ];
    for mut edit in edits {
        edit.hlc = at(2);
        let mut after = before.clone();
        preview(&mut after, &edit);
        assert_ne!(seen(&after), seen(&before), "{edit:?}");
        let mut undo = inverse(&edit, id(3), Some(&before), after.body.rev, 60);
        undo.hlc = at(3);
        assert_eq!(validate(&undo), Ok(()));
        preview(&mut after, &undo);
        assert_eq!(seen(&after), seen(&before), "{edit:?}");
    }
}

#[test]
fn undoing_a_creation_moves_it_to_the_trash() {
    let create = Op::create(id(1), doc(), Kind::Snippet, 5, "text");
    let undo = inverse(&create, id(2), None, 0, 60);
    assert_eq!(undo.set.get(&Field::DeletedAt), Some(&Value::from(60)));
}

#[test]
fn undoing_an_edit_of_the_trash_puts_it_back_there() {
    let mut before = made();
    let mut trash = Op::trash(id(4), doc(), Kind::Prompt, 50);
    trash.hlc = at(4);
    preview(&mut before, &trash);
    let edit = Op::new(id(5), doc(), Kind::Prompt).with(Field::Title, "x");
    let undo = inverse(&edit, id(6), Some(&before), 3, 60);
    assert_eq!(undo.set.get(&Field::DeletedAt), Some(&Value::from(60)));
}

#[test]
fn a_document_made_anew_shows_the_same() {
    let view = made();
    let mut op = recreate(&view, id(7), 99);
    op.hlc = at(9);
    assert!(op.creates());
    assert_eq!(validate(&op), Ok(()));
    let mut again = Document::new(doc(), Kind::Prompt);
    preview(&mut again, &op);
    assert_eq!(seen(&again), seen(&view));
    assert_eq!(again.created_at(), 5);
}

fn some_edit(number: u8) -> impl Strategy<Value = Op> {
    let tag = prop::sample::select(vec!["a", "b", "old"]);
    (0u8..7, tag, any::<bool>()).prop_map(move |(what, tag, flag)| {
        let op = Op::new(id(number), doc(), Kind::Prompt);
        match what {
            0 => op.with(Field::Title, format!("t{number}")),
            1 => op
                .with(Field::Favourite, flag)
                .with(Field::Note, format!("n{number}")),
            2 => op.with_tag(tag),
            3 => op.without_tag(tag),
            4 => op.with_body(3, &format!("body {number}")),
            5 => Op::trash(id(number), doc(), Kind::Prompt, 70),
            _ => Op::restore(id(number), doc(), Kind::Prompt),
        }
    })
}

proptest! {
    #[test]
    fn folded_operations_show_what_both_would(first in some_edit(2), second in some_edit(3), third in some_edit(4)) {
        let ops = [Op { hlc: at(2), ..first }, Op { hlc: at(3), ..second }, Op { hlc: at(4), ..third }];
        let mut apart = made();
        for op in &ops {
            preview(&mut apart, op);
        }
        let [first, second, third] = ops;
        let folded = fold(fold(first.clone(), second), third);
        prop_assert_eq!(folded.op_id, first.op_id);
        let mut together = made();
        preview(&mut together, &folded);
        prop_assert_eq!(seen(&together), seen(&apart));
    }
}
