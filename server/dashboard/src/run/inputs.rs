//! What is filled in before a run: variables by their kind, models, parameters, and what it would take.

use super::control::Control;
use super::form::{Fault, Form, MOST_MODELS};
use crate::execution::{KnobFields, ModelChips, Picked};
use krowoc_shared::execution::estimate::{Tokenizer, USUAL_MAX_OUTPUT};
use krowoc_shared::execution::wire::Estimate;
use krowoc_shared::prompts::{Variable, VariableKind};
use krowoc_ui::components::{Icon, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::run as words;
use krowoc_ui::money::{by_list, short_usd};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The inputs of a run.
#[component]
pub fn Inputs(control: Control) -> impl IntoView {
    let Control { form, knobs, .. } = control;
    // Any change asks for a new estimate.
    Effect::new(move |_| {
        form.track();
        knobs.track();
        control.estimate();
    });
    let variables = Memo::new(move |_| form.with(Form::variables));
    let own = control.place.prompt.is_none();
    let takes_input = Memo::new(move |_| form.with(Form::takes_input));
    let left = RwSignal::new(BTreeSet::<String>::new());
    let fault = move |name: &str| {
        let told = control.told.get() || left.with(|left| left.contains(name));
        told.then(|| control.faults())?
            .into_iter()
            .find_map(|fault| match fault {
                Fault::Variable(of, text) if of == name => Some(text),
                _ => None,
            })
    };
    let fields = move || {
        let each = move || variables.get();
        view! {
            <For each=each key=|it| format!("{it:?}") children=move |variable| {
                let name = variable.name.clone();
                let fault = Signal::derive(move || fault(&name));
                view! { <Field control=control variable=variable fault=fault left=left /> }
            } />
        }
    };
    view! {
        <section class="inputs rule" aria-label=words::RUN>
            {own.then(|| view! { <Own control=control /> })}
            <Show when=move || !variables.with(Vec::is_empty)>
                <div class="form2">{fields()}</div>
            </Show>
            <Show when=move || takes_input.get()>
                <Work control=control />
            </Show>
            <div class="inputs__row">
                <Models control=control />
                <Estimates control=control />
            </div>
            <details class="data" prop:open=move || knobs.with_untracked(|knobs| !knobs.is_empty())>
                <summary><Icon glyph=Glyph::Right class="i--flip" />{words::PARAMETERS}</summary>
                <div class="knobs stack stack--3">
                    <KnobFields knobs=knobs otherwise=Signal::derive(move || form.with(Form::usual)) on_done=|()| {} />
                </div>
            </details>
            <Faults control=control />
        </section>
    }
}

/// A text of one's own, with instructions before it.
#[component]
fn Own(control: Control) -> impl IntoView {
    let form = control.form;
    let bad = move || control.told.get() && form.with(|form| form.text.trim().is_empty());
    view! {
        <div class="field">
            <label class="label" for="own-text">{words::TEXT}</label>
            <textarea class="textarea" id="own-text" rows="5" dir="auto" placeholder=words::TEXT_PLACEHOLDER aria-invalid=move || bad().to_string()
                prop:value=move || form.with(|form| form.text.clone())
                on:input=move |event| form.update(|form| form.text = event_target_value(&event))></textarea>
        </div>
        <div class="field">
            <label class="label" for="own-system">{words::SYSTEM}</label>
            <textarea class="textarea" id="own-system" rows="2" dir="auto" placeholder=words::SYSTEM_PLACEHOLDER
                prop:value=move || form.with(|form| form.system.clone())
                on:input=move |event| form.update(|form| form.system = event_target_value(&event))></textarea>
        </div>
    }
}

/// What instructions are to work on.
#[component]
fn Work(control: Control) -> impl IntoView {
    let form = control.form;
    let bad = move || control.told.get() && form.with(|form| form.input.trim().is_empty());
    view! {
        <div class="field">
            <label class="label" for="work">{words::INPUT}</label>
            <textarea class="textarea" id="work" rows="5" dir="auto" aria-describedby="work-hint" aria-invalid=move || bad().to_string()
                prop:value=move || form.with(|form| form.input.clone())
                on:input=move |event| form.update(|form| form.input = event_target_value(&event))></textarea>
            <p class="hint" id="work-hint">{words::INPUT_HINT}</p>
        </div>
    }
}

/// The field of a variable.
#[component]
fn Field(
    control: Control,
    variable: Variable,
    #[prop(into)] fault: Signal<Option<String>>,
    left: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let form = control.form;
    let title = variable.title();
    let id = format!("variable-{}", variable.name);
    let note = format!("{id}-note");
    let name = StoredValue::new(variable.name.clone());
    let default = variable.default.clone().unwrap_or_default();
    let value = move || {
        form.with(|form| {
            let value = name.with_value(|name| form.values.get(name).cloned());
            value.unwrap_or_default()
        })
    };
    let write = move |text: String| {
        form.update(|form| drop(form.values.insert(name.get_value(), text)));
    };
    let away = move |_| {
        left.update(|left| {
            left.insert(name.get_value());
        });
    };
    let invalid = move || fault.with(Option::is_some).to_string();
    let (field_id, described) = (id.clone(), note.clone());
    let wide = matches!(variable.kind, VariableKind::LongText);
    let field = match variable.kind {
        VariableKind::LongText => view! {
            <textarea class="textarea" id=field_id rows="4" dir="auto" aria-describedby=described aria-invalid=invalid placeholder=default
                prop:value=value on:input=move |event| write(event_target_value(&event)) on:blur=away></textarea>
        }
        .into_any(),
        VariableKind::Choice { options } => {
            let empty = if variable.required && default.is_empty() { "" } else { &default };
            let empty = empty.to_owned();
            let options = options.into_iter().map(move |option| {
                let own = option.clone();
                view! { <option value=option.clone() selected=move || value() == own>{option.clone()}</option> }
            });
            view! {
                <span class="selectbox">
                    <select class="select" id=field_id aria-describedby=described aria-invalid=invalid
                        on:change=move |event| write(event_target_value(&event)) on:blur=away>
                        <option value="" selected=move || value().is_empty()>{empty}</option>
                        {options.collect_view()}
                    </select>
                    <Icon glyph=Glyph::Down />
                </span>
            }
            .into_any()
        }
        kind => {
            let mode = if kind == VariableKind::Number { "decimal" } else { "text" };
            view! {
                <input class="input" id=field_id dir="auto" autocomplete="off" inputmode=mode aria-describedby=described aria-invalid=invalid placeholder=default
                    prop:value=value on:input=move |event| write(event_target_value(&event)) on:blur=away />
            }
            .into_any()
        }
    };
    let help = variable.help.clone().unwrap_or_default();
    let said = move || {
        match fault.get() {
        Some(text) => view! { <span class="hint hint--error"><Icon glyph=Glyph::Alert class="i--sm" />{text}</span> }.into_any(),
        None => view! { <span class="hint" dir="auto">{help.clone()}</span> }.into_any(),
    }
    };
    view! {
        <div class="field" class:wide=wide>
            <label class="label" for=id><span dir="auto">{title}</span></label>
            {field}
            <p class="hint" id=note role="status">{said}</p>
        </div>
    }
}

/// The chosen models.
#[component]
fn Models(control: Control) -> impl IntoView {
    let form = control.form;
    let picked = Picked {
        models: Signal::derive(move || form.with(|form| form.models.clone())),
        set: Callback::new(move |models| control.choose(models)),
        most: MOST_MODELS,
        keyless: false,
    };
    let settings = Signal::derive(move || form.with(|form| form.settings.clone()));
    view! {
        <div class="field">
            <span class="label">{words::MODELS}</span>
            <ModelChips picked=picked catalogue=control.catalogue settings=settings label=words::ADD_MODEL coloured=true />
        </div>
    }
}

/// A line of the estimate.
#[derive(Clone, PartialEq)]
struct Line {
    name: String,
    tokens: String,
    money: String,
}

fn told(control: Control, estimate: &Estimate) -> Line {
    let known = control.catalogue.view(&estimate.model);
    let money = match (estimate.least, estimate.most) {
        (Some(least), Some(most)) => words::range(&short_usd(least), &short_usd(most)),
        _ => words::UNPRICED.to_owned(),
    };
    Line {
        name: known.map_or_else(|| estimate.model.model.clone(), |view| view.name),
        tokens: words::estimate(estimate.input_tokens, estimate.output_tokens),
        money,
    }
}

/// Before the server has answered: by the length of the text and the list price.
fn guessed(control: Control) -> Vec<Line> {
    let (text, models, usual) = control
        .form
        .with(|form| (form.rendered(), form.models.clone(), form.usual()));
    let asked = control
        .knobs
        .with(|knobs| knobs.read().ok())
        .and_then(|parameters| parameters.max_output_tokens)
        .or(usual.max_output_tokens);
    models
        .into_iter()
        .map(|model| {
            let known = control.catalogue.view(&model);
            let input = Tokenizer::of(&model.model).tokens(&text);
            let asked = asked.map(u64::from);
            let most = known.as_ref().and_then(|view| view.max_output);
            let output = asked.or(most).unwrap_or(USUAL_MAX_OUTPUT);
            let price = known.as_ref().and_then(|view| view.price.as_ref());
            let cost = price.and_then(|price| by_list(price, input, output));
            told(
                control,
                &Estimate {
                    model,
                    input_tokens: input,
                    output_tokens: output,
                    least: cost.map(|cost| cost.least),
                    most: cost.map(|cost| cost.most),
                },
            )
        })
        .collect()
}

#[component]
fn Estimates(control: Control) -> impl IntoView {
    let lines = Memo::new(move |_| match control.estimates.get() {
        Some(Ok(estimates)) => estimates.iter().map(|it| told(control, it)).collect(),
        _ => guessed(control),
    });
    let failed = move || match control.estimates.get() {
        Some(Err(error)) => Some(format!("{}{}", words::ESTIMATE_FAILED, error.sentence())),
        _ => None,
    };
    let line = |line: Line| {
        view! { <dt class="cut" dir="auto">{line.name}</dt><dd class="num"><span class="muted xs">{line.tokens}</span>" "<b class="med">{line.money}</b></dd> }
    };
    view! {
        <Show when=move || !lines.with(Vec::is_empty)>
            <div class="field">
                <span class="label">{words::ESTIMATE}</span>
                <dl class="props props--money">{move || lines.get().into_iter().map(line).collect_view()}</dl>
                <p class="hint">{move || failed().unwrap_or_else(|| words::ESTIMATE_NOTE.to_owned())}</p>
            </div>
        </Show>
    }
}

/// What stands in the way, once a person wanted to run.
#[component]
fn Faults(control: Control) -> impl IntoView {
    let all = Memo::new(move |_| {
        let sentence = |fault: Fault| match fault {
            Fault::NoText => words::NO_TEXT.to_owned(),
            Fault::NoModels => words::NO_MODELS.to_owned(),
            Fault::NoInput => words::NO_INPUT.to_owned(),
            Fault::Template(text) | Fault::Variable(_, text) => text,
            Fault::Parameter(name, text) => format!("{name}: {text}"),
        };
        if control.told.get() {
            control.faults().into_iter().map(sentence).collect()
        } else {
            Vec::new()
        }
    });
    view! {
        <Show when=move || !all.with(Vec::is_empty)>
            <div class="faults" tabindex="-1">
                <Notice kind=NoticeKind::Danger>
                    <div class="stack stack--1"><b>{words::FAULTS}</b>
                        <ul class="prose prose--sm">{move || all.get().into_iter().map(|text| view! { <li dir="auto">{text}</li> }).collect_view()}</ul>
                    </div>
                </Notice>
            </div>
        </Show>
    }
}
