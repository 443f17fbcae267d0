//! The head of the page: the period, days of one's own, whose figures, the file. Not the figures.

use super::page::Control;
use crate::frame::MenuButton;
use crate::period::{Shown, Time};
use crate::platform;
use krowoc_shared::access::Action;
use krowoc_shared::dashboards::Period;
use krowoc_shared::dashboards::period::DAY;
use krowoc_shared::exchange::time;
use krowoc_ui::components::{Icon, Seg};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::figures as words;
use leptos::prelude::*;

const PERIODS: [(Period, &str); 4] = [
    (Period::Day, words::HOURS_24),
    (Period::Week, words::DAYS_7),
    (Period::Month, words::DAYS_30),
    (Period::Quarter, words::DAYS_90),
];

/// Today and a day before it in UTC, as fields have them.
fn day_before(days: i64) -> String {
    let at = platform::now().saturating_sub(days.saturating_mul(DAY));
    let mut text = time::format(at);
    text.truncate(10);
    text
}

/// Where one's own figures, or a team's, are as a file.
fn files(shown: &Shown) -> String {
    match shown.team {
        Some(team) => format!("/api/v1/teams/{team}/figures/csv?{}", shown.time.query()),
        None => format!("/api/v1/dashboard/csv?{}", shown.time.query()),
    }
}

/// The same, with lines that stand for something else than time.
pub(super) fn file(shown: &Shown, by: &str) -> String {
    format!("{}&by={by}", files(shown))
}

#[component]
pub(super) fn Head(control: Control) -> impl IntoView {
    // Days of one's own are being chosen, and may not be shown yet.
    let own = RwSignal::new(false);
    let at = move || {
        control.shown.with(|shown| match &shown.time {
            Time::Period(period) if !own.get() => {
                PERIODS.iter().position(|it| it.0 == *period).unwrap_or(2)
            }
            _ => PERIODS.len(),
        })
    };
    let choose = move |at: usize| match PERIODS.get(at) {
        Some((period, _)) => {
            own.set(false);
            control.show(|shown| shown.time = Time::Period(*period));
        }
        None => own.set(true),
    };
    let days = move || at() == PERIODS.len();
    let mut options: Vec<&'static str> = PERIODS.iter().map(|it| it.1).collect();
    options.push(words::OWN);
    let times = move || control.shown.with(files);
    let members = move || control.shown.with(|shown| file(shown, "member"));
    let team = move || control.shown.with(|shown| shown.team.is_some());
    let mine = move || control.shown.with(|shown| !shown.all);
    view! {
        <header class="top top--wrap">
            <MenuButton />
            <h1>{words::TITLE}</h1>
            <Show when=move || control.admin.get() && !team()><Whose control=control /></Show>
            <Teams control=control />
            <span class="push line line--wrap">
                <Seg label=words::PERIOD options=options value=Signal::derive(at) on_change=choose />
                <Show when=mine>
                    <a class="btn" href=times download="" title=words::CSV_HINT><Icon glyph=Glyph::Download />{words::CSV}</a>
                </Show>
                <Show when=team>
                    <a class="btn" href=members download="" title=words::CSV_HINT><Icon glyph=Glyph::Download />{words::MEMBERS_CSV}</a>
                </Show>
            </span>
        </header>
        <Show when=days><Days control=control /></Show>
    }
}

/// One's own figures or everybody's.
#[component]
fn Whose(control: Control) -> impl IntoView {
    let at = Signal::derive(move || usize::from(control.shown.with(|shown| shown.all)));
    let choose = move |at: usize| {
        control.show(|shown| {
            shown.all = at == 1;
            shown.team = None;
        });
    };
    view! { <Seg label=words::WHOSE options=vec![words::MINE, words::EVERYBODY] value=at on_change=choose /> }
}

/// The figures of a team, for who may see them.
#[component]
fn Teams(control: Control) -> impl IntoView {
    let seen = Memo::new(move |_| {
        let teams = control.app.space.teams.get().unwrap_or_default();
        let seen = teams
            .into_iter()
            .filter(|team| team.role.may(Action::SeeFigures));
        seen.map(|team| (team.id, team.name)).collect::<Vec<_>>()
    });
    let pick = move |event| {
        let team = event_target_value(&event).parse().ok();
        control.show(|shown| {
            shown.team = team;
            shown.all = false;
        });
    };
    move || {
        let teams = seen.get();
        let current = control.shown.with(|shown| shown.team);
        (!teams.is_empty()).then(|| {
            let options = teams.into_iter().map(|(id, name)| {
                view! { <option value=id.to_string() selected=Some(id) == current>{name}</option> }
            });
            view! {
                <span class="selectbox"><select class="select" aria-label=words::TEAM on:change=pick>
                    <option value="" selected=current.is_none()>{words::NO_TEAM}</option>
                    {options.collect_view()}
                </select><Icon glyph=Glyph::Down /></span>
            }
        })
    }
}

#[component]
fn Days(control: Control) -> impl IntoView {
    let (from, to) = match control.shown.get_untracked().time {
        Time::Days(from, to) => (from, to),
        Time::Period(_) => (day_before(6), day_before(0)),
    };
    let (from, to) = (RwSignal::new(from), RwSignal::new(to));
    let missing = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (from, to) = (from.get_untracked(), to.get_untracked());
        missing.set(from.is_empty() || to.is_empty());
        if !missing.get_untracked() {
            control.show(|shown| shown.time = Time::Days(from, to));
        }
    };
    view! {
        <form class="toolbar line line--wrap" on:submit=submit>
            <label class="line"><span class="soft">{words::FROM}</span>
                <input class="input input--day" type="date" prop:value=move || from.get() on:input=move |event| from.set(event_target_value(&event)) /></label>
            <label class="line"><span class="soft">{words::TO}</span>
                <input class="input input--day" type="date" prop:value=move || to.get() on:input=move |event| to.set(event_target_value(&event)) /></label>
            <button type="submit" class="btn">{words::SHOW}</button>
            <span class="hint hint--error" role="status">{move || missing.get().then_some(words::DAYS_MISSING)}</span>
        </form>
    }
}
