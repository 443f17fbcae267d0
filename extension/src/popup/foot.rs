//! The foot: how synchronisation stands, the way to dashboard and settings.

use super::desk::Desk;
use super::form::visit;
use crate::browser;
use crate::messages::Connection;
use crate::model::status::{Status, Tone, status};
use crate::page::{Icon, Moment, number, t, t1};
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The foot.
#[component]
pub(super) fn Foot() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let now = Memo::new(move |_| desk.state.with(|state| state.as_ref().map(status)));
    let server = Memo::new(move |_| {
        desk.state.with(
            |state| match state.as_ref().map(|state| &state.connection) {
                Some(Connection::Open { server, .. }) => Some(server.clone()),
                _ => None,
            },
        )
    });
    view! {
        <footer class="popup__foot">
            <span class="line" role="status">{move || now.get().map(line)}</span>
            <span class="push line line--1">
                {move || server.get().map(|server| view! {
                    <button
                        type="button"
                        class="btn btn--ghost btn--icon btn--sm"
                        aria-label=t("openDashboard")
                        title=t("openDashboard")
                        on:click=move |_| visit(format!("{server}/library"))
                    >
                        <Icon glyph=Glyph::Open />
                    </button>
                })}
                <button
                    type="button"
                    class="btn btn--ghost btn--icon btn--sm"
                    aria-label=t("settings")
                    title=t("settings")
                    on:click=move |_| settings()
                >
                    <Icon glyph=Glyph::Sliders />
                </button>
            </span>
        </footer>
    }
}

fn settings() {
    spawn_local(async move {
        // A page that cannot be opened leaves the popup as it is.
        let _ = browser::open_options().await;
    });
}

fn line(status: Status) -> impl IntoView {
    let (class, glyph) = match status.tone {
        Tone::Ok => ("state state--ok", Glyph::Check),
        Tone::Quiet => ("state", Glyph::Clock),
        Tone::Warn => ("state state--warn", Glyph::Off),
        Tone::Bad => ("state state--danger", Glyph::Alert),
    };
    let word = t(status.word);
    let said = view! { <span class=class><Icon glyph=glyph />{word.clone()}</span> };
    let said = if status.fix {
        view! { <button type="button" class="link link--plain" on:click=move |_| settings()>{said}</button> }.into_any()
    } else {
        said.into_any()
    };
    let detail = status
        .detail
        .map(|(key, count)| view! { <span class="muted cut">{t1(key, &number(count))}</span> });
    let at = status
        .at
        .map(|at| view! { <span class="muted"><Moment at=at /></span> });
    view! { {said}{detail}{at} }
}
