//! What stands around a picture: the value that is looked at, the box that scrolls, the arrow keys. Not the picture.

use leptos::prelude::*;

/// The place a key moves to from the one that is looked at; `None` for other keys.
pub(super) fn moved(key: &str, at: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowRight" => Some(at.map_or(0, |at| at.saturating_add(1).min(last))),
        "ArrowLeft" => Some(at.map_or(last, |at| at.saturating_sub(1))),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

/// The picture of values in its box. The one that is looked at stands above it, and is read out.
pub(super) fn framed(
    at: RwSignal<Option<usize>>,
    values: Vec<String>,
    label: &'static str,
    picture: impl IntoView + 'static,
) -> impl IntoView {
    let count = values.len();
    let values = StoredValue::new(values);
    let value = move || {
        let at = at.get()?;
        values.with_value(|values| values.get(at).cloned())
    };
    let key = move |event: leptos::ev::KeyboardEvent| {
        if let Some(next) = moved(&event.key(), at.get_untracked(), count) {
            event.prevent_default();
            event.stop_propagation();
            at.set(Some(next));
        }
    };
    view! {
        <p class="chart__value" role="status">{value}</p>
        <div class="scroll-x" tabindex="0" role="group" aria-label=label on:keydown=key
            on:pointerleave=move |_| at.set(None) on:blur=move |_| at.set(None)>
            {picture}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_walk_the_values_and_stay_among_them() {
        assert_eq!(moved("ArrowRight", None, 3), Some(0));
        assert_eq!(moved("ArrowLeft", None, 3), Some(2));
        assert_eq!(moved("ArrowRight", Some(2), 3), Some(2));
        assert_eq!(moved("ArrowLeft", Some(0), 3), Some(0));
        assert_eq!(
            (moved("Home", Some(2), 3), moved("End", None, 3)),
            (Some(0), Some(2))
        );
        assert_eq!(moved("Tab", Some(1), 3), None);
        assert_eq!(moved("End", None, 0), None);
    }
}
