//! One row of the list. Not the list: it knows nothing of scrolling.

use super::control::Control;
use crate::route::{Filter, Route, Tab};
use crate::status::StatusBadge;
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::wire::{Sort, Summary};
use krowoc_ui::components::{Icon, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library as words;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Tags shown in a row.
const TAGS: usize = 3;

/// A row at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Place in the list, from 0.
    pub index: usize,
    /// The row.
    pub row: Summary,
}

/// Where a row leads.
pub fn target(row: &Summary) -> Route {
    match row.kind {
        Kind::Collection if row.deleted_at.is_none() => Route::Library(
            Tab::All,
            Filter {
                collection: Some(row.id),
                ..Filter::default()
            },
        ),
        _ => Route::Document(row.id),
    }
}

/// The title, or what stands in its place.
pub fn title(row: &Summary) -> String {
    if row.title.is_empty() {
        words::UNTITLED.to_owned()
    } else {
        row.title.clone()
    }
}

/// A row.
#[component]
pub fn Row(control: Control, placed: Placed) -> impl IntoView {
    let Placed { index, row } = placed;
    let id = row.id;
    let on = move || control.list.with(|list| list.at == Some(id));
    let marked = move || control.list.with(|list| list.selected.contains(&id));
    let pick = move |event: web_sys::MouseEvent| {
        let inside = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let control_hit = inside
            .is_some_and(|element| element.closest("a, button, input").ok().flatten().is_some());
        if !control_hit {
            if event.shift_key() || event.ctrl_key() || event.meta_key() {
                control.list.update(|list| list.mark(id, event.shift_key()));
            } else {
                control.choose(id);
            }
        }
    };
    let mark = move |event: web_sys::MouseEvent| {
        control.list.update(|list| list.mark(id, event.shift_key()))
    };
    let name = title(&row);
    let href = target(&row).address();
    let total = move || {
        control.list.with(|list| {
            list.total
                .max(u64::try_from(list.rows.len()).unwrap_or(0))
                .to_string()
        })
    };
    view! {
        <li
            class="item"
            class:is-on=on
            aria-current=move || on().then_some("true")
            aria-posinset=index.saturating_add(1).to_string()
            aria-setsize=total
            on:click=pick
        >
            <input type="checkbox" class="check" aria-label=words::select(&name) prop:checked=marked on:click=mark />
            <span class="stack stack--0">
                <span class="line">
                    {kind_icon(control.tab, row.kind)}
                    <a class="item__title" href=href dir="auto">{name}</a>
                    {row.favourite.then(|| view! { <span class="fav" title=words::FAVOURITE><Icon glyph=Glyph::Starred class="i--sm" /><span class="sr">{words::FAVOURITE}</span></span> })}
                    {row.conflict.then(|| view! { <span class="badge badge--warn"><Icon glyph=Glyph::Alert />{words::CONFLICT}</span> })}
                    {(row.kind == Kind::Prompt).then(|| view! { <StatusBadge status=row.status published=row.published /> })}
                </span>
                <span class="item__sub" dir="auto">{row.excerpt.clone()}</span>
            </span>
            <End control=control row=row />
        </li>
    }
}

/// What a row is, where the list holds more than one kind.
fn kind_icon(tab: Tab, kind: Kind) -> Option<impl IntoView> {
    let glyph = match kind {
        Kind::Prompt => Glyph::Braces,
        Kind::Snippet => Glyph::Quote,
        Kind::Collection => Glyph::Folder,
    };
    let mixed = matches!(tab, Tab::All | Tab::Trash);
    mixed.then(|| {
        view! { <span class="muted line" title=words::kind(kind).0><Icon glyph=glyph class="i--sm" /><span class="sr">{words::kind(kind).0}</span></span> }
    })
}

/// Tags, and the figure the list is ordered by.
#[component]
fn End(control: Control, row: Summary) -> impl IntoView {
    let sort = control.filter.with_untracked(Filter::order);
    let at = match (control.tab, sort) {
        (Tab::Trash, _) => row.deleted_at.unwrap_or(row.updated_at),
        (_, Sort::Created) => row.created_at,
        _ => row.updated_at,
    };
    let figure = match (row.kind, row.uses, sort) {
        (Kind::Collection, ..) => None,
        (_, 0, sort) if sort != Sort::Uses => (!row.site.is_empty()).then(|| row.site.clone()),
        (_, uses, _) => Some(words::uses(uses)),
    };
    let more = row.tags.len().saturating_sub(TAGS);
    let tags = row
        .tags
        .iter()
        .take(TAGS)
        .map(|tag| view! { <span class="tag" dir="auto">{tag.clone()}</span> })
        .collect_view();
    view! {
        <span class="item__end">
            <span class="tags tags--row hide-s">
                {tags}
                {(more > 0).then(|| view! { <span class="tag">{format!("+{more}")}</span> })}
            </span>
            <bdi class="line line--1">
                {figure.map(|figure| view! { <span class="cut hide-s" dir="auto">{figure}</span><span class="hide-s">"·"</span> })}
                <RelativeTime at=at now=control.app.now />
            </bdi>
        </span>
    }
}
