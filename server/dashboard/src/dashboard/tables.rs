//! The tables: behind the charts, and of prompts. Not the charts.

use crate::route::Route;
use krowoc_shared::dashboards::Grain;
use krowoc_shared::dashboards::wire::{Figures, ModelFigures, Point, PromptFigures};
use krowoc_ui::format::{count, seconds};
use krowoc_ui::messages::figures as words;
use krowoc_ui::money::{short_usd, usd};
use leptos::prelude::*;

const fn point(grain: Grain) -> &'static str {
    match grain {
        Grain::Hour => words::HOUR,
        Grain::Day => words::DAY,
    }
}

#[component]
pub(super) fn Times(
    title: &'static str,
    points: Vec<Point>,
    names: Vec<String>,
    grain: Grain,
) -> impl IntoView {
    let rows = points.into_iter().zip(names).map(|(it, name)| {
        let it = it.figures;
        let cells = [it.completed, it.unsuccessful(), it.cancelled]
            .map(|n| view! { <td class="n">{count(n)}</td> });
        view! { <tr><th scope="row">{name}</th>{cells.into_iter().collect_view()}<td class="n" title=usd(it.cost)>{short_usd(it.cost)}</td></tr> }
    });
    view! {
        <div class="tablebox" tabindex="0">
            <table class="table table--tight">
                <caption class="sr">{title}</caption>
                <thead><tr>
                    <th scope="col">{point(grain)}</th><th scope="col" class="n">{words::SUCCEEDED}</th><th scope="col" class="n">{words::FAILED_RUNS}</th>
                    <th scope="col" class="n">{words::STOPPED}</th><th scope="col" class="n">{words::COST}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// Latencies as three cells.
fn latencies(figures: &Figures) -> impl IntoView + use<> {
    let all = figures.latency.map(|it| [it.p50, it.p95, it.p99]);
    let cells = (0..3).map(|at| {
        let text = all.and_then(|all| all.get(at).copied()).map(seconds);
        view! { <td class="n">{text.unwrap_or_else(|| words::NOTHING.to_owned())}</td> }
    });
    cells.collect_view()
}

#[component]
pub(super) fn Times2(points: Vec<Point>, names: Vec<String>, grain: Grain) -> impl IntoView {
    let rows = points.into_iter().zip(names).map(|(it, name)| {
        view! { <tr><th scope="row">{name}</th>{latencies(&it.figures)}</tr> }
    });
    view! {
        <div class="tablebox" tabindex="0">
            <table class="table table--tight">
                <caption class="sr">{words::LATENCY}</caption>
                <thead><tr>
                    <th scope="col">{point(grain)}</th><th scope="col" class="n">{words::P50}</th>
                    <th scope="col" class="n">{words::P95}</th><th scope="col" class="n">{words::P99}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
pub(super) fn Models(models: Vec<ModelFigures>) -> impl IntoView {
    let rows = models.into_iter().map(|it| {
        view! {
            <tr>
                <th scope="row" dir="ltr">{it.model}</th><td class="n">{count(it.figures.executions)}</td>
                <td class="n">{words::percent(it.figures.success())}</td>{latencies(&it.figures)}
                <td class="n" title=usd(it.figures.cost)>{short_usd(it.figures.cost)}</td>
            </tr>
        }
    });
    view! {
        <div class="tablebox" tabindex="0">
            <table class="table table--tight">
                <caption class="sr">{words::BY_MODEL}</caption>
                <thead><tr>
                    <th scope="col">{words::MODEL}</th><th scope="col" class="n">{words::EXECUTIONS}</th><th scope="col" class="n">{words::SUCCEEDED}</th>
                    <th scope="col" class="n">{words::P50}</th><th scope="col" class="n">{words::P95}</th><th scope="col" class="n">{words::P99}</th>
                    <th scope="col" class="n">{words::COST}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
pub(super) fn Prompts(prompts: Vec<PromptFigures>) -> impl IntoView {
    let none = prompts.is_empty();
    let rows = prompts.into_iter().map(|it| {
        let title = match (it.prompt, it.title.is_empty()) {
            (None, _) => words::INLINE.to_owned(),
            (Some(_), true) => words::UNTITLED.to_owned(),
            (Some(_), false) => it.title,
        };
        let name = match it.prompt {
            Some(id) => view! { <a class="link" href=Route::Document(id).address()>{title}</a> }.into_any(),
            None => title.into_any(),
        };
        let p50 = it.figures.latency.map(|all| seconds(all.p50));
        view! {
            <tr>
                <th scope="row" dir="auto">{name}</th><td class="n">{count(it.figures.executions)}</td>
                <td class="n">{words::percent(it.figures.success())}</td><td class="n">{p50.unwrap_or_else(|| words::NOTHING.to_owned())}</td>
                <td class="n med" title=usd(it.figures.cost)>{short_usd(it.figures.cost)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="stack stack--3" aria-labelledby="costly">
            <div class="sec"><h2 id="costly">{words::PROMPTS}</h2></div>
            {if none {
                view! { <p class="soft">{words::NO_PROMPTS}</p> }.into_any()
            } else {
                view! {
                    <div class="tablebox" tabindex="0">
                        <table class="table table--hover">
                            <thead><tr>
                                <th scope="col">{words::PROMPT}</th><th scope="col" class="n">{words::EXECUTIONS}</th>
                                <th scope="col" class="n">{words::SUCCEEDED}</th><th scope="col" class="n">{words::P50}</th><th scope="col" class="n">{words::COST}</th>
                            </tr></thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
                .into_any()
            }}
        </section>
    }
}
