//! The page on which a signed-in person lets an extension in. The code it gets goes to the extension by the address, behind `#`.

use crate::app::{Session, app};
use crate::navigation;
use crate::platform;
use crate::route::{Route, Tab};
use krowoc_shared::accounts::wire::{AuthorizeDevice, AuthorizedDevice};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Brand, Empty, Notice, NoticeKind};
use krowoc_ui::format::unpercent;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{accounts as words, common};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Longest name of a device, in characters.
const NAME_CHARS: usize = 100;

/// Reads `challenge=…&state=…&name=…`; `None` when a part is missing or has another shape.
fn read(fragment: &str) -> Option<AuthorizeDevice> {
    let part = |name: &str| {
        fragment
            .split('&')
            .find_map(|part| part.split_once('=').filter(|(key, _)| *key == name))
            .map(|(_, value)| unpercent(value))
    };
    let code_challenge = part("challenge")?;
    let base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let state = part("state")?;
    let shaped =
        code_challenge.len() == 43 && code_challenge.chars().all(base64url) && !state.is_empty();
    let name: String = part("name")
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARS)
        .collect();
    let name = name.trim().to_owned();
    let name = if name.is_empty() {
        "Browser".to_owned()
    } else {
        name
    };
    shaped.then_some(AuthorizeDevice {
        code_challenge,
        state,
        name,
    })
}

/// A path of this site that the answer may lead to.
fn own_path(redirect: &str) -> bool {
    redirect.starts_with("/connect/done")
}

/// Asks whether a device may connect.
#[component]
pub fn Connect() -> impl IntoView {
    let declined = RwSignal::new(false);
    let asked = read(&navigation::fragment());
    view! {
        <main class="signin">
            <div class="signin__box stack stack--6">
                <span class="brand brand--lg"><Brand /></span>
                {move || match (asked.clone(), declined.get()) {
                    (_, true) => message(words::CONNECT_DECLINED_TITLE, words::CONNECT_DECLINED).into_any(),
                    (None, false) => message(words::CONNECT_BROKEN_TITLE, words::CONNECT_BROKEN).into_any(),
                    (Some(asked), false) => view! { <Ask asked=asked declined=declined /> }.into_any(),
                }}
            </div>
        </main>
    }
}

fn message(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div class="stack stack--4">
            <h1 class="h">{title}</h1>
            <p class="soft">{text}</p>
            <p><a class="btn" href=Route::tab(Tab::Prompts).address()>{words::TO_LIBRARY}</a></p>
        </div>
    }
}

#[component]
fn Ask(asked: AuthorizeDevice, declined: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let email = move || match app.session.get() {
        Session::In(view) => view.email,
        _ => String::new(),
    };
    let name = asked.name.clone();
    let connect = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let asked = asked.clone();
        spawn_local(async move {
            match Client
                .post::<AuthorizedDevice>("/devices/authorize", &asked)
                .await
            {
                Ok(answer) if own_path(&answer.redirect) => {
                    let _ = window().location().assign(&answer.redirect);
                }
                Ok(_) => error.set(Some(ApiError::Garbled(String::new()))),
                Err(refused) if refused.signed_out() => app.session.set(Session::Out),
                Err(refused) => error.set(Some(refused)),
            }
            busy.try_set(false);
        });
    };
    view! {
        <div class="stack stack--2">
            <h1 class="h">{words::CONNECT_TITLE}</h1>
            <p class="soft">{words::CONNECT_TEXT}</p>
        </div>
        {move || error.get().map(|error| view! {
            <Notice kind=NoticeKind::Danger><span>{error.sentence()}</span></Notice>
        })}
        <dl class="props">
            <dt>{words::DEVICE}</dt><dd dir="auto">{name}</dd>
            <dt>{words::SERVER}</dt><dd class="mono">{platform::origin()}</dd>
            <dt>{words::ACCOUNT}</dt><dd>{email}</dd>
        </dl>
        <div class="stack stack--3">
            <button type="button" class="btn btn--primary btn--lg btn--block" on:click=connect aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { words::CONNECTING } else { words::CONNECT }}
            </button>
            <button type="button" class="btn btn--lg btn--block" on:click=move |_| declined.set(true)>{words::NOT_NOW}</button>
        </div>
    }
}

/// What stays when the extension has taken the code.
#[component]
pub fn ConnectDone() -> impl IntoView {
    view! {
        <main class="signin">
            <div class="signin__box">
                <h1 class="sr">{common::NAME}</h1>
                <Empty glyph=Glyph::Check title=words::DONE_TITLE text=words::DONE>
                    <a class="btn" href=Route::tab(Tab::Prompts).address()>{words::TO_LIBRARY}</a>
                </Empty>
            </div>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn a_complete_request_is_read_and_its_name_is_made_plain() {
        let asked = read(&format!(
            "challenge={CHALLENGE}&state=xyz&name=Firefox%20on%0A%C5%81ódź"
        ))
        .unwrap();
        assert_eq!(
            (asked.code_challenge.as_str(), asked.state.as_str()),
            (CHALLENGE, "xyz")
        );
        assert_eq!(asked.name, "Firefox onŁódź");
        assert_eq!(
            read(&format!("challenge={CHALLENGE}&state=x"))
                .unwrap()
                .name,
            "Browser"
        );
    }

    #[test]
    fn an_incomplete_or_odd_request_is_none() {
        for bad in [
            "",
            "challenge=abc&state=x",
            &format!("challenge={CHALLENGE}"),
            &format!("state=x&challenge={}", "=".repeat(43)),
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_answer_may_only_lead_to_the_page_of_this_site() {
        assert!(own_path("/connect/done#code=a&state=b"));
        for bad in [
            "https://evil.example",
            "//evil.example/connect/done",
            "javascript:alert(1)",
        ] {
            assert!(!own_path(bad), "{bad}");
        }
    }
}
