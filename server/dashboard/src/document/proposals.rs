//! Placeholders of another notation: said, and made variables only when a person asks. Never rewritten silently.

use super::control::Control;
use krowoc_shared::prompts::{Confidence, Proposal, convert, recognise};
use krowoc_ui::components::{Button, ButtonKind, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::document as words;
use leptos::prelude::*;

/// Longest text that is looked through as one types.
const MOST: usize = 200_000;

/// The offer to convert.
#[component]
pub fn Proposals(control: Control) -> impl IntoView {
    let left = RwSignal::new(false);
    let found = Memo::new(move |_| {
        control.draft.with(|draft| {
            let body = &draft.now.body;
            if body.len() > MOST {
                return Vec::new();
            }
            let mut all = recognise(body);
            all.retain(|it| it.confidence > Confidence::Low);
            all
        })
    });
    let go = move |()| {
        let before = control.draft.with_untracked(|draft| draft.now.body.clone());
        let after = found.with_untracked(|found| convert(&before, found));
        control.replace_body(after);
        control
            .app
            .toasts
            .undoable(Glyph::Braces, words::CONVERTED, move || {
                control.replace_body(before.clone())
            });
    };
    let text = move || found.with(|found| words::proposals(found.len(), &example(control, found)));
    view! {
        <Show when=move || !left.get() && !found.with(Vec::is_empty)>
            <div class="strip">
                <Notice kind=NoticeKind::Accent glyph=Glyph::Braces>
                    <span class="grow">{text}</span>
                    <Button label=words::CONVERT kind=ButtonKind::Small on_press=go />
                    <Button label=words::LEAVE kind=ButtonKind::SmallGhost on_press=move |()| left.set(true) />
                </Notice>
            </div>
        </Show>
    }
}

fn example(control: Control, found: &[Proposal]) -> String {
    let span = found
        .first()
        .and_then(|it| it.occurrences.first())
        .map(|it| it.span);
    span.map(|span| {
        control
            .draft
            .with(|draft| span.of(&draft.now.body).to_owned())
    })
    .unwrap_or_default()
}
