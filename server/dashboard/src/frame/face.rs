//! The picture of somebody, beside their name; an icon for who has none. Not its choosing.

use krowoc_shared::ids::UserId;
use krowoc_ui::components::Icon;
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;

/// The picture of an account. The name stands beside it, so that it says nothing to screen readers.
#[component]
pub fn Face(
    /// Whose.
    user: UserId,
    /// Its tag.
    picture: Option<String>,
    /// Drawn for who has none.
    #[prop(default = Glyph::User)]
    instead: Glyph,
    /// Classes beside `face`.
    #[prop(default = "")]
    class: &'static str,
) -> impl IntoView {
    let class = format!("face {class}");
    match picture {
        // Another tag is another address: nothing old is shown.
        Some(tag) => {
            let address = format!("/api/v1/avatars/{user}?v={tag}");
            view! { <img class=class src=address alt="" width="24" height="24" loading="lazy" decoding="async" /> }.into_any()
        }
        None => view! { <Icon glyph=instead /> }.into_any(),
    }
}
