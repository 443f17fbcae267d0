//! The page of one document: head, notices, text or preview, variables, versions, and what is known about it.

use super::about::About;
use super::actions::{copy_text, duplicate, set_title};
use super::conflict::Conflicts;
use super::control::{Control, Said, Saving};
use super::draft::Draft;
use super::editor::{Editor, insert};
use super::lifecycle::Badge;
use super::proposals::Proposals;
use super::variables::Variables;
use super::versions::Versions;
use crate::app::app;
use crate::frame::{MenuButton, Reference};
use crate::keys::Action;
use crate::markdown::Markdown;
use crate::platform;
use crate::route::{Route, RunPlace, Tab};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::prompts::estimate_tokens;
use krowoc_shared::sync::wire::TagEdit;
use krowoc_ui::api::ApiError;
use krowoc_ui::components::{
    Button, ButtonKind, Empty, Icon, IconButton, Notice, NoticeKind, Seg, Skeleton, calendar,
};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{document as words, library, run as run_words};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// A document.
#[component]
pub fn DocumentPage(id: DocId) -> impl IntoView {
    let app = app();
    let control = Control::new(app, id);
    let preview = RwSignal::new(0usize);
    app.take_keys(move |action| act(control, preview, action));
    Effect::new(move |_| control.changed(app.seq.get()));
    Effect::new(move |_| set_title(&control.draft.with(|draft| draft.now.title.clone())));
    let unload = window_event_listener(ev::beforeunload, move |event| {
        if control.draft.with_untracked(Draft::dirty) {
            control.park();
            control.save();
            event.prevent_default();
        }
    });
    on_cleanup(move || unload.remove());
    let kind = Memo::new(move |_| control.document.with(|it| it.as_ref().map(|it| it.kind)));
    move || {
        match (kind.get(), control.error.get()) {
        (Some(kind), _) => view! { <Loaded control=control kind=kind preview=preview /> }.into_any(),
        (None, Some(error)) => view! { <Failed control=control error=error /> }.into_any(),
        (None, None) => view! { <header class="top"><MenuButton /><h1 class="sr">{library::LOADING_DETAIL}</h1></header><Skeleton label=library::LOADING_DETAIL rows=8 /> }.into_any(),
    }
    }
}

fn act(control: Control, preview: RwSignal<usize>, action: Action) -> bool {
    match action {
        Action::Run if !platform::layered() => run(control),
        Action::Save => control.save(),
        Action::Edit => {
            preview.set(0);
            request_animation_frame(|| platform::focus("#body"));
        }
        Action::Trash => {
            let there = control
                .document
                .with_untracked(|it| it.as_ref().is_some_and(|it| it.deleted_at().is_some()));
            control.trash(!there);
        }
        Action::Favourite => favourite(control),
        Action::Search => {
            control.app.nav.go(Route::tab(Tab::Prompts));
            request_animation_frame(|| request_animation_frame(|| platform::focus("#search")));
        }
        _ => return false,
    }
    true
}

/// A prompt is run as it is saved; anything else has only its text to save.
fn run(control: Control) {
    let prompt = control
        .document
        .with_untracked(|it| it.as_ref().is_some_and(|it| it.kind == Kind::Prompt));
    if prompt {
        control.save_and(move |()| {
            let place = RunPlace::of(Some(control.id));
            control.app.nav.go(Route::Run(place));
        });
    } else {
        control.save();
    }
}

fn favourite(control: Control) {
    let now = control
        .document
        .with_untracked(|it| it.as_ref().is_some_and(|it| it.favourite()));
    control.set(
        BTreeMap::from([(Field::Favourite, Value::from(!now))]),
        TagEdit::default(),
        Vec::new(),
    );
}

#[component]
fn Failed(control: Control, error: ApiError) -> impl IntoView {
    let missing = error.code() == Some(ErrorCode::NotFound);
    let (title, text) = if missing {
        (words::NOT_FOUND, words::NOT_FOUND_TEXT.to_owned())
    } else {
        (library::DETAIL_FAILED, error.sentence())
    };
    view! {
        <header class="top"><MenuButton /><h1 class="sr">{title}</h1></header>
        <div role="alert">
            <Empty glyph=Glyph::Alert title=title text=text>
                <span class="line">
                    {(!missing).then(|| view! { <Button label=words::TRY_AGAIN glyph=Glyph::Sync on_press=move |()| control.load() /> })}
                    <a class="btn" href=Route::tab(Tab::Prompts).address()>{words::TO_LIBRARY}</a>
                </span>
                <Reference id=error.correlation().to_owned() />
            </Empty>
        </div>
    }
}

#[component]
fn Loaded(control: Control, kind: Kind, preview: RwSignal<usize>) -> impl IntoView {
    let field = NodeRef::<html::Textarea>::new();
    let prompt = kind == Kind::Prompt;
    let writes = control.app.space.writes();
    let text = Signal::derive(move || control.draft.with(|draft| draft.now.body.clone()));
    let length =
        move || text.with(|text| words::length(text.chars().count(), estimate_tokens(text)));
    let variable = move |()| {
        if let Some(area) = field.get_untracked() {
            insert(&area, "{{name}}", (2, 6));
        }
    };
    view! {
        <Head control=control kind=kind />
        <div class="split split--wide split--full">
            <section class="pane" aria-label=words::EDITOR>
                <Notices control=control />
                <fieldset class="plain" disabled=move || !writes.get()><Conflicts control=control /></fieldset>
                <div class="toolbar rule">
                    <Seg label=words::VIEW options=vec![words::TEXT, words::PREVIEW] value=preview on_change=move |it| preview.set(it) />
                    {prompt.then(|| view! {
                        <Show when=move || preview.get() == 0 && writes.get()>
                            <Button label=words::VARIABLE kind=ButtonKind::SmallGhost glyph=Glyph::Braces on_press=variable />
                        </Show>
                    })}
                    <span class="push xs muted">{length}</span>
                </div>
                {prompt.then(|| view! { <Show when=move || writes.get()><Proposals control=control /></Show> })}
                <div hidden=move || preview.get() != 0><Editor control=control variables=prompt field=field /></div>
                <Show when=move || preview.get() == 1>
                    <div class="pad"><h2 class="sr">{words::PREVIEW}</h2><Markdown text=text variables=prompt /></div>
                </Show>
                {prompt.then(|| view! { <fieldset class="plain" disabled=move || !writes.get()><Variables control=control /></fieldset> })}
                <Versions control=control />
            </section>
            <aside class="split__aside pane" aria-label=words::ABOUT><fieldset class="plain" disabled=move || !writes.get()><About control=control /></fieldset></aside>
        </div>
    }
}

#[component]
fn Head(control: Control, kind: Kind) -> impl IntoView {
    let app = control.app;
    let writes = app.space.writes();
    let tab = match kind {
        Kind::Prompt => Tab::Prompts,
        Kind::Snippet => Tab::Snippets,
        Kind::Collection => Tab::Collections,
    };
    let starred = Memo::new(move |_| {
        control
            .document
            .with(|it| it.as_ref().is_some_and(|it| it.favourite()))
    });
    let trashed = Memo::new(move |_| {
        control
            .document
            .with(|it| it.as_ref().is_some_and(|it| it.deleted_at().is_some()))
    });
    let conflict = Memo::new(move |_| {
        control
            .document
            .with(|it| it.as_ref().is_some_and(|it| !it.conflicts.is_empty()))
    });
    let copy = move |()| {
        if let Some(document) = control.document.get_untracked() {
            copy_text(
                app,
                &document,
                control.draft.with_untracked(|draft| draft.now.body.clone()),
            );
        }
    };
    let twice = move |()| {
        if let Some(document) = control.document.get_untracked() {
            duplicate(app, &document);
        }
    };
    let name = move || {
        control.draft.with(|draft| {
            if draft.now.title.is_empty() {
                words::UNTITLED.to_owned()
            } else {
                draft.now.title.clone()
            }
        })
    };
    view! {
        <header class="top top--document">
            <MenuButton />
            <nav class="crumb" aria-label=words::PATH>
                <a href=Route::tab(tab).address()>{library::TITLE}</a>
                <Icon glyph=Glyph::Right class="i--sm i--flip" />
            </nav>
            <h1 class="sr">{name}</h1>
            <input class="input quiet title" dir="auto" maxlength="500" aria-label=words::TITLE placeholder=words::UNTITLED autocomplete="off"
                readonly=move || !writes.get()
                prop:value=move || control.draft.with(|draft| draft.now.title.clone())
                on:input=move |event| control.write(|texts| texts.title = event_target_value(&event))
                on:keydown=move |event| if event.key() == "Enter" && !event.ctrl_key() && !event.meta_key() { platform::focus("#body") } />
            {move || conflict.get().then(|| view! { <span class="badge badge--warn"><Icon glyph=Glyph::Alert />{library::CONFLICT}</span> })}
            {(kind == Kind::Prompt).then(|| view! { <Badge control=control /> })}
            <State control=control />
            <span class="push line line--1">
                {move || writes.get().then(|| {
                    let glyph = if starred.get() { Glyph::Starred } else { Glyph::Star };
                    view! { <button type="button" class="btn btn--ghost btn--icon" aria-label=words::FAVOURITE title=words::FAVOURITE aria-pressed=starred.get().to_string() on:click=move |_| favourite(control)><Icon glyph=glyph /></button> }
                })}
                <Show when=move || writes.get()><IconButton label=words::DUPLICATE glyph=Glyph::Fork on_press=twice /></Show>
                {move || writes.get().then(|| {
                    let there = trashed.get();
                    let (label, glyph) = if there { (words::RESTORE, Glyph::Undo) } else { (words::TO_TRASH, Glyph::Trash) };
                    view! { <IconButton label=label glyph=glyph on_press=move |()| control.trash(!there) /> }
                })}
                <Button label=words::COPY glyph=Glyph::Copy on_press=copy />
                <Show when=move || writes.get()><SaveButton control=control primary=kind != Kind::Prompt /></Show>
                {(kind == Kind::Prompt).then(|| view! { <RunButton control=control /> })}
            </span>
        </header>
    }
}

#[component]
fn SaveButton(
    control: Control,
    /// It is the one button of the page.
    primary: bool,
) -> impl IntoView {
    let dirty = Memo::new(move |_| control.draft.with(Draft::dirty));
    let apple = platform::apple();
    let (class, key) = match (primary, apple) {
        (true, true) => ("btn btn--primary", "⌘ ↵"),
        (true, false) => ("btn btn--primary", "Ctrl ↵"),
        (false, true) => ("btn", "⌘ S"),
        (false, false) => ("btn", "Ctrl S"),
    };
    view! {
        <button type="button" class=class aria-disabled=move || (!dirty.get()).to_string() on:click=move |_| control.save()>
            {words::SAVE}<kbd class="kbd hide-s">{key}</kbd>
        </button>
    }
}

#[component]
fn RunButton(control: Control) -> impl IntoView {
    let key = if platform::apple() {
        "⌘ ↵"
    } else {
        "Ctrl ↵"
    };
    view! {
        <button type="button" class="btn btn--primary" on:click=move |_| run(control)>
            <Icon glyph=Glyph::Play />{run_words::RUN}<kbd class="kbd hide-s">{key}</kbd>
        </button>
    }
}

/// How the text stands with the server.
#[component]
fn State(control: Control) -> impl IntoView {
    let look = move || match control.saving.get() {
        Saving::Clean => ("state muted", String::new()),
        Saving::Unsaved => ("state muted", words::UNSAVED.to_owned()),
        Saving::Sending => ("state muted", words::SAVING.to_owned()),
        Saving::Saved(at) => {
            let at = calendar(at);
            ("state muted", words::saved_at(at.hour, at.minute))
        }
        Saving::Offline => ("state state--warn", words::UNSAVED.to_owned()),
        Saving::Refused(_) => ("state state--danger", words::SAVE_FAILED.to_owned()),
    };
    view! { <span role="status" aria-label=words::STATUS class=move || look().0>{move || look().1}</span> }
}

#[component]
fn Notices(control: Control) -> impl IntoView {
    let saving = move || match control.saving.get() {
        Saving::Offline => Some((NoticeKind::Warn, Glyph::Off, words::OFFLINE.to_owned())),
        Saving::Refused(why) => Some((
            NoticeKind::Danger,
            Glyph::Alert,
            format!("{}. {why}", words::SAVE_FAILED),
        )),
        _ => None,
    };
    let trash = move || {
        let (purged, trashed) = control.document.with(|it| {
            it.as_ref()
                .map_or((false, false), |it| (it.purged, it.deleted_at().is_some()))
        });
        match (purged, trashed) {
            (true, _) => Some((words::PURGED, false)),
            (false, true) => Some((words::IN_TRASH, true)),
            _ => None,
        }
    };
    let said = move || match control.said.get() {
        Said::Nothing => None,
        Said::DraftBack => Some((NoticeKind::Warn, words::RESTORED_DRAFT, true)),
        Said::Updated => Some((NoticeKind::Info, words::UPDATED, false)),
        Said::Merged => Some((NoticeKind::Ok, words::MERGED, false)),
        Said::Both => Some((NoticeKind::Warn, words::BOTH_CHANGED, false)),
    };
    view! {
        {move || saving().map(|(kind, glyph, text)| view! {
            <div class="strip"><Notice kind=kind glyph=glyph><span class="grow">{text}</span>
                <Button label=words::TRY_AGAIN kind=ButtonKind::Small on_press=move |()| control.save() /></Notice></div>
        })}
        {move || trash().map(|(text, back)| view! {
            <div class="strip"><Notice glyph=Glyph::Trash><span class="grow">{text}</span>
                {back.then(|| view! { <Button label=words::RESTORE kind=ButtonKind::Small on_press=move |()| control.trash(false) /> })}</Notice></div>
        })}
        {move || said().map(|(kind, text, discard)| view! {
            <div class="strip"><Notice kind=kind><span class="grow">{text}</span>
                {discard.then(|| view! { <Button label=words::DISCARD kind=ButtonKind::Small on_press=move |()| control.discard() /> })}
                <IconButton label=krowoc_ui::messages::common::DISMISS glyph=Glyph::X small=true on_press=move |()| control.said.set(Said::Nothing) /></Notice></div>
        })}
    }
}
