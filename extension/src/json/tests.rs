//! Proves that a tree is what serde_json reads, and becomes what serde_json makes of it.

use super::*;
use crate::messages::{Answer, Draft, Failure, FailureCode, Keep, Preview, Request};
use krowoc_shared::ids::{DocId, OpId, SpaceId};
use krowoc_shared::library::document::Kind;
use krowoc_ui::editor::Form;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The same value, as serde_json has it.
fn value(tree: Tree) -> Value {
    match tree {
        Tree::Null => Value::Null,
        Tree::Bool(value) => value.into(),
        Tree::Below(number) => number.into(),
        Tree::Whole(number) => number.into(),
        Tree::Number(number) => number.into(),
        Tree::Text(text) => text.into(),
        Tree::List(list) => list.into_iter().map(value).collect::<Vec<_>>().into(),
        Tree::Object(members) => {
            let members = members.into_iter();
            Value::Object(members.map(|(name, it)| (name, value(it))).collect())
        }
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\x00-\\x1f\"\\\\/\u{1F600}\u{10FFFF}é]*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Shape {
    id: Option<u32>,
    at: i64,
    share: f64,
    names: Vec<(String, bool)>,
    held: BTreeMap<String, Sort>,
    kind: Sort,
    state: State,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    #[default]
    Plain,
    One(u8),
    Pair(i8, String),
    Named {
        deep: Box<Option<Shape>>,
    },
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum State {
    #[default]
    Off,
    On {
        since: i64,
        by: Option<String>,
    },
}

proptest! {
    #[test]
    fn what_is_written_anywhere_is_read_as_it_was(it in anything()) {
        for text in [it.to_string(), serde_json::to_string_pretty(&it).unwrap()] {
            prop_assert_eq!(value(Tree::of(&text).unwrap()), it.clone());
        }
    }

    #[test]
    fn what_serde_json_refuses_is_refused_and_nothing_else(text in "[\\[\\]{},:\"\\\\u0-9a-fDd8+.eE \\-truefalsn]{0,12}") {
        prop_assert_eq!(Tree::of(&text).is_ok(), serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
    }
}

#[test]
fn each_shape_that_a_message_may_have_comes_out_as_it_went_in() {
    let inner = Shape {
        kind: Sort::Pair(-3, "x".into()),
        ..Shape::default()
    };
    let shape = Shape {
        id: Some(7),
        at: i64::MIN,
        share: 0.1,
        names: vec![("a\u{1F600}\n".into(), true)],
        held: BTreeMap::from([("k".into(), Sort::One(9)), ("p".into(), Sort::Plain)]),
        kind: Sort::Named {
            deep: Box::new(Some(inner)),
        },
        state: State::On {
            since: 5,
            by: Some("me".into()),
        },
    };
    let text = serde_json::to_string(&shape).unwrap();
    assert_eq!(read::<Shape>(&text), Ok(shape));
    assert_eq!(
        read::<Shape>(r#"{"unknown": [1, {}]}"#),
        Ok(Shape::default())
    );
    assert_eq!(read::<Option<u8>>("null"), Ok(None));
    assert_eq!(read::<()>("null"), Ok(()));
    assert_eq!(read::<f64>("3"), Ok(3.0));
}

#[test]
fn the_messages_of_the_extension_are_read() {
    let failure = Failure::new(FailureCode::Gone, "why");
    let answer: Answer<Vec<u8>> = Answer::Err(failure);
    let text = serde_json::to_string(&answer).unwrap();
    assert_eq!(read::<Answer<Vec<u8>>>(&text), Ok(answer));
    let asked = Request::Search {
        query: "\"q\"".into(),
        limit: 3,
    };
    let text = serde_json::to_string(&asked).unwrap();
    let again = read::<Request>(&text).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
    assert!(read::<Preview>("{}").is_err());
    let form = Form {
        meta: vec![("category".into(), "Work".into())],
        collection: Some(DocId::mint(1, [2; 10])),
        space: Some(SpaceId::mint(1, [3; 10])),
        ..Form::new(Kind::Prompt)
    };
    let ids = (OpId::mint(1, [1; 10]), DocId::mint(1, [2; 10]));
    let draft = Draft {
        op_id: ids.0,
        doc_id: ids.1,
        form: form.clone(),
        source: "{}".into(),
        keep: Keep::Both,
        chosen: true,
    };
    let edit = Request::Edit {
        op_id: ids.0,
        doc_id: ids.1,
        form: Box::new(form.clone()),
        before: Box::new(form),
    };
    for request in [Request::Save(Box::new(draft)), edit, Request::Look] {
        let text = serde_json::to_string(&request).unwrap();
        let again = read::<Request>(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    for text in [
        "",
        "{",
        "[1,]",
        "{\"a\":}",
        "\"\\ud800\"",
        "\"\u{1}\"",
        "1 2",
        "-",
        "01e",
    ] {
        assert_eq!(Tree::of(text), Err(Bad), "{text}");
    }
    for text in ["\"a\"", "-1", "300", "1.5", "[1]", "null"] {
        assert_eq!(read::<u8>(text), Err(Bad), "{text}");
    }
    assert_eq!(read::<State>(r#"{"is": "gone"}"#), Err(Bad));
    assert_eq!(read::<Sort>(r#"{"one": 1, "plain": null}"#), Err(Bad));
    let deep = |levels| json!(["["].repeat(levels)).to_string();
    assert!(Tree::of(&deep(3)).is_ok());
    assert_eq!(Tree::of(&"[".repeat(1_000)), Err(Bad));
}

#[test]
fn a_form_of_a_run_is_read() {
    let text = r#"{"doc_id":"01a2278d-ea54-7d7d-9cfc-3a84aaaf6988","space":null,"keeps_in":null,"title":"Sum up","text":"Sum up {{topic}}.","variables":[{"name":"topic","kind":"text"}],"settings":{"model":"openai/m","parameters":{"temperature":0.5}},"error":null,"known":true,"draft":false}"#;
    let expected: crate::messages::RunForm = serde_json::from_str(text).unwrap();
    assert_eq!(read::<crate::messages::RunForm>(text), Ok(expected));
}
