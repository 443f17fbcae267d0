//! An open connection: who, where, how synchronisation stands, and ending it.

use super::Desk;
use crate::messages::{Connection, Request, State};
use crate::model::words;
use crate::page::{Icon, Moment, number, since, t, t1};
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;

/// The connection.
#[component]
pub(super) fn Connected() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let leaving = RwSignal::new(false);
    let facts = Memo::new(move |_| match desk.connection() {
        Some(Connection::Open {
            server,
            email,
            device,
        }) => Some((server, email, device)),
        _ => None,
    });
    view! {
        {move || facts.get().map(|(server, email, device)| view! {
            <p class="line"><span class="state state--ok"><Icon glyph=Glyph::Check />{t1("connectedAs", &email)}</span></p>
            <dl class="props">
                <dt>{t("serverTitle")}</dt><dd dir="ltr">{server}</dd>
                <dt>{t("connectedDevice")}</dt><dd dir="auto">{device}</dd>
                <dt>{t("connectedSpace")}</dt><dd>{t("spacePersonal")}</dd>
            </dl>
        })}
        <Show
            when=move || leaving.get()
            fallback=move || view! {
                <div class="line"><button type="button" class="btn" id="disconnect" on:click=move |_| leaving.set(true)>{t("disconnect")}</button></div>
            }
        >
            <Leave leaving=leaving />
        </Show>
    }
}

/// The choice that comes with ending the connection. Keeping is the default.
#[component]
fn Leave(leaving: RwSignal<bool>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let erase = RwSignal::new(false);
    let server = move || match desk.connection() {
        Some(Connection::Open { server, .. }) => server,
        _ => String::new(),
    };
    let lost = move || {
        desk.state.with(|state| {
            state
                .as_ref()
                .map_or(0, |state| state.waiting.saturating_add(state.rejected))
        })
    };
    view! {
        <fieldset class="stack stack--3">
            <legend class="med">{move || t1("disconnectTitle", &server())}</legend>
            <div class="choices">
                <label>
                    <input type="radio" name="library" checked=true on:change=move |_| erase.set(false) />
                    <span>{t("disconnectKeep")}</span>
                </label>
                <label>
                    <input type="radio" name="library" on:change=move |_| erase.set(true) />
                    <span class="stack stack--0">
                        <span>{t("disconnectErase")}</span>
                        <span class="hint">{move || t1("disconnectEraseHint", &number(lost()))}</span>
                    </span>
                </label>
            </div>
            <div class="line">
                <button
                    type="button"
                    class="btn btn--danger"
                    id="disconnect-now"
                    on:click=move |_| {
                        leaving.set(false);
                        desk.follow(Request::Disconnect { erase: erase.get_untracked() });
                    }
                >
                    {t("disconnect")}
                </button>
                <button type="button" class="btn btn--ghost" on:click=move |_| leaving.set(false)>{t("cancel")}</button>
            </div>
        </fieldset>
    }
}

/// How synchronisation stands.
#[component]
pub(super) fn Sync() -> impl IntoView {
    let desk = expect_context::<Desk>();
    view! {
        <section class="stack stack--3" aria-labelledby="sync">
            <h2 id="sync">{t("syncTitle")}</h2>
            <div class="card">
                {move || desk.state.get().map(facts)}
                <div class="line">
                    <button type="button" class="btn" id="sync-now" prop:disabled=desk.busy on:click=move |_| desk.follow(Request::SyncNow)>
                        {t("syncNow")}
                    </button>
                </div>
            </div>
        </section>
    }
}

fn facts(state: State) -> impl IntoView {
    let last = match state.synced_at {
        Some(at) => view! { <Moment at=at /> }.into_any(),
        None => t("syncNever").into_any(),
    };
    let trouble = state.trouble.map(|trouble| {
        let next = trouble
            .retry_at
            .map(|at| format!(" {}", t1("syncRetryAt", &since(at))));
        view! {
            <p class="notice notice--warn" role="status" title=trouble.message>
                <Icon glyph=Glyph::Alert />
                <span class="grow">{t(words::trouble(trouble.code))}{next}</span>
            </p>
        }
    });
    view! {
        {trouble}
        <dl class="props">
            <dt>{t("syncLast")}</dt><dd>{last}</dd>
            <dt>{t("syncWaiting")}</dt><dd>{number(state.waiting)}</dd>
            <dt>{t("syncRejected")}</dt><dd>{number(state.rejected)}</dd>
        </dl>
    }
}
