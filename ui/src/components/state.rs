//! What stands where content would: nothing yet, something to know. Not a toast: these stay.

use super::icon::Icon;
use crate::icons::Glyph;
use leptos::prelude::*;

/// What a notice means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeKind {
    /// Plain.
    #[default]
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Danger,
    /// Something worked.
    Ok,
    /// Something to act on.
    Accent,
}

impl NoticeKind {
    const fn look(self) -> (&'static str, Glyph) {
        match self {
            Self::Info => ("notice", Glyph::Info),
            Self::Warn => ("notice notice--warn", Glyph::Alert),
            Self::Danger => ("notice notice--danger", Glyph::Alert),
            Self::Ok => ("notice notice--ok", Glyph::Check),
            Self::Accent => ("notice notice--accent", Glyph::Info),
        }
    }
}

/// A line that stays until its cause is gone. Danger is read out at once.
#[component]
pub fn Notice(
    /// What it means.
    #[prop(optional)]
    kind: NoticeKind,
    /// Another icon.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
    /// Words, and what can be done.
    children: Children,
) -> impl IntoView {
    let (class, usual) = kind.look();
    let role = if kind == NoticeKind::Danger {
        "alert"
    } else {
        "status"
    };
    view! {
        <div class=class role=role>
            <Icon glyph=glyph.unwrap_or(usual) />
            <div class="grow line line--wrap">{children()}</div>
        </div>
    }
}

/// An empty place: what belongs here and how to begin.
#[component]
pub fn Empty(
    /// An icon for the kind of thing.
    glyph: Glyph,
    /// What is the case.
    #[prop(into)]
    title: String,
    /// What this is, or what to do.
    #[prop(into)]
    text: String,
    /// The one button to begin, and more lines.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph=glyph />
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| children())}
        </div>
    }
}
