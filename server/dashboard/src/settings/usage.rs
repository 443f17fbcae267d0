//! What was used: a bar for each day with a table behind it, or a table by model, prompt or key.

use super::chart::{Bars, bars};
use crate::app::app;
use crate::frame::Reference;
use crate::platform;
use crate::route::Route;
use krowoc_shared::execution::wire::{UsageReport, UsageRow, UsageSum};
use krowoc_shared::ids::Millis;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::charts::framed;
use krowoc_ui::components::{Empty, Icon, Seg, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, keys as words};
use krowoc_ui::money::usd;
use leptos::prelude::*;
use leptos::task::spawn_local;

const DAY: Millis = 86_400_000;

/// What the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Day,
    Model,
    Prompt,
    Key,
}

const BY: [(By, &str, &str); 4] = [
    (By::Day, "day", words::BY_DAY),
    (By::Model, "model", words::BY_MODEL),
    (By::Prompt, "prompt", words::BY_PROMPT),
    (By::Key, "key", words::BY_KEY),
];
const PERIODS: [(Millis, &str); 3] = [
    (7, words::DAYS_7),
    (30, words::DAYS_30),
    (90, words::DAYS_90),
];

/// Year, month and day of a number of days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
#[must_use]
pub(super) fn civil(days: Millis) -> (Millis, Millis, Millis) {
    let z = days.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year + era * 400 + Millis::from(month <= 2);
    (year, month, day)
}

fn path(by: &str, days: Millis, now: Millis) -> String {
    let today = super::budget::day(now);
    let from = super::budget::day(now.saturating_sub(days.saturating_sub(1).saturating_mul(DAY)));
    format!("/usage?from={from}&to={today}&by={by}")
}

/// The usage.
#[component]
pub(super) fn Usage() -> impl IntoView {
    let app = app();
    let by = RwSignal::new(0usize);
    let period = RwSignal::new(1usize);
    let loaded = RwSignal::new(None::<Result<UsageReport, ApiError>>);
    let load = move || {
        let (at, span) = (by.get_untracked(), period.get_untracked());
        let name = BY.get(at).map_or("day", |it| it.1);
        let days = PERIODS.get(span).map_or(30, |it| it.0);
        let path = path(name, days, platform::now());
        spawn_local(async move {
            let answer = Client.get::<UsageReport>(&path).await;
            if let Err(error) = &answer
                && error.signed_out()
            {
                app.failed(error);
            }
            if (by.try_get_untracked(), period.try_get_untracked()) == (Some(at), Some(span)) {
                loaded.try_set(Some(answer));
            }
        });
    };
    Effect::new(move |_| {
        by.track();
        period.track();
        loaded.set(None);
        load();
    });
    let kind = move || BY.get(by.get()).map_or(By::Day, |it| it.0);
    view! {
        <section class="stack stack--4" aria-labelledby="usage">
            <div class="line line--wrap">
                <h3 id="usage" class="grow">{words::USAGE}</h3>
                <Seg label=words::BY options=BY.map(|it| it.2).to_vec() value=by on_change=move |at| by.set(at) />
                <Seg label=words::PERIOD options=PERIODS.map(|it| it.1).to_vec() value=period on_change=move |at| period.set(at) />
            </div>
            {move || match loaded.get() {
                None => view! { <Skeleton label=words::USAGE_LOADING rows=3 /> }.into_any(),
                Some(Err(error)) => view! {
                    <div role="alert"><Empty glyph=Glyph::Alert title=words::USAGE_FAILED text=error.sentence()>
                        <button type="button" class="btn" on:click=move |_| load()><Icon glyph=Glyph::Sync />{common::TRY_AGAIN}</button>
                        <Reference id=error.correlation().to_owned() />
                    </Empty></div>
                }
                .into_any(),
                Some(Ok(report)) if report.total.executions == 0 => {
                    view! { <Empty glyph=Glyph::Coins title=words::NO_USAGE text=words::NO_USAGE_TEXT /> }.into_any()
                }
                Some(Ok(report)) if kind() == By::Day => view! { <Days report=report /> }.into_any(),
                Some(Ok(report)) => view! { <Table report=report kind=kind() /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Days(report: UsageReport) -> impl IntoView {
    let picture = bars(&report);
    let label = words::chart(&report.from, &report.to);
    view! {
        <figure class="stack stack--2">
            <figcaption class="muted xs">{words::COST_A_DAY}</figcaption>
            <Chart picture=picture label=label />
            <details class="data"><summary><Icon glyph=Glyph::Right class="i--flip" />{words::AS_TABLE}</summary><Table report=report kind=By::Day /></details>
        </figure>
    }
}

/// Bars with an axis.
#[component]
fn Chart(picture: Bars, label: String) -> impl IntoView {
    let at = RwSignal::new(None::<usize>);
    let values = picture.bars.iter().map(|bar| bar.value.clone());
    let values: Vec<String> = values.collect();
    let grid = picture.lines.into_iter().map(|line| {
        let (y, text) = (line.y.to_string(), line.label);
        let base = (line.y + 4).to_string();
        view! { <line class="gridline" x1="80" x2="700" y1=y.clone() y2=y /><text x="74" y=base text-anchor="end">{text}</text> }
    });
    let bars = picture.bars.into_iter().enumerate().map(|(i, bar)| {
        let on = move || at.get() == Some(i);
        view! {
            <rect class="b s1" class:is-on=on x=bar.x.to_string() y=bar.y.to_string() width=bar.width.to_string() height=bar.height.to_string() rx="1.5" />
            <rect class="hit" x=bar.x.to_string() y="8" width=bar.width.to_string() height="172" on:pointerenter=move |_| at.set(Some(i)) />
            {bar.label.map(|text| view! { <text x=(bar.x + bar.width / 2).to_string() y="198" text-anchor="middle">{text}</text> })}
        }
    });
    let drawn = view! {
        <svg class="chart" viewBox="-14 0 722 206" role="img" aria-label=label>
            {grid.collect_view()}{bars.collect_view()}
            <line class="axis" x1="80" x2="700" y1="180" y2="180" />
        </svg>
    };
    framed(at, values, words::COST_A_DAY, drawn)
}

fn head(kind: By) -> &'static str {
    BY.iter()
        .find(|it| it.0 == kind)
        .map_or(words::DAY, |it| it.2)
}

#[component]
fn Table(report: UsageReport, kind: By) -> impl IntoView {
    let total = sums(&report.total);
    let row = move |row: UsageRow| {
        let label = if row.label.is_empty() {
            if kind == By::Prompt {
                words::INLINE.to_owned()
            } else {
                row.key.clone()
            }
        } else {
            row.label.clone()
        };
        let link = match kind {
            By::Prompt => row.key.parse().ok().map(Route::Document),
            _ => None,
        };
        let name = match link {
            Some(route) => view! { <a class="link" href=route.address()>{label}</a> }.into_any(),
            None => label.into_any(),
        };
        view! { <tr><th scope="row" dir="auto">{name}</th>{sums(&row.sum)}</tr> }
    };
    view! {
        <div class="tablebox" tabindex="0">
            <table class="table">
                <thead><tr>
                    <th scope="col">{head(kind)}</th><th scope="col" class="n">{words::EXECUTIONS}</th><th scope="col" class="n">{words::FAILED}</th>
                    <th scope="col" class="n">{words::INPUT}</th><th scope="col" class="n">{words::OUTPUT}</th>
                    <th scope="col" class="n">{words::UNPRICED_RUNS}</th><th scope="col" class="n">{words::COST}</th>
                </tr></thead>
                <tbody>{report.rows.into_iter().map(row).collect_view()}</tbody>
                <tfoot><tr><th scope="row">{words::ALL}</th>{total}</tr></tfoot>
            </table>
        </div>
    }
}

fn sums(sum: &UsageSum) -> impl IntoView + use<> {
    let numbers = [
        sum.executions,
        sum.failed,
        sum.input_tokens,
        sum.output_tokens,
        sum.unpriced,
    ];
    let cells = numbers.map(|n| view! { <td class="n">{words::number(n)}</td> });
    view! { {cells.into_iter().collect_view()}<td class="n">{usd(sum.cost)}</td> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_today_and_has_as_many_days_as_it_says() {
        let now = 20_000 * DAY + 5;
        assert_eq!(
            path("day", 7, now),
            "/usage?from=2024-09-28&to=2024-10-04&by=day"
        );
    }

    #[test]
    fn days_of_the_calendar_are_right_around_leap_years() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(19_782), (2024, 2, 29));
        assert_eq!(civil(20_453), (2025, 12, 31));
    }
}
