//! Tests of the form.

use super::*;
use krowoc_shared::execution::NanoUsd;
use krowoc_shared::execution::request::Message;
use krowoc_shared::execution::wire::{Cost, ExecutionState, ExecutionView};
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{ExecutionId, GroupId, OpId};
use krowoc_shared::library::document::{Kind, Register};
use serde_json::{Value, json};

fn model(id: &str) -> ModelRef {
    ModelRef::parse(id).unwrap()
}

fn prompt(body: &str, execution: Value, variables: Value) -> Form {
    let mut document = Document::new(DocId::mint(5, [1; 10]), Kind::Prompt);
    document.body.text = body.to_owned();
    for (field, value) in [(Field::Execution, execution), (Field::Variables, variables)] {
        let register = Register {
            value,
            hlc: Hlc::default(),
            op: OpId::mint(5, [2; 10]),
        };
        document.fields.insert(field, register);
    }
    Form::of(&document)
}

#[test]
fn a_prompt_brings_its_model_and_its_variables_and_those_of_its_instructions() {
    let form = prompt(
        "Sum up {{title}} in {{tone}}",
        json!({"model": "openai/a", "system": "You are {{who:a critic}}. {{title}}"}),
        json!([{"name": "tone", "kind": "choice", "options": ["warm", "dry"]}]),
    );
    let names: Vec<String> = form.variables().into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["title", "tone", "who"]);
    assert_eq!(form.models, [model("openai/a")]);
}

#[test]
fn everything_in_the_way_is_named_and_a_variable_by_its_name() {
    let form = prompt(
        "{{title}} {{n}} {{",
        json!(null),
        json!([{"name": "n", "kind": "number", "required": true}]),
    );
    let mut form = Form {
        values: BTreeMap::from([("n".to_owned(), "one".to_owned())]),
        ..form
    };
    let knobs = Knobs {
        temperature: "hot".to_owned(),
        ..Knobs::default()
    };
    let faults = form.faults(&knobs);
    assert!(matches!(faults[0], Fault::Template(_)), "{faults:?}");
    assert_eq!(
        faults[1],
        Fault::Variable("title".to_owned(), "title: give a value".to_owned())
    );
    assert!(matches!(&faults[2], Fault::Variable(name, _) if name == "n"));
    assert_eq!(faults[3], Fault::NoModels);
    assert!(matches!(faults[4], Fault::Parameter("temperature", _)));
    form.text = "{{title}}".to_owned();
    form.values.insert("title".to_owned(), "x".to_owned());
    form.models = vec![model("openai/a")];
    assert_eq!(form.faults(&Knobs::default()), []);
}

#[test]
fn an_empty_field_leaves_it_to_the_default_and_unknown_values_stay_here() {
    let mut form = prompt(
        "{{a:one}} {{b}}",
        json!(null),
        json!([{"name": "b", "kind": "text"}]),
    );
    form.values = BTreeMap::from([
        ("a".to_owned(), String::new()),
        ("gone".to_owned(), "x".to_owned()),
    ]);
    let request = form.request(&Knobs::default());
    let expected = BTreeMap::from([
        ("a".to_owned(), "one".to_owned()),
        ("b".to_owned(), String::new()),
    ]);
    assert_eq!(request.variables, expected);
    assert_eq!((request.prompt, request.text), (form.prompt, None));
}

#[test]
fn instructions_want_something_to_work_on() {
    let mut form = prompt(
        "Be brief",
        json!({"role": "system", "model": "openai/a"}),
        json!(null),
    );
    assert_eq!(form.faults(&Knobs::default()), [Fault::NoInput]);
    form.input = "this".to_owned();
    assert_eq!(form.faults(&Knobs::default()), []);
    assert_eq!(
        form.request(&Knobs::default()).input,
        Some("this".to_owned())
    );
    assert_eq!(form.rendered(), "Be brief\nthis");
}

#[test]
fn a_text_of_ones_own_is_sent_with_its_instructions() {
    let form = Form {
        text: "Say {{x}}".to_owned(),
        system: "Shout".to_owned(),
        values: BTreeMap::from([("x".to_owned(), "hello".to_owned())]),
        models: vec![model("openai/a")],
        ..Form::default()
    };
    assert_eq!(form.faults(&Knobs::default()), []);
    let request = form.request(&Knobs::default());
    assert_eq!(
        (request.text.as_deref(), request.system.as_deref()),
        (Some("Say {{x}}"), Some("Shout"))
    );
    assert_eq!(form.rendered(), "Shout\nSay hello");
    assert_eq!(
        Form::default().faults(&Knobs::default()),
        [Fault::NoText, Fault::NoModels]
    );
}

pub fn view(model: &ModelRef) -> ExecutionView {
    ExecutionView {
        id: ExecutionId::mint(9, [3; 10]),
        group: GroupId::mint(9, [4; 10]),
        prompt: None,
        team: None,
        title: "Say".to_owned(),
        version: None,
        model: model.clone(),
        answered_by: None,
        key: None,
        state: ExecutionState::Waiting,
        failure: None,
        finish_reason: None,
        usage: None,
        cost: Cost::Pending,
        reserved: NanoUsd::ZERO,
        price_revision: None,
        created_at: 9,
        finished_at: None,
        latency_ms: None,
        first_token_ms: None,
        attempts: Vec::new(),
        rating: 0,
        correlation_id: String::new(),
    }
}

#[test]
fn an_earlier_run_fills_the_form_again() {
    let detail = ExecutionDetail {
        view: view(&model("groq/x")),
        messages: vec![
            Message {
                role: Role::System,
                text: "Shout".to_owned(),
                ..Message::default()
            },
            Message {
                text: "Say {{x}}".to_owned(),
                ..Message::default()
            },
        ],
        variables: BTreeMap::from([("a".to_owned(), "1".to_owned())]),
        parameters: Parameters {
            temperature: Some(0.5),
            ..Parameters::default()
        },
        output: String::new(),
        reasoning: String::new(),
        tool_calls: Vec::new(),
        raw_usage: None,
        saved_as: None,
        saved_in: None,
    };
    let mut own = Form::default();
    assert_eq!(own.take_over(&detail).temperature, "0.5");
    assert_eq!(
        (own.text.as_str(), own.system.as_str()),
        ("Say \\{{x}}", "Shout")
    );
    assert_eq!(own.rendered(), "Shout\nSay {{x}}");
    assert_eq!(own.models, [model("groq/x")]);
    let mut saved = prompt("{{a}}", json!(null), json!(null));
    saved.take_over(&detail);
    assert_eq!(saved.values["a"], "1");
    assert_eq!(saved.text, "{{a}}");
}
