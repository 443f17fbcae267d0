//! Proves what a form is, what of it is new, and what is wrong with it.

use super::form::{Changes, Form, Wrong, settings};
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::ids::{DocId, OpId, SpaceId};
use krowoc_shared::library::document::{Document, Field, Kind};
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;

fn form() -> Form {
    Form {
        title: "Reviewer".to_owned(),
        body: "Act as a reviewer".to_owned(),
        tags: vec!["code".to_owned()],
        meta: vec![("category".to_owned(), "Work".to_owned())],
        ..Form::new(Kind::Prompt)
    }
}

fn changes(now: &Form, before: &Form) -> Changes {
    now.changes(before, &ExecutionSettings::default())
}

#[test]
fn what_did_not_change_is_not_sent() {
    assert!(changes(&form(), &form()).is_empty());
    let now = Form {
        title: " Reviewer ".to_owned(),
        ..form()
    };
    assert!(changes(&now, &form()).is_empty() && now.is_like(&form()));
}

#[test]
fn each_change_is_sent_by_itself() {
    let now = Form {
        body: "Act as a kind reviewer".to_owned(),
        tags: vec!["review".to_owned()],
        meta: vec![("topic".to_owned(), " a\n b ".to_owned())],
        model: "openai/gpt-4o".to_owned(),
        ..form()
    };
    let changes = changes(&now, &form());
    assert_eq!(
        changes.set,
        BTreeMap::from([(Field::Execution, json!({"model": "openai/gpt-4o"}))])
    );
    assert_eq!(changes.tags.add, ["review"]);
    assert_eq!(changes.tags.remove, ["code"]);
    let meta = [("category", Value::Null), ("topic", json!("a b"))];
    let meta = meta.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(changes.meta, BTreeMap::from(meta));
    assert_eq!(changes.body.as_deref(), Some("Act as a kind reviewer"));
    assert_eq!(changes.check(Kind::Prompt), Ok(()));
}

#[test]
fn whatever_would_be_saved_makes_a_form_another_one_and_nothing_else_does() {
    let same = Form {
        note: "  ".to_owned(),
        meta: vec![
            ("topic".to_owned(), " ".to_owned()),
            ("category".to_owned(), " Work".to_owned()),
        ],
        space: Some(SpaceId::mint(1, [1; 10])),
        ..form()
    };
    assert!(same.is_like(&form()) && changes(&same, &form()).is_empty());
    let edits: [fn(&mut Form); 8] = [
        |it| it.title.push('s'),
        |it| it.body.push(' '),
        |it| it.description.push('s'),
        |it| it.tags.push("more".to_owned()),
        |it| it.set_piece("category", "Home".to_owned()),
        |it| it.collection = Some(DocId::mint(1, [1; 10])),
        |it| it.note.push('s'),
        |it| it.model.push_str("openai/a"),
    ];
    for edit in edits {
        let mut now = form();
        edit(&mut now);
        assert!(!now.is_like(&form()), "{now:?}");
        assert!(!changes(&now, &form()).is_empty(), "{now:?}");
    }
}

#[test]
fn a_model_that_the_prompt_does_not_allow_yet_is_allowed_with_it_and_the_other_settings_stay() {
    let run = ExecutionSettings {
        allow: vec![ModelRef::parse("groq/b").unwrap()],
        system: "Be brief".to_owned(),
        ..ExecutionSettings::default()
    };
    let now = Form {
        model: "openai/a".to_owned(),
        ..form()
    };
    let expected =
        json!({"model": "openai/a", "allow": ["groq/b", "openai/a"], "system": "Be brief"});
    let changes = now.changes(&form(), &run);
    assert_eq!(changes.set[&Field::Execution], expected);
    assert_eq!(changes.check(Kind::Prompt), Ok(()));
    // Nothing is said about how it is run by who did not change the model.
    assert!(form().changes(&form(), &run).is_empty());
}

#[test]
fn a_model_is_a_matter_of_prompts_and_taking_it_away_leaves_nothing_behind() {
    let chosen = Form {
        model: "openai/a".to_owned(),
        ..form()
    };
    let run = ExecutionSettings {
        model: ModelRef::parse("openai/a"),
        ..ExecutionSettings::default()
    };
    let none = form().changes(&chosen, &run);
    assert_eq!(none.set[&Field::Execution], Value::Null);
    let snippet = Form {
        kind: Kind::Snippet,
        model: "what?".to_owned(),
        ..form()
    };
    assert_eq!(snippet.wrong(true), None);
    let before = Form::new(Kind::Snippet);
    assert!(
        !changes(&snippet, &before)
            .set
            .contains_key(&Field::Execution)
    );
}

#[test]
fn a_new_one_is_made_of_what_was_written_and_nothing_else() {
    let (op, id) = (OpId::mint(5, [1; 10]), DocId::mint(5, [2; 10]));
    let made = changes(&form(), &Form::new(Kind::Prompt));
    let made = made.create(op, id, Kind::Prompt);
    assert_eq!(
        made.set,
        BTreeMap::from([(Field::Title, json!("Reviewer"))])
    );
    assert_eq!(made.body, "Act as a reviewer");
    assert_eq!(made.tags, ["code"]);
    assert_eq!(
        made.meta,
        BTreeMap::from([("category".to_owned(), json!("Work"))])
    );
}

#[test]
fn a_document_becomes_a_form_that_changes_nothing() {
    let mut document = Document::new(DocId::mint(5, [2; 10]), Kind::Prompt);
    document.body.text = "Act".to_owned();
    let form = Form::of(&document);
    assert_eq!(form.body, "Act");
    assert!(form.changes(&form, &settings(&document)).is_empty());
}

#[test]
fn what_is_wrong_is_told_before_it_is_sent() {
    let long = Form {
        title: "x".repeat(600),
        ..form()
    };
    let broken = changes(&long, &form()).check(Kind::Prompt).unwrap_err();
    assert_eq!(broken.field, "/set/title");
    let named = Form {
        meta: vec![("a=b".to_owned(), "x".to_owned())],
        ..form()
    };
    let broken = changes(&named, &form()).check(Kind::Prompt).unwrap_err();
    assert_eq!(broken.field, "/meta");
    let typed = |model: &str| Form {
        model: model.to_owned(),
        ..form()
    };
    assert_eq!(typed("gpt-4o").wrong(false), Some(Wrong::Model));
    assert_eq!(typed(" openai/gpt-4o ").wrong(true), None);
    assert_eq!(Form::new(Kind::Prompt).wrong(true), Some(Wrong::Nothing));
    assert_eq!(Form::new(Kind::Prompt).wrong(false), None);
    assert_eq!(form().wrong(true), None);
}
