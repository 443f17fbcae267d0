//! The page of dead letters: counts by class, rows, and what can be decided about them.

use super::control::Control;
use crate::app::app;
use crate::document::set_title;
use crate::execution::Phase;
use crate::executions::{Failed, Tabs};
use crate::frame::MenuButton;
use crate::history::LetterFilter;
use crate::keys::Action;
use crate::route::Route;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::DeadLetterView;
use krowoc_ui::components::{Button, ButtonKind, Empty, Icon, RelativeTime, Seg, Skeleton};
use krowoc_ui::format::count;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, executions as words, run};
use leptos::prelude::*;

/// What failed and waits for a decision.
#[component]
pub fn DeadLettersPage() -> impl IntoView {
    let app = app();
    let filter = match app.nav.untracked() {
        Route::DeadLetters(filter) => filter,
        _ => LetterFilter::default(),
    };
    let control = Control::new(app, filter);
    set_title(words::LETTERS);
    app.take_keys(move |action| act(control, action));
    Effect::new(move |_| {
        if let Route::DeadLetters(filter) = app.nav.get()
            && control.filter.with_untracked(|own| *own != filter)
        {
            control.filter.set(filter);
            control.load();
        }
    });
    let whose = Signal::derive(move || usize::from(control.filter.with(|filter| filter.all)));
    view! {
        <header class="top">
            <MenuButton />
            <h1>{words::LETTERS}</h1>
            <Tabs letters=true />
            <span class="push line">
                <Show when=move || control.operator.get()>
                    <Seg label=words::WHOSE options=vec![words::MINE, words::EVERYBODY] value=whose
                        on_change=move |at| control.narrow(|filter| filter.all = at == 1) />
                </Show>
            </span>
        </header>
        <div class="column grow">
            <p class="toolbar soft">{words::LETTERS_TEXT}</p>
            <Bar control=control />
            <div class="pane"><Rows control=control /></div>
            <p class="toolbar toolbar--foot xs muted"><span role="status">{move || words::letters(control.counts.with(|counts| counts.0))}</span></p>
        </div>
    }
}

fn act(control: Control, action: Action) -> bool {
    match action {
        Action::Down => control.step(1),
        Action::Up => control.step(-1),
        Action::First => control.step(isize::MIN),
        Action::Last => control.step(isize::MAX),
        Action::Select => match control.current() {
            Some(id) => control.mark(id),
            None => return false,
        },
        Action::SelectAll => control.mark_all(),
        Action::Trash => control.discard(control.targets()),
        Action::Run => control.replay(control.targets()),
        Action::Open => {
            let at = control.at.get_untracked();
            let row =
                at.and_then(|at| untrack(|| control.shown().get(at).map(|row| row.execution)));
            match row {
                Some(id) => control.app.nav.go(Route::Execution(id)),
                None => return false,
            }
        }
        Action::Escape => {
            let any = control
                .selected
                .with_untracked(|selected| !selected.is_empty());
            control.selected.update(std::collections::BTreeSet::clear);
            return any;
        }
        _ => return false,
    }
    true
}

/// Classes with their counts; or what can be done with the selected ones.
#[component]
fn Bar(control: Control) -> impl IntoView {
    let marked = Memo::new(move |_| control.selected.with(std::collections::BTreeSet::len));
    move || {
        if marked.get() == 0 {
            view! { <Classes control=control /> }.into_any()
        } else {
            view! {
                <div class="toolbar toolbar--bulk">
                    <b role="status">{words::selected(marked.get())}</b>
                    <span class="push line">
                        <Button label=words::REPLAY kind=ButtonKind::Small glyph=Glyph::Play on_press=move |()| control.replay(control.targets()) />
                        <Button label=words::DISCARD kind=ButtonKind::Small glyph=Glyph::Trash on_press=move |()| control.discard(control.targets()) />
                    </span>
                </div>
            }
            .into_any()
        }
    }
}

#[component]
fn Classes(control: Control) -> impl IntoView {
    let chip = move |(class, number): (FailureClass, u64)| {
        let on = move || control.filter.with(|filter| filter.class == Some(class));
        let flip = move |_| {
            control.narrow(|filter| filter.class = (filter.class != Some(class)).then_some(class));
        };
        view! {
            <button type="button" class="chip" aria-pressed=move || on().to_string() on:click=flip>
                {run::class(class)}<span class="muted">{count(number)}</span>
                {move || on().then(|| view! { <Icon glyph=Glyph::X /> })}
            </button>
        }
    };
    let model = move || {
        control.filter.with(|filter| filter.model.clone()).map(|model| {
            view! {
                <button type="button" class="chip" aria-pressed="true" on:click=move |_| control.narrow(|filter| filter.model = None)>
                    <span class="cut" dir="auto">{model}</span><Icon glyph=Glyph::X />
                </button>
            }
        })
    };
    let none = move || {
        control.counts.with(|counts| counts.1.is_empty())
            && control.filter.with(|filter| filter.model.is_none())
    };
    view! {
        <div class="toolbar toolbar--chips" hidden=none>
            {move || control.counts.with(|counts| counts.1.clone()).into_iter().map(chip).collect_view()}
            {model}
        </div>
    }
}

#[component]
fn Rows(control: Control) -> impl IntoView {
    let shows = Memo::new(move |_| {
        (
            control.shown().is_empty(),
            control.list.with(|list| list.phase.clone()),
        )
    });
    let more = move || control.list.with(|list| list.next.is_some());
    let each = move || control.shown().into_iter().enumerate().collect::<Vec<_>>();
    let key = |(at, row): &(usize, DeadLetterView)| (*at, row.id, row.replays, row.replayed_as);
    move || {
        match shows.get() {
        (true, Phase::Loading) => view! { <Skeleton label=words::LETTERS_LOADING rows=6 /> }.into_any(),
        (_, Phase::Failed(error)) => {
            view! { <Failed title=words::LETTERS_FAILED error=error again=move |()| control.load() /> }.into_any()
        }
        (true, _) if control.filter.with(LetterFilter::narrows) => view! {
            <Empty glyph=Glyph::Search title=words::LETTERS_NONE text=words::NOTHING_TEXT>
                <Button label=words::CLEAR on_press=move |()| control.narrow(|it| { it.class = None; it.model = None; }) />
            </Empty>
        }
        .into_any(),
        (true, _) => view! { <Empty glyph=Glyph::Check title=words::LETTERS_EMPTY text=words::LETTERS_EMPTY_TEXT /> }.into_any(),
        (false, _) => view! {
            <ul class="list" role="list">
                <For each=each key=key children=move |(at, row)| view! { <Row control=control at=at row=row /> } />
            </ul>
            <Show when=more>
                <p class="pad line"><button type="button" class="btn" on:click=move |_| control.more()>{words::MORE_LETTERS}</button></p>
            </Show>
        }
        .into_any(),
    }
    }
}

#[component]
fn Row(control: Control, at: usize, row: DeadLetterView) -> impl IntoView {
    let id = row.id;
    let title = if row.title.is_empty() {
        words::INLINE.to_owned()
    } else {
        row.title.clone()
    };
    let model = row.model.to_string();
    let by_model = model.clone();
    let facts = [
        Some(words::tried(row.attempts, row.replays)),
        row.email.clone(),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let replayed = row.replayed_as.map(|id| {
        view! { <a class="link xs" href=Route::Execution(id).address()>{words::REPLAYED_LINK}</a> }
    });
    view! {
        <li class="item item--run" class:is-on=move || control.at.get() == Some(at)>
            <input type="checkbox" class="check" aria-label=words::select(&title)
                prop:checked=move || control.selected.with(|selected| selected.contains(&id)) on:change=move |_| control.mark(id) />
            <div class="stack stack--0">
                <span class="line">
                    <a class="item__title item__link" dir="auto" href=Route::Execution(row.execution).address()>{title.clone()}</a>
                    <span class="badge badge--danger">{run::class(row.class)}</span>
                    {replayed}
                </span>
                <span class="item__sub" dir="auto">
                    <button type="button" class="link xs" on:click=move |_| { let model = by_model.clone(); control.narrow(|filter| filter.model = Some(model)); }>{model}</button>
                    " · "{facts.join(" · ")}" · "<RelativeTime at=row.created_at now=control.app.now />
                </span>
                <span class="xs" dir="auto">{row.reason}</span>
            </div>
            <span class="line">
                <button type="button" class="btn btn--sm" aria-label=common::named(words::REPLAY, &title) on:click=move |_| control.replay(vec![id])><Icon glyph=Glyph::Play />{words::REPLAY}</button>
                <button type="button" class="btn btn--ghost btn--sm" aria-label=common::named(words::DISCARD, &title) on:click=move |_| control.discard(vec![id])>{words::DISCARD}</button>
            </span>
        </li>
    }
}
