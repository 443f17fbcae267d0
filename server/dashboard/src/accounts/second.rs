//! The second step of signing in: a code of the authenticator, or what stands in for it. Not the first step, and not the settings.

use super::fields::{Asks, Field};
use super::pace::Pace;
use super::passkey::{PasskeyWay, question};
use crate::app::app;
use krowoc_shared::accounts::factors::TypedCode;
use krowoc_shared::accounts::people::SignInWays;
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Brand, Notice, NoticeKind};
use krowoc_ui::messages::{accounts, security as words};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is wrong with a code that was looked at; `None` when it was not, and may be sent as it is another time.
fn code_fault(code: Option<ErrorCode>) -> Option<&'static str> {
    match code {
        Some(ErrorCode::WrongCode) => Some(words::WRONG_CODE),
        Some(ErrorCode::SignInExpired) => Some(words::EXPIRED),
        _ => None,
    }
}

/// What any other refusal says, with the seconds that are left to wait.
fn said(error: &ApiError, wait: Option<u32>) -> String {
    error
        .code()
        .and_then(|code| accounts::sign_in_error(code, wait))
        .unwrap_or_else(|| error.sentence())
}

/// Whether a passkey of the account may be the second step in this browser.
fn passkeys() -> RwSignal<bool> {
    let keyed = RwSignal::new(false);
    if crate::platform::passkeys() {
        spawn_local(async move {
            let taken = Client.get::<SignInWays>("/sign-in").await;
            if !taken.is_ok_and(|ways| ways.passkeys) {
                return;
            }
            let known = question(true).await;
            keyed.try_set(known.is_ok_and(|it| !it.allow_credentials.is_empty()));
        });
    }
    keyed
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
    let error = RwSignal::new(None::<ApiError>);
    let pace = Pace::new();
    let keyed = passkeys();
    crate::document::set_title(words::STEP_TITLE);
    Effect::new(|_| crate::platform::focus("#code"));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = code.get_untracked();
        if typed.trim().is_empty() {
            fault.set(Some(words::CODE_MISSING.to_owned()));
            return;
        }
        if !pace.begin() {
            return;
        }
        error.set(None);
        spawn_local(async move {
            let body = TypedCode { code: typed };
            let answer = Client.sign_in::<SessionView>("/session/code", &body).await;
            pace.end();
            match answer {
                Ok(view) => app.signed_in(view),
                Err(refused) => {
                    match code_fault(refused.code()) {
                        Some(text) => {
                            code.try_set(String::new());
                            fault.try_set(Some(text.to_owned()));
                        }
                        None => {
                            pace.refused(&refused, move || drop(error.try_set(None)));
                            error.try_set(Some(refused));
                        }
                    }
                    crate::platform::focus("#code");
                }
            }
        });
    };
    let problem = move || {
        let text = error.get().map(|error| said(&error, pace.left()));
        text.map(|text| view! { <Notice kind=NoticeKind::Danger><span>{text}</span></Notice> })
    };
    view! {
        <main class="signin">
            <div class="signin__box stack stack--6">
                <span class="brand brand--lg"><Brand /></span>
                <div class="stack stack--1">
                    <h1 class="h">{words::STEP_TITLE}</h1>
                    <p class="soft">{words::STEP_TEXT}</p>
                </div>
                <form class="stack stack--4" novalidate on:submit=submit aria-busy=move || pace.busy().to_string()>
                    <div aria-live="polite">{problem}</div>
                    <Field id="code" label=words::CODE asks=Asks::Code value=code fault=fault />
                    <button type="submit" class="btn btn--primary btn--lg btn--block" aria-disabled=move || pace.stopped().to_string()>
                        {move || if pace.busy() { words::FINISHING } else { words::FINISH }}
                    </button>
                </form>
                {move || keyed.get().then(|| view! { <PasskeyWay step=true pace=pace /> })}
                <p class="hint"><button type="button" class="link" on:click=move |_| on_leave.run(())>{words::BEGIN_AGAIN}</button></p>
            </div>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_was_not_looked_at_stays_in_its_field() {
        assert_eq!(
            code_fault(Some(ErrorCode::WrongCode)),
            Some(words::WRONG_CODE)
        );
        assert_eq!(
            code_fault(Some(ErrorCode::SignInExpired)),
            Some(words::EXPIRED)
        );
        for kept in [ErrorCode::RateLimited, ErrorCode::VaultUnavailable] {
            assert_eq!(code_fault(Some(kept)), None);
        }
        assert_eq!(code_fault(None), None);
    }
}
