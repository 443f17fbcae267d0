//! A difference on the page. The rows come from `shared::diff` or from another source of the same shape.

use krowoc_shared::diff::{Row, RowKind};
use leptos::prelude::*;

/// Rows of a difference, one under the other.
#[component]
pub fn DiffView(
    /// The rows.
    #[prop(into)]
    rows: Signal<Vec<Row>>,
    /// What is compared, for screen readers.
    #[prop(into)]
    label: Signal<String>,
    /// On a well of its own.
    #[prop(optional)]
    boxed: bool,
) -> impl IntoView {
    let class = if boxed { "diff diff--box" } else { "diff" };
    view! {
        <div class=class role="group" aria-label=label>
            {move || rows.get().into_iter().map(line).collect_view()}
        </div>
    }
}

fn line(row: Row) -> impl IntoView {
    let class = match row.kind {
        RowKind::Same => "",
        RowKind::Add => "add",
        RowKind::Del => "del",
        RowKind::Gap => "gap",
    };
    let kind = row.kind;
    let pieces = row
        .pieces
        .into_iter()
        .map(|(mark, text)| match kind {
            RowKind::Add if mark => view! { <ins>{text}</ins> }.into_any(),
            RowKind::Del if mark => view! { <del>{text}</del> }.into_any(),
            RowKind::Gap => crate::messages::common::lines_unchanged(&text).into_any(),
            _ => text.into_any(),
        })
        .collect_view();
    let spoken = match kind {
        RowKind::Add => Some(crate::messages::common::ADDED),
        RowKind::Del => Some(crate::messages::common::REMOVED),
        _ => None,
    };
    view! {
        <div class=class>
            <span>{spoken.map(|word| view! { <span class="sr">{word}</span> })}{pieces}</span>
        </div>
    }
}
