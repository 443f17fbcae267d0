//! The foot: how synchronisation stands, the way to dashboard and settings.

use super::desk::Desk;
use super::form::visit;
use crate::browser;
use crate::model::status::{Status, Tone, status};
use crate::page::dom::{El, button, div, group};
use crate::page::{icon, icon_button, moment, number, t, t1};
use krowoc_ui::icons::Glyph;
use wasm_bindgen_futures::spawn_local;

/// The foot.
pub(super) fn foot(desk: Desk) -> El {
    let now = move || desk.state.with(|state| state.as_ref().map(status));
    let ways = div("span", "push line line--1")
        .some(
            move || desk.server(),
            |server| {
                let library = format!("{server}/library");
                icon_button(&t("openDashboard"), Glyph::Open, move || {
                    visit(library.clone())
                })
            },
        )
        .child(icon_button(&t("settings"), Glyph::Sliders, settings));
    div("footer", "popup__foot")
        .child(div("span", "line").attr("role", "status").some(now, line))
        .child(ways)
}

fn settings() {
    spawn_local(async move {
        // A page that cannot be opened leaves the popup as it is.
        let _ = browser::open_options().await;
    });
}

fn line(status: &Status) -> El {
    let (class, glyph) = match status.tone {
        Tone::Ok => ("state state--ok", Glyph::Check),
        Tone::Quiet => ("state", Glyph::Clock),
        Tone::Warn => ("state state--warn", Glyph::Off),
        Tone::Bad => ("state state--danger", Glyph::Alert),
    };
    let mut said = div("span", class).child(icon(glyph)).text(&t(status.word));
    if status.fix {
        said = button("link link--plain", settings).child(said);
    }
    let detail = status
        .detail
        .map(|(key, count)| div("span", "muted cut").text(&t1(key, &number(count))));
    let at = status.at.map(|at| div("span", "muted").child(moment(at)));
    group().child(said).maybe(detail).maybe(at)
}
