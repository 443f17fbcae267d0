//! The shape of a list that is still coming. Not a spinner.

use leptos::prelude::*;

const WIDTHS: [(&str, &str); 6] = [
    ("skel w40", "skel w90"),
    ("skel w60", "skel w75"),
    ("skel w30", "skel w90"),
    ("skel w50", "skel w60"),
    ("skel w60", "skel w90"),
    ("skel w40", "skel w75"),
];

/// Grey rows in the place of a list.
#[component]
pub fn Skeleton(
    /// What is loading, read out once.
    #[prop(into)]
    label: String,
    /// How many rows.
    #[prop(default = 6)]
    rows: usize,
) -> impl IntoView {
    let items = WIDTHS
        .iter()
        .cycle()
        .take(rows)
        .map(|(first, second)| {
            view! {
                <div class="item item--still" aria-hidden="true">
                    <span class="skel skel--sq"></span>
                    <span class="stack"><span class=*first></span><span class=*second></span></span>
                    <span class="skel w-skel"></span>
                </div>
            }
        })
        .collect_view();
    view! { <div aria-busy="true"><span class="sr" role="status">{label}</span>{items}</div> }
}
