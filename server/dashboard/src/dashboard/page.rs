//! The page: which figures are shown, and what stands while they are on their way, missing or none.

use super::charts::{Executions, Latency, Models};
use super::everybody::{Everybody, Sums, Who};
use super::head::{Head, file};
use super::kpis::Kpis;
use super::tables::Prompts;
use crate::app::{App, app};
use crate::document::set_title;
use crate::frame::Reference;
use crate::navigation::placed_in;
use crate::period::{Shown, day, point};
use crate::route::{Route, RunPlace, Section, Tab};
use krowoc_shared::dashboards::Grain;
use krowoc_shared::dashboards::wire::{Begun, DashboardView, MetricsView, TeamFiguresView};
use krowoc_shared::ids::{Millis, SpaceId};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, Skeleton, calendar};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::figures as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The figures that are shown.
#[derive(Clone)]
enum Figures {
    Mine(DashboardView),
    Everybody(MetricsView),
    Team(TeamFiguresView),
}

/// What the page knows.
#[derive(Clone, Copy)]
pub(super) struct Control {
    /// The dashboard.
    pub app: App,
    /// Which figures.
    pub shown: RwSignal<Shown>,
    /// Whether the person may see everybody's.
    pub admin: RwSignal<bool>,
    loaded: RwSignal<Option<Result<Figures, ApiError>>>,
    /// Others are on their way.
    busy: RwSignal<bool>,
}

impl Control {
    /// Shows other figures.
    pub(super) fn show(self, change: impl FnOnce(&mut Shown)) {
        self.shown.update(change);
        let shown = self.shown.get_untracked();
        self.app.nav.go(Route::Dashboard(shown));
        self.load();
    }

    fn load(self) {
        let shown = self.shown.get_untracked();
        self.busy.set(true);
        spawn_local(async move {
            let query = shown.time.query();
            let answer = if let Some(team) = shown.team {
                let path = format!("/teams/{team}/figures?{query}");
                Client.get(&path).await.map(Figures::Team)
            } else if shown.all {
                let path = format!("/admin/metrics?{query}");
                Client.get(&path).await.map(Figures::Everybody)
            } else {
                let path = format!("/dashboard?{query}");
                Client.get(&path).await.map(Figures::Mine)
            };
            if self.shown.try_get_untracked() != Some(shown) {
                return;
            }
            if let Err(error) = &answer
                && error.signed_out()
            {
                self.app.failed(error);
            }
            match &answer {
                Ok(Figures::Mine(view)) => drop(self.admin.try_set(view.admin)),
                Ok(Figures::Everybody(_)) => drop(self.admin.try_set(true)),
                Ok(Figures::Team(_)) | Err(_) => {}
            }
            self.loaded.try_set(Some(answer));
            self.busy.try_set(false);
        });
    }
}

/// The reader's own hour and minute.
pub(super) fn clock(at: Millis) -> (u32, u32) {
    let at = calendar(at);
    (at.hour, at.minute)
}

/// The dashboard.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let app = app();
    let shown = match app.nav.untracked() {
        Route::Dashboard(shown) => shown,
        _ => Shown::default(),
    };
    let control = Control {
        app,
        shown: RwSignal::new(shown),
        admin: RwSignal::new(false),
        loaded: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    set_title(words::TITLE);
    control.load();
    // Back and forward within the page change the address first.
    Effect::new(move |_| {
        if let Route::Dashboard(shown) = app.nav.get()
            && control.shown.with_untracked(|own| *own != shown)
        {
            control.shown.set(shown);
            control.load();
        }
    });
    view! {
        <Head control=control />
        <div class="pane grow" aria-busy=move || control.busy.get().then_some("true")>
            <div class="page page--charts">
                {move || match control.loaded.get() {
                    None => view! { <Skeleton label=words::LOADING rows=8 /> }.into_any(),
                    Some(Err(error)) => view! { <Failed control=control error=error /> }.into_any(),
                    Some(Ok(Figures::Mine(view))) => view! { <Mine control=control view=view /> }.into_any(),
                    Some(Ok(Figures::Everybody(view))) => {
                        let path = format!("/admin/metrics?{}", control.shown.with_untracked(|shown| shown.time.query()));
                        view! { <Everybody view=view path=path /> }.into_any()
                    }
                    Some(Ok(Figures::Team(view))) => view! { <Team control=control view=view /> }.into_any(),
                }}
            </div>
        </div>
    }
}

/// A team's: its key figures, the series, and who it was. While nobody has run anything, what is to be done first.
#[component]
fn Team(control: Control, view: TeamFiguresView) -> impl IntoView {
    let shown = control.shown.get_untracked();
    if let Some(begun) = view.begun.filter(|it| !it.run) {
        return view! { <First begun=begun team=shown.team /> }.into_any();
    }
    let team = shown.team.map_or_else(String::new, |id| id.to_string());
    let path = format!("/teams/{team}/figures?{}", shown.time.query());
    view! {
        <Sums view=view.metrics.clone() team=true />
        {series(&view, &shown)}
        <Who view=view.metrics path=path />
    }
    .into_any()
}

/// The series of a team, what its models and prompts cost; nothing is drawn of nothing.
fn series(view: &TeamFiguresView, shown: &Shown) -> AnyView {
    if view.metrics.total.executions == 0 {
        return view! { <Empty glyph=Glyph::Chart title=words::EMPTY text=words::TEAM_EMPTY_TEXT /> }
            .into_any();
    }
    let grain = view.grain;
    let span = words::span(
        &day(view.metrics.from),
        &day(view.metrics.to.saturating_sub(1)),
    );
    let names: Vec<String> = view
        .points
        .iter()
        .map(|it| point(it.at, grain, clock))
        .collect();
    view! {
        <div class="cols cols--2">
            <Executions points=view.points.clone() names=names.clone() grain=grain span=span.clone() />
            <Latency points=view.points.clone() names=names grain=grain span=span.clone() />
            <Models models=view.models.clone() count=view.model_count span=span file=file(shown, "model") />
            <Prompts prompts=view.prompts.clone() place=shown.team file=file(shown, "prompt") />
        </div>
    }
    .into_any()
}

#[component]
fn Failed(control: Control, error: ApiError) -> impl IntoView {
    view! {
        <div role="alert">
            <Empty glyph=Glyph::Alert title=words::FAILED text=error.sentence()>
                <button type="button" class="btn" on:click=move |_| control.load()><Icon glyph=Glyph::Sync />{words::TRY_AGAIN}</button>
                <Reference id=error.correlation().to_owned() />
            </Empty>
        </div>
    }
}

/// The period in words.
fn span(view: &DashboardView) -> String {
    let last = view.to.saturating_sub(1);
    match view.grain {
        Grain::Day => words::span(&day(view.from), &day(last)),
        Grain::Hour => {
            let at = |at| {
                let local = calendar(at);
                let name = krowoc_ui::format::exact(local);
                // Without the seconds.
                name.get(..name.len().saturating_sub(3))
                    .unwrap_or_default()
                    .to_owned()
            };
            words::span(&at(view.from), &at(last))
        }
    }
}

/// What to do first, where nothing was ever run: each step with whether it is done, and the way to it. In a team, the prompt is one of its
/// library.
#[component]
fn First(begun: Begun, team: Option<SpaceId>) -> impl IntoView {
    let placed = |route: Route| match team {
        Some(team) => placed_in(route.address(), team),
        None => route.address(),
    };
    let said = match team {
        Some(_) => words::BEGIN_TEAM,
        None => words::BEGIN_OWN,
    };
    let steps = [
        (
            begun.key,
            words::BEGIN_KEY,
            words::BEGIN_KEY_TEXT,
            Route::Settings(Section::Keys).address(),
        ),
        (
            begun.prompt,
            said.prompt,
            said.prompt_text,
            placed(Route::tab(Tab::Prompts)),
        ),
        (
            false,
            words::BEGIN_RUN,
            said.run_text,
            placed(Route::Run(RunPlace::default())),
        ),
    ];
    // The first that is not done is the one to go on with.
    let next = steps.iter().position(|step| !step.0);
    let one = |(at, (done, name, text, address)): (
        usize,
        (bool, &'static str, &'static str, String),
    )| {
        let class = if next == Some(at) {
            "btn btn--primary"
        } else {
            "btn"
        };
        let glyph = if done { Glyph::Check } else { Glyph::Right };
        view! {
            <li class="item item--plain">
                <Icon glyph=glyph />
                <div class="stack stack--1">
                    <span class="line line--wrap"><b class="med">{name}</b>{done.then(|| view! { <span class="badge badge--ok">{words::BEGIN_DONE}</span> })}</span>
                    <span class="xs muted">{text}</span>
                </div>
                {(!done).then(|| view! { <a class=class href=address>{name}</a> })}
            </li>
        }
    };
    view! {
        <Empty glyph=Glyph::Chart title=said.title text=said.text />
        <ol class="card" role="list" aria-label=said.title>{steps.into_iter().enumerate().map(one).collect_view()}</ol>
    }
}

#[component]
fn Mine(control: Control, view: DashboardView) -> impl IntoView {
    let shown = control.shown.get_untracked();
    if view.total.executions == 0 && view.before.executions == 0 {
        if let Some(begun) = view.begun.filter(|it| !it.run) {
            return view! { <First begun=begun team=None /> }.into_any();
        }
        return view! {
            <Empty glyph=Glyph::Chart title=words::EMPTY text=words::EMPTY_TEXT>
                <a class="btn btn--primary" href=Route::Run(RunPlace::default()).address()>{words::RUN_A_TEXT}</a>
            </Empty>
        }
        .into_any();
    }
    let span = span(&view);
    let name = |at| point(at, view.grain, clock);
    let names: Vec<String> = view.points.iter().map(|it| name(it.at)).collect();
    let utc = (view.grain == Grain::Day).then_some(words::UTC);
    let note = [Some(format!("{span}.")), utc.map(str::to_owned)];
    let note: Vec<String> = note.into_iter().flatten().collect();
    view! {
        <div class="stack stack--4">
            <Kpis view=view.clone() span=span.clone() />
            <p class="xs muted">{note.join(" ")}</p>
        </div>
        <div class="cols cols--2">
            <Executions points=view.points.clone() names=names.clone() grain=view.grain span=span.clone() />
            <Latency points=view.points.clone() names=names grain=view.grain span=span.clone() />
            <Models models=view.models count=view.model_count span=span file=file(&shown, "model") />
            <Prompts prompts=view.prompts place=control.app.space.own() file=file(&shown, "prompt") />
        </div>
    }
    .into_any()
}
