//! What waits and what was rejected: reason, edit and retry, discard, export. Nothing here is lost by looking.

use super::desk::Desk;
use crate::messages::{Connection, Request, State, Waiting};
use crate::model::words;
use crate::page::{Icon, Moment, ask, download, number, t, t1};
use krowoc_shared::ids::OpId;
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Waiting operations listed.
const LISTED: usize = 3;

/// The queue; nothing when there is nothing to say.
#[component]
pub(super) fn Queue() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let rejected = move || part(desk, |item| item.refused.is_some(), usize::MAX);
    let waiting = move || {
        let connected = desk.state.with(|state| {
            state
                .as_ref()
                .is_some_and(|state| state.connection != Connection::None)
        });
        if connected {
            part(desk, |item| item.refused.is_none(), LISTED)
        } else {
            Vec::new()
        }
    };
    let total = move || {
        desk.state
            .with(|state| state.as_ref().map_or(0, |state| state.waiting))
    };
    view! {
        <Show when=move || !rejected().is_empty()>
            <section class="stack stack--1" aria-label=t("queueRejected")>
                <h2 class="line xs">{t("queueRejected")}</h2>
                <ul class="queue" role="list">
                    <For each=rejected key=|item| item.op_id.to_string() children=move |item| view! { <Rejected item=item /> } />
                </ul>
            </section>
        </Show>
        <Show when=move || !waiting().is_empty()>
            <section class="stack stack--1" aria-label=t("queueWaiting")>
                <h2 class="line xs">
                    <span class="grow">{t("queueWaiting")}</span>
                    <button type="button" class="link" on:click=move |_| desk.follow(Request::SyncNow)>{t("retryNow")}</button>
                </h2>
                <ul class="queue" role="list">{move || waiting().into_iter().map(row).collect_view()}</ul>
                {move || (total() > LISTED).then(|| view! {
                    <p class="hint">{t1("queueMore", &number(total().saturating_sub(LISTED)))}</p>
                })}
            </section>
        </Show>
    }
}

fn part(desk: Desk, wanted: impl Fn(&Waiting) -> bool, most: usize) -> Vec<Waiting> {
    let pick = |state: &State| {
        state
            .queue
            .iter()
            .filter(|item| wanted(item))
            .take(most)
            .cloned()
            .collect()
    };
    desk.state
        .with(|state| state.as_ref().map(pick).unwrap_or_default())
}

fn named(title: &str) -> String {
    if title.is_empty() {
        t("untitled")
    } else {
        title.to_owned()
    }
}

fn row(item: Waiting) -> impl IntoView {
    let mut facts = t(words::change(item.change));
    if item.attempts > 0 {
        facts = format!(
            "{facts} · {}",
            t1(
                "queueAttempts",
                &number(usize::try_from(item.attempts).unwrap_or(usize::MAX))
            )
        );
    }
    view! {
        <li>
            <Icon glyph=Glyph::Clock class="i muted" />
            <span class="stack stack--0"><span class="cut med" dir="auto">{named(&item.title)}</span><span class="xs muted">{facts}</span></span>
            <span class="xs muted"><Moment at=item.at /></span>
        </li>
    }
}

#[component]
fn Rejected(item: Waiting) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let editing = RwSignal::new(false);
    let title = RwSignal::new(item.title.clone());
    let body = RwSignal::new(item.body.clone().unwrap_or_default());
    let has_body = item.body.is_some();
    let op_id = item.op_id;
    let reason = item
        .refused
        .as_ref()
        .map(|violation| (t(words::refused(violation.code)), violation.message.clone()));
    let send = move |_| {
        let changed = editing.get_untracked();
        desk.follow(Request::Retry {
            op_id,
            title: changed.then(|| title.get_untracked()),
            body: (changed && has_body).then(|| body.get_untracked()),
        });
    };
    let (first, second) = (
        "title-".to_owned() + &op_id.to_string(),
        "text-".to_owned() + &op_id.to_string(),
    );
    let (first_label, second_label) = (first.clone(), second.clone());
    view! {
        <li>
            <Icon glyph=Glyph::Alert class="i warn" />
            <div class="stack stack--1">
                <span class="cut med" dir="auto">{named(&item.title)}</span>
                {reason.map(|(sentence, detail)| view! { <span class="xs soft" title=detail>{sentence}</span> })}
                <Show when=move || editing.get()>
                    <div class="field">
                        <label class="label" for=first_label.clone()>{t("title")}</label>
                        <input class="input" id=first.clone() dir="auto" prop:value=title on:input=move |event| title.set(event_target_value(&event)) />
                    </div>
                    {has_body.then(|| view! {
                        <div class="field">
                            <label class="label" for=second_label.clone()>{t("text")}</label>
                            <textarea class="textarea" id=second.clone() rows="4" dir="auto" prop:value=body on:input=move |event| body.set(event_target_value(&event))></textarea>
                        </div>
                    })}
                </Show>
                <div class="line line--wrap">
                    <button type="button" class="btn btn--sm" on:click=send>{t("sendAgain")}</button>
                    <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| editing.update(|open| *open = !*open)>
                        {move || t(if editing.get() { "cancel" } else { "editRetry" })}
                    </button>
                    <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| export(op_id)>{t("export")}</button>
                    <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| desk.follow(Request::Discard { op_id })>{t("discard")}</button>
                </div>
            </div>
        </li>
    }
}

fn export(op_id: OpId) {
    spawn_local(async move {
        if let Ok(json) = ask::<String>(&Request::ExportOp { op_id }).await {
            download(&format!("krowoc-{op_id}.json"), "application/json", &[json]);
        }
    });
}
