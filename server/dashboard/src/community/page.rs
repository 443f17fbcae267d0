//! The page of public prompts: windows, formulas, a search, and the board. Not its rows.

use super::control::Control;
use super::queue::Reports;
use super::row::{EntryRow, FoundRow};
use crate::app::app;
use crate::document::set_title;
use crate::frame::{MenuButton, Reference};
use crate::keys::Action;
use crate::platform;
use krowoc_shared::leaderboard::wire::{BoardView, PublicList};
use krowoc_shared::leaderboard::{Formula, Window};
use krowoc_ui::api::ApiError;
use krowoc_ui::components::{Button, Empty, Icon, RelativeTime, Seg, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::community as words;
use leptos::prelude::*;

/// Public prompts.
#[component]
pub fn CommunityPage() -> impl IntoView {
    let app = app();
    let control = Control::new(app);
    set_title(words::TITLE);
    app.take_keys(move |action| match action {
        Action::Search => {
            platform::focus("#public-search");
            true
        }
        _ => false,
    });
    let place = |one: bool, at: usize| one.then_some(at);
    let window = Signal::derive(move || {
        let now = control.window.get();
        let mut all = Window::ALL.into_iter().enumerate();
        all.find_map(|(at, it)| place(it == now, at)).unwrap_or(0)
    });
    let formula = Signal::derive(move || {
        let now = control.formula.get();
        let mut all = Formula::ALL.into_iter().enumerate();
        all.find_map(|(at, it)| place(it == now, at)).unwrap_or(0)
    });
    view! {
        <header class="top">
            <MenuButton />
            <h1>{words::TITLE}</h1>
            <a class="btn push" href="/leaderboard" rel="external" target="_blank"><Icon glyph=Glyph::Open />{words::PUBLIC_PAGE}</a>
        </header>
        <div class="pane grow">
            <div class="page">
                <div class="stack stack--4">
                    <div class="line line--wrap">
                        <Seg label=words::WINDOW options=Window::ALL.map(words::window).to_vec() value=window
                            on_change=move |at: usize| if let Some(window) = Window::ALL.get(at) { control.look_back(*window) } />
                        <Seg label=words::FORMULA options=Formula::ALL.map(words::formula).to_vec() value=formula
                            on_change=move |at: usize| if let Some(formula) = Formula::ALL.get(at) { control.order_by(*formula) } />
                        <label class="search grow">
                            <Icon glyph=Glyph::Search />
                            <span class="sr">{words::SEARCH}</span>
                            <input class="input" id="public-search" type="search" autocomplete="off" placeholder=words::SEARCH
                                prop:value=move || control.words.get() on:input=move |event| control.search(event_target_value(&event)) />
                        </label>
                    </div>
                    {move || match control.found.get() {
                        Some(found) => view! { <Found control=control found=found /> }.into_any(),
                        None => view! { <Board control=control /> }.into_any(),
                    }}
                </div>
                <Reports control=control />
            </div>
        </div>
    }
}

#[component]
fn Found(control: Control, found: PublicList) -> impl IntoView {
    let total = found.total;
    let listed = u64::try_from(found.items.len()).unwrap_or(total);
    let rows = found
        .items
        .into_iter()
        .map(|item| view! { <FoundRow control=control item=item /> })
        .collect_view();
    view! {
        <p class="soft" role="status">{words::found(total, listed)}</p>
        {(total == 0).then(|| view! {
            <Empty glyph=Glyph::Search title=words::NOTHING_FOUND text=words::NOTHING_FOUND_TEXT>
                <Button label=words::CLEAR on_press=move |()| control.search(String::new()) />
            </Empty>
        })}
        <ul class="board">{rows}</ul>
    }
}

#[component]
fn Board(control: Control) -> impl IntoView {
    move || match control.board.get() {
        None => view! { <Skeleton label=words::LOADING rows=10 /> }.into_any(),
        Some(Err(error)) => view! { <Failed control=control error=error /> }.into_any(),
        Some(Ok(board)) => view! { <Rows control=control board=board /> }.into_any(),
    }
}

#[component]
fn Failed(control: Control, error: ApiError) -> impl IntoView {
    view! {
        <div role="alert">
            <Empty glyph=Glyph::Alert title=words::FAILED text=error.sentence()>
                <Button label=words::TRY_AGAIN glyph=Glyph::Sync on_press=move |()| control.load() />
                <Reference id=error.correlation().to_owned() />
            </Empty>
        </div>
    }
}

#[component]
fn Rows(control: Control, board: BoardView) -> impl IntoView {
    let foot = words::foot(board.public, &board.rules.version);
    let counted = match board.counted_at {
        Some(at) => view! { <RelativeTime at=at now=control.app.now /> }.into_any(),
        None => words::NOT_COUNTED.into_any(),
    };
    let window = board.window;
    let none = board.entries.is_empty();
    let rows = board
        .entries
        .into_iter()
        .map(|entry| view! { <EntryRow control=control entry=entry window=window /> })
        .collect_view();
    view! {
        {none.then(|| view! { <Empty glyph=Glyph::Globe title=words::EMPTY_TITLE text=words::EMPTY_TEXT /> })}
        {(!none).then(|| view! {
            <div class="rank rank--head xs muted hide-s" aria-hidden="true">
                <span>{words::RANK}</span><span>{words::PROMPT}</span><span>{words::LAST_DAY}</span>
                <span class="num">{words::RUNS}</span><span class="rank__acts"><span>{words::VOTES}</span></span>
            </div>
        })}
        <ol class="board">{rows}</ol>
        <p class="line line--wrap xs muted">
            <span>{foot}</span>{counted}
            <a class="link push" href="/leaderboard/rules" rel="external" target="_blank">{words::RULES}</a>
        </p>
    }
}
