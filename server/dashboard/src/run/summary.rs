//! What the run came to: the figures in a table, every attempt that failed, and two answers compared.

use super::board::{Board, Lane, duration, speed};
use super::control::Control;
use super::lanes::name;
use crate::execution::{Compare, Side, series};
use krowoc_shared::execution::wire::Attempt;
use krowoc_shared::execution::{NanoUsd, Usage};
use krowoc_ui::components::{Button, ButtonKind, Icon};
use krowoc_ui::format::{count, seconds};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{executions as history, run as words};
use krowoc_ui::money::{amount, cost, usd};
use leptos::prelude::*;

/// The end of the page.
#[component]
pub fn Summary(control: Control) -> impl IntoView {
    view! {
        <div class="page">
            <Table control=control />
            <Attempts control=control />
            <Compared control=control />
        </div>
    }
}

#[component]
fn Table(control: Control) -> impl IntoView {
    let reserved = move || {
        let held: NanoUsd = control
            .board
            .with(|board| board.lanes.iter().map(|lane| lane.view.reserved).sum());
        (held > NanoUsd::ZERO).then(|| words::reserved(&usd(held)))
    };
    view! {
        <section class="stack stack--2" aria-labelledby="together">
            <div class="sec"><h2 id="together">{words::SIDE_BY_SIDE}</h2></div>
            <div class="tablebox" tabindex="0">
                <table class="table">
                    <thead><tr>
                        <th scope="col">{words::MODEL}</th><th scope="col">{words::STATE}</th>
                        <th scope="col" class="n">{words::ATTEMPTS}</th><th scope="col" class="n">{words::FIRST_TOKEN}</th>
                        <th scope="col" class="n">{words::TOTAL}</th><th scope="col" class="n">{words::IN}</th>
                        <th scope="col" class="n">{words::OUT}</th><th scope="col" class="n">{words::SPEED}</th>
                        <th scope="col" class="n">{words::COST}</th>
                    </tr></thead>
                    <tbody>{move || control.board.with(|board| board.lanes.iter().enumerate().map(|(at, lane)| row(control, at, lane)).collect_view())}</tbody>
                    {move || control.board.with(total)}
                </table>
            </div>
            <p class="hint">{reserved}</p>
        </section>
    }
}

fn row(control: Control, at: usize, lane: &Lane) -> impl IntoView + use<> {
    let view = &lane.view;
    let tokens = |of: fn(&Usage) -> u64| {
        view.usage
            .as_ref()
            .map_or_else(|| "–".to_owned(), |usage| count(of(usage)))
    };
    let (input, output) = (tokens(Usage::input), tokens(Usage::output));
    let speed = speed(view).map_or_else(
        || "–".to_owned(),
        |tenths| format!("{}.{}", tenths / 10, tenths % 10),
    );
    let own = lane.clone();
    let time = move || {
        let now = if own.view.state.is_final() {
            0
        } else {
            control.clock.get()
        };
        seconds(duration(&own, now))
    };
    view! {
        <tr>
            <th scope="row"><span class="line"><span class=series(at)></span><span class="cut" dir="auto">{name(lane)}</span></span></th>
            <td class="soft">{words::state(view.state)}</td>
            <td class="n">{view.attempts.len().max(1)}</td>
            <td class="n">{view.first_token_ms.map_or_else(|| "–".to_owned(), seconds)}</td>
            <td class="n">{time}</td>
            <td class="n">{input}</td>
            <td class="n">{output}</td>
            <td class="n">{speed}</td>
            <td class="n">{cost(view.cost)}</td>
        </tr>
    }
}

fn total(board: &Board) -> Option<impl IntoView + use<>> {
    if board.lanes.len() < 2 {
        return None;
    }
    let lanes = &board.lanes;
    let attempts: usize = lanes
        .iter()
        .map(|lane| lane.view.attempts.len().max(1))
        .sum();
    // What nobody knows yet is no zero.
    let unknown = || "–".to_owned();
    let tokens = |of: fn(&Usage) -> u64| {
        let used = lanes.iter().filter_map(|lane| lane.view.usage.as_ref());
        used.map(of)
            .reduce(u64::saturating_add)
            .map_or_else(unknown, count)
    };
    let (input, output) = (tokens(Usage::input), tokens(Usage::output));
    let known: Vec<NanoUsd> = lanes
        .iter()
        .filter_map(|lane| amount(lane.view.cost))
        .collect();
    let money = if known.is_empty() {
        unknown()
    } else {
        usd(known.into_iter().sum())
    };
    Some(view! {
        <tfoot><tr>
            <th scope="row">{words::TOGETHER}</th><td></td>
            <td class="n">{attempts}</td><td></td><td></td>
            <td class="n">{input}</td><td class="n">{output}</td><td></td>
            <td class="n">{money}</td>
        </tr></tfoot>
    })
}

#[component]
fn Attempts(control: Control) -> impl IntoView {
    let failed = Memo::new(move |_| {
        control.board.with(|board| {
            let of = |lane: &Lane| {
                let name = lane.view.model.model.clone();
                let failed = lane.view.attempts.iter().filter(|it| it.failure.is_some());
                failed
                    .cloned()
                    .map(move |it| (name.clone(), it))
                    .collect::<Vec<_>>()
            };
            board
                .lanes
                .iter()
                .flat_map(of)
                .collect::<Vec<(String, Attempt)>>()
        })
    });
    view! {
        <Show when=move || !failed.with(Vec::is_empty)>
            <section class="stack stack--2" aria-labelledby="attempts">
                <div class="sec"><h2 id="attempts">{history::FAILED_ATTEMPTS}</h2></div>
                <ul class="list" role="list">{move || failed.get().into_iter().map(|(name, attempt)| line(&name, &attempt)).collect_view()}</ul>
            </section>
        </Show>
    }
}

fn line(name: &str, attempt: &Attempt) -> impl IntoView + use<> {
    let failure = attempt.failure.as_ref();
    let class = failure.map_or("", |failure| words::class(failure.class));
    let said =
        failure.and_then(|it| words::provider_said(&it.message, it.status, it.code.as_deref()));
    let asked = if attempt.model.model == name {
        String::new()
    } else {
        format!(" ({})", attempt.model)
    };
    view! {
        <li class="item item--flat">
            <Icon glyph=Glyph::Alert />
            <span class="stack stack--0">
                <span dir="auto">{history::attempt(name, attempt.number)}{asked}": "<b class="med">{class}</b></span>
                {said.map(|said| view! { <span class="xs muted" dir="auto">{said}</span> })}
            </span>
            <span class="xs muted nowrap">{attempt.duration_ms.map(seconds)}</span>
        </li>
    }
}

#[component]
fn Compared(control: Control) -> impl IntoView {
    let open = RwSignal::new(false);
    let can = Memo::new(move |_| {
        control.board.with(|board| {
            board.running() == 0 && board.lanes.iter().filter(|lane| lane.has_text).count() >= 2
        })
    });
    Effect::new(move |_| {
        if !can.get() {
            open.set(false);
        }
    });
    let sides = move || {
        let names: Vec<String> = control
            .board
            .with_untracked(|board| board.lanes.iter().map(name).collect());
        control.answers.with_value(|answers| {
            let both = names.into_iter().zip(answers.iter());
            both.map(|(name, answer)| Side {
                name,
                text: answer.text().to_owned(),
            })
            .collect::<Vec<_>>()
        })
    };
    view! {
        <Show when=move || can.get()>
            <section class="stack stack--3" aria-labelledby="compare">
                <div class="sec"><h2 id="compare">{words::COMPARE}</h2>
                    <span class="push">
                        <Button label=words::COMPARE kind=ButtonKind::Small glyph=Glyph::Merge on_press=move |()| open.update(|open| *open = !*open) />
                    </span>
                </div>
                {move || open.get().then(|| view! { <Compare sides=sides() /> })}
            </section>
        </Show>
    }
}
