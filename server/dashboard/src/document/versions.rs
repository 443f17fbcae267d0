//! Earlier texts and other sides of conflicts with what differs, and a way back to each. Not the merge.

use super::control::Control;
use crate::frame::Reference;
use krowoc_shared::library::wire::{Version, Versions as Page};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Button, ButtonKind, DiffView, RelativeTime};
use krowoc_ui::diff::rows;
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
        let path = format!("/library/{}/versions?limit={PAGE}{before_part}", control.id);
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
        if control.versions.get() > 1 {
            at.set(0);
            read(None);
        }
    });
    let line = move |(i, version): (usize, Version)| {
        let who = version
            .device_name
            .clone()
            .unwrap_or_else(|| words::THIS_DASHBOARD.to_owned());
        let who = if version.aside {
            words::aside(&who)
        } else {
            who
        };
        let whose = who.clone();
        view! {
            <li>
                <button type="button" class="ver" class:is-on=move || at.get() == i aria-pressed=move || (at.get() == i).to_string() on:click=move |_| at.set(i)>
                    <b class="med">{words::version(version.number)}</b>
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
        <Show when=move || control.versions.with(|count| *count > 1)>
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
    view! {
        <div class="sec">
            <h2 id="versions">{words::VERSIONS}</h2>
            <span class="muted">{move || pair().map(|(older, newer)| words::against(older, newer))}</span>
            <span class="push line">{back}</span>
        </div>
    }
}

#[component]
fn Changes(list: RwSignal<Vec<Version>>, at: RwSignal<usize>) -> impl IntoView {
    let changes = Memo::new(move |_| {
        list.with(|list| {
            let newer = list.get(at.get()).map_or("", |it| it.text.as_str());
            let older = before(list, at.get()).map_or("", |it| it.text.as_str());
            rows(older, newer, 2)
        })
    });
    view! {
        <Show when=move || !changes.with(Vec::is_empty) fallback=|| view! { <p class="muted">{words::NO_DIFFERENCE}</p> }>
            <DiffView rows=changes label=words::VERSIONS boxed=true />
        </Show>
    }
}
