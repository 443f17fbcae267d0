//! Whose library the dashboard shows, and what the person may do there. Kept in this browser; the server decides.

use crate::app::{App, Session};
use crate::navigation;
use crate::platform;
use crate::route::{Route, Tab};
use krowoc_shared::access::wire::TeamView;
use krowoc_shared::access::{Action, Role};
use krowoc_shared::ids::SpaceId;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::teams as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where the choice is kept.
const KEY: &str = "krowoc.team";

/// Whose library is shown; cheap to copy.
#[derive(Clone, Copy)]
pub struct Space {
    /// The team; `None` for one's own library.
    pub team: RwSignal<Option<SpaceId>>,
    /// The teams of the person, by name; `None` until they are known.
    pub teams: RwSignal<Option<Vec<TeamView>>>,
    /// Why they are not known.
    pub failed: RwSignal<Option<ApiError>>,
    /// The token of an invitation that was opened before anybody was signed in.
    pub invitation: StoredValue<Option<String>>,
    /// The personal space.
    own: StoredValue<Option<SpaceId>>,
}

impl Space {
    /// As the address says, else as it was left.
    pub fn start() -> Self {
        let team = navigation::space().inspect(|team| {
            let _ = platform::keep(KEY, &team.to_string());
        });
        let team = team.or_else(|| platform::recall(KEY).and_then(|id| id.parse().ok()));
        Client.set_team(team);
        let invited = navigation::path() == Route::Join.address();
        let token = invited.then(crate::accounts::token).flatten();
        Self {
            team: RwSignal::new(team),
            teams: RwSignal::new(None),
            failed: RwSignal::new(None),
            invitation: StoredValue::new(token),
            own: StoredValue::new(None),
        }
    }

    /// Forgets everything of the person who was signed in.
    pub fn forget(self) {
        platform::forget(KEY);
        Client.set_team(None);
        self.team.set(None);
        self.teams.set(None);
        self.own.set_value(None);
    }

    /// The team that is shown; `None` for one's own library, and until it is known.
    pub fn shown(self) -> Option<TeamView> {
        let id = self.team.get()?;
        self.teams
            .with(|teams| teams.iter().flatten().find(|team| team.id == id).cloned())
    }

    /// The person's own library, once it is known.
    pub fn own(self) -> Option<SpaceId> {
        self.own.get_value()
    }

    /// The teams whose libraries the person may write to, by name.
    pub fn writable(self) -> Vec<TeamView> {
        let writes = |team: &&TeamView| team.role.may(Action::WriteDocuments);
        self.teams
            .with(|teams| teams.iter().flatten().filter(writes).cloned().collect())
    }

    /// The person's own library, while another is shown.
    pub fn beside(self) -> Option<SpaceId> {
        let own = self.own.get_value();
        own.filter(|_| self.team.get_untracked().is_some())
    }

    /// What the person is in the library that is shown. In a team that is not known yet, the least.
    pub fn role(self) -> Role {
        match self.team.get() {
            None => Role::Owner,
            Some(_) => self.shown().map_or(Role::Viewer, |team| team.role),
        }
    }

    /// Whether they may do something there.
    pub fn may(self, action: Action) -> bool {
        self.role().may(action)
    }

    /// Whether the library that is shown may be written to, for buttons that come and go with it.
    pub fn writes(self) -> Memo<bool> {
        Memo::new(move |_| self.may(Action::WriteDocuments))
    }

    /// Why they may not; `None` when they may.
    pub fn refusal(self, action: Action) -> Option<String> {
        let role = self.role();
        (!role.may(action)).then(|| action.refusal(role))
    }

    /// Whether a hint or a state is of the library that is shown.
    pub fn is_shown(self, space: SpaceId) -> bool {
        match self.team.get_untracked() {
            Some(team) => team == space,
            None => self
                .own
                .with_value(|own| own.is_none_or(|own| own == space)),
        }
    }
}

/// Shows another library.
pub fn choose(app: App, team: Option<SpaceId>) {
    if app.space.team.get_untracked() == team {
        return;
    }
    // What is open belongs to the other library.
    if matches!(
        app.nav.untracked(),
        Route::Document(_)
            | Route::Version(..)
            | Route::Run(_)
            | Route::Library(..)
            | Route::Import
    ) {
        app.nav.go(Route::tab(Tab::Prompts));
    }
    turn(app, team);
}

/// Follows an address into the library that it names.
pub fn enter(app: App, space: SpaceId) {
    let team = (app.space.own.get_value() != Some(space)).then_some(space);
    if app.space.team.get_untracked() != team {
        turn(app, team);
    }
}

fn turn(app: App, team: Option<SpaceId>) {
    match team {
        Some(team) => drop(platform::keep(KEY, &team.to_string())),
        None => platform::forget(KEY),
    }
    Client.set_team(team);
    app.overview.set(None);
    app.collections.set(Vec::new());
    app.seq.set(0);
    app.space.team.set(team);
    app.refresh_overview();
}

/// Reads the teams anew. Whoever is no longer in the one that is shown sees their own library.
pub fn refresh(app: App) {
    if let Session::In(view) = app.session.get_untracked() {
        app.space.own.set_value(Some(view.space));
    }
    spawn_local(async move {
        let teams = match Client.get::<Vec<TeamView>>("/teams").await {
            Ok(teams) => teams,
            Err(error) => {
                app.space.failed.set(Some(error));
                return;
            }
        };
        app.space.failed.set(None);
        let shown = app.space.team.get_untracked();
        let gone = shown.is_some_and(|id| teams.iter().all(|team| team.id != id));
        if app
            .space
            .teams
            .with_untracked(|known| known.as_ref() != Some(&teams))
        {
            app.space.teams.set(Some(teams));
        }
        if gone {
            choose(app, None);
            app.toasts.say(Glyph::Alert, words::NO_MORE);
        }
    });
}
