//! Buttons: with words, or with an icon and a name for screen readers. Links that look like buttons are plain `<a class="btn">`.

use super::icon::Icon;
use crate::icons::Glyph;
use leptos::prelude::*;

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The usual one.
    #[default]
    Secondary,
    /// The one of the view.
    Primary,
    /// Quiet.
    Ghost,
    /// Small, in a line with others.
    Small,
    /// Small and quiet.
    SmallGhost,
    /// Ends something that runs.
    Danger,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Secondary => "btn",
            Self::Primary => "btn btn--primary",
            Self::Ghost => "btn btn--ghost",
            Self::Small => "btn btn--sm",
            Self::SmallGhost => "btn btn--ghost btn--sm",
            Self::Danger => "btn btn--danger",
        }
    }
}

/// A button with words.
#[component]
pub fn Button(
    /// What it does.
    #[prop(into)]
    label: Signal<String>,
    /// Called on a click.
    #[prop(into)]
    on_press: Callback<()>,
    /// Its weight.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the words.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
    /// The key that does the same.
    #[prop(default = "")]
    kbd: &'static str,
    /// It cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button type="button" class=kind.class() prop:disabled=disabled on:click=move |_| on_press.run(())>
            {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
            {label}
            {(!kbd.is_empty()).then(|| view! { <kbd class="kbd">{kbd}</kbd> })}
        </button>
    }
}

/// A quiet square button with an icon; its name is read out and shown on hover.
#[component]
pub fn IconButton(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// The icon.
    glyph: Glyph,
    /// Called on a click.
    #[prop(into)]
    on_press: Callback<()>,
    /// Small.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let class = if small {
        "btn btn--ghost btn--icon btn--sm"
    } else {
        "btn btn--ghost btn--icon"
    };
    view! {
        <button type="button" class=class aria-label=label title=label on:click=move |_| on_press.run(())>
            <Icon glyph=glyph />
        </button>
    }
}
