//! What every page shares: who is signed in, where we are, what changed. And the root that chooses the page.

use crate::accounts::SignIn;
use crate::frame::{Frame, Lost, Overlay};
use crate::lazy::{Coming, screen, window_screen};
use crate::library::LibraryPage;
use crate::live::{self, Link};
use crate::navigation::Navigation;
use crate::platform;
use crate::route::{Route, Section};
use crate::screens;
use crate::teams::{self, Space};
use crate::timing::Throttle;
use krowoc_shared::accounts::people::AccountView;
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::ids::{DocId, Millis, SpaceId};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::wire::{ListQuery, Overview, Page, Sort};
use krowoc_ui::api::{ApiError, Client, query_string};
use krowoc_ui::components::{Empty, ToastHost, Toasts};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{accounts as words, common};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq)]
pub enum Session {
    /// Not known yet.
    Checking,
    /// Nobody.
    Out,
    /// Somebody.
    In(SessionView),
    /// The server did not say.
    Unknown(ApiError),
}

/// A collection as pickers need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// The document.
    pub id: DocId,
    /// Its title.
    pub title: String,
}

/// What a page does with a key; true when it did something.
pub type KeyHandler = Callback<crate::keys::Action, bool>;

/// The shared state of the dashboard; cheap to copy.
#[derive(Clone, Copy)]
pub struct App {
    /// Where we are.
    pub nav: Navigation,
    /// Who is signed in.
    pub session: RwSignal<Session>,
    /// They look after the server, as far as is known.
    pub admin: RwSignal<bool>,
    /// Messages at the foot.
    pub toasts: Toasts,
    /// The present, moved on every half minute.
    pub now: RwSignal<Millis>,
    /// Counts, tags, sites.
    pub overview: RwSignal<Option<Overview>>,
    /// Collections by title.
    pub collections: RwSignal<Vec<Collection>>,
    /// The live connection.
    pub link: RwSignal<Link>,
    /// The largest sequence number heard of: what is shown may be older.
    pub seq: RwSignal<u64>,
    /// Whose library is looked at.
    pub space: Space,
    /// What lies over the page.
    pub overlay: RwSignal<Option<Overlay>>,
    /// What the page does with keys.
    pub keys: StoredValue<Option<(u64, KeyHandler)>>,
    refresh: Throttle,
}

/// The shared state, inside a component.
pub fn app() -> App {
    expect_context()
}

impl App {
    fn start() -> Self {
        let this = Self {
            nav: Navigation::start(),
            session: RwSignal::new(Session::Checking),
            admin: RwSignal::new(false),
            toasts: Toasts::default(),
            now: RwSignal::new(platform::now()),
            overview: RwSignal::new(None),
            collections: RwSignal::new(Vec::new()),
            link: RwSignal::new(Link::Connecting),
            seq: RwSignal::new(0),
            space: Space::start(),
            overlay: RwSignal::new(None),
            keys: StoredValue::new(None),
            refresh: Throttle::new(1_500),
        };
        set_interval(
            move || this.now.set(platform::now()),
            Duration::from_secs(30),
        );
        this.nav.listen(move |space| teams::enter(this, space));
        this.check();
        this
    }

    /// Asks who is signed in.
    pub fn check(self) {
        spawn_local(async move {
            let session = match Client.whoami().await {
                Ok(view) => Session::In(view),
                Err(error) if error.signed_out() => Session::Out,
                Err(error) => Session::Unknown(error),
            };
            self.session.set(session);
        });
    }

    /// Asks whether they look after the server.
    pub fn look_after(self) {
        spawn_local(async move {
            if let Ok(view) = Client.get::<AccountView>("/account").await {
                self.admin.set(view.admin);
            }
        });
    }

    /// Takes over a fresh session.
    pub fn signed_in(self, view: SessionView) {
        self.admin.set(false);
        Client.set_session(Some(view.clone()));
        self.session.set(Session::In(view));
    }

    /// Ends the session here and on the server.
    pub fn sign_out(self) {
        spawn_local(async move {
            match Client.delete::<()>("/session").await {
                Ok(()) => self.toasts.say(Glyph::Check, common::SIGNED_OUT),
                Err(error) if error.signed_out() => {}
                Err(error) => {
                    self.toasts.say(Glyph::Alert, error.sentence());
                    return;
                }
            }
            self.forget();
        });
    }

    /// Forgets everything of the person who was signed in.
    pub fn forget(self) {
        Client.set_session(None);
        self.overview.set(None);
        self.collections.set(Vec::new());
        self.seq.set(0);
        self.space.forget();
        self.session.set(Session::Out);
        self.nav.replace(Route::SignIn);
    }

    /// Shows an error at the foot; a lost session leads to the sign-in.
    pub fn failed(self, error: &ApiError) {
        match error {
            ApiError::Aborted => {}
            error if error.signed_out() => self.session.set(Session::Out),
            error => self.toasts.say(Glyph::Alert, error.sentence()),
        }
    }

    /// Reads the counts and collections anew, soon.
    pub fn refresh_overview(self) {
        self.refresh.run(move || {
            spawn_local(async move {
                if let Ok(overview) = Client.get::<Overview>("/library/overview").await {
                    self.overview.set(Some(overview));
                }
                let query = ListQuery {
                    kind: Some(Kind::Collection),
                    sort: Some(Sort::Title),
                    limit: Some(200),
                    ..ListQuery::default()
                };
                if let Ok(page) = Client
                    .get::<Page>(&format!("/library{}", query_string(&query)))
                    .await
                {
                    let rows = page
                        .items
                        .into_iter()
                        .map(|row| Collection {
                            id: row.id,
                            title: row.title,
                        })
                        .collect();
                    self.collections.set(rows);
                }
            });
        });
    }

    /// Tags that are in use, most used first.
    pub fn known_tags(self) -> Signal<Vec<String>> {
        Signal::derive(move || {
            self.overview.with(|overview| {
                overview
                    .iter()
                    .flat_map(|overview| &overview.tags)
                    .map(|tag| tag.name.clone())
                    .collect()
            })
        })
    }

    /// The page takes keys until it goes.
    pub fn take_keys(self, handler: impl Fn(crate::keys::Action) -> bool + Send + Sync + 'static) {
        let id = self
            .keys
            .with_value(|current| current.map_or(0, |(id, _)| id))
            .wrapping_add(1);
        self.keys.set_value(Some((id, Callback::new(handler))));
        // The next page may have taken over already: only its own handler is removed.
        on_cleanup(move || {
            self.keys.try_update_value(|current| {
                if current.is_some_and(|(current, _)| current == id) {
                    *current = None;
                }
            });
        });
    }
}

/// The whole application.
#[component]
pub fn Root() -> impl IntoView {
    let app = App::start();
    provide_context(app);
    live::start(app);
    crate::frame::start_keys(app);
    Effect::new(move |_| {
        if matches!(app.session.get(), Session::In(_)) {
            let at_door = matches!(app.nav.get(), Route::SignIn | Route::SignUp | Route::Forgot);
            let invited = app.space.invitation.with_value(Option::is_some);
            // An invitation, or a link that was opened meanwhile, goes before the page that was left. A provider sends back to Home.
            let free = !invited && (at_door || app.nav.untracked() == Route::Home);
            if let Some(path) = free.then(platform::way_back).flatten() {
                let _ = window().location().assign(&path);
                return;
            }
            teams::refresh(app);
            app.refresh_overview();
            if at_door {
                app.nav
                    .replace(if invited { Route::Join } else { Route::Home });
            }
        }
    });
    Effect::new(move |_| {
        if app.seq.get() > 0 {
            app.refresh_overview();
        }
    });
    let place = Memo::new(move |_| place(&app.session.get(), &app.nav.get()));
    view! {
        {move || match place.get() {
            Place::Checking => view! { <Coming label=words::CHECKING /> }.into_any(),
            Place::Away(error) => view! { <Away error=error /> }.into_any(),
            Place::Door(up) => view! { <SignIn up=up /> }.into_any(),
            Place::Connect => window_screen(screens::connect),
            Place::ConnectDone => window_screen(screens::connect_done),
            Place::Forgot => window_screen(screens::forgot),
            Place::Reset => window_screen(screens::reset),
            Place::Verify => window_screen(screens::verify),
            Place::Join => window_screen(screens::join),
            Place::Lost => view! { <Lost /> }.into_any(),
            Place::Inside => view! { <Frame><Inside /></Frame> }.into_any(),
        }}
        <ToastHost toasts=app.toasts />
    }
}

/// What fills the window.
#[derive(Clone, PartialEq)]
enum Place {
    Checking,
    Away(ApiError),
    Door(bool),
    Connect,
    ConnectDone,
    Forgot,
    Reset,
    Verify,
    Join,
    Lost,
    Inside,
}

fn place(session: &Session, route: &Route) -> Place {
    match (session, route) {
        (_, Route::ConnectDone) => Place::ConnectDone,
        // Links of mails open in any browser, whoever is signed in there.
        (_, Route::Reset) => Place::Reset,
        (_, Route::Verify) => Place::Verify,
        (Session::Checking, _) => Place::Checking,
        (Session::Unknown(error), _) => Place::Away(error.clone()),
        (Session::Out, Route::SignUp) => Place::Door(true),
        (Session::Out, Route::Forgot) => Place::Forgot,
        (Session::Out, Route::Lost) => Place::Lost,
        (Session::Out, _) => Place::Door(false),
        (Session::In(_), Route::Connect) => Place::Connect,
        (Session::In(_), Route::Join) => Place::Join,
        (Session::In(_), _) => Place::Inside,
    }
}

/// The page inside the frame. A change within a page (a filter) keeps the page.
#[component]
fn Inside() -> impl IntoView {
    let app = app();
    // Another library is another page, even at the same address.
    type Shown = (Route, Option<SpaceId>);
    let shown = Memo::new_with_compare(
        move |_| (app.nav.get(), app.space.team.get()),
        |one: Option<&Shown>, two: Option<&Shown>| match (one, two) {
            (Some((one, of)), Some((two, to))) => of != to || !one.same_page(two),
            _ => true,
        },
    );
    view! {
        {move || match shown.get().0 {
            Route::Home => screen(screens::home),
            Route::Dashboard(_) => screen(screens::dashboard),
            Route::Library(tab, _) => view! { <LibraryPage tab=tab /> }.into_any(),
            Route::Document(id) => screen(move || screens::document(id)),
            Route::Version(id, number) => screen(move || screens::version(id, number)),
            Route::Run(place) => screen(move || screens::run(place)),
            Route::Executions(_) => screen(screens::executions),
            Route::Execution(id) => screen(move || screens::execution(id)),
            Route::Compare(one, other) => screen(move || screens::compare(one, other)),
            Route::DeadLetters(_) => screen(screens::dead_letters),
            Route::Community => screen(screens::community),
            Route::Import => screen(screens::import),
            Route::Settings(Section::Teams) => screen(screens::teams),
            Route::Settings(section) => screen(move || screens::settings(section)),
            Route::Lost => view! { <Lost /> }.into_any(),
            _ => ().into_any(),
        }}
    }
}

#[component]
fn Away(error: ApiError) -> impl IntoView {
    let app = app();
    let again = move |_| {
        app.session.set(Session::Checking);
        app.check();
    };
    view! {
        <main class="signin">
            <div class="signin__box" role="alert">
                <h1 class="sr">{common::NAME}</h1>
                <Empty glyph=Glyph::Off title=common::SERVER_AWAY_TITLE text=error.sentence()>
                    <button type="button" class="btn" on:click=again>{common::TRY_AGAIN}</button>
                    <crate::frame::Reference id=error.correlation().to_owned() />
                </Empty>
            </div>
        </main>
    }
}
