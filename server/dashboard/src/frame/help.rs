//! The list of keys. Not the map: that is `crate::keys`.

use super::modal::Modal;
use crate::keys;
use krowoc_ui::components::IconButton;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::common;
use leptos::prelude::*;

/// The dialog that `?` opens.
#[component]
pub fn Help(
    /// It wants to be gone.
    on_close: Callback<()>,
) -> impl IntoView {
    let rows = keys::LIST
        .iter()
        .map(|(keys, what)| {
            let keys = keys
                .iter()
                .map(|key| view! { <kbd class="kbd">{*key}</kbd> })
                .collect_view();
            view! { <dt class="line line--1">{keys}</dt><dd>{*what}</dd> }
        })
        .collect_view();
    view! {
        <Modal label=common::KEYS class="dialog" on_close=on_close>
            <div class="dialog__body">
                <div class="line">
                    <h2 class="grow md">{common::KEYS}</h2>
                    <IconButton label=common::CLOSE glyph=Glyph::X small=true on_press=on_close />
                </div>
                <dl class="props props--keys">{rows}</dl>
            </div>
        </Modal>
    }
}
