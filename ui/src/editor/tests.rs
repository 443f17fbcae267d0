//! Proves when the editor asks before it is left, and what it keeps.

use super::*;

#[test]
fn it_asks_before_something_is_lost_and_not_otherwise() {
    let editor = Editor::new(Kind::Prompt);
    assert!(editor.may_leave());
    let form = Form {
        title: "Reviewer".to_owned(),
        ..Form::new(Kind::Prompt)
    };
    editor.begin(&form);
    assert!(editor.may_leave() && !editor.asks.now());
    editor.body.set("Act".to_owned());
    assert!(!editor.may_leave() && editor.asks.now());
    editor.begin(&form);
    assert!(!editor.asks.now() && editor.now() == form);
}

#[test]
fn what_is_put_back_is_a_change_and_what_is_typed_in_a_field_belongs_to_it() {
    let editor = Editor::new(Kind::Prompt);
    editor.begin(&Form::new(Kind::Prompt));
    editor.put(&Form {
        note: "kept".to_owned(),
        tags: vec!["a".to_owned()],
        ..Form::new(Kind::Prompt)
    });
    assert!(editor.dirty());
    editor.own.0.set(" audience ".to_owned());
    editor.own.1.set("judges".to_owned());
    editor.tag.0.set("a, b".to_owned());
    editor.settle();
    assert_eq!(editor.now().piece("audience"), "judges");
    assert_eq!(editor.now().tags, ["a", "b"]);
    assert_eq!((editor.own.0.now(), editor.tag.0.now()), Default::default());
}

#[test]
fn what_stands_in_a_field_unconfirmed_is_not_left_unasked_and_comes_back() {
    let editor = Editor::new(Kind::Prompt);
    let begin = Form {
        tags: vec!["a".to_owned()],
        ..Form::new(Kind::Prompt)
    };
    editor.begin(&begin);
    editor.tag.0.set("a".to_owned());
    assert!(editor.may_leave(), "a tag that is there already is none");
    editor.tag.0.set("half".to_owned());
    assert!(!editor.may_leave());
    assert_eq!(editor.whole().tags, ["a", "half"]);

    for (name, value) in [("audience", ""), ("", "judges"), ("audience", "judges")] {
        editor.begin(&begin);
        editor.own.0.set(name.to_owned());
        editor.own.1.set(value.to_owned());
        assert!(!editor.may_leave(), "{name} {value}");
        let kept = editor.whole();
        editor.begin(&begin);
        assert!(editor.may_leave());
        editor.put(&kept);
        assert!(editor.dirty(), "{name} {value}");
        let half = name.is_empty() || value.is_empty();
        let typed = if half { (name, value) } else { ("", "") };
        assert_eq!(
            (editor.own.0.now().as_str(), editor.own.1.now().as_str()),
            typed
        );
        assert_eq!(
            editor.now().piece("audience"),
            if half { "" } else { "judges" }
        );
    }
}

#[test]
fn half_of_a_piece_does_not_take_the_place_of_a_whole_one() {
    let editor = Editor::new(Kind::Prompt);
    let mut form = Form::new(Kind::Prompt);
    form.set_piece("audience", "judges".to_owned());
    editor.begin(&form);
    editor.own.0.set("audience".to_owned());
    let kept = editor.whole();
    assert_eq!(kept.piece("audience"), "judges");
    assert!(kept.is_like(&form));
}

#[test]
fn half_of_a_piece_is_not_saved_without_a_word() {
    let editor = Editor::new(Kind::Prompt);
    let form = Form {
        title: "Reviewer".to_owned(),
        ..Form::new(Kind::Prompt)
    };
    editor.begin(&form);
    for (name, value) in [("audience", " "), (" ", "judges")] {
        editor.own.0.set(name.to_owned());
        editor.own.1.set(value.to_owned());
        editor.settle();
        assert_eq!(editor.wrong(&editor.now(), true), Some(Wrong::Half));
    }
    editor.own.0.set("audience".to_owned());
    editor.settle();
    assert_eq!(editor.wrong(&editor.now(), true), None);
    assert_eq!(editor.now().piece("audience"), "judges");
}

#[test]
fn what_was_noticed_in_a_text_that_is_gone_says_nothing() {
    let editor = Editor::new(Kind::Prompt);
    editor.body.set("Say {{what}}.".to_owned());
    editor.notices("Say", Noticed::of("Say"));
    assert_eq!(editor.noticed.now(), Noticed::default());
    let text = editor.body.now();
    editor.notices(&text, Noticed::of(&text));
    assert_eq!(editor.noticed.now().variables, ["what"]);
}

#[test]
fn another_library_has_other_collections_and_is_no_change_by_itself() {
    let editor = Editor::new(Kind::Prompt);
    let own = Form {
        collection: Some(DocId::mint(1, [1; 10])),
        ..Form::new(Kind::Prompt)
    };
    editor.begin(&own);
    let team = Some(SpaceId::mint(1, [1; 10]));
    editor.shelve(team);
    assert_eq!((editor.now().space, editor.now().collection), (team, None));
    editor.begin(&Form::new(Kind::Prompt));
    editor.shelve(team);
    assert!(editor.may_leave());
}

#[test]
fn variables_are_noticed_by_name_with_the_length_of_the_text() {
    let noticed = Noticed::of("Say {{what}} to {{whom}}, {{what}}.");
    assert_eq!(noticed.variables, ["what", "whom"]);
    assert_eq!(noticed.characters, 35);
    assert!(noticed.tokens > 0);
    assert_eq!(Noticed::of(""), Noticed::default());
}
