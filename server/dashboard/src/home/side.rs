//! What stands beside: the library's size, devices, the last seven days. Not their pages.

use crate::app::app;
use crate::frame::Room;
use crate::period::{Shown, Time};
use crate::route::{Route, Section, Tab};
use krowoc_shared::dashboards::Period;
use krowoc_shared::dashboards::wire::{DeviceStanding, Figures, HomeDevice};
use krowoc_ui::components::{Icon, RelativeTime};
use krowoc_ui::format::count;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{figures, home as words};
use leptos::prelude::*;

#[component]
pub(super) fn Library(prompts: u64, snippets: u64, collections: u64) -> impl IntoView {
    let row = |name: &'static str, n: u64, tab: Tab| {
        let href = Route::tab(tab).address();
        view! { <dt><a class="link link--plain" href=href>{name}</a></dt><dd>{count(n)}</dd> }
    };
    view! {
        <section class="stack stack--2" aria-labelledby="library">
            <div class="sec"><h2 id="library">{words::LIBRARY}</h2><a class="link push" href=Route::tab(Tab::Prompts).address()>{words::OPEN}</a></div>
            <p><b class="kpi__value">{count(prompts)}</b>" "<span class="soft">{words::prompts(prompts)}</span></p>
            <Room whole=true />
            <dl class="props props--end">{row(words::SNIPPETS, snippets, Tab::Snippets)}{row(words::COLLECTIONS, collections, Tab::Collections)}</dl>
        </section>
    }
}

fn look(standing: DeviceStanding) -> (Glyph, &'static str) {
    match standing {
        DeviceStanding::Synced => (Glyph::Check, "state state--ok"),
        DeviceStanding::Behind => (Glyph::Clock, "state state--warn"),
        DeviceStanding::Away => (Glyph::Off, "state"),
    }
}

#[component]
pub(super) fn Devices(devices: Vec<HomeDevice>) -> impl IntoView {
    let app = app();
    let manage = Route::Settings(Section::Devices).address();
    let none = devices.is_empty();
    let rows = devices.into_iter().map(|it| {
        let (glyph, class) = look(it.standing);
        view! {
            <li class="item item--flat">
                <Icon glyph=Glyph::Laptop />
                <div class="stack stack--0">
                    <span class="item__title" dir="auto">{it.name}</span>
                    <span class="item__sub"><RelativeTime at=it.seen_at now=app.now /></span>
                </div>
                <span class=class title=words::standing_text(it.standing)><Icon glyph=glyph />{words::standing(it.standing)}</span>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="stack stack--2" aria-labelledby="devices">
            <div class="sec"><h2 id="devices">{words::DEVICES}</h2>
                {(!none).then(|| view! { <a class="link push" href=manage.clone()>{words::MANAGE}</a> })}
            </div>
            {if none {
                view! { <p class="soft">{words::NO_DEVICES}</p><p><a class="btn" href=manage>{words::CONNECT}</a></p> }.into_any()
            } else {
                view! { <ul class="list" role="list">{rows}</ul> }.into_any()
            }}
        </section>
    }
}

#[component]
pub(super) fn Week(now: Figures, before: Figures) -> impl IntoView {
    let shown = Shown {
        time: Time::Period(Period::Week),
        ..Shown::default()
    };
    view! {
        <section class="stack stack--2" aria-labelledby="week">
            <div class="sec"><h2 id="week">{words::WEEK}</h2><a class="link push" href=Route::Dashboard(shown).address()>{words::DASHBOARD}</a></div>
            <dl class="kpis kpis--2">
                <div class="kpi"><dt class="kpi__label">{words::RUNS}</dt><dd class="kpi__value">{count(now.executions)}</dd>
                    <dd class="kpi__note">{figures::changed(now.executions, before.executions)}</dd></div>
                <div class="kpi"><dt class="kpi__label">{words::SUCCEEDED}</dt><dd class="kpi__value">{figures::percent(now.success())}</dd>
                    <dd class="kpi__note">{figures::points(now.success(), before.success())}</dd></div>
            </dl>
        </section>
    }
}
