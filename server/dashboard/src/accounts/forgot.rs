//! Asking for a new password by mail. What it says is the same whether or not the address has an account.

use super::fields::{Asks, Field, email_fault};
use crate::route::Route;
use krowoc_shared::accounts::people::ForgotPassword;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Brand, Empty, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{accounts, common, people as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn Forgot() -> impl IntoView {
    let sent = RwSignal::new(false);
    crate::document::set_title(words::FORGOT_TITLE);
    view! {
        <main class="signin">
            <div class="signin__box stack stack--6">
                {move || if sent.get() {
                    view! {
                        <h1 class="sr">{common::NAME}</h1>
                        <div role="status"><Empty glyph=Glyph::Mail title=words::SENT_TITLE text=words::SENT_TEXT>
                            <a class="btn" href=Route::SignIn.address()>{words::TO_SIGN_IN}</a>
                        </Empty></div>
                    }.into_any()
                } else {
                    view! { <Ask sent=sent /> }.into_any()
                }}
            </div>
        </main>
    }
}

#[component]
fn Ask(sent: RwSignal<bool>) -> impl IntoView {
    let email = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        fault.set(email_fault(&email.get_untracked()));
        if fault.with_untracked(Option::is_some) || busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let body = ForgotPassword {
            email: email.get_untracked().trim().to_owned(),
        };
        spawn_local(async move {
            let answer = Client.sign_in::<()>("/password/forgot", &body).await;
            busy.try_set(false);
            match answer {
                Ok(()) => drop(sent.try_set(true)),
                Err(refused) => drop(error.try_set(Some(refused))),
            }
        });
    };
    view! {
        <div class="stack stack--4">
            <span class="brand brand--lg"><Brand /></span>
            <div class="stack stack--1">
                <h1 class="h">{words::FORGOT_TITLE}</h1>
                <p class="soft">{words::FORGOT_TEXT}</p>
            </div>
        </div>
        <form class="stack stack--4" novalidate on:submit=submit aria-busy=move || busy.get().to_string()>
            {move || error.get().map(|error| view! { <Notice kind=NoticeKind::Danger><span>{error.sentence()}</span></Notice> })}
            <Field id="email" label=accounts::EMAIL asks=Asks::Email value=email fault=fault />
            <button type="submit" class="btn btn--primary btn--lg btn--block" aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { words::SENDING } else { words::SEND_LINK }}
            </button>
        </form>
        <p class="hint"><a class="link" href=Route::SignIn.address()>{words::TO_SIGN_IN}</a></p>
    }
}
