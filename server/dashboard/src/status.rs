//! Where a prompt stands, as a badge. Not the steps from one status to the next.

use krowoc_shared::library::lifecycle::Status;
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library as words;
use leptos::prelude::*;

/// A status as a badge. A draft of which nothing is published has one only where that is said of every prompt.
#[component]
pub fn StatusBadge(
    /// Where it stands.
    status: Status,
    /// A version of it is published.
    published: bool,
    /// Every status is said.
    #[prop(optional)]
    always: bool,
) -> impl IntoView {
    let (class, glyph) = match (status, published) {
        (Status::Published, _) => ("badge badge--ok", Some(Glyph::Check)),
        (Status::Archived, _) => ("badge badge--line", Some(Glyph::Box)),
        (Status::Draft, true) => ("badge badge--accent", Some(Glyph::Edit)),
        (Status::Draft, false) => ("badge badge--line", None),
    };
    let shown = always || published || status != Status::Draft;
    shown.then(|| {
        view! { <span class=class>{glyph.map(|glyph| view! { <Icon glyph=glyph /> })}{words::standing(status, published)}</span> }
    })
}
