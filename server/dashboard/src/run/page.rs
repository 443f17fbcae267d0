//! The run page: head with what goes on, inputs, lanes, and what it all came to.

use super::control::{Control, Wire};
use super::inputs::Inputs;
use super::lanes::Lanes;
use super::summary::Summary;
use crate::app::app;
use crate::document::set_title;
use crate::execution::ProblemNotice;
use crate::frame::{MenuButton, Reference};
use crate::history::ExecutionFilter;
use crate::keys::Action;
use crate::platform;
use crate::route::{Route, RunPlace, Tab};
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::ApiError;
use krowoc_ui::components::{Button, ButtonKind, Empty, Icon, Notice, NoticeKind, Skeleton};
use krowoc_ui::format::{left, seconds};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, document, run as words};
use leptos::prelude::*;

/// A run of a prompt, or of a text of one's own.
#[component]
pub fn RunPage(
    /// Which.
    place: RunPlace,
) -> impl IntoView {
    let app = app();
    let control = Control::new(app, place);
    app.take_keys(move |action| act(control, action));
    Effect::new(move |_| {
        let title = control.form.with(|form| form.title.clone());
        let name = if title.is_empty() {
            words::INLINE_TITLE
        } else {
            &title
        };
        set_title(&format!("{} · {name}", words::RUN));
    });
    // Back and forward within the page change the address first.
    Effect::new(move |_| {
        if let Route::Run(RunPlace {
            group: Some(group), ..
        }) = app.nav.get()
            && control
                .loading
                .with_untracked(|it| matches!(it, Some(Ok(()))))
        {
            control.show(group);
        }
    });
    move || match control.loading.get() {
        None => view! {
            <header class="top"><MenuButton /><h1>{words::TITLE}</h1></header>
            <Skeleton label=words::LOADING rows=6 />
        }
        .into_any(),
        Some(Err(error)) => view! { <Failed control=control error=error /> }.into_any(),
        Some(Ok(())) => view! { <Loaded control=control /> }.into_any(),
    }
}

fn act(control: Control, action: Action) -> bool {
    if platform::layered() {
        return false;
    }
    match action {
        Action::Run | Action::Save => control.run(),
        Action::Escape => return control.stop_all(),
        Action::Edit => platform::focus(".inputs :is(input, textarea, select)"),
        _ => return false,
    }
    true
}

#[component]
fn Failed(control: Control, error: ApiError) -> impl IntoView {
    let missing = error.code() == Some(ErrorCode::NotFound);
    let (title, text) = if missing {
        (document::NOT_FOUND, document::NOT_FOUND_TEXT.to_owned())
    } else {
        (words::LOAD_FAILED, error.sentence())
    };
    view! {
        <header class="top"><MenuButton /><h1 class="sr">{title}</h1></header>
        <div role="alert">
            <Empty glyph=Glyph::Alert title=title text=text>
                <span class="line">
                    {(!missing).then(|| view! { <Button label=common::TRY_AGAIN glyph=Glyph::Sync on_press=move |()| control.load() /> })}
                    <a class="btn" href=Route::tab(Tab::Prompts).address()>{document::TO_LIBRARY}</a>
                </span>
                <Reference id=error.correlation().to_owned() />
            </Empty>
        </div>
    }
}

#[component]
fn Loaded(control: Control) -> impl IntoView {
    let some = Memo::new(move |_| control.board.with(|board| !board.lanes.is_empty()));
    view! {
        <Head control=control />
        <div class="pane run">
            <Notices control=control />
            <Inputs control=control />
            <p class="sr" role="status" aria-live="polite">{move || control.said.get()}</p>
            <Show when=move || some.get() fallback=move || view! { <Nothing control=control /> }>
                <Lanes control=control />
                <Summary control=control />
            </Show>
        </div>
    }
}

#[component]
fn Nothing(control: Control) -> impl IntoView {
    let waits = move || {
        control
            .wire
            .with(|wire| matches!(wire, Wire::Sending | Wire::Lost(_)))
    };
    view! {
        <Show when=waits fallback=|| view! { <Empty glyph=Glyph::Play title=words::EMPTY text=words::EMPTY_TEXT /> }>
            <Skeleton label=words::SENDING rows=3 />
        </Show>
    }
}

#[component]
fn Head(control: Control) -> impl IntoView {
    let crumb = move || match control.place.prompt {
        Some(id) => {
            let title = control.form.with(|form| form.title.clone());
            let title = if title.is_empty() {
                words::UNNAMED.to_owned()
            } else {
                title
            };
            view! { <a href=Route::Document(id).address() class="cut" dir="auto">{title}</a> }
                .into_any()
        }
        None => {
            view! { <a href=Route::tab(Tab::Prompts).address()>{words::LIBRARY}</a> }.into_any()
        }
    };
    let title = if control.place.prompt.is_some() {
        words::TITLE
    } else {
        words::INLINE_TITLE
    };
    let history = Route::Executions(ExecutionFilter {
        prompt: control.place.prompt,
        ..ExecutionFilter::default()
    });
    let key = if platform::apple() {
        "⌘ ↵"
    } else {
        "Ctrl ↵"
    };
    let again = move || control.board.with(|board| !board.lanes.is_empty());
    view! {
        <header class="top">
            <MenuButton />
            <nav class="crumb" aria-label=words::PATH>
                {crumb}
                <Icon glyph=Glyph::Right class="i--sm i--flip" />
                <h1>{title}</h1>
            </nav>
            <Progress control=control />
            <span class="push line">
                <a class="btn btn--ghost" href=history.address() aria-label=words::HISTORY><Icon glyph=Glyph::History /><span class="hide-s">{words::HISTORY}</span></a>
                {move || if control.is_running() {
                    view! {
                        <button type="button" class="btn btn--danger" on:click=move |_| { control.stop_all(); }>
                            <Icon glyph=Glyph::Stop />{words::STOP_ALL}<kbd class="kbd hide-s">"Esc"</kbd>
                        </button>
                    }
                    .into_any()
                } else {
                    view! {
                        <button type="button" class="btn btn--primary" on:click=move |_| control.run()>
                            <Icon glyph=Glyph::Play />{move || if again() { words::RUN_AGAIN } else { words::RUN }}<kbd class="kbd hide-s">{key}</kbd>
                        </button>
                    }
                    .into_any()
                }}
            </span>
        </header>
    }
}

/// How far the run is. Its words change several times a second, so they are not read out.
#[component]
fn Progress(control: Control) -> impl IntoView {
    move || {
        let board = control.board.get();
        let all = board.lanes.len();
        match control.wire.get() {
            Wire::Open if all > 0 && board.running() > 0 => {
                let longest = move || {
                    control.board.with(|board| {
                        let now = control.clock.get();
                        let durations = board.lanes.iter().filter(|lane| !lane.view.state.is_final());
                        durations.map(|lane| super::board::duration(lane, now)).max().unwrap_or(0)
                    })
                };
                let running = board.running();
                view! { <span class="state state--live"><span class="pulse"></span>{move || words::under_way(running, all, &seconds(longest()))}</span> }.into_any()
            }
            Wire::Sending => view! { <span class="state state--live"><span class="pulse"></span>{words::SENDING}</span> }.into_any(),
            Wire::Over if all > 0 => view! { <span class="state muted">{words::ended(board.completed(), all)}</span> }.into_any(),
            _ => ().into_any(),
        }
    }
}

#[component]
fn Notices(control: Control) -> impl IntoView {
    move || match control.wire.get() {
        Wire::Lost(until) => {
            let wait = move || words::again_in(&left(until.saturating_sub(control.clock.get())));
            view! {
                <div class="strip"><Notice kind=NoticeKind::Warn glyph=Glyph::Off>
                    <span class="grow">{words::RECONNECTING}" "<span aria-hidden="true">{wait}</span></span>
                </Notice></div>
            }
            .into_any()
        }
        Wire::Failed(error) => {
            let started = control.board.with_untracked(|board| board.group.is_some());
            view! {
                <div class="strip stack stack--2"><ProblemNotice error=error />
                    {started.then(|| view! { <div><Button label=common::TRY_AGAIN kind=ButtonKind::Small glyph=Glyph::Sync on_press=move |()| control.retry() /></div> })}
                </div>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}
