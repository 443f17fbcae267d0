//! The windowed list: only the rows in sight are in the page, however many there are. Not their content.

use super::control::Control;
use super::row::{Placed, Row};
use super::state::{self, Phase};
use super::states::{Failed, Nothing};
use crate::route::Tab;
use krowoc_ui::components::Skeleton;
use krowoc_ui::messages::library as words;
use leptos::ev;
use leptos::prelude::*;
use std::ops::Range;

/// What the pane shows.
#[derive(Clone, PartialEq)]
enum Shows {
    Loading,
    Nothing,
    Failed(krowoc_ui::api::ApiError),
    Rows,
}

/// The rows of a list, or what stands in their place.
#[component]
pub fn Rows(control: Control) -> impl IntoView {
    let list = control.list;
    let shows = Memo::new(move |_| {
        list.with(|list| match &list.phase {
            _ if !list.rows.is_empty() => Shows::Rows,
            Phase::Loading => Shows::Loading,
            Phase::Failed(error) => Shows::Failed(error.clone()),
            Phase::Ready | Phase::More => Shows::Nothing,
        })
    });
    let measure = move || {
        if let Some(pane) = control.pane.get_untracked() {
            control.height.set(f64::from(pane.client_height()));
            let first = pane.query_selector(".item").ok().flatten();
            let row = first
                .map(|row| row.get_bounding_client_rect().height())
                .filter(|height| *height > 20.0);
            if let Some(row) = row
                && (row - control.row.get_untracked()).abs() > 0.25
            {
                control.row.set(row);
            }
        }
    };
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    Effect::new(move |_| {
        if shows.get() == Shows::Rows {
            request_animation_frame(measure);
        }
    });
    let scrolled = move |_| {
        if let Some(pane) = control.pane.get_untracked() {
            control.top.set(f64::from(pane.scroll_top()));
        }
    };
    view! {
        <div class="pane" node_ref=control.pane on:scroll=scrolled tabindex="-1">
            {move || match shows.get() {
                Shows::Loading => view! { <Skeleton label=words::LOADING rows=10 /> }.into_any(),
                Shows::Nothing => view! { <Nothing control=control /> }.into_any(),
                Shows::Failed(error) => view! { <Failed control=control error=error /> }.into_any(),
                Shows::Rows => view! { <Window control=control /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Window(control: Control) -> impl IntoView {
    let list = control.list;
    let range = Memo::new(move |_| {
        let rows = list.with(|list| list.rows.len());
        state::window(
            control.top.get(),
            control.height.get(),
            control.row.get(),
            rows,
        )
    });
    Effect::new(move |_| {
        let range = range.get();
        if list.with(|list| list.wants_more(&range)) {
            control.more();
        }
    });
    let visible = Memo::new(move |_| placed(control, &range.get()));
    let pixels = move |rows: usize| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a list has far fewer rows than 2^52"
        )]
        let height = rows as f64 * control.row.get();
        format!("{height}px")
    };
    let name = move || {
        let what = match control.tab {
            Tab::All => words::ALL,
            Tab::Prompts => words::PROMPTS,
            Tab::Snippets => words::SNIPPETS,
            Tab::Collections => words::COLLECTIONS,
            Tab::Trash => words::TRASH,
        };
        list.with(|list| format!("{} {what}", krowoc_ui::format::count(list.total)))
    };
    let late = move || {
        list.with(|list| match &list.phase {
            Phase::Failed(error) => Some(error.clone()),
            _ => None,
        })
    };
    view! {
        <ul
            class="list list--window"
            role="list"
            aria-label=name
            style:block-size=move || pixels(list.with(|list| list.rows.len()))
            style:padding-block-start=move || pixels(range.get().start)
        >
            <For
                each=move || visible.get()
                key=|placed| (placed.index, placed.row.id, placed.row.clone().rev, placed.row.favourite, placed.row.tags.clone(), placed.row.collection)
                children=move |placed| view! { <Row control=control placed=placed /> }
            />
        </ul>
        <Show when=move || list.with(|list| list.phase == Phase::More)><Skeleton label=words::LOADING rows=2 /></Show>
        {move || late().map(|error| view! { <Failed control=control error=error /> })}
    }
}

fn placed(control: Control, range: &Range<usize>) -> Vec<Placed> {
    control.list.with(|list| {
        let rows = list.rows.get(range.clone()).unwrap_or_default();
        rows.iter()
            .enumerate()
            .map(|(i, row)| Placed {
                index: range.start.saturating_add(i),
                row: row.clone(),
            })
            .collect()
    })
}
