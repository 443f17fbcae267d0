//! What stands around a picture: the value that is looked at, the box that scrolls, the arrow keys. Not the picture.

use super::axis::{LINES, lines};
use leptos::prelude::*;

/// Where a picture over time lies, in pixels.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) left: i64,
    pub(super) right: i64,
    pub(super) top: i64,
    pub(super) foot: i64,
}

impl Field {
    /// The lines across it, each with its amount: up to an axis of units for the largest.
    pub(super) fn grid(self, most: i64, unit: i64, amount: fn(i64) -> String) -> impl IntoView {
        let Self {
            left,
            right,
            top,
            foot,
        } = self;
        let line = move |n: i64| {
            let y = foot - n * (foot - top) / LINES;
            let class = if n == 0 { "axis" } else { "gridline" };
            view! {
                <line class=class x1=left x2=right y1=y y2=y />
                <text x={left - 6} y={y + 4} text-anchor="end">{amount(unit.saturating_mul(n))}</text>
            }
        };
        (0..=lines(most)).map(line).collect_view()
    }
}

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
pub fn framed(
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
    // Too wide for its box, it begins with what is newest.
    let frame = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        if let Some(frame) = frame.get() {
            request_animation_frame(move || frame.set_scroll_left(frame.scroll_width()));
        }
    });
    view! {
        <p class="chart__value" role="status">{value}</p>
        <div class="scroll-x" node_ref=frame tabindex="0" role="group" aria-label=label on:keydown=key
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
