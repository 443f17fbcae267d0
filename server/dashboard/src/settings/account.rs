//! The account's address and password. Not what is signed in with them.

use super::leaving::{Everything, Leave, Leaving};
use super::name::Name;
use super::picture::Picture;
use super::remote::Single;
use super::ways::Ways;
use crate::accounts::fields::{Asks, Field, email_fault, password_fault};
use crate::app::{App, app};
use crate::platform;
use krowoc_shared::accounts::people::{AccountView, ChangeEmail, ChangePassword, SignInWays};
use krowoc_shared::error::ErrorCode;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Icon, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{accounts, common, people as words};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(super) fn Account() -> impl IntoView {
    let app = app();
    let account = Single::<AccountView>::of(app, "/account");
    // Fetched once: what is drawn anew with the account keeps the focus.
    let ways = RwSignal::new(None::<SignInWays>);
    spawn_local(async move {
        if let Ok(known) = Client.get::<SignInWays>("/sign-in").await {
            ways.try_set(Some(known));
        }
    });
    // What is typed, or taken over, as the new address.
    let wanted = RwSignal::new(String::new());
    view! {
        {account.view(move |view| view! {
            {view.delete_at.map(|at| view! { <Leaving at=at account=account /> })}
            <Email view=view.clone() account=account wanted=wanted />
            <Name view=view.clone() account=account />
            <Picture view=view.clone() account=account />
            <Ways view=view.clone() ways=ways account=account />
            {view.mail.then(|| view! { <NewEmail account=account email=wanted /> })}
            <NewPassword account=account has=view.has_password />
            <Everything />
            <Leave has=view.has_password />
        })}
    }
}

/// Sends a request without a body and says what came of it.
fn act(app: App, account: Single<AccountView>, keep: bool) {
    spawn_local(async move {
        let done = if keep {
            Client.delete::<()>("/account/email").await
        } else {
            Client.post::<()>("/account/verification", &()).await
        };
        match done {
            Ok(()) if keep => app.toasts.say(Glyph::Check, words::KEPT),
            Ok(()) => app.toasts.say(Glyph::Mail, words::SENT_AGAIN),
            Err(error) => app.failed(&error),
        }
        account.load();
    });
}

#[component]
fn Email(
    view: AccountView,
    account: Single<AccountView>,
    wanted: RwSignal<String>,
) -> impl IntoView {
    let app = app();
    let others = elsewhere(&view).into_iter().map(|email| {
        let label = common::named(words::USE_ADDRESS, &email);
        let there = email.clone();
        let take = move |_| {
            wanted.set(email.clone());
            platform::focus("#email-password");
        };
        view! {
            <Notice glyph=Glyph::Mail>
                <span class="grow">{words::OTHER_ADDRESS}" "<b class="med" dir="auto">{there}</b></span>
                <button type="button" class="btn btn--sm" aria-label=label on:click=take>{words::USE_ADDRESS}</button>
            </Notice>
        }
    });
    let others = others.collect_view();
    let again = move || {
        view! { <button type="button" class="btn btn--sm" on:click=move |_| act(app, account, false)>{words::SEND_AGAIN}</button> }
    };
    let badge = if view.email_verified {
        view! { <span class="badge badge--ok">{words::CONFIRMED}</span> }.into_any()
    } else {
        view! { <span class="badge badge--warn">{words::UNCONFIRMED}</span> }.into_any()
    };
    let waits = view.pending_email.clone().map(|email| {
        view! {
            <Notice kind=NoticeKind::Accent glyph=Glyph::Mail>
                <span class="grow">{words::waits(&email)}</span>
                {again()}
                <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| act(app, account, true)>{words::KEEP_OLD}</button>
            </Notice>
        }
    });
    let unconfirmed = !view.email_verified && view.mail && view.pending_email.is_none();
    view! {
        <section class="stack stack--3" aria-labelledby="account-email">
            <h3 id="account-email">{words::EMAIL}</h3>
            <p class="line line--wrap"><Icon glyph=Glyph::Mail /><b class="med" dir="auto">{view.email}</b>{view.mail.then_some(badge)}</p>
            {waits}
            {others}
            {unconfirmed.then(|| view! { <p class="line line--wrap"><span class="hint">{words::CONFIRM_HINT}</span>{again()}</p> })}
            {(!view.mail).then(|| view! { <Notice><span>{words::NO_MAIL}</span></Notice> })}
        </section>
    }
}

/// Addresses that providers say and the account has not, where it could take them over.
fn elsewhere(view: &AccountView) -> Vec<String> {
    if !view.mail || view.pending_email.is_some() {
        return Vec::new();
    }
    let told = view.identities.iter().filter_map(|it| it.email.clone());
    let mut others: Vec<String> = told
        .filter(|email| !email.eq_ignore_ascii_case(&view.email))
        .collect();
    others.sort();
    others.dedup();
    others
}

/// Where a refusal of a form is said: at the present password, at the other field, or above both.
fn refused(
    error: ApiError,
    present: RwSignal<Option<String>>,
    other: RwSignal<Option<String>>,
    above: RwSignal<Option<ApiError>>,
) {
    match error.code() {
        Some(ErrorCode::WrongCredentials) => {
            present.try_set(Some(words::PASSWORD_WRONG.to_owned()));
        }
        Some(ErrorCode::StaleSignIn) => {
            present.try_set(Some(words::STALE.to_owned()));
        }
        Some(ErrorCode::EmailTaken | ErrorCode::InvalidField | ErrorCode::WeakPassword) => {
            other.try_set(Some(error.sentence()));
        }
        _ => drop(above.try_set(Some(error))),
    }
}

#[component]
fn NewEmail(account: Single<AccountView>, email: RwSignal<String>) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let (email_wrong, password_wrong) = (RwSignal::new(None), RwSignal::new(None));
    let error = RwSignal::new(None::<ApiError>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        email_wrong.set(email_fault(&email.get_untracked()));
        if email_wrong.with_untracked(Option::is_some) {
            return;
        }
        error.set(None);
        let body = ChangeEmail {
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        spawn_local(async move {
            match Client.put::<()>("/account/email", &body).await {
                Ok(()) => account.load(),
                Err(why) => refused(why, password_wrong, email_wrong, error),
            }
        });
    };
    view! {
        <section class="stack stack--3" aria-labelledby="change-email">
            <h3 id="change-email">{words::CHANGE_EMAIL}</h3>
            <p class="soft">{words::CHANGE_EMAIL_TEXT}</p>
            <form class="card" novalidate on:submit=submit>
                <div class="card__body form2">
                    <Field id="new-email" label=words::NEW_EMAIL asks=Asks::Email value=email fault=email_wrong />
                    <Field id="email-password" label=words::PRESENT_PASSWORD asks=Asks::Password value=password fault=password_wrong />
                    <Above error=error />
                </div>
                <div class="card__foot line"><span class="grow"></span><button type="submit" class="btn btn--primary">{words::CHANGE_EMAIL}</button></div>
            </form>
        </section>
    }
}

#[component]
fn NewPassword(account: Single<AccountView>, has: bool) -> impl IntoView {
    let app = app();
    let (present, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (present_wrong, new_wrong) = (RwSignal::new(None), RwSignal::new(None));
    let error = RwSignal::new(None::<ApiError>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        new_wrong.set(password_fault(&new.get_untracked()));
        if new_wrong.with_untracked(Option::is_some) {
            return;
        }
        error.set(None);
        let body = ChangePassword {
            password: present.get_untracked(),
            new_password: new.get_untracked(),
        };
        spawn_local(async move {
            match Client.put::<()>("/account/password", &body).await {
                Ok(()) => {
                    app.toasts.say(Glyph::Check, words::PASSWORD_CHANGED);
                    account.load();
                }
                // Of who has no password yet, there is one field to say it at.
                Err(why) => refused(
                    why,
                    if has { present_wrong } else { new_wrong },
                    new_wrong,
                    error,
                ),
            }
        });
    };
    let title = if has {
        words::CHANGE_PASSWORD
    } else {
        words::SET_FIRST
    };
    view! {
        <section class="stack stack--3" aria-labelledby="change-password">
            <h3 id="change-password">{title}</h3>
            <p class="soft">{words::CHANGE_PASSWORD_TEXT}</p>
            <form class="card" novalidate on:submit=submit>
                <div class="card__body form2">
                    {has.then(|| view! { <Field id="present-password" label=words::PRESENT_PASSWORD asks=Asks::Password value=present fault=present_wrong /> })}
                    <Field id="chosen-password" label=words::NEW_PASSWORD asks=Asks::NewPassword value=new fault=new_wrong hint=Some(accounts::PASSWORD_HINT) />
                    <Above error=error />
                </div>
                <div class="card__foot line"><span class="grow"></span><button type="submit" class="btn btn--primary">{title}</button></div>
            </form>
        </section>
    }
}

/// What no field is at fault of.
#[component]
fn Above(error: RwSignal<Option<ApiError>>) -> impl IntoView {
    move || {
        error.get().map(
            |error| view! { <p class="hint hint--error wide" role="alert">{error.sentence()}</p> },
        )
    }
}
