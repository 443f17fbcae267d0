//! Ways in beside the password on the sign-in page: buttons of passkeys and providers, why one came to nothing, and the password that proves an account. Not their
//! protocol: that is the server's.

use super::fields::{Asks, Field};
use super::pace::Pace;
use crate::app::app;
use crate::lazy::extra;
use crate::{navigation, platform, screens};
use krowoc_shared::accounts::people::{LinkPassword, SignInWays};
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::Client;
use krowoc_ui::components::{Notice, NoticeKind};
use krowoc_ui::format::unpercent;
use krowoc_ui::messages::{accounts, people as words};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What a provider's answer came to, as the address says behind `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// To nothing.
    Failed(String),
    /// An account has the address: its password is to be proven.
    Proof {
        /// The provider.
        provider: String,
        /// The address.
        email: String,
    },
    /// To the second step of signing in.
    Step,
}

/// Reads it.
#[must_use]
pub fn came() -> Option<Came> {
    read(&navigation::fragment())
}

fn read(fragment: &str) -> Option<Came> {
    let part = |name: &str| {
        let mut parts = fragment.split('&').filter_map(|part| part.split_once('='));
        parts
            .find(|(key, _)| *key == name)
            .map(|(_, value)| unpercent(value))
    };
    if part("step").is_some() {
        return Some(Came::Step);
    }
    match (part("failed"), part("link"), part("email")) {
        (Some(why), _, _) => Some(Came::Failed(why)),
        (None, Some(provider), Some(email)) => Some(Came::Proof { provider, email }),
        _ => None,
    }
}

/// A button for passkeys and one for each provider, with the line that parts them from the form.
#[component]
pub fn Providers(
    ways: RwSignal<SignInWays>,
    /// Of the form, where a passkey may be in its place.
    passkey: Option<Pace>,
) -> impl IntoView {
    move || {
        let providers = ways.with(|ways| ways.providers.clone());
        let taken = ways.with(|ways| ways.passkeys) && platform::passkeys();
        let passkey = passkey.filter(|_| taken);
        (!providers.is_empty() || passkey.is_some()).then(|| {
            let key = passkey.map(|pace| extra(move || screens::passkey(pace)));
            let buttons = providers.into_iter().map(|provider| {
                let to = format!("/api/v1/sign-in/{}", provider.id);
                view! { <a class="btn btn--lg btn--block" href=to>{words::with(&provider.name)}</a> }
            });
            view! {
                <div class="stack stack--3">{key}{buttons.collect_view()}</div>
                <p class="or"><span>{words::OR}</span></p>
            }
        })
    }
}

/// Why a provider's answer came to nothing.
#[component]
pub fn Failed(why: String) -> impl IntoView {
    view! { <Notice kind=NoticeKind::Danger><span>{words::failed(&why)}</span></Notice> }
}

/// Asks for the password of the account that has the address.
#[component]
pub fn Proof(
    provider: String,
    email: String,
    ways: RwSignal<SignInWays>,
    on_leave: Callback<()>,
    /// The account asks for a second step.
    on_step: Callback<()>,
) -> impl IntoView {
    let app = app();
    let password = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let name = {
        let provider = provider.clone();
        move || {
            let named = ways.with(|ways| {
                ways.providers
                    .iter()
                    .find(|it| it.id == provider)
                    .map(|it| it.name.clone())
            });
            named.unwrap_or_else(|| provider.clone())
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let body = LinkPassword {
            password: password.get_untracked(),
        };
        spawn_local(async move {
            let answer = Client.sign_in::<SessionView>("/sign-in/link", &body).await;
            busy.try_set(false);
            match answer {
                Ok(view) => app.signed_in(view),
                Err(error) if error.code() == Some(ErrorCode::SecondStepRequired) => {
                    on_step.run(())
                }
                Err(error) => {
                    let text = match error.code() {
                        Some(ErrorCode::WrongCredentials) => words::PASSWORD_WRONG.to_owned(),
                        Some(ErrorCode::LinkExpired) => words::FAILED_FOREIGN.to_owned(),
                        Some(code) => {
                            accounts::sign_in_error(code, None).unwrap_or_else(|| error.sentence())
                        }
                        None => error.sentence(),
                    };
                    fault.try_set(Some(text));
                }
            }
        });
    };
    view! {
        <div class="stack stack--1">
            <h1 class="h">{words::LINK_TITLE}</h1>
            <p class="soft">{move || words::link_text(&name(), &email)}</p>
        </div>
        <form class="stack stack--4" novalidate on:submit=submit aria-busy=move || busy.get().to_string()>
            <Field id="password" label=words::LINK_PASSWORD asks=Asks::Password value=password fault=fault />
            <button type="submit" class="btn btn--primary btn--lg btn--block" aria-disabled=move || busy.get().to_string()>{words::LINK}</button>
        </form>
        <p class="hint"><button type="button" class="link" on:click=move |_| on_leave.run(())>{words::NOT_LINK}</button></p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_s_answer_came_to_is_read_from_the_address() {
        assert_eq!(read("failed=away"), Some(Came::Failed("away".to_owned())));
        let proof = Came::Proof {
            provider: "oidc".to_owned(),
            email: "ada@example.org".to_owned(),
        };
        assert_eq!(read("step=code"), Some(Came::Step));
        assert_eq!(read("link=oidc&email=ada%40example.org"), Some(proof));
        for none in ["", "link=oidc", "token=abc", "email=x"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
