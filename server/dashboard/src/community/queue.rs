//! Reported prompts and what is decided about them, for who looks after the server. Nobody else sees it.

use super::control::Control;
use krowoc_shared::ids::PublicationId;
use krowoc_shared::leaderboard::wire::{Decide, DecisionView, Queue, Reported, Verdict};
use krowoc_ui::api::Client;
use krowoc_ui::components::{Button, ButtonKind, RelativeTime};
use krowoc_ui::format::percent;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::community as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The queue, as far as the reader may see it.
#[derive(Clone, Copy)]
struct Desk {
    control: Control,
    queue: RwSignal<Option<Queue>>,
    note: RwSignal<String>,
}

impl Desk {
    fn load(self) {
        spawn_local(async move {
            // Refused to everybody else: nothing is said, and nothing is drawn.
            if let Ok(queue) = Client.get::<Queue>("/admin/publications").await {
                self.queue.try_set(Some(queue));
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

/// Reports that wait, the last decisions, and counting at once.
#[component]
pub(super) fn Reports(control: Control) -> impl IntoView {
    let desk = Desk {
        control,
        queue: RwSignal::new(None),
        note: RwSignal::new(String::new()),
    };
    desk.load();
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
    view! {
        <li class="stack stack--2 rankless">
            <p class="line line--wrap">
                <a class="rank__title" dir="auto" href=format!("/p/{}", percent(&reported.slug)) rel="external" target="_blank">{reported.title}</a>
                <span class="xs muted" dir="auto">{words::by(&reported.author)}</span>
                {reported.hidden.then(|| view! { <span class="tag">{words::HIDDEN}</span> })}
                <span class="push line">
                    <Button label=label kind=ButtonKind::Small on_press=move |()| desk.decide(id, verdict) />
                    <Button label=words::DISMISS kind=ButtonKind::SmallGhost on_press=move |()| desk.decide(id, Verdict::Dismiss) />
                </span>
            </p>
            <ul class="xs">{reports}</ul>
        </li>
    }
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
    let line = words::decision(decision.verdict, decision.reports, decision.by.as_deref());
    view! {
        <li class="line line--wrap rankless">
            <span dir="auto">{decision.title}</span>
            <span class="xs muted">{line}" "<RelativeTime at=decision.at now=desk.control.app.now /></span>
            <span class="xs soft" dir="auto">{decision.note}</span>
            <span class="push"><Button label=label kind=ButtonKind::SmallGhost on_press=move |()| desk.decide(id, verdict) /></span>
        </li>
    }
}
