//! Keys to providers: each with its use, tested, replaced, renamed, preferred, removed; and a form for another.

use super::gone::Gone;
use super::key_form::KeyForm;
use super::remote::Remote;
use super::rename::Rename;
use crate::app::{App, app};
use krowoc_shared::execution::wire::{ChangeProviderKey, KeyTest, ProviderKeyView};
use krowoc_shared::ids::KeyId;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, Notice, NoticeKind, RelativeTime};
use krowoc_ui::format::seconds;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, keys as words, run};
use krowoc_ui::money::{short_usd, usd};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(super) fn Keys() -> impl IntoView {
    let app = app();
    let keys = Remote::<ProviderKeyView>::of(app, "/provider-keys");
    let gone = Gone::new();
    let rows = move |list: Vec<ProviderKeyView>| {
        let there: Vec<_> = list.into_iter().filter(|key| !gone.holds(key.id)).collect();
        if there.is_empty() {
            return view! { <Empty glyph=Glyph::Key title=words::NO_KEYS text=words::NO_KEYS_TEXT /> }.into_any();
        }
        view! {
            <ul class="card" role="list">
                {there.into_iter().map(|key| view! { <Row key_view=key keys=keys gone=gone /> }).collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <p class="soft">{words::KEYS_TEXT}</p>
        {keys.view(rows)}
        <KeyForm on_added=move |()| keys.load() />
    }
}

/// What is done with a row besides its buttons.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Shown,
    Renaming,
    Replacing,
}

/// What a test said.
#[derive(Clone, PartialEq)]
enum Tested {
    No,
    Asking,
    Said(Result<KeyTest, ApiError>),
}

#[component]
fn Row(
    key_view: ProviderKeyView,
    keys: Remote<ProviderKeyView>,
    gone: Gone<KeyId>,
) -> impl IntoView {
    let app = app();
    let key = key_view;
    let id = key.id;
    let mode = RwSignal::new(Mode::Shown);
    let tested = RwSignal::new(Tested::No);
    let name = StoredValue::new(key.name.clone());
    let change = move |body: ChangeProviderKey, said: &'static str| {
        mode.set(Mode::Shown);
        change(app, keys, id, body, said);
    };
    let renamed = Callback::new(move |text: String| {
        let body = ChangeProviderKey {
            name: Some(text),
            ..ChangeProviderKey::default()
        };
        change(body, words::RENAMED);
    });
    let replaced = Callback::new(move |text: String| {
        let body = ChangeProviderKey {
            key: Some(text),
            ..ChangeProviderKey::default()
        };
        tested.set(Tested::No);
        change(body, words::ROTATED);
    });
    let test = move |_| {
        tested.set(Tested::Asking);
        spawn_local(async move {
            let answer = Client
                .post::<KeyTest>(&format!("/providers/{id}/test"), &serde_json::json!({}))
                .await;
            tested.try_set(Tested::Said(answer));
        });
    };
    let hint = if key.hint.is_empty() {
        words::NO_KEY.to_owned()
    } else {
        key.hint.clone()
    };
    let exact = usd(key.cost);
    view! {
        <li class="item item--plain item--top">
            <Icon glyph=Glyph::Key />
            <div class="stack stack--1">
                <span class="line line--wrap">
                    <b class="med" dir="auto">{key.name.clone()}</b>
                    {key.preferred.then(|| view! { <span class="badge badge--accent">{words::PREFERRED}</span> })}
                    {key.server_held.then(|| view! { <span class="badge">{words::SERVER_HELD}</span> })}
                </span>
                <span class="xs muted">{key.provider.title()}" · "<span class="mono">{hint}</span>" · "<bdi class="mono">{key.base_url.clone()}</bdi></span>
                <span class="xs muted">
                    {words::LAST_USED}" "{match key.used_at {
                        Some(at) => view! { <RelativeTime at=at now=app.now /> }.into_any(),
                        None => words::NEVER.into_any(),
                    }}
                    " · "{words::THIS_MONTH}" "{words::runs(key.executions)}", "<span title=exact>{short_usd(key.cost)}</span>
                </span>
                {move || match mode.get() {
                    Mode::Shown => ().into_any(),
                    Mode::Renaming => view! { <Rename name=name.get_value() label=words::NAME on_done=renamed on_cancel=move |()| mode.set(Mode::Shown) /> }.into_any(),
                    Mode::Replacing => view! { <Rename name=String::new() label=words::NEW_KEY secret=true on_done=replaced on_cancel=move |()| mode.set(Mode::Shown) /> }.into_any(),
                }}
                {move || outcome(tested.get())}
            </div>
            <Buttons key_view=key mode=mode on_test=test on_prefer=move |()| {
                let body = ChangeProviderKey { preferred: Some(true), ..ChangeProviderKey::default() };
                change(body, words::PREFERRED_NOW);
            } on_remove=move |()| gone.remove(app, keys, id, format!("/provider-keys/{id}"), words::REMOVED) />
        </li>
    }
}

#[component]
fn Buttons(
    key_view: ProviderKeyView,
    mode: RwSignal<Mode>,
    #[prop(into)] on_test: Callback<()>,
    #[prop(into)] on_prefer: Callback<()>,
    #[prop(into)] on_remove: Callback<()>,
) -> impl IntoView {
    let name = key_view.name;
    let button = move |label: &'static str, class: &'static str, press: Callback<()>| {
        view! { <button type="button" class=class aria-label=common::named(label, &name) on:click=move |_| press.run(())>{label}</button> }
    };
    let own = (!key_view.server_held).then(|| {
        let to = move |wanted: Mode| Callback::new(move |()| mode.set(wanted));
        view! {
            {(!key_view.preferred).then(|| button(words::PREFER, "btn btn--ghost btn--sm", on_prefer))}
            {button(words::RENAME, "btn btn--ghost btn--sm", to(Mode::Renaming))}
            {button(words::ROTATE, "btn btn--sm", to(Mode::Replacing))}
            {button(words::REMOVE, "btn btn--sm btn--danger", on_remove)}
        }
    });
    view! { <span class="line line--wrap line--1 item__acts">{button(words::TEST, "btn btn--sm", on_test)}{own}</span> }
}

fn outcome(tested: Tested) -> AnyView {
    match tested {
        Tested::No => ().into_any(),
        Tested::Asking => view! { <p class="state state--live xs" role="status"><span class="pulse"></span>{words::TESTING}</p> }.into_any(),
        Tested::Said(Ok(test)) if test.works => {
            let text = words::works(&seconds(test.latency_ms), test.models);
            view! { <Notice kind=NoticeKind::Ok><span class="grow">{text}</span></Notice> }.into_any()
        }
        Tested::Said(Ok(test)) => {
            let text = test.failure.map_or_else(String::new, |failure| {
                let said = run::provider_said(&failure.message, failure.status, failure.code.as_deref());
                words::fails(run::class(failure.class), said.as_deref())
            });
            view! { <Notice kind=NoticeKind::Danger><span class="grow" dir="auto">{text}</span></Notice> }.into_any()
        }
        Tested::Said(Err(error)) => {
            view! { <Notice kind=NoticeKind::Danger><span class="grow">{error.sentence()}</span></Notice> }.into_any()
        }
    }
}

fn change(
    app: App,
    keys: Remote<ProviderKeyView>,
    id: KeyId,
    body: ChangeProviderKey,
    said: &'static str,
) {
    spawn_local(async move {
        match Client
            .patch::<ProviderKeyView>(&format!("/provider-keys/{id}"), &body)
            .await
        {
            Ok(_) => app.toasts.say(Glyph::Check, said),
            Err(error) => app.failed(&error),
        }
        keys.load();
    });
}
