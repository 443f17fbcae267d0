//! The passkeys of an account: listed, added, renamed, removed; and why none can be added here. Not signing in with one.

use super::opened::Remove;
use super::proof::{Proof, Sheet};
use super::remote::Single;
use super::rename::Rename;
use crate::accounts::fields::{Asks, Field};
use crate::app::app;
use crate::ceremony::{self, Refusal, Stage};
use crate::platform;
use krowoc_shared::accounts::factors::SecurityView;
use krowoc_shared::accounts::passkeys::{
    BeginPasskey, CreationOptions, MOST, NAME_MAX_CHARS, NewPasskey, PasskeyView, RemovePasskey,
    RenamePasskey,
};
use krowoc_shared::ids::PasskeyId;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, Notice, NoticeKind, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, passkeys as words, security as safe};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The list, and a form for another or why there is none.
#[component]
pub(super) fn Passkeys(view: SecurityView, security: Single<SecurityView>) -> impl IntoView {
    let (has, coded) = (view.has_password, view.totp.is_some());
    // One at a time: its form has one field, and what is typed there is for one passkey.
    let removing = RwSignal::new(None::<PasskeyId>);
    let full = view.passkeys.len() >= MOST;
    let why = match (view.passkeys_here, platform::passkeys(), full) {
        (false, _, _) => Some(words::NOT_HERE),
        (true, false, _) => Some(words::NOT_IN_BROWSER),
        (true, true, true) => Some(words::FULL),
        (true, true, false) => None,
    };
    let list = if !view.passkeys.is_empty() {
        let rows = view.passkeys.into_iter();
        let rows =
            rows.map(|it| view! { <Row passkey=it has=has removing=removing security=security /> });
        view! { <ul class="card" role="list">{rows.collect_view()}</ul> }.into_any()
    } else if why.is_none() {
        view! { <Empty glyph=Glyph::Key title=words::NONE text=words::NONE_TEXT /> }.into_any()
    } else {
        // Who can add none here is not asked to: the notice says why.
        ().into_any()
    };
    let more = match why {
        Some(text) => view! { <Notice><span>{text}</span></Notice> }.into_any(),
        None => view! { <Add has=has coded=coded security=security /> }.into_any(),
    };
    view! { {list}{more} }
}

/// Why none was added.
enum Trouble {
    /// Nothing was begun.
    Begin(ApiError),
    /// The password and the code were taken, and the browser made none.
    Browser(Refusal),
    /// The browser made one that is not taken.
    Server(ApiError),
}

async fn made(name: String, body: BeginPasskey, stage: Stage) -> Result<(), Trouble> {
    let path = "/account/passkeys/options";
    let options = Client.post::<CreationOptions>(path, &body).await;
    let options = options.map_err(Trouble::Begin)?;
    let credential = ceremony::create(&options, stage)
        .await
        .map_err(Trouble::Browser)?;
    let new = NewPasskey { name, credential };
    let added = Client.post::<PasskeyView>("/account/passkeys", &new).await;
    added.map(drop).map_err(Trouble::Server)
}

#[component]
fn Add(has: bool, coded: bool, security: Single<SecurityView>) -> impl IntoView {
    let app = app();
    let (proof, stage) = (Proof::new(), Stage::here());
    let name = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let refused = RwSignal::new(None::<Refusal>);
    let send = move |()| {
        let typed = name.get_untracked().trim().to_owned();
        // Before the authenticator makes one: it would keep what is refused here.
        let wrong = match typed.chars().count() {
            0 => Some(words::NAME_MISSING),
            1..=NAME_MAX_CHARS => None,
            _ => Some(words::NAME_LONG),
        };
        if let Some(wrong) = wrong {
            fault.set(Some(wrong.to_owned()));
            platform::focus("#passkey-name");
            return;
        }
        if !proof.begin() {
            return;
        }
        refused.set(None);
        let body = BeginPasskey {
            password: proof.password.get_untracked(),
            code: proof.code.get_untracked(),
        };
        spawn_local(async move {
            let answer = made(typed, body, stage).await;
            proof.pace.end();
            match answer {
                Ok(()) => {
                    app.toasts.say(Glyph::Check, words::ADDED);
                    platform::focus("#passkeys");
                    security.load();
                }
                Err(Trouble::Browser(why)) => {
                    // A code is taken with the first try: another one is typed for the next.
                    proof.code.try_set(String::new());
                    refused.try_set(Some(why));
                }
                Err(Trouble::Begin(error)) => proof.refused(&error),
                Err(Trouble::Server(error)) => {
                    proof.code.try_set(String::new());
                    proof.refused(&error);
                }
            }
        });
    };
    let problem = move || {
        let text = refused.get().map(|why| why.sentence(true));
        text.map(|text| view! { <Notice kind=NoticeKind::Danger><span>{text}</span></Notice> })
    };
    view! {
        <div aria-live="polite">{problem}</div>
        <Sheet proof=proof label=words::ADD_TITLE on_send=send>
            <div class="card__body form2">
                <Field id="passkey-name" label=words::NAME asks=Asks::Name value=name fault=fault hint=Some(words::NAME_HINT) />
                {has.then(|| proof.password_field("passkey-password"))}
                {coded.then(|| proof.code_field("passkey-code", safe::CODE_OR_RECOVERY, None))}
            </div>
            <div class="card__foot line line--wrap"><span class="grow hint">{words::ADD_TEXT}</span>
                <button type="submit" class="btn btn--primary" aria-disabled=move || proof.pace.busy().to_string()>
                    {move || if proof.pace.busy() { words::ADDING } else { words::ADD }}
                </button>
            </div>
        </Sheet>
    }
}

/// What is done with a row besides its buttons.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Shown,
    Renaming,
}

#[component]
fn Row(
    passkey: PasskeyView,
    has: bool,
    removing: RwSignal<Option<PasskeyId>>,
    security: Single<SecurityView>,
) -> impl IntoView {
    let app = app();
    let mode = RwSignal::new(Mode::Shown);
    let id = passkey.id;
    let goes = move || removing.get() == Some(id);
    let proof = Proof::new();
    let name = StoredValue::new(passkey.name.clone());
    let made_for = StoredValue::new(passkey.made_for.clone());
    let path = StoredValue::new(format!("/account/passkeys/{}", passkey.id));
    let button = StoredValue::new(format!("#remove-{}", passkey.id));
    let rename = Callback::new(move |text: String| {
        mode.set(Mode::Shown);
        spawn_local(async move {
            let body = RenamePasskey { name: text };
            match Client.patch::<()>(&path.get_value(), &body).await {
                Ok(()) => app.toasts.say(Glyph::Check, words::RENAMED),
                Err(error) => app.failed(&error),
            }
            security.load();
        });
    });
    let remove = move |()| {
        let password = proof.password.get_untracked();
        let path = format!("{}/removal", path.get_value());
        proof.send(path, RemovePasskey { password }, move |()| {
            app.toasts.say(Glyph::Check, words::REMOVED);
            platform::focus("#passkeys");
            security.load();
        });
    };
    // Without a password a sign-in of a moment ago is the proof, and there is nothing to type.
    let ask = move |_| match has {
        true => removing.set(Some(id)),
        false => remove(()),
    };
    let back = Callback::new(move |()| {
        removing.set(None);
        proof.clear();
        platform::focus(&button.get_value());
    });
    let title = move || {
        match mode.get() == Mode::Renaming {
        true => view! { <Rename name=name.get_value() label=words::PASSKEY on_done=rename on_cancel=move |()| mode.set(Mode::Shown) /> }.into_any(),
        false => view! {
            <span class="line line--wrap"><b class="med" dir="auto">{name.get_value()}</b>
                {made_for.get_value().map(|made_for| view! { <span class="badge badge--warn">{words::made_for(&made_for)}</span> })}
            </span>
        }
        .into_any(),
    }
    };
    view! {
        <li class="item item--plain item--top">
            <Icon glyph=Glyph::Key />
            <div class="stack stack--1">
                {title}
                <span class="xs muted">
                    {words::CREATED}" "<RelativeTime at=passkey.created_at now=app.now />" · "{words::LAST_USED}" "
                    {match passkey.used_at {
                        Some(at) => view! { <RelativeTime at=at now=app.now /> }.into_any(),
                        None => words::NEVER.into_any(),
                    }}
                </span>
                {move || goes().then(|| view! { <Remove name=name.get_value() proof=proof on_send=remove on_cancel=back /> })}
            </div>
            <span class="line item__acts">
                <button type="button" class="btn btn--sm" aria-label=common::named(words::RENAME, &passkey.name)
                    on:click=move |_| mode.set(Mode::Renaming)>{words::RENAME}</button>
                <button type="button" class="btn btn--sm btn--danger" id=format!("remove-{}", passkey.id)
                    aria-label=common::named(words::REMOVE, &passkey.name) aria-expanded=move || has.then(|| goes().to_string())
                    on:click=ask>{words::REMOVE}</button>
            </span>
        </li>
    }
}
