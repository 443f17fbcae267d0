//! Confirming an address with the link of a mail. Pressed by a person: programs open links of mails too.

use crate::app::app;
use crate::navigation;
use crate::route::{Route, Section, Tab};
use krowoc_shared::accounts::people::{VerifiedEmail, VerifyEmail};
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Brand, Empty, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, people as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The token behind `#`; `None` when the link was not copied whole.
#[must_use]
pub fn token() -> Option<String> {
    read(&navigation::fragment())
}

fn read(fragment: &str) -> Option<String> {
    let token = fragment.strip_prefix("token=")?;
    let base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (token.len() == 43 && token.chars().all(base64url)).then(|| token.to_owned())
}

/// A link that is not whole.
#[component]
pub fn Broken() -> impl IntoView {
    view! {
        <h1 class="sr">{common::NAME}</h1>
        <Empty glyph=Glyph::Mail title=words::LINK_BROKEN_TITLE text=words::LINK_BROKEN_TEXT>
            <a class="btn" href=Route::SignIn.address()>{words::TO_SIGN_IN}</a>
        </Empty>
    }
}

/// The page.
#[component]
pub fn Verify() -> impl IntoView {
    let done = RwSignal::new(None::<String>);
    let token = token();
    crate::document::set_title(words::VERIFY_TITLE);
    view! {
        <main class="signin">
            <div class="signin__box stack stack--6">
                {move || match (token.clone(), done.get()) {
                    (_, Some(email)) => view! {
                        <h1 class="sr">{common::NAME}</h1>
                        <div role="status"><Empty glyph=Glyph::Check title=words::VERIFIED_TITLE text=words::verified(&email)>
                            <a class="btn btn--primary" href=Route::tab(Tab::Prompts).address()>{words::GO_ON}</a>
                        </Empty></div>
                    }.into_any(),
                    (None, None) => view! { <Broken /> }.into_any(),
                    (Some(token), None) => view! { <Ask token=token done=done /> }.into_any(),
                }}
            </div>
        </main>
    }
}

#[component]
fn Ask(token: String, done: RwSignal<Option<String>>) -> impl IntoView {
    let app = app();
    let error = RwSignal::new(None::<ApiError>);
    let busy = RwSignal::new(false);
    let confirm = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let body = VerifyEmail {
            token: token.clone(),
        };
        spawn_local(async move {
            let answer = Client
                .sign_in::<VerifiedEmail>("/email/verify", &body)
                .await;
            busy.try_set(false);
            match answer {
                Ok(verified) => {
                    done.try_set(Some(verified.email));
                    // The address that is shown may be another one now.
                    app.check();
                }
                Err(refused) => drop(error.try_set(Some(refused))),
            }
        });
    };
    view! {
        <div class="stack stack--4">
            <span class="brand brand--lg"><Brand /></span>
            <div class="stack stack--1">
                <h1 class="h">{words::VERIFY_TITLE}</h1>
                <p class="soft">{words::VERIFY_TEXT}</p>
            </div>
        </div>
        {move || error.get().map(|error| view! {
            <Notice kind=NoticeKind::Danger>
                {if error.code() == Some(ErrorCode::LinkExpired) {
                    view! { <span>{words::LINK_OVER}" "<a class="link" href=Route::Settings(Section::Account).address()>{words::ACCOUNT}</a></span> }.into_any()
                } else {
                    view! { <span>{error.sentence()}</span> }.into_any()
                }}
            </Notice>
        })}
        <button type="button" class="btn btn--primary btn--lg btn--block" on:click=confirm aria-disabled=move || busy.get().to_string()>
            {move || if busy.get() { words::VERIFYING } else { words::VERIFY }}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_token_is_read() {
        let token = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(read(&format!("token={token}")).as_deref(), Some(token));
        for bad in [
            "",
            "token=",
            "token=short",
            &format!("t={token}"),
            &format!("token={token}x"),
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
