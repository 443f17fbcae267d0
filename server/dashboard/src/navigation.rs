//! The browser's history and links as the current route. Not the list of pages: that is `route`.

use crate::route::Route;
use krowoc_shared::ids::SpaceId;
use krowoc_ui::api::Client;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// The current page, and ways to another.
#[derive(Clone, Copy)]
pub struct Navigation {
    route: RwSignal<Route>,
}

impl Navigation {
    /// Reads the address.
    pub fn start() -> Self {
        Self {
            route: RwSignal::new(here()),
        }
    }

    /// Follows the address from now on. `enter` is told whose library it is in, where it says so, before the page is drawn.
    pub fn listen(self, enter: impl Fn(SpaceId) + Copy + 'static) {
        window_event_listener(ev::popstate, move |_| {
            if let Some(space) = space() {
                enter(space);
            }
            self.route.set(here());
        });
        window_event_listener(ev::click, move |event| self.follow(&event, enter));
    }

    /// The current page.
    pub fn get(self) -> Route {
        self.route.get()
    }

    /// The current page, without following it.
    pub fn untracked(self) -> Route {
        self.route.get_untracked()
    }

    /// Goes to a page.
    pub fn go(self, route: Route) {
        if route == self.untracked() {
            return;
        }
        push(&route.address(), false);
        self.route.set(route);
    }

    /// Goes to a page in the place of this one: no step back leads here.
    pub fn replace(self, route: Route) {
        push(&route.address(), true);
        if route != self.untracked() {
            self.route.set(route);
        }
    }

    /// A plain click on a link of this site becomes a change of the route; everything else stays with the browser.
    fn follow(self, event: &web_sys::MouseEvent, enter: impl Fn(SpaceId)) {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let Some(link) = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.closest("a[href]").ok().flatten())
        else {
            return;
        };
        let href = link.get_attribute("href").unwrap_or_default();
        let own = href.starts_with('/') && !href.starts_with("//") && !href.starts_with("/api/");
        if !own || link.has_attribute("target") || link.has_attribute("download") {
            return;
        }
        let path = href.split('#').next().unwrap_or_default();
        let (path, search) = path.split_once('?').unwrap_or((path, ""));
        event.prevent_default();
        if let Some(space) = space_of(search) {
            enter(space);
        }
        self.go(Route::parse(path, search));
    }
}

fn here() -> Route {
    let location = window().location();
    Route::parse(
        &location.pathname().unwrap_or_default(),
        &location.search().unwrap_or_default(),
    )
}

/// Whose library the address is in, where it says so.
pub fn space() -> Option<SpaceId> {
    space_of(&window().location().search().unwrap_or_default())
}

/// An address of a document with the team whose library it lies in, so that it opens there whoever follows it; as it is in one's own.
pub fn placed(address: String) -> String {
    match Client.team() {
        Some(team) => placed_in(address, team),
        None => address,
    }
}

/// An address with the library that it is in, whichever it named.
pub fn placed_in(address: String, space: SpaceId) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address.as_str(), ""));
    let rest = query.split('&');
    let rest = rest.filter(|part| !part.is_empty() && !part.starts_with("space="));
    let mut placed = format!("{path}?");
    for part in rest {
        placed.push_str(part);
        placed.push('&');
    }
    format!("{placed}space={space}")
}

/// Whose library an address is in, where its query says so.
#[must_use]
pub fn space_of(search: &str) -> Option<SpaceId> {
    let mut parts = search.trim_start_matches('?').split('&');
    parts.find_map(|part| part.strip_prefix("space=")?.parse().ok())
}

fn push(address: &str, replace: bool) {
    let Ok(history) = window().history() else {
        return;
    };
    let _ = if replace {
        history.replace_state_with_url(&JsValue::NULL, "", Some(address))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(address))
    };
}

/// The path of the address.
pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The part of the address behind `#`, which no server sees.
pub fn fragment() -> String {
    window()
        .location()
        .hash()
        .unwrap_or_default()
        .trim_start_matches('#')
        .to_owned()
}
