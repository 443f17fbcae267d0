//! Title, fields and the one button. Not what saving does.

use super::desk::{Desk, Saving};
use crate::browser;
use crate::messages::{Connection, Keep, Part};
use crate::page::{Icon, TagField, failure, number, t, t1, t2};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Title and what is captured.
#[component]
pub(super) fn Heading() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let facts = move || {
        desk.captured.with(|captured| {
            captured.as_ref().map(|preview| {
                let key = if preview.part == Part::Selection {
                    "metaSelection"
                } else {
                    "metaPage"
                };
                (
                    preview.site.clone(),
                    t2(key, &number(preview.characters), &number(preview.tokens)),
                )
            })
        })
    };
    view! {
        <div class="stack stack--1">
            <input
                class="input quiet popup__title"
                aria-label=t("title")
                placeholder=t("untitled")
                dir="auto"
                maxlength="500"
                prop:value=desk.title
                on:input=move |event| desk.title.set(event_target_value(&event))
            />
            {move || facts().map(|(site, facts)| view! {
                <p class="xs muted cut"><bdi>{site}</bdi><span aria-hidden="true">{" · "}</span>{facts}</p>
            })}
        </div>
    }
}

/// Variables recognised in another notation: proposed, never put in silently.
#[component]
pub(super) fn Variables() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let names = Memo::new(move |_| {
        desk.captured.with(|captured| {
            let variables = captured
                .as_ref()
                .map(|preview| preview.variables.as_slice())
                .unwrap_or_default();
            variables
                .iter()
                .map(|variable| (variable.found.clone(), variable.template.clone()))
                .collect::<Vec<_>>()
        })
    });
    let shown = move || desk.kind.get() == Kind::Prompt && !names.with(Vec::is_empty);
    let changes = move || {
        let line = |(found, template): (String, String)| format!("{found} → {template}");
        names
            .get()
            .into_iter()
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    };
    view! {
        <Show when=shown>
            <p class="line xs soft" title=changes>
                <Icon glyph=Glyph::Braces class="i i--sm" />
                <span class="grow">{move || t1("variablesFound", &number(names.with(Vec::len)))}</span>
                <button type="button" class="link" on:click=move |_| desk.templated.update(|used| *used = !*used)>
                    {move || t(if desk.templated.get() { "variablesKeep" } else { "variablesUse" })}
                </button>
            </p>
        </Show>
    }
}

/// Tags, collection, note.
#[component]
pub(super) fn Fields() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let known = Signal::derive(move || desk.shelf.with(|shelf| shelf.tags.clone()));
    let chosen = move || {
        desk.collection
            .get()
            .map(|id| id.to_string())
            .unwrap_or_default()
    };
    let option =
        |(id, title): (DocId, String)| view! { <option value=id.to_string()>{title}</option> };
    let collections = move || desk.shelf.with(|shelf| shelf.collections.clone());
    view! {
        <div class="stack stack--1">
            <div class="frow">
                <label class="label" for="tags">{t("tags")}</label>
                <TagField id="tags" tags=desk.tags known=known />
            </div>
            <Show when=move || !collections().is_empty()>
                <div class="frow">
                    <label class="label" for="collection">{t("collection")}</label>
                    <span class="selectbox">
                        <select
                            class="select"
                            id="collection"
                            prop:value=chosen
                            on:change=move |event| desk.collection.set(event_target_value(&event).parse().ok())
                        >
                            <option value="">{t("collectionNone")}</option>
                            {move || collections().into_iter().map(option).collect_view()}
                        </select>
                        <Icon glyph=Glyph::Down />
                    </span>
                </div>
            </Show>
            <div class="frow">
                <label class="label" for="note">{t("note")}</label>
                <input
                    class="input"
                    id="note"
                    dir="auto"
                    maxlength="10000"
                    placeholder=t("optional")
                    prop:value=desk.note
                    on:input=move |event| desk.note.set(event_target_value(&event))
                />
            </div>
        </div>
    }
}

/// The button; after the save, what can be done about it.
#[component]
pub(super) fn SaveButton() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let label = move || {
        let local = desk.state.with(|state| {
            state.as_ref().is_some_and(|state| {
                state.offline || !matches!(state.connection, Connection::Open { .. })
            })
        });
        t(match (desk.keep.get(), local, desk.kind.get()) {
            _ if desk.saving.get() == Saving::Busy => "saving",
            (Keep::Update, ..) => "saveUpdate",
            (Keep::Append, ..) => "saveAppend",
            (Keep::Both, true, _) => "saveHere",
            (Keep::Both, false, Kind::Prompt) => "savePrompt",
            (Keep::Both, false, _) => "saveSnippet",
        })
    };
    let server = move || {
        desk.state.with(
            |state| match state.as_ref().map(|state| &state.connection) {
                Some(Connection::Open { server, .. }) => Some(server.clone()),
                _ => None,
            },
        )
    };
    move || match desk.saving.get() {
        Saving::Done(saved) => {
            let page = server().map(|server| format!("{server}/library/{}", saved.doc_id));
            view! {
                <div class="saved" role="group">
                    <span><Icon glyph=Glyph::Check />{t("saved")}</span>
                    <button type="button" on:click=move |_| desk.undo()>{t("undo")}</button>
                    {page.map(|page| view! { <button type="button" on:click=move |_| visit(page.clone())>{t("open")}</button> })}
                </div>
            }
            .into_any()
        }
        saving => {
            let notice = match saving {
                Saving::Failed(reason) => Some((
                    "notice notice--danger notice--sm",
                    Glyph::Alert,
                    failure(&reason),
                )),
                Saving::Undone => Some(("notice notice--sm", Glyph::Info, t("undone"))),
                _ => None,
            };
            view! {
                {notice.map(|(class, glyph, text)| view! { <p class=class><Icon glyph=glyph /><span class="grow">{text}</span></p> })}
                <button
                    type="button"
                    class="btn btn--primary btn--lg btn--block"
                    id="save"
                    prop:disabled=move || desk.saving.get() == Saving::Busy
                    on:click=move |_| desk.save()
                >
                    {label}
                    <kbd class="kbd" aria-hidden="true">{"Ctrl ↵"}</kbd>
                </button>
            }
            .into_any()
        }
    }
}

/// Opens an address in a tab; the popup closes by itself.
pub(super) fn visit(url: String) {
    spawn_local(async move {
        // A tab that cannot be opened leaves the popup as it is.
        let _ = browser::open_tab(&url).await;
    });
}
