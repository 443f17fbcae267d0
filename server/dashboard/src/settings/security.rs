//! The security of an account: two-step sign-in with an authenticator and recovery codes, and below it the passkeys. Not the door.

use super::passkeys::Passkeys;
use super::proof::{Proof, Sheet};
use super::remote::Single;
use crate::app::{App, app};
use crate::platform;
use krowoc_shared::accounts::factors::{
    BeginTotp, PasswordAndCode, RecoveryCodes, SecurityView, TotpSetup, TotpView, TypedCode,
};
use krowoc_ui::components::{Icon, Notice, NoticeKind, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{library, passkeys, security as words};
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
        <section class="stack stack--4" aria-labelledby="passkeys">
            <h3 id="passkeys" tabindex="-1">{passkeys::TITLE}</h3>
            <p class="soft">{passkeys::TEXT}</p>
            {security.there(move |view| view! { <Passkeys view=view security=security /> })}
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

#[component]
fn Begin(has: bool, setup: RwSignal<Option<TotpSetup>>) -> impl IntoView {
    let proof = Proof::new();
    let send = move |()| {
        let password = proof.password.get_untracked();
        let path = "/account/totp".to_owned();
        proof.send(path, BeginTotp { password }, move |made| {
            setup.try_set(Some(made));
        });
    };
    view! {
        <Sheet proof=proof on_send=send>
            {has.then(|| view! { <div class="card__body">{proof.password_field("present-password")}</div> })}
            <div class="card__foot line"><span class="grow"></span>
                <button type="submit" class="btn btn--primary" aria-disabled=move || proof.pace.busy().to_string()>
                    {move || if proof.pace.busy() { words::SETTING_UP } else { words::SET_UP }}
                </button>
            </div>
        </Sheet>
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
    let proof = Proof::new();
    let send = move |()| {
        let code = proof.code.get_untracked();
        let path = "/account/totp/confirmation".to_owned();
        proof.send(path, TypedCode { code }, move |shown: RecoveryCodes| {
            setup.try_set(None);
            codes.try_set(Some(shown.codes));
            security.load();
        });
    };
    let whole = made.qr_size.saturating_add(2 * QUIET);
    let secret = made.secret.clone();
    view! {
        <Sheet proof=proof on_send=send>
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
                {proof.code_field("code", words::CODE, Some(words::CODE_HINT))}
            </div>
            <div class="card__foot line line--wrap"><span class="grow hint">{words::TURN_ON_TEXT}</span>
                <button type="button" class="btn btn--ghost" on:click=move |_| setup.set(None)>{words::NOT_NOW}</button>
                <button type="submit" class="btn btn--primary" aria-disabled=move || proof.pace.busy().to_string()>{words::TURN_ON}</button>
            </div>
        </Sheet>
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
    let proof = Proof::new();
    let body = move || PasswordAndCode {
        password: proof.password.get_untracked(),
        code: proof.code.get_untracked(),
    };
    let renew = move |()| {
        let path = "/account/recovery-codes".to_owned();
        proof.send(path, body(), move |shown: RecoveryCodes| {
            codes.try_set(Some(shown.codes));
            security.load();
        });
    };
    let off = move |_| {
        proof.send("/account/totp/removal".to_owned(), body(), move |()| {
            app.toasts.say(Glyph::Check, words::IS_OFF);
            codes.try_set(None);
            security.load();
        });
    };
    let few = totp.recovery_left < FEW;
    view! {
        <p class="line line--wrap"><Icon glyph=Glyph::Shield /><b class="med">{words::TITLE}</b><span class="badge badge--ok">{words::IS_ON}</span>
            <span class="xs muted">{words::ON_SINCE}" "<RelativeTime at=totp.since now=app.now />" · "{words::left(totp.recovery_left)}</span>
        </p>
        {few.then(|| view! { <Notice><span>{words::FEW_LEFT}</span></Notice> })}
        <Sheet proof=proof label=words::CHANGE on_send=renew>
            <div class="card__body form2">
                <p class="soft wide">{words::CHANGE_TEXT}</p>
                {has.then(|| proof.password_field("present-password"))}
                {proof.code_field("code", words::CODE_OR_RECOVERY, None)}
            </div>
            <div class="card__foot line line--wrap"><span class="grow"></span>
                <button type="submit" class="btn" aria-disabled=move || proof.pace.busy().to_string()>{words::RENEW}</button>
                <button type="button" class="btn btn--danger" aria-disabled=move || proof.pace.busy().to_string() on:click=off>{words::TURN_OFF}</button>
            </div>
        </Sheet>
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
