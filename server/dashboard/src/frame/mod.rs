//! What surrounds every page: navigation, drawer, command palette, keys. Not the pages.

mod confirm;
mod dropdown;
mod face;
mod help;
mod modal;
mod palette;
mod press;
mod room;
mod side;

pub use confirm::Confirm;
pub use dropdown::{Choice, Dropdown};
pub use face::Face;
pub use help::Help;
pub use modal::Modal;
pub use palette::Palette;
pub use press::start as start_keys;
pub use room::Room;

use crate::app::app;
use crate::compose::Write;
use crate::lazy::layer;
use crate::live::Link;
use crate::platform;
use crate::route::{Route, Tab};
use crate::screens;
use crate::teams::Reading;
use krowoc_ui::components::{Empty, Icon, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, library};
use leptos::prelude::*;
use leptos::task::spawn_local;
use side::Side;
use std::time::Duration;

/// How long after the frame what it may need next is fetched.
const EARLY: Duration = Duration::from_secs(2);

/// What lies over a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The navigation on a narrow window.
    Navigation,
    /// The command palette.
    Palette,
    /// The list of keys.
    Keys,
    /// The editor.
    Write(Write),
}

/// Navigation beside, page within, layers above.
#[component]
pub fn Frame(
    /// The page.
    children: Children,
) -> impl IntoView {
    let app = app();
    let close = Callback::new(move |()| app.overlay.set(None));
    // Keys should not wait for the palette: its part is fetched when the first screen is there.
    set_timeout(
        move || spawn_local(async move { drop(screens::palette(close).await) }),
        EARLY,
    );
    // A new page begins at its heading, for the eye and for a screen reader.
    Effect::new(move |before: Option<Route>| {
        let now = app.nav.get();
        if before
            .as_ref()
            .is_some_and(|before| !before.same_page(&now))
        {
            app.overlay.set(None);
            request_animation_frame(|| platform::focus("#main"));
        }
        now
    });
    view! {
        <a class="skip btn" href="#main">{common::SKIP}</a>
        <div class="shell">
            <header class="side"><Side /></header>
            <main class="main" id="main" tabindex="-1">
                <Show when=move || app.link.get() == Link::Offline>
                    <div class="strip">
                        <Notice kind=NoticeKind::Warn glyph=Glyph::Off>
                            <span><b>{common::OFFLINE}"."</b>" "{common::OFFLINE_NOTICE}</span>
                        </Notice>
                    </div>
                </Show>
                <Reading />
                {children()}
            </main>
        </div>
        {move || app.overlay.get().map(|overlay| match overlay {
            Overlay::Navigation => view! {
                <Modal label=common::MAIN class="drawer drawer--start" on_close=close><Side drawer=true /></Modal>
            }
            .into_any(),
            Overlay::Palette => layer(move || screens::palette(close), close),
            Overlay::Keys => layer(move || screens::help(close), close),
            Overlay::Write(what) => layer(move || screens::compose(what), close),
        })}
    }
}

/// The button that opens the navigation on a narrow window; the first thing in every page's head.
#[component]
pub fn MenuButton() -> impl IntoView {
    let app = app();
    view! {
        <button
            type="button"
            class="btn btn--ghost btn--icon top__menu"
            aria-label=common::OPEN_NAVIGATION
            on:click=move |_| app.overlay.set(Some(Overlay::Navigation))
        >
            <Icon glyph=Glyph::Menu />
        </button>
    }
}

/// The reference of an error, to be copied.
#[component]
pub fn Reference(
    /// The correlation id; nothing is drawn when it is empty.
    id: String,
) -> impl IntoView {
    let app = app();
    (!id.is_empty()).then(|| {
        let copied = id.clone();
        let copy = move |_| {
            let id = copied.clone();
            spawn_local(async move {
                let done = platform::copy(&id).await;
                let text = if done {
                    library::COPIED
                } else {
                    library::COPY_FAILED
                };
                app.toasts
                    .say(if done { Glyph::Check } else { Glyph::Alert }, text);
            });
        };
        view! {
            <p class="xs muted">
                {common::REFERENCE}<span class="mono">{id}</span>" "
                <button type="button" class="link" on:click=copy>{common::COPY}</button>
            </p>
        }
    })
}

/// A page that does not exist.
#[component]
pub fn Lost() -> impl IntoView {
    view! {
        <div class="page">
            <h1 class="sr">{common::LOST_TITLE}</h1>
            <Empty glyph=Glyph::Search title=common::LOST_TITLE text=common::LOST_TEXT>
                <a class="btn" href=Route::tab(Tab::Prompts).address()>{common::TO_LIBRARY}</a>
            </Empty>
        </div>
    }
}
