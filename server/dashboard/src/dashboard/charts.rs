//! The charts of the page, each with its table. Not how they are drawn: that is `krowoc_ui::charts`.

use super::tables::{LatencyTimes, Models as ModelTable, Times, saved};
use krowoc_shared::dashboards::Grain;
use krowoc_shared::dashboards::wire::{ModelFigures, Percentiles, Point};
use krowoc_shared::execution::NanoUsd;
use krowoc_ui::charts::{Column, ColumnChart, LineChart, Rank, RankChart, Series};
use krowoc_ui::components::Icon;
use krowoc_ui::format::{count, seconds};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::figures as words;
use krowoc_ui::money::{short_usd, usd};
use leptos::prelude::*;

/// Most bars of a picture; the table has all.
const BARS: usize = 8;

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn whole(n: i64) -> String {
    count(n.unsigned_abs())
}

fn dollars(nano: i64) -> String {
    short_usd(NanoUsd(nano))
}

/// Seconds on an axis: whole where they are.
fn axis_seconds(millis: i64) -> String {
    match millis {
        0 => "0".to_owned(),
        ms if ms % 1_000 == 0 => format!("{} s", count((ms / 1_000).unsigned_abs())),
        ms => format!("{ms} ms"),
    }
}

/// What a table stands behind.
#[component]
pub(super) fn Behind(children: Children) -> impl IntoView {
    view! {
        <details class="data"><summary><Icon glyph=Glyph::Right class="i--flip" />{words::AS_TABLE}</summary>{children()}</details>
    }
}

#[component]
pub(super) fn Executions(
    points: Vec<Point>,
    names: Vec<String>,
    grain: Grain,
    span: String,
) -> impl IntoView {
    let title = match grain {
        Grain::Hour => words::AN_HOUR,
        Grain::Day => words::A_DAY,
    };
    let columns = points.iter().zip(&names).map(|(point, name)| {
        let it = &point.figures;
        Column {
            name: name.clone(),
            value: words::ended(name, it.completed, it.unsuccessful(), it.cancelled),
            good: signed(it.completed),
            bad: signed(it.unsuccessful()),
        }
    });
    let columns: Vec<Column> = columns.collect();
    view! {
        <figure class="stack stack--3">
            <figcaption class="sec"><h2>{title}</h2>
                <span class="legend">
                    <span><svg viewBox="0 0 16 8" class="s1" aria-hidden="true"><rect x="4" width="8" height="8" rx="2" fill="currentColor" /></svg>{words::SUCCEEDED}</span>
                    <span><svg viewBox="0 0 16 8" class="sbad" aria-hidden="true"><rect x="4" width="8" height="8" rx="2" fill="currentColor" /></svg>{words::FAILED_RUNS}</span>
                </span>
            </figcaption>
            <ColumnChart label=title about=words::about(title, &span) columns=columns amount=whole />
            <Behind><Times title=title points=points names=names grain=grain /></Behind>
        </figure>
    }
}

#[component]
pub(super) fn Latency(
    points: Vec<Point>,
    names: Vec<String>,
    grain: Grain,
    span: String,
) -> impl IntoView {
    let of = |pick: fn(&Percentiles) -> i64| {
        let known = points
            .iter()
            .map(|it| it.figures.latency.as_ref().map(pick));
        known.collect::<Vec<_>>()
    };
    let series = vec![
        Series {
            name: words::P99,
            class: "s3 dots",
            values: of(|it| it.p99),
        },
        Series {
            name: words::P95,
            class: "s2 dash",
            values: of(|it| it.p95),
        },
        Series {
            name: words::P50,
            class: "s1",
            values: of(|it| it.p50),
        },
    ];
    let values = points.iter().zip(&names).map(|(point, name)| {
        let read = |it: Percentiles| (seconds(it.p50), seconds(it.p95), seconds(it.p99));
        words::took(name, point.figures.latency.map(read))
    });
    let values: Vec<String> = values.collect();
    let line = |class: &'static str, dash: &'static str| {
        view! { <svg viewBox="0 0 16 8" class=class aria-hidden="true"><line x1="0" x2="16" y1="4" y2="4" stroke-dasharray=dash /></svg> }
    };
    view! {
        <figure class="stack stack--3">
            <figcaption class="sec"><h2>{words::LATENCY}</h2>
                <span class="legend">
                    <span>{line("s1", "none")}{words::P50}</span>
                    <span>{line("s2", "5 3")}{words::P95}</span>
                    <span>{line("s3", "1 4")}{words::P99}</span>
                </span>
            </figcaption>
            <LineChart label=words::LATENCY about=words::about(words::LATENCY, &span) series=series names=names.clone() values=values amount=axis_seconds />
            <Behind><LatencyTimes points=points names=names grain=grain /></Behind>
        </figure>
    }
}

#[component]
pub(super) fn Models(
    models: Vec<ModelFigures>,
    count: u64,
    span: String,
    file: String,
) -> impl IntoView {
    let ranks = models.iter().take(BARS).map(|it| {
        // Who gives it stands in the table and in the value.
        let short = it
            .model
            .split_once('/')
            .map_or(it.model.as_str(), |(_, id)| id);
        let exact = usd(it.figures.cost);
        Rank {
            name: short.to_owned(),
            amount: it.figures.cost.0,
            text: short_usd(it.figures.cost),
            value: words::model(&it.model, &exact, it.figures.executions),
        }
    });
    let ranks: Vec<Rank> = ranks.collect();
    let left = usize::try_from(count)
        .unwrap_or(usize::MAX)
        .saturating_sub(ranks.len());
    view! {
        <figure class="stack stack--3">
            <figcaption class="sec"><h2>{words::BY_MODEL}</h2><span class="muted">{words::US_DOLLARS}</span>{saved(file, words::MODELS_CSV)}</figcaption>
            <RankChart label=words::BY_MODEL about=words::about(words::BY_MODEL, &span) ranks=ranks amount=dollars />
            {(left > 0).then(|| view! { <p class="xs muted">{words::others(left)}</p> })}
            <Behind><ModelTable models=models /></Behind>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_of_seconds_is_in_whole_ones_where_it_can_be() {
        assert_eq!(axis_seconds(0), "0");
        assert_eq!(axis_seconds(500), "500 ms");
        assert_eq!(axis_seconds(20_000), "20 s");
    }
}
