//! Providers that let the owner in: those that do, and those that may be added. Not the password.

use super::remote::Single;
use crate::app::app;
use krowoc_shared::accounts::people::{
    AccountView, IdentityView, Redirect, SignInProvider, SignInWays,
};
use krowoc_shared::ids::IdentityId;
use krowoc_ui::api::Client;
use krowoc_ui::components::{Icon, Notice, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{keys, people as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The section; nothing where no provider is configured and none was.
#[component]
pub(super) fn Ways(view: AccountView, account: Single<AccountView>) -> impl IntoView {
    let ways = RwSignal::new(None::<SignInWays>);
    spawn_local(async move {
        if let Ok(known) = Client.get::<SignInWays>("/sign-in").await {
            ways.try_set(Some(known));
        }
    });
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
                .map(|it| row(it.clone(), name(&it.provider), account).into_any())
                .collect();
            let more: Vec<_> = providers.iter().map(|it| add(it.clone()).into_any()).collect();
            view! {
                <section class="stack stack--3" aria-labelledby="ways">
                    <h3 id="ways">{words::WAYS}</h3>
                    <p class="soft">{words::WAYS_TEXT}</p>
                    {(!view.has_password).then(|| view! { <Notice><span>{words::NO_PASSWORD}</span></Notice> })}
                    {(!rows.is_empty()).then(|| view! { <ul class="card" role="list">{rows}</ul> })}
                    <div class="line line--wrap">{more}</div>
                </section>
            }
        })
    }
}

fn row(identity: IdentityView, name: String, account: Single<AccountView>) -> impl IntoView {
    let app = app();
    let id: IdentityId = identity.id;
    let remove = move |_| {
        spawn_local(async move {
            match Client
                .delete::<()>(&format!("/account/identities/{id}"))
                .await
            {
                Ok(()) => app.toasts.say(Glyph::Check, words::REMOVED),
                Err(error) => app.failed(&error),
            }
            account.load();
        });
    };
    let who = identity.email.or(identity.name).unwrap_or_default();
    view! {
        <li class="item item--plain">
            <Icon glyph=Glyph::Shield />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med">{name.clone()}</b><span class="muted" dir="auto">{who}</span></span>
                <span class="xs muted">
                    {words::ADDED}" "<RelativeTime at=identity.created_at now=app.now />" · "
                    {words::USED}" "<RelativeTime at=identity.used_at now=app.now />
                </span>
            </div>
            <button type="button" class="btn btn--sm" aria-label=keys::named(words::REMOVE, &name) on:click=remove>{words::REMOVE}</button>
        </li>
    }
}

fn add(provider: SignInProvider) -> impl IntoView {
    let app = app();
    let label = keys::named(words::ADD, &provider.name);
    let begin = move |_| {
        let path = format!("/account/identities/{}", provider.id);
        spawn_local(async move {
            match Client.post::<Redirect>(&path, &()).await {
                Ok(to) => drop(window().location().assign(&to.redirect)),
                Err(error) => app.failed(&error),
            }
        });
    };
    view! { <button type="button" class="btn btn--sm" on:click=begin><Icon glyph=Glyph::Plus />{label}</button> }
}
