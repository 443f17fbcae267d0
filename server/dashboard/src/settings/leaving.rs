//! Taking everything along, and leaving: the account is erased days later and can be kept until then.

use super::remote::Single;
use crate::accounts::fields::{Asks, Field};
use crate::app::app;
use krowoc_shared::accounts::people::{AccountDeletion, AccountView, DeleteAccount};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::Millis;
use krowoc_ui::api::Client;
use krowoc_ui::components::{Icon, Notice, NoticeKind, calendar};
use krowoc_ui::format::exact;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::people as words;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// That the account is to be erased, and the way back.
#[component]
pub(super) fn Leaving(at: Millis, account: Single<AccountView>) -> impl IntoView {
    let app = app();
    let keep = move |_| {
        spawn_local(async move {
            match Client.delete::<()>("/account/deletion").await {
                Ok(()) => app.toasts.say(Glyph::Check, words::ACCOUNT_KEPT),
                Err(error) => app.failed(&error),
            }
            account.load();
        });
    };
    view! {
        <Notice kind=NoticeKind::Warn>
            <span class="grow">{words::leaving(&exact(calendar(at)))}</span>
            <button type="button" class="btn btn--sm" on:click=keep>{words::KEEP_ACCOUNT}</button>
        </Notice>
    }
}

/// One file with everything.
#[component]
pub(super) fn Everything() -> impl IntoView {
    view! {
        <section class="stack stack--3" aria-labelledby="everything">
            <h3 id="everything">{words::EXPORT}</h3>
            <p class="soft">{words::EXPORT_TEXT}</p>
            <p><a class="btn" href="/api/v1/account/export" download=""><Icon glyph=Glyph::Download />{words::EXPORT}</a></p>
        </section>
    }
}

/// The wish to leave.
#[component]
pub(super) fn Leave(has: bool) -> impl IntoView {
    let app = app();
    let password = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let body = DeleteAccount {
            password: password.get_untracked(),
        };
        spawn_local(async move {
            let answer = Client
                .post::<AccountDeletion>("/account/deletion", &body)
                .await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    app.toasts.say(Glyph::Check, words::ACCOUNT_LEAVING);
                    app.forget();
                }
                Err(why) => {
                    let text = match why.code() {
                        Some(ErrorCode::WrongCredentials) => words::PASSWORD_WRONG.to_owned(),
                        Some(ErrorCode::StaleSignIn) => words::STALE.to_owned(),
                        _ => why.sentence(),
                    };
                    fault.try_set(Some(text));
                }
            }
        });
    };
    view! {
        <section class="stack stack--3" aria-labelledby="leave">
            <h3 id="leave">{words::DELETE}</h3>
            <p class="soft">{words::DELETE_TEXT}</p>
            <p class="hint">{words::DELETE_KEPT}</p>
            <form class="card" novalidate on:submit=submit aria-busy=move || busy.get().to_string()>
                <div class="card__body form2">
                    {if has {
                        view! { <Field id="leave-password" label=words::PRESENT_PASSWORD asks=Asks::Password value=password fault=fault /> }.into_any()
                    } else {
                        // Without a password a sign-in of a moment ago is the proof; what is missing is said here.
                        view! { <p class="hint hint--error wide" role="alert">{move || fault.get()}</p> }.into_any()
                    }}
                </div>
                <div class="card__foot line"><span class="grow"></span><button type="submit" class="btn btn--danger">{words::DELETE}</button></div>
            </form>
        </section>
    }
}
