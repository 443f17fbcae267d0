//! An icon and the mark, inline. Never focusable, never announced: the control beside it has the words.

use crate::icons::{Glyph, MARK};
use leptos::prelude::*;

/// An icon of the set.
#[component]
pub fn Icon(
    /// Which.
    glyph: Glyph,
    /// Classes beside `i`, such as `i--sm` or `i--flip`.
    #[prop(default = "")]
    class: &'static str,
) -> impl IntoView {
    let class = if class.is_empty() {
        "i".to_owned()
    } else {
        format!("i {class}")
    };
    view! { <svg class=class viewBox="0 0 16 16" aria-hidden="true" inner_html=glyph.markup()></svg> }
}

/// The mark alone; write the name beside it.
#[component]
pub fn Brand() -> impl IntoView {
    view! { <svg viewBox="0 0 24 24" aria-hidden="true" inner_html=MARK></svg> }
}
