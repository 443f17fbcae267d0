//! The tables: behind the charts, of prompts, of people. Not the charts.

use crate::navigation::placed_in;
use crate::route::Route;
use krowoc_shared::dashboards::Grain;
use krowoc_shared::dashboards::wire::{
    Figures, MetricsView, ModelFigures, PersonFigures, Point, PromptFigures,
};
use krowoc_shared::ids::SpaceId;
use krowoc_ui::api::Client;
use krowoc_ui::components::Icon;
use krowoc_ui::format::{count, seconds};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::figures as words;
use krowoc_ui::money::{short_usd, usd};
use leptos::prelude::*;
use leptos::task::spawn_local;

const fn point(grain: Grain) -> &'static str {
    match grain {
        Grain::Hour => words::HOUR,
        Grain::Day => words::DAY,
    }
}

/// A table in a box of its own, which scrolls where it is too wide. The first column names the rows, the others are numbers.
pub(super) fn boxed<R: IntoView + 'static>(
    class: &'static str,
    caption: &'static str,
    columns: &[&'static str],
    rows: R,
) -> impl IntoView + use<R> {
    let columns = columns.iter().enumerate().map(|(at, name)| {
        let class = if at == 0 { "" } else { "n" };
        view! { <th scope="col" class=class>{*name}</th> }
    });
    let columns = columns.collect_view();
    view! {
        <div class="tablebox" tabindex="0">
            <table class=format!("table {class}")>
                <caption class="sr">{caption}</caption>
                <thead><tr>{columns}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// What stands under a heading as a file: the link, which says to who cannot see where it stands what is in it.
pub(super) fn saved(file: String, name: &'static str) -> impl IntoView + use<> {
    view! {
        <a class="btn btn--sm push" href=file download="" aria-label=name title=name><Icon glyph=Glyph::Download />{words::CSV}</a>
    }
}

/// A table under a heading of its own, or a sentence where there is nothing to tell; beside the heading what is done with all of it.
pub(super) fn section<V: IntoView + 'static>(
    (id, title): (&'static str, &'static str),
    none: &'static str,
    beside: Option<AnyView>,
    columns: &[&'static str],
    rows: Vec<V>,
) -> impl IntoView + use<V> {
    let inside = match rows.is_empty() {
        true => view! { <p class="soft">{none}</p> }.into_any(),
        false => boxed("table--hover", title, columns, rows.collect_view()).into_any(),
    };
    view! {
        <section class="stack stack--3" aria-labelledby=id>
            <div class="sec"><h2 id=id>{title}</h2>{beside}</div>
            {inside}
        </section>
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
    let columns = [
        point(grain),
        words::SUCCEEDED,
        words::FAILED_RUNS,
        words::STOPPED,
        words::COST,
    ];
    boxed("table--tight", title, &columns, rows.collect_view())
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
pub(super) fn LatencyTimes(points: Vec<Point>, names: Vec<String>, grain: Grain) -> impl IntoView {
    let rows = points.into_iter().zip(names).map(|(it, name)| {
        view! { <tr><th scope="row">{name}</th>{latencies(&it.figures)}</tr> }
    });
    let columns = [point(grain), words::P50, words::P95, words::P99];
    boxed(
        "table--tight",
        words::LATENCY,
        &columns,
        rows.collect_view(),
    )
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
    let columns = [
        words::MODEL,
        words::EXECUTIONS,
        words::SUCCEEDED,
        words::P50,
        words::P95,
        words::P99,
        words::COST,
    ];
    boxed(
        "table--tight",
        words::BY_MODEL,
        &columns,
        rows.collect_view(),
    )
}

/// Prompts. `place`: the library that they are in; `file`: where they are as one.
#[component]
pub(super) fn Prompts(
    prompts: Vec<PromptFigures>,
    place: Option<SpaceId>,
    file: String,
) -> impl IntoView {
    let address = move |id| {
        let address = Route::Document(id).address();
        match place {
            Some(space) => placed_in(address, space),
            None => address,
        }
    };
    let rows = prompts.into_iter().map(|it| {
        let title = match (it.prompt, it.title.is_empty()) {
            (None, _) => words::INLINE.to_owned(),
            (Some(_), true) => words::UNTITLED.to_owned(),
            (Some(_), false) => it.title,
        };
        let name = match it.prompt {
            Some(id) => view! { <a class="link" href=address(id)>{title}</a> }.into_any(),
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
    let columns = [
        words::PROMPT,
        words::EXECUTIONS,
        words::SUCCEEDED,
        words::P50,
        words::COST,
    ];
    let beside = saved(file, words::PROMPTS_CSV).into_any();
    let named = ("costly", words::PROMPTS);
    section(
        named,
        words::NO_PROMPTS,
        Some(beside),
        &columns,
        rows.collect(),
    )
}

/// People, a page at a time. `path`: where the next page is asked for.
#[component]
pub(super) fn People(people: Vec<PersonFigures>, count: u64, path: String) -> impl IntoView {
    let shown = RwSignal::new(people);
    let refused = RwSignal::new(None::<String>);
    // The same page is not asked for twice.
    let busy = RwSignal::new(false);
    let path = StoredValue::new(path);
    let left = move || count > u64::try_from(shown.with(Vec::len)).unwrap_or(u64::MAX);
    let more = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let path = format!(
            "{}&offset={}",
            path.get_value(),
            shown.with_untracked(Vec::len)
        );
        spawn_local(async move {
            match Client.get::<MetricsView>(&path).await {
                Ok(view) => {
                    refused.try_set(None);
                    shown.try_update(|shown| shown.extend(view.people));
                }
                Err(error) => drop(refused.try_set(Some(error.sentence()))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <div class="stack stack--3">
            {move || rows(shown.get())}
            {move || refused.get().map(|text| view! { <p class="hint hint--error" role="alert">{text}</p> })}
            <Show when=left><button type="button" class="btn" aria-disabled=move || busy.get().to_string() on:click=more>{words::MORE}</button></Show>
        </div>
    }
}

fn rows(people: Vec<PersonFigures>) -> impl IntoView {
    let rows = people.into_iter().map(|it| {
        let former = it.former.then(|| view! { " "<span class="xs muted">{words::FORMER}</span> });
        view! {
            <tr>
                <th scope="row" dir="auto">{it.email}{former}</th><td class="n">{count(it.figures.executions)}</td>
                <td class="n">{words::percent(it.figures.success())}</td><td class="n med" title=usd(it.figures.cost)>{short_usd(it.figures.cost)}</td>
            </tr>
        }
    });
    let columns = [
        words::PEOPLE,
        words::EXECUTIONS,
        words::SUCCEEDED,
        words::COST,
    ];
    let named = ("people", words::USAGE);
    section(named, words::NOBODY, None, &columns, rows.collect())
}
