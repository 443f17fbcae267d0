//! The switch between one's own library and those of teams, in the navigation; and what a viewer is told. Not the teams' settings.

use super::space::choose;
use crate::app::app;
use crate::frame::{Choice, Dropdown};
use crate::route::{Route, Section};
use krowoc_shared::access::Action;
use krowoc_ui::components::{Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::teams as words;
use leptos::prelude::*;

/// What the entry that leads to the settings is called.
const SETTINGS: &str = "settings";

/// The switch; nothing for who is in no team.
#[component]
pub fn Switcher() -> impl IntoView {
    let app = app();
    let any = Memo::new(move |_| {
        let teams = app.space.teams;
        teams.with(|teams| teams.as_ref().is_some_and(|teams| !teams.is_empty()))
    });
    let label = Signal::derive(move || {
        let shown = app.space.shown().map(|team| team.name);
        shown.unwrap_or_else(|| words::PERSONAL.to_owned())
    });
    let choices = Signal::derive(move || {
        let entry = |key: String, label: String| Choice {
            key,
            label,
            count: None,
        };
        let mut all = vec![entry(String::new(), words::PERSONAL.to_owned())];
        app.space.teams.with(|teams| {
            let teams = teams.iter().flatten();
            all.extend(teams.map(|team| entry(team.id.to_string(), team.name.clone())));
        });
        all.push(entry(SETTINGS.to_owned(), words::MANAGE.to_owned()));
        all
    });
    let pick = move |choice: Choice| match choice.key.as_str() {
        SETTINGS => app.nav.go(Route::Settings(Section::Teams)),
        key => choose(app, key.parse().ok()),
    };
    move || {
        any.get().then(|| {
            view! {
                <div class="switch-space" role="group" aria-label=words::SPACE>
                    <Dropdown label=label class="btn btn--block" glyph=Glyph::Users choices=choices on_pick=pick />
                </div>
            }
        })
    }
}

/// What a person is told who may only look.
#[component]
pub fn Reading() -> impl IntoView {
    let app = app();
    let told = Memo::new(move |_| {
        let shown = app.space.shown()?;
        (!shown.role.may(Action::WriteDocuments)).then_some(shown.name)
    });
    move || {
        told.get().map(|team| {
            view! {
                <div class="strip">
                    <Notice kind=NoticeKind::Info glyph=Glyph::Eye><span>{words::reading_only(&team)}</span></Notice>
                </div>
            }
        })
    }
}
