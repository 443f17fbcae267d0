//! Two-step sign-in: setting an authenticator up, recovery codes, turning it off. Not the door that asks for codes.

use super::remote::Single;
use crate::accounts::fields::{Asks, Field};
use crate::accounts::pace::Pace;
use crate::app::{App, app};
use crate::platform;
use krowoc_shared::accounts::factors::{
    BeginTotp, PasswordAndCode, RecoveryCodes, SecurityView, TotpSetup, TotpView, TypedCode,
};
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Icon, Notice, NoticeKind, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{library, people, security as words};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Recovery codes left below which more are advised.
const FEW: i64 = 3;
/// Modules of light around a QR code (ISO/IEC 18004).
const QUIET: u32 = 4;

#[component]
pub(super) fn Security() -> impl IntoView {
    let app = app();
    let security = Single::<SecurityView>::of(app, "/account/security");
    let setup = RwSignal::new(None::<TotpSetup>);
    let codes = RwSignal::new(None::<Vec<String>>);
    view! {
        <section class="stack stack--4" aria-labelledby="two-step">
            <h3 id="two-step" tabindex="-1">{words::TITLE}</h3>
            <p class="soft">{words::TEXT}</p>
            {move || codes.get().map(|list| view! { <Codes list=list codes=codes /> })}
            {security.view(move |view| {
                let has = view.has_password;
                match view.totp {
                    Some(totp) => view! { <On totp=totp has=has security=security codes=codes /> }.into_any(),
                    None => (move || match setup.get() {
                        Some(made) => view! { <Confirm made=made setup=setup security=security codes=codes /> }.into_any(),
                        None => view! { <Begin has=has setup=setup /> }.into_any(),
                    }).into_any(),
                }
            })}
        </section>
    }
}

/// Puts a text on the clipboard and says so.
fn copy(app: App, text: String) {
    spawn_local(async move {
        let (glyph, said) = if platform::copy(&text).await {
            (Glyph::Check, library::COPIED)
        } else {
            (Glyph::Alert, library::COPY_FAILED)
        };
        app.toasts.say(glyph, said);
    });
}

/// What is wrong with the fields of a form.
#[derive(Clone, Copy)]
struct Faults {
    password: RwSignal<Option<String>>,
    code: RwSignal<Option<String>>,
}

impl Faults {
    fn new() -> Self {
        Self {
            password: RwSignal::new(None),
            code: RwSignal::new(None),
        }
    }

    /// Says a refusal at the field that it is about.
    fn refused(self, app: App, error: &ApiError) {
        match error.code() {
            Some(ErrorCode::WrongCredentials) => {
                let text = people::PASSWORD_WRONG.to_owned();
                self.password.try_set(Some(text));
            }
            Some(ErrorCode::StaleSignIn) => {
                self.password.try_set(Some(people::STALE.to_owned()));
                app.toasts.say(Glyph::Alert, people::STALE);
            }
            Some(ErrorCode::WrongCode) => {
                self.code.try_set(Some(words::WRONG_CODE.to_owned()));
            }
            _ => app.failed(error),
        }
    }
}

#[component]
fn Begin(has: bool, setup: RwSignal<Option<TotpSetup>>) -> impl IntoView {
    let app = app();
    let password = RwSignal::new(String::new());
    let faults = Faults::new();
    let pace = Pace::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !pace.begin() {
            return;
        }
        let body = BeginTotp {
            password: password.get_untracked(),
        };
        spawn_local(async move {
            let answer = Client.post::<TotpSetup>("/account/totp", &body).await;
            pace.end();
            match answer {
                Ok(made) => drop(setup.try_set(Some(made))),
                Err(error) => faults.refused(app, &error),
            }
        });
    };
    view! {
        <form class="card" novalidate on:submit=submit aria-busy=move || pace.busy().to_string()>
            {has.then(|| view! {
                <div class="card__body">
                    <Field id="present-password" label=words::PRESENT_PASSWORD asks=Asks::Password value=password fault=faults.password />
                </div>
            })}
            <div class="card__foot line"><span class="grow"></span>
                <button type="submit" class="btn btn--primary" aria-disabled=move || pace.busy().to_string()>
                    {move || if pace.busy() { words::SETTING_UP } else { words::SET_UP }}
                </button>
            </div>
        </form>
    }
}

/// A secret in groups of four, as people type it.
fn grouped(secret: &str) -> String {
    let mut out = String::with_capacity(secret.len() * 5 / 4);
    for (at, c) in secret.chars().enumerate() {
        if at > 0 && at.is_multiple_of(4) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

#[component]
fn Confirm(
    made: TotpSetup,
    setup: RwSignal<Option<TotpSetup>>,
    security: Single<SecurityView>,
    codes: RwSignal<Option<Vec<String>>>,
) -> impl IntoView {
    let app = app();
    let code = RwSignal::new(String::new());
    let faults = Faults::new();
    let pace = Pace::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !pace.begin() {
            return;
        }
        let body = TypedCode {
            code: code.get_untracked(),
        };
        spawn_local(async move {
            let path = "/account/totp/confirmation";
            let answer = Client.post::<RecoveryCodes>(path, &body).await;
            pace.end();
            match answer {
                Ok(shown) => {
                    setup.try_set(None);
                    codes.try_set(Some(shown.codes));
                    security.load();
                }
                Err(error) => faults.refused(app, &error),
            }
        });
    };
    let whole = made.qr_size.saturating_add(2 * QUIET);
    let secret = made.secret.clone();
    view! {
        <form class="card" novalidate on:submit=submit aria-busy=move || pace.busy().to_string()>
            <div class="card__body stack stack--4">
                <div class="stack stack--1"><b>{words::SCAN}</b><p class="soft">{words::SCAN_TEXT}</p></div>
                <svg class="qr" role="img" aria-label=words::QR viewBox=format!("-{QUIET} -{QUIET} {whole} {whole}")><path d=made.qr_path /></svg>
                <div class="stack stack--1">
                    <span class="label">{words::SECRET}</span>
                    <span class="line line--wrap">
                        <code class="code code--line" id="secret" dir="ltr">{grouped(&made.secret)}</code>
                        <button type="button" class="btn btn--sm" on:click=move |_| copy(app, secret.clone())><Icon glyph=Glyph::Copy />{words::COPY_SECRET}</button>
                    </span>
                </div>
                <Field id="code" label=words::CODE asks=Asks::Code value=code fault=faults.code hint=words::CODE_HINT />
            </div>
            <div class="card__foot line line--wrap"><span class="grow hint">{words::TURN_ON_TEXT}</span>
                <button type="button" class="btn btn--ghost" on:click=move |_| setup.set(None)>{words::NOT_NOW}</button>
                <button type="submit" class="btn btn--primary" aria-disabled=move || pace.busy().to_string()>{words::TURN_ON}</button>
            </div>
        </form>
    }
}

/// Recovery codes, the one time they can be seen.
#[component]
fn Codes(list: Vec<String>, codes: RwSignal<Option<Vec<String>>>) -> impl IntoView {
    let app = app();
    let text = list.join("\n");
    let file = format!("data:text/plain;charset=utf-8,{}", list.join("%0A"));
    let items = list
        .into_iter()
        .map(|code| view! { <li>{code}</li> })
        .collect_view();
    // What turned them up is gone with the focus, and they are seen this once: they are read out.
    Effect::new(|_| platform::focus("#keep-codes"));
    let kept = move |_| {
        codes.set(None);
        platform::focus("#two-step");
    };
    view! {
        <Notice kind=NoticeKind::Ok glyph=Glyph::Key>
            <div class="stack stack--3 grow">
                <div class="stack stack--1" id="keep-codes" role="group" tabindex="-1" aria-labelledby="keep-title" aria-describedby="keep-text"><b id="keep-title">{words::KEEP_TITLE}</b><span id="keep-text">{words::KEEP_TEXT}</span></div>
                <ul class="code codes" id="recovery" role="list" dir="ltr">{items}</ul>
                <span class="line line--wrap">
                    <button type="button" class="btn btn--sm" on:click=move |_| copy(app, text.clone())><Icon glyph=Glyph::Copy />{words::COPY_CODES}</button>
                    <a class="btn btn--sm" href=file download="krowoc-recovery-codes.txt"><Icon glyph=Glyph::Download />{words::DOWNLOAD_CODES}</a>
                    <button type="button" class="btn btn--ghost btn--sm" on:click=kept>{words::KEPT}</button>
                </span>
            </div>
        </Notice>
    }
}

#[component]
fn On(
    totp: TotpView,
    has: bool,
    security: Single<SecurityView>,
    codes: RwSignal<Option<Vec<String>>>,
) -> impl IntoView {
    let app = app();
    let (password, code) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let faults = Faults::new();
    let pace = Pace::new();
    let body = move || PasswordAndCode {
        password: password.get_untracked(),
        code: code.get_untracked(),
    };
    let done = move |said: Result<Option<Vec<String>>, ApiError>| match said {
        Ok(shown) => {
            codes.try_set(shown);
            security.load();
        }
        Err(error) => faults.refused(app, &error),
    };
    let renew = move |event: SubmitEvent| {
        event.prevent_default();
        if !pace.begin() {
            return;
        }
        let body = body();
        spawn_local(async move {
            let path = "/account/recovery-codes";
            let answer = Client.post::<RecoveryCodes>(path, &body).await;
            pace.end();
            done(answer.map(|shown| Some(shown.codes)));
        });
    };
    let off = move |_| {
        if !pace.begin() {
            return;
        }
        let body = body();
        spawn_local(async move {
            let answer = Client.post::<()>("/account/totp/removal", &body).await;
            pace.end();
            if answer.is_ok() {
                app.toasts.say(Glyph::Check, words::IS_OFF);
            }
            done(answer.map(|()| None));
        });
    };
    let few = totp.recovery_left < FEW;
    view! {
        <p class="line line--wrap"><Icon glyph=Glyph::Shield /><b class="med">{words::TITLE}</b><span class="badge badge--ok">{words::IS_ON}</span>
            <span class="xs muted">{words::ON_SINCE}" "<RelativeTime at=totp.since now=app.now />" · "{words::left(totp.recovery_left)}</span>
        </p>
        {few.then(|| view! { <Notice><span>{words::FEW_LEFT}</span></Notice> })}
        <form class="card" novalidate on:submit=renew aria-label=words::CHANGE aria-busy=move || pace.busy().to_string()>
            <div class="card__body form2">
                <p class="soft wide">{words::CHANGE_TEXT}</p>
                {has.then(|| view! { <Field id="present-password" label=words::PRESENT_PASSWORD asks=Asks::Password value=password fault=faults.password /> })}
                <Field id="code" label=words::CODE_OR_RECOVERY asks=Asks::Code value=code fault=faults.code />
            </div>
            <div class="card__foot line line--wrap"><span class="grow"></span>
                <button type="submit" class="btn" aria-disabled=move || pace.busy().to_string()>{words::RENEW}</button>
                <button type="button" class="btn btn--danger" aria-disabled=move || pace.busy().to_string() on:click=off>{words::TURN_OFF}</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_in_groups_that_can_be_typed() {
        assert_eq!(grouped("GEZDGNBVGY"), "GEZD GNBV GY");
        assert_eq!(grouped(""), "");
    }
}
