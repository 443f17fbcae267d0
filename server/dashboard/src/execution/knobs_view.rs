//! The fields of parameters. Not their meaning.

use super::knobs::{EFFORTS, Faults, Knobs};
use krowoc_shared::execution::request::Parameters;
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::run as words;
use leptos::prelude::*;

/// A field.
struct Field {
    name: &'static str,
    label: &'static str,
    mode: &'static str,
    read: fn(&Knobs) -> &String,
    write: fn(&mut Knobs, String),
}

const FIELDS: [Field; 4] = [
    Field {
        name: "temperature",
        label: words::TEMPERATURE,
        mode: "decimal",
        read: |it| &it.temperature,
        write: |it, text| it.temperature = text,
    },
    Field {
        name: "max_output_tokens",
        label: words::MAX_OUTPUT,
        mode: "numeric",
        read: |it| &it.max_output_tokens,
        write: |it, text| it.max_output_tokens = text,
    },
    Field {
        name: "top_p",
        label: words::TOP_P,
        mode: "decimal",
        read: |it| &it.top_p,
        write: |it, text| it.top_p = text,
    },
    Field {
        name: "seed",
        label: words::SEED,
        mode: "numeric",
        read: |it| &it.seed,
        write: |it, text| it.seed = text,
    },
];

const STOP: Field = Field {
    name: "stop",
    label: words::STOP,
    mode: "text",
    read: |it| &it.stop,
    write: |it, text| it.stop = text,
};
const SCHEMA: Field = Field {
    name: "json_schema",
    label: words::SCHEMA,
    mode: "text",
    read: |it| &it.json_schema,
    write: |it, text| it.json_schema = text,
};

/// The fields of parameters. Nothing is said wrong before a person leaves a field.
#[component]
pub fn KnobFields(
    /// What is typed.
    knobs: RwSignal<Knobs>,
    /// What holds where a field is empty.
    #[prop(into)]
    otherwise: Signal<Parameters>,
    /// A field was left, or a choice made.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let faults = Memo::new(move |_| knobs.with(|knobs| knobs.read().err().unwrap_or_default()));
    let usual = Memo::new(move |_| Knobs::of(&otherwise.get()));
    let fields = FIELDS
        .into_iter()
        .map(|field| line(field, knobs, usual, faults, on_done))
        .collect_view();
    let effort = move |event| {
        knobs.update(|knobs| knobs.reasoning_effort = event_target_value(&event));
        on_done.run(());
    };
    let efforts = EFFORTS.map(|value| {
        view! { <option value=value selected=move || knobs.with(|it| it.reasoning_effort == value)>{value}</option> }
    });
    view! {
        <div class="pair">{fields}</div>
        <div class="field">
            <label class="label" for="knob-effort">{words::EFFORT}</label>
            <span class="selectbox">
                <select class="select" id="knob-effort" on:change=effort>
                    <option value="" selected=move || knobs.with(|it| it.reasoning_effort.is_empty())>
                        {move || usual.with(|it| words::or_usual(&it.reasoning_effort))}
                    </option>
                    {efforts.into_iter().collect_view()}
                </select>
                <Icon glyph=Glyph::Down />
            </span>
        </div>
        {text(STOP, words::STOP_HINT, knobs, faults, on_done)}
        {text(SCHEMA, words::SCHEMA_HINT, knobs, faults, on_done)}
    }
}

fn line(
    field: Field,
    knobs: RwSignal<Knobs>,
    usual: Memo<Knobs>,
    faults: Memo<Faults>,
    on_done: Callback<()>,
) -> impl IntoView {
    let Field {
        name,
        label,
        mode,
        read,
        write,
    } = field;
    let id = format!("knob-{name}");
    let error = format!("{id}-error");
    let described = error.clone();
    let fault = move || faults.with(|faults| faults.get(name).cloned());
    view! {
        <div class="field">
            <label class="label" for=id.clone()>{label}</label>
            <input class="input" id=id inputmode=mode autocomplete="off"
                placeholder=move || usual.with(|it| words::or_usual(read(it)))
                aria-invalid=move || fault().is_some().to_string() aria-describedby=described
                prop:value=move || knobs.with(|it| read(it).clone())
                on:input=move |event| knobs.update(|it| write(it, event_target_value(&event)))
                on:change=move |_| on_done.run(()) />
            <p class="hint hint--error" id=error role="status">{fault}</p>
        </div>
    }
}

fn text(
    field: Field,
    hint: &'static str,
    knobs: RwSignal<Knobs>,
    faults: Memo<Faults>,
    on_done: Callback<()>,
) -> impl IntoView {
    let Field {
        name,
        label,
        read,
        write,
        ..
    } = field;
    let id = format!("knob-{name}");
    let hint_id = format!("{id}-hint");
    let described = hint_id.clone();
    let fault = move || faults.with(|faults| faults.get(name).cloned());
    let said = move || match fault() {
        Some(fault) => view! { <span class="hint hint--error">{fault}</span> }.into_any(),
        None => hint.into_any(),
    };
    view! {
        <div class="field">
            <label class="label" for=id.clone()>{label}</label>
            <textarea class="textarea input--mono" id=id rows="3" dir="auto" spellcheck="false" aria-describedby=described
                aria-invalid=move || fault().is_some().to_string()
                prop:value=move || knobs.with(|it| read(it).clone())
                on:input=move |event| knobs.update(|it| write(it, event_target_value(&event)))
                on:change=move |_| on_done.run(())></textarea>
            <p class="hint" id=hint_id role="status">{said}</p>
        </div>
    }
}
