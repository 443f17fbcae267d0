//! Two answers, one against the other. Which two is chosen here; the texts are the caller's.

use krowoc_shared::diff::rows;
use krowoc_ui::components::{DiffView, Icon};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::run as words;
use leptos::prelude::*;

/// An answer that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What it is called.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Two of several answers, with what differs.
#[component]
pub fn Compare(
    /// The answers; at least two.
    sides: Vec<Side>,
) -> impl IntoView {
    let (left, right) = (RwSignal::new(0usize), RwSignal::new(1usize));
    let sides = StoredValue::new(sides);
    let changes = Memo::new(move |_| {
        sides.with_value(|sides| {
            let text = |at: usize| sides.get(at).map_or("", |side| side.text.as_str());
            rows(text(left.get()), text(right.get()), 3)
        })
    });
    let choose = move |label: &'static str, which: RwSignal<usize>| {
        let options = sides.with_value(|sides| {
            sides
                .iter()
                .enumerate()
                .map(|(at, side)| {
                    view! { <option value=at.to_string() selected=move || which.get() == at>{side.name.clone()}</option> }
                })
                .collect_view()
        });
        view! {
            <span class="selectbox">
                <select class="select" aria-label=label on:change=move |event| which.set(event_target_value(&event).parse().unwrap_or(0))>{options}</select>
                <Icon glyph=Glyph::Down />
            </span>
        }
    };
    view! {
        <div class="stack stack--3">
            <div class="line line--wrap">
                {choose(words::COMPARE_FROM, left)}<span class="muted">{words::AGAINST}</span>{choose(words::COMPARE_TO, right)}
            </div>
            <Show when=move || !changes.with(Vec::is_empty) fallback=|| view! { <p class="muted">{words::SAME_TEXT}</p> }>
                <DiffView rows=changes label=words::COMPARE boxed=true />
            </Show>
        </div>
    }
}
