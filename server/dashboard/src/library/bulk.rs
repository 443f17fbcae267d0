//! What can be done with the marked rows, in place of the filters while any are marked.

use super::control::Control;
use super::filters::collections;
use super::steps::steps;
use crate::frame::{Choice, Dropdown};
use crate::route::Tab;
use krowoc_ui::components::{Button, Icon};
use krowoc_ui::components::{ButtonKind, IconButton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library as words;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The bar of the selection.
#[component]
pub fn Bulk(control: Control) -> impl IntoView {
    let list = control.list;
    let writes = control.app.space.writes();
    let count = move || words::selected(list.with(|list| list.selected.len()));
    let known = Signal::derive(move || {
        let tags = control.app.known_tags().get();
        tags.into_iter()
            .map(|tag| Choice {
                key: tag.clone(),
                label: tag,
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let present = Signal::derive(move || {
        let tags: BTreeSet<String> = list.with(|list| {
            list.targets()
                .into_iter()
                .flat_map(|row| row.tags)
                .collect()
        });
        tags.into_iter()
            .map(|tag| Choice {
                key: tag.clone(),
                label: tag,
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let places = Signal::derive(move || {
        let mut all = vec![Choice {
            key: String::new(),
            label: words::NO_COLLECTION.to_owned(),
            count: None,
        }];
        all.extend(collections(control).get());
        all
    });
    let in_trash = control.tab == Tab::Trash;
    let (glyph, action) = if in_trash {
        (Glyph::Undo, words::RESTORE)
    } else {
        (Glyph::Trash, words::TO_TRASH)
    };
    view! {
        <div class="toolbar toolbar--bulk" role="toolbar" aria-label=words::KEYS_SELECT>
            <IconButton label=words::CLEAR_SELECTION glyph=Glyph::X small=true on_press=move |()| list.update(|list| list.selected.clear()) />
            <b role="status">{count}</b>
            <button type="button" class="link" on:click=move |_| list.update(super::state::List::mark_all)>{words::ALL_LOADED}</button>
            <fieldset class="plain" disabled=move || !writes.get()>
            <span class="push line line--wrap">
                {(!in_trash).then(|| view! {
                    <Dropdown label=words::BULK_TAG class="btn btn--sm" glyph=Glyph::Plus free=true choices=known
                        on_pick=move |choice: Choice| control.tag(&choice.key, false) />
                    <Dropdown label=words::BULK_TAG_REMOVE class="btn btn--sm" glyph=Glyph::X choices=present
                        on_pick=move |choice: Choice| control.tag(&choice.key, true) />
                })}
                {(!in_trash && control.tab != Tab::Collections).then(|| view! {
                    <Dropdown label=words::MOVE class="btn btn--sm" glyph=Glyph::Folder choices=places
                        on_pick=move |choice: Choice| control.move_to(choice.key.parse().ok(), &choice.label) />
                })}
                {(control.tab == Tab::Prompts).then(|| view! {
                    <Dropdown label=words::STATUS class="btn btn--sm" glyph=Glyph::Check choices=steps()
                        on_pick=move |choice: Choice| control.publish_or_archive(&choice.key) />
                })}
                <Button label=action kind=ButtonKind::Small glyph=glyph on_press=move |()| { control.trash(); } />
            </span>
            </fieldset>
        </div>
    }
}

/// A line that says the library changed, when there are too many rows to read them all again unasked.
#[component]
pub fn Stale(control: Control) -> impl IntoView {
    view! {
        <Show when=move || control.stale.get()>
            <p class="toolbar stale" role="status">
                <Icon glyph=Glyph::Sync />
                <span>{words::CHANGED_BELOW}</span>
                <button type="button" class="link" on:click=move |_| control.load()>{words::SHOW}</button>
            </p>
        </Show>
    }
}
