//! What is done only after a while, so that it can be taken back before it was sent. Not for what the server itself can undo.

use crate::app::App;
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;
use std::time::Duration;

/// A little longer than the message with its Undo stays.
const WAIT: Duration = Duration::from_millis(8_500);

/// Says that something was done, and does it when nobody took it back. Leaving the page changes nothing; closing the window before
/// it is sent leaves everything as it was.
pub fn later(
    app: App,
    glyph: Glyph,
    text: String,
    undo: impl Fn() + Send + Sync + 'static,
    send: impl FnOnce() + 'static,
) {
    let taken_back = ArcRwSignal::new(false);
    let flag = taken_back.clone();
    app.toasts.undoable(glyph, text, move || {
        if !flag.get_untracked() {
            flag.set(true);
            undo();
        }
    });
    set_timeout(
        move || {
            if !taken_back.get_untracked() {
                taken_back.set(true);
                send();
            }
        },
        WAIT,
    );
}
