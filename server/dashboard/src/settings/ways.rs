//! Providers that let the owner in: those that do, added and removed with the password, and those that may be added. Not the password.

use super::opened::{Opened, Remove};
use super::proof::Proof;
use super::remote::Single;
use crate::app::app;
use crate::platform;
use krowoc_shared::accounts::people::{
    AccountView, AddIdentity, IdentityView, Redirect, RemoveIdentity, SignInProvider, SignInWays,
};
use krowoc_shared::ids::IdentityId;
use krowoc_ui::components::{Icon, Notice, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, people as words, security as safe};
use leptos::prelude::*;

/// What a form is open for: one at a time, and what is typed there is for it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Open {
    Removal(IdentityId),
    Adding(String),
}

/// What is asked for, and what is open.
#[derive(Clone, Copy)]
struct Asks {
    /// The account has a password.
    password: bool,
    /// Signing in has two steps.
    code: bool,
    open: RwSignal<Option<Open>>,
}

/// The section; nothing where no provider is configured and none was.
#[component]
pub(super) fn Ways(
    view: AccountView,
    ways: RwSignal<Option<SignInWays>>,
    account: Single<AccountView>,
) -> impl IntoView {
    let asks = Asks {
        password: view.has_password,
        code: view.two_steps,
        open: RwSignal::new(None),
    };
    move || {
        let providers = ways.get()?.providers;
        let view = view.clone();
        (!providers.is_empty() || !view.identities.is_empty()).then(|| {
            let name = |id: &str| {
                let known = providers.iter().find(|it| it.id == id);
                known.map_or_else(|| id.to_owned(), |it| it.name.clone())
            };
            let rows: Vec<_> = view
                .identities
                .iter()
                .map(|it| view! { <Row identity=it.clone() name=name(&it.provider) asks=asks account=account /> }.into_any())
                .collect();
            let more: Vec<_> = providers.into_iter().map(|it| view! { <More provider=it asks=asks /> }.into_any()).collect();
            view! {
                <section class="stack stack--3" aria-labelledby="ways">
                    <h3 id="ways" tabindex="-1">{words::WAYS}</h3>
                    <p class="soft">{words::WAYS_TEXT}</p>
                    {(!view.has_password).then(|| view! { <Notice><span>{words::NO_PASSWORD}</span></Notice> })}
                    {(!rows.is_empty()).then(|| view! { <ul class="card" role="list">{rows}</ul> })}
                    <div class="stack stack--3">{more}</div>
                </section>
            }
        })
    }
}

#[component]
fn Row(
    identity: IdentityView,
    name: String,
    asks: Asks,
    account: Single<AccountView>,
) -> impl IntoView {
    let app = app();
    let id: IdentityId = identity.id;
    let proof = Proof::new();
    let goes = move || asks.open.with(|open| *open == Some(Open::Removal(id)));
    let remove = move |()| {
        let password = proof.password.get_untracked();
        let path = format!("/account/identities/{id}/removal");
        proof.send(path, RemoveIdentity { password }, move |()| {
            app.toasts.say(Glyph::Check, words::REMOVED);
            platform::focus("#ways");
            account.load();
        });
    };
    let back = Callback::new(move |()| {
        asks.open.set(None);
        platform::focus(&format!("#remove-{id}"));
    });
    forgotten(proof, goes);
    // Without a password a sign-in of a moment ago is the proof, and there is nothing to type.
    let ask = move |_| match (asks.password, untrack(goes)) {
        (true, false) => asks.open.set(Some(Open::Removal(id))),
        (true, true) => back.run(()),
        (false, _) => remove(()),
    };
    let who = identity.email.or(identity.name).unwrap_or_default();
    let called = name.clone();
    view! {
        <li class="item item--plain item--top">
            <Icon glyph=Glyph::Shield />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med">{name.clone()}</b><span class="muted" dir="auto">{who}</span>
                    {(!identity.lets_in).then(|| view! { <span class="badge badge--warn">{words::NOT_SET_UP}</span> })}
                </span>
                <span class="xs muted">
                    {words::ADDED}" "<RelativeTime at=identity.created_at now=app.now />" · "
                    {words::USED}" "<RelativeTime at=identity.used_at now=app.now />
                </span>
                {move || goes().then(|| view! { <Remove name=called.clone() proof=proof on_send=remove on_cancel=back /> })}
            </div>
            <button type="button" class="btn btn--sm" id=format!("remove-{id}") aria-label=common::named(words::REMOVE, &name)
                aria-expanded=move || asks.password.then(|| goes().to_string()) on:click=ask>{words::REMOVE}</button>
        </li>
    }
}

/// What was typed into a form goes with it.
fn forgotten(proof: Proof, goes: impl Fn() -> bool + 'static) {
    Effect::new(move |_| {
        if !goes() {
            proof.clear();
        }
    });
}

/// The button that adds a provider, and what it asks for.
#[component]
fn More(provider: SignInProvider, asks: Asks) -> impl IntoView {
    let proof = Proof::new();
    let typed = asks.password || asks.code;
    let name = provider.name;
    let id = StoredValue::new(provider.id);
    let open = move || Some(Open::Adding(id.get_value()));
    let goes = move || asks.open.with(|it| *it == open());
    let send = move |()| {
        let body = AddIdentity {
            password: proof.password.get_untracked(),
            code: proof.code.get_untracked(),
        };
        let path = format!("/account/identities/{}", id.get_value());
        let own = open();
        proof.send(path, body, move |to: Redirect| {
            // Who left the form meanwhile stays here.
            let wanted = asks.open.try_with_untracked(|it| !typed || *it == own);
            if wanted == Some(true) {
                drop(window().location().assign(&to.redirect));
            }
        });
    };
    let back = Callback::new(move |()| {
        asks.open.set(None);
        platform::focus(&format!("#add-{}", id.get_value()));
    });
    forgotten(proof, goes);
    let ask = move |_| match (typed, untrack(goes)) {
        (true, false) => asks.open.set(open()),
        (true, true) => back.run(()),
        (false, _) => send(()),
    };
    let first = match asks.password {
        true => "#add-password",
        false => "#add-code",
    };
    let act = words::with(&name);
    let form = move || {
        goes().then(|| view! {
            <Opened proof=proof label=words::ADD_WAY first=first act=act.clone() on_send=send on_cancel=back>
                <p class="soft">{words::ADD_WAY_TEXT}</p>
                <div class="form2">
                    {asks.password.then(|| proof.password_field("add-password"))}
                    {asks.code.then(|| proof.code_field("add-code", safe::CODE_OR_RECOVERY, None))}
                </div>
            </Opened>
        })
    };
    view! {
        <div class="stack stack--2">
            <div class="line"><button type="button" class="btn btn--sm" id=format!("add-{}", id.get_value())
                aria-expanded=move || typed.then(|| goes().to_string()) on:click=ask>
                <Icon glyph=Glyph::Plus />{common::named(words::ADD, &name)}
            </button></div>
            {form}
        </div>
    }
}
