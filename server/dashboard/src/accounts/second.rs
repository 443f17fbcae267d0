//! The second step of signing in: a code of the authenticator, or what stands in for it. Not the first step, and not the settings.

use super::fields::{Asks, Field};
use crate::app::app;
use krowoc_shared::accounts::factors::TypedCode;
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::Brand;
use krowoc_ui::messages::{accounts, security as words};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What a refusal says.
fn said(error: &ApiError) -> String {
    match error.code() {
        Some(ErrorCode::WrongCode) => words::WRONG_CODE.to_owned(),
        Some(ErrorCode::SignInExpired) => words::EXPIRED.to_owned(),
        Some(code) => {
            let wait = match error {
                ApiError::Problem(problem) => problem.retry_after,
                _ => None,
            };
            accounts::sign_in_error(code, wait).unwrap_or_else(|| error.sentence())
        }
        None => error.sentence(),
    }
}

/// The page.
#[component]
pub fn SecondStep(
    /// Back to the first step.
    on_leave: Callback<()>,
) -> impl IntoView {
    let app = app();
    let code = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    crate::document::set_title(words::STEP_TITLE);
    Effect::new(|_| crate::platform::focus("#code"));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let typed = code.get_untracked();
        if typed.trim().is_empty() {
            fault.set(Some(words::CODE_MISSING.to_owned()));
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let body = TypedCode { code: typed };
            let answer = Client.sign_in::<SessionView>("/session/code", &body).await;
            busy.try_set(false);
            match answer {
                Ok(view) => app.signed_in(view),
                Err(error) => {
                    code.try_set(String::new());
                    fault.try_set(Some(said(&error)));
                    crate::platform::focus("#code");
                }
            }
        });
    };
    view! {
        <main class="signin">
            <div class="signin__box stack stack--6">
                <span class="brand brand--lg"><Brand /></span>
                <div class="stack stack--1">
                    <h1 class="h">{words::STEP_TITLE}</h1>
                    <p class="soft">{words::STEP_TEXT}</p>
                </div>
                <form class="stack stack--4" novalidate on:submit=submit aria-busy=move || busy.get().to_string()>
                    <Field id="code" label=words::CODE asks=Asks::Code value=code fault=fault />
                    <button type="submit" class="btn btn--primary btn--lg btn--block" aria-disabled=move || busy.get().to_string()>
                        {move || if busy.get() { words::FINISHING } else { words::FINISH }}
                    </button>
                </form>
                <p class="hint"><button type="button" class="link" on:click=move |_| on_leave.run(())>{words::BEGIN_AGAIN}</button></p>
            </div>
        </main>
    }
}
