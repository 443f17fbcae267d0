//! Tests of what a run is on the extension's page: its states and what follows from each event. Not of how it is drawn.

use super::*;
use krowoc_shared::execution::wire::Started;
use krowoc_shared::execution::{ExecutionSettings, NanoUsd};
use krowoc_shared::ids::{DocId, ExecutionId};
use krowoc_shared::prompts::{merge, parse};
use proptest::prelude::*;
use serde_json::json;

fn form(text: &str) -> RunForm {
    RunForm {
        space: None,
        keeps_in: None,
        doc_id: DocId::mint(1, [0; 10]),
        title: "Greeting".to_owned(),
        text: text.to_owned(),
        variables: merge(&[], &parse(text).unwrap()).variables,
        settings: ExecutionSettings::default(),
        error: None,
        known: true,
        draft: false,
    }
}

fn filled(values: &[(&str, &str)]) -> Filled {
    Filled {
        values: values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        input: String::new(),
        model: ModelRef::parse("openai/gpt-4o-mini"),
    }
}

fn view(state: &str, attempts: usize) -> ExecutionView {
    let attempt = json!({"number": 1, "model": "openai/a", "started_at": 1, "duration_ms": null,
        "next_at": 9_000});
    serde_json::from_value(json!({
        "id": ExecutionId::mint(1, [1; 10]), "group": GroupId::mint(1, [2; 10]), "prompt": null,
        "title": "Greeting", "version": null, "model": "openai/a", "key": null, "state": state,
        "finish_reason": null, "usage": null, "cost": {"state": "pending"}, "reserved": 0,
        "price_revision": null, "created_at": 1, "finished_at": null, "latency_ms": null,
        "first_token_ms": null, "attempts": vec![attempt; attempts], "rating": 0,
        "correlation_id": "c",
    }))
    .unwrap()
}

fn text(piece: &str) -> StreamEvent {
    StreamEvent::Text {
        execution: ExecutionId::mint(1, [1; 10]),
        text: piece.to_owned(),
    }
}

fn written(event: &StreamEvent, id: &str) -> String {
    let mut value = serde_json::to_value(event).unwrap();
    let object = value.as_object_mut().unwrap();
    let name = object.remove("event").unwrap();
    format!(
        "id: {id}\nevent: {}\ndata: {value}\n\n",
        name.as_str().unwrap()
    )
}

#[test]
fn a_saved_prompt_is_run_by_its_id_and_a_changed_one_with_its_text() {
    let saved = request(&form("Hi {{name}}"), &filled(&[("name", "Ada")])).unwrap();
    assert!(saved.prompt.is_some() && saved.text.is_none() && saved.system.is_none());
    assert_eq!(saved.variables["name"], "Ada");
    let changed = RunForm {
        draft: true,
        ..form("Hi")
    };
    let changed = request(&changed, &filled(&[])).unwrap();
    assert_eq!(
        (changed.prompt.is_some(), changed.text.as_deref()),
        (true, Some("Hi"))
    );
    let fresh = RunForm {
        known: false,
        draft: true,
        ..form("Hi")
    };
    let fresh = request(&fresh, &filled(&[])).unwrap();
    assert_eq!(
        (fresh.prompt, fresh.text.as_deref(), fresh.role),
        (None, Some("Hi"), Some(Role::User))
    );
}

#[test]
fn a_variable_without_a_value_is_named_and_one_with_a_default_is_not() {
    let form = form("{{name}} {{tone:warm}}");
    let wrong = request(&form, &filled(&[("tone", "")])).unwrap_err();
    assert_eq!(
        wrong,
        [("name".to_owned(), VariableErrorKind::Empty)].into()
    );
    let right = request(&form, &filled(&[("name", "Ada"), ("tone", "")])).unwrap();
    assert_eq!(right.variables["tone"], "warm");
}

#[test]
fn without_a_model_nothing_is_sent() {
    let none = Filled {
        model: None,
        ..filled(&[])
    };
    assert!(request(&form("Hi"), &none).unwrap_err().contains_key(""));
}

#[test]
fn instructions_take_an_input() {
    let mut form = form("Summarise.");
    form.settings.role = Role::System;
    let filled = Filled {
        input: "A long text".to_owned(),
        ..filled(&[])
    };
    let asked = request(&form, &filled).unwrap();
    assert_eq!(asked.input.as_deref(), Some("A long text"));
}

#[test]
fn a_run_grows_and_ends_with_its_cost() {
    let mut run = Run::default();
    assert_eq!(run.state(), ExecutionState::Waiting);
    let first = view("running", 1);
    run.take(StreamEvent::Started(Started {
        group: first.group,
        executions: vec![first],
    }));
    run.take(text("Hello "));
    run.take(text("Ada"));
    let mut last = view("completed", 1);
    last.cost = Cost::Exact(NanoUsd(42_000));
    run.take(StreamEvent::Done {
        execution: Box::new(last),
    });
    assert!(!run.ended);
    run.take(StreamEvent::End);
    assert!(run.ended && run.group.is_some());
    assert_eq!(run.text, "Hello Ada");
    assert_eq!(run.cost(), Some(("0.000042".to_owned(), false)));
    assert_eq!(run.waits_until(), None);
}

#[test]
fn a_run_that_waits_says_until_when() {
    let mut run = Run::default();
    run.take(StreamEvent::Changed {
        execution: Box::new(view("waiting", 1)),
    });
    assert_eq!(run.waits_until(), Some(9_000));
}

#[test]
fn what_is_kept_of_a_run_is_read_back_with_what_was_filled_in() {
    let kept = Kept {
        group: GroupId::mint(1, [2; 10]),
        filled: filled(&[("name", "Ada")]),
    };
    let text = serde_json::to_string(&kept).unwrap();
    assert_eq!(serde_json::from_str::<Kept>(&text).unwrap(), kept);
    assert_ne!(
        kept_name(DocId::mint(1, [0; 10])),
        kept_name(DocId::mint(1, [1; 10]))
    );
}

#[test]
fn a_run_that_is_come_back_to_is_read_from_its_beginning() {
    let group = GroupId::mint(1, [2; 10]);
    let mut run = Run::of(group);
    assert_eq!((run.group, run.last_id.as_str()), (Some(group), ""));
    let ended = view("completed", 1);
    run.take(StreamEvent::Started(Started {
        group,
        executions: vec![ended],
    }));
    run.take(text("Hello Ada"));
    run.take(StreamEvent::End);
    assert_eq!(run.state(), ExecutionState::Completed);
    assert_eq!((run.text.as_str(), run.ended), ("Hello Ada", true));
}

#[test]
fn an_answer_that_begins_anew_is_told_from_one_that_grows() {
    let mut run = Run::default();
    let changed = |attempts| StreamEvent::Changed {
        execution: Box::new(view("running", attempts)),
    };
    run.take(changed(1));
    run.take(text("Hel"));
    run.take(changed(2));
    run.take(text("Hello"));
    assert_eq!((run.text.as_str(), run.anew), ("Hello", 1));
}

#[test]
fn a_price_that_is_not_known_is_no_cost() {
    let mut run = Run::default();
    let mut unpriced = view("completed", 1);
    unpriced.cost = Cost::Unpriced;
    run.take(StreamEvent::Done {
        execution: Box::new(unpriced),
    });
    assert_eq!(run.cost(), None);
}

#[test]
fn what_is_no_event_of_ours_is_passed_over() {
    let mut run = Run::default();
    let mut reader = Reader::default();
    let stream = ": hello\n\nevent: colour\ndata: {\"a\":1}\n\nevent: text\ndata: nonsense\n\nevent: end\ndata:\n\nid: 7\nevent: end\ndata: null\n\n";
    assert!(reader.read(stream.as_bytes(), &mut run));
    assert!(run.ended);
    assert_eq!(run.last_id, "7");
}

#[test]
fn each_break_is_waited_for_longer_but_never_for_ever() {
    let waits: Vec<u32> = (0..6).map(wait).collect();
    assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000]);
    assert_eq!(wait(u32::MAX), 8_000);
}

proptest! {
    #[test]
    fn a_stream_in_any_pieces_gives_the_same_run(
        pieces in prop::collection::vec("[a-zß语\n\"]{1,6}", 1..8),
        cut in 1usize..40,
    ) {
        let stream: String = pieces
            .iter()
            .enumerate()
            .map(|(at, piece)| written(&text(piece), &at.to_string()))
            .collect();
        let mut run = Run::default();
        let mut reader = Reader::default();
        for part in stream.as_bytes().chunks(cut) {
            prop_assert!(reader.read(part, &mut run));
        }
        prop_assert_eq!(&run.text, &pieces.concat());
        prop_assert_eq!(run.last_id, (pieces.len() - 1).to_string());
    }
}
