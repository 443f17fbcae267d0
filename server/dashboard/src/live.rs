//! The live connection: hints over server-sent events, and whether the server is reachable. Correctness never depends on it.

use crate::app::{App, Session};
use crate::platform;
use crate::teams;
use krowoc_shared::sync::wire::Hint;
use krowoc_ui::api::Client;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::EventSource;

/// How the live connection stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Being made.
    #[default]
    Connecting,
    /// Changes arrive.
    Live,
    /// The server does not answer.
    Offline,
}

/// Seconds to wait after so many failures in a row.
fn patience(failures: u32) -> u64 {
    match failures {
        0 | 1 => 1,
        2 => 2,
        3 => 5,
        4 => 10,
        _ => 30,
    }
}

/// How long a hidden window keeps its connection.
const HIDDEN: Duration = Duration::from_secs(30);

/// Keeps a connection while somebody is signed in and looks.
///
/// A browser opens six connections to a server over HTTP/1.1: windows that nobody sees, and pages kept for "back", let go of theirs.
pub fn start(app: App) {
    let source = StoredValue::new_local(None::<EventSource>);
    let failures = StoredValue::new(0u32);
    let signed_in = Memo::new(move |_| matches!(app.session.get(), Session::In(_)));
    Effect::new(move |_| {
        close(source);
        let _ = app.space.team.get();
        if signed_in.get() {
            open(app, source, failures);
        }
    });
    window_event_listener(ev::offline, move |_| app.link.set(Link::Offline));
    window_event_listener(ev::online, move |_| {
        if signed_in.get_untracked() {
            close(source);
            open(app, source, failures);
        }
    });
    let leave = ev::Custom::<web_sys::Event>::new("pagehide");
    window_event_listener(leave, move |_| close(source));
    let again = move || {
        let idle = source.with_value(Option::is_none);
        if idle && signed_in.get_untracked() {
            open(app, source, failures);
        }
    };
    let back = ev::Custom::<web_sys::Event>::new("pageshow");
    window_event_listener(back, move |_| again());
    let seen = ev::Custom::<web_sys::Event>::new("visibilitychange");
    window_event_listener(seen, move |_| {
        if document().hidden() {
            let still = move || {
                if document().hidden() {
                    close(source);
                }
            };
            set_timeout(still, HIDDEN);
        } else {
            again();
        }
    });
}

type Source = StoredValue<Option<EventSource>, LocalStorage>;

fn close(source: Source) {
    source.update_value(|source| {
        if let Some(source) = source.take() {
            source.close();
        }
    });
}

fn open(app: App, source: Source, failures: StoredValue<u32>) {
    let Ok(events) = EventSource::new(&format!("/api/v1{}", Client.placed("/live"))) else {
        return;
    };
    app.link.update(|link| {
        if *link == Link::Live {
            *link = Link::Connecting;
        }
    });
    on(&events, "open", move |_| {
        failures.set_value(0);
        app.link.set(Link::Live);
        // What changed while nobody listened is unknown.
        app.refresh_overview();
        catch_up(app);
    });
    on(&events, "hint", move |event| {
        let data = event
            .dyn_ref::<web_sys::MessageEvent>()
            .and_then(|event| event.data().as_string());
        if let Some(hint) = data.and_then(|data| serde_json::from_str::<Hint>(&data).ok()) {
            // One of the library that was looked at a moment ago may still come.
            if app.space.is_shown(hint.space) {
                app.seq.update(|seq| *seq = hint.seq.max(*seq));
            }
        }
    });
    let closed = events.clone();
    on(&events, "error", move |_| {
        app.link.set(if platform::online() {
            Link::Connecting
        } else {
            Link::Offline
        });
        closed.close();
        let count = failures.get_value().saturating_add(1);
        failures.set_value(count);
        if count > 2 {
            app.link.set(Link::Offline);
        }
        set_timeout(
            move || retry(app, source, failures),
            Duration::from_secs(patience(count)),
        );
    });
    close(source);
    source.set_value(Some(events));
}

/// The access cookie may have run out: asking who is signed in refreshes it.
fn retry(app: App, source: Source, failures: StoredValue<u32>) {
    // None was let go of on purpose: looking at the page again opens the next.
    let done = source.with_value(|source| {
        source
            .as_ref()
            .is_none_or(|it| it.ready_state() != EventSource::CLOSED)
    });
    if done || !matches!(app.session.get_untracked(), Session::In(_)) {
        return;
    }
    spawn_local(async move {
        match Client.whoami().await {
            Err(error) if error.signed_out() => app.session.set(Session::Out),
            // The stream ends when one's place in a team changes.
            _ => {
                teams::refresh(app);
                open(app, source, failures);
            }
        }
    });
}

/// Learns where the space stands after a gap.
fn catch_up(app: App) {
    spawn_local(async move {
        if let Ok(spaces) = Client
            .get::<Vec<krowoc_shared::sync::wire::SpaceState>>("/sync/spaces")
            .await
        {
            let shown = spaces.iter().filter(|it| app.space.is_shown(it.space));
            let seq = shown.map(|space| space.seq).max().unwrap_or(0);
            app.seq.update(|known| *known = seq.max(*known));
        }
    });
}

fn on(source: &EventSource, name: &str, heard: impl FnMut(web_sys::Event) + 'static) {
    let closure = Closure::<dyn FnMut(web_sys::Event)>::new(heard);
    let _ = source.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    // As long as the page: a few per reconnection.
    closure.forget();
}

#[cfg(test)]
mod tests {
    use super::patience;

    #[test]
    fn patience_grows_and_is_bounded() {
        let waits: Vec<u64> = (0..8).map(patience).collect();
        assert!(waits.is_sorted());
        assert_eq!((waits.first(), waits.last()), (Some(&1), Some(&30)));
    }
}
