//! The import page, step by step. What it does is the control's.

use super::control::{Control, Step, counts};
use super::read::picked;
use super::table::{Problems, Table};
use crate::app::app;
use crate::document::set_title;
use crate::frame::MenuButton;
use crate::route::{Route, Tab};
use krowoc_shared::exchange::plan;
use krowoc_shared::library::document::Kind;
use krowoc_ui::components::{Button, ButtonKind, Empty, Icon, Notice, NoticeKind, Seg};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::import as words;
use leptos::html;
use leptos::prelude::*;

/// Import.
#[component]
pub fn ImportPage() -> impl IntoView {
    let control = Control::new(app());
    set_title(words::TITLE);
    view! {
        <header class="top"><MenuButton /><h1>{words::TITLE}</h1></header>
        <div class="pane">
            <div class="page">
                {move || match control.step.get() {
                    Step::Choose => view! { <Choose control=control /> }.into_any(),
                    Step::Reading(done, all) => progress(words::READING, done, all, None).into_any(),
                    Step::Checking => progress(words::CHECKING, 0, 0, None).into_any(),
                    Step::Review => view! { <Review control=control /> }.into_any(),
                    Step::Sending(done, all) => progress(words::UPLOADING, done, all, Some(control)).into_any(),
                    Step::Undoing => progress(words::UNDOING, 0, 0, None).into_any(),
                    Step::Done => view! { <Done control=control /> }.into_any(),
                }}
            </div>
        </div>
    }
}

#[component]
fn Choose(control: Control) -> impl IntoView {
    let files = NodeRef::<html::Input>::new();
    let folder = NodeRef::<html::Input>::new();
    let over = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(input) = folder.get() {
            let _ = input.set_attribute("webkitdirectory", "");
        }
    });
    let chosen = move |input: NodeRef<html::Input>| {
        if let Some(list) = input.get_untracked().and_then(|input| input.files()) {
            control.take(picked(&list));
        }
    };
    let press = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let dropped = move |event: web_sys::DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(list) = event.data_transfer().and_then(|data| data.files()) {
            control.take(picked(&list));
        }
    };
    view! {
        <p class="soft">{words::INTRO}</p>
        <div class="drop" class:is-over=move || over.get()
            on:dragover=move |event| { event.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false)
            on:drop=dropped>
            <Icon glyph=Glyph::Upload class="i--lg" />
            <h2>{words::DROP}</h2>
            <p class="soft">{words::DROP_TEXT}</p>
            <div class="line line--wrap">
                <Button label=words::CHOOSE kind=ButtonKind::Primary glyph=Glyph::File on_press=move |()| press(files) />
                <Button label=words::CHOOSE_FOLDER glyph=Glyph::Folder on_press=move |()| press(folder) />
            </div>
            <input node_ref=files class="sr" type="file" multiple tabindex="-1" id="files" aria-label=words::CHOOSE
                accept=".csv,.tsv,.json,.zip,.md,.markdown,.txt" on:change=move |_| chosen(files) />
            <input node_ref=folder class="sr" type="file" multiple tabindex="-1" id="folder" aria-label=words::CHOOSE_FOLDER on:change=move |_| chosen(folder) />
        </div>
    }
}

fn progress(
    label: &'static str,
    done: usize,
    all: usize,
    cancel: Option<Control>,
) -> impl IntoView {
    let bar = if all > 0 {
        view! { <progress class="progress" aria-label=label max=all.to_string() value=done.to_string()></progress> }.into_any()
    } else {
        view! { <progress class="progress" aria-label=label></progress> }.into_any()
    };
    view! {
        <section class="stack stack--3 progressbox" aria-busy="true">
            <div class="line"><h2 class="grow" role="status">{label}</h2>
                {(all > 0).then(|| view! { <span class="muted">{words::progress(done, all)}</span> })}</div>
            {bar}
            {cancel.map(|control| view! { <div><Button label=words::CANCEL on_press=move |()| control.stop() /></div> })}
        </section>
    }
}

#[component]
fn Review(control: Control) -> impl IntoView {
    let options = control.options;
    let coming = Memo::new(move |_| {
        control.entries.with(|all| {
            options.with(|options| all.iter().filter(|it| plan::comes(it, options)).count())
        })
    });
    let found = move || {
        let (all, file, library) = control.entries.with(|all| {
            (
                all.len(),
                all.iter().filter(|it| it.in_file).count(),
                all.iter().filter(|it| it.in_library).count(),
            )
        });
        words::found(all, file, library, control.problems.with(Vec::len))
    };
    let doubled = control
        .entries
        .with_untracked(|all| all.iter().any(|it| it.in_file || it.in_library));
    if control.entries.with_untracked(Vec::is_empty) {
        return view! {
            <Empty glyph=Glyph::File title=words::NOTHING text=words::NOTHING_TEXT>
                <Button label=words::START_OVER on_press=move |()| control.reset() />
            </Empty>
            <Problems control=control />
        }
        .into_any();
    }
    view! {
        <section class="stack stack--3" aria-labelledby="preview">
            <div class="sec"><h2 id="preview">{words::PREVIEW}</h2><span class="muted" role="status">{found}</span></div>
            {move || control.unchecked.get().then(|| view! { <Notice kind=NoticeKind::Warn><span>{words::CHECK_FAILED}</span></Notice> })}
            <Table control=control />
        </section>
        <Choices control=control doubled=doubled />
        <div class="line line--wrap">
            <button type="button" class="btn btn--primary" prop:disabled=move || coming.get() == 0 on:click=move |_| control.send()>
                <Icon glyph=Glyph::Upload />{move || words::import(coming.get())}
            </button>
            <Button label=words::START_OVER on_press=move |()| control.reset() />
        </div>
        <Problems control=control />
    }
    .into_any()
}

#[component]
fn Choices(control: Control, doubled: bool) -> impl IntoView {
    let options = control.options;
    let everything = Signal::derive(move || usize::from(options.with(|it| it.everything)));
    let kind = Signal::derive(move || match options.with(|it| it.kind) {
        None | Some(Kind::Collection) => 0usize,
        Some(Kind::Prompt) => 1,
        Some(Kind::Snippet) => 2,
    });
    let pick = move |i: usize| {
        options.update(|it| {
            it.kind = match i {
                1 => Some(Kind::Prompt),
                2 => Some(Kind::Snippet),
                _ => None,
            };
        });
    };
    view! {
        <section class="stack stack--3" aria-labelledby="options">
            <h2 id="options">{words::OPTIONS}</h2>
            <div class="form2">
                {doubled.then(|| view! {
                    <div class="field"><span class="label">{words::DUPLICATES}</span><span>
                        <Seg label=words::DUPLICATES options=vec![words::SKIP, words::TAKE_ALL] value=everything on_change=move |i| options.update(|it| it.everything = i == 1) /></span></div>
                })}
                <div class="field"><span class="label">{words::KIND}</span><span>
                    <Seg label=words::KIND options=vec![words::AS_FOUND, words::AS_PROMPTS, words::AS_SNIPPETS] value=kind on_change=pick /></span></div>
                <div class="field">
                    <label class="label" for="import-tag">{words::TAG}</label>
                    <input class="input" id="import-tag" dir="auto" maxlength="64" autocomplete="off" aria-describedby="import-tag-hint"
                        prop:value=move || control.tag.get()
                        on:input=move |event| control.tag.set(event_target_value(&event)) />
                    <p class="hint" id="import-tag-hint">{words::TAG_HINT}</p>
                </div>
            </div>
        </section>
    }
}

#[component]
fn Done(control: Control) -> impl IntoView {
    let tally = control.tally.get_untracked();
    let waiting = control.left.with_untracked(|left| counts(left));
    let left = waiting.0.saturating_add(waiting.1);
    let lost = if tally.stopped { (0, 0) } else { waiting };
    let failed = tally.refused.saturating_add(lost.0);
    let parts = tally.parts.saturating_add(lost.1);
    let any_failed = failed > 0 || parts > 0;
    let kind = if any_failed || tally.stopped {
        NoticeKind::Warn
    } else {
        NoticeKind::Ok
    };
    let summary = if tally.undone {
        words::UNDONE.to_owned()
    } else {
        words::summary(tally.documents, tally.skipped, failed, parts)
    };
    let back = !tally.undone && !tally.made.is_empty();
    view! {
        <section class="stack stack--4">
            <Notice kind=kind>
                <span class="stack stack--1">
                    <b>{summary}</b>
                    {tally.stopped.then_some(words::CANCELLED)}
                    {any_failed.then(|| tally.why.clone())}
                </span>
            </Notice>
            <div class="line line--wrap">
                {(left > 0).then(|| view! { <Button label=words::RETRY kind=ButtonKind::Primary glyph=Glyph::Sync on_press=move |()| control.resume() /> })}
                <a class="btn" href=Route::tab(Tab::Prompts).address()>{words::TO_LIBRARY}</a>
                {back.then(|| view! { <Button label=words::UNDO glyph=Glyph::Undo on_press=move |()| control.undo() /> })}
                <Button label=words::MORE on_press=move |()| control.reset() />
            </div>
        </section>
    }
}
