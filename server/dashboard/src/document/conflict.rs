//! Two texts of one document, side by side, until a person settles it. Not the history, where both stay.

use super::actions::copy_of;
use super::control::Control;
use crate::app::App;
use krowoc_shared::diff::rows;
use krowoc_shared::library::document::{Conflict, Document};
use krowoc_shared::library::wire::Written;
use krowoc_ui::api::Client;
use krowoc_ui::components::{Button, ButtonKind, DiffView, Icon, RelativeTime};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::document as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The oldest conflict of the document, when it has one.
#[component]
pub fn Conflicts(control: Control) -> impl IntoView {
    let first = Memo::new(move |_| {
        control.document.with(|it| {
            it.as_ref().and_then(|it| {
                it.conflicts
                    .first()
                    .cloned()
                    .map(|first| (first, it.conflicts.len(), it.body.clone()))
            })
        })
    });
    move || {
        first.get().and_then(|(conflict, count, _)| {
        let document = control.document.get_untracked()?;
        Some(view! { <Settle control=control document=document conflict=conflict more=count.saturating_sub(1) /> })
    })
    }
}

#[component]
fn Settle(control: Control, document: Document, conflict: Conflict, more: usize) -> impl IntoView {
    let mine = document.body.text.clone();
    let theirs = conflict.text.clone();
    let result = RwSignal::new(mine.clone());
    let (op, when) = (conflict.op, conflict.hlc.at);
    let (left, right) = (rows(&theirs, &mine, 1), rows(&mine, &theirs, 1));
    let (take_mine, take_theirs) = (mine.clone(), theirs.clone());
    let kept = document.clone();
    let both = move |()| keep_both(control, &kept, &conflict);
    view! {
        <div class="strip">
            <section class="card" aria-labelledby="conflict">
                <header class="card__head card__head--wrap">
                    <span class="warn line"><Icon glyph=Glyph::Merge /></span>
                    <h2 class="grow" id="conflict" dir="auto">{words::conflict_title(document.title())}</h2>
                    <span class="xs muted">{words::conflict_more(more)}</span>
                </header>
                <div class="sides">
                    {side(control.app, words::CONFLICT_MINE, document.edited().at, left, move |()| result.set(take_mine.clone()))}
                    {side(control.app, words::CONFLICT_THEIRS, when, right, move |()| result.set(take_theirs.clone()))}
                </div>
                <div class="side-r">
                    <div class="line"><label class="grow" for="result"><b>{words::CONFLICT_RESULT}</b></label><span class="xs muted">{words::CONFLICT_EDIT}</span></div>
                    <textarea class="textarea code" id="result" rows="8" dir="auto" prop:value=result on:input=move |event| result.set(event_target_value(&event))></textarea>
                </div>
                <footer class="card__foot line line--wrap">
                    <span class="xs muted grow">{words::WHAT_STAYS}</span>
                    <Button label=words::KEEP_BOTH on_press=both />
                    <Button label=words::SAVE_RESULT kind=ButtonKind::Primary on_press=move |()| control.resolve(result.get_untracked(), op) />
                </footer>
            </section>
        </div>
    }
}

fn side(
    app: App,
    name: &'static str,
    at: i64,
    changes: Vec<krowoc_shared::diff::Row>,
    take: impl Fn(()) + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <section class="side-a" aria-label=name>
            <div class="line"><b class="grow">{name}</b><span class="xs muted"><RelativeTime at=at now=app.now /></span></div>
            <DiffView rows=Signal::stored(changes) label=name />
            <Button label=words::TAKE_THIS kind=ButtonKind::Small on_press=take />
        </section>
    }
}

/// The other side becomes a document of its own; only then the conflict is settled with the text that is here.
fn keep_both(control: Control, document: &Document, conflict: &Conflict) {
    let make = copy_of(
        document,
        words::other_side_of(document.title()),
        conflict.text.clone(),
    );
    let (mine, op) = (document.body.text.clone(), conflict.op);
    spawn_local(async move {
        match Client.post::<Written>(&control.beside(), &make).await {
            Ok(written) if written.result.violation.is_none() => control.resolve(mine, op),
            Ok(_) => control
                .app
                .toasts
                .say(Glyph::Alert, krowoc_ui::messages::common::NOT_CREATED),
            Err(error) => control.app.failed(&error),
        }
    });
}
