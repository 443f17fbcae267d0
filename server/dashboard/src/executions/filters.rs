//! The chips above the list. What they do is the control's.

use super::control::Control;
use crate::frame::{Choice, Dropdown};
use crate::history::ExecutionFilter;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::{ExecutionState, ExecutionView};
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{executions as words, library, run};
use leptos::prelude::*;

/// A choice without a count.
fn choice(key: &str, label: &str) -> Choice {
    Choice {
        key: key.to_owned(),
        label: label.to_owned(),
        count: None,
    }
}

/// One filter: its name, what can be picked, and how it stands.
struct Chip {
    label: &'static str,
    choices: Signal<Vec<Choice>>,
    free: bool,
    shown: fn(&ExecutionFilter) -> Option<String>,
    set: fn(&mut ExecutionFilter, Option<&str>),
}

/// Distinct choices of the rows, in their order.
fn of_rows(
    control: Control,
    read: fn(&ExecutionView) -> Option<(String, String)>,
) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        control.list.with(|list| {
            let mut out: Vec<Choice> = Vec::new();
            for (key, label) in list.rows.iter().filter_map(read) {
                if !out.iter().any(|it| it.key == key) {
                    out.push(choice(&key, &label));
                }
            }
            out
        })
    })
}

fn fixed(choices: Vec<Choice>) -> Signal<Vec<Choice>> {
    Signal::derive(move || choices.clone())
}

fn chips(control: Control) -> [Chip; 6] {
    let states = ExecutionState::ALL
        .iter()
        .map(|state| choice(state.as_str(), run::state(*state)));
    let classes = FailureClass::ALL
        .iter()
        .map(|class| choice(class.as_str(), run::class(*class)));
    let days = [1u32, 7, 30, 365].map(|days| choice(&days.to_string(), &library::days(days)));
    let ratings = [
        choice("1", words::GOOD),
        choice("-1", words::BAD),
        choice("0", words::UNRATED),
    ];
    [
        Chip {
            label: words::STATE,
            choices: fixed(states.collect()),
            free: false,
            shown: |it| it.state.map(|state| run::state(state).to_owned()),
            set: |it, key| it.state = key.and_then(ExecutionState::parse),
        },
        Chip {
            label: words::MODEL,
            choices: of_rows(control, |row| {
                Some((row.model.to_string(), row.model.to_string()))
            }),
            free: true,
            shown: |it| it.model.clone(),
            set: |it, key| it.model = key.map(str::to_owned),
        },
        Chip {
            label: words::CLASS,
            choices: fixed(classes.collect()),
            free: false,
            shown: |it| it.class.map(|class| run::class(class).to_owned()),
            set: |it, key| it.class = key.and_then(FailureClass::parse),
        },
        Chip {
            label: words::PROMPT,
            choices: of_rows(control, |row| {
                Some((row.prompt?.to_string(), row.title.clone()))
            }),
            free: false,
            shown: |it| it.prompt.map(|id| id.to_string()),
            set: |it, key| it.prompt = key.and_then(|key| key.parse().ok()),
        },
        Chip {
            label: words::RATING,
            choices: fixed(ratings.to_vec()),
            free: false,
            shown: |it| {
                it.rating.map(|rating| {
                    match rating {
                        1 => words::GOOD,
                        -1 => words::BAD,
                        _ => words::UNRATED,
                    }
                    .to_owned()
                })
            },
            set: |it, key| it.rating = key.and_then(|key| key.parse().ok()),
        },
        Chip {
            label: words::DATE,
            choices: fixed(days.to_vec()),
            free: false,
            shown: |it| it.days.map(library::days),
            set: |it, key| it.days = key.and_then(|key| key.parse().ok()),
        },
    ]
}

/// The chips.
#[component]
pub fn Filters(control: Control) -> impl IntoView {
    let each = chips(control).into_iter().map(|chip| {
        let Chip { label, choices, free, shown, set } = chip;
        let now = Memo::new(move |_| control.filter.with(shown));
        // The title of a prompt is in its rows, when there are any.
        let name = move |key: &str| {
            let found = choices.with(|all| all.iter().find(|it| it.key == key).map(|it| it.label.clone()));
            found.unwrap_or_else(|| key.to_owned())
        };
        move || match now.get() {
            Some(value) => {
                let text = format!("{label}: {}", name(&value));
                view! {
                    <button type="button" class="chip" aria-pressed="true" on:click=move |_| control.narrow(|it| set(it, None))>
                        <span class="cut" dir="auto">{text}</span><Icon glyph=Glyph::X />
                    </button>
                }
                .into_any()
            }
            None => view! {
                <Dropdown label=label free=free choices=choices on_pick=move |choice: Choice| control.narrow(|it| set(it, Some(&choice.key))) />
            }
            .into_any(),
        }
    });
    view! { <div class="toolbar toolbar--chips">{each.collect_view()}</div> }
}
