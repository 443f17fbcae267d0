//! Earlier texts and other sides of conflicts with what differs, and a way back to each. Not the merge.

use super::control::Control;
use super::version_page::copy_link;
use crate::frame::Reference;
use crate::status::StatusBadge;
use krowoc_shared::diff::{prose, rows};
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::wire::{Version, Versions as Page};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Button, ButtonKind, DiffView, ProseDiff, RelativeTime, Seg};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::document as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Versions of a page of them.
const PAGE: u32 = 10;

/// The versions.
#[component]
pub fn Versions(control: Control) -> impl IntoView {
    let list = RwSignal::new(Vec::<Version>::new());
    let next = RwSignal::new(None::<u64>);
    let error = RwSignal::new(None::<ApiError>);
    let at = RwSignal::new(0usize);
    let read = move |before: Option<u64>| {
        error.set(None);
        let before_part = before
            .map(|rev| format!("&before={rev}"))
            .unwrap_or_default();
        let path = control.at(&format!("/versions?limit={PAGE}{before_part}"));
        spawn_local(async move {
            match Client.get::<Page>(&path).await {
                Ok(page) => {
                    list.try_update(|list| {
                        if before.is_none() {
                            list.clear();
                        }
                        list.extend(page.items);
                    });
                    next.try_set(page.next);
                }
                Err(failed) => {
                    error.try_set(Some(failed));
                }
            }
        });
    };
    Effect::new(move |_| {
        if shown(control) {
            // Published in its place, a version is read again as well.
            control.published.track();
            at.set(0);
            read(None);
        }
    });
    let line = move |(i, version): (usize, Version)| {
        let place = version.device_name.clone();
        let who = place.unwrap_or_else(|| words::THIS_DASHBOARD.to_owned());
        let who = if version.aside {
            words::aside(&who)
        } else {
            who
        };
        let author = version.author.iter();
        let whose: Vec<&str> = author.chain([&who]).map(String::as_str).collect();
        let whose = whose.join(" · ");
        view! {
            <li>
                <button type="button" class="ver" class:is-on=move || at.get() == i aria-pressed=move || (at.get() == i).to_string() on:click=move |_| at.set(i)>
                    <b class="med">{words::version(version.number)}</b>
                    {version.published_at.map(|_| view! { <StatusBadge status=Status::Published published=true /> })}
                    <span class="cut soft" dir="auto" title=whose>{who}</span>
                    <span class="xs muted"><RelativeTime at=version.hlc.at now=control.app.now /></span>
                </button>
            </li>
        }
    };
    let older = move || {
        next.get().map(|rev| view! { <Button label=words::OLDER kind=ButtonKind::SmallGhost on_press=move |()| read(Some(rev)) /> })
    };
    let failed = move || {
        error.get().map(|error| view! {
        <div role="alert"><p class="hint hint--error">{words::VERSIONS_FAILED}" "{error.sentence()}</p><Reference id=error.correlation().to_owned() /></div>
    })
    };
    view! {
        <Show when=move || shown(control)>
            <section class="pad-x pad-b" aria-labelledby="versions">
                <Head control=control list=list at=at />
                {failed}
                <div class="versions">
                    <div class="stack stack--1">
                        <ol class="list" role="list">{move || list.get().into_iter().enumerate().map(line).collect_view()}</ol>
                        {older}
                    </div>
                    <Changes list=list at=at />
                </div>
            </section>
        </Show>
    }
}

/// One draft alone has no history.
fn shown(control: Control) -> bool {
    let published = control.published.with(Option::is_some);
    control.versions.with(|count| *count > 1) || published
}

/// What a version is compared with: the document's own text before it.
fn before(list: &[Version], at: usize) -> Option<&Version> {
    let older = list.iter().skip(at.saturating_add(1));
    older.into_iter().find(|version| !version.aside)
}

#[component]
fn Head(control: Control, list: RwSignal<Vec<Version>>, at: RwSignal<usize>) -> impl IntoView {
    let pair = move || {
        list.with(|list| {
            let newer = list.get(at.get()).map(|it| it.number)?;
            let older = before(list, at.get()).map_or(newer, |it| it.number);
            Some((older, newer))
        })
    };
    let back = move || {
        let version = list.with(|list| list.get(at.get()).cloned())?;
        let present = control
            .document
            .with(|it| it.as_ref().map(|it| it.body.rev));
        (present != Some(version.rev)).then(|| {
            let text = version.text.clone();
            let go = move |()| {
                let before = control.draft.with_untracked(|draft| draft.now.body.clone());
                control.replace_body(text.clone());
                control.app.toasts.undoable(Glyph::History, words::VERSION_RESTORED, move || control.replace_body(before.clone()));
            };
            view! { <Button label=words::restore(version.number) kind=ButtonKind::Small glyph=Glyph::History on_press=go /> }
        })
    };
    let link = move || {
        let number = list.with(|list| list.get(at.get()).map(|it| it.number))?;
        let (app, id) = (control.app, control.id);
        Some(
            view! { <Button label=words::COPY_LINK kind=ButtonKind::SmallGhost glyph=Glyph::Copy on_press=move |()| copy_link(app, id, number) /> },
        )
    };
    view! {
        <div class="sec">
            <h2 id="versions">{words::VERSIONS}</h2>
            <span class="muted">{move || pair().map(|(older, newer)| words::against(older, newer))}</span>
            <span class="push line line--wrap">{link}{back}</span>
        </div>
    }
}

#[component]
fn Changes(list: RwSignal<Vec<Version>>, at: RwSignal<usize>) -> impl IntoView {
    let way = RwSignal::new(0usize);
    let texts = Memo::new(move |_| {
        list.with(|list| {
            let newer = list.get(at.get()).map(|it| it.text.clone());
            let older = before(list, at.get()).map(|it| it.text.clone());
            (older.unwrap_or_default(), newer.unwrap_or_default())
        })
    });
    let changes = Memo::new(move |_| texts.with(|(older, newer)| rows(older, newer, 2)));
    let pieces = Memo::new(move |_| texts.with(|(older, newer)| prose(older, newer, 2)));
    let note = move || list.with(|list| list.get(at.get()).map(|it| it.note.clone()));
    let note = move || {
        note()
            .filter(|note| !note.is_empty())
            .map(|note| view! { <p dir="auto">{note}</p> })
    };
    let by_word = move || way.get() == 1;
    view! {
        <div class="stack stack--2">
        {note}
        <Show when=move || !changes.with(Vec::is_empty) fallback=|| view! { <p class="muted">{words::NO_DIFFERENCE}</p> }>
            <span class="line"><Seg label=words::DIFFERENCE options=vec![words::BY_LINE, words::BY_WORD] value=way on_change=move |it| way.set(it) /></span>
            <Show when=by_word fallback=move || view! { <DiffView rows=changes label=words::VERSIONS boxed=true /> }>
                <ProseDiff pieces=pieces label=words::VERSIONS />
            </Show>
        </Show>
        </div>
    }
}
