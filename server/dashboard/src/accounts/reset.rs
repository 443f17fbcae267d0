//! Setting a new password with the link of a mail. It signs nobody in: the page leads to the sign-in.

use super::fields::{Asks, Field, password_fault};
use super::verify::{Broken, token};
use crate::app::{Session, app};
use crate::route::Route;
use krowoc_shared::accounts::people::ResetPassword;
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Brand, Empty, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{accounts, common, people as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn Reset() -> impl IntoView {
    let done = RwSignal::new(false);
    let token = token();
    crate::document::set_title(words::RESET_TITLE);
    view! {
        <main class="signin">
            <div class="signin__box stack stack--6">
                {move || match (token.clone(), done.get()) {
                    (_, true) => view! {
                        <h1 class="sr">{common::NAME}</h1>
                        <div role="status"><Empty glyph=Glyph::Check title=words::RESET_DONE_TITLE text=words::RESET_DONE_TEXT>
                            <a class="btn btn--primary" href=Route::SignIn.address()>{words::TO_SIGN_IN}</a>
                        </Empty></div>
                    }.into_any(),
                    (None, false) => view! { <Broken /> }.into_any(),
                    (Some(token), false) => view! { <Choose token=token done=done /> }.into_any(),
                }}
            </div>
        </main>
    }
}

#[component]
fn Choose(token: String, done: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let password = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let everything = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        fault.set(password_fault(&password.get_untracked()));
        if fault.with_untracked(Option::is_some) || busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let body = ResetPassword {
            token: token.clone(),
            password: password.get_untracked(),
            everything: everything.get_untracked(),
        };
        spawn_local(async move {
            let answer = Client.sign_in::<()>("/password/reset", &body).await;
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    done.try_set(true);
                    Client.set_session(None);
                    app.session.set(Session::Out);
                }
                Err(refused) if refused.code() == Some(ErrorCode::WeakPassword) => {
                    fault.try_set(Some(refused.sentence()));
                }
                Err(refused) => drop(error.try_set(Some(refused))),
            }
        });
    };
    view! {
        <div class="stack stack--4">
            <span class="brand brand--lg"><Brand /></span>
            <div class="stack stack--1">
                <h1 class="h">{words::RESET_TITLE}</h1>
                <p class="soft">{words::RESET_TEXT}</p>
            </div>
        </div>
        <form class="stack stack--4" novalidate on:submit=submit aria-busy=move || busy.get().to_string()>
            {move || error.get().map(|error| view! { <Notice kind=NoticeKind::Danger><Over error=error /></Notice> })}
            <Field id="new-password" label=words::NEW_PASSWORD asks=Asks::NewPassword value=password fault=fault hint=Some(accounts::PASSWORD_HINT) />
            <div class="stack stack--1">
                <label class="line"><input type="checkbox" class="check" aria-describedby="everything-hint" prop:checked=everything
                    on:change=move |event| everything.set(event_target_checked(&event)) />{words::EVERYTHING}</label>
                <p class="hint" id="everything-hint">{words::EVERYTHING_HINT}</p>
            </div>
            <button type="submit" class="btn btn--primary btn--lg btn--block" aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { words::SETTING } else { words::SET_PASSWORD }}
            </button>
        </form>
    }
}

/// What went wrong; of a link that is over, with the way to another.
#[component]
fn Over(error: ApiError) -> impl IntoView {
    if error.code() == Some(ErrorCode::LinkExpired) {
        view! { <span>{words::LINK_OVER}" "<a class="link" href=Route::Forgot.address()>{words::SEND_LINK}</a></span> }.into_any()
    } else {
        view! { <span>{error.sentence()}</span> }.into_any()
    }
}
