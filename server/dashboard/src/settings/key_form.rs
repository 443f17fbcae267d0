//! The form for another key. The key leaves it once and is not kept.

use crate::app::app;
use crate::frame::Reference;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::request::Provider;
use krowoc_shared::execution::wire::{NewProviderKey, ProviderKeyView};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::keys as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Whose key.
    pub provider: Provider,
    /// Its name.
    pub name: String,
    /// The key.
    pub key: String,
    /// The address.
    pub base_url: String,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            provider: Provider::Openai,
            name: String::new(),
            key: String::new(),
            base_url: String::new(),
        }
    }
}

impl Draft {
    /// What is wrong with the address.
    #[must_use]
    pub fn base_url_fault(&self) -> Option<&'static str> {
        let text = self.base_url.trim();
        if text.is_empty() {
            return self
                .provider
                .base_url()
                .is_none()
                .then_some(words::BASE_URL_MISSING);
        }
        let known = text.starts_with("https://") || text.starts_with("http://");
        (!known || text.contains(char::is_whitespace)).then_some(words::BASE_URL_WRONG)
    }

    /// What is wrong with the key.
    #[must_use]
    pub fn key_fault(&self) -> Option<&'static str> {
        (self.key.trim().is_empty() && !self.provider.key_optional()).then_some(words::KEY_MISSING)
    }

    /// The request, when nothing is wrong.
    #[must_use]
    pub fn request(&self) -> Option<NewProviderKey> {
        if self.base_url_fault().is_some() || self.key_fault().is_some() {
            return None;
        }
        let base_url = self.base_url.trim();
        Some(NewProviderKey {
            provider: self.provider,
            name: self.name.trim().to_owned(),
            key: self.key.trim().to_owned(),
            base_url: (!base_url.is_empty()).then(|| base_url.to_owned()),
        })
    }
}

/// The form.
#[component]
pub(super) fn KeyForm(#[prop(into)] on_added: Callback<()>) -> impl IntoView {
    let app = app();
    let draft = RwSignal::new(Draft::default());
    let told = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<ApiError>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        told.set(true);
        let Some(request) = draft.with_untracked(Draft::request) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        refused.set(None);
        spawn_local(async move {
            match Client
                .post::<ProviderKeyView>("/provider-keys", &request)
                .await
            {
                Ok(_) => {
                    draft.try_set(Draft::default());
                    told.try_set(false);
                    app.toasts.say(Glyph::Check, words::ADDED);
                    on_added.try_run(());
                }
                Err(error) => drop(refused.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    let address_refused = move || {
        refused.with(|it| {
            it.as_ref()
                .filter(|it| it.code() == Some(ErrorCode::AddressRefused))
                .map(ApiError::sentence)
        })
    };
    let other = move || {
        refused
            .get()
            .filter(|it| it.code() != Some(ErrorCode::AddressRefused))
    };
    view! {
        <section class="stack stack--4" aria-labelledby="add-key">
            <h3 id="add-key">{words::ADD}</h3>
            <form class="card" on:submit=submit autocomplete="off">
                <div class="card__body form2"><Fields draft=draft told=told refused=Signal::derive(address_refused) /></div>
                {move || other().map(|error| view! {
                    <div class="card__body" role="alert"><p class="hint hint--error">{error.sentence()}</p><Reference id=error.correlation().to_owned() /></div>
                })}
                <div class="card__foot line line--wrap">
                    <span class="xs muted grow">{words::TEST_NOTE}</span>
                    <button type="submit" class="btn btn--primary" prop:disabled=busy>{words::SAVE_KEY}</button>
                </div>
            </form>
        </section>
    }
}

#[component]
fn Fields(
    draft: RwSignal<Draft>,
    told: RwSignal<bool>,
    refused: Signal<Option<String>>,
) -> impl IntoView {
    let providers = Provider::ALL.iter().map(|provider| {
        view! { <option value=provider.as_str() selected=move || draft.with(|it| it.provider == *provider)>{provider.title()}</option> }
    });
    let choose = move |event| {
        if let Some(provider) = Provider::parse(&event_target_value(&event)) {
            draft.update(|it| it.provider = provider);
        }
    };
    let shown = RwSignal::new(false);
    let own = Memo::new(move |_| draft.with(|it| it.provider.base_url().is_none()));
    let optional = Memo::new(move |_| draft.with(|it| it.provider.key_optional()));
    let usual = move || draft.with(|it| it.provider.base_url().unwrap_or_default().to_owned());
    let address_fault = Memo::new(move |_| {
        let own = draft.with(Draft::base_url_fault).filter(|_| told.get());
        own.map(str::to_owned).or_else(|| refused.get())
    });
    let key_fault = Memo::new(move |_| draft.with(Draft::key_fault).filter(|_| told.get()));
    view! {
        <div class="field">
            <label class="label" for="key-provider">{words::PROVIDER}</label>
            <span class="selectbox"><select class="select" id="key-provider" on:change=choose>{providers.collect_view()}</select><Icon glyph=Glyph::Down /></span>
        </div>
        <div class="field">
            <label class="label" for="key-name">{words::NAME}</label>
            <input class="input" id="key-name" dir="auto" autocomplete="off" maxlength="100" aria-describedby="key-name-hint"
                prop:value=move || draft.with(|it| it.name.clone()) on:input=move |event| draft.update(|it| it.name = event_target_value(&event)) />
            <p class="hint" id="key-name-hint">{words::NAME_HINT}</p>
        </div>
        <div class="field wide">
            <label class="label" for="key-url">{words::BASE_URL}</label>
            <input class="input input--mono" id="key-url" dir="ltr" inputmode="url" autocomplete="off" spellcheck="false" aria-describedby="key-url-hint"
                placeholder=usual aria-invalid=move || address_fault.with(Option::is_some).to_string()
                prop:value=move || draft.with(|it| it.base_url.clone()) on:input=move |event| draft.update(|it| it.base_url = event_target_value(&event)) />
            <p class="hint" id="key-url-hint" role="status">{move || match address_fault.get() {
                Some(fault) => view! { <span class="hint hint--error"><Icon glyph=Glyph::Alert class="i--sm" />{fault}</span> }.into_any(),
                None if own.get() => words::BASE_URL_HINT.into_any(),
                None => words::BASE_URL_OPTIONAL.into_any(),
            }}</p>
        </div>
        <div class="field wide">
            <label class="label" for="key-key">{words::KEY}</label>
            <span class="reveal rel">
                <input class="input input--mono" id="key-key" dir="ltr" type=move || if shown.get() { "text" } else { "password" } autocomplete="off" spellcheck="false" aria-describedby="key-key-hint"
                    aria-invalid=move || key_fault.with(Option::is_some).to_string()
                    prop:value=move || draft.with(|it| it.key.clone()) on:input=move |event| draft.update(|it| it.key = event_target_value(&event)) />
                <button type="button" class="btn btn--ghost btn--icon btn--sm" aria-pressed=move || shown.get().to_string()
                    aria-label=move || if shown.get() { words::HIDE } else { words::SHOW } on:click=move |_| shown.update(|it| *it = !*it)><Icon glyph=Glyph::Eye /></button>
            </span>
            <p class="hint" id="key-key-hint" role="status">{move || match key_fault.get() {
                Some(fault) => view! { <span class="hint hint--error"><Icon glyph=Glyph::Alert class="i--sm" />{fault}</span> }.into_any(),
                None if optional.get() => words::KEY_OPTIONAL.into_any(),
                None => words::KEY_HINT.into_any(),
            }}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_with_an_address_of_its_own_needs_a_key_alone() {
        let mut draft = Draft::default();
        assert_eq!(
            (draft.key_fault(), draft.base_url_fault()),
            (Some(words::KEY_MISSING), None)
        );
        draft.key = " sk-1 ".to_owned();
        let request = draft.request().unwrap();
        assert_eq!((request.key.as_str(), request.base_url), ("sk-1", None));
    }

    #[test]
    fn an_address_of_ones_own_must_be_one_and_the_key_may_be_missing() {
        let mut draft = Draft {
            provider: Provider::Ollama,
            ..Draft::default()
        };
        assert_eq!(draft.base_url_fault(), Some(words::BASE_URL_MISSING));
        draft.base_url = "ollama:11434".to_owned();
        assert_eq!(draft.base_url_fault(), Some(words::BASE_URL_WRONG));
        draft.base_url = " http://ollama:11434 ".to_owned();
        assert_eq!(
            draft.request().unwrap().base_url.as_deref(),
            Some("http://ollama:11434")
        );
    }
}
