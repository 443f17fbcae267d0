//! Connecting: the address typed once, the permission asked for in the click, the connect page in a tab.

use super::Desk;
use crate::browser;
use crate::messages::{Connection, Failure, FailureCode, Request};
use crate::model::address::{self, Server};
use crate::model::words;
use crate::page::{Icon, ask, failure, t, t1};
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The form, and what led to it.
#[component]
pub(super) fn Connect() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let typed = RwSignal::new(String::new());
    let name = RwSignal::new(t1("deviceDefault", browser::name()));
    let problem = RwSignal::new(None::<String>);
    let known = Memo::new(move |_| match desk.connection() {
        Some(Connection::Lost { server, device, .. }) => Some((server, Some(device))),
        Some(Connection::Pending { server }) => Some((server, None)),
        _ => None,
    });
    // A connection that was lost or not finished is made again to the same server.
    Effect::new(move |_| {
        let Some((server, device)) = known.get() else {
            return;
        };
        if typed.with_untracked(String::is_empty) {
            typed.set(server);
        }
        if let Some(device) = device.filter(|device| !device.is_empty()) {
            name.set(device);
        }
    });
    let exposed =
        Memo::new(move |_| address::parse(&typed.get()).is_ok_and(|server| server.exposed));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        match address::parse(&browser::ascii_host(&typed.get_untracked())) {
            Ok(server) => connect(desk, server, name.get_untracked(), problem),
            Err(reason) => problem.set(Some(t(words::bad_address(reason)))),
        }
    };
    let label = move || {
        t(
            if matches!(desk.connection(), Some(Connection::Lost { .. })) {
                "connectAgain"
            } else {
                "connect"
            },
        )
    };
    view! {
        <Said />
        <form class="connect" novalidate on:submit=submit>
            <div class="field">
                <label class="label" for="address">{t("serverAddress")}</label>
                <input
                    class="input"
                    id="address"
                    dir="ltr"
                    inputmode="url"
                    autocomplete="url"
                    spellcheck="false"
                    aria-describedby="address-hint address-problem"
                    aria-invalid=move || problem.with(Option::is_some).to_string()
                    prop:value=typed
                    on:input=move |event| {
                        typed.set(event_target_value(&event));
                        problem.set(None);
                    }
                />
                <p class="hint" id="address-hint">{t("serverHint")}</p>
                <div id="address-problem" role="alert">
                    {move || problem.get().map(|text| view! { <p class="hint hint--error">{text}</p> })}
                </div>
                {move || exposed.get().then(|| view! {
                    <p class="notice notice--warn notice--sm"><Icon glyph=Glyph::Alert /><span class="grow">{t("serverExposed")}</span></p>
                })}
            </div>
            <div class="field">
                <label class="label" for="device">{t("deviceName")}</label>
                <input
                    class="input"
                    id="device"
                    dir="auto"
                    maxlength="100"
                    prop:value=name
                    on:input=move |event| name.set(event_target_value(&event))
                />
            </div>
            <div class="line">
                <button type="submit" class="btn btn--primary btn--lg" id="connect" prop:disabled=desk.busy>{label}</button>
            </div>
        </form>
    }
}

/// What there is to say before the form.
#[component]
fn Said() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let trouble = move || {
        let said = desk
            .state
            .with(|state| state.as_ref().and_then(|state| state.trouble.clone()));
        said.map(|trouble| {
            view! {
                <p class="notice notice--danger" role="alert" title=trouble.message>
                    <Icon glyph=Glyph::Alert /><span class="grow">{t(words::trouble(trouble.code))}</span>
                </p>
            }
        })
    };
    view! {
        {move || match desk.connection() {
            Some(Connection::Lost { .. }) => view! {
                <div class="notice notice--warn" role="status">
                    <Icon glyph=Glyph::Alert />
                    <p class="grow"><b>{t("lostTitle")}</b>" "{t("lostHint")}</p>
                </div>
            }.into_any(),
            Some(Connection::Pending { server }) => view! {
                <p class="notice notice--accent" role="status">
                    <Icon glyph=Glyph::Info /><span class="grow">{t1("connectPending", &server)}</span>
                </p>
                {trouble()}
            }.into_any(),
            _ => view! { <p class="soft">{t("serverIntro")}</p> }.into_any(),
        }}
    }
}

/// Asks for the permission and begins. The permission is asked for before anything is awaited: the browser ties it to the click.
fn connect(desk: Desk, server: Server, name: String, problem: RwSignal<Option<String>>) {
    let asked = browser::request_host(&server.pattern);
    desk.busy.set(true);
    spawn_local(async move {
        match asked.await {
            Ok(true) => {
                let answer = ask(&Request::Connect {
                    server: server.origin,
                    name,
                })
                .await;
                if let Err(reason) = &answer {
                    problem.set(Some(failure(reason)));
                }
                desk.take(answer);
            }
            Ok(false) => problem.set(Some(t("connectDenied"))),
            Err(error) => problem.set(Some(failure(&Failure::new(FailureCode::Internal, error.0)))),
        }
        desk.busy.set(false);
    });
}
