//! What the screens of running share: models to choose from, parameters, how a state and a failure are told. Not a screen.

mod catalogue;
mod compare;
mod failure;
mod knobs;
mod knobs_view;
mod later;
mod lookup;
pub mod pages;
mod picker;
mod rate;
mod recent;
mod rows;

pub use catalogue::Catalogue;
pub use compare::{Compare, Side};
pub use failure::{FailureNotice, ProblemNotice};
pub use knobs::Knobs;
pub use knobs_view::KnobFields;
pub use later::later;
pub use picker::{ModelChips, Picked};
pub use rate::Actions;
pub use recent::note as note_run;
pub use rows::{Phase, Rows, step};

use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::wire::{ExecutionState, ExecutionView};
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::run as words;
use leptos::prelude::*;

/// The state of an execution, in a word with its mark.
#[component]
pub fn StateBadge(
    /// The state.
    state: ExecutionState,
) -> impl IntoView {
    let name = words::state(state);
    match state {
        ExecutionState::Completed => {
            view! { <span class="badge badge--ok"><Icon glyph=Glyph::Check />{name}</span> }
                .into_any()
        }
        ExecutionState::Failed => {
            view! { <span class="badge badge--danger"><Icon glyph=Glyph::X />{name}</span> }
                .into_any()
        }
        ExecutionState::Truncated => {
            view! { <span class="badge badge--warn"><Icon glyph=Glyph::Alert />{name}</span> }
                .into_any()
        }
        ExecutionState::Cancelled => {
            view! { <span class="badge"><Icon glyph=Glyph::Stop />{name}</span> }.into_any()
        }
        ExecutionState::Waiting | ExecutionState::Running => {
            view! { <span class="state state--live xs"><span class="pulse"></span>{name}</span> }
                .into_any()
        }
    }
}

/// The model that answered, or was asked.
#[must_use]
pub fn answered(view: &ExecutionView) -> &ModelRef {
    view.answered_by.as_ref().unwrap_or(&view.model)
}

/// The class of the series colour of a place.
#[must_use]
pub const fn series(place: usize) -> &'static str {
    match place % 4 {
        0 => "dot s1",
        1 => "dot s2",
        2 => "dot s3",
        _ => "dot s4",
    }
}
