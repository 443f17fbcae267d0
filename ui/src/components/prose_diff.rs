//! A difference within the text itself, word by word. Not the one by lines.

use crate::messages::common;
use krowoc_shared::diff::{Part, Piece};
use leptos::prelude::*;

/// Pieces of a difference, as one text.
#[component]
pub fn ProseDiff(
    /// The pieces.
    #[prop(into)]
    pieces: Signal<Vec<Piece>>,
    /// What is compared, for screen readers.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="diff diff--box diff--prose" role="group" aria-label=label>
            {move || pieces.get().into_iter().map(piece).collect_view()}
        </div>
    }
}

fn piece((part, text): Piece) -> impl IntoView {
    let spoken = |word: &'static str| view! { <span class="sr">{word}</span> };
    match part {
        Part::Same => view! { <span>{text}</span> }.into_any(),
        Part::Came => view! { <ins>{spoken(common::ADDED)}{text}</ins> }.into_any(),
        Part::Went => view! { <del>{spoken(common::REMOVED)}{text}</del> }.into_any(),
        Part::Gap => view! { <span class="gap">{common::lines_unchanged(&text)}</span> }.into_any(),
    }
}
