//! A segmented control: one of a few. A radio group to screen readers, moved with the arrow keys.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The choice that a key moves to from the one at `now`: along the reading direction, and round at the ends. `None` for other keys.
#[must_use]
pub fn turned(key: &str, now: usize, count: usize, rtl: bool) -> Option<usize> {
    let last = count.saturating_sub(1);
    let onwards = match key {
        "ArrowDown" => true,
        "ArrowUp" => false,
        "ArrowRight" => !rtl,
        "ArrowLeft" => rtl,
        _ => return None,
    };
    Some(match (onwards, now) {
        (true, now) if now >= last => 0,
        (true, now) => now.saturating_add(1),
        (false, 0) => last,
        (false, now) => now.saturating_sub(1),
    })
}

/// Moves the focus to a child of a group.
pub fn focus_child(group: &web_sys::Element, at: usize) {
    let child = group.children().item(u32::try_from(at).unwrap_or(0));
    if let Some(button) = child.and_then(|child| child.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A control that cannot take the focus just now keeps working.
        let _ = button.focus();
    }
}

/// One of a few choices, all visible.
#[component]
pub fn Seg(
    /// What is chosen between.
    label: &'static str,
    /// The choices.
    options: Vec<&'static str>,
    /// The chosen one.
    #[prop(into)]
    value: Signal<usize>,
    /// Another was chosen.
    #[prop(into)]
    on_change: Callback<usize>,
    /// As wide as its place.
    #[prop(optional)]
    block: bool,
) -> impl IntoView {
    let class = if block { "seg seg--block" } else { "seg" };
    let count = options.len();
    let turn = move |event: web_sys::KeyboardEvent| {
        let rtl = document()
            .document_element()
            .is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"));
        let Some(next) = turned(&event.key(), value.get_untracked(), count, rtl) else {
            return;
        };
        event.prevent_default();
        on_change.run(next);
        let group = event
            .current_target()
            .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        if let Some(group) = group {
            focus_child(&group, next);
        }
    };
    let buttons = options
        .into_iter()
        .enumerate()
        .map(|(i, text)| {
            view! {
                <button
                    type="button"
                    role="radio"
                    aria-checked=move || (value.get() == i).to_string()
                    tabindex=move || if value.get() == i { "0" } else { "-1" }
                    on:click=move |_| on_change.run(i)
                >
                    {text}
                </button>
            }
        })
        .collect_view();
    view! { <div class=class role="radiogroup" aria-label=label on:keydown=turn>{buttons}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_move_along_the_reading_direction_and_round_at_the_ends() {
        let row = |key, rtl| {
            (0..3)
                .map(|now| turned(key, now, 3, rtl).unwrap())
                .collect::<Vec<_>>()
        };
        for (onwards, back, rtl) in [
            ("ArrowRight", "ArrowLeft", false),
            ("ArrowLeft", "ArrowRight", true),
        ] {
            assert_eq!(row(onwards, rtl), [1, 2, 0]);
            assert_eq!(row(back, rtl), [2, 0, 1]);
            assert_eq!(row("ArrowDown", rtl), [1, 2, 0]);
            assert_eq!(row("ArrowUp", rtl), [2, 0, 1]);
        }
    }

    #[test]
    fn other_keys_and_empty_groups_move_nothing() {
        assert_eq!(turned("Tab", 1, 3, false), None);
        assert_eq!(turned("ArrowDown", 0, 0, false), Some(0));
        assert_eq!(turned("ArrowUp", 0, 0, false), Some(0));
    }
}
