//! The form of a run: variables, input, model, the one button. Not what is right: that is `shared::prompts`.

use super::desk::Desk;
use super::insert;
use crate::messages::RunForm;
use crate::page::dom::{El, button, div, el, group};
use crate::page::{icon, notice, t, t1, t2};
use krowoc_shared::execution::request::{ModelRef, Provider, Role};
use krowoc_shared::execution::wire::ModelView;
use krowoc_shared::prompts::{Variable, VariableErrorKind, VariableKind};
use krowoc_ui::icons::Glyph;

/// The id of a variable's field; the model's has no name.
pub(super) fn id(name: &str) -> String {
    format!("v-{name}")
}

/// The form of a prompt.
pub(super) fn form(desk: Desk, form: &RunForm) -> El {
    let fields = form.variables.iter().map(|variable| field(desk, variable));
    let runs = !desk.inserts;
    let input = (runs && form.settings.role == Role::System).then(|| input(desk));
    let broken = form.error.as_ref().map(|said| {
        notice(
            "notice notice--danger",
            Glyph::Alert,
            &t1("runBroken", said),
        )
        .attr("role", "status")
    });
    let local = (runs && !form.known).then(|| notice("notice", Glyph::Info, &t("runLocal")));
    div("form", "stack stack--3")
        .attr("novalidate", "")
        .on("submit", |event| event.prevent_default())
        .children(fields)
        .maybe(input)
        .maybe(runs.then(|| model(desk)))
        .maybe(broken)
        .maybe(local)
        .child(match runs {
            true => press(desk, form.error.is_some()),
            false => insert::press(desk),
        })
}

fn field(desk: Desk, variable: &Variable) -> El {
    let name = variable.name.clone();
    let (place, hint_id) = (id(&name), format!("h-{name}"));
    let value = {
        let name = name.clone();
        move || {
            desk.filled
                .with(|filled| filled.values.get(&name).cloned().unwrap_or_default())
        }
    };
    let typed = {
        let name = name.clone();
        move |text: String| {
            let name = name.clone();
            desk.wrong.update(|wrong| drop(wrong.remove(&name)));
            desk.filled
                .update(|filled| drop(filled.values.insert(name, text)));
        }
    };
    let wrong = move || desk.wrong.with(|wrong| wrong.get(&name).cloned());
    let marked = wrong.clone();
    let element = match &variable.kind {
        VariableKind::LongText => div("textarea", "textarea").attr("rows", "4"),
        VariableKind::Choice { options } => div("select", "select")
            .child(
                el("option")
                    .attr("value", "")
                    .text(variable.default.as_deref().unwrap_or("")),
            )
            .children(
                options
                    .iter()
                    .map(|option| el("option").attr("value", option).text(option)),
            ),
        VariableKind::Number => div("input", "input").attr("inputmode", "decimal"),
        VariableKind::Text => div("input", "input"),
    };
    let element = element
        .attr("id", &place)
        .attr("dir", "auto")
        .attr("placeholder", variable.default.as_deref().unwrap_or(""))
        .attr("aria-describedby", &hint_id)
        .says("aria-invalid", move || marked().is_some())
        .field(value, typed);
    let element = match variable.kind {
        VariableKind::Choice { .. } => div("span", "selectbox")
            .child(element)
            .child(icon(Glyph::Down)),
        _ => element,
    };
    let help = variable.help.clone().unwrap_or_default();
    div("div", "stack stack--1")
        .child(
            div("label", "label")
                .attr("for", &place)
                .text(&variable.title()),
        )
        .child(element)
        .child(
            div("div", "")
                .attr("id", &hint_id)
                .part(wrong, move |kind| match kind {
                    Some(kind) => div("p", "hint hint--error").text(&sentence(kind)),
                    None if help.is_empty() => group(),
                    None => div("p", "hint").text(&help),
                }),
        )
}

/// What to do about a value.
fn sentence(kind: &VariableErrorKind) -> String {
    match kind {
        VariableErrorKind::Empty => t("fillValue"),
        VariableErrorKind::NotANumber => t("fillNumber"),
        VariableErrorKind::NotAnOption(options) => t1("fillOption", &options.join(", ")),
        VariableErrorKind::ManyLines => t("fillOneLine"),
        _ => t("runFillIn"),
    }
}

/// What instructions are about.
fn input(desk: Desk) -> El {
    let area = div("textarea", "textarea")
        .attr("id", "input")
        .attr("rows", "5")
        .attr("dir", "auto")
        .field(
            move || desk.filled.with(|filled| filled.input.clone()),
            move |text| desk.filled.update(|filled| filled.input = text),
        );
    div("div", "stack stack--1")
        .child(
            div("label", "label")
                .attr("for", "input")
                .text(&t("runInput")),
        )
        .child(area)
}

/// The model: those that can be run, and the price of the chosen one.
fn model(desk: Desk) -> El {
    let state = move || (desk.models.get(), desk.offered(), desk.own());
    let label = div("label", "label")
        .attr("for", &id(""))
        .text(&t("runModel"));
    div("div", "stack stack--1").child(label).part(
        state,
        move |(models, offered, own)| match models {
            None => div("span", "skel")
                .attr("role", "status")
                .attr("aria-label", &t("loading")),
            Some(Err(said)) => {
                notice("notice notice--warn", Glyph::Alert, said).attr("role", "status")
            }
            Some(Ok(_)) if offered.is_empty() && !any_name(own.as_ref()) => none(desk),
            Some(Ok(_)) => select(desk, offered, own.as_ref()),
        },
    )
}

/// Whether a provider takes names of models that no catalogue has.
fn any_name(model: Option<&ModelRef>) -> bool {
    let open = [Provider::Compatible, Provider::Ollama];
    model.is_some_and(|model| open.contains(&model.provider))
}

fn select(desk: Desk, offered: &[ModelView], own: Option<&ModelRef>) -> El {
    let option =
        |model: &ModelRef, text: &str| el("option").attr("value", &model.to_string()).text(text);
    let listed = |model: &&ModelRef| offered.iter().any(|view| view.model == **model);
    // The prompt's own model is offered though no catalogue lists it: the server says whether it can be run.
    let own = own.filter(|model| !listed(model));
    let own = own.map(|model| option(model, &model.to_string()));
    let options = offered.iter().map(|view| option(&view.model, &named(view)));
    let options = own.into_iter().chain(options);
    let select = div("select", "select")
        .attr("id", &id(""))
        .attr("aria-describedby", "price")
        .children(options)
        .field(
            move || {
                desk.filled.with(|filled| {
                    filled
                        .model
                        .as_ref()
                        .map_or_else(String::new, ModelRef::to_string)
                })
            },
            move |chosen| {
                desk.filled
                    .update(|filled| filled.model = ModelRef::parse(&chosen))
            },
        );
    let select = div("span", "selectbox")
        .child(select)
        .child(icon(Glyph::Down));
    let offered = offered.to_vec();
    let price = move || {
        let chosen = desk.filled.with(|filled| filled.model.clone());
        let view = offered
            .iter()
            .find(|view| Some(&view.model) == chosen.as_ref());
        view.map_or_else(|| t("runUnpriced"), priced)
    };
    let price = div("p", "hint").attr("id", "price").told(price);
    group().child(select).child(price)
}

/// The prices of a model for a million tokens.
fn priced(view: &ModelView) -> String {
    let price = view.price.as_ref().and_then(|price| {
        let (input, output) = (price.input_mtok?, price.output_mtok?);
        Some(t2("runPrice", &input.to_string(), &output.to_string()))
    });
    price.unwrap_or_else(|| t("runUnpriced"))
}

/// A model as it is offered.
fn named(view: &ModelView) -> String {
    format!("{} · {}", view.name, view.model.provider.title())
}

/// No key, or none of an allowed provider.
fn none(desk: Desk) -> El {
    div("div", "notice")
        .attr("role", "status")
        .child(icon(Glyph::Key))
        .child(div("span", "grow").text(&t("runNoModel")))
        .some(
            move || desk.server.get(),
            |server| keys_of(server, &t("runAddKey")),
        )
}

/// A link to the page of a server on which keys are kept.
pub(super) fn keys_of(server: &str, text: &str) -> El {
    div("a", "link")
        .attr("href", &format!("{server}/settings/keys"))
        .attr("target", "_blank")
        .attr("rel", "noreferrer")
        .text(text)
}

fn press(desk: Desk, broken: bool) -> El {
    group().part(
        move || desk.busy.get(),
        move |busy| {
            if *busy {
                return button("btn btn--block", move || desk.stop())
                    .attr("id", "stop")
                    .while_true("disabled", move || desk.stopping.get())
                    .text(&t("runStop"));
            }
            let run = button("btn btn--primary btn--block", move || desk.start())
                .attr("id", "run")
                .child(icon(Glyph::Play))
                .text(&t("run"))
                .child(div("kbd", "kbd").attr("aria-hidden", "true").text("Ctrl ↵"));
            if broken {
                run.attr("disabled", "")
            } else {
                run
            }
        },
    )
}
