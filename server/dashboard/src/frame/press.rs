//! Key presses of the window, turned into actions. Not the map (`crate::keys`), and not what a page does with them.

use super::Overlay;
use crate::app::{App, Session};
use crate::document::create;
use crate::keys::{self, Action, Press};
use crate::platform;
use krowoc_shared::library::document::Kind;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Listens from now on.
pub fn start(app: App) {
    window_event_listener(ev::keydown, move |event| {
        if event.default_prevented()
            || event.is_composing()
            || !matches!(app.session.get_untracked(), Session::In(_))
        {
            return;
        }
        let focus = document().active_element();
        let press = Press {
            key: &event.key(),
            command: if platform::apple() {
                event.meta_key()
            } else {
                event.ctrl_key()
            },
            alt: event.alt_key(),
            shift: event.shift_key(),
            typing: focus.as_ref().is_some_and(types),
            on_control: focus.as_ref().is_some_and(acts),
        };
        if let Some(action) = keys::action(press)
            && act(app, action)
        {
            event.prevent_default();
        }
    });
}

/// Where letters are text. A box or a switch takes none.
fn types(element: &web_sys::Element) -> bool {
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => !matches!(
            element.get_attribute("type").as_deref(),
            Some("checkbox" | "radio" | "button" | "file")
        ),
        _ => element
            .dyn_ref::<web_sys::HtmlElement>()
            .is_some_and(web_sys::HtmlElement::is_content_editable),
    }
}

fn acts(element: &web_sys::Element) -> bool {
    matches!(
        element.tag_name().as_str(),
        "A" | "BUTTON" | "INPUT" | "SUMMARY"
    )
}

/// True when the action was taken: then the browser does nothing of its own.
fn act(app: App, action: Action) -> bool {
    match (action, app.overlay.get_untracked()) {
        (Action::Palette, Some(Overlay::Palette)) => app.overlay.set(None),
        (Action::Palette, _) => app.overlay.set(Some(Overlay::Palette)),
        // A layer has its own keys, and closes itself with Escape.
        (_, Some(_)) => return false,
        (Action::Help, None) => app.overlay.set(Some(Overlay::Keys)),
        (Action::New, None) => create(app, Kind::Prompt),
        (Action::Undo, None) => return app.toasts.undo_last(),
        (action, None) => {
            let handler = app.keys.get_value();
            return handler.is_some_and(|(_, handler)| handler.run(action));
        }
    }
    true
}
