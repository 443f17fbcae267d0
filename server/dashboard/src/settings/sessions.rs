//! Signed-in browsers: which is this one, ending one, ending all. Not devices: those are extensions.

use super::remote::Remote;
use crate::app::{Session, app};
use krowoc_shared::accounts::wire::SessionRow;
use krowoc_shared::ids::SessionId;
use krowoc_ui::api::Client;
use krowoc_ui::components::{Icon, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::settings as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(super) fn Sessions() -> impl IntoView {
    let app = app();
    let sessions = Remote::<SessionRow>::of(app, "/sessions");
    let end_all = move |_| {
        spawn_local(async move {
            match Client.delete::<()>("/sessions").await {
                Ok(()) => app.session.set(Session::Out),
                Err(error) => app.toasts.say(Glyph::Alert, error.sentence()),
            }
        });
    };
    view! {
        <p class="soft">{words::SESSIONS_TEXT}</p>
        {sessions.view(move |rows| view! {
            <ul class="card" role="list">
                {rows.into_iter().map(|row| view! { <Row row=row sessions=sessions /> }).collect_view()}
            </ul>
        })}
        <div class="stack stack--2">
            <div><button type="button" class="btn btn--danger" aria-describedby="end-all" on:click=end_all>{words::END_ALL}</button></div>
            <p class="hint" id="end-all">{words::END_ALL_HINT}</p>
        </div>
    }
}

#[component]
fn Row(row: SessionRow, sessions: Remote<SessionRow>) -> impl IntoView {
    let app = app();
    let current = row.current;
    let name = row.user_agent.clone();
    view! {
        <li class="item item--plain">
            <Icon glyph=Glyph::Globe />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med">{row.user_agent}</b>
                    {current.then(|| view! { <span class="badge badge--accent">{words::THIS_ONE}</span> })}
                </span>
                <span class="xs muted">
                    {words::SIGNED_IN}" "<RelativeTime at=row.created_at now=app.now />" · "
                    {words::LAST_SEEN}" "<RelativeTime at=row.seen_at now=app.now />
                </span>
            </div>
            {(!current).then(|| view! {
                <button type="button" class="btn btn--sm" aria-label=words::named(words::END, &name)
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
