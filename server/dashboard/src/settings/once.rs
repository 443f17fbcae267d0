//! A secret that is shown once: a token, a link of an invitation. Not where it is made.

use crate::app::app;
use crate::platform;
use krowoc_ui::components::{Icon, Notice, NoticeKind};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The secret, to be copied; gone for good when its reader says that they have it.
#[component]
pub fn Once(
    /// The secret, the one time it can be seen.
    secret: RwSignal<Option<String>>,
    /// What it is, and that it is not shown again.
    title: &'static str,
    /// What the button that copies it is called.
    copy: &'static str,
    /// What the button that puts it away is called.
    done: &'static str,
) -> impl IntoView {
    let app = app();
    let take = move |_| {
        let Some(text) = secret.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let (glyph, said) = if platform::copy(&text).await {
                (Glyph::Check, library::COPIED)
            } else {
                (Glyph::Alert, library::COPY_FAILED)
            };
            app.toasts.say(glyph, said);
        });
    };
    move || {
        let text = secret.get()?;
        Some(view! {
            <Notice kind=NoticeKind::Ok glyph=Glyph::Key>
                <div class="stack stack--2 grow">
                    <b>{title}</b>
                    <code class="code code--line" dir="ltr">{text}</code>
                    <span class="line line--wrap">
                        <button type="button" class="btn btn--sm" on:click=take><Icon glyph=Glyph::Copy />{copy}</button>
                        <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| secret.set(None)>{done}</button>
                    </span>
                </div>
            </Notice>
        })
    }
}
