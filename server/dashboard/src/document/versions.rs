//! Earlier versions and other sides of conflicts, what differs between any two of them, and a way back to each. Not the merge.

use super::control::Control;
use super::restore::Held;
use super::version_fields::FieldChanges;
use super::version_page::copy_link;
use crate::frame::Reference;
use crate::status::StatusBadge;
use krowoc_shared::diff::{fields, prose, rows};
use krowoc_shared::library::document::Document;
use krowoc_shared::library::lifecycle::{Snapshot, Status};
use krowoc_shared::library::wire::{Version, Versions as Page};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Button, ButtonKind, DiffView, Icon, ProseDiff, RelativeTime, Seg};
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
    let against = RwSignal::new(None::<u64>);
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
            against.set(None);
            read(None);
        }
    });
    let line = move |(i, version): (usize, Version)| {
        let place = version.device_name.clone();
        let who = place.unwrap_or_else(|| words::THIS_DASHBOARD.to_owned());
        let who = match (version.aside, version.imported) {
            (true, _) => words::aside(&who),
            (false, true) => words::IMPORTED.to_owned(),
            (false, false) => who,
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
                <Head control=control list=list at=at against=against />
                {failed}
                <div class="versions">
                    <div class="stack stack--1">
                        <ol class="list" role="list">{move || list.get().into_iter().enumerate().map(line).collect_view()}</ol>
                        {older}
                    </div>
                    <Changes list=list at=at against=against />
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

/// What a version is compared with: the one that was chosen, else the document's own text before it.
fn other(list: &[Version], at: usize, against: Option<u64>) -> Option<&Version> {
    let this = list.get(at)?.number;
    let chosen = list.iter().find(|version| Some(version.number) == against);
    let older = list.iter().skip(at.saturating_add(1));
    let before = || older.into_iter().find(|version| !version.aside);
    chosen
        .filter(|version| version.number != this)
        .or_else(before)
}

#[component]
fn Head(
    control: Control,
    list: RwSignal<Vec<Version>>,
    at: RwSignal<usize>,
    against: RwSignal<Option<u64>>,
) -> impl IntoView {
    let pair = move || {
        list.with(|list| {
            let this = list.get(at.get()).map(|it| it.number)?;
            let other = other(list, at.get(), against.get()).map_or(this, |it| it.number);
            Some((other, this))
        })
    };
    let back = move || {
        let version = list.with(|list| list.get(at.get()).cloned())?;
        // The newest is there already, unless something beside its text was edited since.
        let present = control.document.with(|it| {
            let as_it_is = |it: &Document| {
                it.body.rev == version.rev
                    && it.title() == version.title
                    && version
                        .snapshot
                        .as_ref()
                        .is_none_or(|held| *held == Snapshot::of(it))
            };
            it.as_ref().is_some_and(as_it_is)
        });
        (!present).then(|| {
            let held = Held::of_version(&version);
            let go = move |()| control.bring_back(held.clone());
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
            <span class="push line line--wrap"><Against list=list at=at against=against />{link}{back}</span>
        </div>
    }
}

/// Chooses what a version is compared with.
#[component]
fn Against(
    list: RwSignal<Vec<Version>>,
    at: RwSignal<usize>,
    against: RwSignal<Option<u64>>,
) -> impl IntoView {
    let others = move || {
        let this = list.with(|list| list.get(at.get()).map(|it| it.number));
        let numbers = list.with(|list| list.iter().map(|it| it.number).collect::<Vec<_>>());
        let option = move |number: u64| {
            let chosen = move || against.get() == Some(number);
            view! { <option value=number.to_string() selected=chosen>{words::version(number)}</option> }
        };
        let other = |number: &u64| Some(*number) != this;
        numbers.into_iter().filter(other).map(option).collect_view()
    };
    let choose = move |event| against.set(event_target_value(&event).parse().ok());
    view! {
        <Show when=move || list.with(|list| list.len() > 2)>
            <span class="selectbox">
                <select class="select" aria-label=words::COMPARE_WITH on:change=choose>
                    <option value="" selected=move || against.get().is_none()>{words::COMPARE_WITH}" "{words::ONE_BEFORE}</option>
                    {others}
                </select>
                <Icon glyph=Glyph::Down />
            </span>
        </Show>
    }
}

#[component]
fn Changes(
    list: RwSignal<Vec<Version>>,
    at: RwSignal<usize>,
    against: RwSignal<Option<u64>>,
) -> impl IntoView {
    let way = RwSignal::new(0usize);
    let pair = Memo::new(move |_| {
        list.with(|list| {
            let older = other(list, at.get(), against.get()).cloned();
            (older, list.get(at.get()).cloned())
        })
    });
    let text = |version: &Option<Version>| version.as_ref().map(|it| it.text.clone());
    let texts = Memo::new(move |_| {
        pair.with(|(older, newer)| {
            (
                text(older).unwrap_or_default(),
                text(newer).unwrap_or_default(),
            )
        })
    });
    let beside = Memo::new(move |_| {
        pair.with(|it| match it {
            (Some(older), Some(newer)) => fields::fields(older, newer),
            _ => Vec::new(),
        })
    });
    let partly = Memo::new(move |_| {
        pair.with(|it| match it {
            (Some(older), Some(newer)) => !fields::both_whole(older, newer),
            _ => false,
        })
    });
    let changes = Memo::new(move |_| texts.with(|(older, newer)| rows(older, newer, 2)));
    let pieces = Memo::new(move |_| texts.with(|(older, newer)| prose(older, newer, 2)));
    let note = move || {
        pair.with(|(_, newer)| newer.as_ref().map(|it| it.note.clone()))
            .filter(|note| !note.is_empty())
            .map(|note| view! { <p dir="auto">{note}</p> })
    };
    let by_word = move || way.get() == 1;
    let same = move || match beside.with(Vec::is_empty) {
        true => words::NO_DIFFERENCE,
        false => words::SAME_TEXT,
    };
    view! {
        <div class="stack stack--2">
        {note}
        <FieldChanges changes=beside />
        <Show when=move || partly.get()><p class="hint">{words::ONLY_TEXTS}</p></Show>
        <Show when=move || !changes.with(Vec::is_empty) fallback=move || view! { <p class="muted">{same}</p> }>
            <span class="line"><Seg label=words::DIFFERENCE options=vec![words::BY_LINE, words::BY_WORD] value=way on_change=move |it| way.set(it) /></span>
            <Show when=by_word fallback=move || view! { <DiffView rows=changes label=words::VERSIONS boxed=true /> }>
                <ProseDiff pieces=pieces label=words::VERSIONS />
            </Show>
        </Show>
        </div>
    }
}
