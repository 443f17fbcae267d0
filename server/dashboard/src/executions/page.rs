//! The list of executions: head, filters, rows, and the way to compare two.

use super::control::Control;
use super::filters::Filters;
use crate::app::app;
use crate::document::set_title;
use crate::execution::{Phase, StateBadge, answered};
use crate::frame::{MenuButton, Reference};
use crate::history::{ExecutionFilter, LetterFilter};
use crate::keys::Action;
use crate::route::{Route, RunPlace};
use krowoc_shared::execution::wire::{ExecutionState, ExecutionView};
use krowoc_ui::api::ApiError;
use krowoc_ui::components::{Button, Empty, Icon, RelativeTime, Skeleton};
use krowoc_ui::format::seconds;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{executions as words, run};
use krowoc_ui::money::{cost, short_cost};
use leptos::prelude::*;

/// What was run.
#[component]
pub fn ExecutionsPage() -> impl IntoView {
    let app = app();
    let filter = match app.nav.untracked() {
        Route::Executions(filter) => filter,
        _ => ExecutionFilter::default(),
    };
    let control = Control::new(app, filter);
    set_title(words::TITLE);
    app.take_keys(move |action| act(control, action));
    // Back and forward within the page change the address first.
    Effect::new(move |_| {
        if let Route::Executions(filter) = app.nav.get()
            && control.filter.with_untracked(|own| *own != filter)
        {
            control.filter.set(filter);
            control.load();
        }
    });
    view! {
        <header class="top">
            <MenuButton />
            <h1>{words::TITLE}</h1>
            <Tabs letters=false />
            <span class="push line">
                <a class="btn btn--primary" href=Route::Run(RunPlace::default()).address()><Icon glyph=Glyph::Play />{words::RUN_A_TEXT}</a>
            </span>
        </header>
        <div class="column grow">
            <Filters control=control />
            <div class="pane"><Rows control=control /></div>
            <Foot control=control />
        </div>
    }
}

/// Runs and dead letters, beside each other.
#[component]
pub fn Tabs(
    /// The dead letters are shown.
    letters: bool,
) -> impl IntoView {
    let runs = Route::Executions(ExecutionFilter::default()).address();
    let dead = Route::DeadLetters(LetterFilter::default()).address();
    view! {
        <nav class="tabs tabs--bare" aria-label=words::TITLE>
            <a href=runs aria-current=(!letters).then_some("page")>{words::TITLE}</a>
            <a href=dead aria-current=letters.then_some("page")>{words::LETTERS}</a>
        </nav>
    }
}

fn act(control: Control, action: Action) -> bool {
    match action {
        Action::Down => control.step(1),
        Action::Up => control.step(-1),
        Action::PageDown => control.step(10),
        Action::PageUp => control.step(-10),
        Action::First => control.step(isize::MIN),
        Action::Last => control.step(isize::MAX),
        Action::Open => match control.current() {
            Some(id) => control.app.nav.go(Route::Execution(id)),
            None => return false,
        },
        Action::Select => match control.current() {
            Some(id) => control.mark(id),
            None => return false,
        },
        Action::Escape => {
            let any = control.marked.with_untracked(|marked| !marked.is_empty());
            control.marked.update(Vec::clear);
            return any;
        }
        _ => return false,
    }
    true
}

#[component]
fn Rows(control: Control) -> impl IntoView {
    let shows = Memo::new(move |_| {
        control
            .list
            .with(|list| (list.rows.is_empty(), list.phase.clone()))
    });
    move || {
        match shows.get() {
        (true, Phase::Loading) => view! { <Skeleton label=words::LOADING rows=8 /> }.into_any(),
        (true, Phase::Failed(error)) => {
            view! { <Failed title=words::FAILED error=error again=move |()| control.load() /> }.into_any()
        }
        (true, _) => view! { <Nothing control=control /> }.into_any(),
        (false, phase) => view! {
            <List control=control />
            {match phase {
                Phase::Failed(error) => view! { <Failed title=words::FAILED error=error again=move |()| control.more() /> }.into_any(),
                _ => ().into_any(),
            }}
        }
        .into_any(),
    }
    }
}

/// A page that did not come, with what to do and the reference.
#[component]
pub fn Failed(
    /// What did not come.
    title: &'static str,
    /// Why.
    error: ApiError,
    /// Asks again.
    #[prop(into)]
    again: Callback<()>,
) -> impl IntoView {
    view! {
        <div role="alert">
            <Empty glyph=Glyph::Alert title=title text=error.sentence()>
                <Button label=words::TRY_AGAIN glyph=Glyph::Sync on_press=again />
                <Reference id=error.correlation().to_owned() />
            </Empty>
        </div>
    }
}

#[component]
fn Nothing(control: Control) -> impl IntoView {
    if control.filter.with(ExecutionFilter::narrows) {
        view! {
            <Empty glyph=Glyph::Search title=words::NOTHING text=words::NOTHING_TEXT>
                <Button label=words::CLEAR on_press=move |()| control.narrow(|it| *it = ExecutionFilter::default()) />
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty glyph=Glyph::Activity title=words::EMPTY text=words::EMPTY_TEXT>
                <a class="btn btn--primary" href=Route::Run(RunPlace::default()).address()>{words::RUN_A_TEXT}</a>
            </Empty>
        }
        .into_any()
    }
}

#[component]
fn List(control: Control) -> impl IntoView {
    let each = move || {
        control
            .list
            .with(|list| list.rows.iter().cloned().enumerate().collect::<Vec<_>>())
    };
    let key = |(at, row): &(usize, ExecutionView)| {
        (*at, row.id, row.state, row.rating, row.attempts.len())
    };
    let more = move || control.list.with(|list| list.next.is_some());
    let busy = move || control.list.with(|list| list.phase == Phase::More);
    view! {
        <ul class="list" role="list">
            <For each=each key=key children=move |(at, row)| view! { <Row control=control at=at row=row /> } />
        </ul>
        <Show when=more>
            <p class="pad line"><button type="button" class="btn" prop:disabled=busy on:click=move |_| control.more()>{words::MORE}</button></p>
        </Show>
    }
}

#[component]
fn Row(control: Control, at: usize, row: ExecutionView) -> impl IntoView {
    let id = row.id;
    let title = if row.title.is_empty() {
        words::INLINE.to_owned()
    } else {
        row.title.clone()
    };
    let label = words::select(&title);
    let tokens = row
        .usage
        .as_ref()
        .map(|usage| run::tokens(usage.input(), usage.output()));
    let facts: Vec<String> = [
        Some(answered(&row).to_string()),
        row.latency_ms.map(seconds),
        tokens,
    ]
    .into_iter()
    .flatten()
    .collect();
    // The class of a stop or a cut is what the state says already.
    let class = row
        .failure
        .as_ref()
        .filter(|_| row.state == ExecutionState::Failed)
        .map(|failure| run::class(failure.class));
    let rated = match row.rating {
        1 => Some((Glyph::ThumbUp, words::GOOD)),
        -1 => Some((Glyph::ThumbDown, words::BAD)),
        _ => None,
    };
    let exact = cost(row.cost);
    view! {
        <li class="item item--run" class:is-on=move || control.at.get() == Some(at)>
            <input type="checkbox" class="check" aria-label=label
                prop:checked=move || control.marked.with(|marked| marked.contains(&id)) on:change=move |_| control.mark(id) />
            <div class="stack stack--0">
                <span class="line">
                    <a class="item__title item__link" dir="auto" href=Route::Execution(id).address()>{title}</a>
                    <StateBadge state=row.state />
                    {class.map(|class| view! { <span class="xs danger hide-s">{class}</span> })}
                    {rated.map(|(glyph, name)| view! { <span class="muted" title=name><Icon glyph=glyph class="i--sm" /><span class="sr">{name}</span></span> })}
                </span>
                <span class="item__sub" dir="auto">{facts.join(" · ")}</span>
            </div>
            <span class="item__end">
                <span class="soft" title=exact>{short_cost(row.cost)}</span>
                <RelativeTime at=row.created_at now=control.app.now />
            </span>
        </li>
    }
}

#[component]
fn Foot(control: Control) -> impl IntoView {
    let loaded = move || {
        control
            .list
            .with(|list| words::loaded(list.rows.len(), list.next.is_some()))
    };
    let both = move || {
        control.marked.with(|marked| match marked.as_slice() {
            [one, other] => Some(Route::Compare(*one, *other).address()),
            _ => None,
        })
    };
    let some = move || control.marked.with(|marked| marked.len() == 1);
    view! {
        <div class="toolbar toolbar--foot xs muted">
            <span class="grow" role="status"><bdi>{loaded}</bdi></span>
            {move || some().then_some(words::COMPARE_HINT)}
            {move || both().map(|href| view! { <a class="btn btn--sm" href=href><Icon glyph=Glyph::Merge />{words::COMPARE_TWO}</a> })}
        </div>
    }
}
