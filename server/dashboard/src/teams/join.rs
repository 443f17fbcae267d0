//! An invitation in the browser of who was invited: what it says, yes or no. Who is not signed in does that first, at the same address.

use super::space::{choose, refresh};
use crate::accounts::{Broken, token};
use crate::app::app;
use crate::route::{Route, Tab};
use krowoc_shared::access::wire::{InvitationLook, InvitationToken, TeamView};
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Brand, Empty, Notice, NoticeKind, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{settings, teams as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn Join() -> impl IntoView {
    let app = app();
    crate::document::set_title(words::JOIN_TITLE);
    let known = app.space.invitation.get_value();
    let token = token().or(known);
    app.space.invitation.set_value(None);
    let look = RwSignal::new(None::<Result<InvitationLook, ApiError>>);
    if let Some(token) = token.clone() {
        spawn_local(async move {
            let body = InvitationToken { token };
            let answer = Client
                .post::<InvitationLook>("/invitations/look", &body)
                .await;
            look.try_set(Some(answer));
        });
    }
    view! {
        <main class="signin">
            <div class="signin__box stack stack--6">
                {move || match (token.clone(), look.get()) {
                    (None, _) => view! { <Broken /> }.into_any(),
                    (_, None) => view! { <Skeleton label=settings::LOADING rows=3 /> }.into_any(),
                    (_, Some(Err(error))) => view! { <Over error=error /> }.into_any(),
                    (Some(token), Some(Ok(look))) => view! { <Ask token=token look=look /> }.into_any(),
                }}
            </div>
        </main>
    }
}

/// What cannot be used.
#[component]
fn Over(error: ApiError) -> impl IntoView {
    let text = match error.code() {
        Some(ErrorCode::LinkExpired) => words::LINK_OVER.to_owned(),
        _ => error.sentence(),
    };
    view! {
        <h1 class="sr">{words::JOIN_TITLE}</h1>
        <div role="alert"><Empty glyph=Glyph::Users title=words::JOIN_TITLE text=text>
            <a class="btn" href=Route::Home.address()>{words::TO_START}</a>
        </Empty></div>
    }
}

#[component]
fn Ask(token: String, look: InvitationLook) -> impl IntoView {
    let app = app();
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let body = StoredValue::new(token);
    let take = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let body = InvitationToken {
            token: body.get_value(),
        };
        spawn_local(async move {
            let answer = Client.post::<TeamView>("/invitations/accept", &body).await;
            busy.try_set(false);
            match answer {
                Ok(team) => {
                    let id = team.id;
                    app.space.teams.update(|teams| {
                        teams.get_or_insert_default().push(team);
                    });
                    choose(app, Some(id));
                    refresh(app);
                    app.toasts.say(Glyph::Check, words::JOINED);
                    app.nav.replace(Route::tab(Tab::Prompts));
                }
                Err(refused) => drop(error.try_set(Some(refused))),
            }
        });
    };
    let decline = move |_| {
        let body = InvitationToken {
            token: body.get_value(),
        };
        spawn_local(async move {
            match Client.post::<()>("/invitations/decline", &body).await {
                Ok(()) => {
                    app.toasts.say(Glyph::Check, words::DECLINED);
                    app.nav.replace(Route::Home);
                }
                Err(refused) => drop(error.try_set(Some(refused))),
            }
        });
    };
    view! {
        <div class="stack stack--4">
            <span class="brand brand--lg"><Brand /></span>
            <div class="stack stack--1">
                <h1 class="h">{words::JOIN_TITLE}</h1>
                <p class="soft" dir="auto">{words::invitation(&look.team, look.invited_by.as_deref(), look.role)}</p>
                <p class="hint">{words::role_text(look.role)}</p>
            </div>
        </div>
        {move || error.get().map(|error| {
            let text = match error.code() {
                Some(ErrorCode::LinkExpired) => words::LINK_OVER.to_owned(),
                Some(ErrorCode::Forbidden) => words::WRONG_ADDRESS.to_owned(),
                _ => error.sentence(),
            };
            view! { <Notice kind=NoticeKind::Danger><span>{text}</span></Notice> }
        })}
        <div class="stack stack--2">
            <button type="button" class="btn btn--primary btn--lg btn--block" on:click=take aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { words::JOINING } else { words::JOIN }}
            </button>
            <button type="button" class="btn btn--ghost btn--block" on:click=decline>{words::DECLINE}</button>
        </div>
    }
}
