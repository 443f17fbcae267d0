//! Everybody's figures, for who looks after the server, and a team's, for its admins. Not one person's.

use super::charts::Behind;
use super::kpis::{Kpi, average, fell};
use super::tables::{People, boxed};
use crate::period::day;
use krowoc_shared::dashboards::wire::{CreatorWeek, MetricsView};
use krowoc_ui::charts::{Column, ColumnChart};
use krowoc_ui::format::{count, wait};
use krowoc_ui::messages::figures as words;
use krowoc_ui::money::{short_usd, usd};
use leptos::prelude::*;

/// A time that was taken, in the unit that reads best.
fn took(millis: i64) -> String {
    let seconds = millis.max(0) / 1_000;
    match seconds {
        0..3_600 => wait(u32::try_from(seconds).unwrap_or(0)),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[component]
pub(super) fn Everybody(view: MetricsView, path: String) -> impl IntoView {
    view! {
        <Sums view=view.clone() team=false />
        <Who view=view path=path />
    }
}

/// The key figures, with what they count.
#[component]
pub(super) fn Sums(view: MetricsView, team: bool) -> impl IntoView {
    let (now, before) = (view.total, view.before);
    let span = words::span(&day(view.from), &day(view.to.saturating_sub(1)));
    let creators = view.weeks.last().map_or(0, |week| week.creators);
    let earlier = view
        .weeks
        .iter()
        .rev()
        .nth(1)
        .map_or(0, |week| week.creators);
    let first = view.first;
    let median = first.median.map_or_else(|| words::NOTHING.to_owned(), took);
    let (title, first_text, about) = match team {
        true => (
            words::TEAM_TITLE,
            words::TEAM_FIRST_TEXT,
            format!("{} ", words::TEAM_TEXT),
        ),
        false => (words::METRICS_TITLE, words::FIRST_TEXT, String::new()),
    };
    let (new, among) = match team {
        true => (
            words::joined(first.reached, first.accounts),
            words::of_members(view.accounts),
        ),
        false => (
            words::reached(first.reached, first.accounts),
            words::of_accounts(view.accounts),
        ),
    };
    view! {
        <div class="stack stack--4">
            <dl class="kpis" aria-label=format!("{title}, {span}")>
                <Kpi label=words::CREATORS value=count(creators) note=words::changed(creators, earlier) />
                <Kpi label=words::FIRST value=median note=new />
                <Kpi label=words::COMPLETION value=words::percent(now.success()) note=words::points(now.success(), before.success()) warn=fell(&now, &before) />
                <Kpi label=words::EXECUTIONS value=count(now.executions) note=words::changed(now.executions, before.executions) />
                <Kpi label=words::COST value=short_usd(now.cost) exact=usd(now.cost) note=words::each(&short_usd(average(&now))) />
                <Kpi label=words::ACTIVE_PEOPLE value=count(view.active) note=among />
            </dl>
            <p class="xs muted">{format!("{span}. ")}{words::UTC}" "{about}{words::CREATORS_TEXT}" "{words::FIRST}": "{first_text}</p>
        </div>
    }
}

/// Who made something, week by week, and who ran what.
#[component]
pub(super) fn Who(view: MetricsView, path: String) -> impl IntoView {
    view! {
        <div class="cols cols--2">
            <Creators weeks=view.weeks />
            <People people=view.people count=view.people_count path=path />
        </div>
    }
}

#[component]
fn Creators(weeks: Vec<CreatorWeek>) -> impl IntoView {
    let column = |week: &CreatorWeek| Column {
        name: day(week.at),
        value: words::creators(&day(week.at), week.creators),
        good: i64::try_from(week.creators).unwrap_or(i64::MAX),
        bad: 0,
    };
    let columns: Vec<Column> = weeks.iter().map(column).collect();
    let first = weeks.first().map_or_else(String::new, |week| day(week.at));
    let last = weeks.last().map_or_else(String::new, |week| day(week.at));
    let about = words::about(words::CREATORS, &words::span(&first, &last));
    let rows = weeks.into_iter().map(|week| {
        view! { <tr><th scope="row">{day(week.at)}</th><td class="n">{count(week.creators)}</td></tr> }
    });
    let heads = [words::WEEK, words::PEOPLE];
    let table = boxed("table--tight", words::CREATORS, &heads, rows.collect_view());
    view! {
        <figure class="stack stack--3">
            <figcaption class="sec"><h2>{words::CREATORS}</h2><span class="muted">{words::PEOPLE}</span></figcaption>
            <ColumnChart label=words::CREATORS about=about columns=columns amount=|n| count(n.unsigned_abs()) />
            <Behind>
                {table}
            </Behind>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_unit_that_reads_best() {
        assert_eq!(took(40_000), "40 s");
        assert_eq!(took(600_000), "10 min");
        assert_eq!(took(7_300_000), "2 h");
        assert_eq!(took(5 * 86_400_000), "5 days");
    }
}
