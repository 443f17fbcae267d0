//! The answers side by side: head with the state, the text as it grows, figures, and what can be done with it.

use super::board::{Lane, duration, is_cut};
use super::control::Control;
use crate::execution::{Actions, FailureNotice, StateBadge, answered, series};
use crate::markdown::copy_code;
use crate::route::Route;
use krowoc_shared::execution::wire::ExecutionState;
use krowoc_ui::components::{Icon, Notice, NoticeKind};
use krowoc_ui::format::{left, seconds};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{executions as history, run as words};
use krowoc_ui::money::{cost, short_cost};
use leptos::html;
use leptos::prelude::*;

/// The lanes.
#[component]
pub fn Lanes(control: Control) -> impl IntoView {
    let count = Memo::new(move |_| control.board.with(|board| (board.group, board.lanes.len())));
    view! {
        <div class="lanes">
            {move || (0..count.get().1).map(|at| view! { <OneLane control=control at=at /> }).collect_view()}
        </div>
    }
}

#[component]
fn OneLane(control: Control, at: usize) -> impl IntoView {
    let lane = Memo::new(move |_| control.board.with(|board| board.lanes.get(at).cloned()));
    let Some(first) = lane.get_untracked() else {
        return ().into_any();
    };
    let name = first.view.model.model.clone();
    let label = name.clone();
    let thinker = name.clone();
    let provider = first.view.model.provider.title();
    let thinks = Memo::new(move |_| lane.with(|it| it.as_ref().is_some_and(|it| it.has_reasoning)));
    view! {
        <section class="lane" aria-label=label>
            <header class="lane__head">
                <div class="line">
                    <span class=series(at)></span>
                    <h2 class="grow cut" dir="auto" title=first.view.model.to_string()>{name}</h2>
                    {move || lane.get().map(|lane| view! { <StateBadge state=lane.view.state /> })}
                    <StopOne control=control at=at lane=lane />
                </div>
                <p class="xs muted">{provider}</p>
            </header>
            <div class="lane__told stack stack--2">{move || lane.get().map(|lane| told(control, lane))}</div>
            {move || thinks.get().then(|| view! { <Thoughts control=control at=at name=thinker.clone() /> })}
            <Body control=control at=at lane=lane />
            <Foot control=control at=at lane=lane />
        </section>
    }
    .into_any()
}

#[component]
fn StopOne(control: Control, at: usize, lane: Memo<Option<Lane>>) -> impl IntoView {
    move || {
        let lane = lane.get().filter(|lane| !lane.view.state.is_final())?;
        let label = if lane.stopping {
            words::STOPPING
        } else {
            words::STOP_ONE
        };
        let name = words::stop_model(&lane.view.model.model);
        Some(view! {
            <button type="button" class="btn btn--sm btn--danger" aria-label=name prop:disabled=lane.stopping on:click=move |_| control.stop(at)>{label}</button>
        })
    }
}

/// Why it waits, why it is another attempt, who answered instead, why it ended.
fn told(control: Control, lane: Lane) -> impl IntoView {
    let view = lane.view;
    let waits_until = lane.waits_until;
    let failed = view.attempts.iter().rev().find_map(|attempt| {
        attempt
            .failure
            .as_ref()
            .map(|failure| (attempt.number, failure.clone()))
    });
    let waits = waits_until.zip(failed.clone()).map(|(until, (number, failure))| {
        let class = words::class(failure.class).to_lowercase();
        let text = move || words::waits(number, &class, &left(until.saturating_sub(control.clock.get())));
        view! { <Notice kind=NoticeKind::Warn glyph=Glyph::Clock><span class="grow" aria-live="off">{text}</span></Notice> }
    });
    let last = view.attempts.last().map_or(1, |attempt| attempt.number);
    let again = failed.filter(|_| waits_until.is_none() && last > 1 && view.failure.is_none()).map(|(_, failure)| {
        let text = words::attempt(last, &words::class(failure.class).to_lowercase());
        view! { <Notice kind=NoticeKind::Warn glyph=Glyph::Sync><span class="grow">{text}</span></Notice> }
    });
    let fallback = view
        .answered_by
        .as_ref()
        .filter(|model| **model != view.model)
        .map(|model| {
            let text = words::fallback(&model.to_string());
            view! { <Notice glyph=Glyph::Fork><span class="grow">{text}</span></Notice> }
        });
    let cut = is_cut(&view).then(|| {
        let text = history::finish(view.finish_reason);
        view! { <Notice kind=NoticeKind::Warn><span class="grow">{text}</span></Notice> }
    });
    let failure = view
        .failure
        .clone()
        .filter(|_| view.state.is_final())
        .map(|failure| view! { <FailureNotice failure=failure /> });
    view! { {waits}{again}{fallback}{failure}{cut} }
}

#[component]
fn Thoughts(control: Control, at: usize, name: String) -> impl IntoView {
    let label = words::said(&name, words::REASONING);
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(element) = node.get() {
            control.answers.update_value(|answers| {
                if let Some(answer) = answers.get_mut(at) {
                    answer.mount_thoughts(element.into());
                }
            });
        }
    });
    view! {
        <details class="data lane__thoughts">
            <summary><Icon glyph=Glyph::Right class="i--flip" />{words::REASONING}</summary>
            <div class="thoughts soft" dir="auto" tabindex="0" role="region" aria-label=label node_ref=node></div>
        </details>
    }
}

#[component]
fn Body(control: Control, at: usize, lane: Memo<Option<Lane>>) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    let scroller = NodeRef::<html::Div>::new();
    let follows = RwSignal::new(true);
    Effect::new(move |_| {
        if let (Some(root), Some(scroller)) = (root.get(), scroller.get()) {
            let left = control.answers.try_update_value(|answers| {
                let answer = answers.get_mut(at)?;
                answer.mount(root.into(), scroller.into());
                Some(answer.draw(crate::platform::now()))
            });
            if left.flatten() == Some(true) {
                control.schedule();
            }
        }
    });
    let scrolled = move |_| {
        let now = control
            .answers
            .try_update_value(|answers| answers.get_mut(at).map(super::answer::Answer::scrolled));
        if let Some(Some(now)) = now
            && follows.get_untracked() != now
        {
            follows.set(now);
        }
    };
    let to_end = move |_| {
        control.answers.update_value(|answers| {
            if let Some(answer) = answers.get_mut(at) {
                answer.follow();
            }
        });
        follows.set(true);
    };
    let running =
        Memo::new(move |_| lane.with(|it| it.as_ref().is_some_and(|it| !it.view.state.is_final())));
    let state =
        Memo::new(move |_| lane.with(|it| it.as_ref().map(|it| (it.view.state, it.has_text))));
    let label = lane.with_untracked(|it| {
        let name = it.as_ref().map_or("", |it| it.view.model.model.as_str());
        words::said(name, words::ANSWER)
    });
    let cut = move || {
        control
            .answers
            .with_value(|answers| answers.get(at).is_some_and(super::answer::Answer::is_cut))
    };
    let nothing = move || {
        let (state, text) = state.get()?;
        match state {
            _ if state.is_final() && cut() => {
                Some(view! { <p class="muted">{words::LONG}</p> }.into_any())
            }
            ExecutionState::Completed if !text => Some(view! { <p class="muted">{words::NO_OUTPUT}</p> }.into_any()),
            ExecutionState::Waiting | ExecutionState::Running if !text => {
                Some(view! { <div class="stack stack--2" aria-hidden="true"><span class="skel w90"></span><span class="skel w75"></span></div> }.into_any())
            }
            _ => None,
        }
    };
    view! {
        <div class="lane__body" node_ref=scroller tabindex="0" role="region" aria-label=label on:scroll=scrolled>
            <div class="prose" class:caret=move || running.get() && state.get().is_some_and(|(_, text)| text) dir="auto" node_ref=root
                on:click=move |event| copy_code(control.app, &event)></div>
            {nothing}
        </div>
        <Show when=move || running.get() && !follows.get()>
            <p class="lane__end"><button type="button" class="btn btn--sm" on:click=to_end><Icon glyph=Glyph::Down />{words::TO_END}</button></p>
        </Show>
    }
}

#[component]
fn Foot(control: Control, at: usize, lane: Memo<Option<Lane>>) -> impl IntoView {
    let stat = |name: &'static str, value: AnyView| view! { <div class="stat"><dt>{name}</dt><dd>{value}</dd></div> };
    let figures = move || {
        lane.get().map(|lane| {
            let view = lane.view.clone();
            let first = view.first_token_ms.map_or_else(|| "–".to_owned(), seconds);
            let ended = view.state.is_final();
            let time = move || seconds(duration(&lane, if ended { 0 } else { control.clock.get() }));
            let tokens = view.usage.as_ref().map_or_else(|| "–".to_owned(), |usage| words::tokens(usage.input(), usage.output()));
            let exact = cost(view.cost);
            view! {
                <dl class="lane__foot">
                    {stat(words::FIRST_TOKEN, first.into_any())}
                    {stat(if ended { words::TOTAL } else { words::SO_FAR }, time.into_any())}
                    {stat(words::TOKENS, tokens.into_any())}
                    {stat(words::COST, view! { <span title=exact>{short_cost(view.cost)}</span> }.into_any())}
                </dl>
            }
        })
    };
    let ended =
        Memo::new(move |_| lane.with(|it| it.as_ref().is_some_and(|it| it.view.state.is_final())));
    let text = move |()| {
        control
            .answers
            .with_value(|answers| answers.get(at).map(|answer| answer.text().to_owned()))
            .unwrap_or_default()
    };
    let actions = move || {
        ended.get().then(|| {
            let view = Memo::new(move |before: Option<&_>| lane.get().map(|it| it.view).or_else(|| before.cloned().flatten()));
            let first = view.get_untracked()?;
            let shown = Signal::derive(move || view.get().unwrap_or_else(|| first.clone()));
            let details = move || Route::Execution(shown.with(|view| view.id)).address();
            // Nothing came: nothing can be kept or judged.
            let some = lane.get_untracked().is_some_and(|it| it.has_text);
            Some(view! {
                <div class="lane__acts line line--wrap">
                    {some.then(|| view! { <Actions app=control.app view=shown text=text on_rated=move |rating| control.rated(at, rating) /> })}
                    <a class="link push" href=details>{words::DETAILS}</a>
                </div>
            })
        })
    };
    view! { {figures} {actions} }
}

/// The name of who answered a lane.
#[must_use]
pub fn name(lane: &Lane) -> String {
    answered(&lane.view).model.clone()
}
