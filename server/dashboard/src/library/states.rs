//! What the list shows when it has no rows: nothing yet, nothing found, an error.

use super::collection::NewCollection;
use super::control::Control;
use super::state::Phase;
use crate::document::create;
use crate::frame::Reference;
use crate::route::{Filter, Route, Tab};
use krowoc_shared::library::document::Kind;
use krowoc_ui::api::ApiError;
use krowoc_ui::components::{Empty, Icon};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library as words;
use leptos::prelude::*;

/// A list without rows.
#[component]
pub fn Nothing(control: Control) -> impl IntoView {
    move || {
        if control.filter.with(Filter::narrows) {
            view! { <NotFound control=control /> }.into_any()
        } else {
            view! { <Beginning control=control /> }.into_any()
        }
    }
}

/// The plural of what a list holds.
fn what(tab: Tab) -> &'static str {
    tab.kind().map_or("document", |kind| words::kind(kind).0)
}

#[component]
fn NotFound(control: Control) -> impl IntoView {
    let filter = control.filter.get_untracked();
    let collection = filter.collection.map(|id| {
        control
            .app
            .collections
            .with_untracked(|all| all.iter().find(|it| it.id == id).map(|it| it.title.clone()))
    });
    let mut names = Vec::new();
    names.extend(filter.tag.as_ref().map(|tag| format!("tag {tag}")));
    names.extend(filter.site.as_ref().map(|site| format!("source {site}")));
    names.extend(collection.map(|title| format!("collection {}", title.unwrap_or_default())));
    let meta = filter.meta.iter();
    names.extend(
        meta.map(|(name, value)| format!("{} {value}", words::meta_name(name).to_lowercase())),
    );
    let status = |status| words::standing(status, false).to_lowercase();
    names.extend(filter.status.map(status));
    names.extend(filter.favourite.then(|| words::FAVOURITES.to_lowercase()));
    names.extend(filter.conflict.then(|| words::CONFLICTS.to_lowercase()));
    names.extend(filter.days.map(|days| words::days(days).to_lowercase()));
    let title = words::nothing_matches(what(control.tab), filter.q.trim());
    let clear = move |_| {
        control.set_filter(|filter| {
            *filter = Filter {
                sort: filter.sort,
                ..Filter::default()
            }
        })
    };
    view! {
        <Empty glyph=Glyph::Search title=title text=words::filters_on(&names)>
            <button type="button" class="btn" on:click=clear>{words::CLEAR_FILTERS}</button>
        </Empty>
    }
}

#[component]
fn Beginning(control: Control) -> impl IntoView {
    let writes = control.app.space.writes();
    move || {
        match writes.get() {
        true => first(control),
        false => view! { <Empty glyph=Glyph::Library title=words::EMPTY_ALL text=words::EMPTY_ALL_TEXT /> }.into_any(),
    }
    }
}

/// What an empty list says to who may fill it.
fn first(control: Control) -> AnyView {
    let app = control.app;
    let import = || view! { <a class="btn" href=Route::Import.address()><Icon glyph=Glyph::Upload />{words::IMPORT}</a> };
    match control.tab {
        Tab::Prompts => view! {
            <Empty glyph=Glyph::Braces title=words::EMPTY_PROMPTS text=words::EMPTY_PROMPTS_TEXT>
                <span class="line">
                    <button type="button" class="btn btn--primary" on:click=move |_| create(app, Kind::Prompt)>{words::NEW_PROMPT}</button>
                    {import()}
                </span>
            </Empty>
        }
        .into_any(),
        Tab::Snippets => view! {
            <Empty glyph=Glyph::Quote title=words::EMPTY_SNIPPETS text=words::EMPTY_SNIPPETS_TEXT>
                <span class="line">
                    <button type="button" class="btn btn--primary" on:click=move |_| create(app, Kind::Snippet)>{words::NEW_SNIPPET}</button>
                    {import()}
                </span>
            </Empty>
        }
        .into_any(),
        Tab::Collections => view! {
            <Empty glyph=Glyph::Folder title=words::EMPTY_COLLECTIONS text=words::EMPTY_COLLECTIONS_TEXT>
                <NewCollection control=control primary=true />
            </Empty>
        }
        .into_any(),
        Tab::Trash => view! { <Empty glyph=Glyph::Trash title=words::EMPTY_TRASH text=words::EMPTY_TRASH_TEXT /> }.into_any(),
        Tab::All => view! { <Empty glyph=Glyph::Box title=words::EMPTY_ALL text=words::EMPTY_ALL_TEXT /> }.into_any(),
    }
}

/// A page that did not come, with what to do and the reference.
#[component]
pub fn Failed(control: Control, error: ApiError) -> impl IntoView {
    let again = move |_| {
        if control
            .list
            .with_untracked(|list| list.rows.is_empty() || !matches!(list.phase, Phase::Failed(_)))
        {
            control.load();
        } else {
            control.more();
        }
    };
    view! {
        <div role="alert">
            <Empty glyph=Glyph::Alert title=words::FAILED text=error.sentence()>
                <button type="button" class="btn" on:click=again><Icon glyph=Glyph::Sync />{words::TRY_AGAIN}</button>
                <Reference id=error.correlation().to_owned() />
            </Empty>
        </div>
    }
}
