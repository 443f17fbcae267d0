//! Tokens for programs: made, shown once, revoked; and how to use one. Not devices: those connect by themselves.

use super::gone::Gone;
use super::once::Once;
use super::remote::Remote;
use crate::app::{App, app};
use crate::platform;
use krowoc_shared::execution::wire::{CreatedToken, NewToken, Scope, TokenView};
use krowoc_shared::ids::{Millis, TokenId};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, RelativeTime, calendar};
use krowoc_ui::format::exact;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, keys as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeSet;

const DAY: Millis = 86_400_000;

#[component]
pub(super) fn Tokens() -> impl IntoView {
    let app = app();
    let tokens = Remote::<TokenView>::of(app, "/tokens");
    let gone = Gone::new();
    let made = RwSignal::new(None::<String>);
    let rows = move |list: Vec<TokenView>| {
        let there: Vec<_> = list.into_iter().filter(|it| !gone.holds(it.id)).collect();
        if there.is_empty() {
            return view! { <Empty glyph=Glyph::Key title=words::NO_TOKENS text=words::NO_TOKENS_TEXT /> }.into_any();
        }
        view! {
            <ul class="card" role="list">{there.into_iter().map(|it| row(app, tokens, gone, it)).collect_view()}</ul>
        }
        .into_any()
    };
    view! {
        <p class="soft">{words::TOKENS_TEXT}</p>
        <Once secret=made title=words::MADE copy=words::COPY_TOKEN done=words::COPIED_IT />
        {tokens.view(rows)}
        <Make on_made=move |token| { made.set(Some(token)); tokens.load(); } />
        <How />
    }
}

/// A row of a token.
pub(super) fn row(
    app: App,
    tokens: Remote<TokenView>,
    gone: Gone<TokenId>,
    token: TokenView,
) -> impl IntoView {
    let id = token.id;
    let revoke = move |_| {
        gone.remove(app, tokens, id, format!("/tokens/{id}"), words::REVOKED);
    };
    let scopes: Vec<&str> = token
        .scopes
        .iter()
        .map(|scope| words::scope(*scope))
        .collect();
    let stops = token.expires_at.map(|at| {
        let past = move || app.now.get() >= at;
        view! { " · "{move || if past() { words::EXPIRED } else { words::EXPIRES }}" "<span>{exact(calendar(at))}</span> }
    });
    view! {
        <li class="item item--plain item--top">
            <Icon glyph=Glyph::Key />
            <div class="stack stack--1">
                <span class="line line--wrap"><b class="med" dir="auto">{token.name.clone()}</b><span class="mono xs muted">{token.hint}</span></span>
                <span class="xs muted">{scopes.join("; ")}</span>
                <span class="xs muted">
                    {words::CREATED}" "<RelativeTime at=token.created_at now=app.now />" · "{words::LAST_USED}" "
                    {match token.used_at {
                        Some(at) => view! { <RelativeTime at=at now=app.now /> }.into_any(),
                        None => words::NEVER.into_any(),
                    }}
                    {stops}
                </span>
            </div>
            <span class="line item__acts"><button type="button" class="btn btn--sm btn--danger" aria-label=common::named(words::REVOKE, &token.name) on:click=revoke>{words::REVOKE}</button></span>
        </li>
    }
}

const LIVES: [(&str, &str); 4] = [
    ("90", words::EXPIRES_90),
    ("30", words::EXPIRES_30),
    ("365", words::EXPIRES_365),
    ("", words::EXPIRES_NEVER),
];

/// When a token stops that is made at `now` and lives so many days; `None` when it never does.
#[must_use]
pub(super) fn expiry(days: &str, now: Millis) -> Option<Millis> {
    let days: Millis = days.parse().ok()?;
    Some(now.saturating_add(days.saturating_mul(DAY)))
}

#[component]
fn Make(#[prop(into)] on_made: Callback<String>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let scopes = RwSignal::new(BTreeSet::from([Scope::Executions]));
    let days = RwSignal::new("90".to_owned());
    let told = RwSignal::new(false);
    let refused = RwSignal::new(None::<ApiError>);
    let unnamed = move || told.get() && name.with(|name| name.trim().is_empty());
    let scopeless = move || told.get() && scopes.with(BTreeSet::is_empty);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        told.set(true);
        if untrack(|| unnamed() || scopeless()) {
            return;
        }
        let request = NewToken {
            name: name.get_untracked().trim().to_owned(),
            scopes: scopes.get_untracked().into_iter().collect(),
            expires_at: expiry(&days.get_untracked(), platform::now()),
        };
        refused.set(None);
        spawn_local(async move {
            match Client.post::<CreatedToken>("/tokens", &request).await {
                Ok(created) => {
                    name.try_set(String::new());
                    told.try_set(false);
                    on_made.try_run(created.token);
                }
                Err(error) => drop(refused.try_set(Some(error))),
            }
        });
    };
    let boxes = Scope::ALL.iter().map(|scope| {
        let flip = move |event| {
            scopes.update(|scopes| {
                if event_target_checked(&event) {
                    scopes.insert(*scope);
                } else {
                    scopes.remove(scope);
                }
            });
        };
        view! {
            <label class="line"><input type="checkbox" class="check" prop:checked=move || scopes.with(|it| it.contains(scope)) on:change=flip />{words::scope(*scope)}</label>
        }
    });
    let lives = LIVES.map(|(value, text)| {
        view! { <option value=value selected=move || days.with(|it| it == value)>{text}</option> }
    });
    view! {
        <section class="stack stack--4" aria-labelledby="make-token">
            <h3 id="make-token">{words::MAKE}</h3>
            <form class="card" on:submit=submit>
                <div class="card__body form2">
                    <div class="field">
                        <label class="label" for="token-name">{words::TOKEN_NAME}</label>
                        <input class="input" id="token-name" dir="auto" autocomplete="off" maxlength="100" aria-describedby="token-name-hint" aria-invalid=move || unnamed().to_string()
                            prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event)) />
                        <p class="hint hint--error" id="token-name-hint" role="status">{move || unnamed().then_some(words::TOKEN_NAME_MISSING)}</p>
                    </div>
                    <div class="field">
                        <label class="label" for="token-days">{words::EXPIRES}</label>
                        <span class="selectbox"><select class="select" id="token-days" on:change=move |event| days.set(event_target_value(&event))>{lives.into_iter().collect_view()}</select><Icon glyph=Glyph::Down /></span>
                    </div>
                    <fieldset class="field wide stack stack--2"><legend class="label">{words::SCOPES}</legend>{boxes.collect_view()}
                        <p class="hint hint--error" role="status">{move || scopeless().then_some(words::SCOPES_MISSING)}</p>
                    </fieldset>
                    {move || refused.get().map(|error| view! { <p class="hint hint--error wide" role="alert">{error.sentence()}</p> })}
                </div>
                <div class="card__foot line"><span class="grow"></span><button type="submit" class="btn btn--primary">{words::MAKE}</button></div>
            </form>
        </section>
    }
}

/// How a program uses a token.
#[component]
fn How() -> impl IntoView {
    let origin = platform::origin();
    let text = format!(
        "from openai import OpenAI\n\nclient = OpenAI(base_url=\"{origin}/v1\", api_key=\"krw_…\")\nanswer = client.chat.completions.create(\n    model=\"openai/gpt-4o-mini\",\n    messages=[{{\"role\": \"user\", \"content\": \"Hello\"}}],\n)\n"
    );
    let fenced = format!(
        "```python\n{text}```\n\n```sh\ncurl {origin}/v1/models -H \"Authorization: Bearer krw_…\"\n```\n"
    );
    view! {
        <section class="stack stack--3" aria-labelledby="how-token">
            <h3 id="how-token">{words::HOW}</h3>
            <p class="soft">{words::HOW_TEXT}</p>
            <crate::markdown::Markdown text=Signal::derive(move || fenced.clone()) />
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stops_after_its_days_or_never() {
        assert_eq!(expiry("30", 5), Some(30 * DAY + 5));
        assert_eq!(expiry("", 5), None);
        assert!(
            LIVES
                .iter()
                .filter(|(days, _)| expiry(days, 0).is_none())
                .count()
                == 1
        );
    }
}
