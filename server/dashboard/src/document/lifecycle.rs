//! Publishing a prompt, and the archive: where it stands, and the steps from there. Not its text.

use super::control::Control;
use super::metadata::put;
use super::version_page::copy_plain;
use crate::platform;
use crate::route::Route;
use crate::settings::rename::Rename;
use crate::status::StatusBadge;
use krowoc_shared::access::Action;
use krowoc_shared::library::document::Document;
use krowoc_shared::library::lifecycle::{Lifecycle, Status};
use krowoc_shared::library::limits;
use krowoc_shared::library::wire::{DocumentView, META_SLUG, PromptName, Publish, Written};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Button, ButtonKind, IconButton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{document as words, library};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

/// Shows what became of a step; the versions are read with it.
async fn took(control: Control, answer: Result<Written, ApiError>, said: &'static str) {
    match answer {
        Ok(written) => {
            let view = Client.get::<DocumentView>(&control.at("")).await;
            control.took(view.unwrap_or(DocumentView {
                document: written.document,
                collection_title: None,
                versions: control.versions.try_get_untracked().unwrap_or_default(),
                published: control.published.try_get_untracked().flatten(),
            }));
            control.app.toasts.say(Glyph::Check, said);
            control.app.refresh_overview();
        }
        Err(error) => control.app.failed(&error),
    }
}

/// Publishes what is on the page, once all of it is saved.
fn publish(control: Control, note: RwSignal<String>, busy: RwSignal<bool>) {
    control.save_and(move |()| {
        let Some(document) = control.document.get_untracked() else {
            return;
        };
        busy.set(true);
        let wanted = Publish {
            op_id: Some(platform::op_id()),
            body_rev: document.body.rev,
            note: note.get_untracked(),
        };
        spawn_local(async move {
            let answer = Client
                .post::<Written>(&control.at("/publish"), &wanted)
                .await;
            if answer.is_ok() {
                note.try_set(String::new());
            }
            busy.try_set(false);
            took(control, answer, words::PUBLISHED).await;
        });
    });
}

fn archive(control: Control, away: bool) {
    let (step, said) = if away {
        ("/archive", words::ARCHIVED)
    } else {
        ("/unarchive", words::UNARCHIVED)
    };
    spawn_local(async move {
        let answer = Client.post::<Written>(&control.at(step), &json!({})).await;
        took(control, answer, said).await;
    });
}

/// Where the prompt stands, and what can be done from there.
#[component]
pub fn Standing(control: Control) -> impl IntoView {
    let lifecycle = Memo::new(move |_| {
        let of = |document: &Document| document.lifecycle;
        control
            .document
            .with(|it| it.as_ref().map(of).unwrap_or_default())
    });
    let trashed = Memo::new(move |_| {
        let gone = |document: &Document| document.deleted_at().is_some();
        control.document.with(|it| it.as_ref().is_none_or(gone))
    });
    let note = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let about = move || about(lifecycle.get(), control.published.get());
    // What is on the page and not yet saved is the next draft as well.
    let dirty = Memo::new(move |_| control.draft.with(super::draft::Draft::dirty));
    let can_publish = move || lifecycle.get().status() == Status::Draft || dirty.get();
    view! {
        <section class="card" aria-labelledby="standing">
            <header class="card__head">
                <h3 class="grow" id="standing">{words::STANDING}</h3>
                {move || { let it = lifecycle.get(); view! { <StatusBadge status=it.status() published=it.published.is_some() always=true /> } }}
            </header>
            <div class="card__body stack stack--3">
                <p class="soft">{about}</p>
                {move || control.published.get().map(|number| view! {
                    <a class="link" href=Route::Version(control.id, number).address()>{words::open_published(number)}</a>
                })}
                <Show when=move || !trashed.get()><Name control=control /></Show>
                <Show when=move || !trashed.get() && !lifecycle.get().is_archived() && can_publish()>
                    <div class="field">
                        <label class="label" for="publish-note">{words::PUBLISH_NOTE}</label>
                        <input class="input" id="publish-note" dir="auto" autocomplete="off" maxlength=limits::NOTE_CHARS.to_string() placeholder=words::PUBLISH_NOTE_PLACEHOLDER
                            prop:value=move || note.get() on:input=move |event| note.set(event_target_value(&event)) />
                    </div>
                </Show>
                <Show when=move || !trashed.get()>
                    <div class="line line--wrap">
                        <Show when=move || !lifecycle.get().is_archived() && can_publish()>
                            <Button label=words::PUBLISH kind=ButtonKind::Small glyph=Glyph::Check disabled=busy on_press=move |()| publish(control, note, busy) />
                        </Show>
                        {move || {
                            let away = lifecycle.get().is_archived();
                            let label = if away { words::UNARCHIVE } else { words::ARCHIVE };
                            view! { <Button label=label kind=ButtonKind::SmallGhost glyph=Glyph::Box on_press=move |()| archive(control, !away) /> }
                        }}
                    </div>
                </Show>
            </div>
        </section>
    }
}

/// What programs and agents call the prompt by.
#[component]
fn Name(control: Control) -> impl IntoView {
    let name = RwSignal::new(None::<String>);
    let choosing = RwSignal::new(false);
    // It follows from what was chosen, from the title, and from those of other prompts.
    let from = Memo::new(move |_| {
        let of = |document: &Document| {
            let chosen = document.metadata().find(|(name, _)| *name == META_SLUG);
            (
                document.title().to_owned(),
                chosen.map(|it| it.1.to_owned()),
            )
        };
        control.document.with(|it| it.as_ref().map(of))
    });
    Effect::new(move |_| {
        from.track();
        spawn_local(async move {
            let path = control.at("/name");
            // Without it the page is whole: nothing is said when it does not arrive.
            if let Ok(found) = Client.get::<PromptName>(&path).await {
                name.try_set(Some(found.slug));
            }
        });
    });
    let chosen = Callback::new(move |text: String| {
        choosing.set(false);
        put(control, META_SLUG, &text);
    });
    move || {
        let slug = name.get()?;
        let shown = match choosing.get() {
            true => view! { <Rename name=slug label=words::PROGRAM_NAME on_done=chosen on_cancel=move |()| choosing.set(false) /> }.into_any(),
            false => {
                let name = format!("prompt:{slug}");
                let (copied, title) = (name.clone(), name.clone());
                view! {
                    <code class="cut" title=title>{name}</code>
                    <IconButton label=words::COPY_NAME glyph=Glyph::Copy small=true on_press=move |()| copy_plain(control.app, copied.clone(), library::COPIED) />
                    {control.app.space.may(Action::WriteDocuments).then(|| view! { <IconButton label=words::CHOOSE_NAME glyph=Glyph::Edit small=true on_press=move |()| choosing.set(true) /> })}
                }.into_any()
            }
        };
        Some(view! {
            <dl class="props">
                <dt>{words::PROGRAM_NAME}</dt>
                <dd class="line line--1">{shown}</dd>
            </dl>
        })
    }
}

/// What the status means here.
fn about(lifecycle: Lifecycle, published: Option<u64>) -> String {
    match (lifecycle.status(), published) {
        (Status::Archived, _) => words::STANDING_ARCHIVED.to_owned(),
        (Status::Published, Some(number)) => words::standing_published(number),
        (Status::Draft, Some(number)) => words::standing_next(number),
        (_, None) => words::STANDING_DRAFT.to_owned(),
    }
}

/// The status in the head of the page.
#[component]
pub fn Badge(control: Control) -> impl IntoView {
    move || {
        control.document.with(|it| {
            let it = it.as_ref()?.lifecycle;
            let (status, published) = (it.status(), it.published.is_some());
            Some(view! { <span class="hide-s" title=library::standing_title(status)><StatusBadge status=status published=published always=true /></span> })
        })
    }
}
