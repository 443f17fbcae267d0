//! Everything that is let in with this account, in one place: browsers, devices, tokens; and the way to end them all but this one.

use super::devices::Device;
use super::gone::Gone;
use super::remote::Remote;
use super::tokens;
use super::user_agent::readable;
use crate::app::{Session, app};
use crate::route::{Route, Section};
use krowoc_shared::accounts::wire::{DeviceRow, SessionRow};
use krowoc_shared::execution::wire::TokenView;
use krowoc_shared::ids::SessionId;
use krowoc_ui::api::Client;
use krowoc_ui::components::{Icon, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, keys, people, settings as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(super) fn Sessions() -> impl IntoView {
    let app = app();
    let sessions = Remote::<SessionRow>::of(app, "/sessions");
    let devices = Remote::<DeviceRow>::of(app, "/devices");
    let tokens = Remote::<TokenView>::of(app, "/tokens");
    let gone = Gone::new();
    let done = Callback::new(move |()| {
        sessions.load();
        devices.load();
        tokens.load();
    });
    view! {
        <p class="soft">{people::ACCESS_TEXT}</p>
        <section class="stack stack--3" aria-labelledby="browsers">
            <h3 id="browsers">{people::BROWSERS}</h3>
            {sessions.view(move |rows| view! {
                <ul class="card" role="list">
                    {rows.into_iter().map(|row| view! { <Row row=row sessions=sessions /> }).collect_view()}
                </ul>
            })}
        </section>
        <section class="stack stack--3" aria-labelledby="devices">
            <h3 id="devices">{words::DEVICES}</h3>
            {devices.view(move |rows| if rows.is_empty() {
                none(words::NO_DEVICES, Section::Devices).into_any()
            } else {
                view! { <ul class="card" role="list">{rows.into_iter().map(|it| view! { <Device device=it devices=devices /> }).collect_view()}</ul> }.into_any()
            })}
        </section>
        <section class="stack stack--3" aria-labelledby="tokens">
            <h3 id="tokens">{keys::TOKENS}</h3>
            {tokens.view(move |list| {
                let there: Vec<_> = list.into_iter().filter(|it| !gone.holds(it.id)).collect();
                if there.is_empty() {
                    return none(keys::NO_TOKENS, Section::Tokens).into_any();
                }
                view! { <ul class="card" role="list">{there.into_iter().map(|it| tokens::row(app, tokens, gone, it)).collect_view()}</ul> }.into_any()
            })}
        </section>
        <EndAll on_done=done />
    }
}

/// That there are none, and where they are made.
fn none(text: &'static str, section: Section) -> impl IntoView {
    view! { <p class="hint">{text}". "<a class="link" href=Route::Settings(section).address()>{people::MAKE_ONE}</a></p> }
}

#[component]
fn EndAll(#[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let app = app();
    let more = RwSignal::new(false);
    let end = move |others: bool| {
        let path = if more.get_untracked() {
            format!("/sessions?others={others}&devices=true&tokens=true")
        } else {
            format!("/sessions?others={others}")
        };
        spawn_local(async move {
            match Client.delete::<()>(&path).await {
                Ok(()) if others => {
                    app.toasts.say(Glyph::Check, people::ENDED_ELSEWHERE);
                    on_done.try_run(());
                }
                Ok(()) => app.session.set(Session::Out),
                Err(error) => app.toasts.say(Glyph::Alert, error.sentence()),
            }
        });
    };
    view! {
        <section class="stack stack--3" aria-labelledby="end-all">
            <h3 id="end-all">{people::END_ALL_TITLE}</h3>
            <label class="line"><input type="checkbox" class="check" prop:checked=more on:change=move |event| more.set(event_target_checked(&event)) />{people::END_MORE}</label>
            <div class="line line--wrap">
                <button type="button" class="btn" on:click=move |_| end(true)>{people::END_ELSEWHERE}</button>
                <button type="button" class="btn btn--danger" aria-describedby="end-all-hint" on:click=move |_| end(false)>{words::END_ALL}</button>
            </div>
            <p class="hint" id="end-all-hint">{people::END_ALL_HINT}</p>
        </section>
    }
}

#[component]
fn Row(row: SessionRow, sessions: Remote<SessionRow>) -> impl IntoView {
    let app = app();
    let current = row.current;
    let name = readable(&row.user_agent).unwrap_or_else(|| row.user_agent.clone());
    view! {
        <li class="item item--plain">
            <Icon glyph=Glyph::Globe />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med" title=row.user_agent>{name.clone()}</b>
                    {current.then(|| view! { <span class="badge badge--accent">{words::THIS_ONE}</span> })}
                </span>
                <span class="xs muted">
                    {words::SIGNED_IN}" "<RelativeTime at=row.created_at now=app.now />" · "
                    {words::LAST_SEEN}" "<RelativeTime at=row.seen_at now=app.now />
                </span>
            </div>
            {(!current).then(|| view! {
                <button type="button" class="btn btn--sm" aria-label=common::named(words::END, &name)
                    on:click=move |_| end(sessions, row.id)>{words::END}</button>
            })}
        </li>
    }
}

fn end(sessions: Remote<SessionRow>, id: SessionId) {
    let app = app();
    spawn_local(async move {
        match Client.delete::<()>(&format!("/sessions/{id}")).await {
            Ok(()) => app.toasts.say(Glyph::Check, words::ENDED),
            Err(error) => app.toasts.say(Glyph::Alert, error.sentence()),
        }
        sessions.load();
    });
}
