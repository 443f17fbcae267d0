//! A public prompt in a list: its place, its day as a line, and what can be done with it. Not the list.

use super::control::Control;
use krowoc_shared::leaderboard::picture;
use krowoc_shared::leaderboard::wire::{Entry, PublicSummary, Tie, Vote};
use krowoc_shared::leaderboard::{Counts, Part, Window};
use krowoc_ui::components::Icon;
use krowoc_ui::format::{count, percent};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::community as words;
use leptos::prelude::*;

/// A place of the board.
#[component]
pub(super) fn EntryRow(control: Control, entry: Entry, window: Window) -> impl IntoView {
    let class = if entry.rank <= 3 {
        "rank rank--top"
    } else {
        "rank"
    };
    let votes = entry.counts.votes();
    let score = words::score(entry.score);
    let moved = picture::moved(entry.moved).map(|(mark, said)| {
        let title = said.clone();
        view! { <span class="rank__moved" title=title><span aria-hidden="true">{mark}</span><span class="sr">", "{said}</span></span> }
    });
    view! {
        <li class=class>
            <span class="rank__n">{entry.rank}{moved}</span>
            <Named slug=entry.slug.clone() title=entry.title.clone() author=entry.author tags=entry.tags />
            <span class="hide-s"><Spark hours=entry.hours /></span>
            <span class="num hide-s">{count(entry.counts.runs)}</span>
            <Acts control=control slug=entry.slug title=entry.title votes=votes />
            <details class="whyrow">
                <summary>{words::why(entry.rank)}<Icon glyph=Glyph::Down /></summary>
                <div class="why">
                    <p class="line xs"><b>{score}</b><span class="push muted">{words::spoken(window)}</span></p>
                    <Bars parts=entry.parts counts=entry.counts />
                    <p class="xs muted">{words::OWN_EXCLUDED}</p>
                </div>
            </details>
        </li>
    }
}

/// A prompt that a search found.
#[component]
pub(super) fn FoundRow(control: Control, item: PublicSummary) -> impl IntoView {
    let votes = item.counts.votes();
    view! {
        <li class="rank">
            <span></span>
            <Named slug=item.slug.clone() title=item.title.clone() author=item.author tags=item.tags />
            <span class="hide-s"></span>
            <span class="num hide-s">{count(item.counts.runs)}</span>
            <Acts control=control slug=item.slug title=item.title votes=votes />
        </li>
    }
}

#[component]
fn Named(slug: String, title: String, author: String, tags: Vec<String>) -> impl IntoView {
    let title = if title.is_empty() {
        words::UNTITLED.to_owned()
    } else {
        title
    };
    let tags = tags
        .into_iter()
        .map(|tag| view! { <span class="tag" dir="auto">{tag}</span> })
        .collect_view();
    view! {
        <div>
            <a class="rank__title" dir="auto" href=format!("/p/{}", percent(&slug)) rel="external" target="_blank">{title}</a>
            <p class="line line--wrap xs muted"><span dir="auto">{words::by(&author)}</span><span class="tags">{tags}</span></p>
        </div>
    }
}

#[component]
fn Acts(control: Control, slug: String, title: String, votes: u64) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let own = move || slug.get_value();
    let pressed = move || {
        let mine = control.votes.with(|all| all.get(&own()).copied());
        (mine == Some(Vote::Up)).to_string()
    };
    let shown = move || control.shown(&own(), votes);
    let (copy, take) = (words::copy(&title), words::take(&title));
    let label = move || words::vote_for(&title, shown());
    // Pressed all the same it says why: what is said on hover alone reaches neither fingers nor keys.
    let barred = move || control.barred(&own());
    let why = move || barred().map(Tie::why);
    view! {
        <span class="rank__acts">
            <button type="button" class="vote" aria-pressed=pressed aria-label=label
                aria-disabled=move || barred().map(|_| "true") title=why on:click=move |_| control.vote(own())>
                <Icon glyph=Glyph::Up /><span>{move || count(shown())}</span>
            </button>
            <button type="button" class="btn btn--icon hide-s" aria-label=copy title=words::COPY on:click=move |_| control.copy(own())>
                <Icon glyph=Glyph::Copy />
            </button>
            <button type="button" class="btn hide-s" aria-label=take on:click=move |_| control.take(own())>
                <Icon glyph=Glyph::Fork />{words::TAKE}
            </button>
        </span>
    }
}

#[component]
fn Bars(parts: Vec<Part>, counts: Counts) -> impl IntoView {
    let bars = parts
        .into_iter()
        .map(|part| {
            let share = picture::share(&part);
            view! {
                <span>{words::part(&part, &counts)}</span>
                <svg class="whybar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=share height="6" />
                </svg>
                <span class="num"><b>{picture::points(part.points)}</b>" "{words::points_of(&part)}</span>
            }
        })
        .collect_view();
    view! { <div class="whybars">{bars}</div> }
}

#[component]
fn Spark(hours: Vec<u64>) -> impl IntoView {
    let most = hours.iter().copied().max().unwrap_or(0);
    let now = hours.last().copied().unwrap_or(0);
    let line = picture::spark(&hours);
    view! {
        <svg class="spark" viewBox="0 0 96 28" preserveAspectRatio="none" role="img" aria-label=words::spark(most, now)>
            <path class="area" d=format!("M{line}L96 28L0 28Z") />
            <path d=format!("M{line}") />
        </svg>
    }
}
