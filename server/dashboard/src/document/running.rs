//! How a prompt is run: its model, which others may run it, parameters, fallbacks, the response window, and what a run would cost.

use super::control::Control;
use crate::execution::{Catalogue, KnobFields, Knobs, ModelChips, Picked};
use krowoc_shared::execution::estimate::{Tokenizer, USUAL_MAX_OUTPUT};
use krowoc_shared::execution::request::{ModelRef, Parameters, Role};
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::library::document::Field;
use krowoc_shared::sync::wire::TagEdit;
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::run as words;
use krowoc_ui::money::{by_list, short_usd};
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

const MOST_ALLOWED: usize = 50;
const MOST_FALLBACKS: usize = 5;

/// The settings of runs, and a way to change them.
#[derive(Clone, Copy)]
struct Settings {
    control: Control,
    now: Memo<ExecutionSettings>,
}

impl Settings {
    /// Changes them at once; what the server answers is shown.
    fn change(self, change: impl FnOnce(&mut ExecutionSettings)) {
        let mut settings = self.now.get_untracked();
        change(&mut settings);
        if settings == self.now.get_untracked() {
            return;
        }
        let value = if settings == ExecutionSettings::default() {
            Value::Null
        } else {
            serde_json::to_value(&settings).unwrap_or_default()
        };
        self.control.set(
            BTreeMap::from([(Field::Execution, value)]),
            TagEdit::default(),
            Vec::new(),
        );
    }
}

/// Narrows the models: a default or a fallback that is not among them any more goes.
fn set_allow(settings: &mut ExecutionSettings, allow: Vec<ModelRef>) {
    settings.allow = allow;
    if let Some(model) = settings.model.clone()
        && !settings.allows(&model)
    {
        settings.model = None;
    }
    let kept: Vec<ModelRef> = settings
        .fallbacks
        .iter()
        .filter(|model| settings.allows(model))
        .cloned()
        .collect();
    settings.fallbacks = kept;
}

/// The response window as it is typed in seconds.
fn window(typed: &str) -> Result<Option<u32>, &'static str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    match typed.parse::<u32>() {
        Ok(seconds @ 1..=600) => Ok(Some(seconds.saturating_mul(1_000))),
        _ => Err(words::WINDOW_WRONG),
    }
}

/// The panel.
#[component]
pub fn Running(control: Control) -> impl IntoView {
    let now = Memo::new(move |_| {
        control.document.with(|it| {
            it.as_ref()
                .map(|it| ExecutionSettings::of(it.value(Field::Execution)))
                .unwrap_or_default()
        })
    });
    let settings = Settings { control, now };
    let catalogue = Catalogue::new();
    Effect::new(move |_| {
        now.with(|now| {
            let named = now.model.iter().chain(&now.allow).chain(&now.fallbacks);
            catalogue.know(named.cloned().collect());
        });
    });
    view! {
        <section class="stack stack--3" aria-labelledby="running">
            <div class="sec"><h2 id="running">{words::SETTINGS}</h2></div>
            <Chosen settings=settings catalogue=catalogue />
            <Costs settings=settings catalogue=catalogue />
            <details class="data">
                <summary><Icon glyph=Glyph::Right class="i--flip" />{words::PARAMETERS}</summary>
                <div class="stack stack--3 pad-y"><Parts settings=settings /></div>
            </details>
        </section>
    }
}

#[component]
fn Chosen(settings: Settings, catalogue: Catalogue) -> impl IntoView {
    let now = settings.now;
    let any = Signal::derive(ExecutionSettings::default);
    let allowed = Signal::derive(move || now.get());
    let pick = |read: fn(&ExecutionSettings) -> Vec<ModelRef>,
                write: fn(&mut ExecutionSettings, Vec<ModelRef>),
                most| Picked {
        models: Signal::derive(move || now.with(read)),
        set: Callback::new(move |models| settings.change(|it| write(it, models))),
        most,
        keyless: true,
    };
    let model = pick(
        |it| it.model.iter().cloned().collect(),
        |it, models| it.choose(models.into_iter().next()),
        1,
    );
    let allow = pick(|it| it.allow.clone(), set_allow, MOST_ALLOWED);
    let fallbacks = pick(
        |it| it.fallbacks.clone(),
        |it, models| it.fallbacks = models,
        MOST_FALLBACKS,
    );
    let free = move || now.with(|it| it.allow.is_empty());
    view! {
        <div class="field"><span class="label">{words::DEFAULT_MODEL}</span>
            <ModelChips picked=model catalogue=catalogue settings=any label=words::SET_MODEL /></div>
        <div class="field"><span class="label">{words::ALLOWED}</span>
            <ModelChips picked=allow catalogue=catalogue settings=any label=words::ALLOW_MODEL />
            <Show when=free><p class="hint">{words::ANY_ALLOWED}</p></Show></div>
        <div class="field"><span class="label">{words::FALLBACKS}</span>
            <ModelChips picked=fallbacks catalogue=catalogue settings=allowed label=words::ADD_FALLBACK /></div>
    }
}

/// What the text alone costs with each named model, as one types.
#[component]
fn Costs(settings: Settings, catalogue: Catalogue) -> impl IntoView {
    let tokens = move |model: &ModelRef| {
        let tokenizer = Tokenizer::of(&model.model);
        let text = settings
            .control
            .draft
            .with(|draft| tokenizer.tokens(&draft.now.body));
        let before = settings.now.with(|now| tokenizer.tokens(&now.system));
        text.saturating_add(before)
    };
    let models = Memo::new(move |_| {
        settings.now.with(|now| {
            let mut all: Vec<ModelRef> = Vec::new();
            for model in now
                .model
                .iter()
                .chain(&now.fallbacks)
                .chain(&now.allow)
                .take(8)
            {
                if !all.contains(model) {
                    all.push(model.clone());
                }
            }
            all
        })
    });
    let line = move |model: ModelRef| {
        let known = catalogue.view(&model);
        let price = known.as_ref().and_then(|view| view.price.clone());
        let most = settings
            .now
            .with(|now| now.parameters.max_output_tokens.map(u64::from));
        let output = most.or_else(|| known.as_ref().and_then(|view| view.max_output));
        let input = tokens(&model);
        let output = output.unwrap_or(USUAL_MAX_OUTPUT);
        let cost = price
            .as_ref()
            .and_then(|price| by_list(price, input, output));
        let money = cost.map_or_else(
            || words::UNPRICED.to_owned(),
            |cost| words::range(&short_usd(cost.least), &short_usd(cost.most)),
        );
        let name = known.map_or_else(|| model.model.clone(), |view| view.name);
        view! { <dt class="cut" dir="auto">{name}</dt><dd class="num xs">{money}</dd> }
    };
    view! {
        <Show when=move || !models.with(Vec::is_empty)>
            <div class="field"><span class="label">{words::ESTIMATE}</span>
                <dl class="props props--end">{move || models.get().into_iter().map(line).collect_view()}</dl></div>
        </Show>
    }
}

#[component]
fn Parts(settings: Settings) -> impl IntoView {
    let now = settings.now;
    let knobs = RwSignal::new(now.with_untracked(|it| Knobs::of(&it.parameters)));
    let seconds = RwSignal::new(now.with_untracked(|it| {
        it.timeout_ms
            .map(|ms| (ms / 1_000).to_string())
            .unwrap_or_default()
    }));
    let system = RwSignal::new(now.with_untracked(|it| it.system.clone()));
    // What another device set is shown, unless it is being typed here.
    Effect::new(move |before: Option<ExecutionSettings>| {
        let now = now.get();
        if let Some(before) = before {
            if before.parameters != now.parameters
                && knobs.with_untracked(Knobs::read) != Ok(now.parameters.clone())
            {
                knobs.set(Knobs::of(&now.parameters));
            }
            if before.system != now.system {
                system.set(now.system.clone());
            }
        }
        now
    });
    let keep = move |()| {
        if let Ok(parameters) = knobs.with_untracked(Knobs::read) {
            settings.change(|it| it.parameters = parameters);
        }
    };
    let wrong = Memo::new(move |_| seconds.with(|typed| window(typed).err()));
    let waits = move |_| {
        if let Ok(timeout) = window(&seconds.get_untracked()) {
            settings.change(|it| it.timeout_ms = timeout);
        }
    };
    let role = move |event| {
        let role = if event_target_value(&event) == "system" {
            Role::System
        } else {
            Role::User
        };
        settings.change(|it| it.role = role);
    };
    let is_system = move || now.with(|it| it.role == Role::System);
    view! {
        <KnobFields knobs=knobs otherwise=Signal::derive(Parameters::default) on_done=keep />
        <div class="field">
            <label class="label" for="run-window">{words::WINDOW}</label>
            <input class="input" id="run-window" inputmode="numeric" autocomplete="off" aria-describedby="run-window-hint" aria-invalid=move || wrong.get().is_some().to_string()
                prop:value=move || seconds.get() on:input=move |event| seconds.set(event_target_value(&event)) on:change=waits />
            <p class="hint" id="run-window-hint" role="status">{move || match wrong.get() {
                Some(text) => view! { <span class="hint hint--error">{text}</span> }.into_any(),
                None => words::WINDOW_HINT.into_any(),
            }}</p>
        </div>
        <div class="field">
            <label class="label" for="run-role">{words::ROLE}</label>
            <span class="selectbox">
                <select class="select" id="run-role" on:change=role>
                    <option value="user" selected=move || !is_system()>{words::ROLE_USER}</option>
                    <option value="system" selected=is_system>{words::ROLE_SYSTEM}</option>
                </select>
                <Icon glyph=Glyph::Down />
            </span>
        </div>
        <Show when=move || !is_system()>
            <div class="field">
                <label class="label" for="run-system">{words::SYSTEM}</label>
                <textarea class="textarea" id="run-system" rows="3" dir="auto" placeholder=words::SYSTEM_PLACEHOLDER
                    prop:value=move || system.get() on:input=move |event| system.set(event_target_value(&event))
                    on:change=move |_| { let text = system.get_untracked(); settings.change(|it| it.system = text); }></textarea>
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(id: &str) -> ModelRef {
        ModelRef::parse(id).unwrap()
    }

    #[test]
    fn a_default_is_always_among_the_allowed() {
        let mut settings = ExecutionSettings {
            allow: vec![model("openai/a")],
            ..ExecutionSettings::default()
        };
        settings.choose(Some(model("groq/b")));
        assert_eq!(settings.allow, [model("openai/a"), model("groq/b")]);
        settings.fallbacks = vec![model("openai/a")];
        set_allow(&mut settings, vec![model("openai/a")]);
        assert_eq!(
            (settings.model.clone(), settings.fallbacks.len()),
            (None, 1)
        );
        set_allow(&mut settings, vec![model("groq/b")]);
        assert_eq!(settings.fallbacks, []);
        let value = serde_json::to_value(&settings).unwrap();
        assert_eq!(ExecutionSettings::check(&value), Ok(()));
        settings.choose(None);
        assert_eq!(settings.model, None);
    }

    #[test]
    fn the_window_is_in_whole_seconds() {
        assert_eq!(window(" 45 "), Ok(Some(45_000)));
        assert_eq!(window(""), Ok(None));
        for bad in ["0", "601", "1.5", "soon"] {
            assert_eq!(window(bad), Err(words::WINDOW_WRONG), "{bad}");
        }
    }
}
