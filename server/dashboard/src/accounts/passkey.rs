//! The button that signs in with a passkey, alone or as the second step, and what came of it. Not how the browser finds one.

use super::pace::Pace;
use crate::app::app;
use crate::ceremony::{self, Refusal, Stage};
use krowoc_shared::accounts::passkeys::{AskPasskey, RequestOptions, SignInByPasskey};
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Icon, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{accounts, passkeys as words, security};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Why nobody was let in.
#[derive(Clone)]
enum Trouble {
    Browser(Refusal),
    Server(ApiError),
}

impl Trouble {
    fn sentence(&self, wait: Option<u32>) -> String {
        match self {
            Self::Browser(refusal) => refusal.sentence(false).to_owned(),
            Self::Server(error) if error.code() == Some(ErrorCode::SignInExpired) => {
                security::EXPIRED.to_owned()
            }
            Self::Server(error) => error
                .code()
                .and_then(|code| accounts::sign_in_error(code, wait))
                .unwrap_or_else(|| error.sentence()),
        }
    }
}

/// Asks the server what to sign.
pub(super) async fn question(step: bool) -> Result<RequestOptions, ApiError> {
    let path = "/session/passkey/options";
    Client.sign_in(path, &AskPasskey { step }).await
}

async fn signed_in(step: bool, stage: Stage) -> Result<SessionView, Trouble> {
    let options = question(step).await.map_err(Trouble::Server)?;
    let credential = ceremony::get(&options, stage)
        .await
        .map_err(Trouble::Browser)?;
    let body = SignInByPasskey { credential };
    let answer = Client.sign_in("/session/passkey", &body).await;
    answer.map_err(Trouble::Server)
}

/// The button.
#[component]
pub fn PasskeyWay(
    /// It is the second step of a sign-in.
    step: bool,
    /// Of the page: one way in at a time.
    pace: Pace,
) -> impl IntoView {
    let app = app();
    let stage = Stage::here();
    let asking = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let press = move |_| {
        if !pace.begin() {
            return;
        }
        asking.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = signed_in(step, stage).await;
            pace.end();
            asking.try_set(false);
            match answer {
                Ok(view) => app.signed_in(view),
                Err(why) => {
                    if let Trouble::Server(error) = &why {
                        pace.refused(error, move || drop(trouble.try_set(None)));
                    }
                    trouble.try_set(Some(why));
                    crate::platform::focus("#passkey");
                }
            }
        });
    };
    let name = if step { words::USE } else { words::SIGN_IN };
    let problem = move || {
        let text = trouble.get().map(|why| why.sentence(pace.left()));
        text.map(|text| view! { <Notice kind=NoticeKind::Danger><span>{text}</span></Notice> })
    };
    view! {
        <div class="stack stack--3">
            <div aria-live="polite">{problem}</div>
            <button type="button" id="passkey" class="btn btn--lg btn--block" aria-disabled=move || pace.stopped().to_string() on:click=press>
                <Icon glyph=Glyph::Key />{move || if asking.get() { words::ASKING } else { name }}
            </button>
        </div>
    }
}
