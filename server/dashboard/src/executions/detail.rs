//! One execution whole: what was sent, what came back, why it ended, and what can be done with it.

use super::facts::Facts;
use super::page::Failed;
use crate::app::app;
use crate::document::set_title;
use crate::execution::{Actions, FailureNotice, StateBadge};
use crate::frame::MenuButton;
use crate::history::ExecutionFilter;
use crate::keys::Action;
use crate::markdown::Markdown;
use crate::route::{Route, RunPlace};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::wire::{ExecutionDetail, ExecutionView};
use krowoc_shared::ids::ExecutionId;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::executions as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How often an execution under way is read again.
const AGAIN: Duration = Duration::from_secs(2);

type Loaded = RwSignal<Option<Result<ExecutionDetail, ApiError>>>;

/// One execution.
#[component]
pub fn ExecutionDetailPage(
    /// Which.
    id: ExecutionId,
) -> impl IntoView {
    let app = app();
    let loaded: Loaded = RwSignal::new(None);
    set_title(words::DETAIL);
    let load = move || {
        spawn_local(async move {
            let answer = Client
                .get::<ExecutionDetail>(&format!("/executions/{id}"))
                .await;
            if let Err(error) = &answer
                && error.signed_out()
            {
                app.failed(error);
            }
            loaded.try_set(Some(answer));
        });
    };
    load();
    let moving = move || {
        loaded.with_untracked(|it| {
            it.as_ref()
                .and_then(|it| it.as_ref().ok())
                .is_some_and(|it| !it.view.state.is_final())
        })
    };
    let look = move || {
        if moving() && !document().hidden() {
            load();
        }
    };
    let timer = set_interval_with_handle(look, AGAIN).ok();
    on_cleanup(move || {
        if let Some(timer) = timer {
            timer.clear();
        }
    });
    app.take_keys(move |action| {
        let detail = loaded.with_untracked(|it| {
            it.as_ref()
                .and_then(|it| it.as_ref().ok())
                .map(|it| it.view.clone())
        });
        match (action, detail) {
            (Action::Run | Action::Edit, Some(view)) => app.nav.go(again(&view)),
            (Action::Escape, _) => app.nav.go(Route::Executions(ExecutionFilter::default())),
            _ => return false,
        }
        true
    });
    move || {
        match loaded.get() {
        None => view! { <header class="top"><MenuButton /><h1>{words::DETAIL}</h1></header><Skeleton label=words::LOADING_ONE rows=6 /> }.into_any(),
        Some(Err(error)) => {
            let missing = error.code() == Some(ErrorCode::NotFound);
            view! {
                <header class="top"><MenuButton /><h1>{words::DETAIL}</h1></header>
                {if missing {
                    let all = Route::Executions(ExecutionFilter::default()).address();
                    view! { <Empty glyph=Glyph::Alert title=words::NOT_FOUND text=words::NOT_FOUND_TEXT><a class="btn" href=all>{words::BACK}</a></Empty> }.into_any()
                } else {
                    view! { <Failed title=words::ONE_FAILED error=error again=move |()| load() /> }.into_any()
                }}
            }
            .into_any()
        }
        Some(Ok(detail)) => view! { <Shown loaded=loaded detail=detail /> }.into_any(),
    }
    }
}

fn again(view: &ExecutionView) -> Route {
    Route::Run(RunPlace {
        prompt: view.prompt,
        group: None,
        from: Some(view.id),
    })
}

#[component]
fn Shown(loaded: Loaded, detail: ExecutionDetail) -> impl IntoView {
    let app = app();
    let view = detail.view.clone();
    let title = if view.title.is_empty() {
        words::INLINE.to_owned()
    } else {
        view.title.clone()
    };
    let rated = move |rating: i8| {
        loaded.try_update(|it| {
            if let Some(Ok(detail)) = it {
                detail.view.rating = rating;
            }
        });
    };
    let output = detail.output.clone();
    let copied = output.clone();
    let shown = view.clone();
    let group = Route::Run(RunPlace {
        prompt: view.prompt,
        group: Some(view.group),
        from: None,
    });
    let failure = view.failure.clone().filter(|_| view.state.is_final());
    let answer = if output.trim().is_empty() {
        view! { <p class="muted">{words::NO_OUTPUT}</p> }.into_any()
    } else {
        view! { <Markdown text=Signal::derive(move || output.clone()) /> }.into_any()
    };
    view! {
        <header class="top">
            <MenuButton />
            <nav class="crumb" aria-label=words::TITLE>
                <a href=Route::Executions(ExecutionFilter::default()).address()>{words::TITLE}</a>
                <Icon glyph=Glyph::Right class="i--sm i--flip" />
                <h1 dir="auto">{title}</h1>
            </nav>
            <StateBadge state=view.state />
            <span class="push line">
                <a class="btn" href=group.address()>{words::OPEN_RUN}</a>
                <a class="btn btn--primary" href=again(&view).address()><Icon glyph=Glyph::Play />{words::RUN_AGAIN}</a>
            </span>
        </header>
        <div class="split split--wide split--full">
            <section class="pane" aria-label=words::DETAIL>
                <div class="page">
                    {failure.map(|failure| view! { <FailureNotice failure=failure /> })}
                    <section class="stack stack--3" aria-labelledby="output">
                        <div class="sec"><h2 id="output">{words::OUTPUT}</h2>
                            <span class="push"><Actions app=app view=Signal::derive(move || shown.clone()) text=move |()| copied.clone() on_rated=rated /></span>
                        </div>
                        {answer}
                    </section>
                    <Texts detail=detail.clone() />
                </div>
            </section>
            <aside class="split__aside pane" aria-label=words::FIGURES><Facts app=app detail=detail /></aside>
        </div>
    }
}

/// Reasoning, tool calls, and everything that was sent.
#[component]
fn Texts(detail: ExecutionDetail) -> impl IntoView {
    let ExecutionDetail {
        messages,
        variables,
        parameters,
        reasoning,
        tool_calls,
        ..
    } = detail;
    let pretty =
        |value: serde_json::Value| serde_json::to_string_pretty(&value).unwrap_or_default();
    let parameters = serde_json::to_value(&parameters)
        .ok()
        .filter(|value| value.as_object().is_some_and(|it| !it.is_empty()))
        .map(pretty);
    let messages = messages.into_iter().map(|message| {
        view! {
            <div class="stack stack--1">
                <span class="label">{words::role(message.role)}</span>
                <pre class="code code--text" tabindex="0" dir="auto">{message.text}</pre>
            </div>
        }
    });
    let calls = tool_calls.into_iter().map(|call| {
        view! { <div class="stack stack--1"><span class="label mono">{call.name}</span><pre class="code" tabindex="0" dir="ltr">{call.arguments}</pre></div> }
    });
    let (some_calls, some_variables) = (calls.len() > 0, !variables.is_empty());
    let variables = variables.into_iter().map(|(name, value)| {
        view! { <dt><span class="var" dir="auto">{name}</span></dt><dd class="kept" dir="auto">{value}</dd> }
    });
    let (calls, variables) = (calls.collect_view(), variables.collect_view());
    view! {
        {(!reasoning.is_empty()).then(|| view! {
            <details class="data"><summary><Icon glyph=Glyph::Right class="i--flip" />{words::REASONING}</summary>
                <pre class="code code--text" tabindex="0" dir="auto">{reasoning}</pre>
            </details>
        })}
        {some_calls.then(|| view! { <section class="stack stack--3" aria-labelledby="calls"><h2 id="calls">{words::TOOL_CALLS}</h2>{calls}</section> })}
        <section class="stack stack--3" aria-labelledby="messages"><h2 id="messages">{words::MESSAGES}</h2>{messages.collect_view()}</section>
        {some_variables.then(|| view! {
            <section class="stack stack--2" aria-labelledby="variables"><h2 id="variables">{words::VARIABLES}</h2><dl class="props">{variables}</dl></section>
        })}
        <section class="stack stack--2" aria-labelledby="parameters"><h2 id="parameters">{words::PARAMETERS}</h2>
            {match parameters {
                Some(text) => view! { <pre class="code" tabindex="0" dir="ltr">{text}</pre> }.into_any(),
                None => view! { <p class="muted">{words::NO_PARAMETERS}</p> }.into_any(),
            }}
        </section>
    }
}
