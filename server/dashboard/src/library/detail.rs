//! The document at the cursor, to be read beside the list. Not its editor.

use super::collection::RenameCollection;
use super::control::Control;
use super::row;
use crate::document::{SourceLink, copy_text, duplicate};
use crate::frame::Reference;
use crate::markdown::Markdown;
use crate::route::{Filter, Route, Tab};
use crate::timing::Debounce;
use krowoc_shared::library::document::{Document, Kind};
use krowoc_shared::library::wire::{DocumentView, Summary};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, IconButton, RelativeTime, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

type Loaded = Option<Result<DocumentView, ApiError>>;

/// The detail of the row at the cursor; read a moment after the cursor rests.
#[component]
pub fn Detail(control: Control) -> impl IntoView {
    let current = Memo::new(move |_| control.list.with(|list| list.current().cloned()));
    let wanted = Memo::new(move |_| current.with(|row| row.as_ref().map(|row| (row.id, row.rev))));
    let loaded = RwSignal::new(Loaded::None);
    let rest = Debounce::new(90);
    let read = move || {
        let Some((id, _)) = wanted.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let answer = Client.get::<DocumentView>(&format!("/library/{id}")).await;
            if wanted
                .try_get_untracked()
                .flatten()
                .is_some_and(|(now, _)| now == id)
            {
                loaded.try_set(Some(answer));
            }
        });
    };
    Effect::new(move |before: Option<Option<krowoc_shared::ids::DocId>>| {
        let now = wanted.get().map(|(id, _)| id);
        if before.flatten() != now {
            loaded.set(None);
        }
        rest.run(read);
        now
    });
    move || {
        match current.get() {
        None => view! { <Empty glyph=Glyph::Library title=words::NO_SELECTION text=words::NO_SELECTION_TEXT /> }.into_any(),
        Some(row) => view! { <Shown control=control row=row loaded=loaded read=Callback::new(move |()| read()) /> }.into_any(),
    }
    }
}

#[component]
fn Shown(
    control: Control,
    row: Summary,
    loaded: RwSignal<Loaded>,
    read: Callback<()>,
) -> impl IntoView {
    let app = control.app;
    let id = row.id;
    let body = move || {
        match loaded.get() {
        None => view! { <Skeleton label=words::LOADING_DETAIL rows=3 /> }.into_any(),
        Some(Err(error)) => view! {
            <div role="alert">
                <Empty glyph=Glyph::Alert title=words::DETAIL_FAILED text=error.sentence()>
                    <button type="button" class="btn" on:click=move |_| read.run(())>{words::TRY_AGAIN}</button>
                    <Reference id=error.correlation().to_owned() />
                </Empty>
            </div>
        }
        .into_any(),
        Some(Ok(view)) => view! { <Content control=control view=view /> }.into_any(),
    }
    };
    let document = move || {
        loaded.with_untracked(|it| {
            it.as_ref()
                .and_then(|it| it.as_ref().ok())
                .map(|it| it.document.clone())
        })
    };
    let copy = move |()| {
        if let Some(document) = document() {
            copy_text(app, &document, document.body.text.clone());
        }
    };
    let twice = move |()| {
        if let Some(document) = document() {
            duplicate(app, &document);
        }
    };
    let (glyph, action) = if row.deleted_at.is_some() {
        (Glyph::Undo, words::RESTORE)
    } else {
        (Glyph::Trash, words::TO_TRASH)
    };
    let act = move |()| {
        control.list.update(|list| {
            list.selected.clear();
            list.at = Some(id);
        });
        control.trash();
        control.drawer.set(false);
    };
    let kept = row.favourite;
    view! {
        <div class="pad stack stack--6">
            <div class="stack stack--3">
                <div class="line">
                    <span class="badge">{words::kind(row.kind).0}</span>
                    {row.conflict.then(|| view! { <span class="badge badge--warn"><Icon glyph=Glyph::Alert />{words::CONFLICT}</span> })}
                    <span class="push line line--1">
                        <IconButton label=words::FAVOURITE glyph=if kept { Glyph::Starred } else { Glyph::Star } small=true on_press=move |()| control.favourite(id) />
                        {(row.kind != Kind::Collection).then(|| view! {
                            <IconButton label=words::COPY glyph=Glyph::Copy small=true on_press=copy />
                            <IconButton label=words::DUPLICATE glyph=Glyph::Fork small=true on_press=twice />
                        })}
                        <IconButton label=action glyph=glyph small=true on_press=act />
                    </span>
                </div>
                <h2 class="h" dir="auto">{row::title(&row)}</h2>
                <Begin control=control row=row.clone() />
            </div>
            {body}
        </div>
    }
}

#[component]
fn Begin(control: Control, row: Summary) -> impl IntoView {
    if row.kind == Kind::Collection {
        let list = Route::Library(
            Tab::All,
            Filter {
                collection: Some(row.id),
                ..Filter::default()
            },
        );
        view! {
            <div class="line">
                <a class="btn btn--primary" href=list.address()>{words::OPEN_LIST}</a>
                <RenameCollection control=control id=row.id name=row.title.clone() />
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="line">
                <button type="button" class="btn btn--primary" on:click=move |_| { control.edit(); }>
                    <Icon glyph=Glyph::Edit />{words::EDIT}<kbd class="kbd">"E"</kbd>
                </button>
                <a class="btn" href=Route::Document(row.id).address()>{words::OPEN}<kbd class="kbd">"↵"</kbd></a>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Content(control: Control, view: DocumentView) -> impl IntoView {
    let now = control.app.now;
    let DocumentView {
        document,
        collection_title,
        ..
    } = view;
    let tags: Vec<String> = document.present_tags().map(str::to_owned).collect();
    let tag = |tag: String| {
        let filter = Filter {
            tag: Some(tag.clone()),
            ..Filter::default()
        };
        view! { <a class="tag" dir="auto" href=Route::Library(Tab::All, filter).address()>{tag}</a> }
    };
    let (created, edited) = (document.created_at(), document.edited_at());
    let uses = document.counter(krowoc_shared::library::document::Counter::Uses);
    let snippet = document.kind == Kind::Snippet;
    let text = document.body.text.clone();
    view! {
        {(document.kind != Kind::Collection).then(|| view! { <Markdown text=text variables=!snippet small=true /> })}
        <dl class="props rule-top pad-top">
            {(!tags.is_empty()).then(|| view! { <dt>{words::TAGS}</dt><dd><span class="tags">{tags.into_iter().map(tag).collect_view()}</span></dd> })}
            {collection_title.map(|title| view! { <dt>{words::COLLECTION}</dt><dd dir="auto">{title}</dd> })}
            <Origin document=document />
            <dt>{words::USED}</dt><dd>{words::uses(uses)}</dd>
            <dt>{words::EDITED}</dt><dd><RelativeTime at=edited now=now /></dd>
            {(created > 0).then(|| view! { <dt>{words::CREATED}</dt><dd><RelativeTime at=created now=now /></dd> })}
        </dl>
    }
}

#[component]
fn Origin(document: Document) -> impl IntoView {
    let source = crate::document::source(&document);
    source.map(|source| view! { <dt>{words::SOURCE}</dt><dd><SourceLink source=source /></dd> })
}
