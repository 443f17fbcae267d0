//! What was read, to be looked through before it is sent: the first rows, and what could not be read.

use super::control::Control;
use krowoc_shared::exchange::ImportProblem;
use krowoc_shared::exchange::plan::Entry;
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{document, import as words};
use leptos::prelude::*;

/// Rows shown.
const SHOWN: usize = 50;
/// Characters of a text shown.
const EXCERPT: usize = 140;

/// The first rows.
#[component]
pub fn Table(control: Control) -> impl IntoView {
    let rows = move || {
        control
            .entries
            .with(|all| all.iter().take(SHOWN).cloned().map(line).collect_view())
    };
    let rest = move || {
        control.entries.with(|all| {
            all.len()
                .checked_sub(SHOWN)
                .filter(|n| *n > 0)
                .map(words::and_more)
        })
    };
    view! {
        <div class="tablebox tablebox--tall" tabindex="0" role="region" aria-label=words::PREVIEW_LABEL>
            <table class="table">
                <thead><tr>
                    <th scope="col">{words::TITLE_COLUMN}</th>
                    <th scope="col">{words::TEXT_COLUMN}</th>
                    <th scope="col">{words::TAGS_COLUMN}</th>
                    <th scope="col">{words::STATE_COLUMN}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {move || rest().map(|text| view! { <p class="hint">{text}</p> })}
    }
}

fn line(entry: Entry) -> impl IntoView {
    let Entry {
        item,
        in_file,
        in_library,
    } = entry;
    let title = if item.title.is_empty() {
        document::UNTITLED.to_owned()
    } else {
        item.title
    };
    let excerpt: String = item
        .body
        .chars()
        .take(EXCERPT)
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let tags = item
        .tags
        .into_iter()
        .take(4)
        .map(|tag| view! { <span class="tag" dir="auto">{tag}</span> })
        .collect_view();
    let state = match (in_library, in_file) {
        (true, _) => view! { <span class="badge">{words::DUPLICATE_LIBRARY}</span> }.into_any(),
        (_, true) => view! { <span class="badge">{words::DUPLICATE_FILE}</span> }.into_any(),
        _ => view! { <span class="badge badge--ok"><Icon glyph=Glyph::Plus />{words::NEW}</span> }
            .into_any(),
    };
    view! {
        <tr>
            <th scope="row" dir="auto"><span class="clamp">{title}</span></th>
            <td dir="auto" class="soft"><span class="clamp">{excerpt}</span></td>
            <td><span class="tags">{tags}</span></td>
            <td class="fit">{state}</td>
        </tr>
    }
}

/// What could not be read, with its place.
#[component]
pub fn Problems(control: Control) -> impl IntoView {
    let some = move || !control.problems.with(Vec::is_empty);
    let row = |problem: ImportProblem| {
        view! { <tr><th scope="row" dir="auto">{problem.origin}</th><td>{problem.message}</td></tr> }
    };
    let rows = move || {
        control
            .problems
            .with(|all| all.iter().take(SHOWN).cloned().map(row).collect_view())
    };
    let rest = move || {
        control.problems.with(|all| {
            all.len()
                .checked_sub(SHOWN)
                .filter(|n| *n > 0)
                .map(words::and_more)
        })
    };
    view! {
        <Show when=some>
            <section class="stack" aria-labelledby="problems">
                <h2 id="problems">{words::PROBLEMS}</h2>
                <p class="hint">{words::PROBLEMS_TEXT}</p>
                <div class="tablebox tablebox--tall" tabindex="0" role="region" aria-label=words::PROBLEMS_TEXT>
                    <table class="table">
                        <thead><tr><th scope="col">{words::FILE}</th><th scope="col">{words::PROBLEM}</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                {move || rest().map(|text| view! { <p class="hint">{text}</p> })}
            </section>
        </Show>
    }
}
