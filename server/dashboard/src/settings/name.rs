//! What the owner of an account is called: typed here, unless a provider says it. Not the address.

use super::remote::Single;
use crate::app::app;
use krowoc_shared::accounts::people::{AccountName, AccountView, NAME_CHARS};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{people as words, settings};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The section.
#[component]
pub(super) fn Name(view: AccountView, account: Single<AccountView>) -> impl IntoView {
    let app = app();
    let mut identities = view.identities.iter();
    let told = identities.any(|it| it.lets_in && it.name.is_some());
    let name = view.name.unwrap_or_default();
    let typed = RwSignal::new(name.clone());
    let error = RwSignal::new(None::<ApiError>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        error.set(None);
        let text = typed.get_untracked().trim().to_owned();
        let body = AccountName {
            name: (!text.is_empty()).then_some(text),
        };
        spawn_local(async move {
            match Client.patch::<AccountView>("/account", &body).await {
                Ok(_) => {
                    app.toasts.say(Glyph::Check, words::NAME_SAVED);
                    account.load();
                }
                Err(why) => drop(error.try_set(Some(why))),
            }
        });
    };
    let field = move || {
        view! {
            <form class="line line--wrap" novalidate on:submit=submit>
                <label class="sr" for="account-name">{words::NAME}</label>
                <input class="input w-md" id="account-name" aria-describedby="name-text" dir="auto" autocomplete="name"
                    maxlength=NAME_CHARS.to_string() prop:value=move || typed.get() on:input=move |event| typed.set(event_target_value(&event)) />
                <button type="submit" class="btn">{settings::SAVE}</button>
            </form>
            {move || error.get().map(|error| view! { <p class="hint hint--error" role="alert">{error.sentence()}</p> })}
        }
    };
    view! {
        <section class="stack stack--3" aria-labelledby="name">
            <h3 id="name">{words::NAME}</h3>
            <p class="soft" id="name-text">{if told { words::NAME_TOLD } else { words::NAME_TEXT }}</p>
            {if told {
                view! { <p><b class="med" dir="auto">{name}</b></p> }.into_any()
            } else {
                field().into_any()
            }}
        </section>
    }
}
