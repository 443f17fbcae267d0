//! The variables of a prompt: found in the text, described by a person, tried with values. Not their place in the text.

use super::actions::copy_text;
use super::control::Control;
use krowoc_shared::library::document::Field;
use krowoc_shared::prompts::{
    Template, TemplateError, Variable, VariableKind, analyse, merge, resolve,
};
use krowoc_shared::sync::wire::TagEdit;
use krowoc_ui::components::{Button, ButtonKind, Icon};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::document as words;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Values a person tries; they stay on this page.
type Tried = RwSignal<BTreeMap<String, String>>;

/// The table of variables.
#[component]
pub fn Variables(control: Control) -> impl IntoView {
    let tried = RwSignal::new(BTreeMap::new());
    let analysis = Memo::new(move |_| control.draft.with(|draft| analyse(&draft.now.body)));
    let described = move || {
        control.document.with(|it| {
            it.as_ref()
                .map(|it| Variable::list(it.value(Field::Variables)))
                .unwrap_or_default()
        })
    };
    let all = Memo::new(move |_| analysis.with(|it| merge(&described(), &it.template).variables));
    let errors = move || analysis.with(|it| it.errors.clone());
    let filled = move |()| {
        copy_filled(
            control,
            &analysis.with_untracked(|it| it.template.clone()),
            &all.get_untracked(),
            tried,
        )
    };
    view! {
        <section class="pad-x pad-b" aria-labelledby="variables">
            <div class="sec">
                <h2 id="variables">{words::VARIABLES}</h2>
                <span class="muted">{words::FOUND}</span>
                <Show when=move || !all.with(Vec::is_empty)>
                    <span class="push"><Button label=words::COPY_FILLED kind=ButtonKind::Small glyph=Glyph::Copy on_press=filled /></span>
                </Show>
            </div>
            {move || errors().into_iter().take(3).map(fault).collect_view()}
            <Show when=move || !all.with(Vec::is_empty) fallback=|| view! { <p class="muted">{words::NO_VARIABLES}</p> }>
                <div class="tablebox">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">{words::NAME}</th>
                                <th scope="col">{words::TYPE}</th>
                                <th scope="col">{words::DEFAULT}</th>
                                <th scope="col">{words::TRY}</th>
                                <th scope="col" class="n">{words::REQUIRED}</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || all.get() key=|it| (it.name.clone(), it.kind_key(), it.default.clone(), it.required)
                                children=move |variable| view! { <Line control=control variable=variable all=all tried=tried /> } />
                        </tbody>
                    </table>
                </div>
            </Show>
        </section>
    }
}

/// What tells one kind from another, for the identity of a row.
trait KindKey {
    fn kind_key(&self) -> String;
}

impl KindKey for Variable {
    fn kind_key(&self) -> String {
        format!("{:?}", self.kind)
    }
}

fn fault(error: TemplateError) -> impl IntoView {
    view! { <p class="hint hint--error" role="status"><Icon glyph=Glyph::Alert class="i--sm" />{words::template_error(&error.to_string())}</p> }
}

const KINDS: [(&str, &str); 4] = [
    ("text", words::KIND_TEXT),
    ("long_text", words::KIND_LONG),
    ("number", words::KIND_NUMBER),
    ("choice", words::KIND_CHOICE),
];

fn kind_name(kind: &VariableKind) -> &'static str {
    match kind {
        VariableKind::Text => "text",
        VariableKind::LongText => "long_text",
        VariableKind::Number => "number",
        VariableKind::Choice { .. } => "choice",
    }
}

fn kind(name: &str, variable: &Variable) -> VariableKind {
    match name {
        "long_text" => VariableKind::LongText,
        "number" => VariableKind::Number,
        "choice" => VariableKind::Choice {
            options: variable.default.iter().cloned().collect(),
        },
        _ => VariableKind::Text,
    }
}

/// The options as they are typed: with commas between.
fn options(typed: &str) -> Vec<String> {
    krowoc_ui::tags::split_tags(typed)
}

fn describe(
    control: Control,
    all: Memo<Vec<Variable>>,
    name: &str,
    change: impl FnOnce(&mut Variable),
) {
    let mut list = all.get_untracked();
    if let Some(variable) = list.iter_mut().find(|it| it.name == name) {
        change(variable);
    }
    let value = serde_json::to_value(&list).unwrap_or_default();
    control.set(
        BTreeMap::from([(Field::Variables, value)]),
        TagEdit::default(),
        Vec::new(),
    );
}

#[component]
fn Line(
    control: Control,
    variable: Variable,
    all: Memo<Vec<Variable>>,
    tried: Tried,
) -> impl IntoView {
    let name = StoredValue::new(variable.name.clone());
    let chosen = kind_name(&variable.kind);
    let kinds = KINDS
        .map(|(value, text)| view! { <option value=value selected=value == chosen>{text}</option> })
        .collect_view();
    let own = variable.clone();
    let retype = move |event| {
        let value = event_target_value(&event);
        let now = kind(&value, &own);
        describe(control, all, &name.get_value(), |it| it.kind = now);
    };
    let choices = match &variable.kind {
        VariableKind::Choice { options: list } => Some(list.join(", ")),
        _ => None,
    };
    let choices = choices.map(|list| {
        let set = move |event| {
            let list = options(&event_target_value(&event));
            describe(control, all, &name.get_value(), |it| it.kind = VariableKind::Choice { options: list });
        };
        view! { <input class="input quiet" aria-label=format!("{} {}", words::KIND_CHOICE, name.get_value()) prop:value=list on:change=set /> }
    });
    let require = move |event| {
        let required = event_target_checked(&event);
        describe(control, all, &name.get_value(), |it| it.required = required);
    };
    let default = match &variable.default {
        Some(default) => view! { <span dir="auto">{default.clone()}</span> }.into_any(),
        None => view! { <span class="muted">{words::NONE}</span> }.into_any(),
    };
    view! {
        <tr>
            <td><span class="var" dir="auto">{variable.name.clone()}</span></td>
            <td>
                <select class="select quiet" aria-label=words::type_of(&variable.name) on:change=retype>{kinds}</select>
                {choices}
            </td>
            <td>{default}</td>
            <td>
                <input class="input quiet" dir="auto" aria-label=words::try_with(&variable.name)
                    placeholder=variable.default.clone().unwrap_or_default()
                    prop:value=move || tried.with(|it| it.get(&name.get_value()).cloned().unwrap_or_default())
                    on:input=move |event| {
                        let value = event_target_value(&event);
                        tried.update(|it| {
                            if value.is_empty() { it.remove(&name.get_value()); } else { it.insert(name.get_value(), value); }
                        });
                    } />
            </td>
            <td class="n"><input type="checkbox" class="switch" aria-label=words::is_required(&variable.name) prop:checked=variable.required on:change=require /></td>
        </tr>
    }
}

fn copy_filled(control: Control, template: &Template, all: &[Variable], tried: Tried) {
    let said = |text: String| control.app.toasts.say(Glyph::Alert, text);
    match resolve(all, &tried.get_untracked()) {
        Err(errors) => {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            said(format!("{}. {first}", words::VALUES_MISSING));
        }
        Ok(values) => match (template.render(&values), control.document.get_untracked()) {
            (Ok(text), Some(document)) => copy_text(control.app, &document, text),
            (Err(error), _) => said(format!("{}. {error}", words::VALUES_MISSING)),
            _ => {}
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_name_and_a_choice_begins_with_the_default() {
        let variable = Variable {
            default: Some("warm".to_owned()),
            ..Variable::text("tone")
        };
        for (name, _) in KINDS {
            assert_eq!(kind_name(&kind(name, &variable)), name);
        }
        assert_eq!(
            kind("choice", &variable),
            VariableKind::Choice {
                options: vec!["warm".to_owned()]
            }
        );
        assert_eq!(options("warm, dry ,"), ["warm", "dry"]);
    }
}
