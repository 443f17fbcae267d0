//! The navigation: places with counts, collections, and how the connection stands. Drawn beside the page or in a drawer.

use super::room::Room;
use super::{Face, Overlay};
use crate::app::{Session, app};
use crate::document::create;
use crate::history::ExecutionFilter;
use crate::live::Link;
use crate::period::Shown;
use crate::platform;
use crate::route::{Filter, Route, Section, Tab};
use crate::teams::Switcher;
use krowoc_shared::library::document::Kind;
use krowoc_ui::components::{Brand, Icon, IconButton};
use krowoc_ui::format::count;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, library};
use leptos::prelude::*;

/// Most collections in the navigation; the rest are on their own tab.
const COLLECTIONS: usize = 12;

/// The navigation.
#[component]
pub fn Side(
    /// In a drawer, with a button to close it.
    #[prop(optional)]
    drawer: bool,
) -> impl IntoView {
    let app = app();
    let close = move |()| app.overlay.set(None);
    let writes = app.space.writes();
    let total = move || {
        app.overview
            .with(|it| it.as_ref().map(|it| it.prompts.saturating_add(it.snippets)))
    };
    let conflicts = move || {
        app.overview
            .with(|it| it.as_ref().map_or(0, |it| it.conflicts))
    };
    let in_library = move || matches!(app.nav.get(), Route::Library(..) | Route::Document(_));
    let runs = Route::Executions(ExecutionFilter::default()).address();
    let figures = Route::Dashboard(Shown::default()).address();
    let in_runs = move || {
        matches!(
            app.nav.get(),
            Route::Run(_)
                | Route::Executions(_)
                | Route::Execution(_)
                | Route::Compare(..)
                | Route::DeadLetters(_)
        )
    };
    let views = move || {
        let mut views = vec![(
            Glyph::Star,
            library::FAVOURITES.to_owned(),
            Route::Library(
                Tab::All,
                Filter {
                    favourite: true,
                    ..Filter::default()
                },
            ),
            None,
        )];
        if conflicts() > 0 {
            let route = Route::Library(
                Tab::All,
                Filter {
                    conflict: true,
                    ..Filter::default()
                },
            );
            views.push((
                Glyph::Merge,
                library::CONFLICTS.to_owned(),
                route,
                Some(conflicts()),
            ));
        }
        app.collections.with(|all| {
            views.extend(all.iter().take(COLLECTIONS).map(|it| {
                let filter = Filter {
                    collection: Some(it.id),
                    ..Filter::default()
                };
                let title = if it.title.is_empty() {
                    library::UNTITLED.to_owned()
                } else {
                    it.title.clone()
                };
                (Glyph::Folder, title, Route::Library(Tab::All, filter), None)
            }));
        });
        views
            .into_iter()
            .map(|(glyph, name, route, number)| place(glyph, name, route, number))
            .collect_view()
    };
    // Whose settings they are.
    let face = move || match app.session.get() {
        Session::In(view) => {
            view! { <Face user=view.user picture=view.picture instead=Glyph::Sliders /> }.into_any()
        }
        _ => view! { <Icon glyph=Glyph::Sliders /> }.into_any(),
    };
    let find = if platform::apple() { "⌘ K" } else { "Ctrl K" };
    view! {
        <div class="line">
            <a class="brand grow" href=Route::Home.address()><Brand />{common::NAME}</a>
            <Show when=move || writes.get()>
                <IconButton label=common::NEW_PROMPT glyph=Glyph::Plus small=true on_press=move |()| create(app, Kind::Prompt) />
            </Show>
            {drawer.then(|| view! { <IconButton label=common::CLOSE_NAVIGATION glyph=Glyph::X small=true on_press=close /> })}
        </div>
        <Switcher />
        <button
            type="button"
            class="btn btn--find"
            title=common::SEARCH_OR_RUN
            on:click=move |_| app.overlay.set(Some(Overlay::Palette))
        >
            <Icon glyph=Glyph::Search />
            <span class="grow">{common::SEARCH}</span>
            <kbd class="kbd">{find}</kbd>
        </button>
        <nav class="nav" aria-label=common::MAIN>
            <ul>
                <li>
                    <a href=Route::Home.address() aria-current=move || (app.nav.get() == Route::Home).then_some("page")>
                        <Icon glyph=Glyph::Home />
                        {common::HOME}
                    </a>
                </li>
                <li>
                    <a href=Route::tab(Tab::Prompts).address() aria-current=move || in_library().then_some("page")>
                        <Icon glyph=Glyph::Library />
                        {common::LIBRARY}
                        <span class="count">{move || total().map(count)}</span>
                    </a>
                </li>
                <li>
                    <a href=runs aria-current=move || in_runs().then_some("page")>
                        <Icon glyph=Glyph::Activity />
                        {common::RUNS}
                    </a>
                </li>
                <li>
                    <a href=figures aria-current=move || matches!(app.nav.get(), Route::Dashboard(_)).then_some("page")>
                        <Icon glyph=Glyph::Chart />
                        {common::DASHBOARD}
                    </a>
                </li>
                <li>
                    <a href=Route::Community.address() aria-current=move || (app.nav.get() == Route::Community).then_some("page")>
                        <Icon glyph=Glyph::Globe />
                        {common::LEADERBOARD}
                    </a>
                </li>
                <li hidden=move || !writes.get()>
                    <a href=Route::Import.address() aria-current=move || (app.nav.get() == Route::Import).then_some("page")>
                        <Icon glyph=Glyph::Upload />
                        {common::IMPORT}
                    </a>
                </li>
            </ul>
        </nav>
        <nav class="nav" aria-label=library::COLLECTIONS>
            <p class="nav__head" aria-hidden="true">{library::COLLECTIONS}</p>
            <ul>{views}</ul>
        </nav>
        <div class="side__foot nav">
            <Room />
            <a
                href=Route::Settings(Section::Devices).address()
                aria-current=move || matches!(app.nav.get(), Route::Settings(_)).then_some("page")
            >
                {face}
                {common::SETTINGS}
            </a>
            <State />
        </div>
    }
}

fn place(glyph: Glyph, name: String, route: Route, number: Option<u64>) -> impl IntoView {
    let app = app();
    let address = route.address();
    let current = move || (app.nav.get() == route).then_some("page");
    view! {
        <li>
            <a href=address aria-current=current>
                <Icon glyph=glyph />
                <span class="cut" dir="auto">{name}</span>
                {number.map(|number| view! { <span class="count">{count(number)}</span> })}
            </a>
        </li>
    }
}

/// How the connection stands.
#[component]
fn State() -> impl IntoView {
    let app = app();
    let look = move || match app.link.get() {
        Link::Live => (Glyph::Check, common::LIVE, common::LIVE_HINT),
        Link::Connecting => (Glyph::Sync, common::CONNECTING, common::LIVE_HINT),
        Link::Offline => (Glyph::Off, common::OFFLINE, common::OFFLINE_HINT),
    };
    view! {
        <p class="nav__state" role="status" title=move || look().2>
            {move || view! { <Icon glyph=look().0 /> }}
            {move || look().1}
        </p>
    }
}
