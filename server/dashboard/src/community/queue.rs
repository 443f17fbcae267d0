//! Reported prompts and what is decided about them, for who looks after the server. Nobody else sees it.

use super::control::Control;
use crate::frame::Reference;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::PublicationId;
use krowoc_shared::leaderboard::wire::{Decide, DecisionView, Queue, Reported, Verdict};
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Button, ButtonKind, Empty, RelativeTime};
use krowoc_ui::format::percent;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, community as words};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The queue, as far as the reader may see it.
#[derive(Clone, Copy)]
struct Desk {
    control: Control,
    queue: RwSignal<Option<Queue>>,
    /// Why it did not arrive; nothing for who is not to see it.
    failed: RwSignal<Option<ApiError>>,
    note: RwSignal<String>,
}

impl Desk {
    fn load(self) {
        spawn_local(async move {
            match Client.get::<Queue>("/admin/publications").await {
                Ok(queue) => {
                    self.failed.try_set(None);
                    self.queue.try_set(Some(queue));
                }
                // Refused to everybody else: nothing is said, and nothing is drawn.
                Err(error) if is_refusal(&error) => {}
                Err(error) => drop(self.failed.try_set(Some(error))),
            }
        });
    }

    fn decide(self, id: PublicationId, verdict: Verdict) {
        let decision = Decide {
            verdict,
            note: self.note.get_untracked(),
        };
        spawn_local(async move {
            let path = format!("/admin/publications/{id}/decision");
            match Client.post::<()>(&path, &decision).await {
                Ok(()) => {
                    self.note.try_set(String::new());
                    self.control.app.toasts.say(Glyph::Check, words::DECIDED);
                    self.load();
                    self.control.load();
                }
                Err(error) => self.control.app.failed(&error),
            }
        });
    }
}

/// The reader is none of those who look after the server, or nobody any more.
fn is_refusal(error: &ApiError) -> bool {
    error.code() == Some(ErrorCode::Forbidden) || error.signed_out()
}

/// Reports that wait, the last decisions, and counting at once.
#[component]
pub(super) fn Reports(control: Control) -> impl IntoView {
    let desk = Desk {
        control,
        queue: RwSignal::new(None),
        failed: RwSignal::new(None),
        note: RwSignal::new(String::new()),
    };
    desk.load();
    view! { <Missing desk=desk /><Here desk=desk /> }
}

/// That the reports did not arrive, with the way to try again.
#[component]
fn Missing(desk: Desk) -> impl IntoView {
    move || {
        let error = desk.failed.get()?;
        Some(view! {
            <div role="alert">
                <Empty glyph=Glyph::Alert title=words::QUEUE_FAILED text=error.sentence()>
                    <Button label=words::TRY_AGAIN glyph=Glyph::Sync on_press=move |()| desk.load() />
                    <Reference id=error.correlation().to_owned() />
                </Empty>
            </div>
        })
    }
}

#[component]
fn Here(desk: Desk) -> impl IntoView {
    let control = desk.control;
    move || {
        let queue = desk.queue.get()?;
        let (none, past) = (queue.open.is_empty(), !queue.decided.is_empty());
        let open = queue
            .open
            .into_iter()
            .map(|it| view! { <Open desk=desk reported=it /> })
            .collect_view();
        let decided = queue
            .decided
            .into_iter()
            .map(|it| view! { <Past desk=desk decision=it /> })
            .collect_view();
        Some(view! {
            <section class="stack stack--3" aria-labelledby="reports">
                <div class="sec">
                    <h2 id="reports">{words::QUEUE}</h2>
                    <span class="push"><Button label=words::RECOUNT kind=ButtonKind::Small glyph=Glyph::Sync on_press=move |()| control.recount() /></span>
                </div>
                {none.then(|| view! { <p class="soft">{words::QUEUE_EMPTY}</p> })}
                {(!none).then(|| view! {
                    <div class="field">
                        <label class="label" for="decision-note">{words::NOTE}</label>
                        <input class="input" id="decision-note" dir="auto" autocomplete="off" maxlength="1000"
                            prop:value=move || desk.note.get() on:input=move |event| desk.note.set(event_target_value(&event)) />
                    </div>
                })}
                {(!none).then(|| view! { <ul class="board">{open}</ul> })}
                {past.then(|| view! { <h3>{words::DECISIONS}</h3><ul class="board">{decided}</ul> })}
            </section>
        })
    }
}

#[component]
fn Open(desk: Desk, reported: Reported) -> impl IntoView {
    let now = desk.control.app.now;
    let id = reported.id;
    let reports = reported
        .reports
        .into_iter()
        .map(|report| {
            view! {
                <li><b>{words::reason(report.reason)}</b>" "<span dir="auto">{report.detail}</span>" "
                    <span class="muted"><RelativeTime at=report.at now=now /></span></li>
            }
        })
        .collect_view();
    let (label, verdict) = turned(reported.hidden);
    let title = titled(&reported.title);
    let (turn, leave) = (
        common::named(label, &title),
        common::named(words::DISMISS, &title),
    );
    view! {
        <li class="stack stack--2 rankless">
            <p class="line line--wrap">
                <a class="rank__title" dir="auto" href=format!("/p/{}", percent(&reported.slug)) rel="external" target="_blank">{title}</a>
                <span class="xs muted" dir="auto">{words::by(&reported.author)}</span>
                {reported.hidden.then(|| view! { <span class="tag">{words::HIDDEN}</span> })}
                <span class="push line">
                    <button type="button" class="btn btn--sm" aria-label=turn on:click=move |_| desk.decide(id, verdict)>{label}</button>
                    <button type="button" class="btn btn--ghost btn--sm" aria-label=leave on:click=move |_| desk.decide(id, Verdict::Dismiss)>{words::DISMISS}</button>
                </span>
            </p>
            <ul class="xs">{reports}</ul>
        </li>
    }
}

/// The title, or what stands in its place.
fn titled(title: &str) -> String {
    let title = if title.is_empty() {
        words::UNTITLED
    } else {
        title
    };
    title.to_owned()
}

/// What can be done with one that is hidden, or not.
const fn turned(hidden: bool) -> (&'static str, Verdict) {
    if hidden {
        (words::SHOW, Verdict::Show)
    } else {
        (words::HIDE, Verdict::Hide)
    }
}

#[component]
fn Past(desk: Desk, decision: DecisionView) -> impl IntoView {
    let id = decision.id;
    let (label, verdict) = turned(decision.hidden);
    let title = titled(&decision.title);
    let turn = common::named(label, &title);
    let line = words::decision(decision.verdict, decision.reports, decision.by.as_deref());
    view! {
        <li class="line line--wrap rankless">
            <span dir="auto">{title}</span>
            <span class="xs muted">{line}" "<RelativeTime at=decision.at now=desk.control.app.now /></span>
            <span class="xs soft" dir="auto">{decision.note}</span>
            <button type="button" class="btn btn--ghost btn--sm push" aria-label=turn on:click=move |_| desk.decide(id, verdict)>{label}</button>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_hides_the_queue_and_a_server_that_is_away_is_said() {
        let answered = |status: u16, code: &str| {
            let body = format!(
                r#"{{"type":"urn:krowoc:error:{code}","title":"No","status":{status},"code":"{code}","correlation_id":"7f3a"}}"#
            );
            ApiError::from_answer(status, &body, "7f3a")
        };
        assert!(is_refusal(&answered(403, "forbidden")));
        assert!(is_refusal(&answered(401, "unauthenticated")));
        assert!(!is_refusal(&answered(500, "internal")));
        assert!(!is_refusal(&ApiError::Offline));
    }
}
